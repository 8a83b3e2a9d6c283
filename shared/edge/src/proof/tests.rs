//! A whole path on a stub: what is read of it is judged well, and what breaks is found by its check.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use ciborium::{Value as Cbor, cbor};
use paramedic_domain::id::PersonName;
use paramedic_domain::proof::heartbeat::{Beat, Outside};
use paramedic_domain::proof::{Check, Expected, Finding, Topic, Verdict, examine};
use serde_json::json;

use super::*;
use crate::aws::Aws;
use crate::staged::{config, now};
use crate::stub::{Asked, Reply, Stub, patient};

const ACCOUNT: &str = "123456789012";

fn topic(name: &str) -> String {
    format!("arn:aws:sns:eu-west-1:{ACCOUNT}:paramedic-{name}")
}

fn queue(name: &str) -> String {
    format!("arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}")
}

fn place() -> Whereabouts {
    Whereabouts {
        stack: "paramedic".to_owned(),
        partition: "aws".to_owned(),
        account: ACCOUNT.to_owned(),
        region: "eu-west-1".to_owned(),
        table: "table".to_owned(),
        topics: BTreeMap::from([
            (Topic::Alarms, topic("alarms")),
            (Topic::Pages, topic("pages")),
            (Topic::Mail, topic("mail")),
            (Topic::People, topic("people")),
            (Topic::Watchdog, topic("watchdog")),
        ]),
        heartbeat_alarm: Some("paramedic-heartbeat".to_owned()),
    }
}

fn metric_alarm(name: &str, tells: &str, namespace: &str, metric: &str, queue: Option<&str>) -> Cbor {
    let arn = format!("arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}");
    let dimensions = queue.map(|queue| cbor!([{ "Name" => "QueueName", "Value" => queue }]).unwrap());
    cbor!({
        "AlarmName" => name, "AlarmArn" => arn, "StateValue" => "OK", "ActionsEnabled" => true,
        "AlarmActions" => [topic(tells)], "OKActions" => [topic(tells)],
        "StateUpdatedTimestamp" => Cbor::Tag(1, Box::new(Cbor::Float(1_700_000_000.0))),
        "MetricName" => metric, "Namespace" => namespace, "Statistic" => "Sum", "Period" => 60, "Threshold" => 1.0,
        "Dimensions" => dimensions.unwrap_or(Cbor::Array(Vec::new())),
    })
    .unwrap()
}

fn alarms() -> Reply {
    let letters = ["escalation-router", "alert-enricher", "remediator"].map(|name| {
        let (alarm, queue) = (format!("paramedic-watchdog-{name}"), format!("{name}-dead"));
        metric_alarm(&alarm, "watchdog", "AWS/SQS", "ApproximateNumberOfMessagesVisible", Some(&queue))
    });
    let mut all = vec![
        metric_alarm("web-P0-alb-5xx", "alarms", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", None),
        metric_alarm("paramedic-heartbeat", "alarms", "Paramedic", "HeartbeatTrigger", None),
        metric_alarm("paramedic-watchdog-beats", "watchdog", "Paramedic", "HeartbeatRoundTrip", None),
    ];
    all.extend(letters);
    Reply::cbor(&cbor!({ "MetricAlarms" => all }).unwrap())
}

fn sns(call: &str, asked: &Asked) -> Reply {
    let form = asked.form();
    let arn = form.get("TopicArn").cloned().unwrap_or_default();
    let inner = match call {
        "GetTopicAttributes" => {
            let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "sns:Publish", "Resource": arn,
                "Principal": { "Service": "cloudwatch.amazonaws.com" } }] });
            let policy = policy.to_string().replace('"', "&quot;");
            format!("<Attributes><entry><key>Policy</key><value>{policy}</value></entry></Attributes>")
        }
        "ListSubscriptionsByTopic" => {
            let (protocol, endpoint) = match arn == topic("alarms") {
                true => ("sqs", queue("escalation-router")),
                false => ("email", "ada@example.com".to_owned()),
            };
            let sms = "<member><Protocol>sms</Protocol><Endpoint>+15550100</Endpoint>\
                       <SubscriptionArn>arn:aws:sns:x:y:z:2</SubscriptionArn></member>";
            format!(
                "<Subscriptions><member><Protocol>{protocol}</Protocol><Endpoint>{endpoint}</Endpoint>\
                 <SubscriptionArn>arn:aws:sns:x:y:z:1</SubscriptionArn></member>{}</Subscriptions>",
                if arn == topic("pages") { sms } else { "" }
            )
        }
        "GetSubscriptionAttributes" => {
            let policy = "{&quot;to&quot;: [&quot;ada&quot;]}";
            format!("<Attributes><entry><key>FilterPolicy</key><value>{policy}</value></entry></Attributes>")
        }
        "GetSMSSandboxAccountStatus" => "<IsInSandbox>false</IsInSandbox>".to_owned(),
        "GetSMSAttributes" => {
            "<attributes><entry><key>MonthlySpendLimit</key><value>50</value></entry></attributes>".to_owned()
        }
        _ => String::new(),
    };
    Reply::xml(200, &format!("<{call}Response><{call}Result>{inner}</{call}Result></{call}Response>"))
}

