//! Standing orders: the silences and overrides that people gave while it runs, each an item of its own.

use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;
use paramedic_domain::oncall::Override;
use paramedic_domain::silence::Silence;
use paramedic_domain::standing::{Changed, Standing, kept_until};

use super::item::{self, Item, attribute, text};
use super::{Store, StoreError};

const PARTITION: &str = "standing";
/// A page waits for this read, so it is given little time: what cannot be read silences nobody.
const HURRY: Duration = Duration::from_millis(500);

impl Store {
    /// All that was ordered and is not cleaned away. One call, unless there is very much.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. An order that cannot be read is left out and logged: it must not keep the others from holding.
    pub async fn standing(&self) -> Result<Standing, StoreError> {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(HURRY).operation_timeout(HURRY).build();
        self.ordered(aws_sdk_dynamodb::config::Builder::new().timeout_config(timeouts)).await
    }

    /// The same with as much time as any other call, for whoever reads it from afar and holds up no page.
    ///
    /// # Errors
    ///
    /// See [`Store::standing`].
    pub async fn standing_unhurried(&self) -> Result<Standing, StoreError> {
        self.ordered(aws_sdk_dynamodb::config::Builder::new()).await
    }

    async fn ordered(&self, config: aws_sdk_dynamodb::config::Builder) -> Result<Standing, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :standing")
            .expression_attribute_values(":standing", text(PARTITION))
            .consistent_read(true);
        let answer = query.customize().config_override(config).send().await;
        let answer = answer.map_err(|error| StoreError::of("dynamodb:Query", &error))?;
        let mut standing = Standing::default();
        for item in answer.items() {
            let read = match attribute(item, "sk") {
                Some(key) if key.starts_with("silence#") => item::body(item).map(|one| standing.silences.push(one)),
                _ => item::body(item).map(|one| standing.overrides.push(one)),
            };
            if let Err(error) = read {
                tracing::error!(%error, "a standing order cannot be read and does not hold");
            }
        }
        Ok(standing)
    }

    /// Keeps what an order changed.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn keep_standing(&self, changed: &Changed) -> Result<(), StoreError> {
        let item = match changed {
            Changed::Nothing => return Ok(()),
            Changed::Silence(silence) => of_silence(silence)?,
            Changed::Override(cover) => of_override(cover)?,
        };
        match self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError::of("dynamodb:PutItem", &error)),
        }
    }
}

fn of_silence(silence: &Silence) -> Result<Item, StoreError> {
    let key = item::key(PARTITION, format!("silence#{}", silence.id));
    Ok(cleaned(item::with_body(key, silence, 1)?, kept_until(silence.over_at())))
}

fn of_override(cover: &Override) -> Result<Item, StoreError> {
    let key = item::key(PARTITION, format!("override#{}", cover.id));
    Ok(cleaned(item::with_body(key, cover, 1)?, kept_until(Some(cover.over_at()))))
}

fn cleaned(mut item: Item, kept_until: Option<Timestamp>) -> Item {
    if let Some(until) = kept_until {
        item.insert("expires_at".to_owned(), item::expiry(until, jiff::SignedDuration::ZERO));
    }
    item
}
