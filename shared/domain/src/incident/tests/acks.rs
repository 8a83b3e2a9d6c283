use super::*;

/// A P0 incident that somebody has taken a minute after it was paged.
fn taken() -> Play {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.wait(60).ack(), Reason::Acked);
    play.told_since();
    play
}

#[test]
fn an_ack_stops_the_paging_for_as_long_as_it_holds() {
    let mut play = taken();
    for _ in 0..59 {
        play.wait(60).tick();
        assert!(!play.paged(), "{}", play.now);
    }
}

#[test]
fn an_ack_that_expired_pages_again_from_the_foot() {
    let mut play = taken();
    play.wait(3599).tick();
    assert!(!play.paged());
    play.wait(1).tick();
    assert!(play.told.contains(&(Channel::Pages, Kind::Page)) && play.told.contains(&(Channel::PagerDuty, Kind::Page)));
    assert!(play.present().ack.is_none());
    assert!(play.happened().contains(&Happening::AckEnded));
}

#[test]
fn an_ack_is_passed_on_to_the_pager_for_every_page_that_is_open_there() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(600).tick();
    play.told_since();
    play.ack();
    assert_eq!(play.told, vec![(Channel::PagerDuty, Kind::Acknowledge); 2]);
}

#[test]
fn of_two_who_ack_at_once_the_first_has_it() {
    let mut play = taken();
    let first = play.present().ack.clone();
    assert_eq!(play.wait(1).ack(), Reason::AlreadyAcked);
    assert_eq!(play.present().ack, first);
}

#[test]
fn whoever_acks_at_the_moment_it_expires_has_it() {
    let mut play = taken();
    assert_eq!(play.wait(3599).ack(), Reason::AlreadyAcked);
    assert_eq!(play.wait(1).ack(), Reason::Acked);
}

#[test]
fn an_ack_after_the_end_reopens_nothing() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    play.told_since();
    assert_eq!(play.wait(1).ack(), Reason::TooLate);
    assert!(!play.present().is_open() && play.told.is_empty() && play.present().ack.is_none());
}

#[test]
fn an_ack_of_nothing_is_nothing() {
    assert_eq!(Play::new().ack(), Reason::NothingToResolve);
}

#[test]
fn an_ack_of_a_mere_recovery_is_too_late() {
    let mut play = Play::new();
    play.ok("5xx");
    assert_eq!(play.ack(), Reason::TooLate);
}

#[test]
fn a_p0_alarm_new_to_an_acked_incident_voids_the_ack_and_pages() {
    let mut play = taken();
    assert_eq!(play.wait(1).alarm("unhealthy", Severity::P0), Reason::Joined);
    assert!(play.paged() && play.present().ack.is_none());
}

#[test]
fn an_alarm_that_goes_up_and_down_under_an_ack_is_not_new() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.alarm("unhealthy", Severity::P0);
    play.ack();
    play.wait(10).ok("unhealthy");
    play.told_since();
    play.wait(10).alarm("unhealthy", Severity::P0);
    assert!(!play.paged() && play.present().ack.is_some());
}

#[test]
fn an_alarm_that_was_only_ever_well_is_new_when_it_fires() {
    let mut play = Play::new();
    play.ok("unhealthy");
    play.wait(5).alarm("5xx", Severity::P0);
    play.wait(5).ok("memory");
    play.ack();
    play.told_since();
    play.wait(5).alarm("unhealthy", Severity::P0);
    assert!(play.paged(), "known to be well before the incident");
    play.ack();
    play.told_since();
    play.wait(5).alarm("memory", Severity::P0);
    assert!(play.paged(), "known to be well in the incident");
}

#[test]
fn an_alarm_of_the_former_incident_is_new_to_whoever_is_at_this_one() {
    let mut play = Play::new();
    play.alarm("unhealthy", Severity::P0);
    play.wait(60).ok("unhealthy");
    play.wait(601).alarm("5xx", Severity::P0);
    play.ack();
    play.told_since();
    play.wait(5).alarm("unhealthy", Severity::P0);
    assert!(play.paged());
}

#[test]
fn a_rise_to_p0_voids_the_ack_and_a_p1_or_p2_that_joins_does_not() {
    for (case, severity, paged) in
        [("P2", Severity::P2, false), ("P1", Severity::P1, false), ("P0", Severity::P0, true)]
    {
        let mut play = Play::new();
        play.alarm("latency", Severity::P1);
        play.ack();
        play.told_since();
        play.wait(5).alarm("other", severity);
        assert_eq!((play.present().ack.is_none(), play.paged()), (paged, paged), "{case}");
    }
}

#[test]
fn an_ack_overtakes_the_page_that_did_not_go_out_yet() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    play.ack();
    play.down.clear();
    play.told_since();
    play.wait(300).tick();
    assert!(!play.told.contains(&(Channel::PagerDuty, Kind::Page)), "{:?}", play.told);
}

#[test]
fn an_ack_lets_the_first_message_through() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.ack();
    play.down.clear();
    play.told_since();
    play.wait(300).tick();
    assert!(play.told.contains(&(Channel::Slack, Kind::Post)), "it shows who is at it");
}

#[test]
fn an_ack_of_an_earlier_incident_does_not_count_but_clocks_may_differ() {
    for (case, seconds, reason) in [
        ("just before", 1, Reason::Acked),
        ("at the margin", 30, Reason::Acked),
        ("past the margin", 31, Reason::Stale),
    ] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        let at = play.now - SignedDuration::from_secs(seconds);
        assert_eq!(play.ask_at(Ask::Ack, at), reason, "{case}");
    }
}

#[test]
fn a_p1_is_acked_for_longer() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.ack();
    let ack = play.present().ack.clone().unwrap();
    assert_eq!(ack.until.duration_since(ack.at), SignedDuration::from_hours(4));
}

#[test]
fn an_alarm_that_had_no_data_for_a_while_is_not_new_to_whoever_is_at_it() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ack();
    play.wait(60).seen("5xx", Severity::P0, AlarmState::InsufficientData);
    play.wait(60).alarm("5xx", Severity::P0);
    assert!(play.present().ack.is_some());
}
