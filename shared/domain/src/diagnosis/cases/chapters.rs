//! The chapters of troubleshooting: each common issue found where it is, denied where it is not, left open where it could not
//! be read.

use super::super::chapters::{Answer, Answered, Issue, answers};
use super::super::staged::{cache_away, sicken};
use super::properties::READINGS;
use super::*;
use crate::evidence::{ActivityStatus, Follows, ScalingActivity, ScalingPolicy};

fn answered(evidence: &Evidence) -> Vec<Answered> {
    answers(evidence, &diagnose(evidence))
}

fn issue(evidence: &Evidence, wanted: Issue) -> Answer {
    answered(evidence).into_iter().flat_map(|chapter| chapter.issues).find(|(issue, _)| *issue == wanted).unwrap().1
}

fn whole(evidence: &Evidence, wanted: Chapter) -> Answer {
    answered(evidence).into_iter().find(|chapter| chapter.chapter == wanted).unwrap().answer
}

fn because(answer: &Answer) -> Option<Cause> {
    match answer {
        Answer::TheCase { because, .. } => *because,
        other => panic!("not the case: {other:?}"),
    }
}

fn is_denied(answer: &Answer) -> bool {
    matches!(answer, Answer::NotTheCase { .. })
}

/// The one fact of an answer that says that something is, or is not.
fn fact(answer: &Answer) -> &str {
    match answer {
        Answer::TheCase { facts, .. } | Answer::NotTheCase { facts } | Answer::CannotBeTold { facts, .. } => &facts[0],
    }
}

fn busy(e: &mut Evidence) {
    metrics(e, |m| m.cpu = turned(55.0, 94.0, 8));
}

fn acted(seconds: i64) -> ScalingActivity {
    ScalingActivity {
        at: super::super::staged::now() - jiff::SignedDuration::from_secs(seconds),
        status: ActivityStatus::Successful,
        cause: "monitor alarm in state ALARM triggered policy web-cpu".to_owned(),
        description: "Setting desired count to 3.".to_owned(),
        message: "Successfully set desired count to 3.".to_owned(),
        not_scaled: Vec::new(),
    }
}

fn unhealthy(id: &str, minutes: i64) -> StoppedTask {
    asked(id, minutes, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group web)", 0)
}

const PULL: &str = "CannotPullContainerError: pull access denied, repository does not exist";
const SECRET: &str = "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from \
                      asm: AccessDeniedException";

/// How a healthy service is damaged.
type Damage = fn(&mut Evidence);

/// Each issue, what makes it the case, and the cause that it is then put down to.
const ISSUES: [(Issue, Damage, Option<Cause>); 9] = [
    (
        Issue::ImageNotPulled,
        |e| stops(e, vec![unstarted("x1", 2, PULL), unstarted("x2", 4, PULL)], 2, 1),
        Some(Cause::ImagePullFailed),
    ),
    (
        Issue::SecretsNotFetched,
        |e| stops(e, vec![unstarted("x1", 2, SECRET), unstarted("x2", 4, SECRET)], 2, 1),
        Some(Cause::SecretsUnavailable),
    ),
    (
        Issue::StoppedForHealthCheck,
        |e| {
            *e = cache_away();
            e.stopped = Reading::Read(vec![unhealthy("x1", 2)]);
        },
        Some(Cause::RedisUnreachable),
    ),
    (Issue::HealthEndpointFailing, |e| sicken(e, 1), None),
    (Issue::CacheUnreachable, |e| *e = cache_away(), Some(Cause::RedisUnreachable)),
    (
        Issue::HealthCheckWrong,
        |e| fail_checks(e, None, 3, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]"),
        Some(Cause::HealthCheckMisconfigured),
    ),
    (
        Issue::CooldownActive,
        |e| {
            busy(e);
            e.activities = Reading::Read(vec![acted(30)]);
        },
        Some(Cause::CpuSaturatedScalingBlocked),
    ),
    (
        Issue::AtMaximumCapacity,
        |e| {
            busy(e);
            change(&mut e.scaling, |scaling| scaling.max = 3);
        },
        Some(Cause::CpuSaturatedAtMaxCapacity),
    ),
    (
        Issue::MetricNotBreached,
        |e| {
            busy(e);
            change(&mut e.policies, |policies| policies[0].follows = Follows::RequestsPerTarget(1000.0));
        },
        None,
    ),
];

