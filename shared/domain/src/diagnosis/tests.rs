#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::staged::{cache_away, errors, healthy, minutes_ago, sicken, stale};
use super::*;
use crate::evidence::{ContainerEnd, ErrorShape, Placement, Reading, Rollout, SecretChange, ServiceEvent, StoppedTask};
use crate::id::TaskId;

fn answer(evidence: &Evidence) -> (Cause, Confidence) {
    let diagnosis = diagnose(evidence);
    (diagnosis.top().cause, diagnosis.top().confidence)
}

fn stopped(reason: &str, container: Option<&str>, exit_code: i32, minutes: i64) -> StoppedTask {
    StoppedTask {
        id: TaskId::from("dead"),
        stopped_at: Some(minutes_ago(minutes)),
        code: "EssentialContainerExited".to_owned(),
        started_at: None,
        started_by: None,
        placement: Placement::default(),
        reason: reason.to_owned(),
        containers: vec![ContainerEnd {
            name: "app".to_owned(),
            exit_code: Some(exit_code),
            reason: container.map(str::to_owned),
        }],
    }
}

#[test]
fn nothing_wrong_is_unknown_rather_than_a_guess() {
    assert_eq!(answer(&healthy()), (Cause::Unknown, Confidence::Low));
}

#[test]
fn nothing_read_is_unknown_and_says_what_is_missing() {
    let diagnosis = diagnose(&Evidence::nothing(staged::now(), "timed out after 8 s"));
    assert_eq!(diagnosis.top().cause, Cause::Unknown);
    assert_eq!(diagnosis.unread.len(), 17);
}

#[test]
fn tasks_older_than_a_rotated_secret_are_stale() {
    assert_eq!(answer(&stale()), (Cause::StaleTasks, Confidence::High));
    assert!(diagnose(&stale()).top().facts[0].contains("3 of 3 tasks started before secret web/token changed"));
}

#[test]
fn errors_from_before_the_rotation_are_not_its_fault() {
    let mut evidence = stale();
    errors(&mut evidence, 12);
    assert_eq!(answer(&evidence).0, Cause::AppErrors5xx);
}

#[test]
fn an_old_rotation_is_no_reason_for_errors_of_today() {
    let mut evidence = stale();
    evidence.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(50) }]);
    assert_eq!(answer(&evidence), (Cause::StaleTasks, Confidence::Medium));
}

#[test]
fn a_single_bad_minute_is_not_certain() {
    let mut evidence = stale();
    errors(&mut evidence, 1);
    assert_eq!(answer(&evidence), (Cause::StaleTasks, Confidence::Medium));
}

#[test]
fn errors_of_the_load_balancer_are_not_the_tasks() {
    let mut evidence = stale();
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.elb_5xx = std::mem::take(&mut metrics.target_5xx);
    }
    assert_eq!(answer(&evidence).0, Cause::AppErrors5xx);
}

#[test]
fn tasks_started_after_the_rotation_are_not_stale() {
    let mut evidence = stale();
    evidence.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(61) }]);
    assert_eq!(answer(&evidence).0, Cause::AppErrors5xx);
}

#[test]
fn stale_tasks_are_not_certain_when_a_fact_that_decides_is_missing() {
    let unread = || "AccessDenied".to_owned();
    let mut without_cache = stale();
    without_cache.cache = Reading::Unread { why: unread() };
    let mut without_targets = stale();
    without_targets.targets = Reading::Unread { why: unread() };
    let mut without_service = stale();
    without_service.service = Reading::Unread { why: unread() };
    let mut without_secrets = stale();
    without_secrets.secrets = Reading::Unread { why: unread() };
    for evidence in [without_cache, without_targets, without_service, without_secrets] {
        assert_eq!(answer(&evidence).0, Cause::Unknown);
    }
}

#[test]
fn a_cache_that_is_away_explains_sick_targets_and_errors() {
    let diagnosis = diagnose(&cache_away());
    assert_eq!(diagnosis.top().cause, Cause::RedisUnreachable);
    assert_eq!(diagnosis.top().confidence, Confidence::High);
    assert!(diagnosis.top().facts.iter().any(|fact| fact.contains("web-redis")), "{:?}", diagnosis.top().facts);
}

#[test]
fn a_cache_that_is_away_beats_a_rotation_at_the_same_time() {
    let mut evidence = cache_away();
    evidence.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(4) }]);
    assert_eq!(answer(&evidence).0, Cause::RedisUnreachable);
}

#[test]
fn what_the_tasks_log_about_the_cache_is_a_sign_even_while_its_status_looks_well() {
    let mut evidence = cache_away();
    if let Reading::Read(cache) = &mut evidence.cache {
        cache.status = "available".to_owned();
    }
    evidence.errors = Reading::Read(vec![ErrorShape {
        shape: "connect ECONNREFUSED web-redis.abc.cache.amazonaws.com:6379".to_owned(),
        count: 40,
        streams: 3,
        most_in_one: 14,
        busiest: "web/web/a1".to_owned(),
        last_at: minutes_ago(0),
    }]);
    assert_eq!(answer(&evidence), (Cause::RedisUnreachable, Confidence::High));
}

