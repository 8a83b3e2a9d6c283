use super::*;
use crate::escalation::{Matcher, Pattern, Patterns};
use crate::silence::Window;

fn patterns(text: &str) -> Patterns {
    Patterns::One(Pattern::new(text))
}

/// Alarms of this name.
fn named(alarm: &str) -> Matcher {
    Matcher { name: Some(patterns(alarm)), ..Matcher::default() }
}

/// What fits is silenced from now on.
fn silence(play: &mut Play, matcher: Matcher, minutes: i64, reason: &str) {
    let window = Window::Once { from: play.now, until: play.now + SignedDuration::from_mins(minutes) };
    play.policy.silences.push(Silence::new(matcher, window, "ada", reason, play.now));
}

#[test]
fn a_silenced_incident_is_recorded_and_tells_nobody_at_any_severity() {
    for (case, severity) in [("P0", Severity::P0), ("P1", Severity::P1), ("P2", Severity::P2)] {
        let mut play = Play::new();
        assert_eq!(play.silence(60).alarm("5xx", severity), Reason::Opened);
        assert!(play.told.is_empty(), "{case}: {:?}", play.told);
        assert_eq!(play.happened(), [Happening::Opened, Happening::Silenced], "{case}");
        assert!(play.present().silenced.is_some() && play.present().rung.is_none(), "{case}");
    }
}

#[test]
fn what_still_fires_when_the_silence_ends_is_told_to_the_second() {
    let mut play = Play::new();
    play.silence(60).alarm("5xx", Severity::P0);
    play.wait(3599).tick();
    assert!(play.told.is_empty());
    play.wait(1).tick();
    assert_eq!(play.told, PAGED);
    assert!(play.happened().contains(&Happening::Unsilenced));
}

#[test]
fn what_recovered_under_a_silence_is_never_told() {
    let mut play = Play::new();
    play.silence(60).alarm("5xx", Severity::P0);
    assert_eq!(play.wait(60).ok("5xx"), Reason::Resolved);
    play.wait(3600).tick();
    assert!(play.told.is_empty(), "{:?}", play.told);
}

#[test]
fn a_silence_in_mid_incident_stops_the_ladder_and_its_end_begins_it_anew() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    play.silence(60).wait(1).tick();
    for _ in 0..58 {
        play.wait(60).tick();
        assert!(!play.paged());
    }
    play.wait(120).tick();
    assert!(play.paged());
    assert_eq!(play.present().pages, 2);
}

#[test]
fn a_page_that_did_not_go_out_before_the_silence_is_not_sent() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty, Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.silence(60).wait(1).tick();
    play.down.clear();
    play.told_since();
    play.wait(600).tick();
    assert!(!play.paged());
}

#[test]
fn who_was_paged_before_the_silence_is_told_the_end_under_it() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.silence(60).wait(1).tick();
    play.told_since();
    play.wait(60).ok("5xx");
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)));
}

#[test]
fn nothing_that_happens_under_a_silence_is_told() {
    let mut play = Play::new();
    play.silence(60).alarm("latency", Severity::P1);
    play.wait(1).alarm("5xx", Severity::P0);
    play.wait(1).alarm("unhealthy", Severity::P0);
    play.wait(1).diagnosed(&stale());
    assert!(play.told.is_empty(), "{:?}", play.told);
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn an_alarm_that_the_silence_does_not_cover_surfaces_the_incident_once() {
    let mut play = Play::new();
    silence(&mut play, named("5xx"), 60, "known");
    play.alarm("5xx", Severity::P0);
    assert!(play.told.is_empty());
    play.wait(1).alarm("latency", Severity::P1);
    assert_eq!(play.told.iter().filter(|told| **told == (Channel::Pages, Kind::Page)).count(), 1);
    play.told_since();
    assert_eq!(play.wait(1).ok("latency"), Reason::PartlyRecovered);
    assert!(play.present().silenced.is_some(), "what fires still is covered");
}

#[test]
fn the_end_is_that_of_the_alarm_that_is_covered_the_shortest() {
    let mut play = Play::new();
    for (name, minutes) in [("5xx", 30), ("unhealthy", 20), ("memory", 40)] {
        silence(&mut play, named(name), minutes, "known");
        play.alarm(name, Severity::P0);
    }
    let until = play.present().silenced.clone().unwrap().until;
    assert_eq!(until.duration_since(play.now), SignedDuration::from_mins(20));
    assert!(play.present().due_at(&play.policy) <= until);
}

#[test]
fn an_ack_does_not_outlive_its_time_under_a_silence() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ack();
    play.silence(120).wait(1).tick();
    play.told_since();
    play.wait(3600).tick();
    assert!(play.present().ack.is_none() && play.told.is_empty());
}

