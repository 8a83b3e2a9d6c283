//! Target tracking (Application Auto Scaling User Guide, "Target tracking scaling policies"): scales out in proportion when
//! the metric was above its target for three minutes, and in when it was well below for fifteen.

use super::{Activity, Outcome, ScalableTarget, Scaling, ScalingPolicy};
use crate::cloud::clock::Moment;
use crate::cloud::ecs::{Ecs, Service};
use crate::cloud::metrics::{MetricId, Metrics, Statistic};
use crate::cloud::protocol::Input;
use crate::cloud::turn::Turn;
use serde_json::Value;

/// A policy's alarms look at the metric once a minute, in seconds of AWS's time.
const PERIOD_SECONDS: f64 = 60.0;
/// How many datapoints set off the alarm on high values, and the one on low values, as its policies make them for ECS.
const HIGH_POINTS: usize = 3;
const LOW_POINTS: usize = 15;
/// Below which part of its target a metric is low.
const LOW_SHARE: f64 = 0.9;
/// How long, in seconds, an alarm that could not scale stays quiet about it.
const QUIET_SECONDS: f64 = 300.0;

/// Looks at every policy once a minute, and completes what ECS has fulfilled.
pub(crate) fn tick(scaling: &mut Scaling, ecs: &mut Ecs, metrics: &Metrics, turn: &mut Turn<'_>) {
    fulfil(scaling, ecs, turn.now);
    if !scaling.acts || turn.now < scaling.next_look {
        return;
    }
    scaling.next_look = turn.now.after(turn.pace.period_millis(PERIOD_SECONDS));
    for position in 0..scaling.targets.len() {
        let Some(target) = scaling.targets.get(position).cloned() else { continue };
        let Some(service) = service_of(ecs, &target.resource) else { continue };
        let policies: Vec<ScalingPolicy> = scaling
            .policies
            .iter()
            .filter(|policy| target.is(&policy.resource, &policy.dimension) && policy.kind == "TargetTrackingScaling")
            .cloned()
            .collect();
        scale(scaling, position, &target, &policies, service, metrics, turn);
    }
}

/// The service of `service/<cluster>/<name>`.
fn service_of<'a>(ecs: &'a mut Ecs, resource: &str) -> Option<&'a mut Service> {
    let mut parts = resource.split('/').skip(1);
    let (cluster, name) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    ecs.service_in(&cluster, &name)
}

/// A change is fulfilled when as many tasks run as were asked for.
fn fulfil(scaling: &mut Scaling, ecs: &mut Ecs, now: Moment) {
    for activity in &mut scaling.activities {
        let Outcome::Set { to, reached_at: reached_at @ None } = &mut activity.outcome else { continue };
        if service_of(ecs, &activity.resource).is_some_and(|service| service.running() as u32 == *to) {
            *reached_at = Some(now);
        }
    }
}

/// What a policy finds: by which factor the capacity would have to change, if at all.
enum Finding {
    High(f64),
    Low(f64),
    Fine,
}

fn finding(policy: &ScalingPolicy, service: &Service, metrics: &Metrics, turn: &Turn<'_>) -> Finding {
    let Some(configuration) = policy.configuration.get("TargetTrackingScalingPolicyConfiguration") else {
        return Finding::Fine;
    };
    let configuration = Input(configuration.clone());
    let predefined = configuration.structure("PredefinedMetricSpecification");
    let Some(target) = configuration.number("TargetValue").filter(|target| *target > 0.0) else { return Finding::Fine };
    let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let of_service = || vec![owned("ClusterName", &service.cluster), owned("ServiceName", &service.name)];
    let (metric, statistic) = match predefined.text("PredefinedMetricType").as_deref() {
        Some("ECSServiceAverageCPUUtilization") => {
            (MetricId::new("AWS/ECS", "CPUUtilization", of_service()), Statistic::Average)
        }
        Some("ECSServiceAverageMemoryUtilization") => {
            (MetricId::new("AWS/ECS", "MemoryUtilization", of_service()), Statistic::Average)
        }
        Some("ALBRequestCountPerTarget") => {
            let label = predefined.text("ResourceLabel").unwrap_or_default();
            let group = label.find("targetgroup/").and_then(|at| label.get(at..)).unwrap_or_default();
            let dimensions = vec![owned("TargetGroup", group)];
            (MetricId::new("AWS/ApplicationELB", "RequestCountPerTarget", dimensions), Statistic::Sum)
        }
        _ => return Finding::Fine,
    };
    let period = turn.pace.period_millis(PERIOD_SECONDS);
    let end = turn.now.floor(period);
    // Newest first.
    let points: Vec<Option<f64>> = (1..=LOW_POINTS as i64)
        .map(|back| metrics.statistic(&metric, statistic, end.after(-back * period), end.after(-(back - 1) * period)))
        .collect();
    let all =
        |count: usize, holds: &dyn Fn(f64) -> bool| points.iter().take(count).all(|point| point.is_some_and(&holds));
    let newest = points.first().copied().flatten().unwrap_or(target);
    if all(HIGH_POINTS, &|value| value > target) {
        Finding::High(newest / target)
    } else if all(LOW_POINTS, &|value| value < target * LOW_SHARE) {
        Finding::Low(newest / target)
    } else {
        Finding::Fine
    }
}

