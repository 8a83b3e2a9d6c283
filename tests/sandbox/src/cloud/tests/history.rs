//! A past that is lived before it comes.

use super::super::Emission;
use super::super::clock::Moment;
use super::super::metrics::{MetricId, Statistic};
use super::world::{SERVICE, World};
use crate::faults::{Scene, causes, confusers, readings};
use jiff::SignedDuration;
use serde_json::json;

#[test]
fn a_service_with_a_history_has_run_for_a_week_and_its_hours_were_measured() {
    let mut world = World::settled(1);
    let begins = world.now;
    let scene = Scene::with_history(&mut world.cloud, SERVICE, begins, 1);
    assert_eq!(scene.now, begins);
    let view = world.view();
    assert_eq!((view.running, view.deployments.len()), (2, 1));
    assert!(begins.duration_since(view.deployments[0].created_at).as_hours() >= 7 * 24);
    let requests = |minutes_ago: i64| {
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let id = MetricId::new(
            "AWS/ECS",
            "CPUUtilization",
            vec![owned("ClusterName", "shop-cluster"), owned("ServiceName", SERVICE)],
        );
        let from = Moment::from(begins - SignedDuration::from_mins(minutes_ago));
        world.cloud.metrics.statistic(&id, Statistic::SampleCount, from, from.after(60_000)).unwrap_or_default()
    };
    assert!(requests(5) > 10.0 && requests(74) > 10.0, "the hour before");
    assert!(requests(7 * 24 * 60) > 10.0 && requests(7 * 24 * 60 + 60) > 10.0, "a week before");
    assert_eq!(requests(24 * 60), 0.0, "nights that no story needs are slept through");
}

#[test]
fn out_of_memory_an_hour_ago_is_still_among_the_stopped_tasks() {
    let mut world = World::settled(2);
    let begins = world.now - SignedDuration::from_mins(50);
    let mut scene = Scene::with_history(&mut world.cloud, SERVICE, begins, 2);
    confusers::stale_oom(&mut scene);
    assert_eq!(scene.now, world.now);
    let sent = scene.sent();
    let stopped = world.stopped();
    assert!(!stopped.is_empty());
    let age = |task: &serde_json::Value| world.now.as_second() as f64 - task["stoppedAt"].as_f64().unwrap();
    assert!(stopped.iter().all(|task| (30.0 * 60.0..60.0 * 60.0).contains(&age(task))));
    assert_eq!(world.view().running, 2);
    let at = sent.iter().find_map(|emission| match emission {
        Emission::Log { at, message, .. } if message.contains("heap out of memory") => Some(*at),
        _ => None,
    });
    assert!(world.now.duration_since(at.unwrap()).as_mins() >= 30, "its lines are of then");
}

#[test]
fn after_an_hour_stopped_tasks_are_forgotten() {
    let mut world = World::settled(3);
    let begins = world.now - SignedDuration::from_mins(80);
    let mut scene = Scene::with_history(&mut world.cloud, SERVICE, begins, 3);
    confusers::stale_oom(&mut scene);
    scene.minutes(30.0);
    assert!(world.stopped().is_empty());
}

#[test]
fn beginning_again_leaves_nothing_of_what_was_staged_before() {
    let mut world = World::settled(4);
    causes::bad_deployment(&mut world.scene());
    causes::health_check_of_missing_path(&mut world.scene());
    causes::redis_memory_full(&mut world.scene());
    causes::scaled_to_zero(&mut world.scene());
    world.run(5.0);
    let begins = world.now;
    Scene::with_history(&mut world.cloud, SERVICE, begins, 4).minutes(1.0);
    let view = world.view();
    assert_eq!((view.desired, view.running, view.error_share), (2, 2, 0.0));
    assert!(view.targets.iter().all(|target| target.state == "healthy"));
    assert!(world.described()["taskDefinition"].as_str().unwrap().ends_with("shop:1"));
    assert!(world.cloud.alarms_view().iter().all(|alarm| alarm.state == "OK"));
}

#[test]
fn the_same_story_is_told_again_by_the_same_seed() {
    let tell = |seed| {
        let mut world = World::settled(5);
        let begins = world.now - SignedDuration::from_mins(5);
        let mut scene = Scene::with_history(&mut world.cloud, SERVICE, begins, seed);
        causes::app_errors_5xx(&mut scene);
        scene.minutes(5.0);
        scene.sent()
    };
    assert_eq!(tell(6), tell(6));
}

#[test]
fn memory_of_every_task_is_found_by_a_search() {
    let mut world = World::settled(6);
    let begins = world.now - SignedDuration::from_mins(60);
    causes::memory_leak(&mut Scene::with_history(&mut world.cloud, SERVICE, begins, 6));
    let search = "SEARCH('{ECS/ContainerInsights,ClusterName,ServiceName,TaskId} MetricName=\"TaskMemoryUtilization\" \
                  ServiceName=\"shop\"', 'Average', 60)";
    let seconds = |minutes: i64| {
        let at = world.now - SignedDuration::from_mins(minutes);
        ciborium::Value::Tag(1, Box::new(ciborium::Value::Integer(at.as_second().into())))
    };
    let mut request = ciborium::Value::serialized(&json!({"MetricDataQueries": [
        {"Id": "memory", "Expression": search, "Label": "${PROP('Dim.TaskId')}"},
    ]}))
    .unwrap();
    let times = [("StartTime", seconds(60)), ("EndTime", seconds(0))];
    request.as_map_mut().unwrap().extend(times.map(|(name, at)| (ciborium::Value::Text(name.to_owned()), at)));
    let (status, answer) = world.cbor("GetMetricData", &request);
    assert_eq!(status, 200, "{answer:?}");
    let text = format!("{answer:?}");
    assert!(world.running().iter().all(|task| text.contains(task.as_str())), "{text}");
}

#[test]
fn a_reading_that_hangs_is_marked_and_the_others_are_answered() {
    let mut world = World::settled(7);
    readings::hanging(&mut world.cloud, "ecs:DescribeTasks");
    let now = world.now;
    let mut call = |operation: &str| {
        let request = super::super::ApiRequest {
            service: "ecs".to_owned(),
            caller: "AKIATEST".to_owned(),
            headers: vec![("x-amz-target".to_owned(), format!("Prefix.{operation}"))],
            path: "/".to_owned(),
            body: br#"{"cluster": "shop-cluster", "services": ["shop"], "tasks": ["0"]}"#.to_vec(),
        };
        world.cloud.call(&request, now).hangs
    };
    assert!(call("DescribeTasks") && call("DescribeTasks") && !call("DescribeServices"));
    readings::mend(&mut world.cloud);
    let (status, _) = world.json("ecs", "ListTasks", &json!({"cluster": "shop-cluster"}));
    assert_eq!(status, 200);
}