#[test]
fn after_a_silence_the_enricher_is_asked_for_the_first_time_or_again() {
    for (case, explained, kind) in [("never explained", false, Kind::Opened), ("explained", true, Kind::Escalated)] {
        let mut play = Play::new();
        play.silence(10).alarm("5xx", Severity::P0);
        if explained {
            play.wait(1).diagnosed(&stale());
        }
        play.wait(600).tick();
        assert!(play.told.contains(&(Channel::Incidents, kind)), "{case}: {:?}", play.told);
    }
}

#[test]
fn of_two_silences_that_end_together_that_of_the_leading_alarm_is_named() {
    let mut play = Play::new();
    for (alarm, reason) in [("5xx", "the first"), ("unhealthy", "the second")] {
        silence(&mut play, named(alarm), 60, reason);
    }
    play.alarm("5xx", Severity::P0);
    play.wait(1).alarm("unhealthy", Severity::P0);
    assert_eq!(play.present().silenced.as_ref().unwrap().reason, "the first");
}

#[test]
fn an_alarm_that_is_new_to_whoever_is_at_it_counts_also_when_one_silence_takes_over_from_another() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ack();
    play.silence(10).wait(1).tick();
    assert!(play.present().ack.is_some() && play.present().silenced.is_some());
    play.silence(60).wait(1).alarm("unhealthy", Severity::P0);
    assert!(play.present().ack.is_none(), "that one is not what was acknowledged");
}

#[test]
fn a_post_that_a_silence_overtook_is_made_when_the_silence_ends() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.silence(10).wait(1).tick();
    play.down.clear();
    play.told_since();
    play.wait(600).tick();
    assert!(play.told.contains(&(Channel::Slack, Kind::Post)), "{:?}", play.told);
}

#[test]
fn an_alarm_outside_of_the_silence_that_makes_it_worse_is_paged_once() {
    let mut play = Play::new();
    silence(&mut play, named("latency"), 60, "known");
    play.alarm("latency", Severity::P1);
    assert!(play.told.is_empty(), "{:?}", play.told);
    play.wait(30).alarm("5xx", Severity::P0);
    assert_eq!(play.told.iter().filter(|told| **told == (Channel::Pages, Kind::Page)).count(), 1);
    assert_eq!(play.present().pages, 1);
}

#[test]
fn a_silence_goes_by_the_service_and_the_severity_that_the_route_gave() {
    let service = Matcher { service: Some(patterns("web")), ..Matcher::default() };
    let severity = Matcher { severity: Some(patterns("P0")), ..Matcher::default() };
    for (case, matcher) in [("service", service), ("severity", severity)] {
        let mut play = Play::new();
        silence(&mut play, matcher, 60, "known");
        let mut alarm = sighting("5xx", Severity::P0, AlarmState::Alarm, play.now);
        alarm.profile = Profile { name: "5xx".to_owned(), ..Profile::default() };
        play.apply(Event::Seen(Box::new(alarm)));
        assert!(play.present().silenced.is_some() && play.told.is_empty(), "{case}");
    }
}
