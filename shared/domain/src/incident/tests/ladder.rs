use super::*;
use crate::escalation::{Ladder, Repeat, Step, Target};

/// Steps of one target each, a minute apart.
fn ladder(targets: &[&str], repeat: Repeat) -> Ladder {
    let wait = SignedDuration::from_mins(1);
    let steps = targets.iter().map(|target| Step { notify: vec![target.parse().unwrap()], wait }).collect();
    Ladder { steps, repeat, ack_expires: SignedDuration::from_hours(1) }
}

/// A P0 that goes up a ladder of these steps.
fn climbing(steps: &[&str], repeat: Repeat) -> Play {
    let mut play = Play::new();
    play.policy.default.p0 = ladder(steps, repeat);
    play.alarm("5xx", Severity::P0);
    play
}

fn steps_told(play: &mut Play, minutes: usize) -> Vec<Channel> {
    play.told_since();
    let mut told = Vec::new();
    for _ in 0..minutes {
        play.wait(60).tick();
        told.extend(play.told_since().into_iter().filter(|(_, kind)| *kind == Kind::Page).map(|(channel, _)| channel));
    }
    told
}

#[test]
fn a_p0_that_nobody_takes_is_paged_again_every_ten_minutes() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    let mut paged_after = Vec::new();
    for second in 1..=1900 {
        play.wait(1).tick();
        if play.paged() {
            paged_after.push(second);
        }
    }
    assert_eq!(paged_after, [600, 1200, 1800]);
    assert_eq!(play.present().pages, 4);
}

#[test]
fn a_p1_and_a_p2_are_told_once() {
    for (case, severity) in [("P1", Severity::P1), ("P2", Severity::P2)] {
        let mut play = Play::new();
        play.alarm("latency", severity);
        play.wait(20).tick();
        assert!(play.told_since().iter().any(|(_, kind)| matches!(kind, Kind::Page | Kind::Post)), "{case}");
        for _ in 0..90 {
            play.wait(60).tick();
            assert!(!play.paged(), "{case}");
        }
    }
}

#[test]
fn each_page_has_a_key_of_its_own_and_all_of_them_are_resolved() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(600).tick();
    let keys = [1, 2].map(|page| play.present().page_key(Severity::P0, page));
    assert_eq!(keys[0], "paramedic/123456789012/eu-west-1/web/P0");
    assert_eq!(keys[1], "paramedic/123456789012/eu-west-1/web/P0/2");
    assert_eq!(play.present().open_pages, BTreeSet::from([(Severity::P0, 1), (Severity::P0, 2)]));
    play.told_since();
    play.ok("5xx");
    assert_eq!(play.told.iter().filter(|told| **told == (Channel::PagerDuty, Kind::Resolve)).count(), 2);
}

#[test]
fn the_steps_follow_each_other_and_the_ladder_begins_again_as_often_as_it_says() {
    let mail = |person: &str| Channel::Person(crate::id::PersonName::from(person));
    for (case, repeat, expected) in
        [("once", Repeat::Times(0), 1), ("twice", Repeat::Times(1), 3), ("until acked", Repeat::UntilAcked, 6)]
    {
        let mut play = Play::new();
        play.policy.reach.persons = BTreeMap::from([("ada".into(), None), ("bob".into(), None)]);
        play.policy.default.p0 = ladder(&["person:ada", "person:bob"], repeat);
        play.alarm("5xx", Severity::P0);
        let told = steps_told(&mut play, 6);
        let people: Vec<_> = told.into_iter().filter(|c| *c == mail("ada") || *c == mail("bob")).collect();
        let turns = [mail("bob"), mail("ada")];
        let should: Vec<_> = turns.iter().cycle().take(expected).cloned().collect();
        assert_eq!(people, should, "{case}");
    }
}

#[test]
fn only_the_first_step_of_a_p0_is_made_up_to_two_channels() {
    let mut play = climbing(&["mail", "mail"], Repeat::Times(0));
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)) && play.told.contains(&(Channel::Mail, Kind::Page)));
    assert_eq!(steps_told(&mut play, 3), [Channel::Mail]);
}

