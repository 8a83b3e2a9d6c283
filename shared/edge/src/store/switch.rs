//! The switch that stops all remedies.

use paramedic_domain::guardrail::Switch;

use super::Store;
use super::item;

impl Store {
    /// Whether remedies may be carried out at all. There is no switch until somebody makes one, and that means on. Never
    /// an error: what cannot be read, or says neither on nor off, is [`Switch::Unreadable`].
    pub async fn switch(&self) -> Switch {
        match self.get(item::key("switch", "remedies")).await {
            Ok(None) => Switch::On,
            Ok(Some(item)) => match item::attribute(&item, "state") {
                Some("on") => Switch::On,
                Some("off") => Switch::Off,
                _ => Switch::Unreadable,
            },
            Err(error) => {
                tracing::warn!(%error, "the switch for remedies could not be read, which counts as off");
                Switch::Unreadable
            }
        }
    }
}
