//! What was decided and what came of it, kept so that people learn from it.
//!
//! A decision is written once and never changed; the attempt that follows it is written anew with each stage that it
//! reaches. Both stand under the service and the day, so that a month is read in as many queries as it has days.

use std::io::{Read as _, Write as _};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use paramedic_domain::decision::Kept;
use paramedic_domain::id::ServiceName;
use paramedic_domain::ledger::Attempt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::item::{self, Item, text};
use super::write::Written;
use super::{Store, StoreError};

/// How long decisions and attempts are kept.
pub const DECISIONS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// What the compressed parts of one item may have together. An item has at most 400 KB, its names included ("Quotas in
/// Amazon DynamoDB", Amazon DynamoDB Developer Guide).
const ROOM: usize = 380_000;
/// The longest content that is unpacked again, so that a forged item cannot fill the memory.
const UNPACKED: u64 = 32 * 1024 * 1024;
/// Days that are read at the same time.
const AT_ONCE: usize = 8;

/// What was decided about a service, and what was attempted, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// The decisions.
    pub decisions: Vec<Kept>,
    /// The attempts, each as far as it came.
    pub attempts: Vec<Attempt>,
    /// How many of them another release wrote, in words that this one does not know.
    pub unreadable: usize,
}

impl Store {
    /// Keeps a decision. A case that is too large is left out, and the decision is kept without it.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. Nobody can say then whether it is kept.
    pub async fn keep_decision(&self, kept: &Kept) -> Result<(), StoreError> {
        let mut item = key(&kept.subject.service, kept.at, "decision");
        let head = packed(&item, kept)?;
        let case = kept.case.as_ref().map(|case| packed(&item, case)).transpose()?;
        let room = ROOM.saturating_sub(head.len());
        match case.filter(|case| case.len() <= room) {
            Some(case) => drop(item.insert("case".to_owned(), AttributeValue::B(Blob::new(case)))),
            None => {
                tracing::warn!(service = %kept.subject.service, "the case is too large, its decision is kept alone")
            }
        }
        item.insert("body".to_owned(), AttributeValue::B(Blob::new(head)));
        match self.put(item, 0).await? {
            Written::Done => Ok(()),
            Written::Conflict(_) => Err(StoreError::Contended { service: kept.subject.service.clone() }),
        }
    }

    /// Keeps how far an attempt came, in place of what was kept of it before.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn keep_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let mut item = key(&attempt.subject.service, attempt.claimed_at, "attempt");
        let body = packed(&item, attempt)?;
        item.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| StoreError::of("dynamodb:PutItem", &error))
    }

    /// What was decided and attempted on a service from `since` on.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn past(&self, service: &ServiceName, since: Timestamp, now: Timestamp) -> Result<Past, StoreError> {
        // Nothing older is kept; the bound keeps a slip of the pen from asking for each day since the epoch.
        let since = since.max(now.checked_sub(DECISIONS_KEPT).unwrap_or(now));
        let (first, last) = (day(since), day(now));
        let days = first.series(1.day()).take_while(|day| *day <= last);
        let reads = stream::iter(days).map(|day| self.day(service, day)).buffered(AT_ONCE);
        let items: Vec<Vec<Item>> = reads.try_collect().await?;
        let mut past = Past::default();
        for item in items.into_iter().flatten() {
            past.add(&item);
        }
        past.decisions.retain(|kept| kept.at >= since);
        past.attempts.retain(|attempt| attempt.claimed_at >= since);
        Ok(past)
    }

    async fn day(&self, service: &ServiceName, day: Date) -> Result<Vec<Item>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :day")
            .expression_attribute_values(":day", text(partition(service, day)));
        let mut pages = query.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of("dynamodb:Query", &error))?;
            items.extend(page.items.unwrap_or_default());
        }
        Ok(items)
    }
}

impl Past {
    fn add(&mut self, item: &Item) {
        let is_decision = item::attribute(item, "sk").is_some_and(|sk| sk.ends_with("#decision"));
        match is_decision {
            true => match unpacked::<Kept>(item, "body") {
                Some(kept) => self.decisions.push(Kept { case: unpacked(item, "case"), ..kept }),
                None => self.unreadable += 1,
            },
            false => match unpacked(item, "body") {
                Some(attempt) => self.attempts.push(attempt),
                None => self.unreadable += 1,
            },
        }
    }
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn partition(service: &ServiceName, day: Date) -> String {
    format!("decisions#{service}#{day}")
}

/// The key, with when it is cleaned away. Nanoseconds since the epoch have nineteen digits until the year 2286, so the keys
/// are in the order of time.
fn key(service: &ServiceName, at: Timestamp, what: &str) -> Item {
    let mut item = item::key(partition(service, day(at)), format!("{:019}#{what}", at.as_nanosecond()));
    item.insert("expires_at".to_owned(), item::expiry(at, DECISIONS_KEPT));
    item
}

fn packed<T: Serialize>(item: &Item, content: &T) -> Result<Vec<u8>, StoreError> {
    let broken = |why: String| StoreError::Broken {
        item: item::attribute(item, "sk").unwrap_or("decision").to_owned(),
        why: format!("it cannot be written: {why}"),
    };
    let json = serde_json::to_vec(content).map_err(|error| broken(error.to_string()))?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&json).and_then(|()| encoder.finish()).map_err(|error| broken(error.to_string()))
}

fn unpacked<T: DeserializeOwned>(item: &Item, attribute: &str) -> Option<T> {
    let blob = item.get(attribute)?.as_b().ok()?;
    let mut json = Vec::new();
    ZlibDecoder::new(blob.as_ref()).take(UNPACKED).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests;
