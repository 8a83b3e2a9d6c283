//! What becomes of a service: deployments, stale tasks, a broken task, a lost cache.

use super::world::{SERVICE, World, definition};
use serde_json::json;

#[test]
fn a_new_service_reaches_a_steady_state_and_says_so() {
    let world = World::settled(1);
    let view = world.view();
    assert_eq!((view.desired, view.running, view.pending), (2, 2, 0));
    assert!(view.targets.iter().all(|target| target.state == "healthy"));
    assert_eq!(view.error_share, 0.0);
}

#[test]
fn nobody_is_turned_away_while_a_new_service_starts() {
    let mut world = World::new(2);
    for _ in 0..60 {
        world.run(0.25);
        assert_eq!(world.view().error_share, 0.0);
    }
    assert!(world.lines().len() > 2, "people came");
}

#[test]
fn stale_tasks_pass_their_health_check_fail_requests_and_are_left_alone_by_ecs() {
    for seed in 0..10 {
        let mut world = World::settled(seed);
        let before = world.running();
        world.cloud.rotate_credential(SERVICE, world.now);
        world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
        world.run(20.0);
        assert_eq!(world.running(), before, "seed {seed}: ECS touched healthy tasks");
        assert_eq!(world.alarm("shop-P0-target-unhealthy"), "OK");
        assert!(world.view().error_share > 0.3);
        assert!(world.lines().len() > 10);
    }
}

