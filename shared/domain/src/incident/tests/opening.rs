use super::*;
use crate::evidence::Evidence;

#[test]
fn a_p0_alarm_opens_an_incident_and_pages_at_once() {
    let mut play = Play::new();
    assert_eq!(play.alarm("5xx", Severity::P0), Reason::Opened);
    assert_eq!(play.told, PAGED);
    assert_eq!(play.edits, 0, "the new message shows the present state");
}

#[test]
fn the_same_change_delivered_twice_changes_nothing() {
    let mut play = Play::new();
    let at = play.now;
    play.alarm("5xx", Severity::P0);
    let before = play.incident.clone();
    play.told_since();
    let again = Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, at)));
    let step = apply(play.incident.take(), &[again], &policy(), play.now);
    assert_eq!(step.reasons, [Reason::Duplicate]);
    assert!(!step.changed && step.send.is_empty());
    assert_eq!(step.incident, before);
}

#[test]
fn two_paths_that_differ_by_less_than_a_millisecond_are_one_change() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let at = play.now + SignedDuration::from_micros(300);
    let reason = play.apply(Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, at))));
    assert_eq!(reason, Reason::Duplicate);
}

#[test]
fn an_alarm_that_says_again_what_is_known_pages_nobody() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    assert_eq!(play.wait(60).alarm("5xx", Severity::P0), Reason::StillFiring);
    assert!(!play.told.iter().any(|(_, kind)| *kind == Kind::Page || *kind == Kind::Post));
}

#[test]
fn a_late_alarm_that_is_older_than_the_recovery_is_stale() {
    let mut play = Play::new();
    let old = play.now - SignedDuration::from_secs(5);
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    play.told_since();
    let late = sighting("5xx", Severity::P0, AlarmState::Alarm, old);
    assert_eq!(play.apply(Event::Seen(Box::new(late))), Reason::Stale);
    assert!(play.told.is_empty());
}

#[test]
fn a_p1_goes_to_slack_and_wakes_nobody() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    assert_eq!(play.told, [(Channel::Slack, Kind::Post), (Channel::Incidents, Kind::Opened)]);
}

#[test]
fn no_data_of_a_new_stack_opens_nothing() {
    let mut play = Play::new();
    assert_eq!(play.seen("5xx", Severity::P0, AlarmState::InsufficientData), Reason::NoData);
    assert_eq!(play.ok("5xx"), Reason::NothingToResolve);
    assert!(play.present().is_calm() && play.told.is_empty(), "it is only remembered");
}

#[test]
fn an_alarm_soon_after_the_end_opens_the_same_incident_and_pages() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let id = play.present().id.clone();
    play.wait(60).ok("5xx");
    play.told_since();
    assert_eq!(play.wait(599).alarm("5xx", Severity::P0), Reason::Reopened);
    assert_eq!(play.present().id, id);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)));
}

#[test]
fn an_alarm_long_after_the_end_is_a_new_incident() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let id = play.present().id.clone();
    play.wait(60).ok("5xx");
    assert_eq!(play.wait(600).alarm("5xx", Severity::P0), Reason::Opened);
    assert_ne!(play.present().id, id);
}

#[test]
fn after_its_reopening_window_it_is_closed() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ok("5xx");
    play.wait(1).ok("5xx");
    assert_ne!(play.wait(590).apply(Event::Tick), Reason::Closed);
    assert_eq!(play.wait(60).apply(Event::Tick), Reason::Closed);
}

#[test]
fn it_is_not_closed_while_somebody_is_still_owed_a_word() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(1).ok("5xx");
    assert_ne!(play.wait(3600).apply(Event::Tick), Reason::Closed);
    play.down.clear();
    play.wait(3600).apply(Event::Tick);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)));
    assert_eq!(play.wait(3600).apply(Event::Tick), Reason::Closed);
}

#[test]
fn an_incident_is_not_closed_before_the_result_of_its_remedy_is_told() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let (plan, subject) = (crate::ledger::tests::redeploy(), play.present().subject());
    let at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at })));
    play.wait(60).ok("5xx");
    assert_ne!(play.wait(660).apply(Event::Tick), Reason::Closed);
    let outcome = Outcome::Recovered { after_s: 700 };
    assert_eq!(play.apply(Event::Told(Box::new(Bulletin::Verified { subject, plan, outcome, at }))), Reason::Remedied);
    assert_eq!(play.wait(60).apply(Event::Tick), Reason::Closed);
}

