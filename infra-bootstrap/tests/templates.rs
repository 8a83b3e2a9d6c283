//! What the linters do not know about the templates.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use infra_bootstrap::{StackKind, StackRequest};

const ALL: [StackKind; 3] = [StackKind::Ops, StackKind::Platform, StackKind::Watch];

/// The text of each resource by logical id; the templates indent resources by two spaces.
fn resources(kind: StackKind) -> BTreeMap<String, String> {
    let text = kind.template();
    let section = text.split("\nResources:\n").nth(1).unwrap().split("\nOutputs:\n").next().unwrap();
    let mut resources: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in section.lines().filter(|line| !line.trim_start().starts_with('#')) {
        if let Some(id) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ') && rest.ends_with(':')) {
            current = id.trim_end_matches(':').to_owned();
        }
        resources.entry(current.clone()).or_default().push_str(&format!("{line}\n"));
    }
    resources
}

/// The number after `key: `.
fn number(resource: &str, key: &str) -> u32 {
    let rest = resource.split(&format!("{key}: ")).nth(1).unwrap_or_else(|| panic!("no {key} in {resource}"));
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// The statement of that id in a policy.
fn statement<'a>(resource: &'a str, id: &str) -> &'a str {
    let rest = resource.split(&format!("- Sid: {id}\n")).nth(1).unwrap_or_else(|| panic!("no {id} in {resource}"));
    rest.split("- Sid: ").next().unwrap()
}

#[test]
fn templates_fit_into_a_request() {
    for kind in ALL {
        let (stack_name, parameters, template) = ("ops".to_owned(), BTreeMap::new(), kind.template().to_owned());
        let body = StackRequest { kind, stack_name, parameters, template }.body();
        // With room for the places of the functions' code, which are written into it.
        assert!(body.len() < 50_000, "{kind:?}");
        assert!(!body.contains("\n#") && !body.contains(" # "), "{kind:?}");
    }
}

#[test]
fn templates_use_no_yaml_aliases() {
    // CloudFormation refuses them ("Working with CloudFormation templates", YAML); cfn-lint and SAM resolve them silently.
    for kind in ALL {
        for line in kind.template().lines().map(str::trim) {
            let value = line.trim_start_matches("- ").split_once(": ").map_or(line, |(_, value)| value);
            let marks = value.starts_with('&') || value.starts_with('*') || line.starts_with("<<");
            assert!(!marks, "{kind:?}: {line}");
        }
    }
}

#[test]
fn a_queue_hides_a_message_six_times_as_long_as_its_function_may_run() {
    let ops = resources(StackKind::Ops);
    for name in ["Router", "Enricher", "Remediator"] {
        let timeout = number(&ops[&format!("{name}Function")], "Timeout");
        assert_eq!(number(&ops[&format!("{name}Queue")], "VisibilityTimeout"), 6 * timeout, "{name}");
    }
}

#[test]
fn no_topic_is_encrypted_by_a_key_cloudwatch_cannot_use() {
    let ops = resources(StackKind::Ops);
    let topics: Vec<_> = ops.values().filter(|text| text.contains("Type: AWS::SNS::Topic\n")).collect();
    assert!(topics.len() >= 5, "{}", topics.len());
    assert!(topics.iter().all(|topic| !topic.contains("KmsMasterKeyId")));
}

#[test]
fn only_the_remediator_may_write_to_ecs_and_only_where_it_was_opted_in() {
    let ops = resources(StackKind::Ops);
    let writers: Vec<_> = ops.iter().filter(|(_, text)| text.contains("ecs:UpdateService")).collect();
    assert_eq!(writers.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["RemediatorRole"]);
    let remedies = writers[0].1.split("- HasRemediableServices").nth(1).unwrap();
    assert!(remedies.contains("ecs:UpdateService") && remedies.contains("aws:ResourceTag/paramedic: remediate"));
    assert!(remedies.contains("Resource: !Split [\",\", !Ref RemediableServiceArns]"));
}

#[test]
fn the_enricher_can_change_nothing_but_the_incidents_topic() {
    let ops = resources(StackKind::Ops);
    let role = format!("{}{}", ops["EnricherRole"], ops["ReadEvidence"]);
    for forbidden in ["dynamodb:", "GetSecretValue", "ecs:Update", "ecs:Stop", ":Put", "PagesTopic", "MailTopic"] {
        let allowed = role.replace("logs:PutLogEvents", "");
        assert!(!allowed.contains(forbidden), "{forbidden}");
    }
    assert_eq!(role.matches("sns:Publish").count(), 1);
}

#[test]
fn roles_hold_no_action_that_no_code_calls() {
    let ops = resources(StackKind::Ops);
    // That ReadEvidence holds exactly the calls of a gathering is tested beside the reader.
    let ledger = statement(&ops["RemediatorRole"], "Ledger");
    assert!(ledger.contains("Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query]"), "{ledger}");
}

