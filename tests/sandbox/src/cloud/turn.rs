//! What every part of the model gets when it moves.

use super::chance::Chance;
use super::clock::{Moment, Pace, with_iso_times};
use super::emission::Emission;
use super::names::Names;
use serde_json::{Value, json};

/// One moment of the model's time, and what may be used in it.
pub(crate) struct Turn<'a> {
    pub(crate) now: Moment,
    /// How many milliseconds have passed since the last one; 0 while an API call is served.
    pub(crate) lasts: i64,
    pub(crate) pace: Pace,
    pub(crate) names: &'a Names,
    pub(crate) chance: &'a mut Chance,
    pub(crate) outbox: &'a mut Vec<Emission>,
}

impl Turn<'_> {
    /// Sends an event to the default bus (EventBridge User Guide, "Events reference": the envelope's members).
    pub(crate) fn event(&mut self, source: &str, detail_type: &str, resources: &[String], detail: Value) {
        self.outbox.push(Emission::EventBridge(json!({
            "version": "0",
            "id": self.chance.uuid(),
            "detail-type": detail_type,
            "source": source,
            "account": self.names.account,
            "time": self.now.iso_seconds(),
            "region": self.names.region,
            "resources": resources,
            "detail": with_iso_times(detail),
        })));
    }

    /// A duration of between so many and so many seconds, shortened.
    pub(crate) fn duration(&mut self, low: f64, high: f64) -> i64 {
        let seconds = self.chance.between(low, high);
        self.pace.millis(seconds)
    }
}