#[test]
fn a_step_waits_from_when_the_last_channel_answered() {
    let mut play = Play::new();
    let alarm = sighting("5xx", Severity::P0, AlarmState::Alarm, play.now);
    let step = apply(None, &[Event::Seen(Box::new(alarm))], &policy(), play.now);
    let (mut incident, sent) = (step.incident, step.send);
    let mut record = |play: &mut Play, n: &Notification| {
        let told = Event::Delivered(vec![Delivery { id: n.id, result: Ok(None) }]);
        incident = apply(incident.take(), &[told], &policy(), play.now).incident;
        incident.as_ref().unwrap().rung.as_ref().unwrap().answered_at
    };
    let of = |channel: Channel| sent.iter().find(|n| n.channel == channel).unwrap();
    assert_eq!(record(&mut play, of(Channel::PagerDuty)), None);
    assert_eq!(record(play.wait(5), of(Channel::Pages)), None);
    let last = play.wait(5).now;
    assert_eq!(record(&mut play, of(Channel::Slack)), Some(last), "Slack was the last");
    assert_eq!(record(play.wait(5), of(Channel::Incidents)), Some(last), "the enricher is nobody's page");
}

#[test]
fn a_bad_answer_is_an_answer_and_the_next_step_is_not_kept_waiting_for_a_channel_that_is_down() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    play.told_since();
    play.wait(600).tick();
    assert!(play.told.contains(&(Channel::Pages, Kind::Page)));
}

#[test]
fn the_second_step_is_not_due_before_the_first_was_sent() {
    let mut play = Play::new();
    let alarm = sighting("5xx", Severity::P0, AlarmState::Alarm, play.now);
    let step = apply(None, &[Event::Seen(Box::new(alarm))], &policy(), play.now);
    play.incident = step.incident; // Claimed, and then the function died.
    play.wait(1200);
    let tick = apply(play.incident.take(), &[Event::Tick], &policy(), play.now);
    assert_eq!(tick.incident.as_ref().unwrap().pages, 1, "still the first");
    assert!(tick.send.iter().all(|n| n.page == 1));
}

#[test]
fn a_later_page_says_what_an_earlier_one_still_owes_on_that_channel() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    for _ in 0..10 {
        play.wait(60).tick();
    }
    play.down.clear();
    play.told_since();
    play.wait(300).tick();
    let pages: Vec<_> = play.told.iter().filter(|told| **told == (Channel::PagerDuty, Kind::Page)).collect();
    assert_eq!(pages.len(), 1, "one, and not one for each that was due: {:?}", play.told);
}

#[test]
fn a_policy_that_a_route_names_is_climbed_and_one_that_is_gone_is_the_default() {
    for (case, name, channel) in [("named", "calm", Channel::Mail), ("gone", "loud", Channel::Slack)] {
        let mut play = Play::new();
        let mut calm = EscalationPolicy::seed();
        calm.p1.steps[0].notify = vec![Target::Mail];
        play.policy.escalation.insert("calm".into(), calm);
        let mut alarm = sighting("latency", Severity::P1, AlarmState::Alarm, play.now);
        alarm.route.policy = Some(name.into());
        play.apply(Event::Seen(Box::new(alarm)));
        assert_eq!(play.told[0].0, channel, "{case}");
    }
}

#[test]
fn the_next_step_is_when_it_is_due() {
    let mut play = Play::new();
    play.policy.look_again_after = SignedDuration::from_hours(10);
    play.alarm("5xx", Severity::P0);
    play.graph_is_there();
    assert_eq!(play.present().due_at(&play.policy), play.now + SignedDuration::from_mins(10));
    play.ack();
    assert_eq!(play.present().due_at(&play.policy), play.now + SignedDuration::from_hours(1), "the end of the ack");
}

#[test]
fn what_an_earlier_step_owes_on_another_channel_is_still_told() {
    let mut play = Play::new();
    play.policy.default.p0 = ladder(&["pagerduty", "pages"], Repeat::Times(0));
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    for _ in 0..4 {
        play.wait(60).tick();
    }
    assert!(play.told.contains(&(Channel::Pages, Kind::Page)), "{:?}", play.told);
    play.down.clear();
    for _ in 0..10 {
        play.wait(60).tick();
    }
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)), "{:?}", play.told);
}

#[test]
fn a_page_that_is_repeated_while_slack_is_down_is_one_post_and_a_broadcast_behind_it() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.wait(600).tick();
    assert_eq!(play.present().pages, 2);
    let owed: Vec<Kind> =
        play.present().notifications.iter().filter(|n| n.channel == Channel::Slack).map(|n| n.kind).collect();
    assert_eq!(owed, [Kind::Post, Kind::Broadcast]);
}