#[test]
fn no_function_can_turn_the_switch_that_stops_remedies() {
    let ops = resources(StackKind::Ops);
    // slack-actions can write items of one kind only.
    let writers: Vec<_> = ops
        .iter()
        .filter(|(_, text)| text.contains("dynamodb:PutItem"))
        .filter(|(_, text)| !text.contains("ForAllValues:StringLike: {dynamodb:LeadingKeys: \"seen#*\"}"))
        .collect();
    assert_eq!(writers.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["RemediatorRole", "RouterRole"]);
    for (id, role) in writers {
        let switch = statement(role, "SwitchIsForPeople");
        assert!(switch.contains("Effect: Deny") && switch.contains("Resource: !GetAtt Table.Arn\n"), "{id}");
        assert!(switch.contains("Action: [dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem]"), "{id}");
        assert!(switch.contains("ForAnyValue:StringEquals: {dynamodb:LeadingKeys: switch}"), "{id}");
    }
}

#[test]
fn a_queue_takes_messages_from_nobody_but_its_own_topics_and_rule() {
    let ops = resources(StackKind::Ops);
    for (queue, sources) in [
        ("RouterQueue", "[!Ref AlarmsTopic, !Ref IncidentsTopic, !GetAtt EcsEvents.Arn]"),
        ("EnricherQueue", "!Ref IncidentsTopic"),
        ("RemediatorQueue", "!Ref IncidentsTopic"),
    ] {
        let deny = statement(&ops[&format!("{queue}Policy")], "NobodyElse");
        assert!(deny.contains("Effect: Deny") && deny.contains("Principal: \"*\""), "{queue}");
        assert!(deny.contains(&format!("Resource: !GetAtt {queue}.Arn\n")), "{queue}");
        assert!(deny.contains(&format!("ArnNotEquals: {{aws:SourceArn: {sources}}}")), "{queue}");
    }
}

#[test]
fn an_incident_that_an_ecs_event_opened_also_sees_its_good_end() {
    let rule = &resources(StackKind::Ops)["EcsEvents"];
    let branches = rule.split("$or:").nth(1).unwrap();
    assert!(branches.contains("- eventType: [WARN, ERROR]"));
    let names = branches.split("- eventName: [").nth(1).unwrap().split(']').next().unwrap();
    for end in ["SERVICE_STEADY_STATE", "SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"] {
        assert!(names.split(", ").any(|name| name == end), "{end}");
    }
}

#[test]
fn the_flight_recorder_takes_events_of_its_own_rules_only() {
    let ops = resources(StackKind::Ops);
    let rules: Vec<_> = ops
        .iter()
        .filter(|(_, text)| text.contains("Arn: !GetAtt RecorderLogs.Arn\n") && text.contains("Events::Rule"))
        .collect();
    assert_eq!(rules.len(), 3);
    let policy = &ops["RecorderLogsPolicy"];
    for (id, rule) in rules {
        assert!(!rule.contains("RoleArn"), "{id}: EventBridge writes into log groups without a role");
        assert!(policy.contains(&format!("\"${{{id}.Arn}}\"")), "{id}");
    }
    let json = policy.split("PolicyDocument: !Sub |\n").nth(1).unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["Statement"].as_array().unwrap().len(), 2);
}

#[test]
fn who_gathers_evidence_knows_where_the_flight_recorder_writes() {
    let ops = resources(StackKind::Ops);
    for function in ["EnricherFunction", "RemediatorFunction"] {
        assert!(ops[function].contains("PARAMEDIC_RECORDER: !Ref RecorderLogs"), "{function}");
    }
    let recorder = statement(&ops["ReadEvidence"], "Recorder");
    assert!(recorder.contains("logs:FilterLogEvents") && recorder.contains("!GetAtt RecorderLogs.Arn"), "{recorder}");
}

#[test]
fn every_dead_letter_queue_is_watched() {
    let ops = resources(StackKind::Ops);
    for queue in ops.keys().filter(|id| id.ends_with("DeadLetters")) {
        let alarm = &ops[&format!("{queue}Alarm")];
        assert!(alarm.contains(&format!("!GetAtt {queue}.QueueName")), "{queue}");
    }
}

#[test]
fn every_watchdog_alarm_speaks_past_the_functions_and_their_topics() {
    let ops = resources(StackKind::Ops);
    let watchdogs: Vec<_> = ops.iter().filter(|(_, text)| text.contains("${AWS::StackName}-watchdog-")).collect();
    assert!(watchdogs.len() >= 9, "{}", watchdogs.len());
    for (id, alarm) in watchdogs {
        for actions in ["AlarmActions", "OKActions"] {
            assert!(alarm.contains(&format!("{actions}: [!Ref WatchdogTopic]")), "{id}");
        }
    }
}

