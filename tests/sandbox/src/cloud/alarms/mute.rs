//! Mute rules: alarms change their state and tell nobody.
//!
//! CloudWatch User Guide, "Alarm mute rules", and API reference, `PutAlarmMuteRule`: `ActionsEnabled` of a muted alarm stays
//! true, so nothing of it is seen in `DescribeAlarms`. When the window ends, the muted actions of an alarm that is still in
//! the state it went to are carried out. Modelled are rules with an `at` expression, which begin at once if its time has
//! passed.

use super::{Alarms, Standing, action, composite};
use crate::cloud::clock::Moment;
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::turn::Turn;
use serde_json::json;

/// A mute rule that is in force or will be.
#[derive(Debug, Clone)]
pub(super) struct Mute {
    name: String,
    alarms: Vec<String>,
    from: Moment,
    until: Moment,
    /// Changes that were told nobody: the alarm, and its state before the first of them.
    kept_back: Vec<(String, Standing)>,
}

impl Alarms {
    /// Keeps a change back, if a rule mutes the alarm; whether one does.
    pub(super) fn mute(&mut self, alarm: &str, previous: &Standing, now: Moment) -> bool {
        let in_force = |mute: &&mut Mute| mute.from <= now && now < mute.until;
        let mute = self.mutes.iter_mut().filter(in_force).find(|mute| mute.alarms.iter().any(|name| name == alarm));
        let Some(mute) = mute else { return false };
        if !mute.kept_back.iter().any(|(name, _)| name == alarm) {
            mute.kept_back.push((alarm.to_owned(), previous.clone()));
        }
        true
    }

    /// Carries out what was muted and is still so.
    pub(super) fn end_mutes(&mut self, turn: &mut Turn<'_>) {
        let is_over = |mute: &Mute| mute.until <= turn.now;
        if !self.mutes.iter().any(is_over) {
            return;
        }
        let (over, left) = std::mem::take(&mut self.mutes).into_iter().partition(is_over);
        self.mutes = left;
        let over: Vec<Mute> = over;
        for (name, previous) in over.into_iter().flat_map(|mute| mute.kept_back) {
            let Some(alarm) = self.find(&name).cloned() else { continue };
            if alarm.standing.state == previous.state {
                continue;
            }
            let children = composite::triggering_children(&alarm, self);
            let done = action::act(&alarm, &previous, &children, turn);
            if let Some(alarm) = self.find_mut(&name) {
                done.into_iter().for_each(|item| alarm.remember(item));
            }
        }
    }
}

/// `PutAlarmMuteRule`.
pub(super) fn put(alarms: &mut Alarms, input: &Input, turn: &Turn<'_>) -> Answer {
    let invalid = |message: &str| ApiError::sender("ValidationError", message);
    let name = input.text("Name").ok_or_else(|| invalid("Name is required."))?;
    let schedule = input.structure("Rule").structure("Schedule");
    let expression = schedule.text("Expression").unwrap_or_default();
    let at = expression
        .strip_prefix("at(")
        .and_then(|rest| rest.strip_suffix(')'))
        .ok_or_else(|| invalid("The sandbox models mute rules with an at() expression only."))?;
    let from = Moment::parse(&format!("{at}:00Z")).ok_or_else(|| invalid("Expression is not at(yyyy-MM-ddThh:mm)."))?;
    let duration: jiff::SignedDuration = schedule
        .text("Duration")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| invalid("Duration is not an ISO 8601 duration."))?;
    let targets = input.structure("MuteTargets").texts("AlarmNames");
    if targets.len() > 100 {
        return Err(invalid("A mute rule targets at most 100 alarms."));
    }
    let seconds = duration.as_millis() as f64 / 1000.0;
    // What is shortened is durations: the window begins when its time has come, or now.
    let from = from.max(turn.now);
    let until = from.after(turn.pace.millis(seconds));
    alarms.mutes.retain(|mute| mute.name != name);
    alarms.mutes.push(Mute { name, alarms: targets, from, until, kept_back: Vec::new() });
    Ok(json!({}))
}

/// `DeleteAlarmMuteRule`: the window ends at once.
pub(super) fn delete(alarms: &mut Alarms, input: &Input, turn: &Turn<'_>) -> Answer {
    let name = input.text("AlarmMuteRuleName").unwrap_or_default();
    alarms.mutes.iter_mut().filter(|mute| mute.name == name).for_each(|mute| mute.until = turn.now);
    Ok(json!({}))
}
