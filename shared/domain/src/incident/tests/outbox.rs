use super::*;

#[test]
fn a_new_page_does_not_wait_behind_the_resolve_of_the_former() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(60).ok("5xx");
    play.down.clear();
    play.told_since();
    play.wait(1).alarm("5xx", Severity::P0);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)));
    assert!(!play.told.contains(&(Channel::PagerDuty, Kind::Resolve)), "it is no longer true");
}

#[test]
fn what_a_former_incident_still_owes_is_told_under_the_new_one() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(60).ok("5xx");
    play.down.clear();
    play.told_since();
    assert_eq!(play.wait(3600).alarm("latency", Severity::P1), Reason::Opened);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)), "{:?}", play.told);
}

#[test]
fn a_page_that_did_not_go_out_is_sent_by_the_tick_and_the_others_are_not_repeated() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.told_since(), PAGED[1..]);
    play.down.clear();
    play.wait(1).apply(Event::Tick);
    assert!(play.told.is_empty(), "not before its time");
    play.wait(5).apply(Event::Tick);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Page)]);
}

#[test]
fn what_was_claimed_by_somebody_who_is_gone_is_sent_again() {
    let mut play = Play::new();
    let alarm = sighting("5xx", Severity::P0, AlarmState::Alarm, play.now);
    let step = apply(None, &[Event::Seen(Box::new(alarm))], &policy(), play.now);
    assert_eq!(step.send.len(), 4);
    play.incident = step.incident; // Written, and then the function died: nothing was sent, nothing recorded.
    play.wait(29).apply(Event::Tick);
    assert!(play.told.is_empty(), "whoever claimed it may still be at work");
    play.wait(1).apply(Event::Tick);
    assert_eq!(play.told, PAGED);
}

#[test]
fn a_resolve_never_overtakes_the_page_it_resolves() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    play.wait(2).ok("5xx");
    assert!(!play.told.contains(&(Channel::PagerDuty, Kind::Resolve)));
    play.down.clear();
    play.told_since();
    play.wait(30).apply(Event::Tick);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Page), (Channel::PagerDuty, Kind::Resolve)]);
}

#[test]
fn while_slack_is_down_changes_pile_up_into_one_edit() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::Slack];
    play.wait(1).alarm("unhealthy", Severity::P0);
    play.wait(1).alarm("memory", Severity::P0);
    play.wait(1).diagnosed(&stale());
    assert_eq!(play.edits, 0);
    play.down.clear();
    play.wait(60).apply(Event::Tick);
    assert_eq!(play.edits, 1);
    assert_eq!(play.present().view.shown, play.present().view.revision);
}

#[test]
fn an_open_incident_is_always_due_some_time() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.graph_is_there();
    assert_eq!(play.present().due_at(&policy()), play.now + SignedDuration::from_mins(1));
    play.down = vec![Channel::Slack];
    play.wait(1).alarm("memory", Severity::P0);
    assert_eq!(play.present().due_at(&policy()), play.now + SignedDuration::from_secs(5), "the edit is tried again");
}

#[test]
fn a_very_long_service_name_still_has_a_key_of_its_own() {
    let key =
        |name: &str| dedup_key(&AccountId::from("1"), &Region::from("r"), &ServiceName::new(name), Severity::P0, 1);
    let (a, b) = (key(&"a".repeat(300)), key(&("a".repeat(299) + "b")));
    assert!(a.len() <= 255 && b.len() <= 255 && a != b);
}

#[test]
fn an_update_never_opens_a_page_that_an_ack_or_a_silence_kept_from_going_out() {
    for case in ["ack", "silence"] {
        let mut play = Play::new();
        play.down = vec![Channel::PagerDuty];
        play.alarm("5xx", Severity::P0);
        if case == "ack" {
            play.ack();
        } else {
            play.silence(1).wait(1).tick();
        }
        play.down.clear();
        play.told_since();
        play.wait(3).diagnosed(&stale());
        play.wait(30).tick();
        assert!(!play.told.contains(&(Channel::PagerDuty, Kind::Update)), "{case}: {:?}", play.told);
    }
}

