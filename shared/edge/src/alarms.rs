//! The alarms as they stand now, for the reconciliation.

use aws_sdk_cloudwatch::Client;
use paramedic_domain::alarm::Alarm;

use crate::fault::Fault;

/// Something could not be read from AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} could not be read: {why}")]
pub struct ReadError {
    /// What.
    pub what: &'static str,
    /// Why, with AWS's own error code where there is one.
    pub why: String,
    /// Whether it may work later.
    pub transient: bool,
}

impl ReadError {
    pub(crate) fn of(what: &'static str, fault: Fault) -> Self {
        Self { what, transient: fault.is_transient(), why: fault.why }
    }
}

/// An alarm as CloudWatch describes it: its state, and whether anybody would hear of it.
#[derive(Clone, Debug, PartialEq)]
pub struct WiredAlarm {
    /// The alarm; what it acts on is in `alarm.actions`.
    pub alarm: Alarm,
    /// Whether it acts at all.
    pub actions_enabled: bool,
}

/// CloudWatch's alarms.
#[derive(Clone, Debug)]
pub struct Alarms {
    client: Client,
}

impl Alarms {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Every alarm that is in ALARM now, metric and composite ones.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or not to the end.
    pub async fn in_alarm(&self) -> Result<Vec<WiredAlarm>, ReadError> {
        todo!("{self:?}")
    }

    /// These alarms, as far as there are any, in whatever state.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or not to the end.
    pub async fn named(&self, names: &[String]) -> Result<Vec<WiredAlarm>, ReadError> {
        todo!("{self:?} {names:?}")
    }
}
