use super::*;

/// Up and down so many times, a minute each way; down in the end.
fn turns(count: usize, severity: Severity) -> Play {
    let mut play = Play::new();
    for _ in 0..count {
        play.wait(60).alarm("5xx", severity);
        play.wait(60).ok("5xx");
    }
    play.told_since();
    play
}

#[test]
fn the_first_two_returns_are_paged_and_the_third_says_flapping_once() {
    let mut play = turns(1, Severity::P0);
    for (turn, flapping) in [(2, false), (3, false), (4, true)] {
        assert_eq!(play.wait(60).alarm("5xx", Severity::P0), Reason::Reopened);
        assert!(play.paged(), "turn {turn}");
        assert_eq!(play.present().flapping.is_some(), flapping, "turn {turn}");
        play.wait(60).ok("5xx");
        play.told_since();
    }
    play.wait(60).alarm("5xx", Severity::P0);
    assert!(!play.paged(), "the page that is open says enough");
    assert_eq!(play.happened().iter().filter(|what| **what == Happening::Flapping).count(), 1);
}

#[test]
fn what_flaps_is_not_resolved_at_every_turn_but_once_it_was_calm() {
    let mut play = turns(4, Severity::P0);
    assert!(play.present().flapping.is_some());
    play.wait(60).alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    assert!(!play.told.iter().any(|(_, kind)| *kind == Kind::Resolve));
    play.wait(15 * 60 - 61).tick();
    assert!(play.present().flapping.is_some() && !play.told.iter().any(|(_, kind)| *kind == Kind::Resolve));
    play.wait(1).tick();
    assert!(play.present().flapping.is_none());
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)), "{:?}", play.told);
}

#[test]
fn every_page_of_what_flapped_is_resolved_in_the_end() {
    let mut play = Play::new();
    for _ in 0..4 {
        play.down = vec![Channel::PagerDuty];
        play.wait(60).alarm("5xx", Severity::P0);
        play.down.clear();
        play.wait(30).tick();
        play.down = vec![Channel::PagerDuty];
        play.wait(30).ok("5xx");
    }
    play.down.clear();
    let pages = play.told.iter().filter(|told| **told == (Channel::PagerDuty, Kind::Page)).count();
    play.wait(20 * 60).tick();
    let resolved = play.told.iter().filter(|told| **told == (Channel::PagerDuty, Kind::Resolve)).count();
    assert!(resolved >= pages && pages > 1, "{pages} {resolved}");
}

#[test]
fn a_page_whose_resolve_did_not_go_out_before_a_p1_came_is_resolved_with_it() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(60).ok("5xx");
    play.wait(60).alarm("latency", Severity::P1);
    play.down.clear();
    play.told_since();
    play.wait(60).ok("latency");
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)), "{:?}", play.told);
}

#[test]
fn a_rise_to_p0_pages_although_it_flaps() {
    let mut play = turns(4, Severity::P1);
    play.wait(60).alarm("latency", Severity::P0);
    assert!(play.told.contains(&(Channel::Pages, Kind::Page)), "{:?}", play.told);
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn what_flaps_between_two_severities_is_one_trouble_as_bad_as_the_worst() {
    let mut play = turns(4, Severity::P0);
    for _ in 0..3 {
        play.wait(60).alarm("latency", Severity::P1);
        play.wait(5).alarm("5xx", Severity::P0);
        assert!(!play.paged(), "known");
        assert_eq!(play.present().severity, Severity::P0);
        play.wait(30).ok("5xx");
        play.wait(30).ok("latency");
    }
}

#[test]
fn three_returns_a_minute_too_far_apart_do_not_flap() {
    for (case, apart, flapping) in [("within 15 min", 449, true), ("15 min apart", 450, false)] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        for _ in 0..3 {
            play.wait(apart - 1).ok("5xx");
            play.wait(1).alarm("5xx", Severity::P0);
        }
        assert_eq!(play.present().flapping.is_some(), flapping, "{case}");
    }
}

#[test]
fn what_flaps_is_reopened_however_long_ago_it_was_over() {
    let mut play = turns(4, Severity::P0);
    let id = play.present().id.clone();
    assert_eq!(play.wait(14 * 60).alarm("5xx", Severity::P0), Reason::Reopened);
    assert_eq!(play.present().id, id);
    assert_eq!(play.present().flapping.unwrap().turns, 4);
}

#[test]
fn what_flaps_under_a_silence_is_told_when_that_is_over() {
    let mut play = turns(3, Severity::P0);
    play.silence(5).wait(60).alarm("5xx", Severity::P0);
    assert!(!play.paged() && play.present().flapping.is_some_and(|flapping| !flapping.told));
    play.wait(60).ok("5xx");
    play.wait(240).alarm("5xx", Severity::P0);
    assert!(play.paged(), "nobody knows of it yet");
}

#[test]
fn what_was_told_before_a_silence_is_told_again_after_it() {
    let mut play = turns(4, Severity::P0);
    play.silence(5).wait(60).alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    play.told_since();
    play.wait(240).alarm("5xx", Severity::P0);
    assert!(play.paged());
}

#[test]
fn an_ack_of_what_flaps_holds_through_its_turns() {
    let mut play = turns(4, Severity::P0);
    play.wait(60).alarm("5xx", Severity::P0);
    play.ack();
    play.wait(60).ok("5xx");
    play.told_since();
    play.wait(60).alarm("5xx", Severity::P0);
    assert!(!play.paged() && play.present().ack.is_some());
}

#[test]
fn a_flapping_incident_is_due_when_it_should_be_calm() {
    let play = turns(4, Severity::P0);
    let calm = play.present().flapping.unwrap().calm_at;
    assert_eq!(calm, play.now - SignedDuration::from_secs(60) + SignedDuration::from_mins(15));
    assert!(play.present().due_at(&play.policy) <= calm);
}

#[test]
fn a_page_that_was_resolved_is_not_resolved_again_with_the_next_one() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    // The mail about its end is still owed when it goes up again.
    play.down = vec![Channel::Mail];
    play.wait(60).ok("5xx");
    play.wait(60).alarm("5xx", Severity::P0);
    assert_eq!(play.present().open_pages, BTreeSet::from([(Severity::P0, 2)]));
}
