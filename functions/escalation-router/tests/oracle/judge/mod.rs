//! What people should have heard, worked out from the issue alone.
//!
//! The judge is told in which order the table took what was carried into each service's incident, and at what time that was
//! decided; from then on it keeps [a model of its own](service) of each service, in terms of pages that are due. It asks that
//!
//! - every distinct change of an alarm came to one end: it paged, was attached, resolved, was silenced, was overtaken by a
//!   newer change, or said no more than that there are no data; and what is no alarm was quarantined;
//! - each step that was due has one page, and no page went out that was not due. At PagerDuty that is one page by its key,
//!   however often it was sent; on the topics and on Slack, which know no keys, at least one;
//! - a page that was due and was not sent was overtaken before it could be: by a later page on the same channel, by an
//!   acknowledgement or by a silence, and on Slack, where the message shows the end, by the end;
//! - a graph is drawn only of what people see on Slack and can still do something about, and twice at most;
//! - in the end nothing is open at PagerDuty and nobody is owed anything.
//!
//! Three times the judge knows bounds instead of a moment: a step is due so long after the channels *answered*, another P0
//! alarm pages anew so long after the last page was *sent*, and pages count on over two incidents while something is owed
//! for the former. Between the bounds either is right.
//!
//! A page that was sent without the table is judged only by its key: it may be there as long as an alarm that fires was on
//! its way. PagerDuty folds it into the page that the table then makes due.

mod pager;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use paramedic_domain::escalation::{Channel, Kind, MANY_SERVICES};
use paramedic_domain::incident::Incident;
use paramedic_domain::request::Ask;
use paramedic_domain::severity::Severity;
use paramedic_domain::silence::Window;
use paramedic_domain::standing::Standing;

use self::pager::Pager;
use self::service::Service;
use crate::traffic::Change;

/// What is carried into an incident.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    Change(usize),
    Asked { ask: Ask, at: Timestamp },
    Tick,
}

/// One attempt to tell somebody.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) service: String,
    /// `None` if it was told without the table.
    pub(crate) incident: Option<String>,
    pub(crate) page: u32,
    pub(crate) channel: Channel,
    pub(crate) kind: Kind,
    pub(crate) key: String,
}

/// A silence of a service.
#[derive(Clone, Debug)]
pub(crate) struct Silenced {
    service: String,
    from: Timestamp,
    until: Timestamp,
}

impl Silenced {
    pub(crate) fn all(standing: &Standing) -> Vec<Self> {
        let silences = standing.silences.iter().filter_map(|silence| match silence.window {
            Window::Once { from, until } => {
                Some(Self { service: silence.matcher.service.as_ref()?.to_string(), from, until })
            }
            Window::Recurring(_) => None,
        });
        silences.collect()
    }
}

/// One write that the table took.
pub(crate) struct Commit {
    pub(crate) service: String,
    pub(crate) incident: String,
    /// How many pages the incident has had: by these numbers what is sent is told apart.
    pub(crate) pages: u32,
    /// When it was decided.
    pub(crate) at: Timestamp,
    /// What was carried; `None` if it records what was sent.
    pub(crate) happened: Option<Vec<Happened>>,
    pub(crate) answered: Vec<Sent>,
    pub(crate) silences: Vec<Silenced>,
}

/// A page that was due.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) service: String,
    pub(crate) incident: String,
    pub(crate) page: u32,
    pub(crate) severity: Severity,
    pub(crate) at: Timestamp,
    pub(crate) heard: BTreeSet<Channel>,
    pub(crate) overtaken: BTreeSet<Channel>,
}

/// What a change came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Paged,
    Attached,
    Resolved,
    Silenced,
    Overtaken,
    NoData,
}

/// Whom the seed's rule tells.
pub(crate) fn channels(severity: Severity) -> Vec<Channel> {
    match severity {
        Severity::P0 => vec![Channel::PagerDuty, Channel::Pages, Channel::Slack],
        Severity::P1 => vec![Channel::Slack],
        Severity::P2 => vec![Channel::Mail],
    }
}

