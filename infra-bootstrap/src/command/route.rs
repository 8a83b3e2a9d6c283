//! `infra-bootstrap route`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use infra_bootstrap::deployed::{TableError, table};
use infra_bootstrap::way::{Way, read_alarm, read_file};
use infra_bootstrap::{Connection, read_config};
use jiff::Timestamp;
use paramedic_domain::standing::Standing;
use serde_json::json;

use super::ending::{Ending, end};
use super::stack::ZoneArguments;
use crate::screen;

const EXIT_CODES: &str = "Exit codes: 0 a route or a service claims the alarm, 1 nothing does and it takes the default \
                          route, 2 there is no alarm to test or no configuration to test it with.\nFor a file nothing is \
                          read from AWS unless a stack is named.";
/// Nothing claims the alarm.
const DEFAULT: u8 = 1;
/// It cannot be said.
const BAD_INPUT: u8 = 2;

#[derive(Debug, Args)]
pub(crate) struct RouteArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Which route an alarm hits and why, which policy it climbs, and whom each step reaches right now
    #[command(after_help = EXIT_CODES)]
    Test(TestArguments),
}

#[derive(Debug, Args)]
struct TestArguments {
    /// A file with the JSON of an alarm as it travels, else the name of an alarm of the account
    #[arg(value_name = "FILE|NAME")]
    alarm: String,
    /// The configuration to test
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    /// The ops stack whose overrides and silences count; default: paramedic for an alarm of the account, none for a file
    #[arg(long, visible_alias = "stack", value_name = "NAME")]
    stack_name: Option<String>,
    #[command(flatten)]
    zone: ZoneArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(connection: Connection, arguments: RouteArguments) -> ExitCode {
    match arguments.what {
        What::Test(arguments) => end(test(connection, arguments).await, BAD_INPUT),
    }
}

async fn test(connection: Connection, arguments: TestArguments) -> Ending {
    let TestArguments { alarm, config, stack_name, zone, json } = arguments;
    let config = read_config(&config)?;
    let sdk = connection.open().await;
    let path = Path::new(&alarm);
    let (alarms, standing) = if path.is_file() {
        let alarms = read_file(path)?;
        let standing = match stack_name {
            Some(stack) => ordered(&sdk, &stack).await?,
            None => Standing::default(),
        };
        (alarms, standing)
    } else {
        let alarms = vec![read_alarm(&sdk, &alarm).await?];
        let standing = match stack_name {
            Some(stack) => ordered(&sdk, &stack).await?,
            None => ordered(&sdk, "paramedic").await.unwrap_or_else(|error| {
                screen::note(&format!("overrides and silences are not counted: {error}"));
                Standing::default()
            }),
        };
        (alarms, standing)
    };
    let ways: Vec<Way> = alarms.iter().map(|alarm| Way::of(alarm, &config, &standing, Timestamp::now())).collect();
    if json {
        screen::text(&format!("{:#}", json!({ "alarms": ways.iter().map(Way::json).collect::<Vec<_>>() })));
    } else {
        let texts: Vec<String> = ways.iter().map(|way| way.text(&zone.zone)).collect();
        screen::text(texts.join("\n").trim_end());
    }
    Ok(if ways.iter().any(Way::is_default) { ExitCode::from(DEFAULT) } else { ExitCode::SUCCESS })
}

async fn ordered(sdk: &aws_config::SdkConfig, stack: &str) -> Result<Standing, TableError> {
    Ok(table(sdk, stack).await?.standing_unhurried().await?)
}
