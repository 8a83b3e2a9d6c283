//! Everything that is printed: results on standard output, progress and errors on standard error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line has to print; it does so here only")]

use std::error::Error;

use infra_bootstrap::{DownReport, Package, Progress, ProgressEvent, UpReport};

/// Progress as one line an event.
pub(crate) struct Screen;

impl Progress for Screen {
    fn event(&mut self, event: ProgressEvent) {
        eprintln!("{}", line(&event));
    }
}

/// Seconds, stack, status, resource, reason: columns that line up.
fn line(event: &ProgressEvent) -> String {
    let ProgressEvent { stack, resource, status, elapsed, reason } = event;
    let reason = reason.as_deref().map(|reason| format!("  {reason}")).unwrap_or_default();
    format!("{:>7.1}s  {stack:<24}  {status:<36}  {resource}{reason}", elapsed.as_secs_f64())
}

pub(crate) fn packaged(package: &Package) {
    for function in &package.functions {
        println!("{}  {:.2} MiB", function.folder.display(), function.bytes as f64 / f64::from(1 << 20));
    }
    if let Some(architecture) = package.architecture {
        println!("Architecture: {}", architecture.as_str());
    }
}

pub(crate) fn up(report: &UpReport) {
    for (stack, outputs) in &report.stacks {
        println!("{stack}");
        for (key, value) in &outputs.0 {
            println!("  {key} = {value}");
        }
    }
    for warning in &report.warnings {
        eprintln!("\nwarning: {warning}");
    }
}

pub(crate) fn down(report: &DownReport) {
    for removed in &report.removed {
        println!("removed  {removed}");
    }
    for stays in &report.stays {
        println!("stays    {stays}");
    }
}

pub(crate) fn version() {
    println!("infra-bootstrap {}", env!("CARGO_PKG_VERSION"));
}

pub(crate) fn failure(error: &dyn Error) {
    eprintln!("error: {error}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_progress_line_names_resource_status_seconds_and_reason() {
        let event = ProgressEvent {
            stack: "paramedic".into(),
            resource: "Table".into(),
            status: "CREATE_FAILED".into(),
            elapsed: Duration::from_millis(12_345),
            reason: Some("quota".into()),
        };
        let line = line(&event);
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>(),
            ["12.3s", "paramedic", "CREATE_FAILED", "Table", "quota"]
        );
    }
}