#[test]
fn each_severity_tells_whom_the_seed_says() {
    for (case, severity, told) in [
        ("P0", Severity::P0, PAGED.to_vec()),
        ("P1", Severity::P1, vec![(Channel::Slack, Kind::Post), (Channel::Incidents, Kind::Opened)]),
        ("P2", Severity::P2, vec![(Channel::Incidents, Kind::Opened), (Channel::Mail, Kind::Page)]),
    ] {
        let mut play = Play::new();
        play.alarm("5xx", severity);
        // The mail of a P2 waits for its explanation that long.
        play.wait(20).tick();
        assert_eq!(play.told, told, "{case}");
    }
}

#[test]
fn the_mail_of_a_p2_waits_for_its_explanation_and_not_for_long() {
    type Later = fn(&mut Play) -> Reason;
    let cases: [(&str, i64, Later, bool); 5] = [
        ("no explanation yet", 19, Play::tick, false),
        ("none came in time", 20, Play::tick, true),
        ("it is explained", 3, |play| play.diagnosed(&stale()), true),
        ("nothing could be found out", 3, |play| play.diagnosed(&Evidence::nothing(play.now, "no answer")), true),
        ("it is over", 3, |play| play.ok("disk"), true),
    ];
    for (case, after, later, mailed) in cases {
        let mut play = Play::new();
        play.alarm("disk", Severity::P2);
        assert_eq!(play.told, [(Channel::Incidents, Kind::Opened)], "{case}");
        later(play.wait(after));
        assert_eq!(play.told.contains(&(Channel::Mail, Kind::Page)), mailed, "{case}: {:?}", play.told);
    }
}

#[test]
fn an_explanation_hurries_no_mail_that_the_channel_asked_to_wait_with() {
    let mut play = Play::new();
    play.down = vec![Channel::Mail];
    play.alarm("disk", Severity::P2);
    play.wait(20).tick();
    let owed = |play: &Play| play.present().notifications.iter().find(|n| n.channel == Channel::Mail).unwrap().due_at();
    let asked_to_wait = owed(&play);
    assert!(asked_to_wait > Some(play.now));
    play.diagnosed(&stale());
    assert_eq!(owed(&play), asked_to_wait);
}

#[test]
fn a_p2_is_looked_at_once() {
    let mut play = Play::new();
    play.alarm("disk", Severity::P2);
    for _ in 0..90 {
        play.wait(60).tick();
    }
    assert_eq!(play.told.iter().filter(|(channel, _)| *channel == Channel::Incidents).count(), 1);
}

#[test]
fn an_incident_began_when_its_alarm_changed_and_not_in_the_future() {
    for (case, seconds, expected) in [("late by a minute", -60, -60), ("a clock that is ahead", 60, 0)] {
        let mut play = Play::new();
        let at = play.now + SignedDuration::from_secs(seconds);
        play.apply(Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, at))));
        assert_eq!(play.present().opened_at, play.now + SignedDuration::from_secs(expected), "{case}");
        assert_eq!(play.present().began_at, play.now, "{case}");
    }
}

#[test]
fn an_ok_that_comes_before_its_alarm_is_newer_whatever_comes_after() {
    let mut play = Play::new();
    let before = play.now - SignedDuration::from_secs(1);
    play.ok("5xx");
    let late = sighting("5xx", Severity::P0, AlarmState::Alarm, before);
    assert_eq!(play.apply(Event::Seen(Box::new(late))), Reason::Stale);
    assert!(play.told.is_empty() && play.present().is_calm());
}

#[test]
fn a_former_incident_leaves_what_it_knew_of_its_alarms_for_an_hour() {
    for (case, minutes, reason) in [("within the hour", 58, Reason::Stale), ("after it", 61, Reason::Joined)] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        let at = play.wait(60).now;
        play.ok("5xx");
        play.wait(minutes * 60).alarm("latency", Severity::P0);
        let late = sighting("5xx", Severity::P0, AlarmState::Alarm, at - SignedDuration::from_secs(1));
        assert_eq!(play.apply(Event::Seen(Box::new(late))), reason, "{case}");
    }
}

#[test]
fn an_incident_that_follows_takes_the_place_of_the_former_in_the_table() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    play.incident.as_mut().unwrap().version = 7;
    play.wait(600).alarm("5xx", Severity::P0);
    assert_eq!(play.present().version, 7, "versions never go back");
}
