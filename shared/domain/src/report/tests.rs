#![allow(clippy::unwrap_used, clippy::panic)]

use insta::assert_snapshot;
use jiff::SignedDuration;

use super::*;
use crate::alarm::{AlarmState, envelope, parse};
use crate::bulletin::Bulletin;
use crate::config::{Mode, Service};
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{cache_away, stale};
use crate::escalation::Found;
use crate::evidence::{Evidence, Reading};
use crate::guardrail::{Guardrail, Objection};
use crate::incident::Event;
use crate::incident::tests::{Play, sighting};
use crate::remedy::{Proposal, RemedyKind, plan};
use crate::severity::Severity;
use crate::verification::Outcome;

fn web() -> Service {
    let mut service = Service::new("web", "main").with_mode(RemedyKind::ForceRedeploy, Mode::Auto);
    service.runbook = Some("https://runbooks.example.com/web".to_owned());
    service.owner = Some("team-search".to_owned());
    service
}

/// An incident that began three seconds ago with one alarm.
fn opened() -> Play {
    let mut play = Play::new();
    let mut alarm = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Alarm, play.now);
    alarm.reason = "Threshold Crossed: 1 out of the last 1 datapoints [33.3 (01/03/26 02:59:00)] was greater than the threshold (5.0).".to_owned();
    play.apply(Event::Seen(Box::new(alarm)));
    play.wait(3);
    play
}

fn explained(evidence: &Evidence) -> Play {
    let mut play = opened();
    let subject = play.incident.as_ref().unwrap().subject();
    let gathered_at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Diagnosed {
        subject,
        gathered_at,
        diagnosis: diagnose(evidence),
        picture: None,
    })));
    play
}

fn refused(play: Play, evidence: &Evidence, objections: &[(Guardrail, &str)]) -> Play {
    let objections = objections
        .iter()
        .map(|(guardrail, why)| Objection { guardrail: *guardrail, approvable: false, why: (*why).to_owned() })
        .collect();
    objected(play, evidence, objections)
}

fn objected(mut play: Play, evidence: &Evidence, objections: Vec<Objection>) -> Play {
    let subject = play.incident.as_ref().unwrap().subject();
    let proposal = plan(&diagnose(evidence), evidence, &web(), &[]);
    let at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Refused { subject, proposal, objections, at })));
    play
}

fn text(play: &Play) -> String {
    mail(&story(play.incident.as_ref().unwrap(), Some(&web())))
}

#[test]
fn the_first_word_holds_alarm_reason_and_runbook() {
    assert_snapshot!(text(&opened()));
}

#[test]
fn an_explanation_rests_on_its_facts() {
    assert_snapshot!(text(&explained(&stale())));
}

#[test]
fn a_suggestion_comes_with_its_command() {
    let suggest = [(Guardrail::Mode, "the mode is suggest, which touches nothing")];
    assert_snapshot!(text(&refused(explained(&stale()), &stale(), &suggest)));
}

#[test]
fn a_refusal_names_its_reasons_and_offers_no_command_for_what_is_wrong() {
    let objections = [
        (Guardrail::Dependency, "cache web-redis is down, new tasks would fail the same way"),
        (Guardrail::SickMajority, "3 of 3 tasks are sick at once, which speaks for a shared cause"),
    ];
    let told = text(&refused(explained(&cache_away()), &cache_away(), &objections));
    assert!(!told.contains("force-new-deployment"));
    assert_snapshot!(told);
}

#[test]
fn what_was_done_and_what_came_of_it_is_told_to_the_end() {
    let mut play = explained(&stale());
    let subject = play.incident.as_ref().unwrap().subject();
    let Proposal::Act(plan) = plan(&diagnose(&stale()), &stale(), &web(), &[]) else { panic!("no plan") };
    let at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at })));
    assert!(
        text(&play).contains("Did: force a redeploy of web with the same task definition at 2026-03-01 03:00:03 UTC")
    );
    play.wait(90);
    let outcome = Outcome::Recovered { after_s: 90 };
    play.apply(Event::Told(Box::new(Bulletin::Verified { subject, plan, outcome, at })));
    let ok = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Ok, play.wait(60).now);
    play.apply(Event::Seen(Box::new(ok)));
    assert_snapshot!(text(&play));
}

#[test]
fn an_action_of_which_nobody_knows_asks_for_a_person() {
    let mut play = explained(&stale());
    let subject = play.incident.as_ref().unwrap().subject();
    let Proposal::Act(plan) = plan(&diagnose(&stale()), &stale(), &web(), &[]) else { panic!("no plan") };
    let (at, outcome) = (play.now, Outcome::Unknown { why: "the answer was lost".to_owned() });
    play.apply(Event::Told(Box::new(Bulletin::Verified { subject, plan, outcome, at })));
    let told = "Verified: nobody knows whether it was carried out; a person must look before anything else: the answer was lost";
    assert!(text(&play).contains(told), "{}", text(&play));
}

#[test]
fn what_could_not_be_read_is_said() {
    let mut evidence = stale();
    evidence.cache = Reading::Unread { why: "timed out after 8 s".to_owned() };
    assert!(text(&explained(&evidence)).contains("Unread: the cache (timed out after 8 s)"));
}

