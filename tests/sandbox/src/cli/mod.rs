//! The command line: `cargo sandbox demo`, `cargo sandbox causes` and `cargo sandbox up`.

mod causes;
mod demo;
mod screen;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::functions::Function;
use screen::Screen;

/// A local cloud in which the real templates are deployed and the real functions run. No AWS account, no Docker.
#[derive(Debug, Parser)]
#[command(name = "cargo sandbox", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs one scenario from nothing to its verdict.
    Demo {
        /// Which one; `--list` shows all.
        #[arg(default_value = "stale-tasks")]
        scenario: String,
        /// Names, ids and the moment of the fault follow from it.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Also writes the result to this file; `-` is the standard output, and the timeline then goes to the standard error.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Switches a function off; the scenario must then fail.
        #[arg(long, value_name = "FUNCTION")]
        without: Option<FunctionName>,
        /// Lists the scenarios.
        #[arg(long)]
        list: bool,
    },
    /// Stages every cause, looks at each through the real readers, and prints the confusion table.
    Causes {
        /// Only incidents with this text in their name or their cause's.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// Names, and what chance brings, follow from it.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Looks at each again without each reading.
        #[arg(long)]
        without_each_reading: bool,
        /// Shows the facts of each.
        #[arg(long)]
        show: bool,
    },
    /// Leaves the sandbox running, with a page to watch it and to stage faults.
    Up {
        /// Names and ids follow from it.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The port of the endpoint and the page; 0 takes a free one.
        #[arg(long, default_value_t = 4570)]
        port: u16,
        /// Paramedic only says what it would do.
        #[arg(long)]
        suggest: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FunctionName {
    Router,
    Enricher,
    Remediator,
}

impl From<FunctionName> for Function {
    fn from(name: FunctionName) -> Self {
        match name {
            FunctionName::Router => Self::Router,
            FunctionName::Enricher => Self::Enricher,
            FunctionName::Remediator => Self::Remediator,
        }
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            Screen::on_error_output().error(&format!("the asynchronous runtime could not be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        // Ctrl-C drops what runs, and with it MiniStack and the functions.
        tokio::select! {
            code = dispatch(arguments.command) => code,
            _ = tokio::signal::ctrl_c() => {
                Screen::on_error_output().line("stopped; MiniStack and the functions are ended");
                ExitCode::from(130)
            }
        }
    })
}

async fn dispatch(command: Command) -> ExitCode {
    match command {
        Command::Demo { list: true, .. } => {
            demo::list(&Screen::on_output());
            ExitCode::SUCCESS
        }
        Command::Demo { scenario, seed, json, without, list: false } => {
            demo::run(&scenario, seed, without.map(Function::from), json.as_deref()).await
        }
        Command::Causes { only, seed, without_each_reading, show } => {
            causes::run(&causes::Wanted { only, seed, without_each: without_each_reading, show }).await
        }
        Command::Up { seed, port, suggest } => up::run(seed, port, suggest).await,
    }
}