/// Everything on the way, as it is when it is well.
fn well(asked: &Asked) -> Reply {
    let operation = asked.operation();
    let name_in_path = || asked.path.split('/').rev().nth(1).unwrap_or_default().trim_start_matches("paramedic-");
    match operation.as_str() {
        "DescribeAlarms" => alarms(),
        "GetSecretValue" => {
            let value = json!({ "bot_token": "xoxb-1", "signing_secret": "S1", "routing_key": "R1" }).to_string();
            Reply::json(200, &json!({ "SecretString": value }))
        }
        "auth.test" => slack(&json!({ "ok": true, "user": "paramedic" })),
        "conversations.list" => slack(&json!({ "ok": true, "channels": [
            { "name": "general", "is_member": false }, { "name": "ops-alerts", "is_member": true },
        ] })),
        "enqueue" => Reply::json(202, &json!({ "status": "success" })),
        "configuration" => Reply::json(200, &json!({ "FunctionName": name_in_path(), "State": "Active" })),
        "GetQueueUrl" => {
            let name = asked.json()["QueueName"].as_str().unwrap_or_default().to_owned();
            Reply::json(200, &json!({ "QueueUrl": format!("http://127.0.0.1/{ACCOUNT}/{name}") }))
        }
        "GetQueueAttributes" => {
            let url = asked.json()["QueueUrl"].as_str().unwrap_or_default().to_owned();
            let dead = queue(&format!("{}-dead", url.rsplit('/').next().unwrap_or_default()));
            let policy = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 5 }).to_string();
            Reply::json(200, &json!({ "Attributes": { "RedrivePolicy": policy } }))
        }
        "GetItem" => table(asked),
        "Query" => Reply::json(200, &json!({ "Items": [], "Count": 0 })),
        call if asked.path.ends_with("/event-source-mappings") || asked.path.ends_with("/event-source-mappings/") => {
            let _ = call;
            let function = asked.query("FunctionName").trim_start_matches("paramedic-").to_owned();
            if function == "slack-actions" {
                return Reply::json(200, &json!({ "EventSourceMappings": [] }));
            }
            Reply::json(
                200,
                &json!({ "EventSourceMappings": [{ "EventSourceArn": queue(&function),
                "State": "Enabled", "FunctionResponseTypes": ["ReportBatchItemFailures"] }] }),
            )
        }
        call => sns(call, asked),
    }
}

fn slack(body: &serde_json::Value) -> Reply {
    let headers = vec![("x-oauth-scopes", "chat:write,channels:read".to_owned())];
    Reply::Says(200, headers, body.to_string().into_bytes())
}

