use super::*;

fn message() -> MessageRef {
    MessageRef { channel: "C1".to_owned(), ts: "1.0".to_owned() }
}

#[test]
fn without_a_message_there_is_nothing_to_edit() {
    let mut view = View { revision: 3, ..View::default() };
    assert_eq!((view.due_at(), view.claim(Play::new().now)), (None, None));
}

#[test]
fn a_message_that_is_behind_is_edited_by_one_at_a_time_for_thirty_seconds() {
    let now = Play::new().now;
    let mut view = View { revision: 3, shown: 2, message: Some(message()), ..View::default() };
    assert_eq!(view.claim(now), Some(3));
    assert_eq!(view.claim(now + SignedDuration::from_secs(29)), None);
    assert_eq!(view.claim(now + SignedDuration::from_secs(30)), Some(3));
}

#[test]
fn an_edit_shows_what_it_showed_and_never_less() {
    let now = Play::new().now;
    let mut view = View { revision: 5, shown: 2, thread: 4, message: Some(message()), ..View::default() };
    view.edited(5, 9, &Ok(()), now);
    view.edited(3, 7, &Ok(()), now);
    assert_eq!((view.shown, view.thread, view.due_at()), (5, 9, None));
}

#[test]
fn slack_is_asked_again_when_it_says_so_and_more_rarely_when_it_says_nothing() {
    let now = Play::new().now;
    for (case, asked, failures, seconds) in [
        ("it said when", Some(17), 1, 17),
        ("it said at once", Some(0), 1, 1),
        ("the first failure", None, 1, 5),
        ("the third in a row", None, 3, 20),
    ] {
        let mut view = View { revision: 2, shown: 1, message: Some(message()), ..View::default() };
        for _ in 0..failures {
            let failure = Failure::Transient { why: "429".to_owned(), retry_after_s: asked };
            view.edited(2, 0, &Err(failure), now);
        }
        assert_eq!(view.due_at(), Some(now + SignedDuration::from_secs(seconds)), "{case}");
    }
}

#[test]
fn a_message_that_is_shown_again_forgets_its_failures() {
    let now = Play::new().now;
    let mut view = View { revision: 2, shown: 1, failures: 4, not_before: Some(now), message: None, thread: 0 };
    view.posted(message(), 2);
    assert_eq!((view.failures, view.not_before, view.due_at()), (0, None, None));
}

#[test]
fn the_timeline_keeps_its_beginning_and_its_end_and_counts_on() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    for _ in 0..150 {
        play.wait(60).tick();
        play.wait(540).tick();
    }
    let timeline = &play.present().timeline;
    assert_eq!(timeline.len(), 100);
    assert_eq!(timeline[0].what, Happening::Opened);
    assert_eq!(timeline[19].number, 20);
    assert!(timeline.last().unwrap().number > 150 && timeline[20].number > 21);
}
