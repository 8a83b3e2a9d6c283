use super::*;

#[test]
fn an_ecs_event_that_nothing_takes_back_is_over_after_an_hour() {
    let mut play = Play::new();
    let mut event = sighting("ECS: SERVICE_TASK_PLACEMENT_FAILURE", Severity::P1, AlarmState::Alarm, play.now);
    event.alarm = Arn::new("arn:aws:ecs:eu-west-1:123456789012:service/main/web#ecs");
    play.apply(Event::Seen(Box::new(event)));
    assert_ne!(play.wait(3599).apply(Event::Tick), Reason::Resolved);
    assert_eq!(play.wait(1).apply(Event::Tick), Reason::Resolved);
}

#[test]
fn it_is_over_only_when_every_alarm_recovered() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.alarm("unhealthy", Severity::P0);
    play.told_since();
    assert_eq!(play.wait(60).ok("5xx"), Reason::PartlyRecovered);
    assert!(play.told.is_empty());
    assert_eq!(play.ok("unhealthy"), Reason::Resolved);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Resolve), (Channel::Mail, Kind::Resolve)]);
}

#[test]
fn no_data_is_never_a_recovery() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60);
    assert_eq!(play.seen("5xx", Severity::P0, AlarmState::InsufficientData), Reason::NoData);
    assert!(play.present().is_open());
    assert_eq!(play.wait(60).ok("5xx"), Reason::Resolved);
}

#[test]
fn an_alarm_that_is_found_ok_without_a_message_settles_the_incident() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let alarm = play.present().alarms.keys().next().unwrap().clone();
    let at = play.wait(300).now;
    assert_eq!(play.apply(Event::Settled { alarm: alarm.clone(), at }), Reason::Resolved);
    let late = play.now - SignedDuration::from_secs(200);
    assert_eq!(play.apply(Event::Settled { alarm, at: late }), Reason::Stale);
}

#[test]
fn the_end_is_told_to_those_who_were_told_the_beginning() {
    for (case, severity, told) in [
        ("P0", Severity::P0, vec![(Channel::PagerDuty, Kind::Resolve), (Channel::Mail, Kind::Resolve)]),
        ("P1", Severity::P1, vec![]),
        ("P2", Severity::P2, vec![(Channel::Mail, Kind::Resolve)]),
    ] {
        let mut play = Play::new();
        play.alarm("5xx", severity);
        play.wait(20).tick();
        play.told_since();
        play.wait(60).ok("5xx");
        assert_eq!(play.told, told, "{case}");
    }
}

#[test]
fn a_reading_settles_only_what_changed_before_it() {
    for (case, seconds, reason) in [("as old as the change", 0, Reason::Stale), ("newer", 1, Reason::Resolved)] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        let alarm = play.present().alarms.keys().next().unwrap().clone();
        let at = play.now + SignedDuration::from_secs(seconds);
        assert_eq!(play.wait(60).apply(Event::Settled { alarm, at }), reason, "{case}");
    }
}

#[test]
fn nothing_is_settled_where_nothing_is_known() {
    let (alarm, at) = (Arn::new("arn:none"), Play::new().now);
    assert_eq!(Play::new().apply(Event::Settled { alarm: alarm.clone(), at }), Reason::NothingToResolve);
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.apply(Event::Settled { alarm, at }), Reason::Stale);
}

#[test]
fn a_tick_of_nothing_and_of_a_mere_recovery_is_nothing() {
    assert_eq!(Play::new().tick(), Reason::Nothing);
    let mut play = Play::new();
    play.ok("5xx");
    assert_eq!(play.wait(7200).tick(), Reason::Nothing);
}

#[test]
fn what_is_over_is_told_under_the_alarm_that_was_its_trouble() {
    let mut play = Play::new();
    play.wait(1).ok("recovered-at-deployment");
    play.wait(60).alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    assert_eq!(play.present().leading().map(|alarm| alarm.name.as_str()), Some("5xx"));
}

#[test]
fn what_recovered_an_hour_ago_is_forgotten_by_the_next_incident() {
    for (seconds, known) in [(3599, 2), (3600, 1)] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        play.wait(60).ok("5xx");
        assert_eq!(play.wait(seconds).alarm("latency", Severity::P0), Reason::Opened);
        assert_eq!(play.present().alarms.len(), known, "after {seconds} s");
    }
}

#[test]
fn what_is_over_is_due_when_it_can_be_put_away() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    assert_eq!(play.present().due_at(&play.policy), play.now + play.policy.reopen_within);
}

#[test]
fn what_goes_on_or_was_dismissed_is_watched_and_what_recovered_is_not() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.present().dedup_key(), "paramedic/123456789012/eu-west-1/web/P0");
    assert!(play.present().keeps_watch());
    play.ask(Ask::Resolve);
    assert!(!play.present().is_open() && play.present().keeps_watch());
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    assert!(!play.present().keeps_watch());
}

#[test]
fn what_recovered_an_hour_ago_is_forgotten_while_another_alarm_goes_on() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.alarm("unhealthy", Severity::P0);
    play.wait(60).ok("5xx");
    play.wait(3599).tick();
    assert_eq!(play.present().alarms.len(), 2);
    play.wait(1).tick();
    assert_eq!(play.present().alarms.len(), 1);
}

#[test]
fn what_was_dismissed_an_hour_ago_is_no_part_of_the_next_incident() {
    for (seconds, known) in [(3599, 2), (3600, 1)] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        play.ask(Ask::Resolve);
        assert_eq!(play.wait(seconds).alarm("latency", Severity::P0), Reason::Opened);
        assert_eq!(play.present().alarms.len(), known, "after {seconds} s");
    }
}