#[test]
fn the_book_has_three_chapters_of_three_issues_each() {
    let told: Vec<Issue> =
        answered(&healthy()).iter().flat_map(|chapter| &chapter.issues).map(|(issue, _)| *issue).collect();
    assert_eq!(told, Issue::ALL);
    assert_eq!(answered(&healthy()).iter().map(|chapter| chapter.chapter).collect::<Vec<_>>(), Chapter::ALL);
    for issue in Issue::ALL {
        assert_eq!(serde_json::to_string(&issue).unwrap(), format!("\"{}\"", issue.name()));
    }
}

#[test]
fn each_common_issue_is_found_where_it_is_and_put_down_to_its_cause() {
    assert_eq!(ISSUES.map(|(issue, ..)| issue), Issue::ALL);
    for (wanted, damage, cause) in ISSUES {
        let mut evidence = healthy();
        damage(&mut evidence);
        assert_eq!(because(&issue(&evidence, wanted)), cause, "{}", wanted.words());
    }
}

#[test]
fn of_a_healthy_service_everything_is_denied_but_that_its_metrics_ask_for_nothing() {
    for Answered { chapter, answer, issues } in answered(&healthy()) {
        assert!(is_denied(&answer), "{chapter}: {answer:?}");
        for (issue, answer) in issues.iter().filter(|(issue, _)| *issue != Issue::MetricNotBreached) {
            assert!(is_denied(answer), "{}: {answer:?}", issue.words());
        }
    }
    let kept = issue(&healthy(), Issue::MetricNotBreached);
    assert_eq!(because(&kept), None);
    assert_eq!(fact(&kept), "policy web-cpu keeps CPU at 60, measured is 35");
}

#[test]
fn of_a_service_of_which_nothing_was_read_nothing_can_be_told_and_it_is_said_why() {
    let nothing = Evidence::nothing(super::super::staged::now(), "timed out after 8 s");
    for Answered { chapter, answer, issues } in answered(&nothing) {
        for answer in issues.iter().map(|(_, answer)| answer).chain([&answer]) {
            let Answer::CannotBeTold { unread, .. } = answer else { panic!("{chapter}: {answer:?}") };
            assert!(!unread.is_empty() && unread.iter().all(|(_, why)| why == "timed out after 8 s"), "{chapter}");
        }
    }
}

#[test]
fn each_chapter_names_the_cause_that_goes_on() {
    let staged = |damage: Damage| {
        let mut evidence = healthy();
        damage(&mut evidence);
        evidence
    };
    for (chapter, damage, cause) in [
        (Chapter::TasksWontStart, ISSUES[0].1, Some(Cause::ImagePullFailed)),
        (
            Chapter::TasksWontStart,
            |e: &mut Evidence| service(e, |it| (it.desired, it.running) = (0, 0)),
            Some(Cause::ScaledToZero),
        ),
        (Chapter::HealthChecksFailing, ISSUES[4].1, Some(Cause::RedisUnreachable)),
        (Chapter::HealthChecksFailing, ISSUES[5].1, Some(Cause::HealthCheckMisconfigured)),
        (Chapter::HealthChecksFailing, |e| e.stopped = Reading::Read(vec![unhealthy("x1", 8)]), None),
        (Chapter::ScalingNotWorking, ISSUES[6].1, Some(Cause::CpuSaturatedScalingBlocked)),
        (Chapter::ScalingNotWorking, ISSUES[7].1, Some(Cause::CpuSaturatedAtMaxCapacity)),
        (Chapter::ScalingNotWorking, ISSUES[8].1, Some(Cause::CpuSaturatedScalingBlocked)),
        (Chapter::ScalingNotWorking, |e| change(&mut e.scaling, |it| it.scale_out_suspended = true), None),
    ] {
        assert_eq!(because(&whole(&staged(damage), chapter)), cause, "{chapter}");
    }
}

#[test]
fn a_deployment_whose_tasks_all_start_is_no_trouble_with_starting() {
    let mut evidence = healthy();
    deployed(&mut evidence, 6, Rollout::Completed, 3);
    metrics(&mut evidence, |m| m.target_5xx = series(&[300.0; 5]));
    assert_eq!(diagnose(&evidence).top().cause, Cause::BadDeployment);
    assert!(is_denied(&whole(&evidence, Chapter::TasksWontStart)));

    let mut failing = healthy();
    deployed(&mut failing, 6, Rollout::InProgress, 0);
    service(&mut failing, |service| service.deployments[0].failed_tasks = 4);
    assert!(matches!(whole(&failing, Chapter::TasksWontStart), Answer::TheCase { .. }));
}

