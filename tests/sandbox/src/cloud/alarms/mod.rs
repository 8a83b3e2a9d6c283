//! CloudWatch alarms: metric alarms, math alarms and composite alarms, their states, histories and actions.

mod action;
mod api;
mod composite;
mod config;
mod evaluation;
mod message;
mod mute;

pub(crate) use api::call;
pub(crate) use config::{CompositeConfig, MetricConfig};

use self::evaluation::{Rule, Verdict};
use super::clock::Moment;
use super::metrics::{Metrics, Windows, evaluate};
use super::turn::Turn;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// How many state changes an alarm's history keeps.
const KEPT_HISTORY: usize = 100;
/// How long after a window's end an alarm looks at it, in milliseconds: the samples of its last tick are in by then.
const SETTLING_MILLIS: i64 = 300;

/// The state of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlarmState {
    Ok,
    Alarm,
    InsufficientData,
}

impl AlarmState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<AlarmState> {
        [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData].into_iter().find(|state| state.name() == name)
    }
}

/// A state with its reason.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) state: AlarmState,
    pub(crate) reason: String,
    /// `StateReasonData`, a text that holds JSON; none for a new alarm.
    pub(crate) reason_data: Option<String>,
    pub(crate) since: Moment,
}

impl Standing {
    /// That of a new alarm.
    pub(crate) fn unchecked(now: Moment) -> Standing {
        Standing {
            state: AlarmState::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            reason_data: None,
            since: now,
        }
    }
}

/// A line of an alarm's history.
#[derive(Debug, Clone)]
pub(crate) struct HistoryItem {
    pub(crate) at: Moment,
    pub(crate) kind: &'static str,
    pub(crate) summary: String,
    pub(crate) data: Value,
}

/// What an alarm watches.
#[derive(Debug, Clone)]
pub(crate) enum Watch {
    Metric(MetricConfig),
    Composite(CompositeConfig),
}

/// An alarm.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) description: Option<String>,
    pub(crate) actions_enabled: bool,
    pub(crate) ok_actions: Vec<String>,
    pub(crate) alarm_actions: Vec<String>,
    pub(crate) insufficient_data_actions: Vec<String>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) configured_at: Moment,
    pub(crate) standing: Standing,
    pub(crate) watch: Watch,
    next_evaluation: Moment,
    history: VecDeque<HistoryItem>,
}

impl Alarm {
    /// The actions of a state.
    pub(crate) fn actions_for(&self, state: AlarmState) -> &[String] {
        match state {
            AlarmState::Ok => &self.ok_actions,
            AlarmState::Alarm => &self.alarm_actions,
            AlarmState::InsufficientData => &self.insufficient_data_actions,
        }
    }

    fn remember(&mut self, item: HistoryItem) {
        self.history.push_front(item);
        self.history.truncate(KEPT_HISTORY);
    }
}

/// All alarms of the account, and the dashboards, which are only kept.
#[derive(Debug, Default, Clone)]
pub(crate) struct Alarms {
    pub(crate) alarms: Vec<Alarm>,
    mutes: Vec<mute::Mute>,
    pub(crate) dashboards: Vec<(String, String)>,
}

impl Alarms {
    /// An alarm by name or ARN.
    pub(crate) fn find(&self, name: &str) -> Option<&Alarm> {
        self.alarms.iter().find(|alarm| alarm.name == name || alarm.arn == name)
    }

    /// An alarm by name or ARN, to change it.
    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Alarm> {
        self.alarms.iter_mut().find(|alarm| alarm.name == name || alarm.arn == name)
    }

    /// Creates an alarm, or changes it and leaves its state.
    pub(crate) fn put(&mut self, mut alarm: Alarm) {
        match self.find_mut(&alarm.name) {
            Some(existing) => {
                alarm.standing = existing.standing.clone();
                alarm.history = std::mem::take(&mut existing.history);
                *existing = alarm;
            }
            None => self.alarms.push(alarm),
        }
    }

