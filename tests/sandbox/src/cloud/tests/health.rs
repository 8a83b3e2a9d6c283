//! Health checks.

use super::world::World;
use crate::faults::causes;

fn until_unhealthy(world: &mut World) -> String {
    world.until(15, "an unhealthy target", |world| {
        world.view().targets.iter().any(|target| target.state == "unhealthy")
    });
    world.target_health()
}

#[test]
fn a_path_that_is_not_there_answers_404_while_requests_succeed() {
    let mut world = World::settled(1);
    causes::health_check_of_missing_path(&mut world.scene());
    let health = until_unhealthy(&mut world);
    assert!(health.contains("<Reason>Target.ResponseCodeMismatch</Reason>"), "{health}");
    assert!(health.contains("<Description>Health checks failed with these codes: [404]</Description>"), "{health}");
    assert!(health.contains("<AvailabilityZone>eu-west-1"));
    assert_eq!(world.view().error_share, 0.0);
}

#[test]
fn another_code_than_the_wanted_one_is_named() {
    let mut world = World::settled(2);
    causes::health_check_wants_other_code(&mut world.scene());
    assert!(until_unhealthy(&mut world).contains("failed with these codes: [200]"));
}

#[test]
fn a_check_that_waits_too_short_times_out() {
    let mut world = World::settled(3);
    causes::health_check_too_hasty(&mut world.scene());
    let health = until_unhealthy(&mut world);
    assert!(health.contains("<Reason>Target.Timeout</Reason>"), "{health}");
    assert!(health.contains("<Description>Request timed out</Description>"), "{health}");
}

#[test]
fn one_zone_is_cut_off_and_the_other_is_well() {
    let mut world = World::settled(4);
    causes::az_impaired(&mut world.scene());
    let health = until_unhealthy(&mut world);
    assert!(health.contains("<State>unhealthy</State>") && health.contains("<State>healthy</State>"), "{health}");
    assert_eq!(health.matches("<AvailabilityZone>eu-west-1a").count(), 1, "the tasks are spread: {health}");
}

#[test]
fn a_container_that_fails_its_own_check_is_replaced_for_that_reason() {
    let mut world = World::settled(5);
    causes::container_health_check_misconfigured(&mut world.scene());
    let task = world.until_stopped(60);
    assert_eq!(task["stoppedReason"], "Task failed container health checks");
    assert_eq!((&task["healthStatus"], &task["stopCode"]), (&"UNHEALTHY".into(), &"ServiceSchedulerInitiated".into()));
    assert!(world.said().iter().any(|said| said.ends_with("failed container health checks.")));
}
