//! Elastic Load Balancing: load balancers, target groups, and the health of targets (Application Load Balancers guide,
//! "Health checks for Application Load Balancer target groups").

mod api;

pub(crate) use api::call;

use super::clock::Moment;
use super::turn::Turn;

/// A load balancer.
#[derive(Debug, Clone)]
pub(crate) struct LoadBalancer {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// `app/<name>/<id>`: the dimension of its metrics.
    pub(crate) full_name: String,
    pub(crate) dns_name: String,
    pub(crate) scheme: String,
    pub(crate) created_at: Moment,
}

/// A listener or a rule of one: what it forwards to.
#[derive(Debug, Clone)]
pub(crate) struct Forwarding {
    pub(crate) arn: String,
    /// The load balancer for a listener, the listener for a rule.
    pub(crate) parent: String,
    pub(crate) groups: Vec<String>,
}

/// How targets of a group are checked. Durations are seconds, as in the template.
#[derive(Debug, Clone)]
pub(crate) struct HealthCheck {
    pub(crate) path: String,
    pub(crate) interval_seconds: f64,
    pub(crate) timeout_seconds: f64,
    pub(crate) healthy_threshold: u32,
    pub(crate) unhealthy_threshold: u32,
    pub(crate) matcher: String,
}

/// A target group with targets of type `ip`.
#[derive(Debug, Clone)]
pub(crate) struct TargetGroup {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// `targetgroup/<name>/<id>`: the dimension of its metrics.
    pub(crate) full_name: String,
    pub(crate) port: u32,
    pub(crate) vpc: String,
    pub(crate) health_check: HealthCheck,
    /// As its template gave it.
    pub(crate) templated_check: HealthCheck,
    pub(crate) deregistration_seconds: f64,
    pub(crate) targets: Vec<Target>,
}

/// State of a target (ELB API reference, `TargetHealth`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetState {
    Initial,
    Healthy,
    Unhealthy,
    Draining,
}

impl TargetState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            TargetState::Initial => "initial",
            TargetState::Healthy => "healthy",
            TargetState::Unhealthy => "unhealthy",
            TargetState::Draining => "draining",
        }
    }
}

/// What a health check finds at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// It answered with this status.
    Status(u16),
    /// It took the connection and did not answer in time.
    TimedOut,
    /// It took no connection.
    Silent,
}

/// A registered target.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) port: u32,
    pub(crate) zone: String,
    pub(crate) state: TargetState,
    pub(crate) last_probe: Option<Probe>,
    passes: u32,
    failures: u32,
    next_check: Moment,
    gone_at: Moment,
}

impl Target {
    /// The reason code of a target that is not healthy.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        match (self.state, self.last_probe) {
            (TargetState::Healthy, _) => None,
            (TargetState::Draining, _) => Some("Target.DeregistrationInProgress"),
            (TargetState::Initial, None) => Some("Elb.RegistrationInProgress"),
            (TargetState::Initial, Some(_)) => Some("Elb.InitialHealthChecking"),
            (TargetState::Unhealthy, Some(Probe::Status(_))) => Some("Target.ResponseCodeMismatch"),
            (TargetState::Unhealthy, Some(Probe::TimedOut)) => Some("Target.Timeout"),
            (TargetState::Unhealthy, _) => Some("Target.FailedHealthChecks"),
        }
    }

    /// The description that goes with the reason (Application Load Balancers guide, "Health check reason codes").
    pub(crate) fn description(&self) -> Option<String> {
        Some(match (self.state, self.last_probe) {
            (TargetState::Healthy, _) => return None,
            (TargetState::Draining, _) => "Target deregistration is in progress".to_owned(),
            (TargetState::Initial, None) => "Target registration is in progress".to_owned(),
            (TargetState::Initial, Some(_)) => "Initial health checks in progress".to_owned(),
            (TargetState::Unhealthy, Some(Probe::Status(status))) => {
                format!("Health checks failed with these codes: [{status}]")
            }
            (TargetState::Unhealthy, Some(Probe::TimedOut)) => "Request timed out".to_owned(),
            (TargetState::Unhealthy, _) => "Health checks failed".to_owned(),
        })
    }

    fn receive(&mut self, probe: Probe, check: &HealthCheck) {
        self.last_probe = Some(probe);
        if matches!(probe, Probe::Status(status) if matches(&check.matcher, status)) {
            (self.passes, self.failures) = (self.passes + 1, 0);
        } else {
            (self.passes, self.failures) = (0, self.failures + 1);
        }
        // A newly registered target must pass one check; one that has been unhealthy, as many as the threshold says.
        let enough = if self.state == TargetState::Initial { 1 } else { check.healthy_threshold };
        if self.passes >= enough {
            self.state = TargetState::Healthy;
        } else if self.failures >= check.unhealthy_threshold {
            self.state = TargetState::Unhealthy;
        }
    }
}

/// Whether a status satisfies a matcher such as `200`, `200,204` or `200-399`.
fn matches(matcher: &str, status: u16) -> bool {
    matcher.split(',').any(|part| match part.trim().split_once('-') {
        Some((low, high)) => {
            matches!((low.parse::<u16>(), high.parse::<u16>()), (Ok(low), Ok(high)) if (low..=high).contains(&status))
        }
        None => part.trim().parse() == Ok(status),
    })
}

/// Everything Elastic Load Balancing knows.
#[derive(Debug, Default, Clone)]
pub(crate) struct Balancing {
    pub(crate) load_balancers: Vec<LoadBalancer>,
    pub(crate) groups: Vec<TargetGroup>,
    pub(crate) listeners: Vec<Forwarding>,
    pub(crate) rules: Vec<Forwarding>,
}

