//! `infra-bootstrap incident`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use infra_bootstrap::Connection;
use infra_bootstrap::incidents::{Meant, incident, incident_markup, incident_text};
use jiff::tz::TimeZone;
use paramedic_domain::report::Document;
use serde_json::json;

use super::ending::{Ending, NOT_DONE, READ, end};
use super::stack::{ConfigArguments, StackArguments, ZoneArguments};
use crate::screen;

#[derive(Debug, Args)]
pub(crate) struct IncidentArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What is known of an incident, and its timeline; or its post-incident report
    #[command(after_help = READ)]
    Show(ShowArguments),
}

#[derive(Debug, Args)]
struct ShowArguments {
    /// The incident's id, or its service: then its present incident, else its last
    #[arg(value_name = "ID|SERVICE")]
    incident: String,
    #[command(flatten)]
    form: FormArguments,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    stack: StackArguments,
}

/// The form of a report.
#[derive(Debug, Args)]
pub(super) struct FormArguments {
    /// Print the report as Markdown
    #[arg(long, conflicts_with_all = ["html", "json"])]
    pub(super) markdown: bool,
    /// Print the report as one HTML page
    #[arg(long, conflicts_with = "json")]
    pub(super) html: bool,
}

impl FormArguments {
    /// The document in the form that was asked for, if one was.
    pub(super) fn lay_out(&self, document: &Document) -> Option<String> {
        match (self.html, self.markdown) {
            (true, _) => Some(document.html()),
            (false, true) => Some(document.markdown()),
            (false, false) => None,
        }
    }
}

pub(crate) async fn run(connection: Connection, arguments: IncidentArguments) -> ExitCode {
    match arguments.what {
        What::Show(arguments) => end(show(connection, arguments).await, 1),
    }
}

async fn show(connection: Connection, arguments: ShowArguments) -> Ending {
    let ShowArguments { incident: named, form, zone, config, stack } = arguments;
    let zone = zone.zone;
    let config = config.read("its runbook and its owner are not told")?;
    let sdk = connection.open().await;
    let Some(found) = incident(&sdk, &stack.stack_name, &Meant::read(&named)).await? else {
        let hint = "hint: `infra-bootstrap incidents` lists what goes on, with --closed what is over";
        screen::note(&format!("there is no incident {named}\n{hint}"));
        return Ok(ExitCode::from(NOT_DONE));
    };
    if form.html || form.markdown {
        let clock = TimeZone::get(zone.name())?;
        let report = form.lay_out(&incident_markup(&found, config.as_ref(), &clock));
        screen::text(report.unwrap_or_default().trim_end());
    } else {
        stack.print(|| incident_text(&found, config.as_ref(), &zone), || json!(found));
    }
    Ok(ExitCode::SUCCESS)
}
