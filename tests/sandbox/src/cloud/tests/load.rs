//! What requests and memory show in metrics and logs.

use super::world::{SERVICE, World};
use crate::faults::causes;

const OF_SERVICE: [(&str, &str); 2] = [("ClusterName", "shop-cluster"), ("ServiceName", SERVICE)];

fn latency(world: &World, percentile: &str) -> f64 {
    let (balancer, _) = world.full_names();
    world.lately("AWS/ApplicationELB", "TargetResponseTime", &[("LoadBalancer", balancer)], percentile)
}

#[test]
fn more_people_mean_more_requests_and_more_cpu() {
    let mut world = World::settled(1);
    let (_, group) = world.full_names();
    let group = group.to_owned();
    let requests = |world: &World| {
        world.lately("AWS/ApplicationELB", "RequestCountPerTarget", &[("TargetGroup", group.as_str())], "Sum")
    };
    let cpu = |world: &World| world.lately("AWS/ECS", "CPUUtilization", &OF_SERVICE, "Average");
    let usual = (requests(&world), cpu(&world));
    causes::traffic_surge(&mut world.scene());
    world.run(6.0);
    assert!(requests(&world) > 2.5 * usual.0 && cpu(&world) > 2.0 * usual.1);
    assert_eq!(world.view().error_share, 0.0);
}

#[test]
fn a_slow_dependency_shows_in_latency_and_not_in_cpu() {
    let mut world = World::settled(2);
    causes::slow_dependency(&mut world.scene());
    world.run(6.0);
    assert!(latency(&world, "p50") > 2.0 && latency(&world, "p95") > latency(&world, "p50"));
    assert!(world.lately("AWS/ECS", "CPUUtilization", &OF_SERVICE, "Average") < 40.0);
    assert!(world.lines().iter().any(|line| line.contains("search.example.net")), "the log names it");
}

#[test]
fn errors_of_one_task_come_in_its_own_stream() {
    let mut world = World::settled(3);
    causes::app_errors_5xx_in_one_task(&mut world.scene());
    world.run(20.0);
    let mut streams: Vec<&str> = world
        .sent
        .iter()
        .filter_map(|(_, emission)| match emission {
            crate::cloud::Emission::Log { stream, message, .. } if message.to_lowercase().contains("error") => {
                Some(stream.as_str())
            }
            _ => None,
        })
        .collect();
    streams.dedup();
    assert_eq!(streams.len(), 1, "{streams:?}");
    assert!((0.2..0.6).contains(&world.view().error_share));
}

#[test]
fn what_clients_do_wrong_is_no_failure_of_the_service() {
    let mut world = World::settled(4);
    causes::client_errors_4xx(&mut world.scene());
    world.run(6.0);
    let (balancer, _) = world.full_names();
    assert!(
        world.lately("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", &[("LoadBalancer", balancer)], "Sum") > 10.0
    );
    assert_eq!(world.view().error_share, 0.0);
}

#[test]
fn a_careless_application_logs_secrets_of_every_form() {
    let mut world = World::settled(5);
    let secrets = world.cloud.spill_secrets(SERVICE, world.now);
    causes::app_errors_5xx(&mut world.scene());
    world.run(60.0);
    assert_eq!(secrets.len(), 6);
    for secret in &secrets {
        assert!(world.lines().iter().any(|line| line.contains(secret)), "{secret} is not in the log");
    }
}

#[test]
fn memory_is_told_of_each_task_only_with_enhanced_insights() {
    let mut world = World::settled(6);
    let names = |world: &World| -> Vec<String> {
        let ids = world.cloud.metrics.ids().filter(|id| id.name == "TaskMemoryUtilization");
        ids.flat_map(|id| id.dimensions.iter().filter(|(name, _)| name == "TaskId").map(|(_, id)| id.clone())).collect()
    };
    assert!(names(&world).is_empty());
    causes::memory_leak(&mut world.scene());
    world.run(10.0);
    let running = world.running();
    assert!(running.iter().all(|task| names(&world).contains(task)));
    let of_task = [("ClusterName", "shop-cluster"), ("ServiceName", SERVICE), ("TaskId", running[0].as_str())];
    let early = world.lately("ECS/ContainerInsights", "TaskMemoryUtilization", &of_task, "Average");
    world.run(20.0);
    let later = world.lately("ECS/ContainerInsights", "TaskMemoryUtilization", &of_task, "Average");
    assert!((6.0..9.0).contains(&(later - early)), "ten minutes at three quarters of a percent: {early} to {later}");
}
