//! Incidents: at most one that is not archived a service, each write a compare-and-set.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Incident, Phase};

use super::item::{self, Item, Owner};
use super::write::Written;
use super::{Store, StoreError};

/// How long the record of a mere recovery is kept; it is of use for an hour.
const KEEP_CALM: SignedDuration = SignedDuration::from_hours(24);
/// How long an incident that is over is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 400);
const SORT: &str = "incident";
/// What the keys of the closed ones begin with.
pub(super) const CLOSED: &str = "closed#";

/// What came of opening an incident.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// It is the service's incident now, at version 1.
    New,
    /// The service has one already.
    Exists(Box<Incident>),
}

/// What came of replacing an incident.
#[derive(Clone, Debug, PartialEq)]
pub enum Replaced {
    /// It is stored, with the version counted up by one.
    Done,
    /// Somebody was faster. This is what is stored now; nothing if the incident was archived.
    Conflict(Option<Box<Incident>>),
}

impl Store {
    /// Stores the first version of a service's incident, unless the service has one. One call.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn open(&self, incident: &Incident, due_at: Timestamp) -> Result<Opened, StoreError> {
        match self.put(current(incident, 1, due_at)?, 0).await? {
            Written::Done => Ok(Opened::New),
            Written::Conflict(Some(stored)) => Ok(Opened::Exists(Box::new(item::body(&stored)?))),
            // A table that does not return what stood in the way costs one more call.
            Written::Conflict(None) => match self.load(&incident.service).await? {
                Some(stored) => Ok(Opened::Exists(Box::new(stored))),
                None => Err(StoreError::Unavailable {
                    call: "dynamodb:PutItem",
                    why: "the incident that stood in the way was archived meanwhile".to_owned(),
                }),
            },
        }
    }

    /// Stores the next version of an incident, if the stored one is still that of `incident.version`. One call.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn replace(&self, incident: &Incident, due_at: Timestamp) -> Result<Replaced, StoreError> {
        let next = incident.version.saturating_add(1);
        match self.put(current(incident, next, due_at)?, incident.version).await? {
            Written::Done => Ok(Replaced::Done),
            Written::Conflict(Some(stored)) => Ok(Replaced::Conflict(Some(Box::new(item::body(&stored)?)))),
            Written::Conflict(None) => Ok(Replaced::Conflict(self.load(&incident.service).await?.map(Box::new))),
        }
    }

    /// The incident of a service, open or lately resolved.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn load(&self, service: &ServiceName) -> Result<Option<Incident>, StoreError> {
        self.get(item::key(item::partition(service), SORT)).await?.map(|item| item::body(&item)).transpose()
    }

    /// Moves an incident that is over to the closed ones, if it is still at `incident.version`; says whether it was. A mere
    /// record of recoveries is not kept.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn archive(&self, incident: &Incident) -> Result<bool, StoreError> {
        let mut writes: Vec<_> = self.closed(incident)?.into_iter().collect();
        writes.push(self.delete_later(item::key(item::partition(&incident.service), SORT), incident.version)?);
        self.all_or_nothing(writes).await
    }

    /// Archives an incident that is over and stores the one that follows it in its place, both or neither: what the one
    /// before still owes has gone over to the one that follows. Says whether the former was still at `former.version`.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn succeed(&self, former: &Incident, next: &Incident, due_at: Timestamp) -> Result<bool, StoreError> {
        let mut writes: Vec<_> = self.closed(former)?.into_iter().collect();
        let stored = current(next, next.version.saturating_add(1), due_at)?;
        writes.push(self.put_later(stored, Some(former.version))?);
        self.all_or_nothing(writes).await
    }

    /// Puts a closed incident among the closed ones; nothing for a mere record of recoveries.
    fn closed(&self, incident: &Incident) -> Result<Option<TransactWriteItem>, StoreError> {
        if incident.is_calm() {
            return Ok(None);
        }
        let over_at = match incident.phase {
            Phase::Resolved { at } | Phase::Dismissed { at, .. } | Phase::Calm { at } => at,
            Phase::Open => incident.opened_at,
        };
        let closed =
            item::key(item::partition(&incident.service), format!("{CLOSED}{}#{}", incident.opened_at, incident.id));
        let mut closed = item::with_body(closed, incident, incident.version)?;
        closed.insert("expires_at".to_owned(), item::expiry(over_at, KEEP));
        self.put_later(closed, None).map(Some)
    }

    /// The services that have an incident which is not archived.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn open_incidents(&self) -> Result<Vec<ServiceName>, StoreError> {
        self.indexed(Owner::Router, None).await
    }

    /// The services whose incident has to be looked at by now.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn due_incidents(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        self.indexed(Owner::Router, Some(now)).await
    }
}

fn current(incident: &Incident, version: u64, due_at: Timestamp) -> Result<Item, StoreError> {
    let key = item::key(item::partition(&incident.service), SORT);
    let stored = Incident { version, ..incident.clone() };
    let mut item = item::with_body(key, &stored, version)?;
    if let Phase::Calm { at } = incident.phase {
        // Nobody waits for it, so it stands in no index.
        item.insert("expires_at".to_owned(), item::expiry(at, KEEP_CALM));
        return Ok(item);
    }
    Ok(item::due(item, Owner::Router, due_at))
}
