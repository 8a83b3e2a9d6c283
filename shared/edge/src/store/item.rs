//! Items: their keys and their attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::id::ServiceName;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// An item as DynamoDB has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The functions that find their due items in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Router,
    Remediator,
}

impl Owner {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Remediator => "remediator",
        }
    }
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The partition of a service.
pub(super) fn partition(service: &ServiceName) -> String {
    format!("service#{service}")
}

pub(super) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// An item whose content is JSON.
pub(super) fn with_body<T: Serialize>(mut item: Item, content: &T, version: u64) -> Result<Item, StoreError> {
    let body = serde_json::to_string(content)
        .map_err(|error| StoreError::Broken { item: name(&item), why: format!("it cannot be written: {error}") })?;
    item.insert("body".to_owned(), text(body));
    item.insert("version".to_owned(), number(version));
    Ok(item)
}

/// The same item, waiting for its owner's tick.
pub(super) fn due(mut item: Item, owner: Owner, at: Timestamp) -> Item {
    item.insert("due_owner".to_owned(), text(owner.as_str()));
    item.insert("due_at".to_owned(), number(at.as_millisecond()));
    item
}

/// When something of that time is to be cleaned away, in epoch seconds. Times come from outside, so the sum may not exist.
pub(super) fn expiry(at: Timestamp, keep: SignedDuration) -> AttributeValue {
    number(at.checked_add(keep).unwrap_or(Timestamp::MAX).as_second())
}

/// The content of an item that [`with_body`] made.
pub(super) fn body<T: DeserializeOwned>(item: &Item) -> Result<T, StoreError> {
    let broken = |why: String| StoreError::Broken { item: name(item), why };
    let body = attribute(item, "body").ok_or_else(|| broken("it has no text in `body`".to_owned()))?;
    serde_json::from_str(body).map_err(|error| broken(error.to_string()))
}

/// A text attribute.
pub(super) fn attribute<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// The key of an item for a message.
fn name(item: &Item) -> String {
    format!("{}/{}", attribute(item, "pk").unwrap_or("?"), attribute(item, "sk").unwrap_or("?"))
}