fn table(asked: &Asked) -> Reply {
    let beat = Beat { sent_at: now(), arrived_at: now(), outside: Some(Outside::Called) };
    match asked.json()["Key"]["pk"]["S"].as_str() {
        Some("proof") => {
            let body = serde_json::to_string(&beat).unwrap();
            Reply::json(200, &json!({ "Item": { "pk": { "S": "proof" }, "body": { "S": body } } }))
        }
        _ => {
            let taken = now().as_millisecond().to_string();
            Reply::json(200, &json!({ "Item": { "taken_at": { "N": taken } } }))
        }
    }
}

/// What the checks say of a path of which one call is answered otherwise.
async fn after(otherwise: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> (Stub, Vec<Finding>) {
    let stub = Stub::start(move |asked, _| otherwise(asked).unwrap_or_else(|| well(asked))).await;
    let aws = Aws::with(patient(&stub.url));
    let config = config(&stub.url);
    let (https, place) = (Https::new().unwrap(), place());
    let doctor = aws.doctor(https, aws.secrets());
    let mut expected = Expected::of(&config, ACCOUNT, &router_arn(&place), place.heartbeat_alarm.as_deref());
    expected.people = vec![PersonName::from("ada")];
    let readings = doctor.read(&config, &place, &aws.store("table"), now(), std::time::Duration::from_secs(60)).await;
    let findings = examine(&expected, &readings, now());
    (stub, findings)
}

fn of(verdict: Verdict, findings: &[Finding]) -> Vec<Check> {
    findings.iter().filter(|finding| finding.verdict == verdict).map(|finding| finding.check).collect()
}

/// The break is found by this check alone.
async fn only(check: Check, otherwise: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) {
    let (_stub, findings) = after(otherwise).await;
    assert_eq!(of(Verdict::Fail, &findings), [check], "{findings:#?}");
    assert_eq!(of(Verdict::Unproven, &findings), [Check::OutsideHeartbeat], "{findings:#?}");
}

fn answers(operation: &'static str, reply: impl Fn() -> Reply) -> impl Fn(&Asked) -> Option<Reply> {
    move |asked| (asked.operation() == operation).then(&reply)
}

#[tokio::test]
async fn a_path_that_is_well_is_read_as_it_is() {
    let (stub, findings) = after(|_| None).await;
    assert_eq!(of(Verdict::Fail, &findings), [], "{findings:#?}");
    assert_eq!(of(Verdict::Unproven, &findings), [Check::OutsideHeartbeat], "{findings:#?}");
    assert_eq!(of(Verdict::Skip, &findings), [Check::Rotations]);
    let changed = ["SetAlarmState", "PutMetricData", "Publish", "PutItem", "chat.postMessage", "trigger"];
    assert!(stub.operations().iter().all(|operation| !changed.contains(&operation.as_str())), "it only reads");
}

#[tokio::test]
async fn asking_pagerduty_pages_nobody() {
    let (stub, _) = after(|_| None).await;
    let asked: Vec<Asked> = stub.asked().into_iter().filter(|asked| asked.operation() == "enqueue").collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0].json()["event_action"], &asked[0].json()["dedup_key"]),
        (&json!("resolve"), &json!("paramedic/doctor"))
    );
}

#[tokio::test]
async fn an_unconfirmed_page_subscription_is_found() {
    only(Check::PagesSubscribed, |asked| {
        let pages = asked.form().get("TopicArn") == Some(&topic("pages"));
        (asked.operation() == "ListSubscriptionsByTopic" && pages).then(|| {
            Reply::xml(200, "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member>\
                <Protocol>email</Protocol><Endpoint>ada@example.com</Endpoint><SubscriptionArn>PendingConfirmation\
                </SubscriptionArn></member></Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>")
        })
    })
    .await;
}

