//! Waiting until a fault would prove something: the service is steady and every alarm is OK.

use std::time::{Duration, Instant};

use super::StageError;
use crate::cloud::{AlarmView, ServiceView};
use crate::overlay::Overlay;

/// At pace 30 a service starts in a few seconds and an alarm has its first datapoints after a few more.
const LIMIT: Duration = Duration::from_secs(90);

pub(super) async fn until_well(overlay: &Overlay, service: &str) -> Result<(), StageError> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let missing = {
            let cloud = overlay.cloud();
            missing(cloud.service_view(service).as_ref(), &cloud.alarms_view())
        };
        if missing.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let complaints = overlay.complaints();
            let missing = missing.into_iter().chain(complaints).collect::<Vec<_>>().join("; ");
            return Err(StageError::NotWell { limit: LIMIT.as_secs(), missing });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What is not well, in words.
fn missing(service: Option<&ServiceView>, alarms: &[AlarmView]) -> Vec<String> {
    let Some(view) = service else { return vec!["the service does not exist".to_owned()] };
    let mut missing = Vec::new();
    if view.running < view.desired || view.desired == 0 {
        missing.push(format!("{} of {} tasks run", view.running, view.desired));
    }
    let healthy = view.targets.iter().filter(|target| target.state == "healthy").count();
    if healthy < view.targets.len() || view.targets.is_empty() {
        missing.push(format!("{healthy} of {} targets are healthy", view.targets.len()));
    }
    if let Some(deployment) = view.deployments.iter().find(|deployment| deployment.rollout_state != "COMPLETED") {
        missing.push(format!("deployment {} is {}", deployment.id, deployment.rollout_state));
    }
    if alarms.is_empty() {
        missing.push("there are no alarms".to_owned());
    }
    for alarm in alarms.iter().filter(|alarm| alarm.state != "OK") {
        missing.push(format!("{} is {}", alarm.name, alarm.state));
    }
    missing
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_is_missing_is_said_in_words() {
        let alarm = AlarmView {
            name: "shop-P0-alb-5xx".to_owned(),
            state: "INSUFFICIENT_DATA".to_owned(),
            reason: String::new(),
            since: Timestamp::UNIX_EPOCH,
            actions_enabled: true,
        };
        let view = ServiceView {
            name: "shop".to_owned(),
            cluster: "c".to_owned(),
            arn: "arn".to_owned(),
            desired: 2,
            running: 1,
            pending: 1,
            tasks: Vec::new(),
            targets: Vec::new(),
            deployments: Vec::new(),
            error_share: 0.0,
            cache_up: None,
        };
        assert_eq!(
            missing(Some(&view), &[alarm]),
            ["1 of 2 tasks run", "0 of 0 targets are healthy", "shop-P0-alb-5xx is INSUFFICIENT_DATA"]
        );
        assert_eq!(missing(None, &[]), ["the service does not exist"]);
    }
}
