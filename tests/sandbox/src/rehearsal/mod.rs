//! The remediator alone: an incident that calls for one of its actions is staged as a past that leads up to now, and the deployed
//! function is invoked with the diagnosis of it, as often as a test wants and with whatever goes wrong on its way. Nobody else is
//! at work, so that what happens and what is told is its doing, and a whole attempt takes a second.
//!
//! What stands for time is the ledger: instead of waiting until a claim has run out, the claim is dated back.

mod play;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::diagnosis::Diagnosis;
use paramedic_domain::guardrail::Guardrail;
use paramedic_domain::ledger::{Attempt, CLAIM_LEASE, Ledger, Stage as Progress};
use paramedic_edge::store::{Store, StoreError};
use serde_json::{Value, json};

pub use play::{ALL, Play};

use crate::causes::{Incident, PlayError, Playhouse};
use crate::faults::Scene;
use crate::functions::Function;
use crate::observed::{Observed, OwnedCall};
use crate::overlay::{CallFailed, Overlay};
use crate::stage::{Setting, Stage};

/// The enricher looks again after this long at first, since the facts may not decide yet.
const AGAIN: Duration = Duration::from_secs(2);
/// All that is rehearsed on one stage takes less.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// So often it is looked after an attempt before a person would have to.
const LOOKS: usize = 6;

/// Why a rehearsal says nothing.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The stage.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// A call of the sandbox's own.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The table.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// What a stage has to have and this one has not.
    #[error("the stage has no {0}")]
    Missing(&'static str),
}

/// A staged incident, told to nobody yet.
#[derive(Debug, Clone)]
pub struct Staged {
    /// Which incident.
    pub subject: Subject,
    /// What it was taken for.
    pub diagnosis: Diagnosis,
    /// Where in the log it begins.
    from: usize,
}

/// What came of an attempt, once nothing more comes of it by itself but its verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was made, and its result is watched.
    Acted,
    /// A person has to look. Why.
    Handed(String),
    /// Nothing was done, however often it was looked at. Why, as far as it was told.
    Undone(String),
}

/// A stage for the remediator alone.
#[derive(Debug)]
pub struct Rehearsal {
    house: Playhouse,
    store: Store,
    table: String,
    /// The queue in which what the remediator tells the router waits.
    told: String,
}

impl Rehearsal {
    /// Sets the stage. `tell` hears of each step.
    ///
    /// # Errors
    /// When the stage cannot be set.
    pub async fn open(setting: &Setting, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, RehearsalError> {
        let house = Playhouse::open_at_rest(&Setting { limit: LIMIT, ..setting.clone() }, tell).await?;
        let calls = &house.beneath().overlay().calls;
        let tables = calls.json("dynamodb", "DynamoDB_20120810.ListTables", &json!({})).await?;
        let table = tables.pointer("/TableNames/0").and_then(Value::as_str).ok_or(RehearsalError::Missing("table"))?;
        let queues = calls.json("sqs", "AmazonSQS.ListQueues", &json!({})).await?;
        let urls = queues.get("QueueUrls").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let told = urls.into_iter().find(|url| url.contains("RouterQueue"));
        let told = told.ok_or(RehearsalError::Missing("queue of the router"))?.to_owned();
        let (store, table) = (house.store(table), table.to_owned());
        Ok(Self { house, store, table, told })
    }

    /// The overlay.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        self.house.beneath().overlay()
    }

    /// The stage beneath.
    #[must_use]
    pub fn beneath(&self) -> &Stage {
        self.house.beneath()
    }

    /// The table.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Stages an incident that leads up to now, in an account in which nothing was done yet.
    ///
    /// # Errors
    /// When the sandbox itself fails.
    pub async fn stage(&self, incident: &Incident, seed: u64) -> Result<Staged, RehearsalError> {
        self.overlay().interrupt(None);
        self.forget().await?;
        self.house.play_now(incident, seed).await?;
        let played = self.house.look().await;
        let incident = self.house.incident(&played, seed).ok_or(RehearsalError::Missing("incident"))?;
        self.store.open(&incident, Timestamp::now() + SignedDuration::from_hours(1)).await?;
        let from = self.overlay().log.len();
        Ok(Staged { subject: incident.subject(), diagnosis: played.diagnosis, from })
    }