#[test]
fn a_forced_redeployment_cures_stale_tasks_and_never_lacks_healthy_ones() {
    for seed in 0..10 {
        let mut world = World::settled(seed);
        let before = world.running();
        world.cloud.rotate_credential(SERVICE, world.now);
        world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
        let request = json!({"cluster": "shop-cluster", "service": SERVICE, "forceNewDeployment": true});
        assert_eq!(world.json("ecs", "UpdateService", &request).0, 200);
        let rollout = world.view();
        assert_eq!((rollout.deployments.len(), rollout.deployments[0].rollout_state.as_str()), (2, "IN_PROGRESS"));
        for _ in 0..80 {
            world.run(0.25);
            let healthy = world.view().targets.iter().filter(|target| target.state == "healthy").count();
            assert!(healthy >= 2, "seed {seed}: {healthy} healthy targets during the rollout");
        }
        assert_eq!(world.view().deployments[0].rollout_state, "COMPLETED");
        assert!(world.running().iter().all(|task| !before.contains(task)));
        assert_eq!((world.view().error_share, world.alarm("shop-P0-alb-5xx").as_str()), (0.0, "OK"));
        let names: Vec<_> = world.events("ECS Deployment State Change");
        let names: Vec<&str> = names.iter().map(|event| event["detail"]["eventName"].as_str().unwrap()).collect();
        assert_eq!(names, ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED"]);
    }
}

#[test]
fn a_task_that_fails_its_health_check_is_replaced_the_replacement_first() {
    for seed in 0..10 {
        let mut world = World::settled(seed);
        let broken = world.cloud.break_task(SERVICE, world.now).unwrap();
        world.until(15, "the alarm on unhealthy targets", |world| world.alarm("shop-P0-target-unhealthy") == "ALARM");
        world.until(15, "the replacement", |world| !world.running().contains(&broken));
        world.until(20, "recovery", |world| world.alarm("shop-P0-target-unhealthy") == "OK");
        assert_eq!(world.view().running, 2);
        assert_eq!(world.alarm("shop-P0-alb-5xx"), "OK", "seed {seed}");

        let (_, answer) =
            world.json("ecs", "DescribeServices", &json!({"cluster": "shop-cluster", "services": [SERVICE]}));
        let messages: Vec<&str> = answer["services"][0]["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["message"].as_str().unwrap())
            .collect();
        let position = |part: &str| messages.iter().position(|message| message.contains(part)).expect(part);
        let unhealthy = position("is unhealthy in (target-group");
        assert!(messages[unhealthy].ends_with("due to (reason Health checks failed with these codes: [503])."));
        let stopped = position(&format!("has stopped 1 running tasks: (task {broken})"));
        let started = messages.iter().position(|message| message.contains("has started 1 tasks")).unwrap();
        // Newest first.
        assert!(stopped < started && started < unhealthy, "{messages:#?}");

        let request = json!({"cluster": "shop-cluster", "tasks": [broken]});
        let (_, answer) = world.json("ecs", "DescribeTasks", &request);
        let task = &answer["tasks"][0];
        assert_eq!(task["stopCode"], "ServiceSchedulerInitiated");
        assert!(task["stoppedReason"].as_str().unwrap().starts_with("Task failed ELB health checks in (target-group "));
    }
}

#[test]
fn without_its_cache_every_task_is_unhealthy_and_all_recover_with_it() {
    for seed in 0..5 {
        let mut world = World::settled(seed);
        world.cloud.cache_down(SERVICE, world.now);
        world.until(15, "the alarm on unhealthy targets", |world| world.alarm("shop-P0-target-unhealthy") == "ALARM");
        let view = world.view();
        assert_eq!(view.cache_up, Some(false));
        assert!(!view.targets.iter().any(|target| target.state == "healthy"));
        assert!(world.lines().iter().any(|line| line.contains("shop-redis")), "no line names the cache");
        world.run(20.0);
        assert!(!world.view().targets.iter().any(|target| target.state == "healthy"));

        world.cloud.cache_up(SERVICE, world.now);
        let is_well = |world: &World| {
            let view = world.view();
            view.running == 2
                && view.pending == 0
                && view.targets.iter().filter(|target| target.state == "healthy").count() == 2
                && !view.targets.iter().any(|target| matches!(target.state.as_str(), "unhealthy" | "initial"))
                && world.cloud.alarms_view().iter().all(|alarm| alarm.state == "OK")
        };
        world.until(30, "recovery", is_well);

        world.cloud.rotate_credential(SERVICE, world.now);
        world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
    }
}

#[test]
fn a_rollout_that_only_fails_is_rolled_back_by_the_circuit_breaker() {
    let mut world = World::settled(3);
    let first = world.view().deployments[0].id.clone();
    let made = world.make("AWS::ECS::TaskDefinition", "Definition", definition("elsewhere", "shop:2"));
    let request = json!({"cluster": "shop-cluster", "service": SERVICE, "taskDefinition": made["physical_id"]});
    assert_eq!(world.json("ecs", "UpdateService", &request).0, 200);
    // Whatever the new deployment starts is broken.
    for _ in 0..400 {
        world.run(0.25);
        let bad = world.view().deployments.iter().find(|d| d.id != first && d.rollout_state == "IN_PROGRESS").cloned();
        if let Some(bad) = bad.filter(|_| world.events("ECS Deployment State Change").len() < 3) {
            world.cloud.break_deployment(SERVICE, &bad.id, world.now);
        }
    }
    let names: Vec<String> = world
        .events("ECS Deployment State Change")
        .iter()
        .map(|event| event["detail"]["eventName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "SERVICE_DEPLOYMENT_IN_PROGRESS",
            "SERVICE_DEPLOYMENT_FAILED",
            "SERVICE_DEPLOYMENT_IN_PROGRESS",
            "SERVICE_DEPLOYMENT_COMPLETED"
        ]
    );
    let (_, answer) = world.json("ecs", "DescribeServices", &json!({"cluster": "shop-cluster", "services": [SERVICE]}));
    let definition = answer["services"][0]["taskDefinition"].as_str().unwrap();
    assert!(definition.ends_with("shop:1"), "{definition}");
    assert_eq!(world.view().running, 2);
}

#[test]
fn a_deployment_that_a_user_stops_goes_back() {
    let mut world = World::settled(6);
    let made = world.make("AWS::ECS::TaskDefinition", "Definition", definition("elsewhere", "shop:2"));
    let request = json!({"cluster": "shop-cluster", "service": SERVICE, "taskDefinition": made["physical_id"]});
    world.json("ecs", "UpdateService", &request);
    world.run(1.0);
    let request = json!({"cluster": "shop-cluster", "service": SERVICE});
    let (_, listed) = world.json("ecs", "ListServiceDeployments", &request);
    let arn = &listed["serviceDeployments"][0]["serviceDeploymentArn"];
    let (status, _) = world.json("ecs", "StopServiceDeployment", &json!({"serviceDeploymentArn": arn}));
    assert_eq!(status, 200);
    world.until(20, "the rollback", |world| world.view().deployments[0].rollout_state == "COMPLETED");
    let (_, answer) = world.json("ecs", "DescribeServices", &json!({"cluster": "shop-cluster", "services": [SERVICE]}));
    assert!(answer["services"][0]["taskDefinition"].as_str().unwrap().ends_with("shop:1"));
    let (status, again) = world.json("ecs", "StopServiceDeployment", &json!({"serviceDeploymentArn": arn}));
    assert_eq!((status, &again["__type"]), (400, &json!("ServiceDeploymentNotFoundException")));
}

#[test]
fn the_desired_count_is_followed_up_and_down() {
    let mut world = World::settled(4);
    for desired in [4, 1] {
        let request = json!({"cluster": "shop-cluster", "service": SERVICE, "desiredCount": desired});
        world.json("ecs", "UpdateService", &request);
        world.until(20, "the desired count", |world| world.view().running == desired && world.view().pending == 0);
    }
}

#[test]
fn a_task_that_a_user_stops_drains_first_and_is_replaced() {
    let mut world = World::settled(5);
    let id = world.running()[0].clone();
    let request = json!({"cluster": "shop-cluster", "task": id, "reason": "by hand"});
    assert_eq!(world.json("ecs", "StopTask", &request).0, 200);
    assert!(world.view().targets.iter().any(|target| target.state == "draining"));
    world.until(20, "the replacement", |world| world.view().running == 2);
    let (_, answer) = world.json("ecs", "DescribeTasks", &json!({"cluster": "shop-cluster", "tasks": [id]}));
    assert_eq!(answer["tasks"][0]["stopCode"], "UserInitiated");
    assert_eq!(answer["tasks"][0]["stoppedReason"], "by hand");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| {
        let mut world = World::new(seed);
        world.run(12.0);
        world.sent
    };
    assert_eq!(story(9), story(9));
    assert_ne!(story(9), story(10));
}