#[test]
fn a_task_that_is_just_starting_is_no_trouble_and_one_that_is_missing_without_a_word_is_left_open() {
    let mut evidence = healthy();
    stops(&mut evidence, Vec::new(), 2, 1);
    assert!(is_denied(&whole(&evidence, Chapter::TasksWontStart)));
    stops(&mut evidence, Vec::new(), 2, 0);
    let open = whole(&evidence, Chapter::TasksWontStart);
    assert!(matches!(&open, Answer::CannotBeTold { unread, .. } if unread.is_empty()), "{open:?}");
}

#[test]
fn what_is_above_its_target_is_followed_to_what_scaling_does_about_it() {
    let above = |activities: Vec<ScalingActivity>| {
        let mut evidence = healthy();
        metrics(&mut evidence, |m| m.cpu = turned(40.0, 70.0, 8));
        evidence.activities = Reading::Read(activities);
        whole(&evidence, Chapter::ScalingNotWorking)
    };
    assert!(matches!(above(Vec::new()), Answer::CannotBeTold { .. }), "it has not acted");
    assert!(matches!(above(vec![acted(30)]), Answer::TheCase { because: None, .. }), "the cooldown goes on");
    assert!(is_denied(&above(vec![acted(240)])), "it is at it");
    let failed = ScalingActivity { status: ActivityStatus::Failed, message: "no role".to_owned(), ..acted(90) };
    assert_eq!(fact(&above(vec![failed])), "scaling failed: no role");
}

#[test]
fn what_a_policy_follows_and_is_not_read_leaves_it_open() {
    let mut evidence = healthy();
    change(&mut evidence.policies, |policies| {
        policies.push(ScalingPolicy {
            name: "web-queue".to_owned(),
            follows: Follows::Other { metric: "Backlog".to_owned(), target: 10.0 },
            scale_out_cooldown: None,
            scale_in_cooldown: None,
        });
    });
    assert!(matches!(issue(&evidence, Issue::MetricNotBreached), Answer::CannotBeTold { .. }));
    metrics(&mut evidence, |m| m.cpu = turned(40.0, 70.0, 8));
    assert!(is_denied(&issue(&evidence, Issue::MetricNotBreached)), "one that is above its target is enough");
}

#[test]
fn without_a_load_balancer_the_container_health_checks_answer() {
    let mut evidence = healthy();
    evidence.targets = Reading::NotConfigured;
    assert!(is_denied(&whole(&evidence, Chapter::HealthChecksFailing)));
    change(&mut evidence.tasks, |tasks| tasks[0].unhealthy = true);
    assert!(matches!(whole(&evidence, Chapter::HealthChecksFailing), Answer::TheCase { .. }));
}

#[test]
fn a_service_that_nothing_scales_and_that_has_no_cache_is_not_blamed_for_it() {
    let mut evidence = healthy();
    (evidence.scaling, evidence.cache) = (Reading::NotConfigured, Reading::NotConfigured);
    assert_eq!(fact(&whole(&evidence, Chapter::ScalingNotWorking)), "nothing scales the service");
    assert_eq!(fact(&issue(&evidence, Issue::CacheUnreachable)), "the configuration names no cache");
}

#[test]
fn a_reading_taken_away_turns_no_answer_into_its_opposite() {
    let every = |evidence: &Evidence| -> Vec<(String, Answer)> {
        answered(evidence)
            .into_iter()
            .flat_map(|Answered { chapter, answer, issues }| {
                let issues = issues.into_iter().map(|(issue, answer)| (issue.name().to_owned(), answer));
                issues.chain([(chapter.title().to_owned(), answer)])
            })
            .collect()
    };
    let mut wrong = Vec::new();
    for case in all().into_iter().chain([case(Cause::Unknown, "nothing wrong", |_| ())]) {
        let before = every(&case.evidence);
        for (reading, blind) in READINGS {
            let mut partial = case.evidence.clone();
            blind(&mut partial);
            for ((what, full), (_, part)) in before.iter().zip(every(&partial)) {
                let opposite = matches!(
                    (full, &part),
                    (Answer::TheCase { .. }, Answer::NotTheCase { .. })
                        | (Answer::NotTheCase { .. }, Answer::TheCase { .. })
                );
                let another = matches!(
                    (full, &part),
                    (Answer::TheCase { because: Some(was), .. }, Answer::TheCase { because: Some(is), .. }) if was != is
                );
                if opposite || another {
                    wrong.push(format!("{} without {reading}: {what}: {full:?} became {part:?}", case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