fn cooldown(policy: &ScalingPolicy, name: &str) -> f64 {
    let configuration = policy.configuration.get("TargetTrackingScalingPolicyConfiguration").and_then(Value::as_object);
    configuration.and_then(|configuration| configuration.get(name)?.as_f64()).unwrap_or(300.0)
}

/// Any policy scales out, the one that asks for the most first; to scale in all have to agree ("Multiple target tracking
/// scaling policies").
fn scale(
    scaling: &mut Scaling,
    position: usize,
    target: &ScalableTarget,
    policies: &[ScalingPolicy],
    service: &mut Service,
    metrics: &Metrics,
    turn: &mut Turn<'_>,
) {
    let findings: Vec<(&ScalingPolicy, Finding)> =
        policies.iter().map(|policy| (policy, finding(policy, service, metrics, turn))).collect();
    let current = service.desired;
    let highest = findings
        .iter()
        .filter_map(|(policy, finding)| match finding {
            Finding::High(factor) => Some((*policy, (f64::from(current) * factor).ceil() as u32)),
            _ => None,
        })
        .max_by_key(|(_, wanted)| *wanted);
    let within =
        |since: Option<Moment>, seconds: f64| since.is_some_and(|at| turn.now.since(at) < turn.pace.millis(seconds));
    if let Some((policy, wanted)) = highest {
        if target.suspended.scaling_out || within(target.scaled_out_at, cooldown(policy, "ScaleOutCooldown")) {
            return;
        }
        let cause = cause(policy, "AlarmHigh");
        if current >= target.maximum {
            let outcome =
                Outcome::NotScaled { code: "AlreadyAtMaxCapacity", minimum: None, maximum: Some(target.maximum) };
            refuse(scaling, target, cause, outcome, turn);
            return;
        }
        set(scaling, target, service, wanted.min(target.maximum), cause, turn);
        if let Some(target) = scaling.targets.get_mut(position) {
            target.scaled_out_at = Some(turn.now);
        }
        return;
    }
    let lows: Vec<(&ScalingPolicy, f64)> = findings
        .iter()
        .filter_map(
            |(policy, finding)| if let Finding::Low(factor) = finding { Some((*policy, *factor)) } else { None },
        )
        .collect();
    let Some((policy, factor)) = lows.iter().max_by(|left, right| left.1.total_cmp(&right.1)).copied() else { return };
    let is_waiting = within(target.scaled_in_at.max(target.scaled_out_at), cooldown(policy, "ScaleInCooldown"));
    if lows.len() < policies.len() || target.suspended.scaling_in || is_waiting || current <= target.minimum {
        return;
    }
    let wanted = ((f64::from(current) * factor).ceil() as u32).clamp(target.minimum, current - 1);
    set(scaling, target, service, wanted, cause(policy, "AlarmLow"), turn);
    if let Some(target) = scaling.targets.get_mut(position) {
        target.scaled_in_at = Some(turn.now);
    }
}

fn cause(policy: &ScalingPolicy, side: &str) -> String {
    format!("monitor alarm {} in state ALARM triggered policy {}", policy.alarm(side), policy.name)
}

fn activity(target: &ScalableTarget, cause: String, outcome: Outcome, turn: &mut Turn<'_>) -> Activity {
    Activity {
        id: turn.chance.uuid(),
        namespace: target.namespace.clone(),
        resource: target.resource.clone(),
        dimension: target.dimension.clone(),
        cause,
        started_at: turn.now,
        outcome,
    }
}

fn set(
    scaling: &mut Scaling,
    target: &ScalableTarget,
    service: &mut Service,
    to: u32,
    cause: String,
    turn: &mut Turn<'_>,
) {
    service.scale_to(to);
    scaling.activities.push(activity(target, cause, Outcome::Set { to, reached_at: None }, turn));
}

fn refuse(scaling: &mut Scaling, target: &ScalableTarget, cause: String, outcome: Outcome, turn: &mut Turn<'_>) {
    let quiet = turn.pace.millis(QUIET_SECONDS);
    let said = scaling.activities.iter().rev().find(|activity| matches!(activity.outcome, Outcome::NotScaled { .. }));
    if said.is_none_or(|activity| turn.now.since(activity.started_at) >= quiet) {
        scaling.activities.push(activity(target, cause, outcome, turn));
    }
}

impl Scaling {
    /// Sets the desired count as a scheduled action does (Application Auto Scaling User Guide, "Scheduled scaling": the
    /// bounds change, and the capacity with them).
    pub(crate) fn act_on_schedule(&mut self, ecs: &mut Ecs, resource: &str, to: u32, turn: &mut Turn<'_>) {
        let Some(target) = self.targets.iter_mut().find(|target| target.resource == resource) else { return };
        (target.minimum, target.maximum) = (to, to);
        let target = target.clone();
        let cause = format!("maximum capacity was set to {to}");
        if let Some(service) = service_of(ecs, resource) {
            set(self, &target, service, to, cause, turn);
        }
    }
}
