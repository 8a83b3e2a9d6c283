//! What the router proves the way of an alarm with: the heartbeat, and the doctor's daily look.

use paramedic_domain::proof::heartbeat::Pulse;
use paramedic_edge::aws::Aws;
use paramedic_edge::http::Https;
use paramedic_edge::proof::{Doctor, Heart, Watchdog, Whereabouts};
use paramedic_edge::secrets::Secrets;

/// The tools. Their clients are made when the function starts and call nobody until they are used.
pub(crate) struct Proof {
    /// What the ops stack deployed.
    pub(crate) place: Whereabouts,
    /// Which alarm is the heartbeat.
    pub(crate) pulse: Option<Pulse>,
    /// Sends heartbeats.
    pub(crate) heart: Heart,
    /// Looks at the whole way.
    pub(crate) doctor: Doctor,
    /// Says what is wrong with the pages themselves.
    pub(crate) watchdog: Option<Watchdog>,
}

impl Proof {
    /// From the function's environment; `None` outside a stack that has a heartbeat.
    pub(crate) fn from_env(aws: &Aws, https: &Https, secrets: &Secrets) -> Option<Self> {
        let place = Whereabouts::from_env()?;
        Some(Self {
            pulse: place.pulse(),
            heart: aws.heart(https.clone(), secrets.clone()),
            doctor: aws.doctor(https.clone(), secrets.clone()),
            watchdog: aws.watchdog(&place),
            place,
        })
    }
}
