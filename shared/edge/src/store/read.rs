//! Reads: one item, and the index of what is due.

use jiff::Timestamp;
use paramedic_domain::id::ServiceName;

use super::item::{Item, Owner, attribute, number, text};
use super::{Store, StoreError};

impl Store {
    /// One item, as it is now.
    pub(super) async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let answer =
            self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true).send().await;
        answer.map(|answer| answer.item).map_err(|error| StoreError::of("dynamodb:GetItem", &error))
    }

    /// The services that have an item of this owner in the index, all of them or those due by then. The index follows the
    /// table within moments, so each must be loaded before it is acted upon.
    pub(super) async fn indexed(&self, owner: Owner, by: Option<Timestamp>) -> Result<Vec<ServiceName>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .projection_expression("pk")
            .expression_attribute_values(":owner", text(owner.as_str()));
        let query = match by {
            None => query.key_condition_expression("due_owner = :owner"),
            Some(by) => query
                .key_condition_expression("due_owner = :owner AND due_at <= :by")
                .expression_attribute_values(":by", number(by.as_millisecond())),
        };
        let mut pages = query.into_paginator().send();
        let mut services = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of("dynamodb:Query", &error))?;
            let names = page.items().iter().filter_map(|item| attribute(item, "pk")?.strip_prefix("service#"));
            services.extend(names.map(ServiceName::from));
        }
        Ok(services)
    }
}
