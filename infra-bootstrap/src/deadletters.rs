//! Dead letters: messages that a function failed on so often that SQS laid them aside.
//!
//! They are handed to the function again directly (`lambda:InvokeFunction`), one at a time, and leave the queue only once it
//! has taken them. SQS's own redrive (`StartMessageMoveTask`) would put them back into the source queue, whose policy
//! believes its topics only ("Configuring a dead-letter queue redrive" asks for `sqs:SendMessage` there); it also cannot
//! move one message alone, and says nothing of what became of it.

mod letter;
mod queue;

use std::time::Duration;

use aws_config::SdkConfig;

pub use self::letter::{Letter, Subject};
use self::queue::Queues;
use crate::CallError;

/// The dead letters of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterQueue {
    /// The function, as its stack names it: `STACK-escalation-router`.
    pub function: String,
    /// The queue that holds the letters.
    pub name: String,
    /// About how many there are. SQS counts with a delay of up to a minute.
    pub letters: u64,
    /// The age of the oldest that was seen; `None` while there are none, or all are being looked at.
    pub oldest: Option<Duration>,
}

/// Why dead letters could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// AWS refused a call.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no such function, or it takes from no queue.
    #[error(
        "{stack} has no functions that take from a queue\n  hint: deploy the ops stack, or name it with --stack-name"
    )]
    NothingThere {
        /// The stack.
        stack: String,
    },
    /// No function of that name.
    #[error("there is no function {named:?} with dead letters\n  hint: one of {known}")]
    UnknownFunction {
        /// What was asked for.
        named: String,
        /// What there is.
        known: String,
    },
    /// No message of that id.
    #[error(
        "no dead letter has the id {id}\n  hint: `infra-bootstrap deadletters list` says how many there are; a message that \
         somebody else is looking at is hidden for a minute"
    )]
    UnknownLetter {
        /// What was asked for.
        id: String,
    },
}

/// Which letters are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All of them, as many as are seen.
    All,
    /// This one, by its message id.
    One(String),
}

/// What became of one letter that was handed on again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redriven {
    /// The function took it; it left the queue.
    Taken,
    /// The function failed on it again; it stays where it is.
    Failed {
        /// Why, as far as the function said.
        why: String,
    },
}

/// The dead letters of a stack.
pub struct DeadLetters {
    queues: Queues,
}

impl DeadLetters {
    /// Finds the functions of a stack, the queues they take from, and where those lay aside what fails; only one function's,
    /// if one is named (`router`, `escalation-router` or in full).
    ///
    /// # Errors
    /// See [`DeadLetterError`].
    pub async fn open(sdk: &SdkConfig, stack: &str, function: Option<&str>) -> Result<Self, DeadLetterError> {
        Ok(Self { queues: Queues::find(sdk, stack, function).await? })
    }

    /// How many letters each queue has and how old they are.
    ///
    /// # Errors
    /// See [`DeadLetterError`].
    pub async fn list(&self) -> Result<Vec<DeadLetterQueue>, DeadLetterError> {
        let mut listed = Vec::new();
        for queue in &self.queues.all {
            let letters = self.queues.count(queue).await?;
            // An empty queue needs no look; a look hides what it sees for a moment.
            let seen = if letters == 0 { Vec::new() } else { self.queues.look(queue).await? };
            let oldest = seen.iter().filter_map(|held| held.letter.age).max();
            let (function, name) = (queue.function.clone(), queue.name.clone());
            listed.push(DeadLetterQueue { function, name, letters: letters.max(seen.len() as u64), oldest });
        }
        Ok(listed)
    }

    /// Reads letters without taking them away: they are visible again when this returns. SQS gives a sample of a queue, so
    /// many letters may take several looks to be seen all.
    ///
    /// # Errors
    /// See [`DeadLetterError`].
    pub async fn show(&self, which: &Which) -> Result<Vec<Letter>, DeadLetterError> {
        let mut letters = Vec::new();
        for queue in &self.queues.all {
            letters.extend(self.queues.look(queue).await?.into_iter().map(|held| held.letter));
        }
        let letters: Vec<Letter> = letters.into_iter().filter(|letter| which.means(letter)).collect();
        which.must_be_found(&letters)?;
        Ok(letters)
    }

    /// Hands letters to their function again; each leaves the queue if the function takes it. `told` hears of each.
    ///
    /// # Errors
    /// See [`DeadLetterError`]. What was not handed on stays where it is.
    pub async fn redrive(
        &self,
        which: &Which,
        told: &mut dyn FnMut(&Letter, &Redriven),
    ) -> Result<(), DeadLetterError> {
        let mut seen = Vec::new();
        for queue in &self.queues.all {
            for held in self.queues.hold(queue, |letter| which.means(letter)).await? {
                let result = self.queues.hand_on(queue, &held).await?;
                match &result {
                    Redriven::Taken => self.queues.delete(queue, &held).await?,
                    Redriven::Failed { .. } => self.queues.release(queue, &held).await?,
                }
                told(&held.letter, &result);
                seen.push(held.letter);
            }
        }
        which.must_be_found(&seen)
    }

    /// Throws letters away, for good. `told` hears of each.
    ///
    /// # Errors
    /// See [`DeadLetterError`].
    pub async fn discard(&self, which: &Which, told: &mut dyn FnMut(&Letter)) -> Result<(), DeadLetterError> {
        let mut seen = Vec::new();
        for queue in &self.queues.all {
            for held in self.queues.hold(queue, |letter| which.means(letter)).await? {
                self.queues.delete(queue, &held).await?;
                told(&held.letter);
                seen.push(held.letter);
            }
        }
        which.must_be_found(&seen)
    }
}

impl Which {
    fn means(&self, letter: &Letter) -> bool {
        match self {
            Self::All => true,
            Self::One(id) => letter.id == *id,
        }
    }

    fn must_be_found(&self, found: &[Letter]) -> Result<(), DeadLetterError> {
        match self {
            Self::One(id) if found.is_empty() => Err(DeadLetterError::UnknownLetter { id: id.clone() }),
            Self::All | Self::One(_) => Ok(()),
        }
    }
}
