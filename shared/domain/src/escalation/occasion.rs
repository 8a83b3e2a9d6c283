//! What an occasion owes to whom.

use std::collections::BTreeSet;

use super::{Channel, Kind};
use crate::severity::Severity;

/// Something that happened to an incident and has to be told to those who were told of the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It was explained.
    Explained,
    /// A remedy did not help, or nobody knows.
    RemedyFailed,
    /// A remedy waits for a person's approval.
    ApprovalWanted,
    /// Somebody took it.
    Acked,
    /// It is over.
    Resolved,
}

/// What is owed on an occasion to those who were told.
///
/// Slack's own message is a view and is kept current apart from this; only what must notify is a new message there.
pub fn owed(occasion: Occasion, severity: Severity, told: &BTreeSet<Channel>) -> Vec<(Channel, Kind)> {
    let kind = |channel: &Channel| match (occasion, channel) {
        (Occasion::Acked, Channel::PagerDuty) => Some(Kind::Acknowledge),
        (
            Occasion::Resolved,
            Channel::PagerDuty | Channel::Mail | Channel::Person(_) | Channel::SlackTo(_) | Channel::Webhook(_),
        ) => Some(Kind::Resolve),
        (Occasion::RemedyFailed | Occasion::ApprovalWanted, Channel::Slack) => Some(Kind::Broadcast),
        (Occasion::RemedyFailed, Channel::Pages | Channel::Mail | Channel::Person(_)) if severity > Severity::P2 => {
            Some(Kind::Page)
        }
        (Occasion::RemedyFailed | Occasion::ApprovalWanted, Channel::SlackTo(_)) => Some(Kind::Post),
        (_, Channel::PagerDuty | Channel::Webhook(_)) => Some(Kind::Update),
        _ => None,
    };
    let mut owed: Vec<_> = told.iter().filter_map(|channel| Some((channel.clone(), kind(channel)?))).collect();
    // Whoever was paged by SMS is told by mail that it is over: that need not wake anybody.
    if occasion == Occasion::Resolved && told.contains(&Channel::Pages) && !told.contains(&Channel::Mail) {
        owed.push((Channel::Mail, Kind::Resolve));
    }
    owed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PersonName;

    fn told(channels: &[Channel]) -> BTreeSet<Channel> {
        channels.iter().cloned().collect()
    }

    #[test]
    fn whoever_was_paged_is_told_that_it_is_over() {
        let ada = Channel::Person(PersonName::from("ada"));
        let resolved = owed(
            Occasion::Resolved,
            Severity::P0,
            &told(&[Channel::PagerDuty, Channel::Pages, ada.clone(), Channel::Slack]),
        );
        for owed in [(Channel::PagerDuty, Kind::Resolve), (Channel::Mail, Kind::Resolve), (ada, Kind::Resolve)] {
            assert!(resolved.contains(&owed), "{resolved:?}");
        }
        assert!(!resolved.iter().any(|(channel, _)| *channel == Channel::Slack), "its message shows it");
    }

    #[test]
    fn nobody_who_was_not_told_hears_of_anything() {
        for occasion in [Occasion::Explained, Occasion::RemedyFailed, Occasion::Acked, Occasion::Resolved] {
            assert_eq!(owed(occasion, Severity::P0, &BTreeSet::new()), []);
        }
    }

    #[test]
    fn a_failed_remedy_notifies_since_an_update_would_not() {
        let failed =
            owed(Occasion::RemedyFailed, Severity::P0, &told(&[Channel::PagerDuty, Channel::Pages, Channel::Slack]));
        assert!(failed.contains(&(Channel::Pages, Kind::Page)) && failed.contains(&(Channel::Slack, Kind::Broadcast)));
    }

    #[test]
    fn an_acknowledgement_is_passed_on_to_the_pager_and_wakes_nobody() {
        let acked = owed(Occasion::Acked, Severity::P0, &told(&[Channel::PagerDuty, Channel::Pages, Channel::Slack]));
        assert_eq!(acked, [(Channel::PagerDuty, Kind::Acknowledge)]);
    }

    #[test]
    fn every_occasion_owes_every_channel_its_own() {
        use Kind::{Acknowledge, Broadcast, Page, Post, Resolve, Update};
        let (pager, pages, mail) = (Channel::PagerDuty, Channel::Pages, Channel::Mail);
        let (slack, to) = (Channel::Slack, Channel::SlackTo("C1".to_owned()));
        let (ada, chat) = (Channel::Person(PersonName::from("ada")), Channel::Webhook("chat".into()));
        let all = [&pager, &pages, &slack, &to, &mail, &ada, &chat, &Channel::Incidents].map(Clone::clone);
        let failed = [
            (&pager, Update),
            (&pages, Page),
            (&slack, Broadcast),
            (&to, Post),
            (&mail, Page),
            (&ada, Page),
            (&chat, Update),
        ];
        let wanted = [(&pager, Update), (&slack, Broadcast), (&to, Post), (&chat, Update)];
        let over = [(&pager, Resolve), (&to, Resolve), (&mail, Resolve), (&ada, Resolve), (&chat, Resolve)];
        for (occasion, severity, expected) in [
            (Occasion::Explained, Severity::P0, &[(&pager, Update), (&chat, Update)][..]),
            (Occasion::RemedyFailed, Severity::P0, &failed),
            (Occasion::RemedyFailed, Severity::P1, &failed),
            (Occasion::RemedyFailed, Severity::P2, &wanted),
            (Occasion::ApprovalWanted, Severity::P0, &wanted),
            (Occasion::Acked, Severity::P0, &[(&pager, Acknowledge), (&chat, Update)]),
            (Occasion::Resolved, Severity::P0, &over),
            (Occasion::Resolved, Severity::P2, &over),
        ] {
            let owed = owed(occasion, severity, &told(&all));
            let expected: Vec<_> = expected.iter().map(|(channel, kind)| ((*channel).clone(), *kind)).collect();
            assert_eq!(owed, expected, "{occasion:?} of a {severity}");
        }
    }
}
