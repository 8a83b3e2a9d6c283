//! What may happen within one check: a few changes of alarms, a few requests, and how much may go wrong.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{
    EscalationPolicy, Found, Ladder, Profile, Reach, Repeat, Route, Sighting, Step, Target,
};
use paramedic_domain::id::{AccountId, Arn, PolicyName, Region, ServiceName};
use paramedic_domain::incident::{Event, Policy};
use paramedic_domain::request::{Actor, Ask, Request, Via};
use paramedic_domain::severity::Severity;

/// How long a step of the ladder of a P0 waits, in seconds.
pub const STEP_WAITS: i64 = 300;
/// How many steps that ladder has.
pub const STEPS: usize = 2;
/// How long an acknowledgement holds, in seconds.
pub const ACK_HOLDS: i64 = 1200;
/// How long after its end an incident is opened again, in seconds.
pub const REOPENS: i64 = 600;
/// How long what flaps has to be calm, in seconds.
pub const CALM: i64 = 900;
/// A little longer than a claim holds, in seconds.
pub const CLAIM_LAPSES: i64 = 31;
/// How long a channel that is too busy asks to wait, in seconds.
pub const BUSY: u32 = 60;

/// The bounds of one check. Times are in seconds from its beginning.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// What comes.
    pub messages: Vec<Message>,
    /// How often each change of an alarm is delivered, redeliveries after a crash apart.
    pub copies: u8,
    /// Whether messages come in the order of the list; in any order otherwise.
    pub in_order: bool,
    /// How many workers there are, one or two.
    pub workers: usize,
    /// How long the clock moves, one after the other.
    pub waits: Vec<i64>,
    /// How many workers may die, anywhere.
    pub crashes: u8,
    /// How many sends may be refused with "too many requests".
    pub refusals: u8,
}

/// One message in the router's queue.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// An alarm changed.
    Change(Change),
    /// Somebody acknowledges at that time.
    Ack(i64),
    /// Somebody says at that time that it is over.
    Dismiss(i64),
}

/// One change of one alarm.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Which alarm.
    pub alarm: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What it changed to.
    pub state: AlarmState,
    /// When.
    pub at: i64,
}

/// An alarm goes off at that time.
pub fn fires(alarm: usize, severity: Severity, at: i64) -> Message {
    Message::Change(Change { alarm, severity, state: AlarmState::Alarm, at })
}

/// An alarm recovers at that time.
pub fn recovers(alarm: usize, severity: Severity, at: i64) -> Message {
    Message::Change(Change { alarm, severity, state: AlarmState::Ok, at })
}

/// The moment so many seconds after the beginning.
pub fn moment(seconds: i64) -> Timestamp {
    // 2026-03-01T03:00:00Z
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_772_334_000 + seconds)
}

impl Message {
    /// When it can come at the earliest.
    pub fn at(&self) -> i64 {
        match self {
            Self::Change(change) => change.at,
            Self::Ack(at) | Self::Dismiss(at) => *at,
        }
    }

    /// What the router makes of it.
    pub fn event(&self) -> Event {
        let asked = |ask, at| {
            let by = Actor { name: "ada".to_owned(), via: Via::Cli };
            Event::Asked { incident: None, request: Request { ask, by, at: moment(at) } }
        };
        match self {
            Self::Change(change) => Event::Seen(Box::new(change.sighting())),
            Self::Ack(at) => asked(Ask::Ack, *at),
            Self::Dismiss(at) => asked(Ask::Resolve, *at),
        }
    }
}

impl Change {
    fn sighting(&self) -> Sighting {
        let name = format!("alarm-{}", self.alarm);
        Sighting {
            route: Route::new(ServiceName::from("web"), true, self.severity),
            alarm: Arn::new(format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")),
            name,
            account: AccountId::from("123456789012"),
            region: Region::from("eu-west-1"),
            state: self.state,
            changed_at: moment(self.at),
            reason: String::new(),
            found: Found::Delivered,
            profile: Profile::default(),
        }
    }
}

/// What the machine goes by here. The first step of a P0 names PagerDuty alone: that it takes two channels all the same is
/// for the machine to see to. Another look at the cause is never due.
pub fn policy() -> Policy {
    let step = |notify: &[Target], wait| Step { notify: notify.to_vec(), wait: SignedDuration::from_secs(wait) };
    let ladder = |steps| Ladder { steps, repeat: Repeat::Times(0), ack_expires: SignedDuration::from_secs(ACK_HOLDS) };
    let default = EscalationPolicy {
        name: PolicyName::from(EscalationPolicy::DEFAULT),
        p0: ladder(vec![step(&[Target::PagerDuty], STEP_WAITS), step(&[Target::PagerDuty, Target::Pages], STEP_WAITS)]),
        p1: ladder(vec![step(&[Target::Mail], STEP_WAITS)]),
        p2: ladder(vec![step(&[Target::Mail], STEP_WAITS)]),
    };
    Policy {
        reach: Reach { pagerduty: true, ..Reach::default() },
        escalation: BTreeMap::new(),
        default,
        silences: Vec::new(),
        reopen_within: SignedDuration::from_secs(REOPENS),
        look_again_after: SignedDuration::from_hours(1000),
        // Nobody explains anything here, so nothing waits for it.
        explained_within: SignedDuration::ZERO,
        flapping_within: SignedDuration::from_secs(CALM),
    }
}
