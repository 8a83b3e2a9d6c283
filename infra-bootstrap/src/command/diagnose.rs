//! `infra-bootstrap diagnose`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use infra_bootstrap::Connection;
use infra_bootstrap::diagnose::{DiagnoseRequest, diagnosed, diagnosed_json, diagnosed_text};
use jiff::Timestamp;
use paramedic_domain::id::ServiceName;

use super::ending::{Ending, end};
use super::stack::StackArguments;
use crate::screen;

const EXIT_CODES: &str = "Exit codes: 0 diagnosed, also when the cause is unknown, 1 it could not be read at all, 2 wrong \
                          usage.\nIt only reads, and does so without a deployed stack too.\n\
                          Progress and errors go to standard error, results to standard output; nothing is coloured.";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DiagnoseArguments {
    /// The service, as the configuration calls it
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The configuration that has the service
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    #[command(flatten)]
    stack: StackArguments,
    /// Add everything that was read to the JSON
    #[arg(long, requires = "json")]
    evidence: bool,
}

pub(crate) async fn run(connection: Connection, arguments: DiagnoseArguments) -> ExitCode {
    end(diagnose(connection, arguments).await, 1)
}

async fn diagnose(connection: Connection, arguments: DiagnoseArguments) -> Ending {
    let DiagnoseArguments { service, config, stack, evidence } = arguments;
    let request = DiagnoseRequest { service: ServiceName::new(service), stack_name: stack.stack_name.clone(), config };
    let sdk = connection.open().await;
    let reading = Box::pin(diagnosed(&sdk, &request, Timestamp::now()));
    let diagnosed = match stack.json {
        true => reading.await,
        false => screen::waiting(&format!("reading {}", request.service), reading).await,
    }?;
    if !diagnosed.recorded {
        screen::note(&format!(
            "there is no flight recorder of a stack {}, so what ECS has forgotten is not told\n\
             hint: name the ops stack with --stack-name, or deploy it (infra-bootstrap up)",
            request.stack_name
        ));
    }
    stack.print(|| diagnosed_text(&diagnosed), || diagnosed_json(&diagnosed, evidence));
    Ok(ExitCode::SUCCESS)
}
