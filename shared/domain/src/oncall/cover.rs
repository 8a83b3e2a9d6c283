//! Somebody taking over for a time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alarm::text::bounded;
use crate::id::{OverrideId, PersonName, RotationName, derived};
use crate::standing::Ended;

/// The longest an override may last, and the longest before its beginning that it may be ordered.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest name of an author and the longest reason, in characters.
const AUTHOR: usize = 200;
const REASON: usize = 500;

/// Somebody is on call instead of whose turn it is, also outside the rotation's hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Its id, made of what it says.
    pub id: OverrideId,
    /// In which rotation.
    pub rotation: RotationName,
    /// Who takes over.
    pub person: PersonName,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who ordered it: data from outside.
    pub by: String,
    /// Why: data from outside.
    pub reason: String,
    /// When it was ordered: of two at the same time the later one holds.
    pub created: Timestamp,
    /// Who ended it before its time, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// Why an override cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOverride {
    /// It ends before it begins.
    #[error(
        "the override would end at {until}, which is not after it begins at {from}\n  hint: give an end after the beginning"
    )]
    Backwards {
        /// When it would begin.
        from: Timestamp,
        /// When it would end.
        until: Timestamp,
    },
    /// It would not change anything any more.
    #[error("the override was over at {until}\n  hint: give an end that is still to come")]
    Past {
        /// When it ended.
        until: Timestamp,
    },
    /// It is too long, or too far away.
    #[error(
        "the override would last from {from} to {until}\n  hint: it may last at most 90 days and begin within 90; change the rotation in paramedic.toml for what is to stay"
    )]
    TooLong {
        /// When it would begin.
        from: Timestamp,
        /// When it would end.
        until: Timestamp,
    },
    /// Nobody is named as its author, or no reason is given, or its id is not what it says.
    #[error(
        "the override lacks its author or its reason, or its id is not made of what it says\n  hint: order it with `infra-bootstrap oncall override`"
    )]
    Unsound,
    /// There is no such rotation.
    #[error("there is no rotation called {unknown:?}\n  hint: the rotations are {known}")]
    Rotation {
        /// What was named.
        unknown: String,
        /// What there is.
        known: String,
    },
    /// There is no such person.
    #[error("there is no person called {unknown:?}\n  hint: the people are {known}")]
    Person {
        /// Who was named.
        unknown: String,
        /// Who there is.
        known: String,
    },
}

impl Override {
    /// An override ordered by somebody at a time. Author and reason are cut to what can be kept.
    pub fn new(
        rotation: RotationName,
        person: PersonName,
        from: Timestamp,
        until: Timestamp,
        by: &str,
        reason: &str,
        created: Timestamp,
    ) -> Self {
        let mut new = Self {
            id: OverrideId::from(""),
            rotation,
            person,
            from,
            until,
            by: bounded(by.trim(), AUTHOR),
            reason: bounded(reason.trim(), REASON),
            created,
            ended: None,
        };
        new.id = new.made_of();
        new
    }

    /// Whether it can be had, whoever and whatever it names.
    ///
    /// # Errors
    ///
    /// It is over, or too long, or not what its id says.
    pub fn check(&self, now: Timestamp) -> Result<(), NoOverride> {
        let Self { from, until, .. } = *self;
        if until <= from {
            return Err(NoOverride::Backwards { from, until });
        }
        if until <= now {
            return Err(NoOverride::Past { until });
        }
        if until.duration_since(from) > LONGEST || from.duration_since(now) > LONGEST {
            return Err(NoOverride::TooLong { from, until });
        }
        let told = |text: &str, limit: usize| !text.is_empty() && text.chars().count() <= limit;
        if !told(&self.by, AUTHOR) || !told(&self.reason, REASON) || self.id != self.made_of() || self.ended.is_some() {
            return Err(NoOverride::Unsound);
        }
        Ok(())
    }

    /// When it ends or ended.
    pub fn over_at(&self) -> Timestamp {
        self.ended.as_ref().map_or(self.until, |ended| ended.at.min(self.until))
    }

    /// Whether it holds now.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.over_at()
    }

    fn made_of(&self) -> OverrideId {
        let times = [self.from, self.until, self.created].map(|time| time.to_string());
        let mut parts = vec![self.rotation.as_str(), self.person.as_str(), &self.by, &self.reason];
        parts.extend(times.iter().map(String::as_str));
        OverrideId::new(derived("ovr", &parts))
    }
}
