//! Did a human hear of it, in time, once, and on two ways?

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Case, Expectation, span};
use crate::observed::{Observed, PeopleTopic, SlackRequest};

/// A page reaches PagerDuty within the limit after the first P0 alarm message left.
#[must_use]
pub fn paged_in_time(case: &Case, limit: Duration) -> Expectation {
    let text = format!("a page reaches PagerDuty within {} s of the alarm's message", limit.as_secs());
    match (case.first_alarm_sent(), case.triggers().next()) {
        (None, _) => Expectation::missed(text, "no P0 alarm's message left the overlay"),
        (Some(_), None) => Expectation::missed(text, "no page reached PagerDuty"),
        (Some(sent), Some((at, _))) => {
            let evidence = format!("{} after the message", span(sent, at));
            let met = at.duration_since(sent).unsigned_abs() <= limit && at >= sent;
            Expectation { text, met, evidence, at: Some(at) }
        }
    }
}

/// A page reaches PagerDuty within the limit after an alarm went off of which no message left.
#[must_use]
pub fn paged_without_alarm_message(case: &Case, limit: Duration) -> Expectation {
    let text =
        format!("although no alarm message left, a page reaches PagerDuty within {} s of the alarm", limit.as_secs());
    let sent = case.alarms_sent().count();
    if sent > 0 {
        return Expectation::missed(text, format!("{sent} alarm messages left: the path was not broken"));
    }
    match (case.first_alarm(), case.triggers().next()) {
        (None, _) => Expectation::missed(text, "no P0 alarm went off"),
        (Some(_), None) => Expectation::missed(text, "no page reached PagerDuty"),
        (Some(alarm), Some((at, _))) => {
            let evidence = format!("{} after the alarm went off", span(alarm, at));
            let met = at >= alarm && at.duration_since(alarm).unsigned_abs() <= limit;
            Expectation { text, met, evidence, at: Some(at) }
        }
    }
}

/// A P0 reaches people both through PagerDuty and through the pages topic, which needs no secret.
#[must_use]
pub fn two_channels(case: &Case) -> Expectation {
    let text = "the page goes out on two independent channels, PagerDuty and SMS";
    let sms = case.seen.iter().find(|seen| matches!(seen.what, Observed::Topic { topic: PeopleTopic::Pages, .. }));
    match (case.triggers().next(), sms) {
        (Some((page, _)), Some(sms)) => {
            let evidence = format!("{} between the two", span(page.min(sms.at), page.max(sms.at)));
            Expectation::met(text, evidence, Some(page.max(sms.at)))
        }
        (None, None) => Expectation::missed(text, "neither was reached"),
        (None, Some(_)) => Expectation::missed(text, "PagerDuty was not reached"),
        (Some(_), None) => Expectation::missed(text, "nothing arrived at the pages topic"),
    }
}

/// All pages fold into one PagerDuty incident, of this service.
#[must_use]
pub fn one_key(case: &Case) -> Expectation {
    let wanted = case.subject.page_key();
    let text = "all pages carry one deduplication key, that of this service";
    let keys: BTreeSet<&str> = case.triggers().map(|(_, request)| &*request.dedup_key).collect();
    if keys.len() == 1 && keys.iter().all(|key| case.subject.is_page_key(key)) {
        return Expectation::met(text, wanted, case.triggers().next().map(|(at, _)| at));
    }
    let seen = keys.into_iter().collect::<Vec<_>>().join(", ");
    Expectation::missed(text, format!("wanted {wanted}, seen {}", if seen.is_empty() { "none" } else { &seen }))
}

/// Slack gets one message; all else is an update of it or stands in its thread.
#[must_use]
pub fn one_message(case: &Case) -> Expectation {
    let text = "Slack gets one message, and everything else as updates of it and in its thread";
    let posts: Vec<_> = case.posts().collect();
    let ts = posts.first().map(|(_, request)| request.ts.as_str());
    let belongs = |request: &SlackRequest| {
        let root = request.thread_ts.as_deref().unwrap_or(&request.ts);
        // Only who clicked sees the answer to a click.
        Some(root) == ts || request.method == "response_url"
    };
    let strays = case.slack().filter(|(_, request)| !belongs(request)).count();
    match (posts.as_slice(), strays) {
        ([(at, request)], 0) => {
            let replies = case.slack().filter(|(_, request)| request.thread_ts.is_some()).count();
            let updates = case.slack().filter(|(_, request)| request.method == "chat.update").count();
            let evidence = format!("message {}, {updates} updates, {replies} replies in its thread", request.ts);
            Expectation::met(text, evidence, Some(*at))
        }
        ([], _) => Expectation::missed(text, "no message was posted"),
        (many, _) => {
            let firsts = many.iter().filter_map(|(_, request)| request.lines.first().cloned()).collect::<Vec<_>>();
            Expectation::missed(text, format!("{} messages: {}", many.len(), firsts.join(" | ")))
        }
    }
}
