//! A thousand alarms of twenty services within a minute, all through the real topic: every service is paged once,
//! one digest names them all, and what PagerDuty takes a minute is not used up.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::drive::{DWELL, dwell, received};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{Case, Expectation, Way, between, exactly};
use crate::observed::{Observation, Observed, PagerDutyRequest, PeopleTopic};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "storm",
    shows: "a thousand alarms of twenty services: each service paged once, one digest names them all",
    mode: Mode::Auto,
    tuning: Tuning { tables: ROUTES, ..Tuning::USUAL },
    // A message for each service, and the digest. On a slow machine the heartbeat may wait behind a thousand alarms for
    // longer than the watchdog's shortened half minute, which then says so and takes it back.
    expects: &[exactly(21, Way::Post), exactly(20, Way::Page), exactly(20, Way::Sms), between(0, 2, Way::Watchdog)],
    drive,
    judge,
};

/// Services that consist of nothing but alarms.
const SERVICES: usize = 20;
/// Alarms of each.
const ALARMS: usize = 50;
/// What befalls a service sets off several of its alarms at once.
const AT_ONCE: usize = 5;
/// Between so many alarms of every service and the next of every service.
const GUST: Duration = Duration::from_secs(1);
/// Seconds until Slack has all: it takes a message a second, and the digest, a P1, waits its turn among the P0s. Whoever has
/// to be woken hears of it by other ways.
const POSTING: u64 = 60;
/// Seconds more until the digest names them all: posted before the last has begun, it is brought up to date by edits.
const DIGEST: u64 = 30;
/// Events that PagerDuty takes of an integration in a minute.
const BUDGET: usize = 120;

macro_rules! routes {
    ($($number:literal)*) => {
        concat!($(
            "[[route]]\nname = \"storm-", $number, "\"\n",
            "match = { name = \"storm-", $number, "-*\" }\nservice = \"storm-", $number, "\"\n",
        )*)
    };
}

const ROUTES: &str =
    routes!("01" "02" "03" "04" "05" "06" "07" "08" "09" "10" "11" "12" "13" "14" "15" "16" "17" "18" "19" "20");

fn services() -> impl Iterator<Item = String> {
    (1..=SERVICES).map(|number| format!("storm-{number:02}"))
}

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, topic) = (stage.overlay(), std::slice::from_ref(&stage.target.alarms_topic));
        let alarms: Vec<usize> = (0..ALARMS).collect();
        let named = |service: &str, alarms: &[usize]| -> Vec<String> {
            alarms.iter().map(|alarm| format!("{service}-P0-check-{alarm:02}")).collect()
        };
        let gusts: Vec<Vec<String>> = alarms
            .chunks(AT_ONCE)
            .map(|alarms| services().flat_map(|service| named(&service, alarms)).collect())
            .collect();
        gusts.iter().flatten().for_each(|alarm| faults::put_alarm(overlay, alarm, &[], topic));
        stage.note(format!("{} alarms of {SERVICES} services begin to go off", SERVICES * ALARMS));
        for gust in &gusts {
            gust.iter().for_each(|alarm| faults::set_alarm_state(overlay, alarm, "ALARM", "Checks fail."));
            dwell(GUST).await;
        }
        stage.sees(Duration::from_secs(45), |seen| sent(seen).count() == SERVICES * ALARMS).await;
        received(stage, SERVICES, Way::Page, 15).await;
        received(stage, SERVICES + 1, Way::Post, POSTING).await;
        stage.sees(Duration::from_secs(DIGEST), |seen| !digests(seen).is_empty()).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    vec![all_sent(case), each_paged_once(case), each_in_time(case), digest(case), budget(case)]
}

/// When the messages left.
fn sent(seen: &[Observation]) -> impl Iterator<Item = Timestamp> {
    let of_storm = |what: &Observed| matches!(what, Observed::AlarmSent { alarm, .. } if alarm.starts_with("storm-"));
    seen.iter().filter(move |each| of_storm(&each.what)).map(|each| each.at)
}

/// Without that nothing would be shown.
fn all_sent(case: &Case) -> Expectation {
    let sent: Vec<Timestamp> = sent(&case.seen).collect();
    let within = match (sent.first(), sent.last()) {
        (Some(first), Some(last)) => last.duration_since(*first).as_secs_f64(),
        _ => 0.0,
    };
    Expectation {
        text: format!("{} messages of alarms leave within a minute", SERVICES * ALARMS),
        met: sent.len() == SERVICES * ALARMS && within < 60.0,
        evidence: format!("{} messages within {within:.0} s", sent.len()),
        at: sent.last().copied(),
    }
}