pub(crate) struct Judge {
    changes: Vec<Change>,
    ends: Vec<Option<End>>,
    services: BTreeMap<String, Service>,
    due: Vec<Due>,
    pager: Pager,
    quarantined: usize,
    digest: BTreeSet<String>,
    /// How often the graph of each incident was drawn.
    drawn: BTreeMap<String, usize>,
}

impl Judge {
    pub(crate) fn new(changes: Vec<Change>) -> Self {
        Self {
            ends: vec![None; changes.len()],
            changes,
            services: BTreeMap::new(),
            due: Vec::new(),
            pager: Pager::default(),
            quarantined: 0,
            digest: BTreeSet::new(),
            drawn: BTreeMap::new(),
        }
    }

    pub(crate) fn quarantined(&mut self) {
        self.quarantined += 1;
    }

    /// The table took a write.
    pub(crate) fn written(&mut self, commit: Commit) {
        if commit.service == MANY_SERVICES {
            self.digest.insert(commit.incident);
            return;
        }
        let silent = commit
            .silences
            .iter()
            .any(|silence| silence.service == commit.service && silence.from <= commit.at && commit.at < silence.until);
        let known = self.services.entry(commit.service.clone()).or_default();
        for sent in &commit.answered {
            if sent.incident.as_ref() == Some(&known.incident) {
                known.answered(sent, commit.at);
            }
        }
        let happened = commit.happened.unwrap_or_default();
        // Pages count on where something is still owed for the former incident.
        let counts = if commit.incident == known.incident {
            vec![commit.pages - known.pages]
        } else {
            vec![commit.pages, commit.pages.saturating_sub(known.pages)]
        };
        let mut possible = (0..64_u32).map(|chosen| known.after(&self.changes, &happened, silent, commit.at, chosen));
        let fits = possible.find(|after| counts.contains(&(after.due.len() as u32)));
        let Some(mut after) = fits else {
            let would = known.after(&self.changes, &happened, silent, commit.at, 0);
            let changes: Vec<_> = happened
                .iter()
                .filter_map(|h| match h {
                    Happened::Change(n) => Some(&self.changes[*n]),
                    _ => None,
                })
                .collect();
            panic!(
                "{}: {counts:?} pages were made due where {} were, by {happened:?} {changes:?} at {}, silent: {silent}\nbefore: {known:#?}",
                commit.service,
                would.due.len(),
                commit.at
            );
        };
        for (number, end) in &after.ends {
            self.ends[*number].get_or_insert(*end);
        }
        let concerned = self.due.iter_mut().filter(|due| !after.overtaken.is_empty() && due.service == commit.service);
        for due in concerned {
            for (at, channel) in &after.overtaken {
                if due.at <= *at && !due.heard.contains(channel) {
                    due.overtaken.insert(channel.clone());
                }
            }
        }
        let first = commit.pages - after.due.len() as u32 + 1;
        let count = after.due.len();
        for (nth, severity) in after.due.iter().enumerate() {
            // Of several at once the last tells for all on the channels it has.
            let later: BTreeSet<Channel> =
                after.due[nth + 1..].iter().flat_map(|severity| channels(*severity)).collect();
            let ended = nth + 1 < count || after.ended;
            let mut overtaken = later;
            if ended {
                overtaken.insert(Channel::Slack);
            }
            self.due.push(Due {
                service: commit.service.clone(),
                incident: commit.incident.clone(),
                page: first + nth as u32,
                severity: *severity,
                at: commit.at,
                heard: BTreeSet::new(),
                overtaken,
            });
        }
        after.service.incident = commit.incident;
        after.service.pages = commit.pages;
        *known = after.service;
    }

    /// An incident was put away.
    pub(crate) fn put_away(&mut self, service: &str, at: Timestamp) {
        if let Some(known) = self.services.get_mut(service) {
            known.put_away(at);
        }
    }