#[test]
fn when_people_were_last_paged_is_known_however_much_was_told_since() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    for number in 0..60 {
        play.wait(1).alarm(&format!("alarm-{number}"), Severity::P0);
    }
    assert!(!play.told.iter().any(|(_, kind)| *kind == Kind::Page), "at most one page a service in a storm");
    assert!(play.present().notifications.len() <= 50);
}

#[test]
fn what_slack_asks_for_is_waited_for_and_nothing_is_sent_before() {
    for (case, asked, seconds) in [("30 s", Some(30), 30), ("nothing", None, 5), ("too long", Some(86_400), 900)] {
        let mut play = Play::new();
        let alarm = sighting("latency", Severity::P1, AlarmState::Alarm, play.now);
        let step = apply(None, &[Event::Seen(Box::new(alarm))], &policy(), play.now);
        let failure = Failure::Transient { why: "429".to_owned(), retry_after_s: asked };
        let failed = step.send.iter().map(|n| Delivery { id: n.id, result: Err(failure.clone()) }).collect();
        play.incident = apply(step.incident, &[Event::Delivered(failed)], &policy(), play.now).incident;
        play.wait(seconds - 1).tick();
        assert!(play.told.is_empty(), "{case}");
        play.wait(1).tick();
        assert!(play.told.contains(&(Channel::Slack, Kind::Post)), "{case}");
    }
}

#[test]
fn a_late_answer_of_what_was_sent_already_changes_nothing() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    let before = play.present().notifications.clone();
    let late = Delivery { id: before[0].id, result: Err(refused()) };
    let unknown = Delivery { id: 99, result: Ok(None) };
    assert_eq!(play.apply(Event::Delivered(vec![late, unknown])), Reason::Recorded);
    assert_eq!(play.present().notifications, before);
}

#[test]
fn why_somebody_could_not_be_told_is_noted_once() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    play.alarm("5xx", Severity::P0);
    play.wait(60).tick();
    play.wait(60).tick();
    assert_eq!(play.happened().iter().filter(|what| **what == Happening::NotTold).count(), 1);
}

#[test]
fn a_notification_that_was_stored_before_pages_were_counted_is_about_the_first() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let mut stored = serde_json::to_value(&play.present().notifications[0]).unwrap();
    stored.as_object_mut().unwrap().remove("page").unwrap();
    assert_eq!(serde_json::from_value::<Notification>(stored).unwrap().page, 1);
}

#[test]
fn an_update_that_waits_will_tell_what_is_known_by_then_and_needs_no_second() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(3).diagnosed(&stale());
    play.wait(3).diagnosed(&cache_away());
    let updates = play.present().notifications.iter().filter(|n| n.kind == Kind::Update).count();
    assert_eq!(updates, 1);
}

#[test]
fn what_waits_on_one_channel_holds_up_no_update_on_another() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.told_since();
    play.wait(3).diagnosed(&stale());
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Update)), "{:?}", play.told);
}

#[test]
fn a_page_of_before_is_closed_with_what_follows_but_not_told_more_of_it() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(60).ok("5xx");
    play.wait(60).alarm("latency", Severity::P1);
    assert_eq!(play.present().open_pages, BTreeSet::from([(Severity::P0, 1)]));
    play.down.clear();
    play.told_since();
    play.wait(3).diagnosed(&stale());
    assert!(!play.told.contains(&(Channel::PagerDuty, Kind::Update)), "{:?}", play.told);
}

#[test]
fn whoever_was_told_more_in_between_is_told_the_end() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(3).diagnosed(&stale());
    play.told_since();
    play.wait(60).ok("5xx");
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)), "{:?}", play.told);
    assert!(play.present().told.is_empty() && play.present().open_pages.is_empty(), "nobody is owed its end any more");
}

