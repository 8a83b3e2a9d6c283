//! What was seen from outside while a scenario ran: the requests that reached the sinks and the overlay, in their order.
//!
//! Verdicts and timelines are made from this alone, never from what the functions write in their own logs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use crate::cloud::Call;

/// One thing that was seen, and when.
#[derive(Debug, Clone, Serialize)]
pub struct Observation {
    /// The real time.
    pub at: Timestamp,
    /// What it was.
    #[serde(flatten)]
    pub what: Observed,
}

/// The kinds of things that are seen.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Observed {
    /// The scenario did something to the cloud.
    Fault {
        /// Which service it strikes.
        service: String,
        /// What was done, for people.
        detail: String,
    },
    /// An alarm changed its state.
    AlarmChanged {
        /// The alarm's name.
        alarm: String,
        /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
        state: String,
        /// CloudWatch's reason.
        reason: String,
    },
    /// An alarm's message left the overlay.
    AlarmSent {
        /// The alarm's name.
        alarm: String,
        /// The state it tells of.
        state: String,
        /// `topic` or `function`.
        path: &'static str,
    },
    /// A request to Slack.
    Slack(SlackRequest),
    /// A request to PagerDuty.
    PagerDuty(PagerDutyRequest),
    /// Something published to a topic of people arrived at its subscribers.
    Topic {
        /// Which topic.
        topic: PeopleTopic,
        /// The person it is for, where the message names one.
        to: Option<String>,
        /// The subject, empty for an SMS.
        subject: String,
        /// The message.
        text: String,
    },
    /// A person did something in Slack or PagerDuty, and that told the function URL; or on the command line.
    ByPerson(Gesture),
    /// The heartbeat for the outside arrived.
    Heartbeat,
    /// A call of a service that the overlay owns.
    Call(OwnedCall),
    /// A call that was passed on to MiniStack.
    Proxied {
        /// The signing name, such as `sns`.
        service: String,
        /// The action as IAM names it, such as `sns:Publish`; for REST services the method and path.
        action: String,
        /// The access key id.
        caller: String,
        /// The HTTP status of the answer.
        status: u16,
    },
}

/// A call of a service that the overlay owns.
#[derive(Debug, Clone, Serialize)]
pub struct OwnedCall {
    /// Who called what, and what came of it.
    #[serde(flatten)]
    pub call: Call,
    /// Whether the request asked for a forced new deployment.
    pub forced: bool,
}

impl OwnedCall {
    /// Whether it changes something of the user's. The router's heartbeat sets the state of an alarm of its own.
    #[must_use]
    pub fn is_change(&self) -> bool {
        let beats = self.call.action == "cloudwatch:SetAlarmState" && self.call.target.ends_with("-heartbeat");
        self.call.is_write && !beats
    }
}

/// A request to the Slack Web API.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SlackRequest {
    /// `chat.postMessage`, `chat.update` and so on.
    pub method: String,
    /// The message's identity: given by the answer to a post, named by an update.
    pub ts: String,
    /// The channel as the request named it; a user's id for what only they see.
    pub channel: String,
    /// The root message of the thread it belongs to, for a reply.
    pub thread_ts: Option<String>,
    /// Whether a reply is shown in the channel too, and so notifies people.
    pub broadcast: bool,
    /// The visible text without markup, a line each.
    pub lines: Vec<String>,
    /// The action ids of the buttons it shows.
    pub buttons: Vec<String>,
    /// What Slack refused it with; `None` when people see it.
    pub refused: Option<String>,
    /// Whether people see it and the caller was told otherwise.
    pub answer_lost: bool,
}

impl SlackRequest {
    /// Whether it shows a file, which notifies nobody: graphs are the only ones there are.
    #[must_use]
    pub fn is_graph(&self) -> bool {
        self.method == "files.completeUploadExternal"
    }
}

