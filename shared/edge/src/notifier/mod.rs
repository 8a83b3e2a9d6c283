//! Telling people: every way a notification leaves, behind one trait.
//!
//! To add a channel, copy the smallest neighbour, give it a line in [`TABLE`] and an entry in the contract kit (the module
//! `contract`), which holds every channel to the same promises: what it makes of each kind of answer, its limits, that
//! hostile text is inert, that its secret shows nowhere. Nothing is worded here: that is [`report`](paramedic_domain::report).

mod incidents;
mod pace;
mod pagerduty;
mod slack;
mod topics;
mod webhook;

use std::fmt;

use futures::future::BoxFuture;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::incident::{Entry, Incident, MessageRef, Notification, Undrawn};
use paramedic_domain::report::Story;
use paramedic_domain::severity::Severity;

use crate::graph::Image;
use crate::http::Https;
use crate::place::Environment;
use crate::secrets::Secrets;
use crate::topic::{Message, Topic};

/// Every channel: its name, and how it is built where the configuration has it.
const TABLE: &[(&str, Build)] = &[
    ("pagerduty", pagerduty::build),
    ("slack", slack::build),
    ("pages", topics::pages::build),
    ("people", topics::people::build),
    ("mail", topics::mail::build),
    ("webhook", webhook::build),
    ("incidents", incidents::build),
];

type Build = fn(&Parts<'_>) -> Option<Box<dyn Notifier>>;

/// What came of sending: the message it made, where that is the one that shows the incident.
pub type Sent = Result<Option<MessageRef>, Failure>;

/// What is told: one notification of an incident, with the incident in words.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The incident in words.
    pub story: &'a Story,
    /// The way it takes.
    pub channel: &'a Channel,
    /// What it is.
    pub kind: Kind,
    /// The severity it was owed for.
    pub severity: Severity,
    /// Which of the incident's pages it is or is about, counted from 1.
    pub page: u32,
    /// Its number within the incident: the same when it is sent again.
    pub number: u32,
}

impl<'a> Note<'a> {
    /// A notification of this incident.
    pub fn of(incident: &'a Incident, story: &'a Story, notification: &'a Notification) -> Self {
        let Notification { id, channel, kind, severity, page, .. } = notification;
        Self { incident, story, channel, kind: *kind, severity: *severity, page: *page, number: *id }
    }
}

/// What the message that shows an incident is to show.
#[derive(Clone, Copy, Debug)]
pub struct Showing<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The message.
    pub message: &'a MessageRef,
    /// The incident in words.
    pub story: &'a Story,
    /// What happened since the thread was last added to, oldest first; empty for nothing.
    pub history: &'a [Entry],
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whether the message shows the story.
    pub edit: Result<(), Failure>,
    /// Whether the thread has the history. It is not tried where the edit failed.
    pub history: Result<(), Failure>,
}

impl Shown {
    /// All of it.
    ///
    /// # Errors
    ///
    /// Why the first thing that was not done was not.
    pub fn whole(&self) -> Result<(), Failure> {
        self.edit.clone().and_then(|()| self.history.clone())
    }
}

/// One way of telling people.
trait Notifier: fmt::Debug + Send + Sync {
    /// Whether it is the way of this channel.
    fn serves(&self, channel: &Channel) -> bool;

    /// Tells. One call makes one request, or two where a rotated secret or a lost message explains the first answer.
    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent>;

    /// Keeps a message current, where the way has such a thing.
    fn show<'a>(&'a self, _: &'a Showing<'a>) -> Option<BoxFuture<'a, Shown>> {
        None
    }

    /// Adds a picture to what hangs on a message, where the way has such a thing. Nobody is notified.
    fn attach<'a>(&'a self, _: &'a MessageRef, _: &'a Image) -> Option<BoxFuture<'a, Result<(), Undrawn>>> {
        None
    }

    /// The secrets it needs: name and field.
    fn secrets(&self) -> Vec<(&str, &'static str)> {
        Vec::new()
    }
}

/// What notifiers are made of.
struct Parts<'a> {
    config: &'a Config,
    environment: &'a Environment,
    sns: aws_sdk_sns::Client,
    https: Https,
    secrets: Secrets,
}

/// Every way there is, as configured.
#[derive(Debug)]
pub struct Notifiers {
    ways: Vec<Box<dyn Notifier>>,
    mail: Topic,
}

impl Notifiers {
    pub(crate) fn new(
        config: &Config,
        environment: &Environment,
        sns: aws_sdk_sns::Client,
        https: Https,
        secrets: Secrets,
    ) -> Self {
        let mail = Topic::new(sns.clone(), &environment.mail_topic);
        let parts = Parts { config, environment, sns, https, secrets };
        Self { ways: TABLE.iter().filter_map(|(_, build)| build(&parts)).collect(), mail }
    }

    /// Tells, by the note's channel.
    ///
    /// # Errors
    ///
    /// The channel did not say that it has it; [`Failure::Permanent`] if the channel is not configured (any more).
    pub async fn send(&self, note: &Note<'_>) -> Sent {
        match self.ways.iter().find(|way| way.serves(note.channel)) {
            Some(way) => way.send(note).await,
            None => Err(unconfigured()),
        }
    }

    /// Brings the message that shows an incident up to date, and its thread.
    pub async fn show(&self, showing: &Showing<'_>) -> Shown {
        match self.ways.iter().find_map(|way| way.show(showing)) {
            Some(shown) => shown.await,
            None => Shown { edit: Err(unconfigured()), history: Err(unconfigured()) },
        }
    }

    /// Adds a picture to the thread of the message that shows an incident.
    ///
    /// # Errors
    ///
    /// The thread does not have it: [`Undrawn::NotToBeHad`] where it was never meant to.
    pub async fn attach(&self, message: &MessageRef, image: &Image) -> Result<(), Undrawn> {
        match self.ways.iter().find_map(|way| way.attach(message, image)) {
            Some(attached) => attached.await,
            None => Err(unconfigured().into()),
        }
    }

    /// Mails a notice that belongs to no incident. The subject is printable ASCII of at most 99 characters.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn notice(&self, subject: &str, body: &str) -> Result<(), Failure> {
        let message = Message { subject: Some(subject.to_owned()), body: body.to_owned(), ..Message::default() };
        self.mail.publish(message).await
    }

    /// The secrets of the configured channels: name and field.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.ways.iter().flat_map(|way| way.secrets())
    }
}

/// A channel that was taken out of the configuration while something was still owed on it.
fn unconfigured() -> Failure {
    Failure::Permanent { why: "the channel is not configured any more".to_owned() }
}

#[cfg(test)]
mod contract;
