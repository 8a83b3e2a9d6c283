//! Why an alarm goes where it goes: every rule that was tried, what it asked, and what the alarm has there.

use std::fmt;

use serde::Serialize;

use super::{Asked, Profile, Route};
use crate::alarm::text;
use crate::id::RuleName;

/// The longest value that is shown, in characters.
const SHOWN: usize = 120;

/// A route with the way to it. Displays as text for a terminal; what came from outside is escaped there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What could be matched, with the service and the severity that were found.
    pub profile: Profile,
    /// Every rule, in its order.
    pub tried: Vec<Tried>,
    /// Where it goes.
    pub route: Route,
    /// What the alarm says of itself and what was not understood.
    pub remarks: Vec<String>,
}

/// What one rule said to the alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The rule.
    pub rule: RuleName,
    /// Whether it hit.
    pub verdict: Verdict,
    /// All that it asks.
    pub asked: Vec<Asked>,
}

/// Whether a rule hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It hit, and decided.
    Hit,
    /// It hit, and the rules after it were tried too.
    HitAndWentOn,
    /// Something that it asks does not fit.
    Missed,
    /// A rule before it had decided.
    NotTried {
        /// Which.
        decided: RuleName,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hit => f.write_str("hit"),
            Self::HitAndWentOn => f.write_str("hit, goes on"),
            Self::Missed => f.write_str("no"),
            Self::NotTried { decided } => write!(f, "not tried, since {decided} decided"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", shown(&self.profile.name))?;
        self.facts(f)?;
        writeln!(f, "\nroutes")?;
        if self.tried.is_empty() {
            writeln!(f, "  none in the configuration")?;
        }
        for tried in &self.tried {
            write!(f, "{tried}")?;
        }
        writeln!(f, "\nresult")?;
        self.result(f)?;
        for remark in &self.remarks {
            writeln!(f, "  note       {}", shown(remark))?;
        }
        Ok(())
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}: {}", self.rule, self.verdict)?;
        if matches!(self.verdict, Verdict::NotTried { .. }) {
            return Ok(());
        }
        if self.asked.is_empty() {
            writeln!(f, "    asks nothing")?;
        }
        for asked in &self.asked {
            let mark = if asked.fits { "+" } else { "-" };
            let has = asked.has.as_deref().map_or_else(|| "nothing".to_owned(), shown);
            writeln!(f, "    {mark} {}: wants {}, has {has}", asked.what, shown(&asked.wanted))?;
        }
        Ok(())
    }
}

impl Explanation {
    fn facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = &self.profile;
        let mut fact = |name: &str, value: Option<&str>| match value {
            Some(value) => writeln!(f, "  {name:<10} {}", shown(value)),
            None => Ok(()),
        };
        fact("account", profile.account.as_ref().map(|account| account.as_str()))?;
        fact("region", profile.region.as_ref().map(|region| region.as_str()))?;
        fact("namespace", profile.namespace.as_deref())?;
        fact("metric", profile.metric.as_deref())?;
        for (key, value) in &profile.dimensions {
            fact("dimension", Some(&format!("{key} = {value}")))?;
        }
        for (key, value) in &profile.tags {
            fact("tag", Some(&format!("{key} = {value}")))?;
        }
        Ok(())
    }

    fn result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (route, because) = (&self.route, &self.route.because);
        let unknown =
            if route.configured { "" } else { "; no [[service]] of that name: people are told, nothing is diagnosed" };
        let policy = route.policy.as_ref().map_or("default", |policy| policy.as_str());
        writeln!(f, "  service    {} ({}{unknown})", shown(route.service.as_str()), because.service)?;
        writeln!(f, "  severity   {} ({})", route.severity, because.severity)?;
        writeln!(f, "  policy     {policy} ({})", because.policy)?;
        for (name, value) in [("owner", &route.owner), ("runbook", &route.runbook)] {
            if let Some(value) = value {
                writeln!(f, "  {name:<10} {}", shown(value))?;
            }
        }
        for (key, value) in &route.labels {
            writeln!(f, "  label      {key} = {}", shown(value))?;
        }
        Ok(())
    }
}

fn shown(value: &str) -> String {
    text::escaped(value, SHOWN)
}

#[cfg(test)]
mod tests;
