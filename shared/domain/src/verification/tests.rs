#![allow(clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::diagnosis::staged::{at_maximum, errors, failing_deployment, healthy, minutes_ago, now, sicken};
use crate::evidence::Reading;
use crate::id::TaskId;

const OURS: &str = "ecs-svc/1000000000000000001";

fn look(evidence: &Evidence, minutes: i64) -> Verdict {
    verify(done(&deployed(), minutes_ago(minutes)), evidence, &Timing::default(), now())
}

fn done(effect: &Effect, at: Timestamp) -> Done<'_> {
    Done { effect, at, before: None }
}

fn deployed() -> Effect {
    Effect::Deployed(DeploymentId::from(OURS))
}

fn not_yet(evidence: &Evidence) -> String {
    match look(evidence, 2) {
        Verdict::NotYet { why } => why,
        Verdict::Done(outcome) => format!("done: {outcome:?}"),
    }
}

#[test]
fn a_completed_deployment_with_healthy_targets_and_no_errors_is_a_recovery() {
    assert_eq!(look(&healthy(), 4), Verdict::Done(Outcome::Recovered { after_s: 240 }));
}

#[test]
fn while_the_deployment_goes_on_it_is_too_early() {
    let mut evidence = healthy();
    if let Reading::Read(service) = &mut evidence.service {
        service.deployments[0].rollout = Rollout::InProgress;
    }
    assert!(not_yet(&evidence).contains("the deployment runs 3 of 3"));
}

#[test]
fn a_task_that_was_stopped_has_to_be_gone_and_another_to_be_in_its_place() {
    let look = |evidence: &Evidence| {
        let stopped = Effect::Stopped(TaskId::from("b2"));
        verify(done(&stopped, minutes_ago(4)), evidence, &Timing::default(), now())
    };
    let mut evidence = healthy();
    assert_eq!(look(&evidence), Verdict::NotYet { why: "task b2 has not stopped yet".to_owned() });
    if let Reading::Read(tasks) = &mut evidence.tasks {
        tasks[1].id = TaskId::from("d4");
    }
    assert_eq!(look(&evidence), Verdict::Done(Outcome::Recovered { after_s: 240 }));
    if let Reading::Read(service) = &mut evidence.service {
        service.running = 2;
    }
    assert_eq!(look(&evidence), Verdict::NotYet { why: "2 of 3 tasks run".to_owned() });
    evidence.tasks = Reading::Unread { why: "throttled".to_owned() };
    assert_eq!(look(&evidence), Verdict::NotYet { why: "the tasks could not be read".to_owned() });
}

#[test]
fn a_sick_target_or_failing_requests_speak_against_it() {
    let mut sick = healthy();
    sicken(&mut sick, 1);
    assert_eq!(not_yet(&sick), "2 of 3 targets are healthy");
    let mut failing = healthy();
    errors(&mut failing, 1);
    assert_eq!(not_yet(&failing), "33.3 % of requests still fail");
}

#[test]
fn what_could_not_be_read_is_no_recovery() {
    let mut evidence = healthy();
    evidence.metrics = Reading::Unread { why: "throttled".to_owned() };
    assert_eq!(not_yet(&evidence), "the metrics could not be read");
    evidence.targets = Reading::Unread { why: "throttled".to_owned() };
    assert_eq!(not_yet(&evidence), "target health could not be read");
    evidence.service = Reading::Unread { why: "throttled".to_owned() };
    assert_eq!(not_yet(&evidence), "the ECS service could not be read");
}

#[test]
fn metrics_from_before_the_action_prove_nothing() {
    assert!(matches!(
        verify(done(&deployed(), now() + SignedDuration::from_secs(1)), &healthy(), &Timing::default(), now()),
        Verdict::NotYet { why } if why.starts_with("0 of 2")
    ));
}

#[test]
fn one_good_period_may_be_half_a_truth() {
    assert_eq!(not_yet(&healthy()), "1 of 2 periods since the action are known to be good");
}

#[test]
fn when_the_time_is_up_the_remedy_failed_and_says_why() {
    let mut evidence = healthy();
    errors(&mut evidence, 3);
    assert!(matches!(look(&evidence, 10), Verdict::Done(Outcome::Failed { why }) if why.contains("33.3 %")));
}

#[test]
fn what_did_not_cure_is_judged_by_how_the_service_was_before() {
    let mut half_well = healthy();
    errors(&mut half_well, 3);
    let mut sick = half_well.clone();
    sicken(&mut sick, 1);
    let cases = [
        ("as many requests fail", &half_well, 3, 33, "failed"),
        ("half as many fail", &half_well, 3, 70, "partly"),
        ("more tasks are healthy", &half_well, 2, 33, "partly"),
        ("many more fail", &half_well, 3, 10, "worse"),
        ("a task fell sick, though fewer requests fail", &sick, 3, 90, "worse"),
    ];
    for (what, evidence, healthy, failing, expected) in cases {
        let before = Vitals { healthy: Some(healthy), failing_percent: Some(failing) };
        let effect = deployed();
        let done = Done { before: Some(&before), ..done(&effect, minutes_ago(10)) };
        let outcome = match verify(done, evidence, &Timing::default(), now()) {
            Verdict::Done(Outcome::Failed { .. }) => "failed",
            Verdict::Done(Outcome::Partly { .. }) => "partly",
            Verdict::Done(Outcome::Worse { .. }) => "worse",
            other => panic!("{what}: {other:?}"),
        };
        assert_eq!(outcome, expected, "{what}");
    }
}

#[test]
fn a_deployment_that_was_stopped_has_to_be_replaced_by_what_ran_before() {
    let look = |evidence: &Evidence, stopped: &str| {
        let effect = Effect::DeploymentStopped(DeploymentId::from(stopped));
        verify(done(&effect, minutes_ago(4)), evidence, &Timing::default(), now())
    };
    let why = "the deployment that was stopped is still the primary one".to_owned();
    assert_eq!(look(&failing_deployment(), OURS), Verdict::NotYet { why });
    assert!(matches!(look(&failing_deployment(), "ecs-svc/9"), Verdict::NotYet { why } if why.contains("runs 0 of 3")));
    assert_eq!(look(&healthy(), "ecs-svc/9"), Verdict::Done(Outcome::Recovered { after_s: 240 }));
}

#[test]
fn more_tasks_helped_once_their_cpu_is_not_used_up_any_more() {
    let look = |evidence: &Evidence| {
        let effect = Effect::Raised { from: 3, to: 5 };
        verify(done(&effect, minutes_ago(4)), evidence, &Timing::default(), now())
    };
    assert_eq!(look(&at_maximum()), Verdict::NotYet { why: "the service's CPU is still at 94 %".to_owned() });
    assert_eq!(look(&healthy()), Verdict::Done(Outcome::Recovered { after_s: 240 }));
}
