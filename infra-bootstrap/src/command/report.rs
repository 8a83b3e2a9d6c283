//! `infra-bootstrap report`.

use std::process::ExitCode;

use clap::Args;
use infra_bootstrap::Connection;
use infra_bootstrap::incidents::all_incidents;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use paramedic_domain::report::{Month, NoMonth, monthly};
use serde_json::json;

use super::ending::{Ending, READ, end};
use super::incident::FormArguments;
use super::stack::{StackArguments, ZoneArguments};

#[derive(Debug, Args)]
#[command(after_help = READ)]
pub(crate) struct ReportArguments {
    /// Which month, such as 2026-10; default: the one before this
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Option<Month>,
    #[command(flatten)]
    form: FormArguments,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    stack: StackArguments,
}

fn month(text: &str) -> Result<Month, NoMonth> {
    text.parse()
}

pub(crate) async fn run(connection: Connection, arguments: ReportArguments) -> ExitCode {
    end(report(connection, arguments).await, 1)
}

async fn report(connection: Connection, arguments: ReportArguments) -> Ending {
    let ReportArguments { month, form, zone, stack } = arguments;
    let clock = TimeZone::get(zone.zone.name())?;
    let month = month.unwrap_or_else(|| Month::of(Timestamp::now(), &clock).before());
    let sdk = connection.open().await;
    let incidents = all_incidents(&sdk, &stack.stack_name).await?;
    let report = monthly(&incidents, month, &clock);
    let document = report.document();
    // Markdown is readable as it is, so it is also what a terminal gets.
    stack.print(|| form.lay_out(&document).unwrap_or_else(|| document.markdown()), || json!(report));
    Ok(ExitCode::SUCCESS)
}
