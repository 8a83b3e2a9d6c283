use super::*;

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
    let outcome = Some(Outcome::Failed { why: "requests still fail".to_owned() });
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