fn each_paged_once(case: &Case) -> Expectation {
    let mut pages: BTreeMap<String, (usize, usize)> = services().map(|service| (service, (0, 0))).collect();
    for each in &case.seen {
        for (service, (page, sms)) in &mut pages {
            match &each.what {
                Observed::PagerDuty(request) if request.opened && request.dedup_key.contains(service.as_str()) => {
                    *page += 1
                }
                Observed::Topic { topic: PeopleTopic::Pages, text, .. } if text.contains(service.as_str()) => *sms += 1,
                _ => {}
            }
        }
    }
    let wrong: Vec<String> = pages
        .iter()
        .filter(|(_, counts)| **counts != (1, 1))
        .map(|(service, (page, sms))| format!("{service}: {page} pages, {sms} SMS"))
        .collect();
    Expectation {
        text: "every service is paged exactly once, on two channels".to_owned(),
        met: wrong.is_empty(),
        evidence: if wrong.is_empty() { format!("{SERVICES} pages and as many SMS") } else { wrong.join("; ") },
        at: None,
    }
}

fn each_in_time(case: &Case) -> Expectation {
    const LIMIT: f64 = 10.0;
    let waits = services().map(|service| {
        let sent =
            case.first(|what| matches!(what, Observed::AlarmSent { alarm, .. } if alarm.starts_with(&service)))?;
        let paged = case.first(|what| {
            matches!(what, Observed::PagerDuty(request) if request.opened && request.dedup_key.contains(&service))
        })?;
        Some(paged.duration_since(sent).as_secs_f64())
    });
    let waits: Option<Vec<f64>> = waits.collect();
    let longest = waits.map(|waits| waits.into_iter().fold(0.0, f64::max));
    Expectation {
        text: format!("every service is paged within {LIMIT} s of its first message"),
        met: longest.is_some_and(|longest| longest <= LIMIT),
        evidence: longest
            .map_or_else(|| "not all are paged".to_owned(), |longest| format!("the last after {longest:.1} s")),
        at: None,
    }
}

/// Which messages of Slack have named all services, and since when.
fn digests(seen: &[Observation]) -> BTreeMap<&str, Timestamp> {
    let names_all = |lines: &[String]| services().all(|service| lines.iter().any(|line| line.contains(&service)));
    let mut digests = BTreeMap::new();
    for each in seen {
        if let Observed::Slack(request) = &each.what
            && request.refused.is_none()
            && request.thread_ts.is_none()
            && names_all(&request.lines)
        {
            digests.entry(request.ts.as_str()).or_insert(each.at);
        }
    }
    digests
}

fn digest(case: &Case) -> Expectation {
    let digests = digests(&case.seen);
    let since = digests.values().min().copied();
    let began = sent(&case.seen).next();
    let within = began.zip(since).map(|(began, since)| since.duration_since(began).as_secs_f64());
    Expectation {
        text: "one message of Slack, the digest, names all twenty services".to_owned(),
        met: digests.len() == 1,
        evidence: within.map_or_else(
            || "no message does".to_owned(),
            |within| format!("{} does, after {within:.0} s", digests.len()),
        ),
        at: since,
    }
}

fn budget(case: &Case) -> Expectation {
    let events: Vec<(Timestamp, &PagerDutyRequest)> = case
        .seen
        .iter()
        .filter_map(|each| match &each.what {
            Observed::PagerDuty(request) => Some((each.at, request)),
            _ => None,
        })
        .collect();
    let refused = events.iter().filter(|(_, request)| request.refused.is_some()).count();
    let in_a_minute =
        |from: Timestamp| events.iter().filter(|(at, _)| *at >= from && *at < from + Duration::from_secs(60)).count();
    let most = events.iter().map(|(at, _)| in_a_minute(*at)).max().unwrap_or_default();
    Expectation {
        text: format!("PagerDuty gets at most {BUDGET} events in any minute, and refuses none"),
        met: !events.is_empty() && most <= BUDGET && refused == 0,
        evidence: format!("{} events, at most {most} in a minute, {refused} refused", events.len()),
        at: None,
    }
}
