//! The table: incidents, ledgers, the switch and the quarantine.

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::{Delivery, NotAnAlarm};
use paramedic_domain::guardrail::Switch;
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::Incident;
use paramedic_domain::ledger::Ledger;

/// Why the table did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer, or asked to come back later.
    #[error("the table did not take {call}: {why}")]
    Unavailable {
        /// The call, as IAM names it.
        call: &'static str,
        /// Why.
        why: String,
    },
    /// It refused: the role, the table's name or the request is wrong.
    #[error("the table refused {call}: {why}\n  hint: deploy the ops stack again; its role and its table belong together")]
    Refused {
        /// The call, as IAM names it.
        call: &'static str,
        /// Why.
        why: String,
    },
    /// What is stored cannot be read.
    #[error("the item {item} cannot be read: {why}\n  hint: a newer release may have written it; otherwise delete the item")]
    Broken {
        /// Its key.
        item: String,
        /// Why.
        why: String,
    },
}

impl StoreError {
    /// Whether the same call may work later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

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

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

#[allow(unused_variables, clippy::todo)]
impl Store {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }

    /// Stores the first version of a service's incident, unless the service has one. One call.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn open(&self, incident: &Incident, due_at: Timestamp) -> Result<Opened, StoreError> {
        todo!()
    }

    /// Stores the next version of an incident, if the stored one is still that of `incident.version`.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn replace(&self, incident: &Incident, due_at: Timestamp) -> Result<Replaced, StoreError> {
        todo!()
    }

    /// The incident of a service, open or lately resolved.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn load(&self, service: &ServiceName) -> Result<Option<Incident>, StoreError> {
        todo!()
    }

    /// Moves an incident that is over to the closed ones, if it is still at `incident.version`; says whether it was.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn archive(&self, incident: &Incident) -> Result<bool, StoreError> {
        todo!()
    }

    /// The services that have an incident which is not archived.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn open_incidents(&self) -> Result<Vec<ServiceName>, StoreError> {
        todo!()
    }

    /// The services whose incident has to be looked at by now.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn due_incidents(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        todo!()
    }

    /// The ledger of a service; an empty one at version 0 if nothing was ever attempted.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn ledger(&self, service: &ServiceName) -> Result<Ledger, StoreError> {
        todo!()
    }

    /// How many actions were claimed in the account within the last hour.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn account_actions(&self, now: Timestamp) -> Result<u32, StoreError> {
        todo!()
    }

    /// Claims an action: stores the ledger, if it is still at the version it was read at, and counts the action for the
    /// account, if the account has not acted more often than `account_actions` meanwhile. False if either does not hold.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. After an error the claim may stand all the same; it must not be acted upon.
    pub async fn claim(
        &self,
        ledger: &Ledger,
        account_actions: u32,
        now: Timestamp,
        due_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Stores a ledger, if it is still at the version it was read at; false if it is not.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn record(&self, ledger: &Ledger, due_at: Option<Timestamp>) -> Result<bool, StoreError> {
        todo!()
    }

    /// The services whose ledger has to be looked at by now.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn due_ledgers(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        todo!()
    }

    /// The switch that stops all remedies. Never an error: what cannot be read is [`Switch::Unreadable`].
    pub async fn switch(&self) -> Switch {
        todo!()
    }

    /// Keeps what was no alarm, for thirty days. The same body twice is the same record.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn quarantine(&self, refused: &[(Delivery, NotAnAlarm)], now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// Whether the caller may do a periodic job now. Of all who ask within `every`, one may.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn take_turn(&self, what: &str, every: SignedDuration, now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }
}