    /// Forgets what was done before and what was told.
    async fn forget(&self) -> Result<(), RehearsalError> {
        let service = format!("service#{}", self.house.beneath().names.service);
        for (pk, sk) in [(service.as_str(), "incident"), (&service, "ledger"), ("account", "actions")] {
            let key = json!({"TableName": self.table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
            self.overlay().calls.json("dynamodb", "DynamoDB_20120810.DeleteItem", &key).await?;
        }
        self.heard().await.map(drop)
    }

    /// Delivers the diagnosis to the remediator, as its queue does; says whether it is dealt with. A function that fails has not
    /// dealt with it.
    pub async fn deliver(&self, staged: &Staged) -> bool {
        let Staged { subject, diagnosis, .. } = staged.clone();
        let bulletin = Bulletin::Diagnosed { subject, gathered_at: Timestamp::now(), diagnosis, picture: None };
        self.hand_over(&bulletin).await
    }

    /// Delivers any bulletin to the remediator.
    pub async fn hand_over(&self, bulletin: &Bulletin) -> bool {
        let body = serde_json::to_string(bulletin).unwrap_or_default();
        let record = json!({"messageId": "rehearsed", "eventSource": "aws:sqs", "body": body});
        let answer = self.invoke(&json!({"Records": [record]})).await;
        answer.is_some_and(|answer| {
            answer.get("batchItemFailures").and_then(Value::as_array).is_none_or(|failed| failed.is_empty())
        })
    }

    /// Gives the remediator the event of the minute; says whether it went well.
    pub async fn tick(&self) -> bool {
        self.invoke(&crate::overlay::scheduled_event(&self.overlay().calls, 0)).await.is_some()
    }

    async fn invoke(&self, event: &Value) -> Option<Value> {
        let name = self.house.beneath().deployed_name(Function::Remediator);
        self.overlay().calls.ask(name, event).await.ok()
    }

    /// The ledger.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, RehearsalError> {
        Ok(self.store.ledger(self.house.service_name()).await?)
    }

    /// Dates the open attempt back, so that what waits for its time does so no longer.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn let_pass(&self, time: SignedDuration) -> Result<(), RehearsalError> {
        let mut ledger = self.ledger().await?;
        if let Some(attempt) = ledger.attempts.iter_mut().rev().find(|attempt| attempt.is_open()) {
            attempt.claimed_at -= time;
            if let Progress::Acted { at, .. } = &mut attempt.stage {
                *at -= time;
            }
        }
        self.store.record(&ledger, Some(Timestamp::now())).await?;
        Ok(())
    }

    /// Looks after what was begun as the ticks and the enricher's next diagnoses do, until nothing more comes of it by itself.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn until_settled(&self, staged: &Staged) -> Result<End, RehearsalError> {
        for look in 0..LOOKS {
            let last = self.ledger().await?.attempts.last().map(|attempt: &Attempt| attempt.stage.clone());
            match last {
                Some(Progress::Acted { .. } | Progress::Verified { .. }) => return Ok(End::Acted),
                Some(Progress::HandedOver { why }) => return Ok(End::Handed(why)),
                Some(Progress::Claimed | Progress::Ambiguous { .. }) => {
                    self.let_pass(CLAIM_LEASE).await?;
                    self.tick().await;
                }
                None | Some(Progress::NotDone { .. }) => {
                    if look > 0 {
                        tokio::time::sleep(AGAIN).await;
                    }
                    let diagnosis = self.house.look().await.diagnosis;
                    self.deliver(&Staged { diagnosis, ..staged.clone() }).await;
                }
            }
        }
        Ok(End::Undone(format!("{:?}", self.heard().await?.last())))
    }

    /// What the router would have heard since it was last asked.
    ///
    /// # Errors
    /// When MiniStack does not answer.
    pub async fn heard(&self) -> Result<Vec<Bulletin>, RehearsalError> {
        let calls = &self.overlay().calls;
        let mut all = Vec::new();
        loop {
            let ask = json!({"QueueUrl": self.told, "MaxNumberOfMessages": 10, "VisibilityTimeout": 60});
            let answer = calls.json("sqs", "AmazonSQS.ReceiveMessage", &ask).await?;
            let messages = answer.get("Messages").and_then(Value::as_array).cloned().unwrap_or_default();
            if messages.is_empty() {
                return Ok(all);
            }
            for message in messages {
                let gone = json!({"QueueUrl": self.told, "ReceiptHandle": message.get("ReceiptHandle")});
                calls.json("sqs", "AmazonSQS.DeleteMessage", &gone).await?;
                let body = message.get("Body").and_then(Value::as_str).unwrap_or_default();
                all.extend(serde_json::from_str::<Bulletin>(body).ok());
            }
        }
    }

    /// What speaks against acting, as it was told last: the guardrails, or none where there was nothing to judge.
    ///
    /// # Errors
    /// When MiniStack does not answer.
    pub async fn objections(&self) -> Result<Option<Vec<Guardrail>>, RehearsalError> {
        let last = self.heard().await?.into_iter().rev().find_map(|bulletin| match bulletin {
            Bulletin::Refused { objections, .. } => Some(objections),
            _ => None,
        });
        Ok(last.map(|all| all.into_iter().map(|objection| objection.guardrail).collect()))
    }

    /// The most tasks that scaling may start, as it is now.
    #[must_use]
    pub fn maximum(&self) -> Option<u32> {
        let mut known = None;
        self.meddle(|scene| known = scene.maximum());
        known
    }

    /// Somebody else does something to the service now.
    pub fn meddle(&self, what: impl FnOnce(&mut Scene<'_>)) {
        let mut cloud = self.overlay().cloud();
        what(&mut Scene::now(&mut cloud, &self.house.beneath().names.service, Timestamp::now()));
    }

    /// The calls that changed something since an incident was staged.
    #[must_use]
    pub fn effects(&self, staged: &Staged) -> Vec<OwnedCall> {
        let all = self.overlay().log.all();
        let since = all.get(staged.from..).unwrap_or_default().iter();
        let changes = since.filter_map(|seen| match &seen.what {
            Observed::Call(owned) if owned.is_change() && owned.call.outcome == "ok" => Some(owned.clone()),
            _ => None,
        });
        changes.collect()
    }
}
