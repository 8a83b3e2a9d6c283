//! Reading incidents for people: those that go on, those that are over, and the one that is meant.

use futures::StreamExt;
use jiff::Timestamp;
use paramedic_domain::id::{IncidentId, ServiceName};
use paramedic_domain::incident::Incident;

use super::incidents::CLOSED;
use super::item::{self, text};
use super::{Store, StoreError};

/// How many incidents are read at the same time.
const AT_ONCE: usize = 16;

impl Store {
    /// The present incident of every service that has one: those that go on, and those that are over and may still be
    /// reopened. Mere records of recoveries are left out.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn present_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let services = self.open_incidents().await?;
        let mut reads = futures::stream::iter(&services).map(|service| self.load(service)).buffered(AT_ONCE);
        let mut incidents = Vec::new();
        while let Some(read) = reads.next().await {
            // Whatever was archived since the index was read is found among the closed ones.
            incidents.extend(read?.filter(|incident| !incident.is_calm()));
        }
        Ok(incidents)
    }

    /// The incidents that were over at `since` or later, those that may still be reopened included, newest first. Reads the
    /// whole table: the closed ones stand in no index.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn closed_incidents(&self, since: Timestamp) -> Result<Vec<Incident>, StoreError> {
        // In this order one that is archived meanwhile is read twice, and not missed.
        let present = self.present_incidents().await?;
        let archived = self.archived(None).await?;
        let mut closed: Vec<Incident> = present.into_iter().chain(archived).collect();
        closed.retain(|incident| incident.over_at().is_some_and(|at| since <= at));
        closed.sort_by(|one, other| other.opened_at.cmp(&one.opened_at).then_with(|| one.id.cmp(&other.id)));
        closed.dedup_by(|one, other| one.id == other.id);
        Ok(closed)
    }

    /// The incident of that id, whether it goes on or is over. Looks at those that go on first, and then through the whole
    /// table.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn incident(&self, id: &IncidentId) -> Result<Option<Incident>, StoreError> {
        if let Some(present) = self.present_incidents().await?.into_iter().find(|incident| incident.id == *id) {
            return Ok(Some(present));
        }
        let named = self.archived(Some(&format!("#{id}"))).await?;
        Ok(named.into_iter().find(|incident| incident.id == *id))
    }

    /// The newest incident of a service: the present one, else the last that was closed.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn newest_incident(&self, service: &ServiceName) -> Result<Option<Incident>, StoreError> {
        if let Some(present) = self.load(service).await?.filter(|incident| !incident.is_calm()) {
            return Ok(Some(present));
        }
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :service AND begins_with(sk, :closed)")
            .expression_attribute_values(":service", text(item::partition(service)))
            .expression_attribute_values(":closed", text(CLOSED))
            .scan_index_forward(false)
            .limit(1);
        let answer = query.send().await.map_err(|error| StoreError::of("dynamodb:Query", &error))?;
        answer.items().first().map(item::body).transpose()
    }

    /// The closed incidents of all services, or those in whose key some text stands.
    async fn archived(&self, sought: Option<&str>) -> Result<Vec<Incident>, StoreError> {
        let scan = self.client.scan().table_name(&self.table).expression_attribute_values(":closed", text(CLOSED));
        let scan = match sought {
            None => scan.filter_expression("begins_with(sk, :closed)"),
            Some(sought) => scan
                .filter_expression("begins_with(sk, :closed) AND contains(sk, :sought)")
                .expression_attribute_values(":sought", text(sought)),
        };
        let mut pages = scan.into_paginator().send();
        let mut incidents = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of("dynamodb:Scan", &error))?;
            for found in page.items() {
                incidents.push(item::body(found)?);
            }
        }
        Ok(incidents)
    }
}

#[cfg(test)]
mod tests;
