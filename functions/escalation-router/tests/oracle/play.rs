//! One play: workers take batches from the queue, the tick comes every minute, and whoever is next is decided by chance.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use escalation_router::intake::{self, Wanted};
use escalation_router::orders::{self, NotDone};
use escalation_router::{World, carry, graph, storm};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::envelope;
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::Event;
use paramedic_domain::request::Whose;
use serde_json::json;

use crate::dice::Dice;
use crate::judge::{Happened, Judge, Tally};
use crate::town::Town;
use crate::traffic::{About, Parcel, config, traffic};

/// How many batches are worked on at the same time.
const WORKERS: usize = 4;
/// Largest batch.
const BATCH: usize = 10;
/// When what was not finished comes again.
const VISIBLE_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// A worker dies between two steps, so many times in a thousand steps.
const DEATHS: u64 = 1;

/// What is in the queue, by when it can be taken.
type Queue = BTreeSet<(Timestamp, usize)>;
type Blind = RefCell<HashMap<String, Timestamp>>;

/// A worker at work.
struct Task<'t> {
    future: Pin<Box<dyn Future<Output = Vec<usize>> + 't>>,
    /// What it took from the queue.
    batch: Vec<usize>,
}

/// Plays one seed.
pub(crate) fn play(seed: u64, deliveries: usize) -> Tally {
    let mut dice = Dice::new(seed);
    let from: Timestamp = "2026-03-01T03:00:00Z".parse().unwrap();
    let traffic = traffic(&mut dice, from, deliveries);
    let town = Town::new(config(), from, dice, Judge::new(traffic.changes));
    let parcels = Rc::new(RefCell::new(traffic.parcels));
    let sandboxes: Vec<Blind> = (0..WORKERS).map(|_| Blind::default()).collect();
    let mut waiting: Queue =
        parcels.borrow().iter().enumerate().map(|(number, parcel)| (parcel.visible, number)).collect();
    let mut tasks: Vec<Task<'_>> = Vec::new();
    let mut next_tick = from + SignedDuration::from_mins(1);
    loop {
        let now = town.now.get();
        let calm = town.now.get() > traffic.ends + SignedDuration::from_mins(10);
        town.faults.set(!calm);
        if waiting.is_empty() && tasks.is_empty() && now > traffic.ends + SignedDuration::from_hours(2) {
            break;
        }
        if next_tick <= now {
            next_tick += SignedDuration::from_mins(1);
            tasks.push(Task { future: Box::pin(tick(&town, &sandboxes[0])), batch: Vec::new() });
        }
        if tasks.len() < WORKERS {
            let batch = take(&town, &mut waiting);
            if !batch.is_empty() {
                let sandbox = &sandboxes[tasks.len() % WORKERS];
                let work = work(&town, sandbox, parcels.clone(), batch.clone());
                tasks.push(Task { future: Box::pin(work), batch });
            }
        }
        if tasks.is_empty() {
            let soonest = waiting.first().map(|(visible, _)| *visible);
            town.now.set(soonest.map_or(next_tick, |at| at.min(next_tick)).max(now));
            continue;
        }
        let (turn, millis, dies) = {
            let mut dice = town.dice.borrow_mut();
            (dice.index(tasks.len()), dice.millis(0, 12), !calm && dice.per_mille(DEATHS))
        };
        town.now.set(now + SignedDuration::from_millis(millis));
        let again = match tasks[turn].future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(again) => again,
            Poll::Pending if dies => tasks[turn].batch.clone(),
            Poll::Pending => continue,
        };
        drop(tasks.swap_remove(turn));
        for number in again {
            waiting.insert((town.now.get() + VISIBLE_AGAIN, number));
        }
    }
    drop(tasks);
    let incidents = town.incidents();
    town.judge.into_inner().verdict(&incidents)
}

/// Some of what can be taken now.
fn take(town: &Town, waiting: &mut Queue) -> Vec<usize> {
    let now = town.now.get();
    if waiting.first().is_none_or(|(visible, _)| *visible > now) {
        return Vec::new();
    }
    let most = town.dice.borrow_mut().index(BATCH) + 1;
    let batch: Vec<_> = waiting.iter().take_while(|(visible, _)| *visible <= now).take(most).copied().collect();
    for taken in &batch {
        waiting.remove(taken);
    }
    batch.into_iter().map(|(_, number)| number).collect()
}

/// One invocation with a batch, as the router's handler sequences it. Returns what has to come again.
async fn work(town: &Town, blind: &Blind, parcels: Rc<RefCell<Vec<Parcel>>>, batch: Vec<usize>) -> Vec<usize> {
    let about = |number: usize| parcels.borrow()[number].about.clone();
    let records: Vec<_> = batch
        .iter()
        .map(|number| {
            let body = parcels.borrow()[*number].body.clone();
            json!({ "messageId": number.to_string(), "eventSource": "aws:sqs", "body": body })
        })
        .collect();
    let event = json!({ "Records": records }).to_string();
    let intake = intake::sort(envelope::open(event.as_bytes()), &town.config, |_| false);
    let number = |id: &Option<String>| id.as_deref().unwrap().parse::<usize>().unwrap();
    for (delivery, _) in &intake.refused {
        assert!(matches!(about(number(&delivery.id)), About::Garbage), "quarantined: {}", delivery.body);
        town.judge.borrow_mut().quarantined();
    }
    let shares = futures::stream::iter(&intake.shares).map(|(service, share)| {
        let numbers: Vec<usize> = share.deliveries.iter().map(number).collect();
        let happened = numbers.iter().map(|number| match about(*number) {
            About::Change(change) => Happened::Change(change),
            other => panic!("{other:?} was taken for an alarm"),
        });
        let happened: Vec<Happened> = happened.collect();
        async move {
            let hands = town.hands(blind, Some(happened.clone()));
            match carry::carry(&hands, service, &share.events).await {
                Ok(_) => {
                    town.judge.borrow_mut().carried(service.as_str(), &happened, town.now.get());
                    Vec::new()
                }
                Err(_) => numbers,
            }
        }
    });
    let mut again: Vec<usize> = shares.buffer_unordered(16).collect::<Vec<_>>().await.into_iter().flatten().collect();
    let _ = storm::watch(&town.hands(blind, None), town.now.get()).await;
    for (id, wanted) in &intake.wanted {
        let Wanted::Petition(petition) = wanted else { panic!("nobody ordered anything") };
        let Whose::Service { .. } = &petition.whose else { panic!("whose?") };
        let asked = Happened::Asked { ask: petition.request.ask.clone(), at: petition.request.at };
        let hands = town.hands(blind, Some(vec![asked]));
        match orders::heed(&hands, petition).await {
            Ok(_) | Err(NotDone::Refused(_)) => {}
            Err(NotDone::Table(_)) => again.push(number(id)),
        }
    }
    again
}

/// The minute's tick.
async fn tick(town: &Town, blind: &Blind) -> Vec<usize> {
    let hands = town.hands(blind, None);
    let now = hands.now();
    let Ok(due) = hands.due_incidents(now).await else { return Vec::new() };
    futures::stream::iter(&due)
        .map(|service: &ServiceName| async move {
            let hands = town.hands(blind, Some(vec![Happened::Tick]));
            let _ = carry::carry(&hands, service, &[Event::Tick]).await;
        })
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;
    let _ = storm::watch(&town.hands(blind, None), now).await;
    // Each with hands of its own: they remember what they sent.
    let drawn = due.chunks(1).map(|service| async move {
        graph::draw(&town.hands(blind, None), service, now).await;
    });
    futures::future::join_all(drawn).await;
    Vec::new()
}
