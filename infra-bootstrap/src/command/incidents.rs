//! `infra-bootstrap incidents`.

use std::process::ExitCode;

use clap::Args;
use infra_bootstrap::incidents::{closed_incidents, closed_json, closed_text, open_incidents, open_json, open_text};
use infra_bootstrap::{Connection, given};
use jiff::{SignedDuration, Timestamp};

use super::ending::{Ending, READ, end};
use super::stack::{ConfigArguments, StackArguments, ZoneArguments};

#[derive(Debug, Args)]
#[command(after_help = READ)]
pub(crate) struct IncidentsArguments {
    /// Those that are over, newest first, instead of those that go on
    #[arg(long)]
    closed: bool,
    /// How long ago they may have ended, such as 12h or 7d
    #[arg(long, value_name = "TIME", default_value = "7d", requires = "closed", value_parser = given::length)]
    since: SignedDuration,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    stack: StackArguments,
}

pub(crate) async fn run(connection: Connection, arguments: IncidentsArguments) -> ExitCode {
    end(list(connection, arguments).await, 1)
}

async fn list(connection: Connection, arguments: IncidentsArguments) -> Ending {
    let IncidentsArguments { closed, since, zone, config, stack } = arguments;
    let (zone, now) = (zone.zone, Timestamp::now());
    if closed {
        let sdk = connection.open().await;
        let closed = closed_incidents(&sdk, &stack.stack_name, since, now).await?;
        stack.print(|| closed_text(&closed, &zone), || closed_json(&closed));
        return Ok(ExitCode::SUCCESS);
    }
    let config = config.read("what comes next is not told")?;
    let sdk = connection.open().await;
    let open = open_incidents(&sdk, &stack.stack_name, config.as_ref(), now).await?;
    stack.print(|| open_text(&open, &zone), || open_json(&open));
    Ok(ExitCode::SUCCESS)
}
