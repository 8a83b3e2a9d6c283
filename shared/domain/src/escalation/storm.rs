//! Many services in trouble at once: each is still paged once, remedies stop, and one digest names every P0.

use jiff::{SignedDuration, Timestamp};

use super::{Found, Profile, Route, Sighting};
use crate::alarm::AlarmState;
use crate::id::{AccountId, Arn, Region, ServiceName};
use crate::incident::Incident;
use crate::severity::Severity;

/// So many services in trouble at once are a storm.
pub const STORM: u32 = 5;
/// They count as at once if they began within this long.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(10);

/// The name under which a storm has its incident, the digest. A configured service cannot be mistaken for it: names of
/// services have no spaces.
pub const MANY_SERVICES: &str = "many services at once";

/// What the digest needs to know of one incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The service.
    pub service: ServiceName,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// How bad it is.
    pub severity: Severity,
    /// When it began.
    pub began_at: Timestamp,
    /// How many of its alarms fire.
    pub firing: usize,
}

impl Trouble {
    /// Of an incident that goes on and is told; `None` for all others, and for the digest itself.
    pub fn of(incident: &Incident) -> Option<Self> {
        let counts = incident.is_open() && incident.silenced.is_none() && !incident.is_digest();
        counts.then(|| Self {
            service: incident.service.clone(),
            account: incident.account.clone(),
            region: incident.region.clone(),
            severity: incident.severity,
            began_at: incident.began_at,
            firing: incident.firing().len(),
        })
    }

    /// The name of its line in the digest.
    pub fn line(&self) -> Arn {
        Arn::new(format!("paramedic:storm:{}", self.service))
    }
}

/// Whether it is a storm: so many began within a short time of each other.
pub fn is_storm(troubles: &[Trouble]) -> bool {
    let newest = troubles.iter().map(|trouble| trouble.began_at).max();
    let recent = |trouble: &&Trouble| newest.is_some_and(|at| at.duration_since(trouble.began_at) <= AT_ONCE);
    u32::try_from(troubles.iter().filter(recent).count()).is_ok_and(|count| count >= STORM)
}

/// The lines that a storm's digest still lacks: one for every P0. It is a P1: whoever has to be woken was woken by the
/// incidents themselves.
pub fn digest(troubles: &[Trouble], known: Option<&Incident>) -> Vec<Sighting> {
    let shown = |trouble: &Trouble| {
        let line = known.filter(|digest| digest.is_open()).and_then(|digest| digest.alarms.get(&trouble.line()));
        line.is_some_and(|line| line.state == AlarmState::Alarm && line.changed_at >= trouble.began_at)
    };
    let p0 = troubles.iter().filter(|trouble| trouble.severity == Severity::P0 && !shown(trouble));
    p0.map(|trouble| Sighting {
        route: Route::new(ServiceName::from(MANY_SERVICES), false, Severity::P1),
        alarm: trouble.line(),
        name: format!("{} ({})", trouble.service, trouble.severity),
        account: trouble.account.clone(),
        region: trouble.region.clone(),
        state: AlarmState::Alarm,
        changed_at: trouble.began_at,
        reason: format!("{} alarms", trouble.firing),
        found: Found::Delivered,
        profile: Profile::default(),
    })
    .collect()
}

/// The lines of the digest that are no longer true.
pub fn over(troubles: &[Trouble], digest: &Incident) -> Vec<Arn> {
    let lines: Vec<Arn> = troubles.iter().map(Trouble::line).collect();
    let stale =
        |(arn, line): &(&Arn, &crate::incident::AlarmRecord)| line.state != AlarmState::Ok && !lines.contains(arn);
    digest.alarms.iter().filter(stale).map(|(arn, _)| arn.clone()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn troubles(count: i64, apart: SignedDuration) -> Vec<Trouble> {
        let began: Timestamp = "2026-03-01T03:00:00Z".parse().unwrap();
        (0..count)
            .map(|number| Trouble {
                service: ServiceName::new(format!("svc-{number}")),
                account: AccountId::from("123456789012"),
                region: Region::from("eu-west-1"),
                severity: if number % 2 == 0 { Severity::P0 } else { Severity::P1 },
                began_at: began + apart * i32::try_from(number).unwrap(),
                firing: 3,
            })
            .collect()
    }

    #[test]
    fn five_services_within_minutes_are_a_storm_and_four_or_a_slow_night_are_not() {
        assert!(is_storm(&troubles(5, SignedDuration::from_secs(30))));
        assert!(!is_storm(&troubles(4, SignedDuration::from_secs(30))));
        assert!(!is_storm(&troubles(9, SignedDuration::from_mins(5))));
        assert!(!is_storm(&[]));
    }

    #[test]
    fn the_digest_names_every_p0_once() {
        let troubles = troubles(20, SignedDuration::from_secs(1));
        let lines = digest(&troubles, None);
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names.len(), 10);
        assert!(names.contains(&"svc-18 (P0)") && !names.iter().any(|name| name.contains("P1")), "{names:?}");
    }

    #[test]
    fn ten_minutes_apart_is_at_once_and_a_second_more_is_not() {
        for (case, seconds, storm) in [("ten minutes", 150, true), ("four seconds more", 151, false)] {
            assert_eq!(is_storm(&troubles(5, SignedDuration::from_secs(seconds))), storm, "{case}");
        }
    }

    fn opened(service: &str, events: &[crate::incident::Event]) -> Incident {
        let step = crate::incident::apply(None, events, &crate::incident::tests::policy(), Timestamp::UNIX_EPOCH);
        Incident { service: ServiceName::from(service), ..step.incident.unwrap() }
    }

    fn seen(sighting: Sighting) -> crate::incident::Event {
        crate::incident::Event::Seen(Box::new(sighting))
    }

    #[test]
    fn only_an_incident_that_goes_on_and_is_told_and_is_no_digest_counts() {
        let alarm = |state| seen(crate::incident::tests::sighting("5xx", Severity::P0, state, Timestamp::UNIX_EPOCH));
        let web = opened("web", &[alarm(AlarmState::Alarm)]);
        let trouble = Trouble::of(&web).unwrap();
        assert_eq!(
            (trouble.firing, trouble.severity, trouble.line().as_str()),
            (1, Severity::P0, "paramedic:storm:web")
        );
        let active = crate::silence::Active {
            id: "sil-1".into(),
            reason: "known".to_owned(),
            by: "ada".to_owned(),
            until: Timestamp::MAX,
        };
        assert_eq!(Trouble::of(&Incident { silenced: Some(active), ..web }), None, "silenced");
        assert_eq!(Trouble::of(&opened("web", &[alarm(AlarmState::Ok)])), None, "a mere recovery");
        assert_eq!(Trouble::of(&opened(MANY_SERVICES, &[alarm(AlarmState::Alarm)])), None, "the digest itself");
    }

    #[test]
    fn a_line_is_added_once_again_when_its_service_begins_anew_and_ends_with_it() {
        let mut troubles = troubles(6, SignedDuration::from_secs(1));
        let lines: Vec<_> = digest(&troubles, None).into_iter().map(seen).collect();
        let known = opened(MANY_SERVICES, &lines);
        assert_eq!(digest(&troubles, Some(&known)), []);
        assert_eq!(over(&troubles, &known), []);
        troubles[2].began_at += SignedDuration::from_mins(5);
        let again = digest(&troubles, Some(&known));
        assert_eq!(again.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["svc-2 (P0)"]);
        let gone = troubles.remove(0);
        assert_eq!(over(&troubles, &known), [gone.line()]);
    }
}
