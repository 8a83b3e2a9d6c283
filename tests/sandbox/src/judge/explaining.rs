//! Was it explained, in the message that people already have open?

use std::time::Duration;

use jiff::Timestamp;

use super::{Case, Expectation, span};

/// Within the limit after the alarm, the first Slack message carries a `Cause:` that names one of these words.
#[must_use]
pub fn explained(case: &Case, limit: Duration, words: &[&str]) -> Expectation {
    let text =
        format!("within {} s the same Slack message explains the cause ({})", limit.as_secs(), words.join(" or "));
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

/// Some version of the Slack message has a paragraph with this label that contains all these words.
#[must_use]
pub fn says(case: &Case, label: &str, words: &[&str], text: &str) -> Expectation {
    let paragraphs: Vec<_> =
        case.slack().filter_map(|(at, request)| Some((at, paragraph(&request.lines, label)?))).collect();
    let fits = |said: &str| words.iter().all(|word| said.to_lowercase().contains(&word.to_lowercase()));
    match (paragraphs.iter().find(|(_, said)| fits(said)), paragraphs.last()) {
        (Some((at, said)), _) => Expectation::met(text, said.clone(), Some(*at)),
        (None, Some((_, said))) => Expectation::missed(text, format!("it says: {said}")),
        (None, None) => Expectation::missed(text, format!("no line starts with \"{label}\"")),
    }
}

/// Within the limit after a moment Slack shows, in one version of a message, all these words.
#[must_use]
pub fn current_after(case: &Case, from: Timestamp, limit: Duration, words: &[&str]) -> Expectation {
    let text = format!(
        "within {} s after it is back, Slack shows the incident as it is ({})",
        limit.as_secs(),
        words.join(", ")
    );
    let shows = |lines: &[String]| words.iter().all(|word| lines.iter().any(|line| line.contains(word)));
    let shown = case.slack().find(|(at, request)| *at >= from && shows(&request.lines));
    let Some((at, request)) = shown else { return Expectation::missed(text, "it never did") };
    let evidence = format!("{} after: {}", span(from, at), request.lines.first().map_or("", String::as_str));
    Expectation { text, met: at.duration_since(from).unsigned_abs() <= limit, evidence, at: Some(at) }
}

/// One graph stands in the thread of the message, and it came after everything that tells somebody something first.
#[must_use]
pub fn graphed(case: &Case) -> Expectation {
    let text = "after message and page, one graph of the metric stands in the message's thread";
    let Some((posted, post)) = case.posts().next() else { return Expectation::missed(text, "no message was posted") };
    let graphs: Vec<_> = case.slack().filter(|(_, request)| request.is_graph()).collect();
    let first = case.pages().next().map_or(posted, |paged| paged.max(posted));
    match graphs.as_slice() {
        [(at, graph)] if graph.thread_ts.as_ref() == Some(&post.ts) && *at >= first => Expectation::met(
            text,
            format!("{} after the message: {}", span(posted, *at), graph.lines.join(" ")),
            Some(*at),
        ),
        [(at, graph)] => {
            let place = graph.thread_ts.as_deref().unwrap_or("no thread");
            Expectation::missed(text, format!("{} after the message, in {place}", span(posted, *at)))
        }
        graphs => Expectation::missed(text, format!("{} graphs came", graphs.len())),
    }
}

/// The line with the label and those after it, up to the next line with a label of its own.
fn paragraph(lines: &[String], label: &str) -> Option<String> {
    let first = lines.iter().position(|line| line.starts_with(label))?;
    let mut said = lines.get(first)?.clone();
    for line in lines.iter().skip(first + 1).take_while(|line| !has_label(line)) {
        said.push(' ');
        said.push_str(line);
    }
    Some(said)
}

/// Whether a line starts as `Cause:` does: a capital, one or two short words, a colon.
fn has_label(line: &str) -> bool {
    line.split_once(':').is_some_and(|(label, _)| {
        label.len() <= 14
            && label.starts_with(|c: char| c.is_ascii_uppercase())
            && label.chars().all(|c| c.is_ascii_alphabetic() || c == ' ')
    })
}