    /// Forgets every state, every mute, and when to evaluate next.
    pub(crate) fn forget(&mut self, now: Moment) {
        self.mutes.clear();
        for alarm in &mut self.alarms {
            alarm.standing = Standing::unchecked(now);
            alarm.next_evaluation = now;
            alarm.history.clear();
        }
    }

    /// Evaluates the alarms whose time has come. Composite alarms follow as soon as a child changes.
    pub(crate) fn tick(&mut self, metrics: &Metrics, turn: &mut Turn<'_>) {
        for position in 0..self.alarms.len() {
            let Some(alarm) = self.alarms.get_mut(position) else { continue };
            let Watch::Metric(config) = &alarm.watch else { continue };
            if turn.now < alarm.next_evaluation {
                continue;
            }
            // Every minute, or every ten seconds for shorter periods ("Alarm evaluation": evaluation frequency).
            let interval = turn.pace.period_millis(if config.period < 60.0 { 10.0 } else { 60.0 });
            let until = turn.now.after(-SETTLING_MILLIS).floor(interval);
            let found = evaluated(config, until, metrics, turn);
            alarm.next_evaluation = until.after(interval + SETTLING_MILLIS);
            if let Some(standing) = found.filter(|standing| standing.state != alarm.standing.state) {
                self.enter(position, standing, turn);
            }
        }
        self.follow_children(turn);
        self.end_mutes(turn);
    }

    fn follow_children(&mut self, turn: &mut Turn<'_>) {
        for position in 0..self.alarms.len() {
            let Some(alarm) = self.alarms.get(position) else { continue };
            let Watch::Composite(config) = &alarm.watch else { continue };
            let Some(standing) = composite::standing(config, &alarm.standing, self, turn.now) else { continue };
            self.enter(position, standing, turn);
        }
    }

    /// Puts an alarm into a state and acts on the change.
    pub(crate) fn enter(&mut self, position: usize, standing: Standing, turn: &mut Turn<'_>) {
        let Some(alarm) = self.alarms.get_mut(position) else { return };
        let previous = std::mem::replace(&mut alarm.standing, standing);
        let (from, to) = (previous.state.name(), alarm.standing.state.name());
        alarm.remember(HistoryItem {
            at: turn.now,
            kind: "StateUpdate",
            summary: format!("Alarm updated from {from} to {to}"),
            data: json!({
                "version": "1.0",
                "oldState": {"stateValue": from, "stateReason": previous.reason},
                "newState": {"stateValue": to, "stateReason": alarm.standing.reason},
            }),
        });
        let alarm = alarm.clone();
        let children = composite::triggering_children(&alarm, self);
        action::announce(&alarm, &previous, turn);
        if self.mute(&alarm.name, &previous, turn.now) {
            return;
        }
        let done = action::act(&alarm, &previous, &children, turn);
        if let Some(alarm) = self.alarms.get_mut(position) {
            done.into_iter().for_each(|item| alarm.remember(item));
        }
    }
}

/// What a metric alarm's datapoints say; `None` when its state stays as it is.
fn evaluated(config: &MetricConfig, until: Moment, metrics: &Metrics, turn: &Turn<'_>) -> Option<Standing> {
    let rule = Rule::of(config);
    let period_millis = turn.pace.period_millis(config.period);
    let count = rule.evaluation_range();
    let windows = Windows { first: until.after(-period_millis * count as i64), period_millis, count };
    // An expression that cannot be worked out gives no datapoints, so the alarm says that its data are insufficient.
    let points = evaluate(&config.queries, &config.watched, windows, metrics).unwrap_or_else(|_| vec![None; count]);
    let finding = rule.judge(&points);
    let state = match finding.verdict {
        Verdict::Alarm => AlarmState::Alarm,
        Verdict::Ok => AlarmState::Ok,
        Verdict::InsufficientData => AlarmState::InsufficientData,
        Verdict::Retain => return None,
    };
    Some(Standing {
        state,
        reason: message::reason(&rule, &finding, &points, windows, state),
        reason_data: Some(message::reason_data(config, &finding, &points, windows, turn.now)),
        since: turn.now,
    })
}
