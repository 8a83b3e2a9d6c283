//! `[[route]]`: the rules by which alarms get their service, their severity and their escalation policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::service;
use crate::escalation::{Matcher, Profile};
use crate::id::{PolicyName, RuleName, ServiceName};
use crate::severity::Severity;

/// How many labels one rule may give, and how long each may be, in characters: they are kept with every incident.
const LABELS: usize = 20;
const LABEL: usize = 256;

/// One rule: which alarms it is for, and what it says of them. What it leaves open is found as without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: RuleName,
    /// Which alarms it is for.
    pub matcher: Matcher,
    /// The service they belong to, configured or not.
    pub service: Option<ServiceName>,
    /// How bad they are, whatever they say themselves.
    pub severity: Option<Severity>,
    /// How they climb.
    pub policy: Option<PolicyName>,
    /// What else is to be said about them.
    pub labels: BTreeMap<String, String>,
    /// Where their runbook is.
    pub runbook: Option<String>,
    /// Who owns them.
    pub owner: Option<String>,
    /// Whether the rules after it are tried too, for what it leaves open.
    pub goes_on: bool,
}

/// A `[[route]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    #[serde(rename = "match")]
    matcher: Spanned<Matcher>,
    service: Option<Spanned<String>>,
    severity: Option<Severity>,
    policy: Option<Spanned<PolicyName>>,
    #[serde(default)]
    labels: BTreeMap<Spanned<String>, Spanned<String>>,
    runbook: Option<Spanned<String>>,
    owner: Option<String>,
    #[serde(default, rename = "continue")]
    goes_on: bool,
}

/// Turns the tables into rules, refusing what can match nothing and what would keep later rules from ever being tried.
pub(super) fn check(entries: Vec<Entry>, place: &Place<'_>) -> Result<Vec<Rule>, ConfigError> {
    let last = entries.len().saturating_sub(1);
    let mut rules: Vec<Rule> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        place.require_name(&entry.name, "route")?;
        let name = entry.name.get_ref();
        if rules.iter().any(|rule| rule.name.as_str() == name) {
            return Err(place.at(
                entry.name.span(),
                format!("there are two routes called {name:?}"),
                "give each [[route]] a name of its own".to_owned(),
            ));
        }
        if let Some(service) = &entry.service {
            place.require_name(service, "service")?;
        }
        place.require_https(entry.runbook.as_ref())?;
        check_matcher(&entry.matcher, index == last, place)?;
        check_labels(&entry.labels, &entry.name, place)?;
        let span = entry.name.span();
        let rule = Rule {
            name: RuleName::new(entry.name.into_inner()),
            matcher: entry.matcher.into_inner(),
            service: entry.service.map(|service| ServiceName::new(service.into_inner())),
            severity: entry.severity,
            policy: entry.policy.map(Spanned::into_inner),
            labels: entry.labels.into_iter().map(|(key, value)| (key.into_inner(), value.into_inner())).collect(),
            runbook: entry.runbook.map(Spanned::into_inner),
            owner: entry.owner,
            goes_on: entry.goes_on,
        };
        if rule.goes_on && rule.says_nothing() {
            return Err(place.at(
                span,
                format!("route {:?} says nothing and goes on, so it does nothing", rule.name.as_str()),
                "set one of service, severity, policy, labels, runbook and owner, or leave out continue".to_owned(),
            ));
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Refuses the first policy that a route or a service names and that does not exist.
pub(super) fn require_policies(
    routes: &[Entry],
    services: &[service::Entry],
    exists: impl Fn(&PolicyName) -> bool,
    place: &Place<'_>,
) -> Result<(), ConfigError> {
    let of_services = services.iter().filter_map(|service| service.policy.as_ref());
    let of_routes = routes.iter().filter_map(|route| route.policy.as_ref());
    match of_services.chain(of_routes).find(|policy| !exists(policy.get_ref())) {
        None => Ok(()),
        Some(unknown) => Err(place.at(
            unknown.span(),
            format!("there is no policy called {:?}", unknown.get_ref().as_str()),
            "name one of the [[policy]] tables, or \"default\"".to_owned(),
        )),
    }
}

impl Rule {
    fn says_nothing(&self) -> bool {
        self.service.is_none()
            && self.severity.is_none()
            && self.policy.is_none()
            && self.runbook.is_none()
            && self.owner.is_none()
            && self.labels.is_empty()
    }
}

fn check_matcher(matcher: &Spanned<Matcher>, last: bool, place: &Place<'_>) -> Result<(), ConfigError> {
    let refuse = |problem: String, allowed: &str| Err(place.at(matcher.span(), problem, allowed.to_owned()));
    let asks = matcher.get_ref().asks(&Profile::default());
    if asks.is_empty() && !last {
        return refuse(
            "this route matches every alarm, so the routes after it would never be tried".to_owned(),
            "ask something, such as match = { namespace = \"AWS/ECS\" }, or move the route to the end",
        );
    }
    if let Some(empty) = asks.iter().find(|asked| asked.wanted.is_empty()) {
        return refuse(format!("nothing can fit {}", empty.what), "a pattern such as \"web-*\", or leave it out");
    }
    let severities = [Severity::P0, Severity::P1, Severity::P2];
    if let Some(wanted) = &matcher.get_ref().severity
        && !severities.iter().any(|severity| wanted.fit(severity.as_str()))
    {
        return refuse(format!("no severity fits {:?}", wanted.to_string()), "the severities are P0, P1 and P2");
    }
    Ok(())
}

fn check_labels(
    labels: &BTreeMap<Spanned<String>, Spanned<String>>,
    route: &Spanned<String>,
    place: &Place<'_>,
) -> Result<(), ConfigError> {
    if labels.len() > LABELS {
        return Err(place.at(
            route.span(),
            format!("route {:?} gives {} labels", route.get_ref(), labels.len()),
            format!("at most {LABELS}"),
        ));
    }
    for (key, value) in labels {
        place.require_name(key, "label")?;
        if value.get_ref().is_empty() || value.get_ref().chars().count() > LABEL {
            return Err(place.at(
                value.span(),
                format!("the value of label {:?} is empty or too long", key.get_ref()),
                format!("1 to {LABEL} characters"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
