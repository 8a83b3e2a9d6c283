//! Carries what the cloud sends of its own accord to its receivers in MiniStack, and drives the model's clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::Overlay;
use super::ministack_calls::CallFailed;
use crate::cloud::Emission;
use crate::observed::Observed;

/// How often the model advances.
const STEP: Duration = Duration::from_millis(100);
/// How many messages SNS takes together ("PublishBatch").
const TOGETHER: usize = 10;

/// Advances the model until the task is aborted; emissions go to `out` in their order.
pub(super) async fn drive(overlay: Arc<Overlay>, out: mpsc::UnboundedSender<Emission>) {
    let mut clock = tokio::time::interval(STEP);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut states: BTreeMap<String, String> = BTreeMap::new();
    loop {
        clock.tick().await;
        let (emissions, alarms) = {
            let mut cloud = overlay.cloud();
            let emissions = cloud.step(overlay.now());
            (emissions, cloud.alarms_view())
        };
        for alarm in alarms {
            let before = states.insert(alarm.name.clone(), alarm.state.clone());
            if before.is_some_and(|before| before != alarm.state) {
                let what = Observed::AlarmChanged { alarm: alarm.name, state: alarm.state, reason: alarm.reason };
                overlay.log.add(what);
            }
        }
        for emission in emissions {
            if out.send(emission).is_err() {
                return;
            }
        }
    }
}

/// Delivers emissions in their order until the sender is gone. Messages of alarms that wait together are handed to SNS
/// together, so that a storm is none to MiniStack.
pub(super) async fn deliver(overlay: Arc<Overlay>, mut emissions: mpsc::UnboundedReceiver<Emission>) {
    let mut waiting = Vec::new();
    while emissions.recv_many(&mut waiting, TOGETHER).await > 0 {
        let mut rest = waiting.drain(..).peekable();
        while let Some(emission) = rest.next() {
            let delivered = match emission {
                Emission::AlarmToSns { topic_arn, subject, message } => {
                    let mut batch = vec![(subject, message)];
                    while let Some(Emission::AlarmToSns { subject, message, .. }) = rest
                        .next_if(|next| matches!(next, Emission::AlarmToSns { topic_arn: to, .. } if *to == topic_arn))
                    {
                        batch.push((subject, message));
                    }
                    publish(&overlay, &topic_arn, &batch).await
                }
                other => deliver_one(&overlay, other).await,
            };
            if let Err(failed) = delivered {
                overlay.complain(failed.to_string());
            }
        }
    }
}

/// Publishes messages of alarms.
async fn publish(overlay: &Overlay, topic_arn: &str, messages: &[(String, String)]) -> Result<(), CallFailed> {
    let mut fields = vec![("TopicArn".to_owned(), topic_arn.to_owned())];
    for (number, (subject, message)) in (1..).zip(messages) {
        let parsed: Value = serde_json::from_str(message).unwrap_or(Value::Null);
        note_alarm(overlay, &parsed, "/AlarmName", "/NewStateValue", "topic");
        let entry = |field: &str| format!("PublishBatchRequestEntries.member.{number}.{field}");
        fields.push((entry("Id"), number.to_string()));
        fields.push((entry("Subject"), subject.clone()));
        fields.push((entry("Message"), message.clone()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    overlay.calls.query("sns", "PublishBatch", &fields).await.map(drop)
}

async fn deliver_one(overlay: &Overlay, emission: Emission) -> Result<(), CallFailed> {
    let calls = &overlay.calls;
    match emission {
        Emission::AlarmToSns { topic_arn, subject, message } => {
            publish(overlay, &topic_arn, &[(subject, message)]).await
        }
        Emission::AlarmToLambda { function_arn, payload } => {
            // A function that is switched off cannot be invoked.
            if overlay.is_off(&function_arn) {
                return Ok(());
            }
            note_alarm(overlay, &payload, "/alarmData/alarmName", "/alarmData/state/value", "function");
            calls.invoke(&function_arn, &payload).await
        }
        Emission::EventBridge(event) => {
            let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
            let entry = json!({
                "Source": text("source"),
                "DetailType": text("detail-type"),
                "Detail": event.get("detail").map(Value::to_string).unwrap_or_default(),
                "Resources": event.get("resources").cloned().unwrap_or_else(|| json!([])),
                "EventBusName": "default",
                "Time": event.get("time").cloned().unwrap_or_default(),
            });
            overlay.record(std::slice::from_ref(&event)).await?;
            calls.json("events", "AWSEvents.PutEvents", &json!({"Entries": [entry]})).await.map(drop)
        }
        Emission::Log { at, group, stream, message } => overlay.write_log(&group, &stream, &[(at, message)]).await,
    }
}

fn note_alarm(overlay: &Overlay, message: &Value, name: &str, state: &str, path: &'static str) {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    overlay.log.add(Observed::AlarmSent { alarm: text(name), state: text(state), path });
}
