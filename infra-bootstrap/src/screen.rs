//! Everything that is printed: results on standard output, progress and errors on standard error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line has to print; it does so here only")]

use std::error::Error;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::{Duration, Instant};

use infra_bootstrap::{
    DeadLetterQueue, DownReport, Drilled, Letter, Package, Progress, ProgressEvent, Redriven, UpReport,
};
use jiff::SignedDuration;
use paramedic_domain::proof::drill::Stage;

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

/// How often a line that shows that something goes on is written anew.
const ANEW: Duration = Duration::from_millis(250);

/// Waits, and shows on a terminal that it goes on: one line, which is taken away at the end.
pub(crate) async fn waiting<T>(what: &str, work: impl Future<Output = T>) -> T {
    if !std::io::stderr().is_terminal() {
        return work.await;
    }
    let (began, mut work, mut ticks) = (Instant::now(), pin!(work), tokio::time::interval(ANEW));
    loop {
        tokio::select! {
            result = &mut work => {
                eprint!("\r\u{1b}[2K");
                return result;
            }
            _ = ticks.tick() => eprint!("\r{what}: {:.0} s", began.elapsed().as_secs_f64()),
        }
    }
}

/// What is not part of the result: what is missing, or why something was not done.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

pub(crate) fn text(text: &str) {
    println!("{text}");
}

/// One stage of a drill, as it is seen.
pub(crate) fn stage(after: Option<SignedDuration>, stage: &Stage) {
    eprintln!("{}", stage_line(after, stage));
}

fn stage_line(after: Option<SignedDuration>, stage: &Stage) -> String {
    let after = after.map(|after| format!("{:.1}s", after.as_secs_f64())).unwrap_or_default();
    let what = match stage {
        Stage::Arrived => "the alarm reached the router".to_owned(),
        Stage::Told(channel) => format!("paged through {}", channel.as_str()),
        Stage::NotTold(channel, why) => format!("not paged through {}, which is tried again: {why}", channel.as_str()),
        Stage::Acked(by) => format!("acknowledged by {by}"),
    };
    format!("{after:>8}  {what}")
}

pub(crate) fn drilled(drilled: &Drilled) {
    for (after, stage) in &drilled.stages {
        println!("{}", stage_line(*after, stage));
    }
    let waited = format!("{:.0} s", drilled.waited.as_secs_f64());
    match (drilled.is_acked(), drilled.is_told()) {
        (true, _) => println!("Somebody answers. {} is OK again.", drilled.alarm),
        (false, true) => println!("Paged, and nobody acknowledged within {waited}. {} is OK again.", drilled.alarm),
        (false, false) => println!("Nobody was paged within {waited}. Run doctor without --page-me to see why."),
    }
}

pub(crate) fn dead_letter_queues(queues: &[DeadLetterQueue]) {
    for DeadLetterQueue { function, name, letters, oldest } in queues {
        let oldest = oldest.map(|age| format!("  oldest {}", age_of(age))).unwrap_or_default();
        println!("{letters:>6}  {function}  {name}{oldest}");
    }
}

pub(crate) fn dead_letters(letters: &[Letter]) {
    for letter in letters {
        println!("{}", letter_line(letter));
        if !letter.subject.says.is_empty() {
            println!("    {}", letter.subject.says);
        }
    }
    if letters.is_empty() {
        println!("no dead letters");
    }
}

pub(crate) fn redriven(letter: &Letter, result: &Redriven) {
    match result {
        Redriven::Taken => println!("taken      {}", letter_line(letter)),
        Redriven::Failed { why } => println!("failed     {}\n    {why}", letter_line(letter)),
    }
}

pub(crate) fn discarded(letter: &Letter) {
    println!("discarded  {}", letter_line(letter));
}

/// Id, function, age, deliveries, and what it is.
fn letter_line(letter: &Letter) -> String {
    let age = letter.age.map(|age| format!("  {} old", age_of(age))).unwrap_or_default();
    let at = letter.subject.at.as_deref().map(|at| format!(" at {at}")).unwrap_or_default();
    let (kind, about) = (letter.subject.kind, &letter.subject.about);
    format!("{}  {}{age}  {} deliveries  {kind}: {about}{at}", letter.id, letter.function, letter.deliveries)
}

fn age_of(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
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
