//! Did it count that somebody took it, once and everywhere?

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Case, Expectation};
use crate::observed::Observed;

/// The pages that woke somebody carry these keys, in this order: that of the service's P0, and each later one with its
/// number.
#[must_use]
pub fn pages_numbered(case: &Case, count: usize) -> Expectation {
    let text =
        format!("PagerDuty is paged {count} times, each time under a key of its own, so that each page wakes somebody");
    let key = case.subject.page_key();
    let wanted: Vec<String> =
        (1..=count).map(|page| if page == 1 { key.clone() } else { format!("{key}/{page}") }).collect();
    let opened: Vec<(Timestamp, &str)> = opened(case).collect();
    let keys: Vec<&str> = opened.iter().map(|(_, key)| *key).collect();
    let evidence = if keys.is_empty() { "no page".to_owned() } else { keys.join(", ") };
    Expectation { text, met: keys == wanted, evidence, at: opened.last().map(|(at, _)| *at) }
}

/// PagerDuty has heard for every page that somebody is at it, from us or from the person who said so there.
#[must_use]
pub fn acknowledged(case: &Case) -> Expectation {
    let text = "every page is acknowledged in PagerDuty";
    let paged: BTreeSet<&str> = opened(case).map(|(_, key)| key).collect();
    let by_event = case.pagerduty().filter(|(_, request)| request.event_action == "acknowledge");
    let mut told: Vec<(Timestamp, &str)> = by_event.map(|(at, request)| (at, request.dedup_key.as_str())).collect();
    told.extend(case.seen.iter().filter_map(|each| match &each.what {
        Observed::ByPerson(gesture) if gesture.what == "incident.acknowledged" => Some((each.at, &*gesture.whose)),
        _ => None,
    }));
    let missing: Vec<&str> = paged.iter().filter(|key| !told.iter().any(|(_, told)| told == *key)).copied().collect();
    if paged.is_empty() {
        return Expectation::missed(text, "nobody was paged");
    }
    if !missing.is_empty() {
        return Expectation::missed(text, format!("not {}", missing.join(", ")));
    }
    Expectation::met(text, paged.into_iter().collect::<Vec<_>>().join(", "), told.iter().map(|(at, _)| *at).max())
}

/// Every page that was open is resolved in PagerDuty, and Slack says that it is over.
#[must_use]
pub fn all_resolved(case: &Case) -> Expectation {
    let text = "when it is over every page is resolved in PagerDuty, and Slack says so";
    let resolved: BTreeSet<&str> = case
        .pagerduty()
        .filter(|(_, request)| request.event_action == "resolve")
        .map(|(_, request)| request.dedup_key.as_str())
        .collect();
    let missing: Vec<&str> = opened(case).map(|(_, key)| key).filter(|key| !resolved.contains(key)).collect();
    match (missing.as_slice(), case.labelled("Resolved:", None)) {
        ([], Some((at, line))) if !resolved.is_empty() => Expectation::met(text, line, Some(at)),
        ([], Some(_)) => Expectation::missed(text, "nothing was resolved in PagerDuty"),
        ([], None) => Expectation::missed(text, "no line of a Slack message starts with \"Resolved:\""),
        (missing, _) => Expectation::missed(text, format!("not resolved: {}", missing.join(", "))),
    }
}

/// The Slack message names one person who is at it, and never another.
#[must_use]
pub fn one_ack(case: &Case) -> Expectation {
    let text = "exactly one acknowledgement counts: the Slack message names one person and keeps to it";
    let said: Vec<(Timestamp, &str)> = case
        .slack()
        .filter(|(_, request)| request.method == "chat.update")
        .flat_map(|(at, request)| request.lines.iter().map(move |line| (at, line.as_str())))
        .filter(|(_, line)| line.starts_with("Acked:"))
        .collect();
    let distinct: BTreeSet<&str> = said.iter().map(|(_, line)| *line).collect();
    let evidence = distinct.iter().copied().collect::<Vec<_>>().join(" | ");
    match distinct.len() {
        0 => Expectation::missed(text, "no line of the message starts with \"Acked:\""),
        1 => Expectation::met(text, evidence, said.first().map(|(at, _)| *at)),
        _ => Expectation::missed(text, evidence),
    }
}

fn opened(case: &Case) -> impl Iterator<Item = (Timestamp, &str)> {
    case.pagerduty().filter(|(_, request)| request.opened).map(|(at, request)| (at, request.dedup_key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{KEY, assert_met, assert_missed, good, pagerduty, slack, with, without};
    use crate::observed::Gesture;

    fn acked_by_person(key: &str) -> Observed {
        Observed::ByPerson(Gesture {
            place: "pagerduty",
            who: "ben".to_owned(),
            what: "incident.acknowledged".to_owned(),
            whose: key.to_owned(),
            status: 200,
            took_ms: 100,
        })
    }

    #[test]
    fn each_later_page_must_have_a_key_of_its_own() {
        assert_met(&pages_numbered(&good(), 1));
        assert_met(&pages_numbered(&with(9000, pagerduty("trigger", &format!("{KEY}/2"))), 2));
        assert_missed(
            &pages_numbered(&with(9000, pagerduty("trigger", &format!("{KEY}/3"))), 2),
            "a number is left out",
        );
        assert_missed(&pages_numbered(&with(9000, pagerduty("trigger", KEY)), 2), "it came under the same key");
        assert_missed(&pages_numbered(&good(), 2), "nobody was paged again");
    }

    #[test]
    fn every_page_must_be_acknowledged_by_us_or_by_a_person() {
        assert_missed(&acknowledged(&good()), "nobody acknowledged");
        assert_met(&acknowledged(&with(9000, pagerduty("acknowledge", KEY))));
        assert_met(&acknowledged(&with(9000, acked_by_person(KEY))));
        assert_missed(&acknowledged(&with(9000, acked_by_person("another"))), "it was another page");
    }

    #[test]
    fn every_page_must_be_resolved() {
        assert_met(&all_resolved(&good()));
        let second = with(9000, pagerduty("trigger", &format!("{KEY}/2")));
        assert_missed(&all_resolved(&second), "the second page stays open");
        let unsaid = |what: &Observed| matches!(what, Observed::Slack(request) if request.lines.iter().any(|line| line.starts_with("Resolved:")));
        assert_missed(&all_resolved(&without(unsaid)), "Slack does not say so");
    }

    #[test]
    fn one_person_is_named_and_never_another() {
        assert_missed(&one_ack(&good()), "nobody is named");
        let mut case = with(9000, slack("chat.update", "1.0", &["Acked: by ada"]));
        assert_met(&one_ack(&case));
        let other = with(9500, slack("chat.update", "1.0", &["Acked: by ben"]));
        case.seen.extend(other.seen);
        assert_missed(&one_ack(&case), "two persons are named");
    }
}
