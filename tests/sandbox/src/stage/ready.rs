//! Waiting until a fault would prove something: the service is steady and every alarm is OK.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::StageError;
use crate::cloud::{AlarmView, ServiceView};
use crate::observed::{Observation, Observed};
use crate::overlay::Overlay;

/// At pace 30 a service starts in a few seconds and an alarm has its first datapoints after a few more.
const LIMIT: Duration = Duration::from_secs(90);

/// Waits until the service runs and all its targets are healthy.
pub(super) async fn until_steady(overlay: &Overlay, service: &str) -> Result<(), StageError> {
    until_nothing_is_missing(overlay, || unsteady(overlay.cloud().service_view(service).as_ref())).await
}

/// Waits until the service is steady, its alarms are OK, and nobody is still paged for what the setting up set off.
pub(super) async fn until_well(overlay: &Overlay, service: &str) -> Result<(), StageError> {
    let missing = || {
        let (view, alarms) = {
            let cloud = overlay.cloud();
            (cloud.service_view(service), cloud.alarms_view())
        };
        let mut missing = unsteady(view.as_ref());
        missing.extend(not_ok(&alarms));
        missing.extend(still_paged(&overlay.log.all()));
        missing
    };
    until_nothing_is_missing(overlay, missing).await
}

/// Waits until the watchdog has seen a heartbeat: until then it rings, as it does after every first deployment.
pub(super) async fn until_beating(overlay: &Overlay) -> Result<(), StageError> {
    let missing = || {
        let alarms = overlay.cloud().alarms_view();
        let of_beats = alarms.into_iter().filter(|alarm| alarm.name.ends_with("-watchdog-heartbeat-missing"));
        of_beats.filter(|alarm| alarm.state != "OK").map(|alarm| format!("{} is {}", alarm.name, alarm.state)).collect()
    };
    until_nothing_is_missing(overlay, missing).await
}

async fn until_nothing_is_missing(overlay: &Overlay, missing: impl Fn() -> Vec<String>) -> Result<(), StageError> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let missing = missing();
        if missing.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let missing = missing.into_iter().chain(overlay.complaints()).collect::<Vec<_>>().join("; ");
            return Err(StageError::NotWell { limit: LIMIT.as_secs(), missing });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn unsteady(service: Option<&ServiceView>) -> Vec<String> {
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
    missing
}

/// The drill's alarm has no state until somebody sets one off, and what watches Paramedic rings until its first heartbeat.
fn not_ok(alarms: &[AlarmView]) -> Vec<String> {
    if alarms.is_empty() {
        return vec!["there are no alarms".to_owned()];
    }
    let matters = |alarm: &&AlarmView| !alarm.name.ends_with("-P0-drill") && !alarm.name.contains("-watchdog-");
    let ringing = alarms.iter().filter(|alarm| alarm.state != "OK").filter(matters);
    ringing.map(|alarm| format!("{} is {}", alarm.name, alarm.state)).collect()
}

/// Keys whose last event at PagerDuty is not a resolve.
fn still_paged(seen: &[Observation]) -> Vec<String> {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for each in seen {
        if let Observed::PagerDuty(request) = &each.what
            && request.refused.is_none()
        {
            last.insert(&request.dedup_key, &request.event_action);
        }
    }
    last.into_iter()
        .filter(|(_, action)| *action != "resolve")
        .map(|(key, _)| format!("{key} is still paged"))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::observed::PagerDutyRequest;

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
        assert_eq!(unsteady(Some(&view)), ["1 of 2 tasks run", "0 of 0 targets are healthy"]);
        assert_eq!(unsteady(None), ["the service does not exist"]);
        let named = |name: &str| AlarmView { name: name.to_owned(), ..alarm.clone() };
        assert_eq!(not_ok(std::slice::from_ref(&alarm)), ["shop-P0-alb-5xx is INSUFFICIENT_DATA"]);
        assert_eq!(not_ok(&[]), ["there are no alarms"]);
        assert!(not_ok(&[named("paramedic-P0-drill"), named("paramedic-watchdog-heartbeat-missing")]).is_empty());
    }

    #[test]
    fn a_page_of_the_setting_up_must_be_resolved_first() {
        let event = |action: &str| Observation {
            at: Timestamp::UNIX_EPOCH,
            what: Observed::PagerDuty(PagerDutyRequest {
                event_action: action.to_owned(),
                dedup_key: "k".to_owned(),
                ..PagerDutyRequest::default()
            }),
        };
        assert_eq!(still_paged(&[event("trigger")]), ["k is still paged"]);
        assert!(still_paged(&[event("trigger"), event("resolve")]).is_empty());
    }
}
