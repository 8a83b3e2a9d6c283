//! `infra-bootstrap ack` and `infra-bootstrap resolve`.

use std::process::ExitCode;

use clap::Args;
use infra_bootstrap::Connection;
use infra_bootstrap::incidents::Meant;
use infra_bootstrap::requests::{Answered, ask};
use infra_bootstrap::who::who;
use jiff::Timestamp;
use paramedic_domain::request::Ask;
use serde_json::json;

use super::ending::{ASKED, Ending, NOT_DONE, end};
use super::stack::{AuthorArguments, StackArguments, user};
use crate::screen;

#[derive(Debug, Args)]
#[command(after_help = ASKED)]
pub(crate) struct AskArguments {
    /// The incident's id, or its service
    #[arg(value_name = "ID|SERVICE")]
    incident: String,
    #[command(flatten)]
    author: AuthorArguments,
    #[command(flatten)]
    stack: StackArguments,
}

pub(crate) async fn run(connection: Connection, what: Ask, arguments: AskArguments) -> ExitCode {
    end(asked(connection, what, arguments).await, 1)
}

async fn asked(connection: Connection, what: Ask, arguments: AskArguments) -> Ending {
    let AskArguments { incident, author, stack } = arguments;
    let sdk = connection.open().await;
    let by = who(&sdk, author.named, user()).await?;
    let meant = Meant::read(&incident);
    let Answered { done, outcome, words, incident } =
        ask(&sdk, &stack.stack_name, &meant, what, &by, Timestamp::now()).await?;
    if stack.json {
        let incident = incident.map(|incident| json!({ "id": incident.id, "service": incident.service }));
        let answer = json!({ "done": done, "outcome": outcome, "words": words, "by": by, "incident": incident });
        screen::text(&format!("{answer:#}"));
    } else if done {
        screen::text(&words);
    }
    if done {
        return Ok(ExitCode::SUCCESS);
    }
    screen::note(&words);
    Ok(ExitCode::from(NOT_DONE))
}
