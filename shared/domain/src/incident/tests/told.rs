use super::*;
use crate::guardrail::Guardrail;

#[test]
fn an_explanation_updates_the_same_message_and_the_same_page() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let message = play.present().view.message.clone();
    play.told_since();
    assert_eq!(play.wait(3).diagnosed(&stale()), Reason::Explained);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Update)]);
    assert_eq!(play.edits, 1);
    assert_eq!(play.present().view.message, message);
}

#[test]
fn an_older_explanation_does_not_replace_a_newer_one() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(3).diagnosed(&stale());
    play.now -= SignedDuration::from_secs(2);
    assert_eq!(play.diagnosed(&cache_away()), Reason::Duplicate);
}

#[test]
fn a_look_that_finds_nothing_does_not_take_the_explanation_away() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(3).diagnosed(&stale());
    let explanation = play.present().explanation.clone();
    assert_eq!(play.wait(60).diagnosed(&crate::diagnosis::staged::healthy()), Reason::Nothing);
    assert_eq!(play.present().explanation, explanation);
}

#[test]
fn the_same_explanation_again_is_no_reason_to_tell_the_pager() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(3).diagnosed(&stale());
    play.told_since();
    play.wait(60).diagnosed(&stale());
    assert!(play.told.is_empty());
}

#[test]
fn what_is_not_explained_is_looked_at_again_more_and_more_rarely() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    let mut asked_after = Vec::new();
    for second in 1..=3600 {
        play.wait(1).apply(Event::Tick);
        if play.told_since().contains(&(Channel::Incidents, Kind::Escalated)) {
            asked_after.push(second);
        }
    }
    assert_eq!(asked_after, [60, 180, 420, 900, 1860, 2820]);
}

#[test]
fn a_remedy_that_failed_is_a_new_message() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let plan = crate::ledger::tests::redeploy();
    let subject = play.present().subject();
    play.apply(Event::Told(Box::new(Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at: play.now })));
    play.told_since();
    let outcome = Outcome::Failed { why: "requests still fail".to_owned() };
    let at = play.now;
    play.wait(600).apply(Event::Told(Box::new(Bulletin::Verified { subject, plan, outcome, at })));
    let told = [(Channel::PagerDuty, Kind::Update), (Channel::Pages, Kind::Page), (Channel::Slack, Kind::Broadcast)];
    assert_eq!(play.told, told);
}

#[test]
fn a_refusal_that_comes_again_with_every_look_is_told_once() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let refuse = |play: &mut Play| {
        let subject = play.present().subject();
        let proposal = Proposal::Suggest("look".to_owned());
        let at = play.now;
        play.apply(Event::Told(Box::new(Bulletin::Refused { subject, proposal, objections: Vec::new(), at })))
    };
    assert_eq!(refuse(&mut play), Reason::Remedied);
    let edits = play.edits;
    assert_eq!(refuse(play.wait(60)), Reason::Duplicate);
    assert_eq!(play.edits, edits);
}

#[test]
fn a_bulletin_of_a_former_incident_is_ignored() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let mut subject = play.present().subject();
    subject.incident_id = IncidentId::from("inc-former");
    let bulletin = Bulletin::Diagnosed { subject, gathered_at: play.now, diagnosis: diagnose(&stale()), picture: None };
    assert_eq!(play.apply(Event::Told(Box::new(bulletin))), Reason::OtherIncident);
    assert!(play.present().explanation.is_none());
}

#[test]
fn what_is_certainly_explained_is_looked_at_again_every_sixteen_minutes() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.diagnosed(&stale());
    play.told_since();
    let mut asked_after = Vec::new();
    for second in 1..=3600 {
        play.wait(1).tick();
        if play.told_since().contains(&(Channel::Incidents, Kind::Escalated)) {
            asked_after.push(second);
        }
    }
    assert_eq!(asked_after, [60, 1020, 1980, 2940]);
}

