//! The world as it is: the table, the channels and the clock, on AWS.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Config;
use paramedic_domain::escalation::Failure;
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Entry, Incident, MessageRef, Notification, Undrawn};
use paramedic_domain::report::Story;
use paramedic_domain::standing::{Changed, Standing};
use paramedic_edge::notifier::{Note, Showing};
use paramedic_edge::store::{Opened, Replaced, StoreError};

use crate::{Desk, World};

/// How long a page that was sent without the table is not repeated by redeliveries.
const BLIND_REPEAT: SignedDuration = SignedDuration::from_mins(5);
/// How long a graph may take, from CloudWatch's description of the alarm to Slack's last word.
const GRAPH: Duration = Duration::from_secs(5);
/// How long what people ordered is known without asking again: a storm asks a thousand times a minute.
const STANDING: SignedDuration = SignedDuration::from_secs(5);

impl World for Desk {
    fn config(&self) -> &Config {
        &self.config
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    async fn standing(&self) -> Standing {
        let now = self.now();
        let known = self.standing.lock().ok().and_then(|known| known.clone());
        if let Some((read_at, standing)) = &known
            && now.duration_since(*read_at) < STANDING
        {
            return standing.clone();
        }
        let standing = match Box::pin(self.store.standing()).await {
            Ok(standing) => standing,
            Err(error) => {
                tracing::error!(%error, "what people ordered cannot be read; what was last known holds");
                known.map(|(_, standing)| standing).unwrap_or_default()
            }
        };
        if let Ok(mut known) = self.standing.lock() {
            *known = Some((now, standing.clone()));
        }
        standing
    }

    async fn keep_standing(&self, changed: &Changed) -> Result<(), StoreError> {
        self.store.keep_standing(changed).await?;
        if let Ok(mut known) = self.standing.lock() {
            *known = None;
        }
        Ok(())
    }

    async fn load(&self, service: &ServiceName) -> Result<Option<Incident>, StoreError> {
        Box::pin(self.store.load(service)).await
    }

    async fn open(&self, incident: &Incident, due_at: Timestamp) -> Result<Opened, StoreError> {
        Box::pin(self.store.open(incident, due_at)).await
    }

    async fn replace(&self, incident: &Incident, due_at: Timestamp) -> Result<Replaced, StoreError> {
        Box::pin(self.store.replace(incident, due_at)).await
    }

    async fn archive(&self, incident: &Incident) -> Result<bool, StoreError> {
        Box::pin(self.store.archive(incident)).await
    }

    async fn succeed(&self, former: &Incident, next: &Incident, due_at: Timestamp) -> Result<bool, StoreError> {
        Box::pin(self.store.succeed(former, next, due_at)).await
    }

    async fn due_incidents(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        Box::pin(self.store.due_incidents(now)).await
    }

    async fn open_incidents(&self) -> Result<Vec<ServiceName>, StoreError> {
        Box::pin(self.store.open_incidents()).await
    }

    async fn send(
        &self,
        incident: &Incident,
        story: &Story,
        notification: &Notification,
    ) -> Result<Option<MessageRef>, Failure> {
        self.notifiers.send(&Note::of(incident, story, notification)).await
    }

    async fn show(
        &self,
        incident: &Incident,
        message: &MessageRef,
        story: &Story,
        history: &[Entry],
    ) -> Result<(), Failure> {
        self.notifiers.show(&Showing { incident, message, story, history }).await.whole()
    }

    async fn draw(&self, incident: &Incident) -> Result<(), Undrawn> {
        let (Ok(alarm), Some(message)) = (incident.owes_graph(), &incident.view.message) else {
            return Err(Undrawn::NotToBeHad { why: "none is owed any more".to_owned() });
        };
        let drawn = async { self.notifiers.attach(message, &self.renderer.draw(alarm).await?).await };
        tokio::time::timeout(GRAPH, Box::pin(drawn)).await.unwrap_or_else(|_| {
            let why = format!("it was not there within {} s", GRAPH.as_secs());
            Err(Failure::Transient { why, retry_after_s: None }.into())
        })
    }

    fn was_paged_blindly(&self, key: &str) -> bool {
        let now = self.now();
        self.paged_blindly.lock().is_ok_and(|mut paged| {
            paged.retain(|_, at| now.duration_since(*at) < BLIND_REPEAT);
            paged.contains_key(key)
        })
    }

    fn paged_blindly(&self, key: String) {
        if let Ok(mut paged) = self.paged_blindly.lock() {
            paged.insert(key, Timestamp::now());
        }
    }
}
