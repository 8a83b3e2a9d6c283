//! A decision that was kept is made again from what was read back, whatever the case.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;

use super::tests::{config, right};
use super::*;
use crate::diagnosis::cases;
use crate::diagnosis::staged::pin_images;
use crate::evidence::{Point, Reading, Series};
use crate::guardrail::Switch;
use crate::ledger::tests::{redeploy, subject};
use crate::ledger::{Ledger, Stage};
use crate::severity::Severity;

/// Staging takes longer than deciding.
static STAGED: LazyLock<Vec<cases::Case>> = LazyLock::new(cases::all);

fn case() -> impl Strategy<Value = Case> {
    let world = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<bool>(),
        prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 0..8),
        prop::option::of(".{0,60}"),
    );
    let incident = (any::<bool>(), prop::option::of(3..9_u32), any::<bool>(), prop::option::of(0..9_u32));
    let past = (prop::option::of(0..90_i64), any::<bool>(), prop::option::of(0..7_u32), 0..3_usize);
    let moment = (0..3_u8, -5_000_000_000..90_000_000_000_i64, 0..30_000_000_000_i64, 0..3_u8);
    (world, incident, past, moment).prop_map(|(world, incident, past, moment)| {
        let (which, told, pinned, values, unread) = world;
        let staged = &*STAGED;
        let mut evidence = which.get(staged).evidence.clone();
        let told = diagnose(&told.get(staged).evidence);
        if pinned {
            pin_images(&mut evidence);
        }
        if let (Reading::Read(metrics), false) = (&mut evidence.metrics, values.is_empty()) {
            let at = |n: usize| evidence.gathered_at - SignedDuration::from_mins(i64::try_from(n).unwrap());
            let points = values.iter().enumerate().map(|(n, value)| Point { at: at(n), value: *value }).collect();
            metrics.latency_p95 = Series::new(points);
        }
        if let Some(why) = unread {
            evidence.secrets = Reading::Unread { why };
        }
        let now = evidence.gathered_at + SignedDuration::from_nanos(moment.1);
        let ledger = past.0.map(|minutes| {
            let at = now - SignedDuration::from_mins(minutes);
            let claimed = Ledger::empty(right().subject.service).claim(subject("i"), redeploy(), at);
            let failures_in_a_row = past.3;
            let ledger = if past.1 { claimed } else { claimed.record(Stage::NotDone { why: "no".to_owned() }) };
            Ledger { failures_in_a_row, ..ledger }
        });
        let severity = [Severity::P0, Severity::P1, Severity::P2].into_iter().nth(usize::from(moment.0)).unwrap();
        Case {
            subject: crate::bulletin::Subject { severity, ..subject("i") },
            told: if pinned { diagnose(&evidence) } else { told },
            approval: past.1.then(|| Approval { plan: redeploy().digest(), at: now }),
            evidence,
            incident: Present { open: incident.0, since: None, flapping: incident.1, silenced: incident.2 },
            services_in_trouble: incident.3,
            ledger,
            account_actions: past.2,
            switch: [Switch::On, Switch::Off, Switch::Unreadable].into_iter().nth(usize::from(moment.3)).unwrap(),
            time_left: SignedDuration::from_nanos(moment.2),
            now,
        }
        .redacted()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_case_that_was_kept_is_decided_as_it_was(case in case(), mode in prop::sample::select(vec!["off", "suggest", "approve", "auto"])) {
        let decision = decide(&case, &config(mode));
        let kept = Kept::of(case.clone(), &decision);
        let read: Case = serde_json::from_slice(&serde_json::to_vec(&case).unwrap()).unwrap();
        prop_assert_eq!(&read, &case);
        let mut back: Kept = serde_json::from_slice(&serde_json::to_vec(&kept).unwrap()).unwrap();
        back.case = Some(Box::new(read));
        let replayed = replay(&back, &config(mode));
        prop_assert_eq!(replayed.change(), Change::Same);
        prop_assert_eq!(replayed.now, Some(decision.bounded()));
    }
}
