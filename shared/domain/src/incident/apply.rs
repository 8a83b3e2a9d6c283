//! The transition function of the incident machine: what can happen to an incident, and what comes of it.

use jiff::Timestamp;

use super::{Delivery, Incident, Notification, Policy, Undrawn};
use crate::bulletin::Bulletin;
use crate::escalation::{Failure, Sighting};
use crate::id::{Arn, IncidentId};
use crate::request::Request;

/// What happens to an incident.
#[derive(Clone, Debug)]
pub enum Event {
    /// An alarm was seen in some state.
    Seen(Box<Sighting>),
    /// The reconciliation found that an alarm is OK or gone, without a message that said so.
    Settled {
        /// Which alarm.
        alarm: Arn,
        /// When that was read.
        at: Timestamp,
    },
    /// The enricher or the remediator says something.
    Told(Box<Bulletin>),
    /// A person asks something.
    Asked {
        /// Of this very incident; `None` for whatever is open.
        incident: Option<IncidentId>,
        /// What.
        request: Request,
    },
    /// What came of sending what was claimed.
    Delivered(Vec<Delivery>),
    /// What came of bringing the Slack message up to date.
    Shown {
        /// The revision that was shown.
        revision: u32,
        /// Up to which entry of the timeline its thread has the history.
        thread: u32,
        /// Whether Slack has it.
        result: Result<(), Failure>,
    },
    /// A minute passed.
    Tick,
    /// Somebody has the time to draw the graph, if it is owed.
    Draw,
    /// What came of drawing it.
    Drawn {
        /// Of this very incident.
        incident: IncidentId,
        /// Whether its thread has the graph.
        result: Result<(), Undrawn>,
    },
}

/// Why a transition is what it is. The same words go to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The first alarm of a new incident.
    Opened,
    /// An alarm soon after the end opens the same incident again.
    Reopened,
    /// The alarm is worse than the incident was.
    Raised,
    /// Another alarm of an open incident.
    Joined,
    /// The alarm says again what is known.
    StillFiring,
    /// The very same was delivered before.
    Duplicate,
    /// A newer change of the alarm is known already.
    Stale,
    /// One alarm recovered, others have not.
    PartlyRecovered,
    /// All alarms recovered.
    Resolved,
    /// The alarm recovered and no incident knows it.
    NothingToResolve,
    /// No data is not a recovery, and not an alarm either.
    NoData,
    /// An explanation came.
    Explained,
    /// The remediator spoke.
    Remedied,
    /// A bulletin or a request of another incident than the present one.
    OtherIncident,
    /// Somebody took it.
    Acked,
    /// Somebody else was faster.
    AlreadyAcked,
    /// It was over already.
    TooLate,
    /// A person said that it is over.
    Dismissed,
    /// A person ordered silence.
    Silenced,
    /// A person approved or refused a plan.
    Ruled,
    /// A delivery was recorded.
    Recorded,
    /// The graph is owed, and whoever asked is to draw it.
    Drawing,
    /// Something due was taken up.
    TakenUp,
    /// The incident is over and its reopening window has passed.
    Closed,
    /// Nothing to do.
    Nothing,
}

impl Reason {
    /// The reason as it stands in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Raised => "raised",
            Self::Joined => "joined",
            Self::StillFiring => "still_firing",
            Self::Duplicate => "duplicate",
            Self::Stale => "stale",
            Self::PartlyRecovered => "partly_recovered",
            Self::Resolved => "resolved",
            Self::NothingToResolve => "nothing_to_resolve",
            Self::NoData => "no_data",
            Self::Explained => "explained",
            Self::Remedied => "remedied",
            Self::OtherIncident => "other_incident",
            Self::Acked => "acked",
            Self::AlreadyAcked => "already_acked",
            Self::TooLate => "too_late",
            Self::Dismissed => "dismissed",
            Self::Silenced => "silenced",
            Self::Ruled => "ruled",
            Self::Recorded => "recorded",
            Self::Drawing => "drawing",
            Self::TakenUp => "taken_up",
            Self::Closed => "closed",
            Self::Nothing => "nothing",
        }
    }
}

/// What came of an event.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The incident afterwards; `None` if there is none.
    pub incident: Option<Incident>,
    /// Whether it has to be written.
    pub changed: bool,
    /// Why, for each event.
    pub reasons: Vec<Reason>,
    /// Whether the incident is over and done with, and can be put away.
    pub closed: bool,
    /// The notifications claimed by this transition: whoever writes it sends them.
    pub send: Vec<Notification>,
    /// The revision of the Slack message to show now, if any.
    pub show: Option<u32>,
}

/// Applies events to the incident of a service, in their order, as one step.
///
/// Claims whatever is due: the caller writes the new state by compare-and-set, and only if that succeeds sends
/// [`Transition::send`] and shows [`Transition::show`], and then applies [`Event::Delivered`] and [`Event::Shown`].
pub fn apply(current: Option<Incident>, events: &[Event], policy: &Policy, now: Timestamp) -> Transition {
    record(current, events, policy, now).claiming(now)
}

/// As [`apply`], but claims nothing: for a caller who will not tell anybody any more. What is owed stays due, so whoever takes
/// the incident up next tells it. Claimed and not told, it would have to wait until the claim has expired.
pub fn record(current: Option<Incident>, events: &[Event], policy: &Policy, now: Timestamp) -> Transition {
    let before = current.clone();
    let mut step = Step { incident: current, policy, now };
    let reasons = events.iter().map(|event| step.take(event)).collect();
    step.finish(before.as_ref(), reasons)
}

/// One step of the machine while it is made. Its parts lie in the files beside this: alarms in `seen`, bulletins in `told`,
/// requests in `asked`, time in `climb`, what has to be sent in `outbox`, and the graph in `drawing`.
pub(super) struct Step<'a> {
    pub(super) incident: Option<Incident>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

impl Step<'_> {
    fn take(&mut self, event: &Event) -> Reason {
        match event {
            Event::Seen(sighting) => self.seen(sighting),
            Event::Settled { alarm, at } => self.settled(alarm, *at),
            Event::Told(bulletin) => self.told(bulletin),
            Event::Asked { incident, request } => self.asked(incident.as_ref(), request),
            Event::Delivered(deliveries) => self.delivered(deliveries),
            Event::Shown { revision, thread, result } => self.shown(*revision, *thread, result),
            Event::Tick => self.tick(),
            Event::Draw => self.draw(),
            Event::Drawn { incident, result } => self.drawn(incident, result),
        }
    }

    /// What changed shows in the Slack message.
    pub(super) fn touch(&mut self) {
        if let Some(incident) = &mut self.incident {
            incident.view.revision += 1;
        }
    }
}
