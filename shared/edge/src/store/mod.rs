//! The table: incidents, ledgers, the switch for remedies, the quarantine and whose turn it is.
//!
//! | `pk` | `sk` | holds |
//! |---|---|---|
//! | `service#NAME` | `incident` | the service's present incident |
//! | `service#NAME` | `closed#OPENED_AT#ID` | an incident that is over |
//! | `service#NAME` | `ledger` | what was attempted on it |
//! | `decisions#NAME#DAY` | `NANOSECONDS#decision` | what the remediator decided, and by what |
//! | `decisions#NAME#DAY` | `NANOSECONDS#attempt` | what it then did, and what came of it |
//! | `account` | `actions` | when anything was attempted within the last hour |
//! | `switch` | `remedies` | `state` = `on` or `off`, set by a person |
//! | `standing` | `silence#ID`, `override#ID` | what people ordered |
//! | `turn` | JOB | when a periodic job was last done |
//! | `proof` | `heartbeat` | the newest heartbeat that came back |
//! | `quarantine#DAY` | DIGEST | what came and was no alarm |
//! | `seen#DIGEST` | `seen` | that a request from outside was heard |
//!
//! Decisions and attempts are compressed JSON. Incidents and ledgers are JSON in the attribute `body`, with their `version` beside it for compare-and-set. Those that
//! wait for a tick have `due_owner` and `due_at` (epoch milliseconds) and thereby stand in the index `due`. `expires_at`
//! (epoch seconds) is for cleaning only.

mod browse;
mod decisions;
mod incidents;
mod item;
mod ledgers;
mod proof;
mod quarantine;
mod read;
mod seen;
mod standing;
mod switch;
mod turn;
mod write;

use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub use self::decisions::{DECISIONS_KEPT, Past};
pub use self::incidents::{Opened, Replaced};
pub use self::switch::Turned;
use crate::fault::Fault;

/// Why the table did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It did not answer, or asked to come back later.
    #[error("the table did not take {call}: {why}")]
    Unavailable {
        /// The call, as IAM names it.
        call: &'static str,
        /// Why.
        why: String,
    },
    /// Others wrote the item again and again; they are at work on it.
    #[error("others write the incident of {service} at the same time")]
    Contended {
        /// The service.
        service: paramedic_domain::id::ServiceName,
    },
    /// It refused: the role, the table's name or the request is wrong.
    #[error(
        "the table refused {call}: {why}\n  hint: deploy the ops stack again; its roles and its table belong together"
    )]
    Refused {
        /// The call, as IAM names it.
        call: &'static str,
        /// Why.
        why: String,
    },
    /// What is stored, or was to be stored, cannot be read.
    #[error(
        "the item {item} cannot be read: {why}\n  hint: a newer release may have written it; if not, delete the item"
    )]
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
        matches!(self, Self::Unavailable { .. } | Self::Contended { .. })
    }

    fn of<E: ProvideErrorMetadata + Error + 'static>(call: &'static str, error: &SdkError<E, HttpResponse>) -> Self {
        let fault = Fault::of(error);
        if fault.is_transient() {
            Self::Unavailable { call, why: fault.why }
        } else {
            Self::Refused { call, why: fault.why }
        }
    }
}

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }
}

#[cfg(test)]
mod tests;
