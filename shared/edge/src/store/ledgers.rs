//! Ledgers, and the count of actions of the whole account.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use paramedic_domain::id::ServiceName;
use paramedic_domain::ledger::Ledger;

use super::item::{self, Item, Owner, number};
use super::write::Written;
use super::{Store, StoreError};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// When anything was attempted in the account within the last hour.
struct Actions {
    version: u64,
    times: Vec<i64>,
}

impl Store {
    /// The ledger of a service; an empty one at version 0 if nothing was ever attempted.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn ledger(&self, service: &ServiceName) -> Result<Ledger, StoreError> {
        match self.get(item::key(item::partition(service), "ledger")).await? {
            Some(item) => item::body(&item),
            None => Ok(Ledger::empty(service.clone())),
        }
    }

    /// How many actions were claimed in the account within the last hour.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn account_actions(&self, now: Timestamp) -> Result<u32, StoreError> {
        Ok(self.actions(now).await?.count())
    }

    /// Claims an action: stores the ledger, if it is still at the version it was read at, and counts the action for the
    /// account, if the account did not act more often than `account_actions` meanwhile. False if either does not hold.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. After an error the claim may stand all the same; it must not be acted upon.
    pub async fn claim(
        &self,
        ledger: &Ledger,
        account_actions: u32,
        now: Timestamp,
        due_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let actions = self.actions(now).await?;
        if actions.count() > account_actions {
            return Ok(false);
        }
        let times = actions.times.iter().copied().chain([now.as_millisecond()]).map(number).collect();
        let mut account = item::key("account", "actions");
        account.insert("times".to_owned(), AttributeValue::L(times));
        account.insert("version".to_owned(), number(actions.version.saturating_add(1)));
        self.all_or_nothing(vec![
            self.put_later(stored(ledger, due_at)?, Some(ledger.version))?,
            self.put_later(account, Some(actions.version))?,
        ])
        .await
    }

    /// Stores a ledger, if it is still at the version it was read at; false if it is not.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn record(&self, ledger: &Ledger, due_at: Option<Timestamp>) -> Result<bool, StoreError> {
        let written = self.put(stored(ledger, due_at)?, ledger.version).await?;
        Ok(matches!(written, Written::Done))
    }

    /// The services whose ledger has to be looked at by now.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn due_ledgers(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        self.indexed(Owner::Remediator, Some(now)).await
    }

    async fn actions(&self, now: Timestamp) -> Result<Actions, StoreError> {
        let Some(item) = self.get(item::key("account", "actions")).await? else {
            return Ok(Actions { version: 0, times: Vec::new() });
        };
        let broken = |what: &str| StoreError::Broken {
            item: "account/actions".to_owned(),
            why: format!("its attribute `{what}` is not what this release writes"),
        };
        let whole = |value: &AttributeValue| value.as_n().ok().and_then(|text| text.parse::<i64>().ok());
        let version = item.get("version").and_then(whole).and_then(|version| u64::try_from(version).ok());
        let times = item.get("times").and_then(|times| times.as_l().ok());
        let times: Option<Vec<i64>> = times.and_then(|times| times.iter().map(whole).collect());
        let since = now.as_millisecond().saturating_sub(HOUR_MS);
        Ok(Actions {
            version: version.ok_or_else(|| broken("version"))?,
            times: times.ok_or_else(|| broken("times"))?.into_iter().filter(|time| *time > since).collect(),
        })
    }
}

impl Actions {
    fn count(&self) -> u32 {
        u32::try_from(self.times.len()).unwrap_or(u32::MAX)
    }
}

/// The item of a ledger's next version; in the index as long as an attempt is open.
fn stored(ledger: &Ledger, due_at: Option<Timestamp>) -> Result<Item, StoreError> {
    let version = ledger.version.saturating_add(1);
    let next = Ledger { version, ..ledger.clone() };
    let item = item::with_body(item::key(item::partition(&ledger.service), "ledger"), &next, version)?;
    Ok(match due_at {
        Some(at) => item::due(item, Owner::Remediator, at),
        None => item,
    })
}
