//! What the rest of the domain relies on.

use super::super::{AlarmState, Comparison, Measure, Metric, MissingData, NotAnAlarm};
use super::{Alarm, Parsed, Why, alarm, ecs_event, fixture, names, parse, refusal, refused};
use crate::severity::Severity;

#[test]
fn one_change_has_one_identity_on_every_path() {
    let by_topic = alarm("alarms/sns-metric.json").change();
    assert_eq!(by_topic, alarm("alarms/direct-metric.json").change());
    assert_eq!(by_topic, alarm("alarms/eventbridge-metric.json").change());
    assert_ne!(by_topic, alarm("alarms/sns-metric-ok.json").change(), "a later change is another");
}

#[test]
fn one_change_means_the_same_on_every_path() {
    let by_topic = alarm("alarms/sns-math-with-tags.json");
    for name in ["alarms/direct-math-with-tags.json", "alarms/eventbridge-math-with-tags.json"] {
        let other = alarm(name);
        assert_eq!(other.state, by_topic.state, "{name}");
        assert_eq!(other.reason, by_topic.reason, "{name}");
        assert_eq!(other.measure.metrics(), by_topic.measure.metrics(), "{name}");
        assert_eq!(threshold(&other), threshold(&by_topic), "{name}: it stands in reasonData there");
        assert_eq!(other.severity_hint(), by_topic.severity_hint(), "{name}");
        assert_eq!(other.tags.get("paramedic:service"), by_topic.tags.get("paramedic:service"), "{name}");
    }
}

fn threshold(alarm: &Alarm) -> Option<f64> {
    alarm.measure.condition().and_then(|condition| condition.threshold)
}

#[test]
fn the_region_comes_from_the_arn_and_not_from_its_display_name() {
    let alarm = alarm("alarms/sns-metric.json");
    assert_eq!(alarm.region.as_str(), "eu-west-1");
    assert_eq!(alarm.account.as_str(), "123456789012");
}

#[test]
fn an_older_message_gets_the_arn_that_describing_the_alarm_would_show() {
    let alarm = alarm("alarms/sns-older-without-arn.json");
    assert_eq!(alarm.arn.as_str(), "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-P0-service-cpu");
}

#[test]
fn an_older_message_from_a_region_without_a_known_name_is_placed_where_its_topic_is() {
    let body = fixture("alarms/sns-older-without-arn.json").replace("EU (Ireland)", "Somewhere New");
    assert_eq!(refusal(&body), Why::MissingField { field: "AlarmArn".to_owned() });
    let topic = "arn:aws:sns:ap-south-2:123456789012:alarms";
    let wrapped = serde_json::json!({"Type": "Notification", "TopicArn": topic, "Message": body}).to_string();
    let Ok(Parsed::Alarm(alarm)) = parse(&wrapped) else { panic!("an alarm in SNS's envelope") };
    assert_eq!(alarm.region.as_str(), "ap-south-2");
}

#[test]
fn the_severity_is_the_tags_before_the_names() {
    let with = |name: &str, tag: Option<&str>| {
        let mut alarm = alarm("alarms/sns-metric.json");
        alarm.name = name.to_owned();
        alarm.tags = tag.map(|tag| ("paramedic:severity".to_owned(), tag.to_owned())).into_iter().collect();
        alarm.severity_hint()
    };
    assert_eq!(with("web-P0-alb-5xx", None), Some(Severity::P0));
    assert_eq!(with("web_p1_cpu", None), Some(Severity::P1));
    assert_eq!(with("P2: certificate", None), Some(Severity::P2));
    assert_eq!(with("web-P0-alb-5xx", Some("P2")), Some(Severity::P2), "a tag is a decision, a name a habit");
    assert_eq!(with("web-P1-alb-4xx", Some("urgent")), Some(Severity::P1), "an unreadable tag decides nothing");
    assert_eq!(with("P2-or-P0", None), Some(Severity::P0), "in doubt the more urgent");
    assert_eq!(with("web-latency-p95", None), None);
    assert_eq!(with("webP0cpu", None), None, "it must stand by itself");
    assert_eq!(with("", None), None);
}

