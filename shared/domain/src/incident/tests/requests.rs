use super::*;

#[test]
fn whoever_says_that_it_is_over_ends_it_and_everybody_hears() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    assert_eq!(play.wait(60).ask(Ask::Resolve), Reason::Dismissed);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Resolve), (Channel::Mail, Kind::Resolve)]);
    assert_eq!(play.present().timeline.last().unwrap().what, Happening::Told);
    assert_eq!(play.wait(1).ask(Ask::Resolve), Reason::TooLate);
}

#[test]
fn a_dismissed_incident_is_not_paged_and_stays_while_its_alarm_fires() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ask(Ask::Resolve);
    play.told_since();
    for _ in 0..60 {
        assert_eq!(play.wait(60).tick(), Reason::TakenUp);
    }
    assert!(play.told.is_empty());
    assert_eq!(play.ok("5xx"), Reason::TooLate);
    assert_eq!(play.wait(60).tick(), Reason::Closed);
}

#[test]
fn a_request_that_names_another_incident_does_nothing() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    for (case, ask) in
        [("ack", Ask::Ack), ("resolve", Ask::Resolve), ("approve", Ask::Approve { plan: "p".to_owned() })]
    {
        let by = Actor { name: "ada".to_owned(), via: Via::Slack };
        let request = Request { ask, by, at: play.now };
        let event = Event::Asked { incident: Some(IncidentId::from("inc-other")), request };
        assert_eq!(play.apply(event), Reason::OtherIncident, "{case}");
        assert!(play.present().is_open() && play.present().ack.is_none(), "{case}");
    }
}

/// An incident whose remedy waits for a person, and the digest of the plan.
fn waiting() -> (Play, String) {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let (plan, subject, at) = (crate::ledger::tests::redeploy(), play.present().subject(), play.now);
    let objection = Objection {
        guardrail: crate::guardrail::Guardrail::Mode,
        why: "it waits for approval".to_owned(),
        approvable: true,
    };
    let digest = plan.digest();
    let (proposal, objections) = (Proposal::Act(plan), vec![objection]);
    play.apply(Event::Told(Box::new(Bulletin::Refused { subject, proposal, objections, at })));
    play.told_since();
    (play, digest)
}

#[test]
fn an_approval_counts_for_the_very_plan_that_waits_and_is_passed_on_once() {
    let (mut play, plan) = waiting();
    assert_eq!(play.ask(Ask::Approve { plan: "another".to_owned() }), Reason::Stale);
    assert!(play.told.is_empty());
    assert_eq!(play.ask(Ask::Approve { plan: plan.clone() }), Reason::Ruled);
    assert_eq!(play.told, [(Channel::Incidents, Kind::Approved)]);
    assert_eq!(play.ask(Ask::Approve { plan }), Reason::Duplicate);
}

#[test]
fn an_approval_without_a_plan_or_after_the_end_does_nothing() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.ask(Ask::Approve { plan: "abc".to_owned() }), Reason::Stale);
    let (mut play, plan) = waiting();
    play.wait(60).ok("5xx");
    assert_eq!(play.ask(Ask::Approve { plan }), Reason::TooLate);
}

#[test]
fn what_people_refused_stands_in_the_timeline_with_their_name() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    assert_eq!(play.ask(Ask::Refuse { plan: "abc".to_owned() }), Reason::Ruled);
    let entry = play.present().timeline.iter().find(|entry| entry.what == Happening::Ruled).unwrap();
    assert_eq!((entry.detail.as_str(), entry.by.as_ref().unwrap().name.as_str()), ("refused plan abc", "ada"));
}

#[test]
fn a_silence_that_is_asked_for_is_noted_with_its_reason_and_takes_hold_at_once() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let ask = Ask::Silence { lasts: SignedDuration::from_hours(1), reason: "deploy".to_owned() };
    assert_eq!(play.silence(60).ask(ask), Reason::Silenced);
    assert!(play.present().silenced.is_some());
    assert!(play.present().timeline.iter().any(|entry| entry.detail == "for 60 min: deploy" && entry.by.is_some()));
}

#[test]
fn every_reason_has_a_word_of_its_own() {
    let all = [
        Reason::Opened,
        Reason::Reopened,
        Reason::Raised,
        Reason::Joined,
        Reason::StillFiring,
        Reason::Duplicate,
        Reason::Stale,
        Reason::PartlyRecovered,
        Reason::Resolved,
        Reason::NothingToResolve,
        Reason::NoData,
        Reason::Explained,
        Reason::Remedied,
        Reason::OtherIncident,
        Reason::Acked,
        Reason::AlreadyAcked,
        Reason::TooLate,
        Reason::Dismissed,
        Reason::Silenced,
        Reason::Ruled,
        Reason::Recorded,
        Reason::TakenUp,
        Reason::Closed,
        Reason::Nothing,
    ];
    for reason in all {
        // The word is the variant's name as logs write it.
        let name: String = format!("{reason:?}").chars().enumerate().fold(String::new(), |mut word, (at, c)| {
            if c.is_uppercase() && at > 0 {
                word.push('_');
            }
            word.extend(c.to_lowercase());
            word
        });
        assert_eq!(reason.as_str(), name);
    }
}

#[test]
fn everything_that_happens_has_words_of_its_own() {
    let words = [
        (Happening::Opened, "opened"),
        (Happening::Alarm, "alarm"),
        (Happening::Raised, "raised"),
        (Happening::Told, "told"),
        (Happening::NotTold, "not told"),
        (Happening::Diagnosed, "diagnosed"),
        (Happening::Refused, "not touched"),
        (Happening::Acted, "acted"),
        (Happening::Verified, "verified"),
        (Happening::Acked, "acknowledged"),
        (Happening::AckEnded, "acknowledgement ended"),
        (Happening::Climbed, "escalated"),
        (Happening::Silenced, "silenced"),
        (Happening::Unsilenced, "silence ended"),
        (Happening::Flapping, "flapping"),
        (Happening::Ruled, "ruled"),
        (Happening::Resolved, "resolved"),
    ];
    for (what, word) in words {
        assert_eq!(what.words(), word, "{what:?}");
    }
}

#[test]
fn an_incident_is_known_by_every_key_it_was_paged_under_and_by_no_other() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.alarm("5xx", Severity::P0);
    for (case, key, known) in [
        ("its present key", "paramedic/123456789012/eu-west-1/web/P0/2", true),
        ("its first", "paramedic/123456789012/eu-west-1/web/P1", true),
        ("a page to come", "paramedic/123456789012/eu-west-1/web/P0/3", false),
        ("another service's", "paramedic/123456789012/eu-west-1/api/P0", false),
    ] {
        assert_eq!(play.present().was_paged_as(key), known, "{case}");
    }
}
