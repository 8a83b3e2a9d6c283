//! Comparing what the machine did with what the rules say.

use std::collections::BTreeSet;

use paramedic_domain::escalation::Kind;
use paramedic_domain::incident::{Incident, Notification, Progress};

use super::worker::Work;
use super::{Router, World};
use crate::breach::Breach;
use crate::oracle::{Due, Why};
use crate::scenario::BUSY;

impl Router {
    /// Compares what the machine did with what the rules say.
    pub(super) fn judge(
        &self,
        world: &mut World,
        before: Option<&Incident>,
        after: &Incident,
        work: &Work,
        send: &[Notification],
        worker: usize,
    ) {
        let now = world.now;
        let waited_for_an_answer = world.oracle.awaits_an_answer();
        let was_acked = world.oracle.is_acked(now);
        let due = match work {
            Work::Message(number) => match self.scenario.messages.get(*number) {
                Some(message) => world.oracle.hear(message, now),
                None => Due::Nothing,
            },
            Work::Tick => world.oracle.tick(now),
            Work::Record(sent) => {
                for (id, _) in sent.iter().filter(|(_, taken)| !taken) {
                    world.pager.refuse(*id, now + i64::from(BUSY));
                }
                world.oracle.recorded(sent.iter().map(|(id, _)| *id), now);
                Due::Nothing
            }
        };
        let breaches = &mut world.breaches;
        let known =
            |id: u32| before.and_then(|before| before.notifications.iter().find(|n| n.id == id && !n.is_settled()));
        let unsettled: BTreeSet<u32> = after.notifications.iter().filter(|n| !n.is_settled()).map(|n| n.id).collect();
        let fresh: Vec<_> = after.notifications.iter().filter(|n| !n.is_settled() && known(n.id).is_none()).collect();
        let pages: Vec<_> = fresh.iter().filter(|n| n.kind == Kind::Page).collect();

        match due {
            Due::Page(why) if pages.is_empty() => breaches.note(match why {
                Why::Began => Breach::NotPaged,
                Why::NewAlarm => Breach::AckOutlastsNewAlarm,
                Why::AckExpired => Breach::AckOutlived,
                Why::NobodyCame => Breach::StepMissed,
            }),
            Due::Page(_) | Due::Either => {}
            Due::OldChange => {
                let same = before.is_some_and(|before| before.phase == after.phase && before.alarms == after.alarms);
                breaches.require(same && fresh.is_empty(), Breach::OldChange);
            }
            Due::TooLate => {
                let same = before.is_none_or(|before| before.phase == after.phase && before.ack == after.ack);
                breaches.require(same && fresh.is_empty(), Breach::LateAck);
            }
            Due::Flapping => breaches.require(pages.is_empty(), Breach::FlappingPaged),
            Due::Nothing if pages.is_empty() => {}
            Due::Nothing if was_acked => breaches.note(Breach::PagedThoughAcked),
            Due::Nothing if waited_for_an_answer => breaches.note(Breach::StepOvertook),
            Due::Nothing => breaches.note(Breach::NotDue),
        }
        breaches.require(after.is_open() == world.oracle.is_open(), Breach::WrongPhase);
        let numbers: BTreeSet<u32> = pages.iter().map(|page| page.page).collect();
        let channels: BTreeSet<_> = pages.iter().map(|page| &page.channel).collect();
        breaches.require(numbers.len() <= 1 && channels.len() == pages.len(), Breach::TwoKeys);
        for id in after.notifications.iter().filter(|n| matches!(n.progress, Progress::Sent { .. })).map(|n| n.id) {
            breaches.require(known(id).is_none() || world.pager.has_taken(id), Breach::SentWithoutOk);
        }
        // A page is given up only for another, or because somebody is at it.
        let gone = |n: &&Notification| n.kind == Kind::Page && (n.overtaken || n.progress == Progress::Moot);
        for page in after.notifications.iter().filter(gone) {
            let before = known(page.id).is_some_and(|before| !before.overtaken);
            breaches.require(!before || world.oracle.is_acked(now) || !pages.is_empty(), Breach::NotTold);
        }
        for claimed in send {
            breaches.require(world.pager.may_ask(claimed.id, now), Breach::Hurried);
            let others = world.workers.iter().enumerate().filter(|(other, _)| *other != worker);
            let twice = others.map(|(_, other)| other).any(|other| other.holds(claimed.id));
            breaches.require(!twice, Breach::ClaimedTwice);
        }
        world.pager.forget_all_but(&unsettled);
        if !pages.is_empty() {
            let why = if let Due::Page(why) = due { why } else { Why::NewAlarm };
            if why == Why::Began {
                world.pager.begin();
            }
            // The first step of a P0 takes two channels at once, whatever its policy says.
            let enough = why == Why::NobodyCame || !world.oracle.is_open_p0() || channels.len() >= 2;
            world.breaches.require(enough, Breach::OneChannel);
            world.oracle.notified(why, &pages.iter().map(|page| page.id).collect());
            for page in pages {
                world.pager.announce(after.page_key(page.severity, page.page));
            }
        }
    }
}
