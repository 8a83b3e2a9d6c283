//! What is read from every fixture, in full. A snapshot that changes is a change of what the functions see.

use serde_json::{Value, json};

use super::super::envelope;
use super::{fixture, names, parse};

#[test]
fn every_fixture_is_read_as_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names() {
            let deliveries: Vec<Value> = envelope::open(fixture(&name).as_bytes())
                .iter()
                .map(|delivery| json!({"id": delivery.id, "via": delivery.via, "read": parse(&delivery.body)}))
                .collect();
            let snapshot = name.rsplit_once('.').unwrap().0.replace('/', "__");
            insta::assert_json_snapshot!(snapshot, deliveries);
        }
    });
}

#[test]
fn fixtures_are_alarms_exactly_where_their_folder_says_so() {
    for name in names() {
        let is_alarm = |body: &str| matches!(parse(body), Ok(super::Parsed::Alarm(_)));
        match name.split('/').next().unwrap() {
            "alarms" => assert!(is_alarm(&fixture(&name)), "{name} is an alarm"),
            "ecs" => assert!(matches!(parse(&fixture(&name)), Ok(super::Parsed::EcsEvent(_))), "{name} is ECS's"),
            "not-alarms" => assert!(parse(&fixture(&name)).is_err(), "{name} is no alarm"),
            _ => {}
        }
    }
}
