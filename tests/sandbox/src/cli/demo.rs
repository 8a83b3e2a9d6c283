//! `cargo sandbox demo`: one scenario, told as it happened.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use jiff::Timestamp;

use super::screen::{Screen, Tone, explained};
use crate::functions::Function;
use crate::judge::Expectation;
use crate::scenarios::{self, Outcome};
use crate::timeline::{Event, EventKind};

/// Longer details are cut in the timeline; the JSON has them whole.
const WIDEST_DETAIL: usize = 140;

pub(super) fn list(screen: &Screen) {
    for scenario in scenarios::ALL {
        screen.line(&format!("{}  {}", scenario.name, scenario.shows));
    }
}

pub(super) async fn run(name: &str, seed: u64, without: Option<Function>, json: Option<&Path>) -> ExitCode {
    let to_output = json == Some(Path::new("-"));
    let screen = if to_output { Screen::on_error_output() } else { Screen::on_output() };
    let Some(scenario) = scenarios::find(name) else {
        let known = scenarios::ALL.map(|scenario| scenario.name).join(", ");
        screen.error(&format!("there is no scenario {name:?}\nhint: it is one of {known}"));
        return ExitCode::from(2);
    };
    let switched = without.map(|function| format!(", without the {}", function.word())).unwrap_or_default();
    screen.line(&screen.paint(Tone::Strong, &format!("{name} (seed {seed}{switched})")));
    screen.line(&format!("  {}\n", scenario.shows));

    let started = Instant::now();
    let mut tell = |step: &str| {
        let time = screen.paint(Tone::Quiet, &format!("{:>6.1}s", started.elapsed().as_secs_f64()));
        screen.line(&format!("  {time}  {step}"));
    };
    let outcome = match scenarios::run(scenario, seed, without, &mut tell).await {
        Ok(outcome) => outcome,
        Err(error) => {
            screen.error(&explained(&error));
            return ExitCode::FAILURE;
        }
    };
    tell_outcome(&screen, &outcome);
    if let Some(path) = json
        && let Err(error) = write_json(&outcome, path)
    {
        screen.error(&format!("the result could not be written to {}: {error}", path.display()));
        return ExitCode::FAILURE;
    }
    if outcome.report.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell_outcome(screen: &Screen, outcome: &Outcome) {
    screen.line(&screen.paint(Tone::Strong, "\nTimeline, seconds since the fault"));
    for event in &outcome.report.events {
        screen.line(&told(screen, event));
    }
    screen.line(&screen.paint(Tone::Strong, "\nExpectations"));
    for expectation in &outcome.expectations {
        screen.line(&judged(screen, expectation, outcome.fault_at));
    }
    let total = outcome.expectations.len();
    let met = total - outcome.missed().count();
    let verdict =
        if outcome.report.passed { screen.paint(Tone::Good, "PASSED") } else { screen.paint(Tone::Bad, "FAILED") };
    screen.line(&format!("\n{verdict}: {met} of {total} expectations are met"));
}

fn told(screen: &Screen, event: &Event) -> String {
    let tone = match event.kind {
        EventKind::Fault => Tone::Bad,
        EventKind::Alarm | EventKind::Refused => Tone::Notable,
        EventKind::Verified | EventKind::Resolved => Tone::Good,
        EventKind::Action => Tone::Strong,
        _ => Tone::Quiet,
    };
    let kind = screen.paint(tone, &format!("{:<9}", event.kind.word()));
    format!("  t={:<8} {kind}  {}", seconds(event.t_ms), shortened(&event.detail))
}

fn judged(screen: &Screen, expectation: &Expectation, fault_at: Timestamp) -> String {
    let word = if expectation.met { screen.paint(Tone::Good, "pass") } else { screen.paint(Tone::Bad, "FAIL") };
    let at = expectation
        .at
        .map(|at| format!(" at t={}", seconds(at.as_millisecond() - fault_at.as_millisecond())))
        .unwrap_or_default();
    let evidence = shortened(&expectation.evidence);
    format!("  {word}  {}\n        {}{at}", expectation.text, screen.paint(Tone::Quiet, &evidence))
}

/// `+1.3s`
fn seconds(t_ms: i64) -> String {
    // Times of a run are far below 2^52 milliseconds.
    #[allow(clippy::cast_precision_loss)]
    let seconds = t_ms as f64 / 1000.0;
    format!("{seconds:+.1}s")
}

fn shortened(text: &str) -> String {
    let line = text.replace('\n', " ");
    if line.chars().count() <= WIDEST_DETAIL {
        return line;
    }
    line.chars().take(WIDEST_DETAIL - 1).chain(std::iter::once('…')).collect()
}

fn write_json(outcome: &Outcome, path: &Path) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(&outcome.report)?;
    if path == Path::new("-") {
        Screen::on_output().line(&text);
        return Ok(());
    }
    std::fs::write(path, text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_seconds_since_the_fault() {
        assert_eq!(seconds(0), "+0.0s");
        assert_eq!(seconds(12_340), "+12.3s");
        assert_eq!(seconds(-150), "-0.1s");
    }

    #[test]
    fn long_details_are_cut_at_a_character() {
        let cut = shortened(&"é".repeat(200));
        assert_eq!(cut.chars().count(), WIDEST_DETAIL);
        assert!(cut.ends_with('…'));
    }
}
