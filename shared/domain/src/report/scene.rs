//! A picture in words: the lines of a story that come from the evidence and not from the incident's own state.

use jiff::Timestamp;

use super::line::{Label, Line, cause, duration, line, list_of, moment, unread};
use crate::diagnosis::Diagnosis;
use crate::picture::{Affected, Beginning, Change, Percentiles, Picture, Since, Sort, Step};

/// A diagnosis and its picture by themselves, for whoever has no incident: since when, who is affected, why, what changed, what
/// to do, what was not read.
pub fn scene(diagnosis: &Diagnosis, picture: &Picture) -> Vec<Line> {
    let since = picture.since.as_ref().map(|since| line(Label::Since, beginning(since)));
    let known = since.into_iter().chain(affected(&picture.affected)).chain([cause(diagnosis)]).chain(changed(picture));
    known.chain(next(picture)).chain(unread(diagnosis)).collect()
}

/// Since when, with the first alarm where that is another moment.
pub(super) fn since(opened_at: Timestamp, picture: Option<&Picture>) -> Line {
    match picture.and_then(|picture| picture.since.as_ref()) {
        // An alarm may know of something else before requests began to fail.
        Some(since) if since.at < opened_at => {
            line(Label::Since, format!("{}; first alarm at {}", beginning(since), moment(opened_at)))
        }
        Some(Since { at, by: Beginning::Requests { .. } }) if *at > opened_at => {
            line(Label::Since, format!("{}; requests fail since {}", moment(opened_at), moment(*at)))
        }
        _ => line(Label::Since, moment(opened_at)),
    }
}

fn beginning(since: &Since) -> String {
    let at = moment(since.at);
    match &since.by {
        Beginning::Requests { seen_to_begin: true } => format!("{at}, when requests began to fail"),
        Beginning::Requests { seen_to_begin: false } => format!("{at} or earlier: requests fail in all that was read"),
        Beginning::Alarm { name } => format!("{at}, when {name} began to ring"),
    }
}

pub(super) fn affected(affected: &Affected) -> Option<Line> {
    let targets = affected.targets.as_ref().map(|targets| {
        let only = targets.only_in.as_ref().map(|zone| format!(", all of them in {zone}")).unwrap_or_default();
        let why = targets.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        let share = if targets.of > 0 { f64::from(targets.sick) / f64::from(targets.of) * 100.0 } else { 0.0 };
        match targets.of {
            0 => "no target takes requests".to_owned(),
            of => format!("{} of {of} targets are sick ({share:.0} %){only}{why}", targets.sick),
        }
    });
    let requests = affected.requests.map(|failing| match failing.a_minute {
        none if none <= 0.0 => "no requests fail".to_owned(),
        a_minute => format!("{} requests a minute fail ({:.1} %)", count(a_minute), failing.percent),
    });
    let tasks = affected.tasks.filter(|(running, desired)| running != desired);
    let tasks = tasks.map(|(running, desired)| format!("{running} of {desired} tasks run"));
    let latency = affected.latency.map(|latency| {
        let against = [("the hour before", latency.hour_before), ("a week before", latency.week_before)];
        let known = against.iter().filter(|(_, percentiles)| percentiles.is_known());
        let before: String = known.map(|(when, percentiles)| format!("; {when} {}", seconds(percentiles))).collect();
        format!("answers take {} (p50, p95, p99){before}", seconds(&latency.now))
    });
    let mut parts = [requests, targets, tasks].into_iter().flatten();
    let details = latency.into_iter().collect();
    match parts.next() {
        None if affected.latency.is_none() => None,
        first => {
            let text = first.into_iter().chain(parts).collect::<Vec<_>>().join("; ");
            let text = if text.is_empty() { "it could not be read how many".to_owned() } else { text };
            Some(Line { details, ..line(Label::Affected, text) })
        }
    }
}

fn count(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn seconds(percentiles: &Percentiles) -> String {
    let one = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.2}"));
    format!("{} / {} / {} s", one(percentiles.p50), one(percentiles.p95), one(percentiles.p99))
}

/// What changed: the newest that lies before the trouble leads, the others stand below. Scaling mostly answers to trouble, so
/// it leads only where nothing else does.
pub(super) fn changed(picture: &Picture) -> Option<Line> {
    let before = |change: &&Change| change.before_s.is_none_or(|seconds| seconds > -PERIOD_S);
    let cause = |change: &&Change| before(change) && change.sort != Sort::Scaling;
    let all = &picture.changes;
    let leading = all.iter().find(cause).or_else(|| all.iter().find(before)).or(all.first())?;
    let mut details: Vec<String> = leading.details.clone();
    for change in picture.changes.iter().filter(|change| !std::ptr::eq(*change, leading)) {
        let particulars = change.details.first().map(|detail| format!(": {detail}")).unwrap_or_default();
        details.push(format!("{}{particulars}", when(change)));
    }
    Some(Line { details: list_of(details.into_iter(), DETAILS), ..line(Label::Changed, when(leading)) })
}

/// A point of a metric stands for a minute, in seconds: within it nobody knows what came first.
const PERIOD_S: i64 = 60;
/// How many details of what changed are shown.
const DETAILS: usize = 10;

fn when(change: &Change) -> String {
    let before = match change.before_s {
        Some(seconds @ 0..) => format!(", {} before", duration(seconds)),
        Some(seconds) if seconds > -PERIOD_S => ", in the minute in which it began".to_owned(),
        Some(seconds) => format!(", {} after it began", duration(-seconds)),
        None => String::new(),
    };
    format!("{} at {}{before}", change.what, moment(change.at))
}

/// What to do, one line a step.
pub(super) fn next(picture: &Picture) -> Vec<Line> {
    let step = |step: &Step| Line {
        command: step.command.as_ref().map(ToString::to_string),
        ..line(Label::Next, step.what.clone())
    };
    picture.steps.iter().map(step).collect()
}
