#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::bulletin::Bulletin;
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{cache_away, stale};
use crate::escalation::{Channel, EscalationPolicy, Failure, Kind, Profile, Reach, Route};
use jiff::SignedDuration;

/// A service's incident under test, with a clock to move and the channels' answers to choose.
pub(crate) struct Play {
    pub(crate) incident: Option<Incident>,
    pub(crate) now: Timestamp,
    /// What was sent, oldest first.
    pub(crate) told: Vec<(Channel, Kind)>,
    pub(crate) down: Vec<Channel>,
    edits: u32,
}

pub(crate) fn policy() -> Policy {
    Policy {
        reach: Reach { slack: true, pagerduty: true, ..Reach::default() },
        escalation: BTreeMap::new(),
        default: EscalationPolicy::seed(),
        silences: Vec::new(),
        reopen_within: SignedDuration::from_mins(10),
        look_again_after: SignedDuration::from_mins(1),
        flapping_within: SignedDuration::from_mins(15),
    }
}

pub(crate) fn sighting(name: &str, severity: Severity, state: AlarmState, at: Timestamp) -> Sighting {
    Sighting {
        route: Route::new(ServiceName::from("web"), true, severity),
        alarm: Arn::new(format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")),
        name: name.to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state,
        changed_at: at,
        reason: "Threshold Crossed".to_owned(),
        found: Found::Delivered,
        profile: Profile {
            name: name.to_owned(),
            service: Some(ServiceName::from("web")),
            severity: Some(severity),
            ..Profile::default()
        },
    }
}

impl Play {
    pub(crate) fn new() -> Self {
        let now = "2026-03-01T03:00:00Z".parse().unwrap();
        Self { incident: None, now, told: Vec::new(), down: Vec::new(), edits: 0 }
    }

    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += SignedDuration::from_secs(seconds);
        self
    }

    pub(crate) fn apply(&mut self, event: Event) -> Reason {
        let mut step = apply(self.incident.take(), &[event], &policy(), self.now);
        let reason = step.reasons[0];
        loop {
            self.incident = step.incident;
            let mut results = Vec::new();
            if !step.send.is_empty() {
                results.push(Event::Delivered(step.send.iter().map(|n| self.deliver(n)).collect()));
            }
            if let Some(revision) = step.show {
                let down = self.down.contains(&Channel::Slack);
                self.edits += u32::from(!down);
                let result = if down { Err(refused()) } else { Ok(()) };
                let thread = self.incident.as_ref().and_then(|i| i.timeline.last()).map_or(0, |last| last.number);
                results.push(Event::Shown { revision, thread, result });
            }
            if results.is_empty() {
                return reason;
            }
            step = apply(self.incident.take(), &results, &policy(), self.now);
        }
    }

    fn deliver(&mut self, notification: &Notification) -> Delivery {
        if self.down.contains(&notification.channel) {
            return Delivery { id: notification.id, result: Err(refused()) };
        }
        self.told.push((notification.channel.clone(), notification.kind));
        let message = (notification.channel == Channel::Slack)
            .then(|| MessageRef { channel: "C1".to_owned(), ts: format!("{}.0", self.told.len()) });
        Delivery { id: notification.id, result: Ok(message) }
    }

    fn seen(&mut self, name: &str, severity: Severity, state: AlarmState) -> Reason {
        let at = self.now;
        self.apply(Event::Seen(Box::new(sighting(name, severity, state, at))))
    }

    fn alarm(&mut self, name: &str, severity: Severity) -> Reason {
        self.seen(name, severity, AlarmState::Alarm)
    }

    fn ok(&mut self, name: &str) -> Reason {
        self.seen(name, Severity::P0, AlarmState::Ok)
    }

    #[allow(dead_code)]
    fn told_since(&mut self) -> Vec<(Channel, Kind)> {
        std::mem::take(&mut self.told)
    }

    fn present(&self) -> &Incident {
        self.incident.as_ref().unwrap()
    }

    fn diagnosed(&mut self, evidence: &crate::evidence::Evidence) -> Reason {
        let subject = self.present().subject();
        let gathered_at = self.now;
        self.apply(Event::Told(Box::new(Bulletin::Diagnosed { subject, gathered_at, diagnosis: diagnose(evidence) })))
    }
}

fn refused() -> Failure {
    Failure::Transient { why: "503".to_owned(), retry_after_s: None }
}

const PAGED: [(Channel, Kind); 4] = [
    (Channel::PagerDuty, Kind::Page),
    (Channel::Pages, Kind::Page),
    (Channel::Slack, Kind::Post),
    (Channel::Incidents, Kind::Opened),
];

#[test]
fn a_p0_alarm_opens_an_incident_and_pages_at_once() {
    let mut play = Play::new();
    assert_eq!(play.alarm("5xx", Severity::P0), Reason::Opened);
    assert_eq!(play.told, PAGED);
    assert_eq!(play.edits, 0, "the new message shows the present state");
}