#[test]
fn a_lost_notification_names_the_broken_path() {
    let mut play = Play::new();
    let mut alarm = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Alarm, play.now);
    alarm.found = Found::Reconciled { broken_path: "the alarm's actions are disabled".to_owned() };
    play.apply(Event::Seen(Box::new(alarm)));
    assert!(text(&play).contains("Path: web-P0-alb-5xx was found by reconciliation: the alarm's actions are disabled"));
}

#[test]
fn what_comes_from_outside_cannot_hide_or_reorder_text_and_stays_bounded() {
    let mut play = Play::new();
    let mut alarm = sighting("web\u{202e}evil\n\u{7}", Severity::P0, AlarmState::Alarm, play.now);
    alarm.reason = "x".repeat(10_000);
    play.apply(Event::Seen(Box::new(alarm)));
    let incident = play.incident.as_ref().unwrap();
    for told in [text(&play), summary(incident), sms(incident), subject(incident)] {
        assert!(!told.contains('\u{202e}') && !told.contains('\u{7}'), "{told}");
    }
    assert!(summary(incident).chars().count() <= 1024);
    assert!(sms(incident).chars().count() <= 140);
    let subject = subject(incident);
    assert!(subject.len() < 100 && subject.is_ascii(), "{subject}");
}

/// What can be pressed, by its name.
fn pressable(play: &Play) -> Vec<&'static str> {
    let story = story(play.incident.as_ref().unwrap(), Some(&web()));
    story.buttons.iter().map(Button::id).collect()
}

fn objection(guardrail: Guardrail, approvable: bool) -> Objection {
    Objection { guardrail, approvable, why: "because".to_owned() }
}

#[test]
fn an_open_incident_can_be_taken_and_silenced_and_has_its_runbook() {
    assert_eq!(pressable(&opened()), ["ack", "silence", "runbook"]);
}

#[test]
fn a_plan_that_waits_for_a_persons_word_can_be_approved_and_refused_and_no_other() {
    let waits = objected(explained(&stale()), &stale(), vec![objection(Guardrail::Mode, true)]);
    assert_eq!(pressable(&waits), ["ack", "approve", "refuse", "silence", "runbook"]);
    let Proposal::Act(plan) = plan(&diagnose(&stale()), &stale(), &web(), &[]) else { panic!("no plan") };
    let story = story(waits.incident.as_ref().unwrap(), None);
    let bound = |button: &Button| match button {
        Button::Ask { press: Press::Approve | Press::Refuse, binding } => binding.plan.clone(),
        _ => None,
    };
    let plans: Vec<String> = story.buttons.iter().filter_map(bound).collect();
    assert_eq!(plans, [plan.digest(), plan.digest()]);

    let unsafe_too = vec![objection(Guardrail::SickMajority, false), objection(Guardrail::Mode, true)];
    assert_eq!(pressable(&objected(explained(&stale()), &stale(), unsafe_too)), ["ack", "silence", "runbook"]);
    assert_eq!(pressable(&objected(explained(&stale()), &stale(), vec![])), ["ack", "silence", "runbook"]);
}

#[test]
fn nothing_is_asked_of_an_incident_that_is_over() {
    let mut play = opened();
    let ok = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Ok, play.wait(60).now);
    play.apply(Event::Seen(Box::new(ok)));
    assert_eq!(pressable(&play), ["runbook"]);
}

#[test]
fn a_hostile_name_stays_within_its_part_of_a_link() {
    let mut service = web();
    service.cluster = crate::id::ClusterName::from("main/../../evil?x=");
    let links = story(opened().incident.as_ref().unwrap(), Some(&service)).links;
    let evil: Vec<&str> = links.iter().map(|link| link.url.as_str()).filter(|url| url.contains("evil")).collect();
    assert!(
        !evil.is_empty() && evil.iter().all(|url| url.contains("/clusters/main%2F..%2F..%2Fevil%3Fx%3D/")),
        "{evil:?}"
    );
}

#[test]
fn what_was_not_read_for_one_reason_is_named_together() {
    let told = text(&explained(&Evidence::nothing("2026-03-01T03:00:00Z".parse().unwrap(), "timed out after 8 s")));
    assert_eq!(told.matches("timed out after 8 s").count(), 1, "{told}");
    assert!(told.contains("the flight recorder, the alarms that ring (timed out after 8 s)"), "{told}");
}

#[test]
fn the_notice_of_a_quarantine_says_what_came_why_it_is_no_alarm_and_what_to_do() {
    let refused: Vec<_> = envelope::open(br#"{"hello": "world"}"#)
        .into_iter()
        .map(|delivery| {
            let why = parse(&delivery.body).unwrap_err();
            (delivery, why)
        })
        .collect();
    let (subject, body) = quarantine_notice(&refused);
    assert_eq!(subject, "Paramedic quarantined what is no alarm (1)");
    assert!(body.contains("hint:") && body.contains("sha256:") && body.contains("hello"), "{body}");
}

#[test]
fn a_long_incident_is_told_in_few_words() {
    let mut play = opened();
    for number in 0..30 {
        let alarm = sighting(
            &format!("alarm-{number}"),
            Severity::P1,
            AlarmState::Alarm,
            play.now + SignedDuration::from_secs(number),
        );
        play.apply(Event::Seen(Box::new(alarm)));
    }
    let told = text(&play);
    assert!(told.contains("and 24 more"), "{told}");
}
