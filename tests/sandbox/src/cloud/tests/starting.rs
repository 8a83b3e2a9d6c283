//! Tasks that do not start.

use super::world::World;
use crate::faults::causes;

#[test]
fn an_image_that_is_not_there_stops_every_task_of_the_release_before_it_runs() {
    let mut world = World::settled(1);
    causes::image_pull_failed(&mut world.scene());
    let task = world.until_stopped(30);
    assert_eq!(task["stopCode"], "TaskFailedToStart");
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(reason.starts_with("CannotPullContainerError: ") && reason.ends_with(": not found"), "{reason}");
    assert_eq!(task["containers"][0]["reason"], task["stoppedReason"]);
    assert!(task.get("startedAt").is_none() && task["containers"][0].get("exitCode").is_none());
    assert!(task["taskDefinitionArn"].as_str().unwrap().ends_with(":task-definition/shop:2"));
    assert!(task["containers"][0]["image"].as_str().unwrap().ends_with(":2.0.0-missing"));
    assert_eq!(world.view().error_share, 0.0, "the old tasks serve");
}

#[test]
fn tasks_that_cannot_be_started_again_and_again_are_tried_ever_more_slowly() {
    let mut world = World::settled(2);
    causes::image_pull_denied(&mut world.scene());
    world.run(60.0);
    assert!(world.said().iter().any(|said| said.contains("is unable to consistently start tasks successfully.")));
    let actions = world.events("ECS Service Action");
    assert!(actions.iter().any(|event| event["detail"]["eventName"] == "SERVICE_TASK_START_IMPAIRED"));
    let stopped = world.stopped().len();
    assert!((4..20).contains(&stopped), "{stopped} tasks in half an hour");
}

#[test]
fn a_secret_that_cannot_be_read_is_told_as_such() {
    let mut world = World::settled(3);
    causes::secrets_denied(&mut world.scene());
    let task = world.until_stopped(30);
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(reason.starts_with("ResourceInitializationError: unable to pull secrets or registry auth: "), "{reason}");
    assert!(reason.contains("AccessDeniedException"));
    assert_eq!(task["stopCode"], "TaskFailedToStart");
}

#[test]
fn without_capacity_the_scheduler_says_so_and_sends_an_event() {
    let mut world = World::settled(4);
    causes::placement_failed(&mut world.scene());
    world.run(12.0);
    assert!(world.said().iter().any(|said| said.contains(
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a \
         different availability zone."
    )));
    let actions = world.events("ECS Service Action");
    assert!(actions.iter().any(|event| event["detail"]["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE"));
    assert_eq!(world.view().running, 0);
    world.cloud.cure(super::world::SERVICE, world.now);
    world.until(20, "tasks again", |world| world.view().running == 2);
}

#[test]
fn a_release_that_never_gets_healthy_is_rolled_back_and_says_why() {
    let mut world = World::settled(5);
    causes::bad_deployment(&mut world.scene());
    let bad = world.view().deployments[0].id.clone();
    world.until(200, "the rollback", |world| world.view().deployments.iter().all(|deployment| deployment.id != bad));
    assert!(world.said().iter().any(|said| said.contains(&format!("(deployment {bad}) deployment failed"))));
}

#[test]
fn a_release_that_only_fails_requests_completes() {
    let mut world = World::settled(6);
    causes::bad_deployment_fails_requests(&mut world.scene());
    let is_complete =
        |world: &World| world.view().deployments[0].rollout_state == "COMPLETED" && world.view().deployments.len() == 1;
    world.until(40, "the deployment", is_complete);
    world.run(5.0);
    assert!(world.view().error_share > 0.4);
    let definition = world.scene().definition();
    assert!(definition["registeredAt"].is_f64());
    assert!(definition["containerDefinitions"][0]["image"].as_str().unwrap().ends_with(":2.2.0"));
}
