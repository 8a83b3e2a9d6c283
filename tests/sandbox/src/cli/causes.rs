//! `cargo sandbox causes`: every staged incident, looked at through the real readers, and the confusion table.

use std::process::ExitCode;
use std::time::Instant;

use super::screen::{Screen, Tone, explained};
use crate::causes::{self, Incident, PlayError, Played, Playhouse, Table};

/// What is played, and how closely it is looked at.
pub(super) struct Wanted {
    /// Only incidents with this in their name or their cause's.
    pub(super) only: Option<String>,
    /// Names, and what chance brings, follow from it.
    pub(super) seed: u64,
    /// Whether each is looked at again without each reading.
    pub(super) without_each: bool,
    /// Whether the facts of each are shown.
    pub(super) show: bool,
}

pub(super) async fn run(wanted: &Wanted) -> ExitCode {
    let (screen, progress) = (Screen::on_output(), Screen::on_error_output());
    match play(wanted, &screen, &progress).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            progress.error(&explained(&error));
            ExitCode::FAILURE
        }
    }
}

async fn play(wanted: &Wanted, screen: &Screen, progress: &Screen) -> Result<bool, PlayError> {
    let is_wanted = |incident: &Incident| match &wanted.only {
        Some(text) => incident.name.contains(text.as_str()) || incident.cause.name().contains(text.as_str()),
        None => true,
    };
    let incidents: Vec<Incident> = causes::all().into_iter().filter(is_wanted).collect();
    let started = Instant::now();
    let mut tell = |step: &str| progress.line(&format!("{:>7.1} s  {step}", started.elapsed().as_secs_f64()));
    let house = Playhouse::open(wanted.seed, &mut tell).await?;
    let (mut table, mut lost, mut is_right) = (Table::default(), Vec::new(), !incidents.is_empty());
    for (number, incident) in (1_u64..).zip(&incidents) {
        let played = house.play(incident, wanted.seed + number).await?;
        let right = table.count(incident, &played);
        is_right &= right;
        let without = if wanted.without_each { house.look_without_each(incident, &played).await } else { Vec::new() };
        let word = if right { screen.paint(Tone::Good, "right") } else { screen.paint(Tone::Bad, "WRONG") };
        tell(&format!("{number} of {}  {word}  {}", incidents.len(), told(incident, &played)));
        if wanted.show || !right {
            facts(&played).iter().for_each(|fact| progress.line(fact));
        }
        if wanted.show {
            progress.line(&house.told(&played));
        }
        for loss in &without {
            progress.line(&format!("             without {}: {}", loss.withheld.name(), loss.told.name()));
        }
        lost.extend(without);
    }
    screen.line(&table.to_string());
    if wanted.without_each {
        screen.line(&format!(
            "{} of {} looks without one reading came to another cause than the staged one or unknown",
            lost.len(),
            incidents.len() * causes::Withheld::ALL.len()
        ));
    }
    Ok(is_right && lost.is_empty())
}

fn told(incident: &Incident, played: &Played) -> String {
    let top = played.diagnosis.top();
    let found = format!("{} ({} confidence)", top.cause.name(), top.confidence);
    format!("{}: {}, found {found}", incident.name, incident.cause.name())
}

fn facts(played: &Played) -> Vec<String> {
    let findings = played.diagnosis.findings().iter().flat_map(|finding| {
        let head = format!("             {} ({})", finding.cause.name(), finding.confidence);
        std::iter::once(head).chain(finding.facts.iter().map(|fact| format!("               - {fact}")))
    });
    let unread = played.diagnosis.unread.iter().map(|(source, why)| format!("             not read: {source}: {why}"));
    findings.chain(unread).collect()
}
