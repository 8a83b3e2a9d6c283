//! Whether a remedy helped, judged on the tasks and their requests and not on an alarm alone.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::Timing;
use crate::diagnosis::ERRORS_MATTER_PERCENT;
use crate::evidence::{Evidence, Metrics, Rollout};
use crate::id::DeploymentId;

/// What came of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service is well again.
    Recovered {
        /// Seconds from the action until that was seen.
        after_s: u64,
    },
    /// It is not, and the time is up.
    Failed {
        /// What still speaks against it.
        why: String,
    },
}

/// What verification says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is over.
    Done(Outcome),
    /// Look again at the next tick.
    NotYet {
        /// What still speaks against recovery.
        why: String,
    },
}

/// Looks whether the deployment that was made at `acted_at` cured the service.
pub fn verify(
    deployment: &DeploymentId,
    acted_at: Timestamp,
    evidence: &Evidence,
    timing: &Timing,
    now: Timestamp,
) -> Verdict {
    match still_wrong(deployment, acted_at, evidence) {
        None => {
            let after_s = u64::try_from(now.duration_since(acted_at).as_secs()).unwrap_or(0);
            Verdict::Done(Outcome::Recovered { after_s })
        }
        Some(why) if now.duration_since(acted_at) >= timing.verify_within => Verdict::Done(Outcome::Failed { why }),
        Some(why) => Verdict::NotYet { why },
    }
}

fn still_wrong(deployment: &DeploymentId, acted_at: Timestamp, evidence: &Evidence) -> Option<String> {
    let Some(service) = evidence.service.read() else {
        return Some("the ECS service could not be read".to_owned());
    };
    let Some(ours) = service.deployments.iter().find(|candidate| candidate.id == *deployment) else {
        return Some("the deployment that was made is gone, another took its place".to_owned());
    };
    match ours.rollout {
        Rollout::Failed => return Some("the deployment that was made failed".to_owned()),
        Rollout::InProgress => {
            return Some(format!("the deployment runs {} of {} tasks", ours.running, service.desired));
        }
        Rollout::Completed => {}
    }
    if service.deployments.len() > 1 {
        return Some("tasks of the former deployment still drain".to_owned());
    }
    if service.running < service.desired {
        return Some(format!("{} of {} tasks run", service.running, service.desired));
    }
    let Some(sick) = evidence.sick() else {
        return Some("target health could not be read".to_owned());
    };
    if sick.sick > 0 || sick.of < service.desired {
        return Some(format!("{} of {} targets are healthy", sick.healthy(), service.desired));
    }
    let Some(metrics) = evidence.metrics.read() else {
        return Some("the metrics could not be read".to_owned());
    };
    requests_still_wrong(metrics, acted_at, evidence.gathered_at)
}

/// Two whole periods after the action have to be good. The newest period is mostly not over, and its errors may be reported
/// later than its requests.
fn requests_still_wrong(metrics: &Metrics, acted_at: Timestamp, now: Timestamp) -> Option<String> {
    const NEEDED: usize = 2;
    metrics.requests.latest()?; // Nobody asks anything of this service: its health has to do.
    let period = metrics.requests.spacing().unwrap_or(SignedDuration::from_mins(1));
    let share = metrics.error_share();
    let whole = share.iter().filter(|point| point.at >= acted_at && point.at + period * 2 <= now);
    let good = whole.rev().take_while(|point| point.value <= ERRORS_MATTER_PERCENT).count();
    match metrics.latest_error_share().filter(|share| share.value > ERRORS_MATTER_PERCENT) {
        Some(share) => Some(format!("{:.1} % of requests still fail", share.value)),
        None if good >= NEEDED => None,
        None => Some(format!("{good} of {NEEDED} periods since the action are known to be good")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;
    use crate::diagnosis::staged::{errors, healthy, minutes_ago, now, sicken};
    use crate::evidence::Reading;

    const OURS: &str = "ecs-svc/1000000000000000001";

    fn look(evidence: &Evidence, minutes: i64) -> Verdict {
        verify(&DeploymentId::from(OURS), minutes_ago(minutes), evidence, &Timing::default(), now())
    }

    fn not_yet(evidence: &Evidence) -> String {
        match look(evidence, 2) {
            Verdict::NotYet { why } => why,
            Verdict::Done(outcome) => format!("done: {outcome:?}"),
        }
    }

    #[test]
    fn a_completed_deployment_with_healthy_targets_and_no_errors_is_a_recovery() {
        assert_eq!(look(&healthy(), 4), Verdict::Done(Outcome::Recovered { after_s: 240 }));
    }

    #[test]
    fn while_the_deployment_goes_on_it_is_too_early() {
        let mut evidence = healthy();
        if let Reading::Read(service) = &mut evidence.service {
            service.deployments[0].rollout = Rollout::InProgress;
        }
        assert!(not_yet(&evidence).contains("the deployment runs 3 of 3"));
    }

    #[test]
    fn a_sick_target_or_failing_requests_speak_against_it() {
        let mut sick = healthy();
        sicken(&mut sick, 1);
        assert_eq!(not_yet(&sick), "2 of 3 targets are healthy");
        let mut failing = healthy();
        errors(&mut failing, 1);
        assert_eq!(not_yet(&failing), "33.3 % of requests still fail");
    }

    #[test]
    fn what_could_not_be_read_is_no_recovery() {
        let mut evidence = healthy();
        evidence.metrics = Reading::Unread { why: "throttled".to_owned() };
        assert_eq!(not_yet(&evidence), "the metrics could not be read");
        evidence.targets = Reading::Unread { why: "throttled".to_owned() };
        assert_eq!(not_yet(&evidence), "target health could not be read");
        evidence.service = Reading::Unread { why: "throttled".to_owned() };
        assert_eq!(not_yet(&evidence), "the ECS service could not be read");
    }

    #[test]
    fn metrics_from_before_the_action_prove_nothing() {
        assert!(matches!(
            verify(&DeploymentId::from(OURS), now() + jiff::SignedDuration::from_secs(1), &healthy(), &Timing::default(), now()),
            Verdict::NotYet { why } if why.starts_with("0 of 2")
        ));
    }

    #[test]
    fn one_good_period_may_be_half_a_truth() {
        assert_eq!(not_yet(&healthy()), "1 of 2 periods since the action are known to be good");
    }

    #[test]
    fn when_the_time_is_up_the_remedy_failed_and_says_why() {
        let mut evidence = healthy();
        errors(&mut evidence, 3);
        assert!(matches!(look(&evidence, 10), Verdict::Done(Outcome::Failed { why }) if why.contains("33.3 %")));
    }
}