#[tokio::test]
async fn a_topic_under_awss_own_key_is_found() {
    only(Check::TopicEncryption, |asked| {
        let alarms = asked.form().get("TopicArn") == Some(&topic("alarms"));
        (asked.operation() == "GetTopicAttributes" && alarms).then(|| {
            let Reply::Says(status, headers, body) = sns("GetTopicAttributes", asked) else { return well(asked) };
            let key = "<Attributes><entry><key>KmsMasterKeyId</key><value>alias/aws/sns</value></entry>";
            let body = String::from_utf8(body).unwrap().replace("<Attributes>", key);
            Reply::Says(status, headers, body.into_bytes())
        })
    })
    .await;
}

#[tokio::test]
async fn a_disabled_mapping_is_found() {
    only(Check::Functions, |asked| {
        (asked.path.contains("event-source-mappings") && asked.query("FunctionName") == "paramedic-remediator").then(
            || {
                Reply::json(
                    200,
                    &json!({ "EventSourceMappings": [{ "EventSourceArn": queue("remediator"),
                "State": "Disabled", "FunctionResponseTypes": ["ReportBatchItemFailures"] }] }),
                )
            },
        )
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_is_gone_is_found_and_its_channels_are_not_blamed() {
    only(
        Check::Secrets,
        answers("GetSecretValue", || Reply::refusal(400, "ResourceNotFoundException", "no such secret")),
    )
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_found() {
    only(Check::SlackToken, answers("auth.test", || slack(&json!({ "ok": false, "error": "token_revoked" })))).await;
}

#[tokio::test]
async fn a_bot_outside_its_channel_is_found() {
    let channels = || slack(&json!({ "ok": true, "channels": [{ "name": "ops-alerts", "is_member": false }] }));
    only(Check::SlackChannel, answers("conversations.list", channels)).await;
}

#[tokio::test]
async fn a_refused_routing_key_is_found_and_not_shown() {
    let refusal = || Reply::json(400, &json!({ "errors": ["R1 is no routing key"] }));
    only(Check::PagerDutyKey, answers("enqueue", refusal)).await;
    let (_stub, findings) = after(answers("enqueue", refusal)).await;
    assert!(!format!("{findings:?}").contains("R1"), "{findings:?}");
}

#[tokio::test]
async fn a_number_in_the_sms_sandbox_is_found() {
    only(
        Check::SmsSandbox,
        answers("GetSMSSandboxAccountStatus", || {
            Reply::xml(
                200,
                "<GetSMSSandboxAccountStatusResponse><GetSMSSandboxAccountStatusResult><IsInSandbox>true</IsInSandbox>\
            </GetSMSSandboxAccountStatusResult></GetSMSSandboxAccountStatusResponse>",
            )
        }),
    )
    .await;
}

#[tokio::test]
async fn a_queue_without_dead_letters_is_found() {
    only(Check::DeadLetters, answers("GetQueueAttributes", || Reply::json(200, &json!({ "Attributes": {} })))).await;
}

#[tokio::test]
async fn a_tick_that_never_ran_is_found() {
    only(Check::Tick, |asked| {
        let turn = asked.operation() == "GetItem" && asked.json()["Key"]["pk"]["S"] == "turn";
        turn.then(|| Reply::json(200, &json!({})))
    })
    .await;
}

#[tokio::test]
async fn what_the_role_may_not_read_is_unproven_with_awss_own_word() {
    let denied =
        || Reply::refusal(403, "AccessDeniedException", "not authorized to perform lambda:GetFunctionConfiguration");
    let (_stub, findings) = after(answers("configuration", denied)).await;
    assert_eq!(of(Verdict::Fail, &findings), []);
    let functions = findings.iter().find(|finding| finding.check == Check::Functions).unwrap();
    assert_eq!(functions.verdict, Verdict::Unproven);
    assert!(functions.evidence[0].contains("lambda:GetFunctionConfiguration"), "{functions:?}");
}
