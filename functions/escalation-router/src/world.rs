//! What the router needs of the world around it, so that the same sequencing runs on AWS and, under a clock that jumps and
//! with faults at every step, in a test.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::Failure;
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Entry, Incident, MessageRef, Notification, Undrawn};
use paramedic_domain::report::Story;
use paramedic_domain::standing::{Changed, Standing};
use paramedic_edge::store::{Opened, Replaced, StoreError};

/// The table, the channels and the clock.
pub trait World {
    /// The configuration.
    fn config(&self) -> &Config;

    /// The time.
    fn now(&self) -> Timestamp;

    /// Waits.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;

    /// What people ordered. Never fails: what cannot be read silences nobody.
    fn standing(&self) -> impl Future<Output = Standing>;

    /// Keeps what an order changed.
    fn keep_standing(&self, changed: &Changed) -> impl Future<Output = Result<(), StoreError>>;

    /// The present incident of a service.
    fn load(&self, service: &ServiceName) -> impl Future<Output = Result<Option<Incident>, StoreError>>;

    /// Stores the first version of an incident.
    fn open(&self, incident: &Incident, due_at: Timestamp) -> impl Future<Output = Result<Opened, StoreError>>;

    /// Stores the next version of an incident.
    fn replace(&self, incident: &Incident, due_at: Timestamp) -> impl Future<Output = Result<Replaced, StoreError>>;

    /// Puts away an incident that is over.
    fn archive(&self, incident: &Incident) -> impl Future<Output = Result<bool, StoreError>>;

    /// Puts away an incident that is over and stores the one that follows it, both or neither.
    fn succeed(
        &self,
        former: &Incident,
        next: &Incident,
        due_at: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>>;

    /// The services whose incident has to be looked at by now.
    fn due_incidents(&self, now: Timestamp) -> impl Future<Output = Result<Vec<ServiceName>, StoreError>>;

    /// The services that have an incident which is not put away.
    fn open_incidents(&self) -> impl Future<Output = Result<Vec<ServiceName>, StoreError>>;

    /// Sends one notification.
    fn send(
        &self,
        incident: &Incident,
        story: &Story,
        notification: &Notification,
    ) -> impl Future<Output = Result<Option<MessageRef>, Failure>>;

    /// Brings the message that shows an incident up to date, and adds to its thread.
    fn show(
        &self,
        incident: &Incident,
        message: &MessageRef,
        story: &Story,
        history: &[Entry],
    ) -> impl Future<Output = Result<(), Failure>>;

    /// Draws the graph that an incident is owed and adds it to the thread of its message, within a few seconds.
    fn draw(&self, incident: &Incident) -> impl Future<Output = Result<(), Undrawn>>;

    /// Whether a page of this key was sent lately without the table, so that a redelivery does not page again.
    fn was_paged_blindly(&self, key: &str) -> bool;

    /// Remembers that it was.
    fn paged_blindly(&self, key: String);
}
