//! What only shows in requests.

use paramedic_domain::diagnosis::Cause::{AppErrors5xx, ClientErrors4xx, SlowDependency};

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::{causes, confusers};

pub(super) const INCIDENTS: &[Incident] = &[
    incident("requests fail in every task", AppErrors5xx, causes::app_errors_5xx, 0.0, 5.0),
    incident("requests fail in one task only", AppErrors5xx, causes::app_errors_5xx_in_one_task, 0.0, 5.0),
    incident(
        "a few requests fail in every task",
        AppErrors5xx,
        |scene| scene.afflict(Whom::All, Ailment::Fails { share: 0.08 }),
        0.0,
        10.0,
    ),
    incident(
        "requests fail, and scaling is suspended, which has nothing to do with it",
        AppErrors5xx,
        |scene| {
            confusers::suspended_scaling(scene);
            causes::app_errors_5xx(scene);
        },
        0.0,
        6.0,
    ),
    incident(
        "requests fail, and the cache is full of keys that nobody misses",
        AppErrors5xx,
        |scene| {
            confusers::full_cache_at_ease(scene);
            causes::app_errors_5xx(scene);
        },
        0.0,
        6.0,
    ),
    incident(
        "requests fail, and tasks ran out of memory almost an hour ago",
        AppErrors5xx,
        |scene| {
            confusers::stale_oom(scene);
            causes::app_errors_5xx(scene);
        },
        50.0,
        6.0,
    ),
    incident("a third of the requests are the clients' mistake", ClientErrors4xx, causes::client_errors_4xx, 0.0, 8.0),
    incident(
        "most of the requests are the clients' mistake",
        ClientErrors4xx,
        |scene| scene.afflict(Whom::All, Ailment::Refuses { share: 0.7 }),
        0.0,
        5.0,
    ),
    incident("they have been for half an hour", ClientErrors4xx, causes::client_errors_4xx, 0.0, 30.0),
    incident("what every request asks for is slow", SlowDependency, causes::slow_dependency, 0.0, 6.0),
    incident("it has been slow for half an hour", SlowDependency, causes::slow_dependency, 0.0, 30.0),
    incident(
        "it is slow, and no request is given up yet",
        SlowDependency,
        |scene| scene.afflict(Whom::All, Ailment::Waits { seconds: 2.4, on: "payments.example.net".to_owned() }),
        0.0,
        10.0,
    ),
    incident(
        "it is slow, and the cache's replicas lag",
        SlowDependency,
        |scene| {
            confusers::lagging_replica(scene);
            causes::slow_dependency(scene);
        },
        0.0,
        8.0,
    ),
];
