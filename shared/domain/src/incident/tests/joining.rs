use super::*;

#[test]
fn a_second_p0_alarm_shows_in_the_message_and_the_open_page_stands_for_it() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let key = play.present().dedup_key();
    play.told_since();
    assert_eq!(play.wait(5).alarm("unhealthy", Severity::P0), Reason::Joined);
    assert_eq!(play.told, [], "in a storm hundreds join, and PagerDuty takes 120 events a minute");
    assert_eq!(play.present().dedup_key(), key);
    assert_eq!(play.edits, 1);
}

#[test]
fn two_p0_alarms_at_the_same_moment_wake_people_once() {
    let first = sighting("5xx", Severity::P0, AlarmState::Alarm, Play::new().now);
    let second = sighting("unhealthy", Severity::P0, AlarmState::Alarm, first.changed_at);
    let now = first.changed_at;
    let both = [Event::Seen(Box::new(first.clone())), Event::Seen(Box::new(second.clone()))];
    let folded = apply(None, &both, &policy(), now);
    let count = |step: &Transition, channel| step.send.iter().filter(|n| n.channel == channel).count();
    assert_eq!((count(&folded, Channel::Pages), count(&folded, Channel::Slack)), (1, 1));
    // The same, while another instance is still sending the first page.
    let one = apply(None, &[Event::Seen(Box::new(first))], &policy(), now);
    let other = apply(one.incident, &[Event::Seen(Box::new(second))], &policy(), now);
    assert_eq!((count(&other, Channel::Pages), count(&other, Channel::Slack)), (0, 0));
    let owed = other.incident.unwrap().notifications;
    assert_eq!(owed.iter().filter(|n| n.channel == Channel::Slack).count(), 1, "nor later");
}

#[test]
fn a_p0_alarm_that_joins_long_after_the_page_wakes_people_anew() {
    let mut play = Play::new();
    play.alarm("memory", Severity::P0);
    play.told_since();
    play.wait(20 * 60).alarm("5xx", Severity::P0);
    for told in [(Channel::PagerDuty, Kind::Page), (Channel::Pages, Kind::Page), (Channel::Slack, Kind::Broadcast)] {
        assert!(play.told.contains(&told), "{:?}", play.told);
    }
}

#[test]
fn a_rise_from_p1_to_p0_pages_and_posts_anew() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.told_since();
    assert_eq!(play.wait(30).alarm("5xx", Severity::P0), Reason::Raised);
    assert!(play.happened().contains(&Happening::Raised));
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)));
    assert!(play.told.contains(&(Channel::Slack, Kind::Broadcast)), "in the thread, and shown in the channel");
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn a_p1_under_an_open_p0_attaches_silently_and_lowers_nothing() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    assert_eq!(play.alarm("latency", Severity::P1), Reason::Joined);
    assert!(play.told.is_empty());
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn fifteen_minutes_after_the_page_another_p0_alarm_wakes_people_and_a_second_before_it_does_not() {
    for (case, seconds, paged) in [("a second before", 899, false), ("then", 900, true)] {
        let mut play = Play::new();
        play.policy.default.p0.repeat = crate::escalation::Repeat::Times(0);
        play.alarm("5xx", Severity::P0);
        play.told_since();
        play.wait(seconds).alarm("unhealthy", Severity::P0);
        assert_eq!(play.paged(), paged, "{case}");
    }
}

#[test]
fn every_pair_of_severities_joins_or_rises() {
    use Severity::{P0, P1, P2};
    for (case, first, second, reason, paged) in [
        ("P2 then P2", P2, P2, Reason::Joined, false),
        ("P2 then P1", P2, P1, Reason::Raised, true),
        ("P2 then P0", P2, P0, Reason::Raised, true),
        ("P1 then P2", P1, P2, Reason::Joined, false),
        ("P1 then P1", P1, P1, Reason::Joined, false),
        ("P1 then P0", P1, P0, Reason::Raised, true),
        ("P0 then P2", P0, P2, Reason::Joined, false),
        ("P0 then P1", P0, P1, Reason::Joined, false),
        ("P0 then P0", P0, P0, Reason::Joined, false),
    ] {
        let mut play = Play::new();
        play.alarm("one", first);
        play.told_since();
        assert_eq!(play.wait(5).alarm("two", second), reason, "{case}");
        assert_eq!(play.paged(), paged, "{case}");
        assert_eq!(play.present().severity, first.max(second), "{case}");
    }
}

#[test]
fn a_rise_takes_the_route_of_what_raised_it_and_a_joining_alarm_does_not() {
    for (case, severity, owner) in [("joins", Severity::P1, None), ("raises", Severity::P0, Some("team-db"))] {
        let mut play = Play::new();
        play.alarm("latency", Severity::P1);
        let mut other = sighting("db", severity, AlarmState::Alarm, play.now);
        other.route.owner = Some("team-db".to_owned());
        play.apply(Event::Seen(Box::new(other)));
        assert_eq!(play.present().route.owner.as_deref(), owner, "{case}");
    }
}

#[test]
fn only_a_page_counts_as_having_woken_somebody_lately() {
    let mut play = Play::new();
    play.policy.default.p0.repeat = crate::escalation::Repeat::Times(0);
    play.alarm("5xx", Severity::P0);
    play.wait(600).diagnosed(&stale());
    play.told_since();
    play.wait(300).alarm("unhealthy", Severity::P0);
    assert!(play.paged(), "what was told five minutes ago was an explanation");
}

#[test]
fn the_alarms_that_ring_are_named_the_worst_and_newest_first_and_not_all_of_a_storm() {
    let mut play = Play::new();
    for number in 0..30 {
        play.wait(1).alarm(&format!("warning-{number}"), Severity::P1);
    }
    play.wait(1).alarm("errors", Severity::P0);
    play.wait(1).alarm("token=hunter2", Severity::P1);
    play.wait(1).ok("warning-29");
    let ringing = play.present().ringing();
    let names: Vec<&str> = ringing.iter().map(|alarm| alarm.name.as_str()).collect();
    assert_eq!((names.len(), &names[..4]), (20, &["errors", "token=***", "warning-28", "warning-27"][..]));
    assert_eq!(ringing[0].service, Some(ServiceName::from("web")));
    assert_eq!(ringing[0].since, play.now - SignedDuration::from_secs(2));
}

#[test]
fn of_a_service_that_nobody_configured_is_told_what_its_alarms_watch() {
    for (case, configured, expected) in
        [("configured", true, vec![]), ("not", false, vec!["ClusterName", "ServiceName"])]
    {
        let mut play = Play::new();
        let mut alarm = sighting("cpu", Severity::P1, AlarmState::Alarm, play.now);
        alarm.route.configured = configured;
        let dimensions = [("ClusterName", "main"), ("ServiceName", "billing"), ("Stage", "token=hunter2")];
        alarm.profile.dimensions = dimensions.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        play.apply(Event::Seen(Box::new(alarm)));
        let ringing = play.present().ringing();
        assert_eq!(ringing[0].dimensions.keys().collect::<Vec<_>>(), expected, "{case}");
    }
}
