#![allow(clippy::unwrap_used, clippy::panic)]

use insta::assert_snapshot;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::*;
use crate::alarm::AlarmState;
use crate::bulletin::Bulletin;
use crate::config::{Mode, Service};
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::stale;
use crate::escalation::Channel;
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

fn seen(play: &mut Play, name: &str, severity: Severity, state: AlarmState) {
    let mut sighting = sighting(name, severity, state, play.now);
    sighting.reason = "Threshold Crossed: 1 datapoint [33.3] was greater than the threshold (5.0).".to_owned();
    play.apply(Event::Seen(Box::new(sighting)));
}

/// A P0 that was explained, redeployed and well again after six minutes.
fn whole() -> Play {
    let mut play = Play::new();
    seen(&mut play, "web-P0-alb-5xx", Severity::P0, AlarmState::Alarm);
    play.wait(20);
    seen(&mut play, "web-P1-latency-p95", Severity::P1, AlarmState::Alarm);
    let subject = play.incident.as_ref().unwrap().subject();
    play.wait(4);
    let diagnosis = diagnose(&stale());
    let told = Bulletin::Diagnosed {
        subject: subject.clone(),
        gathered_at: play.now,
        diagnosis: diagnosis.clone(),
        picture: None,
    };
    play.apply(Event::Told(Box::new(told)));
    let Proposal::Act(plan) = plan(&diagnosis, &stale(), &web(), &[]) else { panic!("no plan") };
    play.wait(6);
    let acted = Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at: play.now };
    play.apply(Event::Told(Box::new(acted)));
    play.wait(300);
    seen(&mut play, "web-P0-alb-5xx", Severity::P0, AlarmState::Ok);
    play.wait(30);
    let outcome = Outcome::Recovered { after_s: 330 };
    let verified = Bulletin::Verified { subject, plan, outcome, at: play.now };
    play.apply(Event::Told(Box::new(verified)));
    seen(&mut play, "web-P1-latency-p95", Severity::P1, AlarmState::Ok);
    play
}

fn report(play: &Play) -> Document {
    post_incident(play.incident.as_ref().unwrap(), Some(&web()), &TimeZone::UTC)
}

fn section(document: &Document, title: &str) -> String {
    let section = document.sections.iter().find(|section| section.title == title).unwrap();
    Document { title: String::new(), lead: String::new(), sections: vec![section.clone()] }.markdown()
}

#[test]
fn an_incident_is_told_from_its_first_alarm_to_its_end() {
    assert_snapshot!(report(&whole()).markdown());
}

#[test]
fn the_same_as_a_page() {
    assert_snapshot!(report(&whole()).html());
}

#[test]
fn an_incident_that_goes_on_says_so() {
    let mut play = Play::new();
    seen(&mut play, "web-P0-alb-5xx", Severity::P0, AlarmState::Alarm);
    let report = report(&play);
    assert!(report.lead.contains("goes on since 2026-03-01 03:00:00 UTC"), "{}", report.lead);
    let figures = section(&report, "In figures");
    for line in ["**Ended:** it goes on", "**Time to acknowledge:** nobody acknowledged", "**Pages:** 1\n"] {
        assert!(figures.contains(line), "{line} in {figures}");
    }
    assert!(section(&report, "Cause").contains(UNEXPLAINED));
    assert!(section(&report, "What was done").contains("did and proposed nothing"));
}

#[test]
fn who_could_not_be_told_is_told_with_the_reason() {
    let mut play = Play::new();
    play.down = vec![Channel::PagerDuty];
    seen(&mut play, "web-P0-alb-5xx", Severity::P0, AlarmState::Alarm);
    let told = section(&report(&play), "Who was told");
    assert!(told.contains("| not yet; tried again at 2026-03-01 03:00:05 UTC | PagerDuty | paged | 503 |"), "{told}");
    assert!(told.contains("(+0 s) | pages topic (SMS, e-mail) | paged |  |"), "{told}");
}

#[test]
fn times_are_those_of_the_zone_and_the_date_stands_where_it_changes() {
    let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let mut play = Play::new();
    play.now = "2026-03-28T22:59:50Z".parse().unwrap();
    seen(&mut play, "a", Severity::P1, AlarmState::Alarm);
    play.wait(20);
    seen(&mut play, "b", Severity::P1, AlarmState::Alarm);
    let report = post_incident(play.incident.as_ref().unwrap(), None, &berlin);
    let told = section(&report, "Timeline");
    assert!(told.contains("| 2026-03-28 23:59:50 CET | +0 s | opened | a is in ALARM |"), "{told}");
    assert!(told.contains("| 23:59:50 | +0 s | told | slack (post) |"), "{told}");
    assert!(told.contains("| 2026-03-29 00:00:10 CET | +20 s | alarm | b is in ALARM |"), "{told}");
}

#[test]
fn alarms_of_a_former_incident_are_not_in_the_report() {
    let mut play = Play::new();
    seen(&mut play, "former", Severity::P0, AlarmState::Alarm);
    play.wait(60);
    seen(&mut play, "former", Severity::P0, AlarmState::Ok);
    play.wait(700);
    seen(&mut play, "present", Severity::P1, AlarmState::Alarm);
    let incident = play.incident.as_ref().unwrap();
    assert!(incident.alarms.values().any(|alarm| alarm.name == "former"), "it is kept for late messages");
    let alarms = section(&report(&play), "Alarms");
    assert!(alarms.contains("present") && !alarms.contains("former"), "{alarms}");
}

#[test]
fn of_hundreds_of_alarms_the_worst_are_shown_and_the_rest_are_counted() {
    let mut play = Play::new();
    for number in 0..120 {
        let at = play.now + SignedDuration::from_secs(number);
        play.apply(Event::Seen(Box::new(sighting(&format!("a{number}"), Severity::P1, AlarmState::Alarm, at))));
    }
    seen(&mut play, "worst", Severity::P0, AlarmState::Alarm);
    let alarms = section(&report(&play), "Alarms");
    assert!(alarms.contains("\n| worst | P0 |") && alarms.ends_with("and 21 more\n"), "{alarms}");
}