#[test]
fn the_watchdog_speaks_after_three_silent_periods_of_five_minutes() {
    let alarm = &resources(StackKind::Ops)["HeartbeatMissingAlarm"];
    assert_eq!((number(alarm, "Period"), number(alarm, "EvaluationPeriods")), (300, 3));
    assert!(alarm.contains("TreatMissingData: breaching") && alarm.contains("FILL(arrived, 0)"), "{alarm}");
}

#[test]
fn the_router_may_set_no_alarm_but_the_heartbeat() {
    let ops = resources(StackKind::Ops);
    let setters: Vec<_> = ops.iter().filter(|(_, text)| text.contains("cloudwatch:SetAlarmState")).collect();
    assert_eq!(setters.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["RouterRole"]);
    let beat = statement(&ops["RouterRole"], "Beat");
    assert!(beat.contains(":alarm:${AWS::StackName}-heartbeat\n"), "{beat}");
    let metric = statement(&ops["RouterRole"], "RoundTrip");
    assert!(metric.contains("StringEquals: {cloudwatch:namespace: Paramedic}"), "{metric}");
}

#[test]
fn the_heartbeat_and_the_drill_take_the_way_of_every_alarm() {
    let ops = resources(StackKind::Ops);
    for (id, back) in [("HeartbeatAlarm", false), ("DrillAlarm", true)] {
        let alarm = &ops[id];
        assert!(alarm.contains("AlarmActions: [!Ref AlarmsTopic]\n"), "{id}");
        assert_eq!(alarm.contains("OKActions: [!Ref AlarmsTopic]\n"), back, "{id}");
    }
    assert!(ops["DrillAlarm"].contains("AlarmName: !Sub ${AWS::StackName}-P0-drill\n"), "a drill pages");
}

#[test]
fn every_watched_alarm_goes_out_and_comes_back_and_a_p0_has_a_second_path() {
    let watch = resources(StackKind::Watch);
    let alarms: Vec<_> = watch.values().filter(|text| text.contains("Type: AWS::CloudWatch::Alarm\n")).collect();
    assert_eq!(alarms.len(), 9);
    for alarm in alarms {
        let severity =
            ["P0", "P1", "P2"].into_iter().find(|severity| alarm.contains(&format!("-{severity}-"))).unwrap();
        assert!(alarm.contains(&format!("{{Key: paramedic:severity, Value: {severity}}}")), "{alarm}");
        let path =
            if severity == "P0" { "[!Ref AlarmsTopicArn, !Ref RouterFunctionArn]" } else { "[!Ref AlarmsTopicArn]" };
        assert!(
            alarm.contains(&format!("AlarmActions: {path}")) && alarm.contains(&format!("OKActions: {path}")),
            "{alarm}"
        );
        assert!(alarm.contains("TreatMissingData: ") && alarm.contains("DatapointsToAlarm: "), "{alarm}");
    }
}

#[test]
fn a_share_of_requests_is_allowed_one_minute_whose_counts_come_late() {
    let watch = resources(StackKind::Watch);
    let shares: Vec<_> = watch.iter().filter(|(_, text)| text.contains("Expression: !Sub")).collect();
    assert_eq!(shares.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["Http4xxWarning", "Http5xxCritical"]);
    for (id, share) in shares {
        assert!(number(share, "DatapointsToAlarm") < number(share, "EvaluationPeriods"), "{id}");
    }
}

#[test]
fn thresholds_start_where_the_reference_service_has_them() {
    let watch = StackKind::Watch.template();
    for (parameter, default) in [
        ("CriticalCpuPercent", 80),
        ("CriticalCacheMemoryPercent", 90),
        ("Critical5xxPercent", 5),
        ("CriticalUnhealthyTargets", 0),
        ("WarningCpuPercent", 70),
        ("WarningCacheCpuPercent", 70),
        ("Warning4xxPercent", 10),
        ("WarningLatencySeconds", 3),
    ] {
        assert!(watch.contains(&format!("{parameter}: {{Type: Number, Default: {default},")), "{parameter}");
        assert_eq!(watch.matches(&format!("Threshold: !Ref {parameter}\n")).count(), 1, "{parameter}");
    }
}

#[test]
fn dashboards_are_json_once_their_parameters_are_filled_in() {
    let watch = resources(StackKind::Watch);
    let dashboards: Vec<_> = watch.iter().filter(|(id, _)| id.ends_with("Dashboard")).collect();
    assert_eq!(dashboards.len(), 3);
    for (id, text) in dashboards {
        let start = text.find("{\n").unwrap();
        let end = text.rfind("\n        }").or_else(|| text.rfind("\n          }")).unwrap();
        let body = &text[start..end + text[end..].find('}').unwrap() + 1];
        let filled: String = body.split("${").enumerate().fold(String::new(), |mut filled, (position, part)| {
            match position {
                0 => filled.push_str(part),
                _ => filled.push_str(&format!("1{}", part.split_once('}').unwrap().1)),
            }
            filled
        });
        let json: serde_json::Value = serde_json::from_str(&filled).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert!(json["widgets"].as_array().unwrap().len() >= 4, "{id}");
    }
}
