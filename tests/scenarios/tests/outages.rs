//! Outages that the public knows of, in which automation made it worse: the same is done to the remediator, which has to keep
//! its hands off. Each is a test of its own, so that each turns red where the guardrail is missing that would have helped then.
#![allow(clippy::expect_used, clippy::panic)]

use std::time::Duration;

use paramedic_domain::diagnosis::Cause;
use paramedic_domain::guardrail::Guardrail;
use sandbox::causes::{Incident, incident};
use sandbox::cloud::Ailment;
use sandbox::faults::{Scene, causes};
use sandbox::functions::Function;
use sandbox::overlay::{How, Interruption, Moment};
use sandbox::rehearsal::{Rehearsal, Staged};
use sandbox::stage::{Cache, Setting, Tuning};
use serde_json::json;

/// What a redeploy is right for.
const STALE: Incident = incident("the credential was rotated", Cause::StaleTasks, causes::stale_tasks, 0.0, 4.0);

async fn open(seed: u64) -> Rehearsal {
    open_with(seed, Tuning::USUAL).await
}

async fn open_with(seed: u64, tuning: Tuning) -> Rehearsal {
    let setting = Setting { seed, tuning, ..Setting::default() };
    Rehearsal::open(&setting, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Stages an incident, delivers its diagnosis, and says what spoke against acting.
async fn delivered(rehearsal: &Rehearsal, staged: &Staged) -> Vec<Guardrail> {
    rehearsal.heard().await.expect("the queue");
    rehearsal.deliver(staged).await;
    let objections = rehearsal.objections().await.expect("the queue");
    assert!(rehearsal.effects(staged).is_empty(), "nothing is touched: {:?}", rehearsal.effects(staged));
    objections.expect("a refusal is told")
}

/// The undisturbed incident is acted upon, so that what is shown of the disturbed one is shown by the disturbance.
async fn is_acted_upon(rehearsal: &Rehearsal, incident: &Incident) {
    let staged = rehearsal.stage(incident, 99).await.expect("it is staged");
    rehearsal.deliver(&staged).await;
    assert_eq!(rehearsal.effects(&staged).len(), 1, "{:?}", rehearsal.heard().await);
}

/// A plan made for one generation was carried out on the next one, since nothing looked again at the moment of writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_in_october_2025_a_plan_is_not_carried_out_on_what_has_changed_since() {
    let rehearsal = open(71).await;
    let staged = rehearsal.stage(&STALE, 1).await.expect("it is staged");
    let overlay = rehearsal.overlay();
    overlay.interrupt(Some(Interruption::of_next("dynamodb:TransactWriteItems", How::HeldBack)));
    let meanwhile = async {
        assert!(overlay.until_interrupted().await, "it has decided to act");
        rehearsal.meddle(|scene| {
            scene.update(json!({"forceNewDeployment": true}));
        });
        overlay.interrupt(None);
    };
    let (objections, ()) = tokio::join!(delivered(&rehearsal, &staged), meanwhile);
    assert_eq!(objections, [Guardrail::Execution]);

    let staged = rehearsal.stage(&STALE, 2).await.expect("it is staged");
    let nothing = How::Answered(r#"{"services": [], "failures": []}"#);
    let last_look = Interruption { action: "ecs:DescribeServices".to_owned(), after: 1, times: 1, how: nothing };
    rehearsal.overlay().interrupt(Some(last_look));
    assert_eq!(delivered(&rehearsal, &staged).await, [Guardrail::Execution], "nothing is not the same");
    is_acted_upon(&rehearsal, &STALE).await;
}

/// The network between servers and their health checks was the trouble, and the servers were replaced for being unhealthy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_in_january_2021_a_sick_majority_speaks_for_a_shared_cause() {
    let release = incident("a release fails its health check", Cause::BadDeployment, failing_release, 40.0, 3.2);
    let cut_off = incident(
        "and half of the tasks are cut off besides",
        Cause::BadDeployment,
        |scene| {
            failing_release(scene);
            scene.minutes(0.9);
            causes::az_impaired(scene);
        },
        40.9,
        1.4,
    );
    // Whether what they share is well is not known.
    let rehearsal = open_with(72, Tuning { cache: Cache::Unnamed, ..Tuning::USUAL }).await;
    let staged = rehearsal.stage(&cut_off, 1).await.expect("it is staged");
    let objections = delivered(&rehearsal, &staged).await;
    assert!(objections.contains(&Guardrail::SickMajority), "{objections:?}");
    is_acted_upon(&rehearsal, &release).await;
}

/// Of a service of four tasks, whose deployments nobody gives up.
fn failing_release(scene: &mut Scene<'_>) {
    let breaker = json!({"enable": false, "rollback": false});
    scene.update_scaling(json!({"MinCapacity": 4}));
    let rollout = json!({"minimumHealthyPercent": 25, "deploymentCircuitBreaker": breaker});
    scene.update(json!({"desiredCount": 4, "deploymentConfiguration": rollout}));
    scene.minutes(40.0);
    let image = scene.image();
    let name = image.split('@').next().unwrap_or_default();
    scene.release(&format!("{name}@sha256:{}", "6".repeat(64)), Some(Ailment::AnswersHealthChecks(500)));
}

/// Automation that had been switched off was switched on again by another system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reddit_in_august_2016_what_is_switched_off_stays_off() {
    let rehearsal = open(73).await;
    let staged = rehearsal.stage(&STALE, 1).await.expect("it is staged");
    let stage = rehearsal.beneath();
    stage.run_by_hand(&["remedies", "off", "--reason", "a migration is under way"]).await;
    assert_eq!(delivered(&rehearsal, &staged).await, [Guardrail::Switch]);
    stage.start_anew(Function::Remediator).await.expect("it starts anew");
    assert!(rehearsal.tick().await);
    let staged = rehearsal.stage(&STALE, 2).await.expect("it is staged");
    assert_eq!(delivered(&rehearsal, &staged).await, [Guardrail::Switch], "after a start and in another incident");
    stage.run_by_hand(&["remedies", "on", "--reason", "it is over"]).await;
    is_acted_upon(&rehearsal, &STALE).await;
}

