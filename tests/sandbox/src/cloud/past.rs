//! Time that is lived before it comes. A stage is built in a minute, and what an engineer is woken by has a history: an
//! hour before, a week before, a deployment of yesterday. So a cloud may begin again at an earlier moment, with everything
//! that was provisioned and nothing that was lived, and live from there as fast as the machine can.

use super::application::Application;
use super::clock::{Moment, Pace};
use super::{Chance, Cloud, Emission};
use jiff::Timestamp;

/// How finely the past moves, in seconds of AWS's time.
const PAST_TICK_SECONDS: f64 = 3.0;

impl Cloud {
    /// Begins again at `at` and at another pace: what was provisioned is there, and nothing has happened to it yet. Every
    /// service begins its first deployment; alarms have not been evaluated; metrics, events, activities, faults and
    /// revisions that were registered through the API are gone. `seed` decides what chance brings.
    pub fn begin_again(&mut self, at: Timestamp, pace: u32, seed: u64) {
        let now = Moment::from(at);
        self.pace = Pace::new(pace);
        self.chance = Chance::new(seed);
        self.reached = None;
        self.outbox.clear();
        self.faults.clear();
        self.metrics = super::metrics::Metrics::default();
        self.alarms.forget(now);
        self.scaling.forget(now);
        self.caches.forget(now);
        self.balancing.forget();
        let mut services = std::mem::take(&mut self.ecs.services);
        for service in &mut services {
            service.forget(now);
            service.application = Application::new(&mut self.chance);
            if let Some(definition) = service.provisioned.clone() {
                let (pace, names) = (self.pace, &self.names);
                let (chance, outbox) = (&mut self.chance, &mut self.outbox);
                let mut turn = super::turn::Turn { now, lasts: 0, pace, names, chance, outbox };
                service.deploy(definition, &mut turn);
            }
        }
        self.ecs.services = services;
        self.ecs.definitions.retain(|definition| definition.is_templated);
    }

    /// Lives until `to`, in steps of three seconds of AWS's time; gives what the cloud has sent of its own accord.
    pub fn live_until(&mut self, to: Timestamp) -> Vec<Emission> {
        let to = Moment::from(to);
        let step = self.pace.millis(PAST_TICK_SECONDS).max(super::TICK_MILLIS);
        let mut reached = self.reached.unwrap_or_else(|| to.floor(step)).floor(step);
        while to.since(reached) >= step {
            reached = reached.after(step);
            self.tick(reached, step);
        }
        self.reached = Some(reached);
        std::mem::take(&mut self.outbox)
    }

    /// Lets time pass until `to` in which nothing happens and nothing is measured: nights that no story needs.
    pub fn sleep_until(&mut self, to: Timestamp) {
        self.reached = Some(Moment::from(to).floor(super::TICK_MILLIS));
    }
}
