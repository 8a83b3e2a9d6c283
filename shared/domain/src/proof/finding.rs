//! What a check says.

use std::fmt;

use serde::Serialize;

use crate::severity::Severity;

/// The checks, in the order in which they are told: the way of an alarm, from CloudWatch to the person, and then what
/// watches that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Alarms act on our topic, on ALARM and on OK.
    AlarmActions,
    /// No topic is encrypted under a key that CloudWatch cannot use.
    TopicEncryption,
    /// The topics' policies let CloudWatch publish.
    TopicPolicy,
    /// The alarms topic is subscribed by the router's queue.
    AlarmsReachRouter,
    /// The functions exist and take from their queues.
    Functions,
    /// The minute tick runs.
    Tick,
    /// The channels' secrets are there and have their fields.
    Secrets,
    /// Slack takes the token, and the token may write.
    SlackToken,
    /// The channel exists and the bot is in it.
    SlackChannel,
    /// PagerDuty takes the routing key.
    #[serde(rename = "pagerduty-key")]
    PagerDutyKey,
    /// Somebody confirmed a subscription to the pages topic.
    PagesSubscribed,
    /// Somebody confirmed a subscription to the mail topic.
    MailSubscribed,
    /// Every person of the configuration confirmed a subscription.
    PeopleSubscribed,
    /// SMS reach numbers that nobody verified.
    SmsSandbox,
    /// SMS are not cut off after a handful.
    SmsSpending,
    /// Somebody is on call at any time.
    Rotations,
    /// Whatever fails for good is kept, and somebody is told.
    DeadLetters,
    /// The heartbeat comes back.
    Heartbeat,
    /// The watchdog speaks when the heartbeat stops.
    HeartbeatWatched,
    /// Somebody confirmed a subscription to the watchdog topic.
    WatchdogSubscribed,
    /// Somebody outside this account notices when the heartbeat stops.
    OutsideHeartbeat,
}

impl Check {
    /// Its name, as it is told and as `--json` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlarmActions => "alarm-actions",
            Self::TopicEncryption => "topic-encryption",
            Self::TopicPolicy => "topic-policy",
            Self::AlarmsReachRouter => "alarms-reach-router",
            Self::Functions => "functions",
            Self::Tick => "tick",
            Self::Secrets => "secrets",
            Self::SlackToken => "slack-token",
            Self::SlackChannel => "slack-channel",
            Self::PagerDutyKey => "pagerduty-key",
            Self::PagesSubscribed => "pages-subscribed",
            Self::MailSubscribed => "mail-subscribed",
            Self::PeopleSubscribed => "people-subscribed",
            Self::SmsSandbox => "sms-sandbox",
            Self::SmsSpending => "sms-spending",
            Self::Rotations => "rotations",
            Self::DeadLetters => "dead-letters",
            Self::Heartbeat => "heartbeat",
            Self::HeartbeatWatched => "heartbeat-watched",
            Self::WatchdogSubscribed => "watchdog-subscribed",
            Self::OutsideHeartbeat => "outside-heartbeat",
        }
    }

    /// Through whom a failure is told when nobody sits before a terminal: never through what has just failed.
    pub fn told(self) -> Told {
        match self {
            // What carries pages is broken, and an incident would be paged the same way.
            Self::PagesSubscribed
            | Self::PeopleSubscribed
            | Self::SmsSandbox
            | Self::SmsSpending
            | Self::Functions
            | Self::Tick => Told::Watchdog,
            // Alarms or pages are being lost now.
            Self::AlarmActions
            | Self::TopicEncryption
            | Self::TopicPolicy
            | Self::AlarmsReachRouter
            | Self::Secrets
            | Self::PagerDutyKey
            | Self::Heartbeat => Told::Incident(Severity::P0),
            // Nobody is missed yet. A P1 goes to Slack.
            Self::MailSubscribed
            | Self::Rotations
            | Self::DeadLetters
            | Self::HeartbeatWatched
            | Self::WatchdogSubscribed
            | Self::OutsideHeartbeat => Told::Incident(Severity::P1),
            // A P2 is mailed.
            Self::SlackToken | Self::SlackChannel => Told::Incident(Severity::P2),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Through whom a failed check is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// By an incident of this severity.
    Incident(Severity),
    /// Straight to the watchdog topic, past everything of ours.
    Watchdog,
}

/// What is to be told of a daily run, by the way it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// Failures that open or keep an incident, each with its severity.
    pub incident: Vec<(Finding, Severity)>,
    /// Failures that are published on the watchdog topic.
    pub watchdog: Vec<Finding>,
    /// Checks that passed: an incident about them is over.
    pub passed: Vec<Check>,
}

impl Voice {
    /// Sorts findings by how they are told. What could not be proven is not told: it may be nothing, and it is shown by
    /// `doctor`.
    pub fn of(findings: &[Finding]) -> Self {
        let mut voice = Self::default();
        for finding in findings {
            match (finding.verdict, finding.check.told()) {
                (Verdict::Fail, Told::Incident(severity)) => voice.incident.push((finding.clone(), severity)),
                (Verdict::Fail, Told::Watchdog) => voice.watchdog.push(finding.clone()),
                (Verdict::Pass, _) => voice.passed.push(finding.check),
                (Verdict::Unproven | Verdict::Skip, _) => {}
            }
        }
        voice
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is so.
    Pass,
    /// It is not so: somebody will not be reached.
    Fail,
    /// Nobody can say from here, or it could not be read.
    Unproven,
    /// There is nothing to check.
    Skip,
}

impl Verdict {
    /// As it is told: what needs somebody's eye stands out without colour.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::Unproven => "UNPROVEN",
            Self::Skip => "skip",
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// How it ended.
    pub verdict: Verdict,
    /// What it rests on, one fact a line; names and counts, never a secret, a whole address or a phone number.
    pub evidence: Vec<String>,
    /// What to do, unless all is well.
    pub hint: Option<String>,
}

/// What a check says, before it has its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Says {
    pub(super) verdict: Verdict,
    pub(super) evidence: Vec<String>,
    pub(super) hint: Option<String>,
}

impl Says {
    pub(super) fn pass(evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Pass, evidence: vec![evidence.into()], hint: None }
    }

    pub(super) fn skip(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skip, evidence: vec![why.into()], hint: None }
    }

    pub(super) fn fail(evidence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, evidence: vec![evidence.into()], hint: Some(hint.into()) }
    }

    pub(super) fn unproven(evidence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unproven, evidence: vec![evidence.into()], hint: Some(hint.into()) }
    }

    /// It could not be read.
    pub(super) fn unread(what: &str, why: &str) -> Self {
        Self::unproven(format!("{what} could not be read: {why}"), UNREAD)
    }

    /// Fails with every problem there is; else is unproven with every line about what could not be read; else passes.
    pub(super) fn all(problems: Vec<String>, unread: Vec<String>, good: String, hint: &str) -> Self {
        match (problems.is_empty(), unread.is_empty()) {
            (false, _) => Self { verdict: Verdict::Fail, evidence: problems, hint: Some(hint.to_owned()) },
            (true, false) => Self { verdict: Verdict::Unproven, evidence: unread, hint: Some(UNREAD.to_owned()) },
            (true, true) => Self::pass(good),
        }
    }
}

/// What to do about what could not be read.
const UNREAD: &str = "grant the permission that is named, or try again if it timed out";