impl Balancing {
    /// A group by ARN.
    pub(crate) fn group(&self, arn: &str) -> Option<&TargetGroup> {
        self.groups.iter().find(|group| group.arn == arn)
    }

    /// The load balancers that forward to a group, by a listener or a rule.
    pub(crate) fn load_balancers_of(&self, group: &str) -> Vec<&LoadBalancer> {
        let forwards = |forwarding: &&Forwarding| forwarding.groups.iter().any(|name| name == group);
        let by_rule: Vec<&String> = self.rules.iter().filter(forwards).map(|rule| &rule.parent).collect();
        self.load_balancers
            .iter()
            .filter(|balancer| {
                self.listeners
                    .iter()
                    .filter(|listener| listener.parent == balancer.arn)
                    .any(|listener| forwards(&listener) || by_rule.contains(&&listener.arn))
            })
            .collect()
    }

    /// Forgets every target, and what was changed about their checks.
    pub(crate) fn forget(&mut self) {
        for group in &mut self.groups {
            group.targets.clear();
            group.health_check = group.templated_check.clone();
        }
    }

    /// Registers a target.
    pub(crate) fn register(&mut self, group: &str, address: &str, port: u32, zone: &str, turn: &mut Turn<'_>) {
        let Some(group) = self.groups.iter_mut().find(|candidate| candidate.arn == group) else { return };
        group.targets.retain(|target| target.address != address);
        let interval = turn.pace.millis(group.health_check.interval_seconds);
        // Where in its interval the first check falls is not known beforehand.
        let first = interval / 2;
        group.targets.push(Target {
            address: address.to_owned(),
            port,
            zone: zone.to_owned(),
            state: TargetState::Initial,
            last_probe: None,
            passes: 0,
            failures: 0,
            next_check: turn.now.after(first),
            gone_at: turn.now,
        });
    }

    /// Takes a target out of service; returns the deregistration delay in milliseconds, or `None` if it was not there.
    pub(crate) fn deregister(&mut self, group: &str, address: &str, turn: &Turn<'_>) -> Option<i64> {
        let group = self.groups.iter_mut().find(|candidate| candidate.arn == group)?;
        let delay = turn.pace.millis(group.deregistration_seconds);
        let target = group.targets.iter_mut().find(|target| target.address == address)?;
        target.state = TargetState::Draining;
        target.gone_at = turn.now.after(delay);
        Some(delay)
    }

    fn target(&self, group: &str, address: &str) -> Option<&Target> {
        self.group(group)?.targets.iter().find(|target| target.address == address)
    }

    /// A group by ARN, to change it.
    pub(crate) fn group_mut(&mut self, arn: &str) -> Option<&mut TargetGroup> {
        self.groups.iter_mut().find(|group| group.arn == arn)
    }

    /// Whether a target is healthy.
    pub(crate) fn is_healthy(&self, group: &str, address: &str) -> bool {
        self.target(group, address).is_some_and(|target| target.state == TargetState::Healthy)
    }

    /// Why a target is unhealthy; `None` when it is not.
    pub(crate) fn unhealthy_reason(&self, group: &str, address: &str) -> Option<String> {
        self.target(group, address).filter(|target| target.state == TargetState::Unhealthy)?.description()
    }

    /// Checks the targets whose turn it is, and forgets those that were drained. `probe` is asked what the target of a
    /// group's ARN and an address answers.
    pub(crate) fn tick(&mut self, probe: impl Fn(&str, &str) -> Probe, turn: &Turn<'_>) {
        for group in &mut self.groups {
            group.targets.retain(|target| target.state != TargetState::Draining || turn.now < target.gone_at);
            let interval = turn.pace.millis(group.health_check.interval_seconds).max(100);
            for target in group.targets.iter_mut().filter(|target| target.state != TargetState::Draining) {
                if turn.now >= target.next_check {
                    target.receive(probe(&group.arn, &target.address), &group.health_check);
                    target.next_check = turn.now.after(interval);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> HealthCheck {
        HealthCheck {
            path: "/healthz".to_owned(),
            interval_seconds: 30.0,
            timeout_seconds: 5.0,
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: "200".to_owned(),
        }
    }

    fn target() -> Target {
        Target {
            address: "10.0.10.5".to_owned(),
            port: 3000,
            zone: "eu-west-1a".to_owned(),
            state: TargetState::Initial,
            last_probe: None,
            passes: 0,
            failures: 0,
            next_check: Moment::default(),
            gone_at: Moment::default(),
        }
    }

    fn states(probes: &[u16]) -> Vec<TargetState> {
        let mut target = target();
        probes
            .iter()
            .map(|status| {
                target.receive(Probe::Status(*status), &check());
                target.state
            })
            .collect()
    }

    #[test]
    fn a_new_target_needs_one_pass_and_an_unhealthy_one_needs_the_threshold() {
        use TargetState::{Healthy, Unhealthy};
        assert_eq!(states(&[200]), [Healthy]);
        assert_eq!(states(&[200, 503, 503, 200, 200]), [Healthy, Healthy, Unhealthy, Unhealthy, Healthy]);
    }

    #[test]
    fn a_status_that_does_not_match_is_named_as_the_reason() {
        let mut target = target();
        for _ in 0..2 {
            target.receive(Probe::Status(503), &check());
        }
        assert_eq!(target.reason(), Some("Target.ResponseCodeMismatch"));
        assert_eq!(target.description().as_deref(), Some("Health checks failed with these codes: [503]"));
    }

    #[test]
    fn matchers_are_lists_and_ranges() {
        assert!(matches("200", 200) && matches("200,204", 204) && matches("200-399", 301));
        assert!(!matches("200", 204) && !matches("200-299", 503));
    }
}
