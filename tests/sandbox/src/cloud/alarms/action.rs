//! What an alarm does when its state changes.

use super::{Alarm, HistoryItem, Standing, message};
use crate::cloud::emission::Emission;
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

/// Sends the event of the change, which depends on no setting.
pub(super) fn announce(alarm: &Alarm, previous: &Standing, turn: &mut Turn<'_>) {
    let detail = message::change(alarm, previous);
    turn.event("aws.cloudwatch", "CloudWatch Alarm State Change", std::slice::from_ref(&alarm.arn), detail);
}

/// Sends the actions of the new state, if actions are enabled; returns what belongs into the history. Actions other than
/// SNS topics and functions are ignored.
pub(super) fn act(alarm: &Alarm, previous: &Standing, children: &[Value], turn: &mut Turn<'_>) -> Vec<HistoryItem> {
    if !alarm.actions_enabled {
        return Vec::new();
    }
    let mut done = Vec::new();
    for arn in alarm.actions_for(alarm.standing.state) {
        let emission = match arn.split(':').nth(2) {
            Some("sns") => Emission::AlarmToSns {
                topic_arn: arn.clone(),
                subject: message::subject(alarm, turn.names),
                message: message::sns(alarm, previous, children, turn.names),
            },
            Some("lambda") => Emission::AlarmToLambda {
                function_arn: arn.clone(),
                payload: message::direct(alarm, previous, turn.names),
            },
            _ => continue,
        };
        turn.outbox.push(emission);
        done.push(HistoryItem {
            at: turn.now,
            kind: "Action",
            summary: format!("Successfully executed action {arn}"),
            data: json!({"actionState": "Succeeded", "notificationResource": arn}),
        });
    }
    done
}
