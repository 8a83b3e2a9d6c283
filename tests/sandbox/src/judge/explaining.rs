//! Was it explained, in the message that people already have open?

use std::time::Duration;

use super::{Case, Expectation, span};

/// Within the limit after the alarm, the first Slack message carries a `Cause:` that names one of these words.
#[must_use]
pub fn explained(case: &Case, limit: Duration, words: &[&str]) -> Expectation {
    let text = format!("within {} s the same Slack message explains the cause ({})", limit.as_secs(), words.join(" or "));
    let Some((posted, post)) = case.posts().next() else { return Expectation::missed(text, "no message was posted") };
    let Some((at, line)) = case.labelled("Cause:", Some(&post.ts)) else {
        return Expectation::missed(text, "the message never got a line that starts with \"Cause:\"");
    };
    let from = case.first_alarm_sent().or_else(|| case.first_alarm()).unwrap_or(posted);
    let named = words.iter().any(|word| line.to_lowercase().contains(&word.to_lowercase()));
    let in_time = at.duration_since(from).unsigned_abs() <= limit;
    let evidence = format!("{} after the alarm: {line}", span(from, at));
    Expectation { text, met: named && in_time, evidence, at: Some(at) }
}

/// Some version of the incident's Slack message has a line with this label that contains all these words.
#[must_use]
pub fn says(case: &Case, label: &str, words: &[&str], text: &str) -> Expectation {
    let lines: Vec<_> = case
        .slack()
        .flat_map(|(at, request)| request.lines.iter().filter(|line| line.starts_with(label)).map(move |line| (at, line)))
        .collect();
    let fits = |line: &str| words.iter().all(|word| line.to_lowercase().contains(&word.to_lowercase()));
    match (lines.iter().find(|(_, line)| fits(line)), lines.last()) {
        (Some((at, line)), _) => Expectation::met(text, (*line).clone(), Some(*at)),
        (None, Some((_, line))) => Expectation::missed(text, format!("it says: {line}")),
        (None, None) => Expectation::missed(text, format!("no line starts with \"{label}\"")),
    }
}