#[test]
fn what_the_tasks_logged_about_the_cache_a_while_ago_is_over() {
    let mut evidence = stale();
    evidence.errors = Reading::Read(vec![ErrorShape {
        shape: "connect ECONNREFUSED web-redis.abc.cache.amazonaws.com:6379".to_owned(),
        count: 40,
        streams: 3,
        most_in_one: 14,
        busiest: "web/web/a1".to_owned(),
        last_at: minutes_ago(3),
    }]);
    assert_eq!(answer(&evidence), (Cause::StaleTasks, Confidence::High));
}

#[test]
fn a_cache_under_maintenance_that_hurts_nobody_is_no_cause() {
    let mut evidence = healthy();
    if let Reading::Read(cache) = &mut evidence.cache {
        cache.status = "rebooting cluster nodes".to_owned();
    }
    assert_eq!(answer(&evidence).0, Cause::Unknown);
}

#[test]
fn a_sick_task_that_ecs_replaces_is_left_to_it() {
    let mut evidence = healthy();
    sicken(&mut evidence, 1);
    evidence.stopped =
        Reading::Read(vec![stopped("Task failed ELB health checks in (target-group arn:…)", None, 0, 1)]);
    if let Reading::Read(service) = &mut evidence.service {
        service.pending = 1;
    }
    assert_eq!(answer(&evidence), (Cause::EcsIsRepairing, Confidence::High));
}

#[test]
fn the_schedulers_own_words_show_a_repair_too() {
    let mut evidence = healthy();
    sicken(&mut evidence, 1);
    if let Reading::Read(service) = &mut evidence.service {
        service.events = vec![ServiceEvent {
            at: minutes_ago(1),
            message: "(service web) (port 3000) is unhealthy in (target-group …) due to (reason Health checks failed)"
                .to_owned(),
        }];
    }
    assert_eq!(answer(&evidence).0, Cause::EcsIsRepairing);
}

#[test]
fn a_repair_that_is_over_explains_less_than_what_goes_on_now() {
    let mut evidence = healthy();
    evidence.stopped =
        Reading::Read(vec![stopped("Task failed ELB health checks in (target-group arn:…)", None, 0, 1)]);
    assert_eq!(answer(&evidence), (Cause::EcsIsRepairing, Confidence::Medium));
    let mut stale = stale();
    stale.stopped = evidence.stopped;
    assert_eq!(answer(&stale), (Cause::StaleTasks, Confidence::High));
}

#[test]
fn tasks_that_go_in_a_deployment_are_no_repair() {
    let mut evidence = healthy();
    sicken(&mut evidence, 1);
    evidence.stopped =
        Reading::Read(vec![stopped("Task failed ELB health checks in (target-group arn:…)", None, 0, 1)]);
    if let Reading::Read(service) = &mut evidence.service {
        service.deployments[0].rollout = Rollout::InProgress;
    }
    assert_eq!(answer(&evidence).0, Cause::HealthCheckFailing);
}

#[test]
fn memory_is_judged_by_the_reason_and_not_by_the_exit_code() {
    let reason = "OutOfMemoryError: Container killed due to memory usage";
    let mut evidence = healthy();
    evidence.stopped = Reading::Read(vec![stopped("Essential container in task exited", Some(reason), 0, 2)]);
    assert_eq!(answer(&evidence).0, Cause::OomKilled);
    evidence.stopped = Reading::Read(vec![stopped("Essential container in task exited", None, 137, 2)]);
    assert_ne!(answer(&evidence).0, Cause::OomKilled, "137 alone is a kill after the stop timeout");
    evidence.stopped = Reading::Read(vec![stopped("Essential container in task exited", Some(reason), 137, 50)]);
    assert_ne!(answer(&evidence).0, Cause::OomKilled, "what happened an hour ago does not explain now");
}

#[test]
fn tasks_that_cannot_start_say_why() {
    let mut evidence = healthy();
    evidence.stopped =
        Reading::Read(vec![stopped("CannotPullContainerError: pull image manifest has been retried", None, 0, 1)]);
    assert_eq!(answer(&evidence).0, Cause::ImagePullFailed);
    evidence.stopped = Reading::Read(vec![stopped(
        "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException",
        None,
        0,
        1,
    )]);
    assert_eq!(answer(&evidence).0, Cause::SecretsUnavailable);
}

#[test]
fn unreadable_evidence_never_makes_an_answer_more_certain() {
    type Blind = fn(&mut Evidence);
    let blinds: [Blind; 9] = [
        |e| e.service = Reading::Unread { why: String::new() },
        |e| e.tasks = Reading::Unread { why: String::new() },
        |e| e.stopped = Reading::Unread { why: String::new() },
        |e| e.targets = Reading::Unread { why: String::new() },
        |e| e.scaling = Reading::Unread { why: String::new() },
        |e| e.cache = Reading::Unread { why: String::new() },
        |e| e.metrics = Reading::Unread { why: String::new() },
        |e| e.errors = Reading::Unread { why: String::new() },
        |e| e.secrets = Reading::Unread { why: String::new() },
    ];
    for whole in [stale(), cache_away()] {
        let (cause, confidence) = answer(&whole);
        for blind in blinds {
            let mut partial = whole.clone();
            blind(&mut partial);
            let (partial_cause, partial_confidence) = answer(&partial);
            assert!(
                partial_confidence < Confidence::High || (partial_cause == cause && partial_confidence <= confidence),
                "{cause:?} became {partial_cause:?} with {partial_confidence:?} confidence"
            );
        }
    }
}
