//! The router's protocol around the machine: a table with compare-and-set, two workers, a queue and a clock.

mod judge;
mod worker;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Failure, Kind};
use paramedic_domain::incident::{Delivery, Event, Incident, Notification, Policy, View, apply};
use stateright::{Model, Property};

use self::worker::{Work, Worker, is_newest};
use crate::breach::{self, Breach, Breaches};
use crate::imprint;
use crate::oracle::Oracle;
use crate::pager::Pager;
use crate::scenario::{BUSY, Message, REOPENS, Scenario, moment, policy};

/// How long after the last wait everything that is owed has to be told, in seconds.
const IN_THE_END: i64 = 2 * 3600;

/// A check of the incident machine within the bounds of a scenario.
#[derive(Clone, Debug)]
pub struct Router {
    scenario: Scenario,
    policy: Policy,
}

/// One state of the table, the queue, the workers, the channels and the clock.
#[derive(Clone, Debug)]
pub struct World {
    now: i64,
    waits: usize,
    crashes: u8,
    refusals: u8,
    /// How often each message is still to be delivered.
    queue: Vec<u8>,
    row: Option<Arc<Incident>>,
    workers: [Worker; 2],
    pager: Pager,
    oracle: Oracle,
    breaches: Breaches,
    /// Nothing more comes, everything works, and time enough has passed.
    over: bool,
}

/// What may happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A worker takes a message and loads the incident.
    Take(usize, usize),
    /// A worker takes up what is due.
    Tick(usize),
    /// A worker writes what it decided.
    Write(usize),
    /// A worker sends what it claimed; these notifications are refused.
    Send(usize, Vec<u32>),
    /// A worker dies; these notifications had gone out.
    Die(usize, Vec<u32>),
    /// Time passes.
    Wait(i64),
    /// Nothing more goes wrong, and time enough passes for everything.
    Calm,
}

