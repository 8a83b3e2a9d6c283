//! `infra-bootstrap doctor`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use infra_bootstrap::{Connection, DoctorRequest, doctor, drill};
use paramedic_domain::proof::{Verdict, json, overall, text};

use crate::screen;

/// Nothing is known to be broken, but something is unproven; or a drill was paged and nobody acknowledged.
const UNPROVEN: u8 = 3;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything passed, 1 something failed, 2 wrong usage, 3 nothing failed but something is \
                        unproven.\nWith --page-me: 0 somebody acknowledged, 1 no channel took the page, 3 paged and not \
                        acknowledged in time."
)]
pub(crate) struct DoctorArguments {
    /// Name of the ops stack
    #[arg(long, value_name = "NAME", default_value = "paramedic")]
    stack_name: String,
    /// The configuration that was deployed
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    /// Print JSON
    #[arg(long, conflicts_with = "page_me")]
    json: bool,
    /// Set off a P0 drill, which pages whoever is on call, and wait until somebody acknowledges it
    #[arg(long)]
    page_me: bool,
    /// How many minutes to wait for the acknowledgement
    #[arg(long, value_name = "MINUTES", default_value_t = 10, requires = "page_me")]
    wait: u64,
}

pub(crate) async fn run(connection: Connection, arguments: DoctorArguments) -> ExitCode {
    let DoctorArguments { stack_name, config, json: as_json, page_me, wait } = arguments;
    let sdk = connection.open().await;
    let request = DoctorRequest { stack_name, config };
    if page_me {
        let within = Duration::from_secs(wait.saturating_mul(60));
        return match drill(&sdk, &request, within, &mut screen::stage).await {
            Ok(drilled) => {
                screen::drilled(&drilled);
                match (drilled.is_acked(), drilled.is_told()) {
                    (true, _) => ExitCode::SUCCESS,
                    (false, true) => ExitCode::from(UNPROVEN),
                    (false, false) => ExitCode::FAILURE,
                }
            }
            Err(error) => failed(&error),
        };
    }
    match doctor(&sdk, &request).await {
        Ok(examination) => {
            let (subject, findings) = (&examination.subject, &examination.findings);
            match as_json {
                true => screen::text(&format!("{:#}", json(subject, findings))),
                false => screen::text(&text(subject, findings)),
            }
            match overall(findings) {
                Verdict::Pass | Verdict::Skip => ExitCode::SUCCESS,
                Verdict::Fail => ExitCode::FAILURE,
                Verdict::Unproven => ExitCode::from(UNPROVEN),
            }
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    screen::failure(error);
    ExitCode::FAILURE
}
