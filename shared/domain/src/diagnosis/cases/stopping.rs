use super::*;
use crate::evidence::Record;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = memory();
    cases.extend(crashes());
    cases.extend(kills());
    cases.extend(taken());
    cases
}

fn memory() -> Vec<Case> {
    let cause = Cause::OomKilled;
    vec![
        case(cause, "one container was killed for memory", |e| stops(e, vec![out_of_memory("x1", 2, 137)], 2, 1)),
        case(cause, "killed for memory with exit code 0", |e| {
            stops(e, vec![out_of_memory("x1", 1, 0), out_of_memory("x2", 7, 0)], 3, 0);
        }),
        case(cause, "killed again and again, requests fail meanwhile", |e| {
            let killed = vec![out_of_memory("x1", 1, 137), out_of_memory("x2", 6, 137), out_of_memory("x3", 11, 137)];
            stops(e, killed, 2, 1);
            metrics(e, |m| {
                m.target_5xx = series(&[60.0; 5]);
                m.memory = turned(60.0, 97.0, 12);
            });
        }),
        case(cause, "the new revision has too little memory", |e| {
            deployed(e, 9, Rollout::InProgress, 1);
            e.stopped = Reading::Read(vec![of_new(out_of_memory("x1", 1, 137)), of_new(out_of_memory("x2", 4, 137))]);
            change(&mut e.definition, |now| now.memory_mib = Some(256));
        }),
        case(cause, "the release was given up for it and all is well again", |e| {
            e.stopped = Reading::Read(vec![out_of_memory("x1", 24, 137), out_of_memory("x2", 27, 137)]);
            said(e, 22, "(service web) rolling back to (deployment ecs-svc/1000000000000000001).");
        }),
        case(cause, "memory grew until it was killed", |e| {
            stops(e, vec![out_of_memory("x1", 3, 137)], 2, 1);
            metrics(e, |m| m.memory = growing(40.0, 95.0));
        }),
    ]
}

fn crashes() -> Vec<Case> {
    let cause = Cause::CrashLoop;
    let exits = |code: i32| {
        ["x1", "x2", "x3"].into_iter().zip([1, 3, 6]).map(move |(id, minutes)| {
            let mut task = ended(id, minutes);
            task.containers[0].exit_code = Some(code);
            task
        })
    };
    vec![
        case(cause, "the application exits with 1 at its start", move |e| {
            stops(e, exits(1).collect(), 1, 1);
            e.errors = Reading::Read(vec![logged("Error: Cannot find module './server'", 3, 3)]);
        }),
        case(cause, "137 without a word of memory and without being asked", move |e| {
            stops(e, exits(137).collect(), 2, 1)
        }),
        case(cause, "the process ends well, again and again", move |e| stops(e, exits(0).collect(), 2, 0)),
        case(cause, "the command is not in the image", |e| {
            let reason = "CannotStartContainerError: Error response from daemon: failed to create task for container: exec: \
                          \"serve\": executable file not found in $PATH";
            stops(e, vec![unstarted("x1", 1, reason), unstarted("x2", 3, reason)], 2, 1);
            said(e, 2, "(service web) is unable to consistently start tasks successfully.");
        }),
        case(cause, "the new revision crashes", move |e| {
            deployed(e, 10, Rollout::InProgress, 0);
            e.stopped = Reading::Read(exits(1).map(of_new).collect());
            service(e, |s| s.deployments[0].failed_tasks = 3);
        }),
        case(cause, "the flight recorder knows of the crashes before ECS lists them", move |e| {
            stops(e, vec![ended("x1", 1)], 2, 1);
            e.record = Reading::Read(Record { stopped: exits(1).collect(), ..Record::default() });
        }),
    ]
}

fn kills() -> Vec<Case> {
    let cause = Cause::StopTimeoutKill;
    let scaled_in = "Scaling activity initiated by (deployment ecs-svc/1000000000000000001)";
    vec![
        case(cause, "scaled in, and the tasks did not end in time", move |e| {
            e.stopped = Reading::Read(vec![
                asked("x1", 2, "ServiceSchedulerInitiated", scaled_in, 137),
                asked("x2", 2, "ServiceSchedulerInitiated", scaled_in, 137),
            ]);
        }),
        case(cause, "somebody stopped a task that did not listen", |e| {
            e.stopped = Reading::Read(vec![asked("x1", 1, "UserInitiated", "Task stopped by user", 137)]);
        }),
        case(cause, "killed in the middle of requests, for which the load balancer answers 502", move |e| {
            e.stopped = Reading::Read(vec![asked("x1", 2, "ServiceSchedulerInitiated", scaled_in, 137)]);
            metrics(e, |m| m.elb_5xx = series(&[40.0, 40.0]));
        }),
    ]
}

fn taken() -> Vec<Case> {
    let spot = Cause::SpotInterruption;
    let retired = Cause::TaskRetirement;
    let interrupted = |id: &str, minutes| asked(id, minutes, "SpotInterruption", "Your Spot Task was interrupted.", 0);
    let maintained = |id: &str, minutes| {
        let reason = "ECS is performing maintenance on the underlying infrastructure hosting the task";
        asked(id, minutes, "ServiceSchedulerInitiated", reason, 0)
    };
    vec![
        case(spot, "two tasks lost their Spot capacity and none took their place", move |e| {
            stops(e, vec![interrupted("x1", 3), interrupted("x2", 3)], 1, 0);
        }),
        case(spot, "one task lost its Spot capacity just now", move |e| stops(e, vec![interrupted("x1", 1)], 2, 1)),
        case(spot, "the older code for it", |e| {
            let task = asked("x1", 2, "TerminationNotice", "Your Spot Task was interrupted.", 137);
            stops(e, vec![task], 2, 1);
        }),
        case(spot, "Spot was taken back half an hour ago and there is none since", move |e| {
            stops(e, vec![interrupted("x1", 30), interrupted("x2", 31)], 1, 0);
        }),
        case(retired, "AWS maintains the host of a task", move |e| stops(e, vec![maintained("x1", 1)], 2, 1)),
        case(retired, "AWS maintains the hosts of two tasks", move |e| {
            stops(e, vec![maintained("x1", 2), maintained("x2", 4)], 2, 1);
        }),
        case(retired, "a task retirement", |e| {
            let task = asked("x1", 1, "TerminationNotice", "Task stopped because of a scheduled task retirement", 0);
            stops(e, vec![task], 2, 0);
        }),
    ]
}