impl Router {
    /// A check within these bounds.
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario, policy: policy() }
    }

    fn events(&self, work: &Work) -> Vec<Event> {
        let failure = Failure::Transient { why: "429".to_owned(), retry_after_s: Some(BUSY) };
        match work {
            Work::Message(number) => self.scenario.messages.get(*number).map(Message::event).into_iter().collect(),
            Work::Tick => vec![Event::Tick],
            Work::Record(sent) => {
                let result = |taken| if taken { Ok(None) } else { Err(failure.clone()) };
                vec![Event::Delivered(sent.iter().map(|(id, ok)| Delivery { id: *id, result: result(*ok) }).collect())]
            }
        }
    }

    fn is_due(&self, world: &World) -> bool {
        world.row.as_ref().is_some_and(|row| !row.is_calm() && row.due_at(&self.policy) <= moment(world.now))
    }

    /// Whether a change would be delivered later than any is if time passed now: a queue tries for some minutes and then
    /// hands over to its dead letters. What comes later than the reopening window is taken for news.
    fn is_late(&self, world: &World) -> bool {
        let Some(wait) = self.scenario.waits.get(world.waits) else { return false };
        let waiting = self.scenario.messages.iter().zip(&world.queue).filter(|(_, copies)| **copies > 0);
        waiting.map(|(message, _)| message).any(|message| match message {
            Message::Change(change) => change.at <= world.now && change.at.max(0) + REOPENS <= world.now + wait,
            Message::Ack(_) | Message::Dismiss(_) => false,
        })
    }

    /// A new alarm is written without looking first, as the router does.
    fn load(&self, world: &World, work: &Work) -> Option<Arc<Incident>> {
        let message = if let Work::Message(number) = work { self.scenario.messages.get(*number) } else { None };
        match message {
            Some(Message::Change(change)) if change.state == AlarmState::Alarm => None,
            _ => world.row.clone(),
        }
    }

    fn write(&self, world: &mut World, worker: usize) {
        let Some(slot) = world.workers.get_mut(worker) else { return };
        let Worker::Writing { message, work, known } = slot.clone() else { return };
        *slot = Worker::Idle;
        if !is_newest(known.as_deref(), world.row.as_deref()) {
            // The other writer's state comes with the refusal. What changes nothing there needs no write.
            self.decide(world, worker, message, work, world.row.clone());
            return;
        }
        let step = apply(known.as_deref().cloned(), &self.events(&work), &self.policy, moment(world.now));
        let Some(mut incident) = step.incident else { return };
        if step.closed {
            world.row = None;
            world.oracle.put_away();
            return;
        }
        incident.timeline.clear();
        incident.view = View::default();
        let claimed = step.send.iter().any(|n| n.kind == Kind::Page);
        self.judge(world, known.as_deref(), &incident, &work, &step.send, worker);
        world.breaches.require(!(claimed && world.oracle.is_acked(world.now)), Breach::PagedThoughAcked);
        incident.version += 1;
        let written = Arc::new(incident);
        world.row = Some(Arc::clone(&written));
        if !step.send.is_empty() {
            self.occupy(world, worker, Worker::Sending { message, written, send: Arc::new(step.send) });
        }
    }

    fn occupy(&self, world: &mut World, worker: usize, with: Worker) {
        if let Some(slot) = world.workers.get_mut(worker) {
            *slot = with;
        }
    }

    /// Decides on the incident as it is known. What changes nothing is not written, and then the worker is done.
    fn decide(
        &self,
        world: &mut World,
        worker: usize,
        message: Option<usize>,
        work: Work,
        known: Option<Arc<Incident>>,
    ) {
        let step = apply(known.as_deref().cloned(), &self.events(&work), &self.policy, moment(world.now));
        if step.changed || step.closed {
            self.occupy(world, worker, Worker::Writing { message, work, known });
            return;
        }
        if let Some(incident) = &step.incident {
            self.judge(world, known.as_deref(), incident, &work, &[], worker);
        }
    }

    fn send(&self, world: &mut World, worker: usize, refused: &[u32]) {
        let Some(Worker::Sending { message, written, send }) = world.workers.get(worker).cloned() else { return };
        let sent: Vec<_> = send.iter().map(|n| (n.id, !refused.contains(&n.id))).collect();
        world.refusals -= u8::try_from(refused.len()).unwrap_or(u8::MAX).min(world.refusals);
        for notification in send.iter() {
            world.answer(&written, notification, !refused.contains(&notification.id));
        }
        self.decide(world, worker, message, Work::Record(sent), Some(written));
    }

    fn die(&self, world: &mut World, worker: usize, heard: &[u32]) {
        let Some(slot) = world.workers.get_mut(worker) else { return };
        let dead = std::mem::replace(slot, Worker::Idle);
        world.crashes = world.crashes.saturating_sub(1);
        if let Worker::Sending { written, send, .. } = &dead {
            for notification in send.iter().filter(|n| heard.contains(&n.id)) {
                world.answer(written, notification, true);
            }
        }
        // The queue delivers again what was not finished.
        if let Some(copies) = dead.message().and_then(|message| world.queue.get_mut(message)) {
            *copies += 1;
        }
    }

    /// Everything works and the tick comes whenever something is due, until nothing is or long enough has passed.
    fn calm(&self, world: &mut World) {
        let end = world.now + IN_THE_END;
        while let Some(row) = &world.row {
            let due = row.due_at(&self.policy).as_second() - moment(0).as_second();
            if row.is_calm() || due.max(world.now) > end {
                break;
            }
            world.now = world.now.max(due) + 1;
            self.begin(world, 0, None, Work::Tick);
            while !world.workers.iter().all(Worker::is_idle) {
                self.write(world, 0);
                self.send(world, 0, &[]);
            }
        }
        world.over = true;
        let owed = world.row.iter().flat_map(|row| &row.notifications).any(|n| !n.is_settled());
        world.breaches.require(!owed, Breach::NotTold);
        let paging = world.oracle.is_open() || !world.pager.is_paging();
        world.breaches.require(paging, Breach::PageLeftOpen);
        world.breaches.require(!world.oracle.is_open_p0() || world.pager.channels() >= 2, Breach::OneChannel);
        let going_on = world.row.as_ref().is_some_and(|row| row.is_open());
        world.breaches.require(going_on == world.oracle.is_open(), Breach::WrongPhase);
    }

    fn begin(&self, world: &mut World, worker: usize, message: Option<usize>, work: Work) {
        let known = self.load(world, &work);
        self.decide(world, worker, message, work, known);
    }
}

impl World {
    /// The rules that were broken on the way here.
    pub fn breaches(&self) -> Breaches {
        self.breaches
    }

    /// Whether nothing more comes, everything works and time enough has passed.
    pub fn is_over(&self) -> bool {
        self.over
    }

