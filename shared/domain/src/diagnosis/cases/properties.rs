//! What holds for every staged incident.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

/// The staged incidents, made once.
fn staged() -> &'static [Case] {
    static STAGED: OnceLock<Vec<Case>> = OnceLock::new();
    STAGED.get_or_init(all)
}

/// Takes one reading away.
pub(super) type Blind = fn(&mut Evidence);

fn gone<T>(reading: &mut Reading<T>) {
    *reading = Reading::Unread { why: "timed out after 8 s".to_owned() };
}

pub(super) const READINGS: [(&str, Blind); 17] = [
    ("service", |e| gone(&mut e.service)),
    ("tasks", |e| gone(&mut e.tasks)),
    ("stopped", |e| gone(&mut e.stopped)),
    ("definition", |e| gone(&mut e.definition)),
    ("previous", |e| gone(&mut e.previous)),
    ("targets", |e| gone(&mut e.targets)),
    ("scaling", |e| gone(&mut e.scaling)),
    ("policies", |e| gone(&mut e.policies)),
    ("activities", |e| gone(&mut e.activities)),
    ("cache", |e| gone(&mut e.cache)),
    ("cache_events", |e| gone(&mut e.cache_events)),
    ("metrics", |e| gone(&mut e.metrics)),
    ("week_before", |e| gone(&mut e.week_before)),
    ("errors", |e| gone(&mut e.errors)),
    ("secrets", |e| gone(&mut e.secrets)),
    ("record", |e| gone(&mut e.record)),
    ("ringing", |e| gone(&mut e.ringing)),
];

#[test]
fn each_incident_is_diagnosed_right_and_with_confidence() {
    let mut wrong = Vec::new();
    for case in staged() {
        let diagnosis = diagnose(&case.evidence);
        let top = diagnosis.top();
        let sure = top.confidence > Confidence::Low || case.cause == Cause::Unknown;
        if top.cause != case.cause || !sure {
            wrong.push(format!(
                "{}: {} rather than {}: {:#?}",
                case.name,
                top.cause.name(),
                case.cause.name(),
                diagnosis
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_reading_taken_away_leaves_the_same_cause_or_none() {
    let mut wrong = Vec::new();
    for case in staged() {
        for (reading, blind) in READINGS {
            let mut partial = case.evidence.clone();
            blind(&mut partial);
            let diagnosis = diagnose(&partial);
            let top = diagnosis.top();
            if top.cause != case.cause && top.cause != Cause::Unknown {
                wrong.push(format!("{} without {reading}: {} ({})", case.name, top.cause.name(), top.confidence));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_reading_that_the_cause_does_not_need_may_be_missing() {
    let kept = |cause: Cause, reading: &str| {
        let (_, blind) = READINGS.into_iter().find(|(name, _)| *name == reading).unwrap();
        staged().iter().filter(|case| case.cause == cause).all(|case| {
            let mut evidence = case.evidence.clone();
            blind(&mut evidence);
            diagnose(&evidence).top().cause == cause
        })
    };
    for reading in ["metrics", "cache", "errors", "secrets", "targets", "scaling", "ringing", "cache_events"] {
        assert!(kept(Cause::OomKilled, reading), "{reading}");
        assert!(kept(Cause::SecretsUnavailable, reading), "{reading}");
        assert!(kept(Cause::PlacementFailed, reading), "{reading}");
    }
    for cause in Cause::ALL.into_iter().filter(|cause| *cause != Cause::Unknown) {
        assert!(kept(cause, "ringing"), "{} without the alarms that ring", cause.name());
    }
}

#[test]
fn what_is_missing_is_said_among_the_facts() {
    let mut evidence = staged().iter().find(|case| case.cause == Cause::SlowDependency).unwrap().evidence.clone();
    gone(&mut evidence.stopped);
    let diagnosis = diagnose(&evidence);
    assert_eq!(diagnosis.top().cause, Cause::Unknown);
    let slow = diagnosis.findings().iter().find(|finding| finding.cause == Cause::SlowDependency).unwrap();
    assert!(slow.facts.iter().any(|fact| fact.contains("its stopped tasks could not be read (timed out after 8 s)")));
}

#[test]
fn a_recorder_that_is_not_there_costs_no_certainty_while_no_task_is_missing() {
    let mut evidence = staged().iter().find(|case| case.cause == Cause::StaleTasks).unwrap().evidence.clone();
    gone(&mut evidence.record);
    assert_eq!(diagnose(&evidence).top().confidence, Confidence::High);
}

#[test]
fn there_are_many_incidents_and_three_or_more_of_each_cause() {
    let all = staged();
    assert!(all.len() >= 80, "{}", all.len());
    for cause in Cause::ALL {
        let staged = all.iter().filter(|case| case.cause == cause).count();
        assert!(staged >= 3, "{}: {staged}", cause.name());
    }
}

#[test]
fn every_cause_that_is_looked_for_stands_in_the_table_once() {
    assert_eq!(CAUSES.len() + 1, Cause::ALL.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_part_of_any_evidence_has_a_ranked_answer(which in 0_usize..1000, other in 0_usize..1000, without in any::<u32>(), swap in any::<u32>()) {
        let all = staged();
        let mut evidence = all[which % all.len()].evidence.clone();
        let second = &all[other % all.len()].evidence;
        if swap & 1 > 0 { evidence.stopped = second.stopped.clone(); }
        if swap & 2 > 0 { evidence.metrics = second.metrics.clone(); }
        if swap & 4 > 0 { evidence.service = second.service.clone(); }
        if swap & 8 > 0 { evidence.targets = second.targets.clone(); }
        for (bit, (_, blind)) in READINGS.iter().enumerate() {
            if without & (1 << bit) > 0 { blind(&mut evidence); }
        }
        let diagnosis = diagnose(&evidence);
        prop_assert!(!diagnosis.findings().is_empty());
        prop_assert!(diagnosis.findings().windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
        prop_assert!(diagnosis.findings().iter().all(|finding| finding.cause == Cause::Unknown || !finding.facts.is_empty()));
        prop_assert_eq!(diagnose(&evidence), diagnosis, "the same evidence has the same answer");
    }

    #[test]
    fn of_two_things_at_once_a_reading_taken_away_makes_neither_newly_certain(which in 0_usize..1000, other in 0_usize..1000, swap in any::<u32>()) {
        let all = staged();
        let mut evidence = all[which % all.len()].evidence.clone();
        let second = &all[other % all.len()].evidence;
        if swap & 1 > 0 { evidence.stopped = second.stopped.clone(); }
        if swap & 2 > 0 { evidence.metrics = second.metrics.clone(); }
        if swap & 4 > 0 { evidence.targets = second.targets.clone(); }
        if swap & 8 > 0 { evidence.secrets = second.secrets.clone(); }
        if swap & 16 > 0 { evidence.errors = second.errors.clone(); }
        let whole = diagnose(&evidence).top().cause;
        for (reading, blind) in READINGS {
            let mut partial = evidence.clone();
            blind(&mut partial);
            let diagnosis = diagnose(&partial);
            let top = diagnosis.top();
            prop_assert!(top.cause == whole || top.confidence == Confidence::Low, "{} became {} without {reading}", whole.name(), top.cause.name());
        }
    }
}
