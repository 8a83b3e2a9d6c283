//! Standing orders: the silences and overrides that people gave while it runs, and that hold until their time is over.
//!
//! Orders may come twice and in any order. An order is known by its id, so the second delivery changes nothing, and what
//! was ended is kept for longer than a delivery can be late, so that nothing comes back.

mod ended;
mod order;

use jiff::{SignedDuration, Timestamp};

pub use self::ended::Ended;
pub use self::order::Order;
use crate::alarm::text::bounded;
use crate::id::{OverrideId, SilenceId};
use crate::oncall::{NoOverride, Override};
use crate::silence::{NoSilence, Silence};

/// How long something is kept after it is over: longer than a message can be kept in a queue, which is 14 days ("Amazon
/// SQS message quotas").
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many silences and how many overrides may stand at a time: all are read with every alarm.
const MOST: usize = 200;
/// The longest name of who ends something, in characters.
const AUTHOR: usize = 200;

/// All that was ordered and is not long over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The silences.
    pub silences: Vec<Silence>,
    /// The overrides.
    pub overrides: Vec<Override>,
}

/// What an order changed: the one thing to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, for one invocation")]
pub enum Changed {
    /// This silence is new or ended.
    Silence(Silence),
    /// This override is new or ended.
    Override(Override),
    /// Nothing: the order was carried out before.
    Nothing,
}

/// Something that is long over and was forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// A silence.
    Silence(SilenceId),
    /// An override.
    Override(OverrideId),
}

/// Why an order is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The silence cannot be had.
    #[error(transparent)]
    Silence(#[from] NoSilence),
    /// The override cannot be had.
    #[error(transparent)]
    Override(#[from] NoOverride),
    /// There is nothing of that id.
    #[error("there is no standing {what} {id:?}\n  hint: {hint}")]
    Unknown {
        /// `silence` or `override`.
        what: &'static str,
        /// What was named.
        id: String,
        /// Where to look.
        hint: &'static str,
    },
    /// Too many stand already.
    #[error("{MOST} {what}s stand already\n  hint: end some, or match more alarms with one")]
    TooMany {
        /// `silence` or `override`.
        what: &'static str,
    },
}

impl Standing {
    /// Carries out an order. Whether an override's person and rotation exist is for [`crate::oncall::Roster::admits`] to
    /// say.
    ///
    /// # Errors
    ///
    /// What is ordered cannot be had, or what is to be ended does not stand.
    pub fn apply(&mut self, order: &Order, now: Timestamp) -> Result<Changed, Refused> {
        match order {
            Order::AddSilence(new) => {
                if self.silences.iter().any(|silence| silence.id == new.id) {
                    return Ok(Changed::Nothing);
                }
                new.check(now)?;
                let stands = |silence: &&Silence| silence.over_at().is_none_or(|over| now < over);
                if self.silences.iter().filter(stands).count() >= MOST {
                    return Err(Refused::TooMany { what: "silence" });
                }
                self.silences.push(new.clone());
                Ok(Changed::Silence(new.clone()))
            }
            Order::EndSilence { id, by, at } => {
                let hint =
                    "`infra-bootstrap silence list` has them; a [[maintenance]] window is ended in paramedic.toml";
                let unknown = || Refused::Unknown { what: "silence", id: id.to_string(), hint };
                let silence = self.silences.iter_mut().find(|silence| silence.id == *id).ok_or_else(unknown)?;
                let over = silence.over_at();
                Ok(match end(&mut silence.ended, over, by, *at, now) {
                    true => Changed::Silence(silence.clone()),
                    false => Changed::Nothing,
                })
            }
            Order::AddOverride(new) => {
                if self.overrides.iter().any(|cover| cover.id == new.id) {
                    return Ok(Changed::Nothing);
                }
                new.check(now)?;
                if self.overrides.iter().filter(|cover| now < cover.over_at()).count() >= MOST {
                    return Err(Refused::TooMany { what: "override" });
                }
                self.overrides.push(new.clone());
                Ok(Changed::Override(new.clone()))
            }
            Order::EndOverride { id, by, at } => {
                let hint = "`infra-bootstrap oncall show` has them";
                let unknown = || Refused::Unknown { what: "override", id: id.to_string(), hint };
                let cover = self.overrides.iter_mut().find(|cover| cover.id == *id).ok_or_else(unknown)?;
                let over = Some(cover.over_at());
                Ok(match end(&mut cover.ended, over, by, *at, now) {
                    true => Changed::Override(cover.clone()),
                    false => Changed::Nothing,
                })
            }
        }
    }

    /// Forgets what is long over, and says what that was.
    pub fn prune(&mut self, now: Timestamp) -> Vec<Forgotten> {
        let kept = |over: Option<Timestamp>| kept_until(over).is_none_or(|until| now < until);
        let mut forgotten = Vec::new();
        for silence in self.silences.extract_if(.., |silence| !kept(silence.over_at())) {
            forgotten.push(Forgotten::Silence(silence.id));
        }
        for cover in self.overrides.extract_if(.., |cover| !kept(Some(cover.over_at()))) {
            forgotten.push(Forgotten::Override(cover.id));
        }
        forgotten
    }
}

/// Until when something that is over at some time is kept.
pub fn kept_until(over: Option<Timestamp>) -> Option<Timestamp> {
    over?.checked_add(KEPT).ok()
}

/// Ends what is not over yet; whether that changed anything.
fn end(ended: &mut Option<Ended>, over: Option<Timestamp>, by: &str, at: Timestamp, now: Timestamp) -> bool {
    // A clock that is ahead does not end it later than it was asked.
    let at = at.min(now);
    if over.is_some_and(|over| over <= at) {
        return false;
    }
    *ended = Some(Ended { by: bounded(by.trim(), AUTHOR), at });
    true
}

#[cfg(test)]
mod tests;