    fn answer(&mut self, incident: &Incident, notification: &Notification, taken: bool) {
        let id = notification.id;
        if taken {
            let key = incident.page_key(notification.severity, notification.page);
            self.pager.take(id, &notification.channel, notification.kind, key, &mut self.breaches);
        }
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.now, self.waits, self.crashes, self.refusals, &self.queue, self.over).hash(state);
        if let Some(row) = &self.row {
            imprint::hash(row, state);
        }
        let mut workers = self.workers.each_ref().map(|worker| worker.imprint(self.row.as_deref()));
        workers.sort_unstable();
        (workers, &self.pager, &self.oracle, self.breaches).hash(state);
    }
}

impl PartialEq for World {
    /// Two states are the same if they have the same imprint: more is not known of a state that was seen before.
    fn eq(&self, other: &Self) -> bool {
        let imprint = |world: &Self| {
            let mut hasher = std::hash::DefaultHasher::new();
            world.hash(&mut hasher);
            hasher.finish()
        };
        imprint(self) == imprint(other)
    }
}

impl Model for Router {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let copies = |message: &Message| if matches!(message, Message::Change(_)) { self.scenario.copies } else { 1 };
        vec![World {
            now: 0,
            waits: 0,
            crashes: self.scenario.crashes,
            refusals: self.scenario.refusals,
            queue: self.scenario.messages.iter().map(copies).collect(),
            row: None,
            workers: [Worker::Idle, Worker::Idle],
            pager: Pager::default(),
            oracle: Oracle::default(),
            breaches: Breaches::default(),
            over: false,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.over {
            return;
        }
        if let Some(free) = world.workers.iter().take(self.scenario.workers).position(Worker::is_idle) {
            let mut waiting: Vec<usize> = (0..world.queue.len())
                .filter(|number| world.queue.get(*number).is_some_and(|copies| *copies > 0))
                .filter(|number| self.scenario.messages.get(*number).is_some_and(|message| message.at() <= world.now))
                .collect();
            if self.scenario.in_order {
                waiting.truncate(1);
            }
            actions.extend(waiting.into_iter().map(|message| Action::Take(free, message)));
            if self.is_due(world) {
                actions.push(Action::Tick(free));
            }
        }
        for (number, worker) in world.workers.iter().enumerate() {
            match worker {
                Worker::Idle => {}
                Worker::Writing { .. } => {
                    actions.push(Action::Write(number));
                    if world.crashes > 0 {
                        actions.push(Action::Die(number, Vec::new()));
                    }
                }
                Worker::Sending { send, .. } => {
                    let people: Vec<u32> = send.iter().filter(|n| n.channel.is_for_people()).map(|n| n.id).collect();
                    let choices = subsets(&people);
                    let refusals = choices.iter().filter(|refused| refused.len() <= usize::from(world.refusals));
                    actions.extend(refusals.map(|refused| Action::Send(number, refused.clone())));
                    if world.crashes > 0 {
                        actions.extend(choices.into_iter().map(|heard| Action::Die(number, heard)));
                    }
                }
            }
        }
        if world.workers.iter().all(Worker::is_idle) && !self.is_late(world) {
            match self.scenario.waits.get(world.waits) {
                Some(seconds) => actions.push(Action::Wait(*seconds)),
                None if world.queue.iter().all(|copies| *copies == 0) => actions.push(Action::Calm),
                None => {}
            }
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Take(worker, message) => {
                *world.queue.get_mut(message)? -= 1;
                self.begin(&mut world, worker, Some(message), Work::Message(message));
            }
            Action::Tick(worker) => self.begin(&mut world, worker, None, Work::Tick),
            Action::Write(worker) => self.write(&mut world, worker),
            Action::Send(worker, refused) => self.send(&mut world, worker, &refused),
            Action::Die(worker, heard) => self.die(&mut world, worker, &heard),
            Action::Wait(seconds) => {
                world.now += seconds;
                world.waits += 1;
            }
            Action::Calm => self.calm(&mut world),
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        breach::properties()
    }
}

fn subsets(of: &[u32]) -> Vec<Vec<u32>> {
    of.iter().fold(vec![Vec::new()], |sets, id| {
        let with = sets.iter().map(|set| set.iter().copied().chain([*id]).collect::<Vec<_>>());
        sets.iter().cloned().chain(with).collect()
    })
}
