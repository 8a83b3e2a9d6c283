//! What people ask of an incident: that they have it, or that it is over.

use aws_config::SdkConfig;
use jiff::Timestamp;
use paramedic_domain::incident::Incident;
use paramedic_domain::request::{Actor, Ask, Petition, Request, Via, Whose};
use paramedic_domain::wall_clock::Zone;

use crate::deployed::{Router, RouterError, TableError, table};
use crate::incidents::Meant;

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Whether it is as was asked.
    pub done: bool,
    /// The router's word for it, such as `acked` or `too_late`.
    pub outcome: String,
    /// In a sentence, with a hint where nothing was done.
    pub words: String,
    /// The incident afterwards, as far as it could be read.
    pub incident: Option<Incident>,
}

/// Why nobody may say that it was done.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The router did not do it.
    #[error(transparent)]
    Router(#[from] RouterError),
    /// An incident was named by its id, and the table does not say whose it is.
    #[error("whose incident {id} is cannot be read: {source}\nhint: name its service instead")]
    Whose {
        /// The id.
        id: String,
        /// Why.
        source: TableError,
    },
}

/// Asks something of an incident and waits for the answer.
///
/// # Errors
/// See [`AskError`]. Whatever the router answered is no error, also if it did not do it.
pub async fn ask(
    sdk: &SdkConfig,
    stack: &str,
    meant: &Meant,
    ask: Ask,
    by: &str,
    now: Timestamp,
) -> Result<Answered, AskError> {
    let unread = |source| AskError::Whose { id: meant.as_str().to_owned(), source };
    let whose = match meant {
        Meant::Service(service) => Whose::Service { service: service.clone() },
        Meant::Incident(id) => {
            let found = meant.find(&table(sdk, stack).await.map_err(unread)?).await.map_err(unread)?;
            match found {
                Some(open) if open.is_open() => {
                    Whose::Incident { incident_id: id.clone(), service: open.service.clone() }
                }
                Some(over) => return Ok(answered("too_late", meant, &ask, by, now, Some(over))),
                None => return Ok(answered("nothing_to_resolve", meant, &ask, by, now, None)),
            }
        }
    };
    let service = match &whose {
        Whose::Incident { service, .. } | Whose::Service { service } => Some(service.clone()),
        Whose::Page { .. } => None,
    };
    let request = Request { ask: ask.clone(), by: Actor { name: by.to_owned(), via: Via::Cli }, at: now };
    let outcome = Router::of_stack(sdk, stack).ask(&Petition { whose, request }).await?;
    // What it is about is told as far as it can be read; that it was done does not depend on it.
    let incident = match (table(sdk, stack).await, service) {
        (Ok(store), Some(service)) => store.newest_incident(&service).await.unwrap_or_default(),
        _ => None,
    };
    Ok(answered(&outcome, meant, &ask, by, now, incident))
}

fn answered(
    outcome: &str,
    meant: &Meant,
    ask: &Ask,
    by: &str,
    asked_at: Timestamp,
    incident: Option<Incident>,
) -> Answered {
    let (done, words) = sentence(outcome, meant, ask, by, asked_at, incident.as_ref());
    Answered { done, outcome: outcome.to_owned(), words, incident }
}

/// What an outcome means for whoever asked.
fn sentence(
    outcome: &str,
    meant: &Meant,
    ask: &Ask,
    by: &str,
    asked_at: Timestamp,
    incident: Option<&Incident>,
) -> (bool, String) {
    let told = |at: Timestamp| Zone::utc().told(at);
    let what = match incident {
        Some(incident) => format!("{} of {} ({})", incident.id, incident.service, incident.severity),
        None => meant.as_str().to_owned(),
    };
    let ack = incident.and_then(|incident| incident.ack.as_ref());
    match outcome {
        "acked" => {
            let until = ack.map(|ack| format!(" until {}", told(ack.until))).unwrap_or_default();
            (true, format!("{what} is acknowledged by {by}{until}"))
        }
        "dismissed" => (true, format!("{what} is over: {by} said so, whatever its alarms say")),
        // An answer that was lost on its way is asked for again by the SDK, and then it is our own that is in the way.
        "already_acked" if ack.is_some_and(|ack| ack.by.name == by && ack.by.via == Via::Cli) => {
            let since = ack.filter(|ack| ack.at < asked_at).map(|ack| format!(" since {}", told(ack.at)));
            (true, format!("{what} is acknowledged by {by}{}", since.unwrap_or_default()))
        }
        "already_acked" => {
            let who = ack.map_or_else(
                || "somebody else has it".to_owned(),
                |ack| format!("{} has it since {} and until {}", ack.by, told(ack.at), told(ack.until)),
            );
            (
                false,
                format!("{what} was acknowledged before: {who}\nhint: talk to them; when that ends it is paged again"),
            )
        }
        "too_late" => {
            let over = incident.and_then(Incident::over_at).map(|at| format!(" since {}", told(at)));
            let show = "hint: `infra-bootstrap incident show` tells what happened";
            (
                false,
                format!(
                    "{what} is over{} already, there is nothing to {}\n{show}",
                    over.unwrap_or_default(),
                    ask.as_str()
                ),
            )
        }
        "other_incident" => (
            false,
            format!(
                "{} is not the present incident of its service any more\nhint: `infra-bootstrap incidents` lists what goes on",
                meant.as_str()
            ),
        ),
        "stale" => (
            false,
            format!(
                "{what} began after this was asked, by the router's clock\nhint: set this machine's clock, which is behind, \
                 and ask again"
            ),
        ),
        "nothing_to_resolve" | "nothing" => (
            false,
            format!(
                "there is no incident {}\nhint: `infra-bootstrap incidents` lists what goes on",
                meant_words(meant)
            ),
        ),
        other => (false, format!("the router says {other:?} of {what}\nhint: look with `infra-bootstrap incidents`")),
    }
}

fn meant_words(meant: &Meant) -> String {
    match meant {
        Meant::Incident(id) => id.to_string(),
        Meant::Service(service) => format!("of {service}"),
    }
}

#[cfg(test)]
mod tests;
