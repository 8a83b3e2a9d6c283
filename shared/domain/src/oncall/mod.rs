//! Who is on call.
//!
//! A rotation says whose turn it is, an override who takes over for a time. At every moment exactly one person is on call
//! in a rotation, or nobody is and [`Because`] says why.

mod cover;
mod rotation;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

pub use self::cover::{NoOverride, Override};
pub use self::rotation::{NoShiftLength, Rotation, ShiftLength, Turn};
use crate::id::{OverrideId, PersonName, RotationName};
use crate::wall_clock::{Hours, Zone};

/// Everybody who can be on call, when they are, and who takes over from whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The people there are. An override for somebody who is not among them does not hold: nobody could be told.
    pub persons: Vec<PersonName>,
    /// The rotations.
    pub rotations: Vec<Rotation>,
    /// The overrides, in any order.
    pub overrides: Vec<Override>,
}

/// Who is on call at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnCall {
    /// The person; `None` is a gap.
    pub person: Option<PersonName>,
    /// When somebody else takes over, or the same person takes another turn, or another reason holds; `None` for never.
    pub until: Option<Timestamp>,
    /// Why this person, or why nobody.
    pub because: Because,
}

/// Why somebody is on call, or nobody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// It is the person's turn.
    Turn,
    /// The person took over.
    Override(OverrideId),
    /// Nobody: the rotation is restricted to other hours.
    OutsideHours,
    /// Nobody: the rotation has not begun.
    NotBegun,
    /// Nobody: the rotation has no people.
    Empty,
    /// Nobody: there is no rotation of that name.
    Unknown,
}

/// Some time in which the same person is on call for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// The person; `None` is a gap.
    pub person: Option<PersonName>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why this person, or why nobody.
    pub because: Because,
}

/// Some time in which nobody is on call in a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// In which rotation.
    pub rotation: RotationName,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub why: Because,
}

impl Roster {
    /// Who is on call in a rotation now.
    ///
    /// Overrides win, the latest ordered over the earlier, and over restricted hours too; then the turn decides.
    pub fn on_call(&self, rotation: &RotationName, now: Timestamp) -> OnCall {
        let covers: Vec<&Override> = self.covers(rotation).collect();
        let in_effect = covers.iter().filter(|cover| cover.holds(now)).max_by_key(|cover| order(cover));
        // The next override that would take over from what holds now.
        let taken_over = covers
            .iter()
            .filter(|cover| cover.from > now && in_effect.is_none_or(|held| order(cover) > order(held)))
            .map(|cover| cover.from)
            .min();
        let mut on_call = match (in_effect, self.rotations.iter().find(|each| each.name == *rotation)) {
            (_, None) => OnCall { person: None, until: None, because: Because::Unknown },
            (Some(cover), _) => OnCall {
                person: Some(cover.person.clone()),
                until: Some(cover.over_at()),
                because: Because::Override(cover.id.clone()),
            },
            (None, Some(rotation)) => scheduled(rotation, now),
        };
        if on_call.because != Because::Unknown {
            on_call.until = on_call.until.into_iter().chain(taken_over).min();
        }
        on_call
    }

    /// Who is on call in a rotation when, without a hole from one time to another.
    pub fn shifts(&self, rotation: &RotationName, from: Timestamp, to: Timestamp) -> Vec<Shift> {
        let mut shifts = Vec::new();
        let mut from = from;
        while from < to {
            let OnCall { person, until, because } = self.on_call(rotation, from);
            let until = until.map_or(to, |until| until.min(to));
            shifts.push(Shift { person, from, until, because });
            from = until;
        }
        shifts
    }

    /// When nobody is on call in a rotation, for each rotation by itself.
    pub fn gaps(&self, from: Timestamp, to: Timestamp) -> Vec<Gap> {
        self.rotations
            .iter()
            .flat_map(|rotation| {
                let shifts = self.shifts(&rotation.name, from, to);
                shifts.into_iter().filter(|shift| shift.person.is_none()).map(|shift| Gap {
                    rotation: rotation.name.clone(),
                    from: shift.from,
                    until: shift.until,
                    why: shift.because,
                })
            })
            .collect()
    }

    /// When nobody is on call in any of these rotations: the gaps of a step that notifies them all, such as one that
    /// follows the sun.
    pub fn uncovered(&self, rotations: &[RotationName], from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut holes: Vec<(Timestamp, Timestamp)> = Vec::new();
        let mut from = from;
        while from < to {
            let all = || rotations.iter().map(|rotation| self.on_call(rotation, from));
            let until = all().filter_map(|on_call| on_call.until).min().map_or(to, |until| until.min(to));
            if all().all(|on_call| on_call.person.is_none()) {
                match holes.last_mut() {
                    Some((_, end)) if *end == from => *end = until,
                    _ => holes.push((from, until)),
                }
            }
            from = until;
        }
        holes
    }

    /// Whether there are the rotation and the person that an override names.
    ///
    /// # Errors
    ///
    /// There is none of that name; the error says which there are.
    pub fn admits(&self, cover: &Override) -> Result<(), NoOverride> {
        if !self.rotations.iter().any(|rotation| rotation.name == cover.rotation) {
            let known = listed(self.rotations.iter().map(|rotation| rotation.name.as_str()));
            return Err(NoOverride::Rotation { unknown: cover.rotation.to_string(), known });
        }
        if !self.persons.contains(&cover.person) {
            let known = listed(self.persons.iter().map(PersonName::as_str));
            return Err(NoOverride::Person { unknown: cover.person.to_string(), known });
        }
        Ok(())
    }

    /// The overrides of a rotation that hold at some time.
    fn covers<'a>(&'a self, rotation: &RotationName) -> impl Iterator<Item = &'a Override> {
        self.overrides.iter().filter(move |cover| {
            cover.rotation == *rotation && cover.from < cover.over_at() && self.persons.contains(&cover.person)
        })
    }
}

/// Of two overrides the greater one holds.
fn order(cover: &Override) -> (Timestamp, &OverrideId) {
    (cover.created, &cover.id)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Who is on call if nobody takes over.
fn scheduled(rotation: &Rotation, now: Timestamp) -> OnCall {
    let nobody = |until, because| OnCall { person: None, until, because };
    if rotation.people.is_empty() {
        return nobody(None, Because::Empty);
    }
    let Some(turn) = rotation.turn(now) else {
        return nobody(rotation.begins(), Because::NotBegun);
    };
    let until = if rotation.hours.is_empty() {
        turn.until
    } else {
        match Hours::open_until(&rotation.hours, &rotation.zone, now, turn.until) {
            Some(closing) => closing.min(turn.until),
            None => {
                let opening = Hours::next_opening(&rotation.hours, &rotation.zone, now);
                return nobody(opening, Because::OutsideHours);
            }
        }
    };
    OnCall { person: turn.person, until: Some(until), because: Because::Turn }
}

impl OnCall {
    /// In words, with the time as it is read in a zone.
    pub fn told(&self, zone: &Zone) -> String {
        let who = self.person.as_ref().map_or("nobody", PersonName::as_str);
        let until = self.until.map_or_else(|| "for good".to_owned(), |until| format!("until {}", zone.told(until)));
        format!("{who}, {until}: {}", self.because)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn => f.write_str("it is their turn"),
            Self::Override(id) => write!(f, "they took over ({id})"),
            Self::OutsideHours => f.write_str("the rotation is restricted to other hours"),
            Self::NotBegun => f.write_str("the rotation has not begun"),
            Self::Empty => f.write_str("the rotation has no people"),
            Self::Unknown => f.write_str("there is no rotation of that name"),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod tests;