#[test]
fn while_a_remedy_only_waits_for_what_passes_it_is_looked_at_again_within_minutes() {
    let cases = [
        (Guardrail::DeploymentInFlight, vec![61, 181, 421, 661, 901]),
        (Guardrail::Mode, vec![60, 1020]),
        (Guardrail::SickMajority, vec![60, 1020]),
    ];
    for (guardrail, expected) in cases {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        play.diagnosed(&stale());
        play.told_since();
        let mut asked_after = Vec::new();
        for second in 1..=1050 {
            play.wait(1).tick();
            let looked = play.told_since().contains(&(Channel::Incidents, Kind::Escalated));
            if looked {
                asked_after.push(second);
            }
            if looked || second == 1 {
                // The remediator answers every look the same way.
                let (subject, at) = (play.present().subject(), play.now);
                let proposal = Proposal::Act(crate::ledger::tests::redeploy());
                let objections = vec![Objection { guardrail, approvable: false, why: "not now".to_owned() }];
                play.apply(Event::Told(Box::new(Bulletin::Refused { subject, proposal, objections, at })));
            }
        }
        assert_eq!(asked_after, expected, "{guardrail}");
    }
}

#[test]
fn a_question_that_has_not_gone_out_is_not_asked_a_second_time() {
    let mut play = Play::new();
    play.down = vec![Channel::Incidents];
    play.alarm("5xx", Severity::P0);
    play.wait(60).tick();
    let asked = play.present().notifications.iter().filter(|n| n.channel == Channel::Incidents).count();
    assert_eq!(asked, 1);
}

#[test]
fn while_the_result_of_a_remedy_is_awaited_its_verification_does_the_looking() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let (subject, plan) = (play.present().subject(), crate::ledger::tests::redeploy());
    let at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Acted { subject, plan, at })));
    play.told_since();
    play.wait(60).tick();
    assert!(!play.told.iter().any(|(channel, _)| *channel == Channel::Incidents), "{:?}", play.told);
}

#[test]
fn that_the_facts_do_not_decide_is_told_until_they_do_and_another_cause_takes_the_place_of_the_first() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    for evidence in [crate::diagnosis::staged::healthy(), stale(), cache_away()] {
        assert_eq!(play.wait(60).diagnosed(&evidence), Reason::Explained);
        let told = play.present().explanation.as_ref().unwrap().diagnosis.top().cause;
        assert_eq!(told, diagnose(&evidence).top().cause);
    }
}

#[test]
fn an_action_that_is_told_twice_is_one_and_a_later_one_is_another() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let (subject, plan) = (play.present().subject(), crate::ledger::tests::redeploy());
    let acted = |at| Event::Told(Box::new(Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at }));
    let at = play.now;
    assert_eq!(play.apply(acted(at)), Reason::Remedied);
    assert_eq!(play.apply(acted(at)), Reason::Duplicate);
    assert_eq!(play.apply(acted(at - SignedDuration::from_secs(1))), Reason::Duplicate);
    assert_eq!(play.apply(acted(at + SignedDuration::from_secs(1))), Reason::Remedied);
}

/// An objection that a person's approval may or may not set aside.
fn objection(approvable: bool) -> crate::guardrail::Objection {
    crate::guardrail::Objection { guardrail: crate::guardrail::Guardrail::Mode, why: "it waits".to_owned(), approvable }
}

#[test]
fn an_approval_is_wanted_only_where_nothing_else_stands_in_the_way() {
    let plan = crate::ledger::tests::redeploy();
    for (case, objections, wanted) in [
        ("nothing objects", vec![], false),
        ("only what may be approved", vec![objection(true), objection(true)], true),
        ("also what may not", vec![objection(true), objection(false)], false),
    ] {
        let record = RemedyRecord::Refused { proposal: Proposal::Act(plan.clone()), objections };
        assert_eq!(record.wanted().is_some(), wanted, "{case}");
    }
}

#[test]
fn a_wanted_approval_is_broadcast_while_the_incident_goes_on_and_no_other_refusal_is() {
    let plan = || Proposal::Act(crate::ledger::tests::redeploy());
    for (case, proposal, objections, over, told) in [
        ("wanted", plan(), vec![objection(true)], false, true),
        ("not wanted", plan(), vec![objection(false)], false, false),
        ("a suggestion", Proposal::Suggest("look".to_owned()), vec![], false, false),
        ("wanted too late", plan(), vec![objection(true)], true, false),
    ] {
        let mut play = Play::new();
        play.alarm("5xx", Severity::P0);
        let (subject, at) = (play.present().subject(), play.now);
        if over {
            play.wait(60).ok("5xx");
        }
        play.told_since();
        play.apply(Event::Told(Box::new(Bulletin::Refused { subject, proposal, objections, at })));
        assert_eq!(play.told.contains(&(Channel::Slack, Kind::Broadcast)), told, "{case}: {:?}", play.told);
    }
}
