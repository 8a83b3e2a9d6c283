//! `cargo sandbox up`: the sandbox stays until Ctrl-C.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::screen::{Screen, Tone, explained};
use crate::stage::{Mode, Setting, Stage};

/// Whoever forgets it gets their memory back after half a day.
const LIMIT: Duration = Duration::from_secs(12 * 60 * 60);

pub(super) async fn run(seed: u64, port: u16, suggest: bool) -> ExitCode {
    let screen = Screen::on_output();
    let started = Instant::now();
    let mut tell = |step: &str| {
        let time = screen.paint(Tone::Quiet, &format!("{:>6.1}s", started.elapsed().as_secs_f64()));
        screen.line(&format!("  {time}  {step}"));
    };
    let mode = if suggest { Mode::Suggest } else { Mode::Auto };
    let setting = Setting { seed, mode, port, limit: LIMIT, ..Setting::default() };
    let stage = match Stage::set(&setting, &mut tell).await {
        Ok(stage) => stage,
        Err(error) => {
            screen.error(&explained(&error));
            return ExitCode::FAILURE;
        }
    };
    let url = stage.url();
    screen.line(&format!(
        "\n{} is watched by Paramedic (mode {mode}). Watch it, and stage faults, at\n\n    {}\n",
        screen.paint(Tone::Strong, &stage.names.service),
        screen.paint(Tone::Strong, &url),
    ));
    screen.line(&format!(
        "For the AWS CLI:\n\n    export AWS_ENDPOINT_URL={url} AWS_REGION={}\n    export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=sandbox\n    unset AWS_PROFILE AWS_SESSION_TOKEN\n    aws ecs describe-services --cluster {} --services {}\n",
        stage.names.region, stage.names.account, stage.names.cluster, stage.names.service,
    ));
    screen.line("Ctrl-C ends it and leaves nothing behind.");
    std::future::pending::<()>().await;
    ExitCode::SUCCESS
}
