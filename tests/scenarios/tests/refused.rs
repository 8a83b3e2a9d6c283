//! What holds the remediator back, staged one by one: an incident that would be remedied but for one thing. Nothing is touched, and
//! people are told of that one thing.
#![allow(clippy::expect_used, clippy::panic)]

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::guardrail::Guardrail;
use paramedic_domain::id::{IncidentId, ServiceName};
use paramedic_domain::incident::Flapping;
use paramedic_domain::remedy::Proposal;
use sandbox::causes::{Incident, incident};
use sandbox::faults::{Scene, causes};
use sandbox::overlay::{How, Interruption};
use sandbox::rehearsal::{Rehearsal, Staged};
use sandbox::stage::{Mode, Setting};
use serde_json::json;

const STALE: Incident = incident("the credential was rotated", Cause::StaleTasks, causes::stale_tasks, 0.0, 4.0);
/// So many services in trouble at once are a storm.
const A_STORM: usize = 5;

async fn open(seed: u64, mode: Mode) -> Rehearsal {
    let setting = Setting { seed, mode, ..Setting::default() };
    Rehearsal::open(&setting, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn staged(rehearsal: &Rehearsal, incident: &Incident, seed: u64) -> Staged {
    rehearsal.stage(incident, seed).await.unwrap_or_else(|error| panic!("{}: {error}", incident.name))
}

/// Stale tasks after something was changed long before.
const fn stale_after(name: &'static str, story: fn(&mut Scene<'_>)) -> Incident {
    incident(name, Cause::StaleTasks, story, 60.0, 4.0)
}

fn an_hour_later_the_credential_is_rotated(scene: &mut Scene<'_>) {
    scene.minutes(60.0);
    causes::stale_tasks(scene);
}

/// What is refused for what is true of the service.
fn of_the_service() -> Vec<(Incident, Guardrail)> {
    let by_tag = stale_after("the image is named by a tag", |scene| {
        let image = scene.image();
        let name = image.split('@').next().unwrap_or_default().to_owned();
        scene.release(&format!("{name}:1.4.2"), None);
        an_hour_later_the_credential_is_rotated(scene);
    });
    let last_one = stale_after("the last healthy task might be stopped", |scene| {
        scene.update_scaling(json!({"MinCapacity": 1}));
        scene.update(json!({"desiredCount": 1, "deploymentConfiguration": {"minimumHealthyPercent": 0}}));
        an_hour_later_the_credential_is_rotated(scene);
    });
    let under_way = incident(
        "a deployment is under way",
        Cause::StaleTasks,
        |scene| {
            causes::stale_tasks(scene);
            scene.minutes(4.0);
            scene.update(json!({"forceNewDeployment": true}));
        },
        4.0,
        0.1,
    );
    let repairing = incident(
        "ECS starts a task",
        Cause::StaleTasks,
        |scene| {
            causes::stale_tasks(scene);
            scene.minutes(4.0);
            scene.update_scaling(json!({"MinCapacity": 3}));
            scene.update(json!({"desiredCount": 3}));
        },
        4.0,
        0.1,
    );
    vec![
        (by_tag, Guardrail::MutableImage),
        (last_one, Guardrail::CapacityFloor),
        (under_way, Guardrail::DeploymentInFlight),
        (repairing, Guardrail::EcsRepairing),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_touched_where_one_thing_speaks_against_it() {
    let rehearsal = open(81, Mode::Auto).await;
    let mut seed = 0;
    for (incident, guardrail) in of_the_service() {
        seed += 1;
        let case = staged(&rehearsal, &incident, seed).await;
        let objections = refused(&rehearsal, &case).await;
        assert!(objections.contains(&guardrail), "{}: {objections:?}", incident.name);
    }

    let flaps = staged(&rehearsal, &STALE, 11).await;
    let store = rehearsal.store();
    let mut episode = store.load(&flaps.subject.service).await.expect("the table").expect("the incident");
    let later = Timestamp::now() + SignedDuration::from_mins(15);
    episode.flapping = Some(Flapping { turns: 3, told: true, calm_at: later });
    store.replace(&episode, later).await.expect("the table");
    assert_eq!(refused(&rehearsal, &flaps).await, [Guardrail::Flapping]);

    let stormy = staged(&rehearsal, &STALE, 12).await;
    let episode = store.load(&stormy.subject.service).await.expect("the table").expect("the incident");
    for number in 1..A_STORM {
        let mut other = episode.clone();
        other.service = ServiceName::new(format!("other-{number}"));
        other.id = IncidentId::new(format!("inc-other-{number}"));
        store.open(&other, later).await.expect("the table");
    }
    assert_eq!(refused(&rehearsal, &stormy).await, [Guardrail::Storm]);
}

async fn refused(rehearsal: &Rehearsal, case: &Staged) -> Vec<Guardrail> {
    rehearsal.heard().await.expect("the queue");
    assert!(rehearsal.deliver(case).await, "it is dealt with");
    let objections = rehearsal.objections().await.expect("the queue");
    assert!(rehearsal.effects(case).is_empty(), "{:?}", rehearsal.effects(case));
    objections.expect("a refusal is told")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_remediators_one_acts() {
    let rehearsal = open(82, Mode::Auto).await;
    let case = staged(&rehearsal, &STALE, 1).await;
    let overlay = rehearsal.overlay();
    // Both have decided to act, and the first waits until the second has done so.
    overlay.interrupt(Some(Interruption::of_next("dynamodb:TransactWriteItems", How::HeldBack)));
    let second = async {
        assert!(overlay.until_interrupted().await, "the first is about to claim");
        rehearsal.deliver(&case).await;
        assert_eq!(rehearsal.effects(&case).len(), 1, "the second acts");
        overlay.interrupt(None);
    };
    let (first, ()) = tokio::join!(rehearsal.deliver(&case), second);
    assert!(first, "the first has dealt with it");
    assert_eq!(rehearsal.objections().await.expect("the queue"), Some(vec![Guardrail::OneAtATime]));
    assert_eq!(rehearsal.effects(&case).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_holds_for_its_plan_and_its_time_and_once() {
    let rehearsal = open(83, Mode::Approve).await;
    let case = staged(&rehearsal, &STALE, 1).await;
    rehearsal.deliver(&case).await;
    let plan = rehearsal.heard().await.expect("the queue").into_iter().rev().find_map(|bulletin| match bulletin {
        Bulletin::Refused { proposal: Proposal::Act(plan), objections, .. } => {
            assert!(objections.iter().all(|objection| objection.approvable), "{objections:?}");
            Some(plan)
        }
        _ => None,
    });
    let plan = plan.expect("it asks for an approval").digest();
    let now = Timestamp::now();
    let altered = plan.chars().rev().collect::<String>();
    for (what, digest, at) in [
        ("late", &plan, now - SignedDuration::from_mins(10)),
        ("of tomorrow", &plan, now + SignedDuration::from_hours(24)),
        ("of another plan", &altered, now),
    ] {
        approve(&rehearsal, &case, digest, at).await;
        assert_eq!(rehearsal.objections().await.expect("the queue"), Some(vec![Guardrail::Mode]), "{what}");
        assert!(rehearsal.effects(&case).is_empty(), "{what}");
    }
    rehearsal.beneath().run_by_hand(&["remedies", "off", "--reason", "a migration"]).await;
    approve(&rehearsal, &case, &plan, Timestamp::now()).await;
    let objections = rehearsal.objections().await.expect("the queue");
    assert_eq!(objections, Some(vec![Guardrail::Switch]), "an approval overrules no other guardrail");
    rehearsal.beneath().run_by_hand(&["remedies", "on", "--reason", "it is over"]).await;

    for _ in 0..3 {
        approve(&rehearsal, &case, &plan, now).await;
        assert_eq!(rehearsal.effects(&case).len(), 1, "once, however often it is said");
    }
}

async fn approve(rehearsal: &Rehearsal, case: &Staged, plan: &str, at: Timestamp) {
    rehearsal.heard().await.expect("the queue");
    let Staged { subject, diagnosis, .. } = case.clone();
    rehearsal.hand_over(&Bulletin::Approved { subject, diagnosis, plan: plan.to_owned(), at }).await;
}
