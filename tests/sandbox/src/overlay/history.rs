//! Log lines and events: carried to MiniStack as they come, or laid down at once for a past that was lived before it came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Overlay;
use super::ministack_calls::CallFailed;
use crate::cloud::Emission;

/// How many lines go into a call; `PutLogEvents` takes ten times as many.
const TOGETHER: usize = 1000;
/// The flight recorder's only stream.
const RECORDER_STREAM: &str = "events";

impl Overlay {
    /// From now on the events of ECS are also written into this log group: MiniStack has no rules with a log group for a
    /// target (EventBridge User Guide, "Event bus targets": CloudWatch Logs, which get the whole event).
    pub fn record_into(&self, group: &str) {
        // A stage names its recorder once.
        let _first = self.recorder.set(group.to_owned());
    }

    /// Empties the log groups that a past has written to, and lays down what it wrote: lines of containers, and events for
    /// the flight recorder. Messages of alarms are not carried: they are old news.
    ///
    /// # Errors
    /// When MiniStack refuses a call.
    pub async fn lay_down(&self, sent: &[Emission]) -> Result<(), CallFailed> {
        let mut lines: BTreeMap<(String, String), Vec<(Timestamp, String)>> = BTreeMap::new();
        let mut events = Vec::new();
        for emission in sent {
            match emission {
                Emission::Log { at, group, stream, message } => {
                    lines.entry((group.clone(), stream.clone())).or_default().push((*at, message.clone()));
                }
                Emission::EventBridge(event) => events.push(event.clone()),
                Emission::AlarmToSns { .. } | Emission::AlarmToLambda { .. } => {}
            }
        }
        let mut groups: Vec<&str> = lines.keys().map(|(group, _)| group.as_str()).collect();
        groups.extend(self.recorder.get().map(String::as_str));
        groups.dedup();
        for group in groups {
            self.empty(group).await?;
        }
        for ((group, stream), written) in &lines {
            self.write_log(group, stream, written).await?;
        }
        self.record(&events).await
    }

    /// Stores another value of a secret as if that had been done at a moment of the past.
    ///
    /// # Errors
    /// When MiniStack refuses the call.
    pub async fn date_secret(&self, secret: &str, at: Timestamp) -> Result<(), CallFailed> {
        let seconds = at.as_millisecond() as f64 / 1000.0;
        let body = json!({
            "SecretId": secret, "SecretString": format!("of {at}"), "SandboxCreatedDate": seconds,
        });
        self.calls.json("secretsmanager", "secretsmanager.PutSecretValue", &body).await.map(drop)
    }

    /// Writes events of ECS into the flight recorder's log group, where there is one.
    pub(super) async fn record(&self, events: &[Value]) -> Result<(), CallFailed> {
        let Some(group) = self.recorder.get() else { return Ok(()) };
        let lines: Vec<(Timestamp, String)> = events
            .iter()
            .filter(|event| event.get("source").and_then(Value::as_str) == Some("aws.ecs"))
            .filter(|event| is_recorded(event))
            .map(|event| {
                let at = event.get("time").and_then(Value::as_str).and_then(|time| time.parse().ok());
                (at.unwrap_or_else(Timestamp::now), event.to_string())
            })
            .collect();
        self.write_log(group, RECORDER_STREAM, &lines).await
    }

    /// Writes lines, oldest first, into a stream, which is made when it is new.
    pub(super) async fn write_log(
        &self,
        group: &str,
        stream: &str,
        lines: &[(Timestamp, String)],
    ) -> Result<(), CallFailed> {
        if lines.is_empty() {
            return Ok(());
        }
        let key = (group.to_owned(), stream.to_owned());
        // Held until the lines are written: of two who come at once the second would write before the first has made the stream, and
        // whoever empties the group meanwhile would delete it under the writer's hands. MiniStack refuses both.
        let mut streams = self.streams.lock().await;
        if !streams.contains(&key) {
            let body = json!({"logGroupName": group, "logStreamName": stream});
            self.calls.json("logs", "Logs_20140328.CreateLogStream", &body).await?;
            streams.insert(key);
        }
        for some in lines.chunks(TOGETHER) {
            let events: Vec<Value> = some
                .iter()
                .map(|(at, message)| json!({"timestamp": at.as_millisecond(), "message": message}))
                .collect();
            let body = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
            self.calls.json("logs", "Logs_20140328.PutLogEvents", &body).await?;
        }
        Ok(())
    }

    /// Deletes the streams of a group that were written here.
    async fn empty(&self, group: &str) -> Result<(), CallFailed> {
        let mut streams = self.streams.lock().await;
        let gone: Vec<(String, String)> = streams.iter().filter(|(of, _)| of == group).cloned().collect();
        for key in gone {
            let body = json!({"logGroupName": group, "logStreamName": key.1});
            self.calls.json("logs", "Logs_20140328.DeleteLogStream", &body).await?;
            streams.remove(&key);
        }
        Ok(())
    }
}

/// What the flight recorder's rule matches: tasks that stopped, and everything about deployments and services.
fn is_recorded(event: &Value) -> bool {
    let is_of_task = event.get("detail-type").and_then(Value::as_str) == Some("ECS Task State Change");
    !is_of_task || event.pointer("/detail/lastStatus").and_then(Value::as_str) == Some("STOPPED")
}
