//! `infra-bootstrap up`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use infra_bootstrap::{Connection, UpRequest, up};

use super::Outcome;
use super::package::PackageArguments;
use crate::screen::{self, Screen};

#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// Name of the ops stack
    #[arg(long, value_name = "NAME", default_value = "paramedic")]
    stack_name: String,
    #[command(flatten)]
    package: PackageArguments,
    /// E-mail address for pages and mails; AWS sends it a confirmation first
    #[arg(long, value_name = "ADDRESS")]
    ops_email: Option<String>,
    /// Phone number for pages by SMS, as +15550100
    #[arg(long, value_name = "NUMBER")]
    ops_phone: Option<String>,
    /// The functions may read secrets whose names begin with this [template default: paramedic/]
    #[arg(long, value_name = "PREFIX")]
    secret_prefix: Option<String>,
    /// How long logs are kept [template default: 30]
    #[arg(long, value_name = "DAYS")]
    log_retention_days: Option<u32>,
    /// The minute tick that takes up what is due, verifies and reconciles [template default: enabled]
    #[arg(long, value_name = "STATE")]
    tick: Option<Tick>,
    /// Also deploy the platform stack of each service
    #[arg(long)]
    platform: bool,
    /// A parameter of the platform stacks (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameter, requires = "platform")]
    platform_parameter: Vec<(String, String)>,
    /// Also deploy the watch stack of each service: its alarms and dashboards
    #[arg(long)]
    watch: bool,
    /// A parameter of the watch stacks, such as a threshold (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameter, requires = "watch")]
    watch_parameter: Vec<(String, String)>,
    /// Only this service of the configuration (repeatable); default: all
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tick {
    Enabled,
    Disabled,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, for example VpcId=vpc-0123456789abcdef0".to_owned()),
    }
}

impl From<UpArguments> for UpRequest {
    fn from(arguments: UpArguments) -> Self {
        let tick = arguments.tick.map(|tick| match tick {
            Tick::Enabled => "ENABLED".to_owned(),
            Tick::Disabled => "DISABLED".to_owned(),
        });
        let named = [
            ("OpsEmail", arguments.ops_email),
            ("OpsPhone", arguments.ops_phone),
            ("SecretPrefix", arguments.secret_prefix),
            ("LogRetentionDays", arguments.log_retention_days.map(|days| days.to_string())),
            ("TickState", tick),
        ];
        Self {
            stack_name: arguments.stack_name,
            package: arguments.package.into(),
            ops_parameters: named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect(),
            platform: arguments.platform.then(|| BTreeMap::from_iter(arguments.platform_parameter)),
            watch: arguments.watch.then(|| BTreeMap::from_iter(arguments.watch_parameter)),
            services: arguments.services,
        }
    }
}

pub(crate) async fn run(connection: Connection, arguments: UpArguments) -> Outcome {
    let sdk = connection.open().await;
    let report = up(&sdk, &arguments.into(), &mut Screen).await?;
    screen::up(&report);
    Ok(())
}
