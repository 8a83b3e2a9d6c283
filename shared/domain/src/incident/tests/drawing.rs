use super::*;
use crate::escalation::MANY_SERVICES;
use crate::id::SilenceId;

fn failed(failure: Failure) -> Result<(), Undrawn> {
    Err(Undrawn::Failed(failure))
}

impl Play {
    /// An incident with its message, which a P0 alarm opened just now.
    fn with_message() -> Self {
        let mut play = Self::new();
        play.alarm("5xx", Severity::P0);
        play
    }

    fn draw(&mut self) -> Reason {
        self.apply(Event::Draw)
    }

    fn drawn(&mut self, result: Result<(), Undrawn>) -> Reason {
        let incident = self.present().id.clone();
        self.apply(Event::Drawn { incident, result })
    }

    fn given_up(&self) -> Vec<&str> {
        let entries = self.present().timeline.iter().filter(|entry| entry.what == Happening::NotTold);
        entries.map(|entry| entry.detail.as_str()).collect()
    }
}

#[test]
fn a_graph_is_owed_once_the_message_stands_and_is_drawn_once() {
    let mut play = Play::with_message();
    assert_eq!(play.draw(), Reason::Drawing);
    assert_eq!(play.draw(), Reason::Nothing, "somebody is at it");
    assert_eq!(play.drawn(Ok(())), Reason::Recorded);
    assert_eq!(play.wait(600).draw(), Reason::Nothing);
    assert_eq!(play.present().owes_graph(), Err(NoGraph::Settled));
}

#[test]
fn who_is_owed_no_graph_and_why() {
    type Change = fn(&mut Incident);
    let cases: [(&str, Change, Result<(), NoGraph>); 9] = [
        ("an open P0 with its message", |_| (), Ok(())),
        ("a P1", |incident| incident.severity = Severity::P1, Ok(())),
        ("a P2", |incident| incident.severity = Severity::P2, Err(NoGraph::NotUrgent)),
        ("what is over", |incident| incident.phase = Phase::Resolved { at: incident.began_at }, Err(NoGraph::Over)),
        ("no Slack, or none yet", |incident| incident.view.message = None, Err(NoGraph::NoMessage)),
        ("the digest of a storm", |i| i.service = ServiceName::from(MANY_SERVICES), Err(NoGraph::Digest)),
        ("what was drawn or given up", |incident| incident.drawing.settled = true, Err(NoGraph::Settled)),
        (
            "what is silenced",
            |incident| {
                let (id, by, reason) = (SilenceId::from("sil-1"), "ada".to_owned(), "known".to_owned());
                incident.silenced = Some(Active { id, by, reason, until: incident.began_at });
            },
            Err(NoGraph::Silenced),
        ),
        (
            "an event of ECS, or Paramedic's own trouble",
            |incident| {
                let alarm = incident.alarms.pop_first().unwrap().1;
                incident.alarms.insert(Arn::new("arn:aws:ecs:eu-west-1:123456789012:service/main/web#ecs"), alarm);
            },
            Err(NoGraph::NoAlarm),
        ),
    ];
    for (case, change, expected) in cases {
        let mut play = Play::with_message();
        change(play.incident.as_mut().unwrap());
        assert_eq!(play.present().owes_graph().map(|_| ()), expected, "{case}");
        assert_eq!(play.present().graph_due_at().is_some(), expected.is_ok(), "{case}");
    }
}

#[test]
fn it_is_the_graph_of_the_worst_alarm_that_fires_and_of_those_the_oldest() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.wait(10).alarm("5xx", Severity::P0);
    play.wait(10).alarm("unhealthy", Severity::P0);
    assert!(play.present().owes_graph().unwrap().as_str().ends_with(":5xx"));
    play.wait(10).ok("5xx");
    assert!(play.present().owes_graph().unwrap().as_str().ends_with(":unhealthy"));
}

#[test]
fn what_passes_is_tried_once_more_and_then_given_up_with_a_word_in_the_timeline() {
    let mut play = Play::with_message();
    play.draw();
    play.drawn(failed(refused()));
    assert_eq!(play.wait(4).draw(), Reason::Nothing, "not before its time");
    assert_eq!(play.wait(1).draw(), Reason::Drawing);
    assert!(play.given_up().is_empty());
    play.drawn(failed(refused()));
    assert_eq!(play.given_up(), ["the graph, which is given up: 503"]);
    assert_eq!(play.wait(600).draw(), Reason::Nothing);
}

#[test]
fn what_stays_is_given_up_at_once() {
    let mut play = Play::with_message();
    play.draw();
    play.drawn(failed(Failure::Permanent { why: "AccessDenied".to_owned() }));
    assert_eq!(play.given_up(), ["the graph, which is given up: AccessDenied"]);
    assert_eq!(play.wait(600).draw(), Reason::Nothing);
}

#[test]
fn that_there_is_none_to_be_had_is_not_worth_a_word() {
    let mut play = Play::with_message();
    play.draw();
    let before = play.present().timeline.clone();
    play.drawn(Err(Undrawn::NotToBeHad { why: "a composite alarm".to_owned() }));
    assert_eq!(play.present().timeline, before);
    assert_eq!(play.wait(600).draw(), Reason::Nothing);
}

#[test]
fn what_was_claimed_by_somebody_who_is_gone_is_drawn_once_more_and_then_given_up() {
    let mut play = Play::with_message();
    play.draw();
    assert_eq!(play.wait(29).draw(), Reason::Nothing, "whoever claimed it may still be at work");
    assert_eq!(play.wait(1).draw(), Reason::Drawing);
    assert_eq!(play.wait(30).draw(), Reason::Recorded);
    assert_eq!(play.given_up(), ["the graph, which is given up: nobody knows what came of the last attempt"]);
}

#[test]
fn the_answer_of_another_incident_changes_nothing() {
    let mut play = Play::with_message();
    play.draw();
    let before = play.present().clone();
    let other = Event::Drawn { incident: IncidentId::from("inc-0"), result: Ok(()) };
    assert_eq!(play.apply(other), Reason::OtherIncident);
    assert_eq!(play.present(), &before);
}

#[test]
fn a_graph_that_fails_holds_up_nothing_on_slack_and_tells_nobody() {
    let mut play = Play::with_message();
    play.told_since();
    play.draw();
    play.drawn(failed(refused()));
    assert!(play.told.is_empty());
    play.wait(1).diagnosed(&stale());
    assert_eq!(play.edits, 1);
}

#[test]
fn while_a_graph_is_owed_the_incident_is_due() {
    let mut play = Play::with_message();
    assert_eq!(play.present().due_at(&policy()), play.now);
    play.draw();
    assert_eq!(play.present().due_at(&policy()), play.now + SignedDuration::from_secs(30));
    play.drawn(Ok(()));
    assert_eq!(play.present().due_at(&policy()), play.now + SignedDuration::from_mins(1));
}

#[test]
fn an_incident_that_was_stored_before_there_were_graphs_is_read() {
    let mut stored = serde_json::to_value(Play::with_message().present()).unwrap();
    stored.as_object_mut().unwrap().remove("drawing").unwrap();
    assert_eq!(serde_json::from_value::<Incident>(stored).unwrap().drawing, Drawing::default());
}
