//! Did people receive just what they should, and nothing that nobody expected?

use super::{Case, Expectation};
use crate::observed::{Observation, Observed, PeopleTopic, SlackRequest};

/// A way in which a message reaches people. Updates of a message and replies in its thread notify nobody and are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A new message in a Slack channel.
    Post,
    /// A reply that Slack shows in the channel too.
    Broadcast,
    /// A Slack message to one person.
    Direct,
    /// An incident opened at PagerDuty. Events that fold into an open one wake nobody.
    Page,
    /// SMS and e-mail of the pages topic.
    Sms,
    /// E-mail of the mail topic.
    Mail,
    /// SMS and e-mail to a person, through the topic of people.
    Person(&'static str),
    /// A message of the watchdog topic.
    Watchdog,
}

impl Way {
    /// How a message came, and its first line; `None` for what is no message.
    fn of(what: &Observed) -> Option<(Self, String)> {
        let first = |lines: &[String]| lines.first().cloned().unwrap_or_default();
        Some(match what {
            Observed::Slack(request) if request.refused.is_none() => (Self::of_slack(request)?, first(&request.lines)),
            Observed::PagerDuty(request) if request.opened => (Self::Page, request.summary.clone()),
            Observed::Topic { topic, to, subject, text } => {
                let way = match topic {
                    PeopleTopic::Pages => Self::Sms,
                    PeopleTopic::Mail => Self::Mail,
                    // Whom a scenario does not know is somebody nobody expected.
                    PeopleTopic::People => Self::Person(known(to.as_deref())),
                    PeopleTopic::Watchdog => Self::Watchdog,
                };
                let line = if subject.is_empty() { text.lines().next().unwrap_or_default() } else { subject };
                (way, line.to_owned())
            }
            _ => return None,
        })
    }

    fn of_slack(request: &SlackRequest) -> Option<Self> {
        let is_new = matches!(request.method.as_str(), "chat.postMessage" | "response_url");
        match (&request.thread_ts, request.channel.starts_with('U')) {
            _ if !is_new => None,
            // Only who clicked sees the answer to a click.
            _ if request.method == "response_url" && request.thread_ts.is_some() => None,
            (Some(_), _) => request.broadcast.then_some(Self::Broadcast),
            (None, true) => Some(Self::Direct),
            (None, false) => Some(Self::Post),
        }
    }

    /// So many of it, in words.
    fn counted(self, count: &str) -> String {
        let (one, many) = match self {
            Self::Post => ("post", "posts"),
            Self::Broadcast => ("broadcast", "broadcasts"),
            Self::Direct => ("direct message", "direct messages"),
            Self::Page => ("page", "pages"),
            Self::Sms => ("SMS", "SMS"),
            Self::Mail => ("mail", "mails"),
            Self::Person(name) => return format!("{count} to {name}"),
            Self::Watchdog => ("message of the watchdog", "messages of the watchdog"),
        };
        format!("{count} {}", if count == "1" { one } else { many })
    }
}

/// The persons that scenarios know.
fn known(name: Option<&str>) -> &'static str {
    ["ada", "ben", "cat"].into_iter().find(|known| name == Some(known)).unwrap_or("a stranger")
}

/// How many messages of a way a scenario expects.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    way: Way,
    least: usize,
    most: usize,
}

/// Exactly so many.
#[must_use]
pub const fn exactly(count: usize, way: Way) -> Expected {
    Expected { way, least: count, most: count }
}

/// At least and at most so many.
#[must_use]
pub const fn between(least: usize, most: usize, way: Way) -> Expected {
    Expected { way, least, most }
}

impl Expected {
    fn words(&self) -> String {
        let count = match (self.least, self.most) {
            (least, most) if least == most => least.to_string(),
            (0, most) => format!("up to {most}"),
            (least, most) => format!("{least} to {most}"),
        };
        self.way.counted(&count)
    }
}

/// How often something reached people on a way.
#[must_use]
pub fn received(seen: &[Observation], way: Way) -> usize {
    seen.iter().filter(|each| Way::of(&each.what).is_some_and(|(of, _)| of == way)).count()
}

/// Something that reached people on a way has all these words.
#[must_use]
pub fn told(case: &Case, way: Way, words: &[&str], text: &str) -> Expectation {
    let fits = |told: &str| words.iter().all(|word| told.to_lowercase().contains(&word.to_lowercase()));
    let all = || case.seen.iter().filter(|each| Way::of(&each.what).is_some_and(|(of, _)| of == way));
    let whole = |what: &Observed| match what {
        Observed::Topic { subject, text, .. } => format!("{subject}\n{text}"),
        Observed::Slack(request) => request.lines.join("\n"),
        Observed::PagerDuty(request) => request.summary.clone(),
        _ => String::new(),
    };
    let first = |what: &Observed| Way::of(what).map(|(_, line)| line).unwrap_or_default();
    match all().find(|each| fits(&whole(&each.what))) {
        Some(each) => Expectation::met(text, first(&each.what), Some(each.at)),
        None => {
            let others: Vec<String> = all().map(|each| first(&each.what)).collect();
            Expectation::missed(text, if others.is_empty() { "nothing came".to_owned() } else { others.join(" | ") })
        }
    }
}

impl Case {
    /// When something first reached people on a way.
    #[must_use]
    pub fn message(&self, way: Way) -> Option<jiff::Timestamp> {
        self.first(|what| Way::of(what).is_some_and(|(of, _)| of == way))
    }
}

/// In a part of a case people receive what is expected, and nothing else.
#[must_use]
pub fn only_then(part: &Case, text: &str, expected: &[Expected]) -> Expectation {
    Expectation { text: text.to_owned(), ..only(part, expected) }
}

/// People receive what is expected, and nothing else.
#[must_use]
pub fn only(case: &Case, expected: &[Expected]) -> Expectation {
    let wanted: Vec<String> = expected.iter().map(Expected::words).collect();
    let text = match wanted.as_slice() {
        [] => "nobody is told anything".to_owned(),
        wanted => format!("people receive {}, and nothing else", wanted.join(", ")),
    };
    let received: Vec<(Way, String)> = case.seen.iter().filter_map(|seen| Way::of(&seen.what)).collect();
    let mut ways: Vec<Way> = expected.iter().map(|each| each.way).collect();
    for (way, _) in &received {
        if !ways.contains(way) {
            ways.push(*way);
        }
    }
    let mut counts = Vec::new();
    let mut faults = Vec::new();
    for way in ways {
        let lines: Vec<&str> = received.iter().filter(|(of, _)| *of == way).map(|(_, line)| line.as_str()).collect();
        let bounds = expected.iter().find(|each| each.way == way).map_or((0, 0), |each| (each.least, each.most));
        let count = way.counted(&lines.len().to_string());
        if (bounds.0..=bounds.1).contains(&lines.len()) {
            counts.push(count);
        } else {
            faults.push(format!("{count}: {}", lines.join(" | ")));
        }
    }
    if faults.is_empty() {
        let counts = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
        return Expectation::met(text, counts, None);
    }
    Expectation::missed(text, faults.join("; "))
}
