//! PagerDuty, as far as keys go: events with one key are one page until that is resolved.

use std::collections::{BTreeMap, BTreeSet};

use paramedic_domain::escalation::Kind;

use super::Sent;

/// Which page of which incident; `None` for one that was sent without the table.
type Opener = Option<(String, u32)>;

#[derive(Default)]
pub(crate) struct Pager {
    open: BTreeMap<String, Opener>,
    opened: BTreeSet<(String, String, u32)>,
}

impl Pager {
    pub(crate) fn take(&mut self, sent: &Sent) {
        let by: Opener = sent.incident.clone().map(|incident| (incident, sent.page));
        match (sent.kind, self.open.get(&sent.key).cloned()) {
            (Kind::Resolve, _) => {
                self.open.remove(&sent.key);
            }
            (Kind::Acknowledge, _) => {}
            (Kind::Page, None | Some(None)) => {
                if let Some((incident, page)) = &by {
                    let once = self.opened.insert((sent.service.clone(), incident.clone(), *page));
                    assert!(once, "woken twice for one step: {sent:?}");
                }
                self.open.insert(sent.key.clone(), by);
            }
            (Kind::Page, Some(opener)) => {
                assert!(by.is_none() || opener == by, "{sent:?} wakes nobody, since {opener:?} is open under its key");
            }
            (_, Some(_)) => {}
            (_, None) => panic!("{sent:?} opens a page that was not due"),
        }
    }

    /// How many pages that were sent without the table nothing resolved.
    pub(crate) fn verdict(self) -> usize {
        let left: Vec<_> = self.open.iter().filter(|(_, opener)| opener.is_some()).collect();
        assert!(left.is_empty(), "open for ever at PagerDuty: {left:?}");
        self.open.len()
    }
}
