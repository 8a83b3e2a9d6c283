//! Faults of the API itself.

use super::super::{ApiFault, FaultKind};
use super::world::{SERVICE, World};
use serde_json::json;

fn describe(world: &mut World) -> (u16, String) {
    let request = json!({"cluster": "shop-cluster", "services": [SERVICE]});
    let (status, answer) = world.json("ecs", "DescribeServices", &request);
    (status, answer["__type"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_throttled_action_fails_as_often_as_it_was_told_to() {
    let mut world = World::settled(1);
    world.cloud.inject(ApiFault { action: "ecs:Describe*".to_owned(), kind: FaultKind::Throttle, count: 2 });
    for _ in 0..2 {
        assert_eq!(describe(&mut world), (400, "ThrottlingException".to_owned()));
    }
    assert_eq!(describe(&mut world).0, 200);
}

#[test]
fn a_lost_answer_hides_a_write_that_took_effect() {
    let mut world = World::settled(2);
    world.cloud.inject(ApiFault { action: "ecs:UpdateService".to_owned(), kind: FaultKind::AnswerLost, count: 1 });
    let request = json!({"cluster": "shop-cluster", "service": SERVICE, "forceNewDeployment": true});
    let (status, _) = world.json("ecs", "UpdateService", &request);
    assert_eq!(status, 500);
    assert_eq!(world.view().deployments.len(), 2);
    assert_eq!(world.cloud.journal().last().map(|call| call.outcome.as_str()), Some("ServerException"));
}
