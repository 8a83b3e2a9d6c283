//! `infra-bootstrap remedies`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use infra_bootstrap::remedies::{ResetError, history, reset, simulate, standing, turn, with_mode};
use infra_bootstrap::who::who;
use infra_bootstrap::{Connection, PackageError, given, read_config};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::{Config, Mode};
use paramedic_domain::id::ServiceName;
use paramedic_domain::remedy::RemedyKind;
use paramedic_edge::store::Turned;
use serde_json::json;

use super::ending::{ASKED, Ending, NOT_DONE, READ, end};
use super::stack::{AuthorArguments, StackArguments, ZoneArguments, user};
use crate::screen;

#[derive(Debug, Args)]
pub(crate) struct RemediesArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let remedies be carried out again, as far as each service's modes allow
    #[command(after_help = ASKED)]
    On(TurnArguments),
    /// Stop all remedies of this account and region; people are told as ever
    #[command(after_help = ASKED)]
    Off(TurnArguments),
    /// Show the switch, and for each service what may be done and what was attempted
    #[command(after_help = READ)]
    Status(StatusArguments),
    /// Tell what was decided, attempted and what came of it, and how often each remedy helped
    #[command(after_help = READ)]
    History(HistoryArguments),
    /// Tell what the present configuration would have done, beside what was decided; touches nothing
    #[command(after_help = READ)]
    Simulate(SimulateArguments),
    /// Close the breaker of a service after you looked at the remedies that failed
    #[command(after_help = ASKED)]
    Reset(ResetArguments),
}

#[derive(Debug, Args)]
struct TurnArguments {
    /// Why; whoever asks for the status reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    author: AuthorArguments,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct StatusArguments {
    /// The configuration that was deployed
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct PastArguments {
    /// Only this service, as paramedic.toml names it; default: all
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The configuration that names the services
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct HistoryArguments {
    /// How far back, such as 12h or 7d; nothing is kept longer than 90 days
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = given::length)]
    since: SignedDuration,
    #[command(flatten)]
    past: PastArguments,
}

#[derive(Debug, Args)]
struct SimulateArguments {
    /// How far back, such as 12h or 30d; nothing is kept longer than 90 days
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = given::length)]
    since: SignedDuration,
    /// As if the mode of a remedy were another, such as force_redeploy=auto; may be repeated
    #[arg(long = "mode", value_name = "REMEDY=MODE", value_parser = mode)]
    modes: Vec<(RemedyKind, Mode)>,
    #[command(flatten)]
    past: PastArguments,
}

fn mode(text: &str) -> Result<(RemedyKind, Mode), String> {
    let (remedy, mode) = text.split_once('=').ok_or("write REMEDY=MODE, such as force_redeploy=auto")?;
    let kind = serde_json::from_value(json!(remedy)).map_err(|error| error.to_string())?;
    Ok((kind, serde_json::from_value(json!(mode)).map_err(|error| error.to_string())?))
}

#[derive(Debug, Args)]
struct ResetArguments {
    /// The service, as paramedic.toml names it
    service: String,
    #[command(flatten)]
    stack: StackArguments,
}

pub(crate) async fn run(connection: Connection, arguments: RemediesArguments) -> ExitCode {
    match arguments.what {
        What::On(arguments) => end(switch(connection, arguments, true).await, 1),
        What::Off(arguments) => end(switch(connection, arguments, false).await, 1),
        What::Status(arguments) => end(status(connection, arguments).await, 1),
        What::History(arguments) => end(told(connection, arguments).await, 1),
        What::Simulate(arguments) => end(simulated(connection, arguments).await, 1),
        What::Reset(arguments) => end(close(connection, arguments).await, 1),
    }
}

async fn switch(connection: Connection, arguments: TurnArguments, on: bool) -> Ending {
    let TurnArguments { reason, author, stack } = arguments;
    let sdk = connection.open().await;
    let turned = Turned { on, by: who(&sdk, author.named, user()).await?, at: Timestamp::now(), reason };
    turn(&sdk, &stack.stack_name, &turned).await?;
    let done = match on {
        true => "remedies are on: what each service's modes allow is done again",
        false => {
            "remedies are off: nothing is touched until `infra-bootstrap remedies on`; what is under way ends by itself"
        }
    };
    stack.print(|| done.to_owned(), || json!({ "turned": turned }));
    Ok(ExitCode::SUCCESS)
}

async fn status(connection: Connection, arguments: StatusArguments) -> Ending {
    let StatusArguments { config, zone, stack } = arguments;
    let config = read_config(Path::new(&config))?;
    let (sdk, now) = (connection.open().await, Timestamp::now());
    let standing = standing(&sdk, &stack.stack_name, &config, now).await?;
    stack.print(|| standing.text(&zone.zone, now), || standing.json());
    Ok(ExitCode::SUCCESS)
}

impl PastArguments {
    /// The configuration, and the services that are meant.
    fn read(&self) -> Result<(Config, Vec<ServiceName>), PackageError> {
        let config = read_config(&self.config)?;
        let services = match &self.service {
            Some(service) => vec![ServiceName::new(service)],
            None => config.services.iter().map(|service| service.name.clone()).collect(),
        };
        Ok((config, services))
    }
}

async fn told(connection: Connection, arguments: HistoryArguments) -> Ending {
    let HistoryArguments { since, past } = arguments;
    let (_, services) = past.read()?;
    let history = history(&connection.open().await, &past.stack.stack_name, &services, since, Timestamp::now()).await?;
    past.stack.print(|| history.text(&past.zone.zone), || history.json());
    Ok(ExitCode::SUCCESS)
}

async fn simulated(connection: Connection, arguments: SimulateArguments) -> Ending {
    let SimulateArguments { since, modes, past } = arguments;
    let (config, services) = past.read()?;
    let config = modes.into_iter().fold(config, |config, (kind, mode)| with_mode(config, &services, kind, mode));
    let history = history(&connection.open().await, &past.stack.stack_name, &services, since, Timestamp::now()).await?;
    let simulation = simulate(&history, &config);
    past.stack.print(|| simulation.text(&past.zone.zone), || simulation.json());
    Ok(ExitCode::SUCCESS)
}

async fn close(connection: Connection, arguments: ResetArguments) -> Ending {
    let ResetArguments { service, stack } = arguments;
    let (sdk, service) = (connection.open().await, ServiceName::new(service));
    match reset(&sdk, &stack.stack_name, &service).await {
        Ok(()) => {
            stack.print(|| format!("remedies may be tried on {service} again"), || json!({ "reset": service }));
            Ok(ExitCode::SUCCESS)
        }
        Err(refused @ ResetError::NotOpen { .. }) => {
            screen::note(&refused.to_string());
            Ok(ExitCode::from(NOT_DONE))
        }
        Err(error) => Err(error.into()),
    }
}
