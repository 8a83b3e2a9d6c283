//! A drill: a real page, over the real way, and how long it took until somebody answered.

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::escalation::sight;
use paramedic_domain::proof::drill::{Stage, stages};
use paramedic_edge::alarms::WiredAlarm;

use super::{DoctorError, DoctorRequest, Practice};
use crate::connection::poll_interval;

/// CloudWatch's clock and this one may differ a little.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drilled {
    /// The alarm that was set off.
    pub alarm: String,
    /// What happened after how long.
    pub stages: Vec<(Option<SignedDuration>, Stage)>,
    /// How long was waited.
    pub waited: SignedDuration,
}

impl Drilled {
    /// Whether somebody acknowledged.
    pub fn is_acked(&self) -> bool {
        self.stages.iter().any(|(_, stage)| matches!(stage, Stage::Acked(_)))
    }

    /// Whether at least one channel took the page.
    pub fn is_told(&self) -> bool {
        self.stages.iter().any(|(_, stage)| matches!(stage, Stage::Told(_)))
    }
}

/// Sets off the stack's drill alarm, a P0, and watches its incident until somebody acknowledges or the time is over; then
/// sets it back to OK, whatever happened. `told` hears of each stage when it is seen.
///
/// # Errors
/// See [`DoctorError`].
pub async fn drill(
    sdk: &SdkConfig,
    request: &DoctorRequest,
    within: Duration,
    told: &mut (dyn FnMut(Option<SignedDuration>, &Stage) + Send),
) -> Result<Drilled, DoctorError> {
    let practice = Practice::open(sdk, request).await?;
    let name = practice.place.drill_alarm();
    let found = practice.aws.alarms().named(std::slice::from_ref(&name)).await;
    let found = found.map_err(|error| DoctorError::Unread(name.clone(), error.why))?;
    let alarm = found.into_iter().next().ok_or_else(|| DoctorError::NoDrill(name.clone()))?;

    let heart = practice.aws.heart(practice.https.clone(), practice.aws.secrets());
    let set = |goes_off: bool, reason: &'static str| {
        let (heart, name) = (&heart, &name);
        async move { heart.drill(name, goes_off, reason).await.map_err(|error| DoctorError::Alarm(error, name.clone())) }
    };
    // An alarm acts only on a change, and a former drill may not have been set back.
    set(false, "a drill begins").await?;
    let began = Timestamp::now();
    set(true, "a drill: infra-bootstrap doctor --page-me").await?;
    let watched = watch(&practice, &alarm, sdk, began, within, told).await;
    set(false, "the drill is over").await?;
    Ok(Drilled { alarm: name, stages: watched?, waited: Timestamp::now().duration_since(began) })
}

async fn watch(
    practice: &Practice,
    alarm: &WiredAlarm,
    sdk: &SdkConfig,
    began: Timestamp,
    within: Duration,
    told: &mut (dyn FnMut(Option<SignedDuration>, &Stage) + Send),
) -> Result<Vec<(Option<SignedDuration>, Stage)>, DoctorError> {
    let store = practice.aws.store(&practice.place.table);
    let service = sight(&alarm.alarm, &practice.config).route.service;
    let mut seen: Vec<(Option<SignedDuration>, Stage)> = Vec::new();
    let mut over = std::pin::pin!(async {
        tokio::select! {
            () = tokio::time::sleep(within) => (),
            // Somebody who no longer waits still wants the alarm set back.
            _interrupted = tokio::signal::ctrl_c() => (),
        }
    });
    loop {
        if let Some(incident) = store.load(&service).await.map_err(DoctorError::Store)? {
            for (at, stage) in stages(&incident, &alarm.alarm.arn, began - CLOCKS_DIFFER) {
                if seen.iter().all(|(_, known)| *known != stage) {
                    let after = at.map(|at| at.duration_since(began).max(SignedDuration::ZERO));
                    told(after, &stage);
                    seen.push((after, stage));
                }
            }
        }
        if seen.iter().any(|(_, stage)| matches!(stage, Stage::Acked(_))) {
            return Ok(seen);
        }
        tokio::select! {
            () = tokio::time::sleep(poll_interval(sdk)) => {}
            () = &mut over => return Ok(seen),
        }
    }
}