#[test]
fn the_one_message_stays_the_first_post_when_a_reply_in_its_thread_is_broadcast() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    let message = play.present().view.message.clone();
    assert!(message.is_some());
    play.told_since();
    play.wait(30).alarm("5xx", Severity::P0);
    assert!(play.told.contains(&(Channel::Slack, Kind::Broadcast)), "{:?}", play.told);
    assert_eq!(play.present().view.message, message);
}

#[test]
fn a_reply_that_slack_has_before_the_post_becomes_the_one_message() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.wait(600).tick();
    let reply = play.present().notifications.iter().find(|n| n.kind == Kind::Broadcast).unwrap().id;
    let message = MessageRef { channel: "C1".to_owned(), ts: "7.0".to_owned() };
    play.apply(Event::Delivered(vec![Delivery { id: reply, result: Ok(Some(message.clone())) }]));
    assert_eq!(play.present().view.message, Some(message));
}

#[test]
fn of_what_is_settled_only_the_newest_is_kept() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    for _ in 0..30 {
        play.wait(600).tick();
    }
    let notifications = &play.present().notifications;
    assert_eq!(notifications.len(), 40);
    assert_eq!(notifications.last().unwrap().page, play.present().pages);
}

#[test]
fn the_last_page_that_went_out_is_remembered_however_much_was_told_since() {
    let mut play = Play::new();
    play.policy.default.p0.ack_expires = SignedDuration::from_hours(1000);
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty, Channel::Pages, Channel::Slack];
    play.wait(600).tick();
    assert_eq!(play.present().pages, 2);
    // Which takes back the page that has not gone out.
    play.ack();
    play.down.clear();
    for _ in 0..60 {
        play.wait(16 * 60).tick();
    }
    let sent = |n: &&Notification| n.kind == Kind::Page && matches!(n.progress, Progress::Sent { .. });
    let pages: Vec<u32> = play.present().notifications.iter().filter(sent).map(|n| n.page).collect();
    assert_eq!(pages, [1, 1]);
}

#[test]
fn a_post_that_went_out_late_shows_what_is_known_by_then_and_needs_no_edit() {
    let mut play = Play::new();
    play.down = vec![Channel::Slack];
    play.alarm("5xx", Severity::P0);
    play.wait(1).alarm("unhealthy", Severity::P0);
    play.down.clear();
    play.told_since();
    play.wait(60).tick();
    assert!(play.told.contains(&(Channel::Slack, Kind::Post)), "{:?}", play.told);
    assert_eq!(play.edits, 0);
}

#[test]
fn a_broadcast_reply_leaves_the_message_itself_to_be_brought_up_to_date() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.edits = 0;
    play.wait(30).alarm("5xx", Severity::P0);
    assert!(play.told.contains(&(Channel::Slack, Kind::Broadcast)), "{:?}", play.told);
    assert_eq!(play.edits, 1);
}

#[test]
fn what_nobody_will_tell_is_not_claimed_and_so_is_due_at_once() {
    let play = Play::new();
    let seen = Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, play.now)));
    let opened = record(None, &[seen], &policy(), play.now);
    assert!(opened.changed && opened.send.is_empty() && opened.show.is_none());
    let incident = opened.incident.unwrap();
    assert_eq!(incident.due_at(&policy()), play.now, "the page waits for nobody's claim to expire");
    let next = apply(Some(incident), &[Event::Tick], &policy(), play.now);
    assert!(next.send.iter().any(|n| n.channel == Channel::PagerDuty && n.kind == Kind::Page), "{:?}", next.send);
}

#[test]
fn an_edit_that_nobody_will_make_is_not_claimed_either() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let joins = Event::Seen(Box::new(sighting("latency", Severity::P1, AlarmState::Alarm, play.now)));
    let joined = record(play.incident.take(), &[joins], &policy(), play.now);
    let due = joined.incident.unwrap().view.due_at();
    assert!(due.is_some_and(|at| at <= play.now), "{due:?}");
}