#[test]
fn the_same_change_delivered_twice_changes_nothing() {
    let mut play = Play::new();
    let at = play.now;
    play.alarm("5xx", Severity::P0);
    let before = play.incident.clone();
    play.told_since();
    let again = Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, at)));
    let step = apply(play.incident.take(), &[again], &policy(), play.now);
    assert_eq!(step.reasons, [Reason::Duplicate]);
    assert!(!step.changed && step.send.is_empty());
    assert_eq!(step.incident, before);
}

#[test]
fn two_paths_that_differ_by_less_than_a_millisecond_are_one_change() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let at = play.now + SignedDuration::from_micros(300);
    let reason = play.apply(Event::Seen(Box::new(sighting("5xx", Severity::P0, AlarmState::Alarm, at))));
    assert_eq!(reason, Reason::Duplicate);
}

#[test]
fn an_alarm_that_says_again_what_is_known_pages_nobody() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    assert_eq!(play.wait(60).alarm("5xx", Severity::P0), Reason::StillFiring);
    assert!(!play.told.iter().any(|(_, kind)| *kind == Kind::Page || *kind == Kind::Post));
}

#[test]
fn a_late_alarm_that_is_older_than_the_recovery_is_stale() {
    let mut play = Play::new();
    let old = play.now - SignedDuration::from_secs(5);
    play.alarm("5xx", Severity::P0);
    play.wait(60).ok("5xx");
    play.told_since();
    let late = sighting("5xx", Severity::P0, AlarmState::Alarm, old);
    assert_eq!(play.apply(Event::Seen(Box::new(late))), Reason::Stale);
    assert!(play.told.is_empty());
}

#[test]
fn a_second_p0_alarm_is_told_under_the_same_key_and_shows_in_the_message() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let key = play.present().dedup_key();
    play.told_since();
    assert_eq!(play.wait(5).alarm("unhealthy", Severity::P0), Reason::Joined);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Update)], "folded there, unless that page was resolved by hand");
    assert_eq!(play.present().dedup_key(), key);
    assert_eq!(play.edits, 1);
}

#[test]
fn two_p0_alarms_at_the_same_moment_wake_people_once() {
    let first = sighting("5xx", Severity::P0, AlarmState::Alarm, Play::new().now);
    let second = sighting("unhealthy", Severity::P0, AlarmState::Alarm, first.changed_at);
    let now = first.changed_at;
    let both = [Event::Seen(Box::new(first.clone())), Event::Seen(Box::new(second.clone()))];
    let folded = apply(None, &both, &policy(), now);
    let count = |step: &Transition, channel| step.send.iter().filter(|n| n.channel == channel).count();
    assert_eq!((count(&folded, Channel::Pages), count(&folded, Channel::Slack)), (1, 1));
    // The same, while another instance is still sending the first page.
    let one = apply(None, &[Event::Seen(Box::new(first))], &policy(), now);
    let other = apply(one.incident, &[Event::Seen(Box::new(second))], &policy(), now);
    assert_eq!((count(&other, Channel::Pages), count(&other, Channel::Slack)), (0, 0));
    let owed = other.incident.unwrap().notifications;
    assert_eq!(owed.iter().filter(|n| n.channel == Channel::Slack).count(), 1, "nor later");
}

#[test]
fn a_p0_alarm_that_joins_long_after_the_page_wakes_people_anew() {
    let mut play = Play::new();
    play.alarm("memory", Severity::P0);
    play.told_since();
    play.wait(20 * 60).alarm("5xx", Severity::P0);
    for told in [(Channel::PagerDuty, Kind::Page), (Channel::Pages, Kind::Page), (Channel::Slack, Kind::Broadcast)] {
        assert!(play.told.contains(&told), "{:?}", play.told);
    }
}

#[test]
fn an_ecs_event_that_nothing_takes_back_is_over_after_an_hour() {
    let mut play = Play::new();
    let mut event = sighting("ECS: SERVICE_TASK_PLACEMENT_FAILURE", Severity::P1, AlarmState::Alarm, play.now);
    event.alarm = Arn::new("arn:aws:ecs:eu-west-1:123456789012:service/main/web#ecs");
    play.apply(Event::Seen(Box::new(event)));
    assert_ne!(play.wait(3599).apply(Event::Tick), Reason::Resolved);
    assert_eq!(play.wait(1).apply(Event::Tick), Reason::Resolved);
}

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
fn a_p1_goes_to_slack_and_wakes_nobody() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    assert_eq!(play.told, [(Channel::Slack, Kind::Post), (Channel::Incidents, Kind::Opened)]);
}