#[test]
fn a_dimension_is_found_in_metrics_and_in_the_metrics_of_an_expression() {
    assert_eq!(alarm("alarms/sns-metric.json").dimension("ClusterName"), Some("angular-piza-cluster"));
    assert_eq!(alarm("alarms/direct-metric.json").dimension("ServiceName"), Some("angular-piza"));
    assert_eq!(alarm("alarms/sns-math.json").dimension("LoadBalancer"), Some("app/angular-piza/0123456789abcdef"));
    assert_eq!(alarm("alarms/sns-anomaly.json").dimension("ServiceName"), None);
    assert_eq!(alarm("alarms/sns-composite.json").dimension("ServiceName"), None);
}

#[test]
fn statistics_are_written_as_the_api_writes_them() {
    let statistic = |name: &str| alarm(name).measure.metrics()[0].statistic.clone();
    assert_eq!(statistic("alarms/sns-metric.json").as_deref(), Some("Average"));
    assert_eq!(statistic("alarms/direct-metric.json").as_deref(), Some("Average"));
    assert_eq!(statistic("alarms/sns-percentile.json").as_deref(), Some("p95"));
}

#[test]
fn an_anomaly_is_never_taken_for_math_or_a_composite() {
    for name in ["alarms/sns-anomaly.json", "alarms/direct-anomaly.json", "alarms/eventbridge-anomaly.json"] {
        let alarm = alarm(name);
        let Measure::Anomaly { band, metrics, .. } = &alarm.measure else { panic!("{name} is {:?}", alarm.measure) };
        assert_eq!(band.as_deref(), Some("ANOMALY_DETECTION_BAND(seen, 2)"), "{name}");
        assert_eq!(metrics.iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>(), ["RequestCount"], "{name}");
        assert_eq!(threshold(&alarm), None, "{name} has a band instead");
    }
}

#[test]
fn a_composite_names_the_children_that_triggered_it() {
    for name in ["alarms/sns-composite.json", "alarms/direct-composite.json"] {
        let Measure::Composite { rule, children } = alarm(name).measure else { panic!("{name}") };
        assert!(rule.starts_with("ALARM("), "{name}");
        assert_eq!(children.len(), 1, "{name}");
        assert!(children[0].arn.as_str().ends_with(":alarm:angular-piza-P0-alb-5xx"), "{name}");
        assert_eq!(children[0].state, Some(AlarmState::Alarm), "{name}");
    }
}

#[test]
fn a_suppressed_composite_says_who_suppresses_it() {
    assert_eq!(alarm("alarms/eventbridge-composite-suppressed.json").suppressed_by.as_deref(), Some("WaitPeriod"));
    assert_eq!(alarm("alarms/direct-composite.json").suppressed_by, None);
}

#[test]
fn odd_optional_fields_are_left_out_and_the_alarm_stays() {
    let alarm = alarm("alarms/sns-odd-optional-fields.json");
    assert_eq!((alarm.description, alarm.previous, alarm.reason.as_str()), (None, None, ""));
    let Measure::Metric { metric, condition } = &alarm.measure else { panic!("{:?}", alarm.measure) };
    let Metric { namespace, statistic, period_s, dimensions, .. } = metric;
    assert_eq!((namespace.as_str(), statistic, *period_s), ("", &None, Some(60)));
    assert_eq!(dimensions.len(), 1, "the one readable dimension is kept");
    assert_eq!((condition.threshold, condition.comparison), (Some(70.5), None));
    assert_eq!((condition.evaluation_periods, condition.missing_data), (None, None));
}

