//! What was heard before: the same request is heard once.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::signature::WINDOW;
use crate::request::Ask;

/// How long a click is remembered. It could be heard again from [`WINDOW`] before the time it bears until `WINDOW` after;
/// the rest is margin for clocks.
pub const REMEMBER_CLICKS: SignedDuration = SignedDuration::from_secs(3 * WINDOW.as_secs());

/// How long an event of PagerDuty is remembered: longer than [`pagerduty::MAX_AGE`](super::pagerduty::MAX_AGE), after which
/// it is not listened to anyway.
pub const REMEMBER_EVENTS: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Most requests that one function remembers by itself.
const CAPACITY: usize = 10_000;

/// By which a request is known when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(String);

impl Mark {
    /// Of what makes a request of that kind unique. It is a digest: what is stored of a request cannot be sent again.
    pub fn new(kind: &str, unique: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(kind).chain_update(b":").chain_update(unique).finalize();
        Self(format!("{digest:x}"))
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a request came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// For the first time.
    First,
    /// It came before.
    Again,
    /// The memory did not answer.
    Unknown,
}

/// Whether a request may be carried out when nobody can say if it came before.
///
/// What tells people less for a while is the same when done twice, and somebody stands behind it and waits: it goes on.
/// What lets production be changed waits for certainty.
pub fn bears_repetition(ask: &Ask) -> bool {
    match ask {
        Ask::Ack | Ask::Silence { .. } | Ask::Resolve => true,
        Ask::Approve { .. } | Ask::Refuse { .. } => false,
    }
}

/// What one function remembers by itself. It answers when the table does not, and spares the table what comes again at once.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    until: HashMap<Mark, (Timestamp, u64)>,
    /// The same by age: the oldest are forgotten first when there are too many.
    order: BTreeMap<u64, Mark>,
    count: u64,
}

impl Recent {
    /// Remembers a request for so long, and says whether it came before.
    pub fn take(&mut self, mark: &Mark, keep: SignedDuration, now: Timestamp) -> Heard {
        if self.until.get(mark).is_some_and(|(until, _)| *until >= now) {
            return Heard::Again;
        }
        self.release(mark);
        self.forget(now);
        self.count += 1;
        self.until.insert(mark.clone(), (now.checked_add(keep).unwrap_or(Timestamp::MAX), self.count));
        self.order.insert(self.count, mark.clone());
        Heard::First
    }

    /// Forgets a request that was not carried out after all: the same may come again.
    pub fn release(&mut self, mark: &Mark) {
        if let Some((_, number)) = self.until.remove(mark) {
            self.order.remove(&number);
        }
    }

    /// Forgets what is past its time, from the oldest on, and the oldest if there are too many.
    fn forget(&mut self, now: Timestamp) {
        while let Some((_, oldest)) = self.order.first_key_value() {
            let past = self.until.get(oldest).is_none_or(|(until, _)| *until < now);
            if !past && self.order.len() < CAPACITY {
                return;
            }
            let oldest = oldest.clone();
            self.release(&oldest);
        }
    }
}