/// A request to the Events API of PagerDuty.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PagerDutyRequest {
    /// `trigger`, `acknowledge` or `resolve`.
    pub event_action: String,
    /// What PagerDuty folds by.
    pub dedup_key: String,
    /// The summary of a trigger.
    pub summary: String,
    /// Whether it opened an incident, which wakes somebody; events of an open incident fold into it.
    pub opened: bool,
    /// What it was refused with; `None` when it was accepted.
    pub refused: Option<String>,
}

/// What a person did in Slack, in PagerDuty or on the command line.
#[derive(Debug, Clone, Serialize)]
pub struct Gesture {
    /// `slack`, `pagerduty` or `the command line`.
    pub place: &'static str,
    /// Who: a name, or a Slack user id.
    pub who: String,
    /// The button's action id, the type of PagerDuty's event, or the command.
    pub what: String,
    /// The message's `ts`, the deduplication key, or the service.
    pub whose: String,
    /// The HTTP status of the function's answer.
    pub status: u16,
    /// How long the function took to answer, in milliseconds. Slack shows an error after three seconds.
    pub took_ms: u64,
}

/// A topic that people subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeopleTopic {
    /// P0 pages by SMS and e-mail.
    Pages,
    /// Everything else by e-mail.
    Mail,
    /// Single persons, each by SMS and e-mail of their own.
    People,
    /// Who is told when Paramedic itself does not work.
    Watchdog,
}

impl PeopleTopic {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pages, Self::Mail, Self::People, Self::Watchdog];

    /// The name of its ARN among the outputs of the ops stack.
    #[must_use]
    pub fn output(self) -> &'static str {
        match self {
            Self::Pages => "PagesTopicArn",
            Self::Mail => "MailTopicArn",
            Self::People => "PeopleTopicArn",
            Self::Watchdog => "WatchdogTopicArn",
        }
    }

    /// What arrives there, in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pages => "sms",
            Self::Mail => "mail",
            Self::People => "person",
            Self::Watchdog => "watchdog",
        }
    }
}

/// A log that many write and a scenario waits on.
#[derive(Debug, Clone)]
pub struct Log {
    entries: Arc<Mutex<Vec<Observation>>>,
    length: watch::Sender<usize>,
}

impl Default for Log {
    fn default() -> Self {
        Self { entries: Arc::default(), length: watch::Sender::new(0) }
    }
}

impl Log {
    /// Appends what was seen just now.
    pub fn add(&self, what: Observed) {
        self.add_at(Timestamp::now(), what);
    }

    /// Appends what was seen at a given time.
    pub fn add_at(&self, at: Timestamp, what: Observed) {
        let length = {
            let mut entries = self.lock();
            entries.push(Observation { at, what });
            entries.len()
        };
        self.length.send_replace(length);
    }

    /// Everything seen so far.
    #[must_use]
    pub fn all(&self) -> Vec<Observation> {
        self.lock().clone()
    }

    /// How much was seen so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing was seen yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Waits until what was seen from an entry on satisfies a condition; `false` when it did not within the limit.
    pub async fn wait_until(&self, from: usize, limit: Duration, holds: impl Fn(&[Observation]) -> bool) -> bool {
        let mut changes = self.length.subscribe();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                if holds(self.lock().get(from..).unwrap_or_default()) {
                    return;
                }
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(limit, waiting).await.is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Observation>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn fault(detail: &str) -> Observed {
        Observed::Fault { service: "shop".to_owned(), detail: detail.to_owned() }
    }

    #[tokio::test]
    async fn a_waiter_is_woken_by_the_entry_it_waits_for() {
        let log = Log::default();
        let writer = log.clone();
        let waiter =
            tokio::spawn(async move { log.wait_until(1, Duration::from_secs(5), |seen| seen.len() == 1).await });
        writer.add(fault("one"));
        writer.add(fault("two"));
        assert!(waiter.await.unwrap());
    }

    #[tokio::test]
    async fn a_waiter_gives_up_at_its_limit() {
        let log = Log::default();
        assert!(!log.wait_until(0, Duration::from_millis(20), |seen| !seen.is_empty()).await);
    }
}
