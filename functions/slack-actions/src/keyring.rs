//! The keys of one sender: read when the function starts, and again when they may have changed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::escalation::Failure;
use paramedic_domain::inbound::signature::{Key, Unproven};
use paramedic_edge::secrets::Secrets;

use crate::refusal::Refusal;

/// Keys are believed for so long: a secret that was taken out of Secrets Manager proves nothing after that.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(15);
/// A signature that fails may be one of a newly rotated secret. Everybody on the internet can send one that fails, so this
/// is looked up no more often.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Without keys nobody is heard, so they are asked for again soon.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// The sender waits for an answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keys that a sender signs with.
#[derive(Debug)]
pub(crate) struct Keyring {
    secrets: Secrets,
    name: String,
    fields: [&'static str; 2],
    known: Mutex<Known>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    keys: Vec<Key>,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// When they were last asked for because a signature failed.
    looked_at: Option<Timestamp>,
}

impl Known {
    /// Whether they have to be read before they are used.
    fn is_due(&self, now: Timestamp) -> bool {
        past(self.read_at, MAX_AGE, now) && past(self.tried_at, RETRY, now)
    }

    /// Whether they may be read because a signature failed.
    fn may_look_again(&self, now: Timestamp) -> bool {
        past(self.looked_at, LOOK_AGAIN, now)
    }
}

fn past(then: Option<Timestamp>, wait: SignedDuration, now: Timestamp) -> bool {
    then.is_none_or(|then| now.duration_since(then) >= wait)
}

impl Keyring {
    /// For the fields of a secret, none of which is read yet.
    pub(crate) fn new(secrets: Secrets, name: &str, fields: [&'static str; 2]) -> Self {
        Self { secrets, name: name.to_owned(), fields, known: Mutex::default() }
    }

    /// Whether a request is proven by one of the keys, by the newest of them if need be.
    pub(crate) async fn prove<T>(
        &self,
        now: Timestamp,
        check: impl Fn(&[Key]) -> Result<T, Unproven>,
    ) -> Result<T, Refusal> {
        // What no key could prove costs no call.
        match check(&[]) {
            Err(Unproven::NoKey) => {}
            other => return other.map_err(Refusal::Unproven),
        }
        let mut unread = None;
        if self.known().is_due(now) {
            unread = self.read(now).await.err();
        }
        let known = self.known();
        match (check(&known.keys), unread) {
            (Err(Unproven::NoKey), Some(failure)) => Err(Refusal::NoKeys(failure)),
            (Err(Unproven::NoKey), None) => Err(Refusal::NoKeys(self.unavailable("it was not readable just now"))),
            (Err(Unproven::Forged), _) if known.may_look_again(now) => match self.look_again(now).await {
                Ok(()) => check(&self.known().keys).map_err(Refusal::Unproven),
                Err(failure) => {
                    tracing::warn!(why = failure.why(), "the keys could not be read again");
                    Err(Refusal::Unproven(Unproven::Forged))
                }
            },
            (checked, _) => checked.map_err(Refusal::Unproven),
        }
    }

    /// Reads the keys. Those that are known stay when it fails: who could sign until now may do so a while longer.
    pub(crate) async fn read(&self, now: Timestamp) -> Result<(), Failure> {
        let read = tokio::time::timeout(PATIENCE, self.secrets.keys(&self.name, &self.fields)).await;
        let read = read.unwrap_or_else(|_| Err(self.unavailable("no answer in time")));
        let mut known = self.lock();
        known.tried_at = Some(now);
        known.keys = read?;
        known.read_at = Some(now);
        Ok(())
    }

    async fn look_again(&self, now: Timestamp) -> Result<(), Failure> {
        self.lock().looked_at = Some(now);
        self.read(now).await
    }

    fn unavailable(&self, why: &str) -> Failure {
        Failure::SecretUnavailable { secret: self.name.clone(), why: why.to_owned() }
    }

    fn known(&self) -> Known {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_772_334_000 + seconds).unwrap()
    }

    /// Keys that were read and asked for at those seconds.
    fn known(read: Option<i64>, tried: Option<i64>) -> Known {
        Known { read_at: read.map(at), tried_at: tried.map(at), ..Known::default() }
    }

    #[test]
    fn keys_are_read_at_first_and_after_a_quarter_of_an_hour() {
        assert!(known(None, None).is_due(at(0)));
        assert!(!known(Some(0), Some(0)).is_due(at(899)));
        assert!(known(Some(0), Some(0)).is_due(at(900)));
    }

    #[test]
    fn keys_that_could_not_be_read_are_asked_for_again_after_five_seconds() {
        assert!(!known(None, Some(0)).is_due(at(4)));
        assert!(known(None, Some(0)).is_due(at(5)));
        assert!(!known(Some(-2000), Some(0)).is_due(at(4)), "old keys wait as long");
    }

    #[test]
    fn failing_signatures_have_the_keys_read_once_a_minute_however_many_there_are() {
        let mut known = known(Some(0), Some(0));
        assert!(known.may_look_again(at(0)), "a secret may have been rotated since the function started");
        let reads = (0..3600).filter(|second| {
            let reads = known.may_look_again(at(*second));
            if reads {
                known.looked_at = Some(at(*second));
            }
            reads
        });
        assert_eq!(reads.count(), 60);
    }
}
