//! What can be asked on the command line. Each command has a file of its own.

pub(crate) mod ask;
pub(crate) mod deadletters;
pub(crate) mod diagnose;
pub(crate) mod doctor;
pub(crate) mod down;
mod ending;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod oncall;
pub(crate) mod package;
pub(crate) mod remedies;
pub(crate) mod report;
pub(crate) mod route;
pub(crate) mod silence;
mod stack;
pub(crate) mod up;

use std::error::Error;

use clap::{Args, Parser, Subcommand};
use infra_bootstrap::Connection;

/// Any command's end. The text of every error says what happened, why, and what to do.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Deploy Paramedic, and the alarms, dashboards and platform of the services it watches.
#[derive(Debug, Parser)]
#[command(name = "infra-bootstrap", disable_version_flag = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done (also when there was nothing to change), 1 failed, 2 wrong usage.\n\
                          Progress goes to standard error, results to standard output.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check paramedic.toml and write dist/<function>/, which template.yaml names as its code
    Package(package::PackageArguments),
    /// Package, upload and deploy the ops stack; with --platform and --watch the services' stacks too
    Up(up::UpArguments),
    /// Delete the watch stacks and the ops stack, or only the stacks of some services; say what stays
    Down(down::DownArguments),
    /// List the incidents that go on, or with --closed those that are over
    Incidents(incidents::IncidentsArguments),
    /// Show one incident with all that happened
    Incident(incident::IncidentArguments),
    /// Tell a month of incidents in figures
    Report(report::ReportArguments),
    /// Say that you are at an incident: nobody else is paged until that expires
    Ack(ask::AskArguments),
    /// Say that an incident is over, whatever its alarms say
    Resolve(ask::AskArguments),
    /// Have nobody told of some alarms for a time; list and end such silences
    Silence(silence::SilenceArguments),
    /// Stop all remedies or let them be carried out again; show what may be done and what was attempted
    Remedies(remedies::RemediesArguments),
    /// Show who is on call and when nobody is; put somebody on call for a time
    Oncall(oncall::OncallArguments),
    /// Show which route an alarm hits and why, and whom that reaches
    Route(route::RouteArguments),
    /// Read a service and tell what is wrong with it, why, and what to do
    Diagnose(diagnose::DiagnoseArguments),
    /// Prove that every alarm reaches somebody, or say what is broken on its way
    Doctor(doctor::DoctorArguments),
    /// List, read, redrive or discard the messages that a function failed on for good
    Deadletters(deadletters::DeadLettersArguments),
    /// Print the version
    Version,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    /// AWS region; default: from the environment or profile
    #[arg(long, global = true, help_heading = "AWS", value_name = "REGION")]
    region: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long, global = true, help_heading = "AWS", value_name = "NAME")]
    profile: Option<String>,
    /// Another endpoint for every AWS service, such as the local sandbox's
    #[arg(long, global = true, help_heading = "AWS", value_name = "URL")]
    endpoint_url: Option<String>,
}

impl From<ConnectionArguments> for Connection {
    fn from(arguments: ConnectionArguments) -> Self {
        let ConnectionArguments { region, profile, endpoint_url } = arguments;
        Self { region, profile, endpoint_url }
    }
}

#[cfg(test)]
mod tests;
