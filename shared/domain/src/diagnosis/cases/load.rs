use super::*;
use crate::evidence::{ActivityStatus, Follows, ScalingActivity, ScalingPolicy, Typical};
use crate::id::TaskId;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = at_max();
    cases.extend(blocked());
    cases.extend(leaks());
    cases.extend(surges());
    cases
}

fn busy(e: &mut Evidence) {
    metrics(e, |m| {
        m.cpu = turned(55.0, 94.0, 8);
        m.latency_p95 = turned(0.2, 0.9, 8);
    });
}

fn activity(seconds: i64, status: ActivityStatus, description: &str, message: &str, codes: &[&str]) -> ScalingActivity {
    ScalingActivity {
        at: super::super::staged::now() - jiff::SignedDuration::from_secs(seconds),
        status,
        cause: "monitor alarm TargetTracking-service/main/web-AlarmHigh in state ALARM triggered policy web-cpu"
            .to_owned(),
        description: description.to_owned(),
        message: message.to_owned(),
        not_scaled: codes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn at_max() -> Vec<Case> {
    let cause = Cause::CpuSaturatedAtMaxCapacity;
    vec![
        case(cause, "as many tasks as there may be", |e| {
            busy(e);
            change(&mut e.scaling, |scaling| scaling.max = 3);
        }),
        case(cause, "scaling says that it is at its maximum", |e| {
            busy(e);
            change(&mut e.scaling, |scaling| scaling.max = 3);
            let text = "Attempting to scale due to alarm triggered";
            e.activities =
                Reading::Read(vec![activity(90, ActivityStatus::Successful, text, "", &["AlreadyAtMaxCapacity"])]);
        }),
        case(cause, "more requests than the maximum can do", |e| {
            busy(e);
            change(&mut e.scaling, |scaling| scaling.max = 3);
            metrics(e, |m| {
                m.requests = turned(600.0, 2400.0, 9);
                m.elb_5xx = series(&[100.0; 5]);
            });
        }),
    ]
}

fn blocked() -> Vec<Case> {
    let cause = Cause::CpuSaturatedScalingBlocked;
    vec![
        case(cause, "scaling out is suspended", |e| {
            busy(e);
            change(&mut e.scaling, |scaling| scaling.scale_out_suspended = true);
        }),
        case(cause, "no policy scales the service", |e| {
            busy(e);
            e.policies = Reading::Read(Vec::new());
        }),
        case(cause, "the cooldown goes on", |e| {
            busy(e);
            let text = "Setting desired count to 3.";
            e.activities = Reading::Read(vec![activity(
                30,
                ActivityStatus::Successful,
                text,
                "Successfully set desired count to 3.",
                &[],
            )]);
        }),
        case(cause, "the policies see no reason: what they follow is below their targets", |e| {
            busy(e);
            change(&mut e.policies, |policies| policies[0].follows = Follows::RequestsPerTarget(1000.0));
        }),
        case(cause, "the policy's target is above what was measured", |e| {
            metrics(e, |m| m.cpu = turned(55.0, 86.0, 8));
            e.policies = Reading::Read(vec![ScalingPolicy {
                name: "web-cpu".to_owned(),
                follows: Follows::Cpu(90.0),
                scale_out_cooldown: None,
                scale_in_cooldown: None,
            }]);
        }),
        case(cause, "scaling failed", |e| {
            busy(e);
            let message = "Failed to set desired count to 5. Reason: The role cannot be assumed.";
            e.activities =
                Reading::Read(vec![activity(200, ActivityStatus::Failed, "Setting desired count to 5.", message, &[])]);
        }),
        case(cause, "nothing scales the service at all", |e| {
            busy(e);
            e.scaling = Reading::NotConfigured;
            e.policies = Reading::NotConfigured;
            e.activities = Reading::NotConfigured;
        }),
    ]
}

fn leaks() -> Vec<Case> {
    let cause = Cause::MemoryLeak;
    let by_task = |e: &mut Evidence, from: f64, to: f64| {
        metrics(e, |m| {
            m.memory = growing(from, to);
            m.memory_by_task =
                ["a1", "b2", "c3"].map(|id| (TaskId::from(id), growing(from - 2.0, to - 1.0))).into_iter().collect();
        });
    };
    vec![
        case(cause, "every task grows", move |e| by_task(e, 50.0, 92.0)),
        case(cause, "the service grows, and of its tasks nothing is known", |e| {
            metrics(e, |m| m.memory = growing(55.0, 88.0));
        }),
        case(cause, "it grows since long and is nearly full", move |e| by_task(e, 72.0, 97.0)),
    ]
}

fn surges() -> Vec<Case> {
    let cause = Cause::TrafficSurge;
    vec![
        case(cause, "four times the requests of the hour before and of a week before", |e| {
            metrics(e, |m| {
                m.requests = turned(600.0, 2500.0, 10);
                m.cpu = turned(35.0, 72.0, 10);
            });
        }),
        case(cause, "more and more since an hour, which is unlike last week", |e| {
            metrics(e, |m| m.requests = growing(700.0, 2600.0));
        }),
        case(cause, "four times the hour before, and a deployment is too recent to compare weeks", |e| {
            deployed(e, 300, Rollout::Completed, 3);
            metrics(e, |m| {
                m.requests = turned(500.0, 2000.0, 8);
                m.latency_p95 = turned(0.2, 0.8, 8);
            });
        }),
        case(cause, "scaling is at work, which takes a while", |e| {
            metrics(e, |m| {
                m.requests = turned(600.0, 2400.0, 6);
                m.cpu = turned(40.0, 90.0, 6);
            });
            e.week_before = Reading::Read(Typical { requests: Some(550.0), ..Typical::default() });
            let text = "Setting desired count to 3.";
            e.activities = Reading::Read(vec![activity(40, ActivityStatus::InProgress, text, "", &[])]);
        }),
    ]
}