/// An empty answer was taken for "all of them".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn googles_erased_disks_an_empty_answer_is_an_error() {
    const NO_TARGETS: &str = r#"<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions/></DescribeTargetHealthResult></DescribeTargetHealthResponse>"#;
    let empty = [
        ("ecs:DescribeServices", r#"{"services": [], "failures": []}"#),
        ("ecs:ListTasks", r#"{"taskArns": []}"#),
        ("ecs:DescribeTasks", r#"{"tasks": [], "failures": []}"#),
        ("elasticloadbalancing:DescribeTargetHealth", NO_TARGETS),
    ];
    let rehearsal = open(74).await;
    for (seed, (action, answer)) in (1..).zip(empty) {
        let staged = rehearsal.stage(&STALE, seed).await.expect("it is staged");
        let of_all = Interruption { times: usize::MAX, ..Interruption::of_next(action, How::Answered(answer)) };
        rehearsal.overlay().interrupt(Some(of_all));
        // Without its tasks or its service there is not even a cause to act upon.
        let objections = delivered(&rehearsal, &staged).await;
        let is_named = objections.contains(&Guardrail::CompleteEvidence);
        assert!(is_named || action.starts_with("ecs:") && objections.is_empty(), "{action}: {objections:?}");
    }
    is_acted_upon(&rehearsal, &STALE).await;
}

/// Forty-three seconds without a network set off a failover that took a day to repair.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn github_in_october_2018_what_has_lasted_forty_three_seconds_may_be_over_by_itself() {
    const FORTY_THREE_SECONDS: f64 = 43.0 / 60.0;
    let partition = incident(STALE.name, Cause::StaleTasks, causes::stale_tasks, 0.0, FORTY_THREE_SECONDS);
    let rehearsal = open(75).await;
    // At whatever second of its minute it began.
    for seed in 1..=9 {
        let staged = rehearsal.stage(&partition, seed).await.expect("it is staged");
        let objections = delivered(&rehearsal, &staged).await;
        assert!(objections.contains(&Guardrail::Lasting), "{objections:?}");
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    is_acted_upon(&rehearsal, &STALE).await;
}

/// What mended bad values took errors for bad values, and its mending made more errors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facebook_in_september_2010_an_error_is_not_unhealthy_and_mending_does_not_feed_on_itself() {
    let busy = incident(
        "the CPU is used up",
        Cause::CpuSaturatedAtMaxCapacity,
        causes::cpu_saturated_at_max_capacity,
        25.0,
        5.0,
    );
    let rehearsal = open(76).await;
    let read = ["ecs:ListTasks", "ecs:DescribeTasks", "elasticloadbalancing:DescribeTargetHealth"];
    for (seed, action) in (1..).zip(read) {
        let staged = rehearsal.stage(&busy, seed).await.expect("it is staged");
        let how = How::Failed(Moment::Before);
        rehearsal.overlay().interrupt(Some(Interruption { times: usize::MAX, ..Interruption::of_next(action, how) }));
        let objections = delivered(&rehearsal, &staged).await;
        assert!(objections.contains(&Guardrail::CompleteEvidence), "{action}: {objections:?}");
    }
    is_acted_upon(&rehearsal, &busy).await;

    let staged = rehearsal.stage(&STALE, 9).await.expect("it is staged");
    for _ in 0..8 {
        rehearsal.deliver(&staged).await;
        rehearsal.tick().await;
    }
    assert_eq!(rehearsal.effects(&staged).len(), 1, "the trouble goes on, and it is mended once");
}