#[test]
fn missing_data_is_read_in_its_newer_and_older_spelling() {
    let missing = |name: &str| alarm(name).measure.condition().unwrap().missing_data;
    assert_eq!(missing("alarms/sns-percentile.json"), Some(MissingData::NotBreaching));
    assert_eq!(missing("alarms/sns-insufficient-data-without-description.json"), Some(MissingData::Breaching));
}

#[test]
fn comparisons_can_be_said_in_words() {
    let comparison = alarm("alarms/sns-math.json").measure.condition().unwrap().comparison;
    assert_eq!(comparison.map(Comparison::in_words), Some("above"));
}

#[test]
fn what_ecs_itself_calls_a_warning_or_an_error_is_trouble() {
    for (name, is_trouble) in [
        ("ecs/service-action-task-start-impaired.json", true),
        ("ecs/service-action-placement-failure.json", true),
        ("ecs/deployment-failed.json", true),
        ("ecs/service-action-older-arn.json", true),
        ("ecs/service-action-steady-state.json", false),
        ("ecs/deployment-in-progress-rollback.json", false),
        ("ecs/task-stopped.json", false),
        ("ecs/container-instance-state-change.json", false),
    ] {
        assert_eq!(ecs_event(name).is_trouble(), is_trouble, "{name}");
    }
}

#[test]
fn an_ecs_event_names_its_cluster_and_service_whatever_the_form_of_its_arn() {
    for name in
        ["ecs/service-action-task-start-impaired.json", "ecs/service-action-older-arn.json", "ecs/task-stopped.json"]
    {
        let event = ecs_event(name);
        assert_eq!(event.cluster.as_ref().map(|cluster| cluster.as_str()), Some("angular-piza-cluster"), "{name}");
        assert_eq!(event.service.as_ref().map(|service| service.as_str()), Some("angular-piza"), "{name}");
    }
}

#[test]
fn the_tick_and_our_own_bulletins_are_told_from_alarms() {
    assert_eq!(parse(&fixture("events/tick.json")), Ok(Parsed::Tick));
    let bulletin = r#"{"event":"diagnosed","service":"web","incident_id":"i-1"}"#;
    assert_eq!(parse(bulletin), Ok(Parsed::Bulletin(bulletin.to_owned())));
}

#[test]
fn every_refusal_says_what_and_what_to_do_and_recognises_its_body_again() {
    let names: Vec<_> = names().into_iter().filter(|name| name.starts_with("not-alarms/")).collect();
    assert!(names.len() >= 15, "the folder is there");
    for name in names {
        let refusal = refused(&fixture(&name));
        assert!(refusal.to_string().contains("hint: "), "{name}");
        assert_eq!(refusal.digest.len(), 64, "{name}");
        assert_eq!(refusal, refused(&fixture(&name)), "{name}");
    }
    // The digest is that of `printf '%s' garbage | sha256sum`.
    let NotAnAlarm { digest, .. } = refused("garbage");
    assert_eq!(digest, "795b6904e54f82411df4b0e27a373a55eea3f9d66dac5a9bce1dd92f7b401da5");
}

#[test]
fn tests_and_foreign_notices_are_named() {
    let why = |name: &str| refusal(&fixture(name));
    assert_eq!(why("not-alarms/plain-test-message.txt"), Why::TestMessage { sender: "Amazon SNS".to_owned() });
    let foreign = |name: &str| match why(name) {
        Why::ForeignNotice { source_name } => source_name,
        other => panic!("{name} is {other:?}"),
    };
    assert_eq!(foreign("not-alarms/budget-notice.txt"), "AWS Budgets");
    assert_eq!(foreign("not-alarms/health-event.json"), "aws.health (AWS Health Event)");
    assert_eq!(foreign("not-alarms/subscription-confirmation.json"), "Amazon SNS (SubscriptionConfirmation)");
    assert_eq!(
        foreign("not-alarms/autoscaling-launch-notice.json"),
        "AWS Auto Scaling (autoscaling:EC2_INSTANCE_LAUNCH)"
    );
}
