//! The channels: PagerDuty, which folds by key, and what each channel answered.

use std::collections::{BTreeMap, BTreeSet};

use paramedic_domain::escalation::{Channel, Kind};

use crate::breach::{Breach, Breaches};

/// What PagerDuty has under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Page {
    /// Nothing yet, but a page of that key is owed.
    Coming,
    /// A page that wakes somebody.
    Triggered,
    /// A page that somebody took.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// What the channels heard, as far as it still matters.
#[derive(Clone, Debug, Default, Hash)]
pub struct Pager {
    pages: BTreeMap<String, Page>,
    /// The keys under which notifications that are not settled were sent.
    keys: BTreeMap<u32, String>,
    /// Which notifications that are not settled were taken by their channel.
    taken: BTreeSet<u32>,
    /// Not before then may these notifications be sent again.
    not_before: BTreeMap<u32, i64>,
    /// On which channels the incident was heard at its present severity.
    rang: BTreeSet<Channel>,
}

impl Pager {
    /// A page under this key is due.
    pub fn announce(&mut self, key: String) {
        self.pages.insert(key, Page::Coming);
    }

    /// The incident began or became worse: who heard of it before does not count.
    pub fn begin(&mut self) {
        self.rang.clear();
    }

    /// A notification arrives and is taken.
    pub fn take(&mut self, id: u32, channel: &Channel, kind: Kind, key: String, breaches: &mut Breaches) {
        self.taken.insert(id);
        if kind == Kind::Page {
            self.rang.insert(channel.clone());
            let known = self.keys.entry(id).or_insert_with(|| key.clone());
            breaches.require(*known == key, Breach::TwoKeys);
        }
        if *channel != Channel::PagerDuty {
            return;
        }
        let before = self.pages.get(&key).copied();
        let after = match (kind, before) {
            (Kind::Page, Some(Page::Resolved)) => {
                breaches.note(Breach::ResolveOvertook);
                Some(Page::Triggered)
            }
            // What is triggered again under the same key is folded.
            (Kind::Page, Some(Page::Acknowledged)) => before,
            (Kind::Page, _) => Some(Page::Triggered),
            (Kind::Acknowledge, Some(Page::Triggered)) => Some(Page::Acknowledged),
            (Kind::Resolve, _) => Some(Page::Resolved),
            _ => before,
        };
        if let Some(after) = after {
            self.pages.insert(key, after);
        }
    }

    /// A channel asks to come back later.
    pub fn refuse(&mut self, id: u32, not_before: i64) {
        self.not_before.insert(id, not_before);
    }

    /// Whether the channel of that notification may be asked.
    pub fn may_ask(&self, id: u32, now: i64) -> bool {
        self.not_before.get(&id).is_none_or(|at| *at <= now)
    }

    /// Whether the channel said that it has that notification.
    pub fn has_taken(&self, id: u32) -> bool {
        self.taken.contains(&id)
    }

    /// Forgets what is settled.
    pub fn forget_all_but(&mut self, unsettled: &BTreeSet<u32>) {
        self.keys.retain(|id, _| unsettled.contains(id));
        self.taken.retain(|id| unsettled.contains(id));
        self.not_before.retain(|id, _| unsettled.contains(id));
    }

    /// Whether a page is open in PagerDuty.
    pub fn is_paging(&self) -> bool {
        self.pages.values().any(|page| matches!(page, Page::Triggered | Page::Acknowledged))
    }

    /// On how many channels the incident was heard.
    pub fn channels(&self) -> usize {
        self.rang.len()
    }
}
