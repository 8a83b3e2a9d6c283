//! Matching alarms by what they are: the language that routes, silences and maintenance windows share.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Profile;

/// A pattern for one fact: text in which `*` stands for any characters and `?` for one. Upper and lower case differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern as it was written.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether a value fits. Takes time proportional to pattern times value, whatever the pattern is.
    pub fn fits(&self, value: &str) -> bool {
        let (pattern, value): (Vec<char>, Vec<char>) = (self.0.chars().collect(), value.chars().collect());
        let (mut p, mut v) = (0, 0);
        // Where to go on after the last star, should what follows it not fit: one more character is the star's.
        let mut retry: Option<(usize, usize)> = None;
        while v < value.len() {
            match pattern.get(p) {
                Some('*') => {
                    retry = Some((p + 1, v));
                    p += 1;
                }
                Some(c) if *c == '?' || value.get(v) == Some(c) => {
                    p += 1;
                    v += 1;
                }
                _ => match retry {
                    Some((after, taken)) => {
                        retry = Some((after, taken + 1));
                        p = after;
                        v = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        pattern.iter().skip(p).all(|c| *c == '*')
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One pattern or a list of which one has to fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "this is no pattern, expected text such as \"web-*\", where * is any text and ? one character, or a list of such texts"
)]
pub enum Patterns {
    /// One.
    One(Pattern),
    /// Any of these.
    Any(Vec<Pattern>),
}

impl Patterns {
    /// Whether a value fits.
    pub fn fit(&self, value: &str) -> bool {
        match self {
            Self::One(pattern) => pattern.fits(value),
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern.fits(value)),
        }
    }
}

impl fmt::Display for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(pattern) => write!(f, "{pattern}"),
            Self::Any(patterns) => {
                let all: Vec<String> = patterns.iter().map(Pattern::to_string).collect();
                f.write_str(&all.join(" | "))
            }
        }
    }
}

/// Which alarms are meant: all that is given has to fit. A fact that the alarm does not have fits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matcher {
    /// The alarm's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Patterns>,
    /// The namespace of its metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Patterns>,
    /// The name of its metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<Patterns>,
    /// Its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Patterns>,
    /// Its region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Patterns>,
    /// The service it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Patterns>,
    /// Its severity, `P0`, `P1` or `P2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Patterns>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Patterns>,
    /// The dimensions of its metrics.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, Patterns>,
}

/// One thing that a matcher asks, and what the alarm has there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The fact's name, such as `namespace` or `tags.team`.
    pub what: String,
    /// What would fit.
    pub wanted: String,
    /// What the alarm has.
    pub has: Option<String>,
    /// Whether it fits.
    pub fits: bool,
}

impl Matcher {
    /// Whether it asks nothing, and so would match every alarm.
    pub fn is_empty(&self) -> bool {
        self.asks(&Profile::default()).is_empty()
    }

    /// Whether all that it asks fits.
    pub fn matches(&self, profile: &Profile) -> bool {
        self.asks(profile).iter().all(|asked| asked.fits)
    }

    /// All that it asks, each with what the alarm has there: the explanation of a match or a mismatch.
    pub fn asks(&self, profile: &Profile) -> Vec<Asked> {
        let severity = profile.severity.map(|severity| severity.as_str());
        let plain = [
            ("name", &self.name, Some(profile.name.as_str())),
            ("namespace", &self.namespace, profile.namespace.as_deref()),
            ("metric", &self.metric, profile.metric.as_deref()),
            ("account", &self.account, profile.account.as_ref().map(|account| account.as_str())),
            ("region", &self.region, profile.region.as_ref().map(|region| region.as_str())),
            ("service", &self.service, profile.service.as_ref().map(|service| service.as_str())),
            ("severity", &self.severity, severity),
        ];
        let mut asks: Vec<Asked> = plain
            .into_iter()
            .filter_map(|(what, patterns, has)| Some(asked(what.to_owned(), patterns.as_ref()?, has)))
            .collect();
        for (group, patterns, has) in
            [("tags", &self.tags, &profile.tags), ("dimensions", &self.dimensions, &profile.dimensions)]
        {
            let each = patterns
                .iter()
                .map(|(key, wanted)| asked(format!("{group}.{key}"), wanted, has.get(key).map(String::as_str)));
            asks.extend(each);
        }
        asks
    }
}

fn asked(what: String, wanted: &Patterns, has: Option<&str>) -> Asked {
    Asked {
        what,
        wanted: wanted.to_string(),
        has: has.map(str::to_owned),
        fits: has.is_some_and(|value| wanted.fit(value)),
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asks: Vec<String> = self
            .asks(&Profile::default())
            .into_iter()
            .map(|asked| format!("{}={}", asked.what, asked.wanted))
            .collect();
        f.write_str(if asks.is_empty() { "every alarm".to_owned() } else { asks.join(" ") }.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::severity::Severity;

    fn fits(pattern: &str, value: &str) -> bool {
        Pattern::new(pattern).fits(value)
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        assert!(fits("web-*", "web-P0-5xx") && fits("*5xx", "web-P0-5xx") && fits("*", "") && fits("w?b", "wéb"));
        assert!(fits("*-P0-*", "web-P0-5xx") && fits("a*b*c", "a-b-b-c") && fits("", ""));
        assert!(!fits("web", "web-api") && !fits("?", "") && !fits("a*b*c", "a-c-b") && !fits("Web", "web"));
    }

    proptest! {
        #[test]
        fn a_text_fits_itself_and_itself_between_stars(text in "[a-z]{0,12}", around in "[a-z]{0,5}") {
            prop_assert!(fits(&text, &text));
            let pattern = format!("*{text}*");
            let value = format!("{around}{text}{around}");
            prop_assert!(fits(&pattern, &value));
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let began = "*a".repeat(200);
        assert!(!fits(&format!("{began}b"), &"a".repeat(5_000)));
    }

    #[test]
    fn everything_that_is_asked_has_to_fit_and_what_is_missing_fits_nothing() {
        let matcher: Matcher =
            toml::from_str("name = \"web-*\"\nseverity = [\"P0\", \"P1\"]\n[tags]\nteam = \"*\"\n").unwrap();
        let mut profile = Profile { name: "web-5xx".to_owned(), severity: Some(Severity::P1), ..Profile::default() };
        assert!(!matcher.is_empty() && !matcher.matches(&profile), "it has no tag team");
        profile.tags.insert("team".to_owned(), "search".to_owned());
        assert!(matcher.matches(&profile));
        profile.severity = Some(Severity::P2);
        let why: Vec<_> = matcher.asks(&profile).into_iter().filter(|asked| !asked.fits).collect();
        assert_eq!(why.len(), 1);
        assert_eq!(
            (why[0].what.as_str(), why[0].wanted.as_str(), why[0].has.as_deref()),
            ("severity", "P0 | P1", Some("P2"))
        );
    }

    #[test]
    fn a_matcher_that_asks_nothing_says_so() {
        assert!(Matcher::default().is_empty());
        assert_eq!(Matcher::default().to_string(), "every alarm");
        assert!(toml::from_str::<Matcher>("nmae = \"x\"").is_err());
    }
}
