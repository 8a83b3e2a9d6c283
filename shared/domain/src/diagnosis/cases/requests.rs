use super::super::staged::errors;
use super::*;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = failing();
    cases.extend(refused());
    cases.extend(waiting());
    cases
}

fn failing() -> Vec<Case> {
    let cause = Cause::AppErrors5xx;
    vec![
        case(cause, "a third of the requests fail in the application", |e| {
            errors(e, 6);
            e.errors = Reading::Read(vec![logged("TypeError: cannot read properties of undefined", 200, 3)]);
        }),
        case(cause, "all errors come from one task", |e| {
            metrics(e, |m| m.target_5xx = series(&[100.0; 5]));
            let mut line = logged("Error: EMFILE: too many open files", 120, 2);
            line.most_in_one = 118;
            e.errors = Reading::Read(vec![line]);
        }),
        case(cause, "a few requests in a hundred fail since a while", |e| {
            metrics(e, |m| m.target_5xx = series(&[20.0; 30]));
        }),
    ]
}

fn refused() -> Vec<Case> {
    let cause = Cause::ClientErrors4xx;
    vec![
        case(cause, "a client asks for what is not there", |e| metrics(e, |m| m.target_4xx = series(&[180.0; 8]))),
        case(cause, "the load balancer refuses malformed requests", |e| {
            metrics(e, |m| m.elb_4xx = series(&[200.0; 6]));
        }),
        case(cause, "far more are refused than usual, while a few are always", |e| {
            metrics(e, |m| m.target_4xx = turned(20.0, 240.0, 7));
        }),
    ]
}

fn waiting() -> Vec<Case> {
    let cause = Cause::SlowDependency;
    vec![
        case(cause, "the payment provider is slow and the log says so", |e| {
            metrics(e, |m| m.latency_p95 = turned(0.2, 4.0, 8));
            e.errors = Reading::Read(vec![logged("Error: timeout of <n>ms exceeded calling api.pay.example", 60, 3)]);
        }),
        case(cause, "requests are slow while everything that is known is well", |e| {
            metrics(e, |m| {
                m.latency_p95 = turned(0.2, 2.2, 9);
                m.latency_p50 = turned(0.05, 1.1, 9);
            });
        }),
        case(cause, "requests fail because a database does not answer in time", |e| {
            errors(e, 5);
            metrics(e, |m| m.latency_p95 = turned(0.2, 5.0, 5));
            e.errors = Reading::Read(vec![logged("SequelizeConnectionError: connect ETIMEDOUT <ip>:5432", 90, 3)]);
        }),
    ]
}
