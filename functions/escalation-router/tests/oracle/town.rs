//! A world that behaves like the real one, but for its clock, and that fails one call in five: before it did anything, or
//! after it did everything and before it said so.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use escalation_router::World;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Channel, Failure};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Entry, Incident, MessageRef, Notification, Undrawn};
use paramedic_domain::report::Story;
use paramedic_domain::standing::{Changed, Standing};
use paramedic_edge::store::{Opened, Replaced, StoreError};

use crate::dice::Dice;
use crate::judge::{Commit, Happened, Judge, Sent, Silenced};

/// How often a call fails, in a thousand.
const FAULTS: u64 = 200;
/// How long a sandbox remembers what it paged without the table.
const BLIND: SignedDuration = SignedDuration::from_mins(5);

/// Everything that workers share.
pub(crate) struct Town {
    pub(crate) config: Config,
    pub(crate) now: Cell<Timestamp>,
    pub(crate) dice: RefCell<Dice>,
    pub(crate) judge: RefCell<Judge>,
    /// Whether calls fail at all.
    pub(crate) faults: Cell<bool>,
    table: RefCell<BTreeMap<String, (Incident, Timestamp)>>,
    standing: RefCell<Standing>,
    messages: Cell<u32>,
}

/// The hands of one worker while they carry one service's share.
pub(crate) struct Hands<'t> {
    town: &'t Town,
    blind: &'t RefCell<HashMap<String, Timestamp>>,
    /// What is carried; taken by the first write.
    happened: RefCell<Option<Vec<Happened>>>,
    /// What was sent since the last write.
    sent: RefCell<Vec<Sent>>,
    silences: RefCell<Vec<Silenced>>,
    /// The time by which the next write was decided.
    decided: Cell<Timestamp>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Before,
    After,
}

impl Town {
    pub(crate) fn new(config: Config, from: Timestamp, dice: Dice, judge: Judge) -> Self {
        Self {
            config,
            now: Cell::new(from),
            dice: RefCell::new(dice),
            judge: RefCell::new(judge),
            faults: Cell::new(true),
            table: RefCell::default(),
            standing: RefCell::default(),
            messages: Cell::new(0),
        }
    }

    pub(crate) fn hands<'t>(
        &'t self,
        blind: &'t RefCell<HashMap<String, Timestamp>>,
        happened: Option<Vec<Happened>>,
    ) -> Hands<'t> {
        Hands {
            town: self,
            blind,
            happened: RefCell::new(happened),
            sent: RefCell::default(),
            silences: RefCell::default(),
            decided: Cell::new(self.now.get()),
        }
    }

    /// The present incidents, for a look at the end.
    pub(crate) fn incidents(&self) -> Vec<Incident> {
        self.table.borrow().values().map(|(incident, _)| incident.clone()).collect()
    }

    fn fault(&self) -> Fault {
        let mut dice = self.dice.borrow_mut();
        match (self.faults.get() && dice.per_mille(FAULTS), dice.per_mille(500)) {
            (false, _) => Fault::None,
            (true, true) => Fault::Before,
            (true, false) => Fault::After,
        }
    }
}

/// Lets the others go on.
async fn meanwhile() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn unavailable() -> StoreError {
    StoreError::Unavailable { call: "dynamodb:TransactWriteItems", why: "503".to_owned() }
}

impl Hands<'_> {
    /// One call to the table: it fails, or does its work and says so, or does it and fails.
    async fn call<T>(&self, work: impl FnOnce() -> T) -> Result<T, StoreError> {
        meanwhile().await;
        let fault = self.town.fault();
        if fault == Fault::Before {
            return Err(unavailable());
        }
        let done = work();
        meanwhile().await;
        if fault == Fault::After { Err(unavailable()) } else { Ok(done) }
    }

    fn written(&self, stored: &Incident) {
        self.town.judge.borrow_mut().written(Commit {
            service: stored.service.as_str().to_owned(),
            incident: stored.id.as_str().to_owned(),
            pages: stored.pages,
            at: self.decided.get(),
            happened: self.happened.borrow_mut().take(),
            answered: std::mem::take(&mut self.sent.borrow_mut()),
            silences: self.silences.borrow().clone(),
        });
    }
}

