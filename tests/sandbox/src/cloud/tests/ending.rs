//! Tasks that end, and what ECS says of it.

use super::world::World;
use crate::faults::{causes, confusers};

#[test]
fn a_task_out_of_memory_is_told_by_its_containers_reason() {
    let mut world = World::settled(1);
    causes::oom_killed(&mut world.scene());
    let task = world.until_stopped(60);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!(task["containers"][0]["reason"], "OutOfMemoryError: Container killed due to memory usage");
    assert_eq!(task["containers"][0]["exitCode"], 137);
    assert!(task["startedAt"].is_f64() && task["startedBy"].as_str().unwrap().starts_with("ecs-svc/"));
    world.until(40, "the replacement", |world| world.view().running == 2);
}

#[test]
fn the_kernel_may_kill_a_child_so_that_the_exit_code_is_zero() {
    let mut world = World::settled(2);
    confusers::oom_with_exit_code_zero(&mut world.scene());
    let task = world.until_stopped(60);
    assert_eq!(task["containers"][0]["exitCode"], 0);
    assert!(task["containers"][0]["reason"].as_str().unwrap().starts_with("OutOfMemoryError"));
}

#[test]
fn a_kill_that_has_nothing_to_do_with_memory_gives_no_reason() {
    let mut world = World::settled(3);
    confusers::exit_137_without_oom(&mut world.scene());
    let task = world.until_stopped(30);
    assert_eq!((&task["containers"][0]["exitCode"], &task["containers"][0]["reason"]), (&137.into(), &().into()));
    assert!(world.lines().iter().any(|line| line.contains("watchdog: no progress")), "its last words are in the log");
}

#[test]
fn a_container_that_does_not_heed_sigterm_is_killed_after_its_stop_timeout() {
    let mut world = World::settled(4);
    causes::stop_timeout_kill(&mut world.scene());
    let task = world.until_stopped(40);
    assert_eq!(task["containers"][0]["exitCode"], 137);
    assert_eq!(task["containers"][0].get("reason"), None);
    assert_eq!(task["stopCode"], "ServiceSchedulerInitiated");
    assert!(task["stoppedReason"].as_str().unwrap().starts_with("Scaling activity initiated by (deployment ecs-svc/"));
}

#[test]
fn a_crash_loop_goes_on_without_pause_and_counts_against_a_release_only() {
    let mut world = World::settled(5);
    causes::crash_loop(&mut world.scene());
    world.run(40.0);
    assert!(world.stopped().len() >= 4, "{:#?}", world.stopped().len());
    assert!(world.stopped().iter().all(|task| task["containers"][0]["exitCode"] == 1));
    assert_eq!(world.view().deployments.len(), 1, "a completed deployment is not rolled back");
}

#[test]
fn a_release_that_crashes_is_rolled_back() {
    let mut world = World::settled(6);
    causes::crash_loop_of_release(&mut world.scene());
    world.until(90, "the rollback", |world| {
        world
            .events("ECS Deployment State Change")
            .iter()
            .any(|event| event["detail"]["eventName"] == "SERVICE_DEPLOYMENT_FAILED")
    });
    world.until(40, "the old revision", |world| world.view().deployments[0].rollout_state == "COMPLETED");
    assert!(world.described()["taskDefinition"].as_str().unwrap().ends_with("shop:1"));
}

#[test]
fn spot_takes_a_task_back_with_its_own_stop_code() {
    let mut world = World::settled(7);
    causes::spot_interruption(&mut world.scene());
    // On the present of a cloud the service has not moved to Spot yet, but the stop is told the same way.
    let task = world.until_stopped(30);
    assert_eq!(task["stopCode"], "SpotInterruption");
    assert_eq!(task["stoppedReason"], "Your Spot Task was interrupted.");
    world.until(40, "tasks on Spot", |world| {
        world.view().running == 2 && world.view().deployments[0].rollout_state == "COMPLETED"
    });
    let id = world.running()[0].clone();
    let request = serde_json::json!({"cluster": "shop-cluster", "tasks": [id]});
    let (_, answer) = world.json("ecs", "DescribeTasks", &request);
    assert_eq!(answer["tasks"][0]["capacityProviderName"], "FARGATE_SPOT");
}

#[test]
fn a_retired_task_is_told_as_maintenance() {
    let mut world = World::settled(8);
    causes::task_retirement(&mut world.scene());
    let task = world.until_stopped(30);
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(reason.contains("maintenance on the underlying infrastructure"), "{reason}");
}
