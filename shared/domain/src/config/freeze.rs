//! `[[freeze]]`: times in which nothing is touched, whatever the modes say. People are told as ever.

use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

use super::Service;
use super::error::{ConfigError, Place};
use super::moment::Moment;
use super::person::require_own_name;
use super::window::{Times, require_reason};
use crate::id::ServiceName;
use crate::silence::Window;

/// A time in which nothing is touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Its name.
    pub name: String,
    /// Why nothing is to be touched.
    pub reason: String,
    /// The services it is for; absent for all.
    services: Option<Vec<ServiceName>>,
    window: Window,
}

impl Freeze {
    /// Until when it keeps Paramedic from touching that service; `None` while it does not.
    pub fn holds_until(&self, service: &ServiceName, now: Timestamp) -> Option<Timestamp> {
        let meant = self.services.as_ref().is_none_or(|services| services.contains(service));
        self.window.holds_until(now).filter(|_| meant)
    }
}

/// A `[[freeze]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    reason: Spanned<String>,
    services: Option<Vec<Spanned<String>>>,
    from: Option<Spanned<Moment>>,
    until: Option<Spanned<Moment>>,
    days: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    lasts: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
}

/// Turns the tables into freezes. A service that does not exist is refused: a freeze that is misspelled freezes nothing.
pub(super) fn check(entries: Vec<Entry>, known: &[Service], place: &Place<'_>) -> Result<Vec<Freeze>, ConfigError> {
    let mut freezes: Vec<Freeze> = Vec::with_capacity(entries.len());
    for entry in entries {
        require_own_name(place, &entry.name, "freeze", freezes.iter().map(|freeze| freeze.name.as_str()))?;
        require_reason(place, &entry.reason, "why nothing is to be touched; it is told with every refusal")?;
        let unknown =
            entry.services.iter().flatten().find(|name| known.iter().all(|it| it.name.as_str() != name.get_ref()));
        if let Some(name) = unknown {
            return Err(place.at(
                name.span(),
                format!("there is no service {:?}", name.get_ref()),
                "name a [[service]] of this file, or leave services out to freeze all".to_owned(),
            ));
        }
        let times = Times {
            whose: entry.name.span(),
            may_be_long: true,
            from: entry.from.as_ref(),
            until: entry.until.as_ref(),
            days: entry.days.as_ref(),
            at: entry.at.as_ref(),
            lasts: entry.lasts.as_ref(),
            time_zone: entry.time_zone.as_ref(),
        };
        let window = times.window(place)?;
        let services =
            entry.services.map(|names| names.into_iter().map(|name| ServiceName::new(name.into_inner())).collect());
        freezes.push(Freeze { name: entry.name.into_inner(), reason: entry.reason.into_inner(), services, window });
    }
    Ok(freezes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use insta::assert_snapshot;

    use super::*;
    use crate::config::Config;

    const SERVICES: &str = "version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\n[[service]]\nname = \"api\"\ncluster = \"main\"\n";

    fn config(freeze: &str) -> Result<Config, ConfigError> {
        Config::parse(
            &format!("{SERVICES}[[freeze]]\nname = \"sale\"\nreason = \"peak season\"\n{freeze}"),
            "paramedic.toml",
        )
    }

    fn frozen(config: &Config, service: &str, now: &str) -> Option<String> {
        config.frozen(&ServiceName::from(service), now.parse().unwrap()).map(|(_, until)| until.to_string())
    }

    #[test]
    fn a_freeze_may_last_for_weeks_and_is_for_every_service_unless_it_names_some() {
        let weeks = config("from = 2026-11-20T00:00:00Z\nuntil = 2027-01-05T00:00:00Z\n").unwrap();
        assert_eq!(frozen(&weeks, "web", "2026-12-24T12:00:00Z").as_deref(), Some("2027-01-05T00:00:00Z"));
        assert_eq!(frozen(&weeks, "web", "2027-01-05T00:00:00Z"), None);
        let web =
            config("services = [\"web\"]\ndays = \"fri\"\nat = \"16:00\"\nlasts = \"64h\"\ntime_zone = \"UTC\"\n")
                .unwrap();
        assert_eq!(frozen(&web, "web", "2026-03-08T12:00:00Z").as_deref(), Some("2026-03-09T08:00:00Z"), "a Sunday");
        assert_eq!(frozen(&web, "api", "2026-03-08T12:00:00Z"), None);
        assert_eq!(frozen(&web, "web", "2026-03-10T12:00:00Z"), None, "a Tuesday");
    }

    #[test]
    fn a_freeze_that_would_freeze_nothing_is_refused() {
        let refusal = |freeze: &str| config(freeze).unwrap_err().to_string();
        let times = "from = 2026-11-20T00:00:00Z\nuntil = 2026-11-21T00:00:00Z\n";
        let refusals = [
            refusal(&format!("services = [\"wbe\"]\n{times}")),
            refusal("from = 2026-11-20T00:00:00Z\n"),
            refusal("from = 2026-11-20T00:00:00Z\nuntil = 2026-11-19T00:00:00Z\n"),
        ];
        assert_snapshot!(refusals.join("\n"), @r#"
        paramedic.toml:11: there is no service "wbe"
          hint: name a [[service]] of this file, or leave services out to freeze all
        paramedic.toml:9: it is not said when this window is
          hint: from and until for once, or days, at, lasts and time_zone for one that recurs
        paramedic.toml:12: it would end before it begins
          hint: give an end after the beginning
        "#);
    }
}
