//! Was it seen to be over, and is it?

use super::{Case, Expectation};

/// The Slack message says that the remedy was verified.
#[must_use]
pub fn verified(case: &Case) -> Expectation {
    let text = "the Slack message says that the recovery was verified";
    match case.labelled("Verified:", None) {
        Some((at, line)) => Expectation::met(text, line, Some(at)),
        None => Expectation::missed(text, "no line starts with \"Verified:\""),
    }
}

/// The Slack message says that it is resolved, and PagerDuty is told so under the key of the page.
#[must_use]
pub fn resolved(case: &Case) -> Expectation {
    let text = "Slack says resolved, and PagerDuty is told so under the key of the page";
    let is_ours = |key: &str| case.subject.is_page_key(key);
    let told = case.pagerduty().find(|(_, request)| request.event_action == "resolve" && is_ours(&request.dedup_key));
    match (case.labelled("Resolved:", None), told) {
        (Some((slack, line)), Some((pagerduty, _))) => Expectation::met(text, line, Some(slack.max(pagerduty))),
        (Some(_), None) => Expectation::missed(text, "PagerDuty was not told"),
        (None, Some(_)) => Expectation::missed(text, "no line of the Slack message starts with \"Resolved:\""),
        (None, None) => Expectation::missed(text, "neither was told"),
    }
}

/// At the end the service runs all its tasks, all targets are healthy, and none of its alarms is in ALARM.
#[must_use]
pub fn service_is_well(case: &Case) -> Expectation {
    let text = "at the end the service is well: all tasks run, all targets are healthy, no alarm is in ALARM";
    let Some(view) = &case.service else { return Expectation::missed(text, "the service is gone") };
    let live: Vec<_> = view.targets.iter().filter(|target| target.state != "draining").collect();
    let healthy = live.iter().filter(|target| target.state == "healthy").count();
    let ringing: Vec<_> = case
        .alarms
        .iter()
        .filter(|alarm| alarm.state == "ALARM" && alarm.name.starts_with(&case.subject.service))
        .map(|alarm| alarm.name.as_str())
        .collect();
    let met = view.running >= view.desired && healthy == live.len() && !live.is_empty() && ringing.is_empty();
    let evidence = format!(
        "{} of {} tasks run, {healthy} of {} targets are healthy, in ALARM: {}",
        view.running,
        view.desired,
        live.len(),
        if ringing.is_empty() { "none".to_owned() } else { ringing.join(", ") }
    );
    Expectation { text: text.to_owned(), met, evidence, at: None }
}