    /// A share was carried, and the queue need not deliver it again.
    pub(crate) fn carried(&mut self, service: &str, happened: &[Happened], at: Timestamp) {
        for happened in happened {
            let Happened::Change(number) = happened else { continue };
            if self.ends[*number].is_none() {
                // It changed nothing. That is right only if something newer was known.
                let change = &self.changes[*number];
                let end = self.services.entry(service.to_owned()).or_default().without_a_trace(change);
                let Some(end) = end else { panic!("{change:?} was dropped at {at}: {:#?}", self.services[service]) };
                self.ends[*number] = Some(end);
            }
        }
    }

    /// Somebody heard something.
    pub(crate) fn heard(&mut self, sent: &Sent, at: Timestamp) {
        if sent.service == MANY_SERVICES {
            assert_ne!(sent.channel, Channel::Pages, "a digest wakes nobody");
            return;
        }
        if sent.channel == Channel::PagerDuty {
            self.pager.take(sent);
        }
        let Some(incident) =
            sent.incident.as_ref().filter(|_| matches!(sent.kind, Kind::Page | Kind::Post | Kind::Broadcast))
        else {
            return;
        };
        let due = self
            .due
            .iter_mut()
            .rev()
            .find(|due| due.service == sent.service && due.incident == *incident && due.page == sent.page);
        let Some(due) = due.filter(|due| channels(due.severity).contains(&sent.channel)) else {
            panic!("{sent:?} at {at}: nothing of the kind was due");
        };
        due.heard.insert(sent.channel.clone());
    }

    /// Somebody draws the graph of an incident.
    pub(crate) fn drawn(&mut self, incident: &Incident) {
        let (service, id) = (incident.service.as_str(), incident.id.as_str());
        assert_ne!(service, MANY_SERVICES, "a digest has no graph");
        assert!(incident.is_open() && incident.severity > Severity::P2, "nobody needs a graph of {incident:#?}");
        let seen = |due: &Due| due.service == service && due.incident == id && due.heard.contains(&Channel::Slack);
        assert!(self.due.iter().any(seen), "a graph came before its message: {incident:#?}");
        let count = self.drawn.entry(id.to_owned()).or_insert(0);
        *count += 1;
        assert!(*count <= 2, "the graph of {id} was drawn {count} times");
    }

    /// The judgement at the end, when everything is well again and two hours have passed.
    pub(crate) fn verdict(self, left: &[Incident]) -> Tally {
        let mut tally = Tally {
            pages: self.due.len(),
            quarantined: self.quarantined,
            digests: self.digest.len(),
            graphs: self.drawn.len(),
            ..Tally::default()
        };
        for (change, end) in self.changes.iter().zip(&self.ends) {
            let Some(end) = end else { panic!("{change:?} came to no end") };
            *tally.ends.entry(*end).or_insert(0) += 1;
        }
        for due in &self.due {
            for channel in channels(due.severity) {
                let (heard, overtaken) = (due.heard.contains(&channel), due.overtaken.contains(&channel));
                assert!(heard || overtaken, "nobody heard of it on {channel:?}: {due:#?}");
                tally.overtaken += usize::from(!heard);
            }
        }
        for incident in left {
            assert!(!incident.is_open(), "{} goes on: {incident:#?}", incident.service);
            let owed = incident.notifications.iter().find(|notification| !notification.is_settled());
            assert!(owed.is_none(), "{}: {owed:?}", incident.service);
        }
        tally.blind = self.pager.verdict();
        tally
    }
}

/// What there was.
#[derive(Default)]
pub(crate) struct Tally {
    ends: BTreeMap<End, usize>,
    pages: usize,
    overtaken: usize,
    quarantined: usize,
    digests: usize,
    graphs: usize,
    /// Pages that were sent without the table and that nothing resolved.
    blind: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends: usize = self.ends.values().sum();
        write!(f, "{ends} changes {:?}, {} quarantined, {} pages due, ", self.ends, self.quarantined, self.pages)?;
        write!(f, "{} words overtaken, {} digests, {} graphs, ", self.overtaken, self.digests, self.graphs)?;
        write!(f, "{} blind pages left", self.blind)
    }
}