impl World for Hands<'_> {
    fn config(&self) -> &Config {
        &self.town.config
    }

    fn now(&self) -> Timestamp {
        self.decided.set(self.town.now.get());
        self.town.now.get()
    }

    async fn pause(&self, time: Duration) {
        let until = self.town.now.get() + SignedDuration::try_from(time).unwrap();
        while self.town.now.get() < until {
            meanwhile().await;
        }
    }

    async fn standing(&self) -> Standing {
        let standing = self.town.standing.borrow().clone();
        *self.silences.borrow_mut() = Silenced::all(&standing);
        standing
    }

    async fn keep_standing(&self, changed: &Changed) -> Result<(), StoreError> {
        self.call(|| {
            let mut standing = self.town.standing.borrow_mut();
            match changed {
                Changed::Silence(silence) => {
                    standing.silences.retain(|known| known.id != silence.id);
                    standing.silences.push(silence.clone());
                }
                Changed::Override(_) | Changed::Nothing => {}
            }
            standing.prune(self.town.now.get() - SignedDuration::from_hours(1));
        })
        .await
    }

    async fn load(&self, service: &ServiceName) -> Result<Option<Incident>, StoreError> {
        self.call(|| self.town.table.borrow().get(service.as_str()).map(|(incident, _)| incident.clone())).await
    }

    async fn open(&self, incident: &Incident, due_at: Timestamp) -> Result<Opened, StoreError> {
        self.call(|| {
            let mut table = self.town.table.borrow_mut();
            match table.get(incident.service.as_str()) {
                Some((other, _)) => Opened::Exists(Box::new(other.clone())),
                None => {
                    let stored = Incident { version: 1, ..incident.clone() };
                    self.written(&stored);
                    table.insert(incident.service.as_str().to_owned(), (stored, due_at));
                    Opened::New
                }
            }
        })
        .await
    }

    async fn replace(&self, incident: &Incident, due_at: Timestamp) -> Result<Replaced, StoreError> {
        self.call(|| {
            let mut table = self.town.table.borrow_mut();
            match table.get(incident.service.as_str()) {
                Some((known, _)) if known.version == incident.version => {
                    let stored = Incident { version: incident.version + 1, ..incident.clone() };
                    self.written(&stored);
                    table.insert(incident.service.as_str().to_owned(), (stored, due_at));
                    Replaced::Done
                }
                other => Replaced::Conflict(other.map(|(other, _)| Box::new(other.clone()))),
            }
        })
        .await
    }

    async fn archive(&self, incident: &Incident) -> Result<bool, StoreError> {
        self.call(|| {
            let mut table = self.town.table.borrow_mut();
            let same = table.get(incident.service.as_str()).is_some_and(|(known, _)| known.version == incident.version);
            if same {
                table.remove(incident.service.as_str());
                self.town.judge.borrow_mut().put_away(incident.service.as_str(), self.decided.get());
            }
            same
        })
        .await
    }

    async fn succeed(&self, former: &Incident, next: &Incident, due_at: Timestamp) -> Result<bool, StoreError> {
        self.call(|| {
            let mut table = self.town.table.borrow_mut();
            let same = table.get(former.service.as_str()).is_some_and(|(known, _)| known.version == former.version);
            if same {
                self.town.judge.borrow_mut().put_away(former.service.as_str(), self.decided.get());
                let stored = Incident { version: next.version + 1, ..next.clone() };
                self.written(&stored);
                table.insert(next.service.as_str().to_owned(), (stored, due_at));
            }
            same
        })
        .await
    }

    async fn due_incidents(&self, now: Timestamp) -> Result<Vec<ServiceName>, StoreError> {
        self.call(|| {
            let table = self.town.table.borrow();
            let due = table.values().filter(|(incident, due_at)| !incident.is_calm() && *due_at <= now);
            due.map(|(incident, _)| incident.service.clone()).collect()
        })
        .await
    }

    async fn open_incidents(&self) -> Result<Vec<ServiceName>, StoreError> {
        self.call(|| {
            let table = self.town.table.borrow();
            table.values().filter(|(incident, _)| !incident.is_calm()).map(|(i, _)| i.service.clone()).collect()
        })
        .await
    }

    async fn send(
        &self,
        incident: &Incident,
        _story: &Story,
        notification: &Notification,
    ) -> Result<Option<MessageRef>, Failure> {
        meanwhile().await;
        let may_fail = matches!(notification.channel, Channel::PagerDuty | Channel::Slack);
        let fault = if may_fail { self.town.fault() } else { Fault::None };
        let sent = Sent {
            service: incident.service.as_str().to_owned(),
            // What was never written has no version: it is told without the table.
            incident: (incident.version > 0).then(|| incident.id.as_str().to_owned()),
            page: notification.page,
            channel: notification.channel.clone(),
            kind: notification.kind,
            key: incident.page_key(notification.severity, notification.page),
        };
        self.sent.borrow_mut().push(sent.clone());
        if fault != Fault::Before {
            self.town.judge.borrow_mut().heard(&sent, self.town.now.get());
        }
        meanwhile().await;
        if fault != Fault::None {
            let asked = [None, None, Some(30)][self.town.dice.borrow_mut().index(3)];
            return Err(Failure::Transient { why: "503".to_owned(), retry_after_s: asked });
        }
        self.town.messages.set(self.town.messages.get() + 1);
        let message = MessageRef { channel: "C1".to_owned(), ts: format!("{}.0", self.town.messages.get()) };
        Ok((notification.channel == Channel::Slack).then_some(message))
    }

    async fn show(&self, _: &Incident, _: &MessageRef, _: &Story, _: &[Entry]) -> Result<(), Failure> {
        meanwhile().await;
        match self.town.fault() {
            Fault::None => Ok(()),
            _ => Err(Failure::Transient { why: "429".to_owned(), retry_after_s: Some(5) }),
        }
    }

    async fn draw(&self, incident: &Incident) -> Result<(), Undrawn> {
        if incident.owes_graph().is_err() {
            return Err(Undrawn::NotToBeHad { why: "none is owed any more".to_owned() });
        }
        self.town.judge.borrow_mut().drawn(incident);
        meanwhile().await;
        match self.town.fault() {
            Fault::None => Ok(()),
            Fault::Before => Err(Failure::Permanent { why: "AccessDenied".to_owned() }.into()),
            Fault::After => Err(Failure::Transient { why: "503".to_owned(), retry_after_s: None }.into()),
        }
    }

    fn was_paged_blindly(&self, key: &str) -> bool {
        let now = self.town.now.get();
        self.blind.borrow_mut().retain(|_, at| now.duration_since(*at) < BLIND);
        self.blind.borrow().contains_key(key)
    }

    fn paged_blindly(&self, key: String) {
        self.blind.borrow_mut().insert(key, self.town.now.get());
    }
}
