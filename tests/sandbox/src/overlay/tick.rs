//! The minute tick, at an interval that the scenario chooses. The rule in the deployed template is off.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

use super::{MinistackCalls, Overlay};

/// Invokes each function with the event of a schedule until the task is aborted.
pub(super) async fn tick(overlay: Arc<Overlay>, every: Duration, functions: Vec<String>) {
    let mut clock = tokio::time::interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0_u64.. {
        clock.tick().await;
        let event = scheduled_event(&overlay.calls, number);
        for function in functions.iter().filter(|function| !overlay.is_off(function)) {
            if let Err(failed) = overlay.calls.invoke(function, &event).await {
                overlay.complain(failed.to_string());
            }
        }
    }
}

/// The event of a `rate()` rule: `docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html`.
pub(crate) fn scheduled_event(MinistackCalls { account, region, .. }: &MinistackCalls, number: u64) -> Value {
    let now = Timestamp::now();
    json!({
        "version": "0",
        "id": format!("{:08x}-0000-4000-8000-{number:012x}", now.as_second() & 0xffff_ffff),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": region,
        "resources": [format!("arn:aws:events:{region}:{account}:rule/paramedic-tick")],
        "detail": {},
    })
}
