use super::super::staged::sicken;
use super::*;
use crate::evidence::HealthCheck;
use jiff::SignedDuration;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = failing();
    cases.extend(misconfigured());
    cases.extend(zones());
    cases.extend(repairs());
    cases
}

fn failing() -> Vec<Case> {
    let cause = Cause::HealthCheckFailing;
    vec![
        case(cause, "one task answers its health check with 500", |e| {
            fail_checks(e, None, 1, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]");
        }),
        case(cause, "all tasks answer their health check with 503 and the cache is well", |e| {
            fail_checks(e, None, 3, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]");
        }),
        case(cause, "two tasks in two zones do not answer in time", |e| {
            fail_checks(e, None, 2, "Target.Timeout", "Request timed out");
            metrics(e, |m| m.target_5xx = series(&[30.0; 4]));
        }),
        case(cause, "a service without a load balancer has a sick container", |e| {
            e.targets = Reading::NotConfigured;
            change(&mut e.tasks, |tasks| tasks[1].unhealthy = true);
        }),
    ]
}

fn misconfigured() -> Vec<Case> {
    let cause = Cause::HealthCheckMisconfigured;
    let checked = |e: &mut Evidence, command: &str, start_period: i64| {
        change(&mut e.definition, |now| {
            now.containers[0].health_check = Some(HealthCheck {
                command: command.to_owned(),
                interval: SignedDuration::from_secs(10),
                timeout: SignedDuration::from_secs(5),
                retries: 3,
                start_period: SignedDuration::from_secs(start_period),
            });
        });
    };
    let checked_out = |id: &str, minutes: i64| {
        let mut task = asked(id, minutes, "ServiceSchedulerInitiated", "Task failed container health checks", 143);
        task.started_at = Some(minutes_ago(minutes + 1));
        task
    };
    vec![
        case(cause, "the health check asks for a path that is not there", |e| {
            fail_checks(e, None, 3, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]");
        }),
        case(cause, "the health check is redirected to HTTPS", |e| {
            fail_checks(e, None, 3, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [301]");
        }),
        case(cause, "the health check has to log in", |e| {
            fail_checks(e, None, 2, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [401]");
        }),
        case(cause, "the health check asks another port", |e| {
            fail_checks(e, None, 3, "Target.FailedHealthChecks", "Health checks failed");
        }),
        case(cause, "the container's health check runs a command that is not in the image", move |e| {
            checked(e, "CMD-SHELL curl -f http://localhost:3000/healthz || exit 1", 30);
            e.stopped = Reading::Read(vec![checked_out("x1", 2), checked_out("x2", 4)]);
            e.errors = Reading::Read(vec![logged("/bin/sh: curl: not found", 12, 2)]);
        }),
        case(cause, "the start takes longer than the container's health check waits", move |e| {
            checked(e, "CMD-SHELL wget -q -O- http://localhost:3000/healthz", 5);
            e.stopped = Reading::Read(vec![checked_out("x1", 2), checked_out("x2", 4), checked_out("x3", 6)]);
        }),
    ]
}

fn zones() -> Vec<Case> {
    let cause = Cause::AzImpaired;
    let (a, b, c) = ("eu-west-1a", "eu-west-1b", "eu-west-1c");
    let timed_out = ("Target.Timeout", "Request timed out");
    vec![
        case(cause, "all targets of one of three zones are sick", move |e| {
            in_zones(e, &[a, b, c], 3);
            fail_checks(e, Some(b), 3, timed_out.0, timed_out.1);
        }),
        case(cause, "both targets of one of two zones are sick and a third of the requests fails", move |e| {
            in_zones(e, &[a, b], 2);
            fail_checks(e, Some(a), 2, timed_out.0, timed_out.1);
            metrics(e, |m| m.elb_5xx = series(&[200.0; 4]));
        }),
        case(cause, "most targets of one zone are sick, all others are well", move |e| {
            in_zones(e, &[a, b], 5);
            fail_checks(e, Some(b), 4, "Target.FailedHealthChecks", "Health checks failed");
        }),
    ]
}

fn repairs() -> Vec<Case> {
    let cause = Cause::EcsIsRepairing;
    let elb = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)";
    vec![
        case(cause, "ECS replaces a task that failed its health check", move |e| {
            sicken(e, 1);
            e.stopped = Reading::Read(vec![asked("x1", 1, "ServiceSchedulerInitiated", elb, 0)]);
            service(e, |s| s.pending = 1);
        }),
        case(cause, "the scheduler saw a sick task", |e| {
            sicken(e, 1);
            said(
                e,
                1,
                "(service web) (port 3000) is unhealthy in (target-group arn:…) due to (reason Health checks failed)",
            );
        }),
        case(cause, "the repair is over", move |e| {
            e.stopped = Reading::Read(vec![asked("x1", 3, "ServiceSchedulerInitiated", elb, 0)]);
        }),
    ]
}
