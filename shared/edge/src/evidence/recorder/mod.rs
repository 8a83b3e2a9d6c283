//! What the flight recorder kept about the service: events that ECS sent, and changes that CloudTrail saw. "FilterLogEvents",
//! Amazon CloudWatch Logs API Reference; the rules that record stand in `template.yaml`.

mod change;
mod envelope;
mod pattern;
mod stopped;

use aws_sdk_cloudwatchlogs::Client;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, Record};

use super::{Read, Site, why};

/// How far back.
const WINDOW: SignedDuration = SignedDuration::from_hours(6);
/// Events of the one page that is read.
const EVENTS: i32 = 300;
/// Events of each kind that are kept, the newest ones.
const KEPT: usize = 50;

/// The newest events come first, so that a page that does not hold all of them holds those that matter.
pub(super) async fn read(client: &Client, service: &Service, site: &Site, now: Timestamp) -> Read<Record> {
    let Some(group) = site.recorder.as_deref() else { return Ok(Reading::NotConfigured) };
    let since = now.checked_sub(WINDOW).map_err(|error| error.to_string())?;
    let call = client
        .filter_log_events()
        .log_group_name(group)
        .filter_pattern(pattern::of(service)?)
        .start_time(since.as_millisecond())
        .end_time(now.as_millisecond())
        .start_from_head(false)
        .limit(EVENTS);
    let answer = call.send().await.map_err(why)?;
    if answer.events().is_empty() && answer.next_token().is_some() {
        return Err("CloudWatch Logs was still searching when it answered".to_owned());
    }
    Ok(Reading::Read(record(answer.events().iter().filter_map(|event| event.message()), service)))
}

/// The events of this service, newest first. What cannot be read as one is left out.
fn record<'a>(events: impl Iterator<Item = &'a str>, service: &Service) -> Record {
    let mut record = Record::default();
    for event in events {
        envelope::read(event, service, &mut record);
    }
    newest(&mut record.stopped, |task| task.stopped_at.unwrap_or_default());
    newest(&mut record.deployments, |event| event.at);
    newest(&mut record.actions, |action| action.at);
    newest(&mut record.changes, |change| change.at);
    record
}

fn newest<T>(events: &mut Vec<T>, at: impl Fn(&T) -> Timestamp) {
    events.sort_by_key(|event| std::cmp::Reverse(at(event)));
    events.truncate(KEPT);
}

#[cfg(test)]
mod tests;
