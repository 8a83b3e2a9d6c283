//! What the commands for running stacks have in common.

use std::path::{Path, PathBuf};

use clap::Args;
use infra_bootstrap::{PackageError, read_config};
use paramedic_domain::config::Config;
use paramedic_domain::wall_clock::{NoZone, Zone};
use serde_json::Value;

use crate::screen;

const CONFIG: &str = "paramedic.toml";

/// Which stack, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct StackArguments {
    /// Name of the ops stack
    #[arg(long, visible_alias = "stack", value_name = "NAME", default_value = "paramedic")]
    pub(crate) stack_name: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl StackArguments {
    /// Prints a result in the form that was asked for.
    pub(crate) fn print(&self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
        screen::text(
            match self.json {
                true => format!("{:#}", json()),
                false => text(),
            }
            .trim_end(),
        );
    }
}

/// Whose clock times are told by.
#[derive(Debug, Args)]
pub(crate) struct ZoneArguments {
    /// Time zone of the times, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) zone: Zone,
}

pub(crate) fn zone(text: &str) -> Result<Zone, NoZone> {
    Zone::named(text)
}

/// The configuration, for what can do without.
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// The configuration that was deployed; default: paramedic.toml, if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl ConfigArguments {
    /// Reads it. Without one that was named, and none at hand, says what is missing and goes on.
    pub(crate) fn read(&self, without: &str) -> Result<Option<Config>, PackageError> {
        match &self.config {
            Some(path) => read_config(path).map(Some),
            None if Path::new(CONFIG).is_file() => read_config(Path::new(CONFIG)).map(Some),
            None => {
                screen::note(&format!("no {CONFIG} here, so {without}\nhint: name it with --config"));
                Ok(None)
            }
        }
    }
}

/// Who asks.
#[derive(Debug, Args)]
pub(crate) struct AuthorArguments {
    /// Who asks; default: the name of the AWS identity, else $USER
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) named: Option<String>,
}

/// The name on this machine.
pub(crate) fn user() -> Option<String> {
    std::env::var("USER").ok()
}
