//! The switch that stops all remedies.

use jiff::Timestamp;
use paramedic_domain::guardrail::Switch;
use serde::{Deserialize, Serialize};

use super::item::{self, text};
use super::{Store, StoreError};

/// How somebody turned the switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// Whether remedies may be carried out.
    pub on: bool,
    /// Who turned it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Turns the switch, however it stood. For people only: the roles of all functions deny it.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn turn_switch(&self, turned: &Turned) -> Result<(), StoreError> {
        let mut item = item::with_body(item::key("switch", "remedies"), turned, 1)?;
        item.insert("state".to_owned(), text(if turned.on { "on" } else { "off" }));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| StoreError::of("dynamodb:PutItem", &error))
    }

    /// Who turned the switch last; `None` if nobody ever did, or not by [`Store::turn_switch`].
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn switch_turned(&self) -> Result<Option<Turned>, StoreError> {
        let item = self.get(item::key("switch", "remedies")).await?;
        item.filter(|item| item.contains_key("body")).map(|item| item::body(&item)).transpose()
    }

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