#[test]
fn a_rise_from_p1_to_p0_pages_and_posts_anew() {
    let mut play = Play::new();
    play.alarm("latency", Severity::P1);
    play.told_since();
    assert_eq!(play.wait(30).alarm("5xx", Severity::P0), Reason::Raised);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)));
    assert!(play.told.contains(&(Channel::Slack, Kind::Broadcast)), "in the thread, and shown in the channel");
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn a_p1_under_an_open_p0_attaches_silently_and_lowers_nothing() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.told_since();
    assert_eq!(play.alarm("latency", Severity::P1), Reason::Joined);
    assert!(play.told.is_empty());
    assert_eq!(play.present().severity, Severity::P0);
}

#[test]
fn it_is_over_only_when_every_alarm_recovered() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.alarm("unhealthy", Severity::P0);
    play.told_since();
    assert_eq!(play.wait(60).ok("5xx"), Reason::PartlyRecovered);
    assert!(play.told.is_empty());
    assert_eq!(play.ok("unhealthy"), Reason::Resolved);
    assert_eq!(play.told, [(Channel::PagerDuty, Kind::Resolve), (Channel::Mail, Kind::Resolve)]);
}

#[test]
fn no_data_is_never_a_recovery() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.wait(60);
    assert_eq!(play.seen("5xx", Severity::P0, AlarmState::InsufficientData), Reason::NoData);
    assert!(play.present().is_open());
    assert_eq!(play.wait(60).ok("5xx"), Reason::Resolved);
}

#[test]
fn no_data_of_a_new_stack_opens_nothing() {
    let mut play = Play::new();
    assert_eq!(play.seen("5xx", Severity::P0, AlarmState::InsufficientData), Reason::NoData);
    assert_eq!(play.ok("5xx"), Reason::NothingToResolve);
    assert!(play.present().is_calm() && play.told.is_empty(), "it is only remembered");
}

#[test]
fn an_alarm_soon_after_the_end_opens_the_same_incident_and_pages() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let id = play.present().id.clone();
    play.wait(60).ok("5xx");
    play.told_since();
    assert_eq!(play.wait(599).alarm("5xx", Severity::P0), Reason::Reopened);
    assert_eq!(play.present().id, id);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Page)));
}

#[test]
fn an_alarm_long_after_the_end_is_a_new_incident() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let id = play.present().id.clone();
    play.wait(60).ok("5xx");
    assert_eq!(play.wait(600).alarm("5xx", Severity::P0), Reason::Opened);
    assert_ne!(play.present().id, id);
}

#[test]
fn after_its_reopening_window_it_is_closed() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.ok("5xx");
    play.wait(1).ok("5xx");
    assert_ne!(play.wait(590).apply(Event::Tick), Reason::Closed);
    assert_eq!(play.wait(60).apply(Event::Tick), Reason::Closed);
}

#[test]
fn it_is_not_closed_while_somebody_is_still_owed_a_word() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    play.down = vec![Channel::PagerDuty];
    play.wait(1).ok("5xx");
    assert_ne!(play.wait(3600).apply(Event::Tick), Reason::Closed);
    play.down.clear();
    play.wait(3600).apply(Event::Tick);
    assert!(play.told.contains(&(Channel::PagerDuty, Kind::Resolve)));
    assert_eq!(play.wait(3600).apply(Event::Tick), Reason::Closed);
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
fn an_incident_is_not_closed_before_the_result_of_its_remedy_is_told() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let (plan, subject) = (crate::ledger::tests::redeploy(), play.present().subject());
    let at = play.now;
    play.apply(Event::Told(Box::new(Bulletin::Acted { subject: subject.clone(), plan: plan.clone(), at })));
    play.wait(60).ok("5xx");
    assert_ne!(play.wait(660).apply(Event::Tick), Reason::Closed);
    let outcome = Some(Outcome::Recovered { after_s: 700 });
    assert_eq!(play.apply(Event::Told(Box::new(Bulletin::Verified { subject, plan, outcome, at }))), Reason::Remedied);
    assert_eq!(play.wait(60).apply(Event::Tick), Reason::Closed);
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
    let bulletin = Bulletin::Diagnosed { subject, gathered_at: play.now, diagnosis: diagnose(&stale()) };
    assert_eq!(play.apply(Event::Told(Box::new(bulletin))), Reason::OtherIncident);
    assert!(play.present().explanation.is_none());
}

#[test]
fn an_alarm_that_is_found_ok_without_a_message_settles_the_incident() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
    let alarm = play.present().alarms.keys().next().unwrap().clone();
    let at = play.wait(300).now;
    assert_eq!(play.apply(Event::Settled { alarm: alarm.clone(), at }), Reason::Resolved);
    let late = play.now - SignedDuration::from_secs(200);
    assert_eq!(play.apply(Event::Settled { alarm, at: late }), Reason::Stale);
}

#[test]
fn an_open_incident_is_always_due_some_time() {
    let mut play = Play::new();
    play.alarm("5xx", Severity::P0);
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
