//! `infra-bootstrap down`.

use std::path::PathBuf;

use clap::Args;
use infra_bootstrap::{Connection, DownRequest, down};

use super::Outcome;
use crate::screen::{self, Screen};

#[derive(Debug, Args)]
pub(crate) struct DownArguments {
    /// Name of the ops stack
    #[arg(long, value_name = "NAME", default_value = "paramedic")]
    stack_name: String,
    /// The configuration, for the names of the services
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    /// Only this service's watch stack, with --platform its platform stack too; the ops stack stays (repeatable); default:
    /// everything
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Also delete the platform stacks: the services themselves
    #[arg(long)]
    platform: bool,
    /// Also empty and delete the artefact bucket, which all services share
    #[arg(long, conflicts_with = "services")]
    purge: bool,
}

impl From<DownArguments> for DownRequest {
    fn from(arguments: DownArguments) -> Self {
        let DownArguments { stack_name, config, services, platform, purge } = arguments;
        Self { stack_name, config, services, platform, purge }
    }
}

pub(crate) async fn run(connection: Connection, arguments: DownArguments) -> Outcome {
    let sdk = connection.open().await;
    let report = down(&sdk, &arguments.into(), &mut Screen).await?;
    screen::down(&report);
    Ok(())
}
