//! AWS fails in the middle of the one call that changes something. What certainly was not done is done later; what may have been
//! done is looked for and never done again; and where it does not show, a person is asked.

use std::time::Duration;

use super::drive::{dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::cloud::FaultKind;
use crate::faults;
use crate::judge::{
    Case, Expectation, Expected, Way, called, exactly, explained, one_key, paged_in_time, resolved as is_resolved,
    says, service_is_well, verified,
};
use crate::stage::{Mode, Stage, Tuning};

const CURED: &[Expected] = &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)];

/// What nobody knows of is told anew, since an edit of the message would wake nobody.
const ASKED: &[Expected] =
    &[exactly(1, Way::Post), exactly(1, Way::Broadcast), exactly(1, Way::Page), exactly(2, Way::Sms)];

pub(super) static THROTTLED: Scenario = Scenario {
    name: "write-throttled",
    shows: "AWS throttles the redeploy: it was not done, so it is done at the next look",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: CURED,
    drive: |stage| drive(stage, FaultKind::Throttle),
    judge: |case| cured(case, &["ThrottlingException", "ok"]),
};

pub(super) static ANSWER_LOST: Scenario = Scenario {
    name: "write-answer-lost",
    shows: "the redeploy takes effect and its answer is lost: it is seen, verified, and not done again",
    drive: |stage| drive(stage, FaultKind::AnswerLost),
    judge: |case| cured(case, &["ServerException"]),
    ..THROTTLED
};

pub(super) static FAILED: Scenario = Scenario {
    name: "write-failed",
    shows: "AWS fails inside of the redeploy and nothing shows: it is not done again, and a person is asked",
    expects: ASKED,
    drive: |stage| drive(stage, FaultKind::InternalError),
    judge: handed_over,
    ..THROTTLED
};

pub(super) static HANGS: Scenario = Scenario {
    name: "write-hangs",
    shows: "AWS takes the redeploy and never answers, and nothing shows: it is not done again, and a person is asked",
    expects: ASKED,
    drive: |stage| drive(stage, FaultKind::Hang),
    judge: handed_over,
    ..THROTTLED
};

/// Longer than any look at the service takes to come again after an attempt.
const STANDS: Duration = Duration::from_secs(10);

fn drive(stage: &Stage, kind: FaultKind) -> Driven<'_> {
    Box::pin(async move {
        let is_lasting = matches!(kind, FaultKind::InternalError | FaultKind::Hang);
        stage.fail_next("ecs:UpdateService", kind);
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Verified:", 90).await && !is_lasting {
            resolved(stage, 45).await;
        }
        dwell(STANDS).await;
        Ok(())
    })
}

fn paged_and_explained(case: &Case) -> Vec<Expectation> {
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        one_key(case),
        explained(case, Duration::from_secs(10), &["stale"]),
    ]
}

fn cured(case: &Case, outcomes: &[&str]) -> Vec<Expectation> {
    let mut all = paged_and_explained(case);
    all.extend([
        called(case, "ecs:UpdateService", outcomes),
        says(case, "Did:", &[], "the message says what was done"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]);
    all
}

fn handed_over(case: &Case) -> Vec<Expectation> {
    let mut all = paged_and_explained(case);
    all.extend([
        called(case, "ecs:UpdateService", &["ServerException"]),
        says(case, "Verified:", &["nobody knows", "person"], "the message says that a person must look, and why"),
    ]);
    all
}
