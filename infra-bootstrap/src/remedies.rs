//! What Paramedic may do, as it stands: the switch for all remedies, and for each service its modes, its freeze and what was
//! attempted lately.

mod history;
mod simulate;

use aws_config::SdkConfig;
use jiff::Timestamp;
use paramedic_domain::config::{Config, Mode, Service};
use paramedic_domain::guardrail::Switch;
use paramedic_domain::id::ServiceName;
use paramedic_domain::ledger::{Attempt, Ledger, Stage};
use paramedic_domain::remedy::RemedyKind;
use paramedic_domain::wall_clock::Zone;
use paramedic_edge::store::{Store, Turned};
use serde_json::{Value, json};

pub use self::history::{History, history};
pub use self::simulate::{Simulation, simulate, with_mode};
use crate::columns::{about, at, columns};
use crate::deployed::{TableError, table};

/// What may be done at this moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The switch as the remediator reads it.
    pub switch: Switch,
    /// Who turned it last.
    pub turned: Option<Turned>,
    /// Actions in the whole account within the last hour.
    pub account_actions: u32,
    /// The services.
    pub services: Vec<OfService>,
}

/// What may be done to one service.
#[derive(Clone, Debug)]
pub struct OfService {
    /// The service.
    pub service: Service,
    /// The freeze that covers it, and until when.
    pub frozen: Option<(String, Timestamp)>,
    /// What was attempted on it.
    pub ledger: Ledger,
}

/// Why the breaker of a service was not closed.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The table cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Nothing keeps remedies from that service.
    #[error("no remedy failed twice in a row on {service}, so there is nothing to close")]
    NotOpen {
        /// The service.
        service: ServiceName,
    },
    /// The remediator wrote at the same time.
    #[error("the remediator is writing about {service} right now\nhint: say it again")]
    Busy {
        /// The service.
        service: ServiceName,
    },
}

/// Reads how things stand.
///
/// # Errors
/// See [`TableError`].
pub async fn standing(sdk: &SdkConfig, stack: &str, config: &Config, now: Timestamp) -> Result<Standing, TableError> {
    let store = table(sdk, stack).await?;
    let mut services = Vec::with_capacity(config.services.len());
    for service in &config.services {
        let frozen = config.frozen(&service.name, now).map(|(freeze, until)| (freeze.name.clone(), until));
        services.push(OfService { service: service.clone(), frozen, ledger: store.ledger(&service.name).await? });
    }
    let turned = store.switch_turned().await?;
    Ok(Standing { switch: store.switch().await, turned, account_actions: store.account_actions(now).await?, services })
}

/// Turns the switch for all remedies.
///
/// # Errors
/// See [`TableError`].
pub async fn turn(sdk: &SdkConfig, stack: &str, turned: &Turned) -> Result<(), TableError> {
    Ok(table(sdk, stack).await?.turn_switch(turned).await?)
}

/// Closes the breaker of a service after somebody looked: remedies may be tried again.
///
/// # Errors
/// See [`ResetError`].
pub async fn reset(sdk: &SdkConfig, stack: &str, service: &ServiceName) -> Result<(), ResetError> {
    let store: Store = table(sdk, stack).await?;
    let ledger = store.ledger(service).await.map_err(TableError::from)?;
    if !ledger.breaker_open() {
        return Err(ResetError::NotOpen { service: service.clone() });
    }
    // What the remediator watches stays due: only it settles an open attempt.
    let due_at = ledger.open_attempt().map(|attempt| attempt.claimed_at);
    match store.record(&ledger.looked_at(), due_at).await.map_err(TableError::from)? {
        true => Ok(()),
        false => Err(ResetError::Busy { service: service.clone() }),
    }
}

impl Standing {
    /// In words.
    pub fn text(&self, zone: &Zone, now: Timestamp) -> String {
        let by = self.turned.as_ref().map(|turned| {
            format!(", turned by {} {} ago: {}", turned.by, about(now.duration_since(turned.at)), turned.reason)
        });
        let switch = match self.switch {
            Switch::On => "remedies are on",
            Switch::Off => "remedies are OFF: nothing is touched in any service",
            Switch::Unreadable => "the switch says neither on nor off, which counts as OFF",
        };
        let actions = self.account_actions;
        let head =
            format!("{switch}{}\nactions in the account within the last hour: {actions}\n", by.unwrap_or_default());
        let rows: Vec<[String; 5]> = self
            .services
            .iter()
            .map(|of| {
                [
                    of.service.name.to_string(),
                    modes(&of.service),
                    of.frozen
                        .as_ref()
                        .map_or("-".to_owned(), |(name, until)| format!("{name} until {}", at(*until, zone))),
                    if of.ledger.breaker_open() { "OPEN".to_owned() } else { "closed".to_owned() },
                    of.ledger.attempts.last().map_or("-".to_owned(), |last| attempt(last, zone)),
                ]
            })
            .collect();
        let open = self.services.iter().find(|of| of.ledger.breaker_open());
        let hint = open.map_or_else(String::new, |of| {
            format!(
                "hint: look at what failed, then close it with `infra-bootstrap remedies reset {}`\n",
                of.service.name
            )
        });
        format!("{head}\n{}{hint}", columns(["SERVICE", "MODES", "FREEZE", "BREAKER", "LAST ATTEMPT"], &rows))
    }

    /// The same as JSON.
    pub fn json(&self) -> Value {
        let switch = match self.switch {
            Switch::On => "on",
            Switch::Off => "off",
            Switch::Unreadable => "unreadable",
        };
        let service = |of: &OfService| {
            let modes: serde_json::Map<String, Value> =
                RemedyKind::ALL.iter().map(|kind| (kind.to_string(), json!(of.service.mode(*kind)))).collect();
            json!({
                "service": of.service.name,
                "modes": modes,
                "freeze": of.frozen.as_ref().map(|(name, until)| json!({ "name": name, "until": until })),
                "breaker_open": of.ledger.breaker_open(),
                "attempts": of.ledger.attempts,
            })
        };
        json!({
            "switch": switch,
            "turned": self.turned,
            "account_actions_in_the_last_hour": self.account_actions,
            "services": self.services.iter().map(service).collect::<Vec<_>>(),
        })
    }
}

/// `suggest`, or `auto: replace_task; suggest: others`: the mode of all, or what differs from `suggest`.
fn modes(service: &Service) -> String {
    let of = |mode: Mode| -> Vec<&str> {
        RemedyKind::ALL.iter().filter(|kind| service.mode(**kind) == mode).map(|kind| kind.as_str()).collect()
    };
    let named = [(Mode::Auto, "auto"), (Mode::Approve, "approve"), (Mode::Suggest, "suggest"), (Mode::Off, "off")];
    let parts: Vec<String> = named
        .into_iter()
        .map(|(mode, name)| (of(mode), name))
        .filter(|(kinds, _)| !kinds.is_empty())
        .map(|(kinds, name)| match kinds.len() == RemedyKind::ALL.len() {
            true => name.to_owned(),
            false => format!("{name}: {}", kinds.join(", ")),
        })
        .collect();
    parts.join("; ")
}

fn attempt(attempt: &Attempt, zone: &Zone) -> String {
    format!("{}, {}: {}", at(attempt.claimed_at, zone), attempt.plan.remedy(), ended(&attempt.stage))
}

/// How far an attempt came, in words.
fn ended(stage: &Stage) -> String {
    match stage {
        Stage::Claimed => "is being made".to_owned(),
        Stage::Acted { .. } => "its effect is being watched".to_owned(),
        Stage::NotDone { why } => format!("not made: {why}"),
        Stage::Ambiguous { why } | Stage::HandedOver { why } => format!("nobody knows whether it was made: {why}"),
        Stage::Verified { outcome, .. } => outcome.told(),
    }
}

#[cfg(test)]
mod tests;
