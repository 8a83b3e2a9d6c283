//! Composite alarms: `ALARM(a) AND NOT OK("b")` (CloudWatch API reference, `PutCompositeAlarm`: `AlarmRule`). Action
//! suppressors are not modelled.

use super::config::CompositeConfig;
use super::{Alarm, AlarmState, Alarms, Standing, Watch};
use crate::cloud::clock::Moment;
use serde_json::{Value, json};

/// A parsed rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Is(AlarmState, String),
    Constant(bool),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

/// Parses a rule; the error is a sentence.
pub(super) fn parse(rule: &str) -> Result<Condition, String> {
    let mut parser = Parser { words: words(rule), at: 0 };
    let condition = parser.disjunction(0)?;
    match parser.words.get(parser.at) {
        None => Ok(condition),
        Some(word) => Err(format!("AlarmRule has an unexpected '{word}'.")),
    }
}

/// The state that follows from the children; `None` when it is the one the alarm is in.
pub(super) fn standing(config: &CompositeConfig, current: &Standing, alarms: &Alarms, now: Moment) -> Option<Standing> {
    let condition = parse(&config.rule).ok()?;
    let state = if holds(&condition, alarms) { AlarmState::Alarm } else { AlarmState::Ok };
    if state == current.state {
        return None;
    }
    let mut children: Vec<&Alarm> = names(&condition).into_iter().filter_map(|name| alarms.find(name)).collect();
    children.sort_by_key(|child| child.standing.since);
    let reason = children.last().map_or_else(
        || "AlarmRule was evaluated".to_owned(),
        |child| {
            let at = child.standing.since.timestamp().strftime("%A %d %B, %Y %H:%M:%S UTC").to_string();
            format!("{} transitioned to {} at {at}", child.arn, child.standing.state.name())
        },
    );
    let states: Vec<Value> = children.iter().map(|child| described(child)).collect();
    let data = json!({"triggeringAlarms": states});
    Some(Standing { state, reason, reason_data: Some(data.to_string()), since: now })
}

/// The children of a composite alarm that are in ALARM, as its message lists them.
pub(super) fn triggering_children(alarm: &Alarm, alarms: &Alarms) -> Vec<Value> {
    let Watch::Composite(config) = &alarm.watch else { return Vec::new() };
    let Ok(condition) = parse(&config.rule) else { return Vec::new() };
    names(&condition)
        .into_iter()
        .filter_map(|name| alarms.find(name))
        .filter(|child| child.standing.state == AlarmState::Alarm)
        .map(|child| {
            let state = json!({
                "Value": child.standing.state.name(), "Timestamp": child.standing.since.in_alarm_message(),
            });
            json!({"Arn": child.arn, "State": state})
        })
        .collect()
}

fn described(child: &Alarm) -> Value {
    let state = json!({"value": child.standing.state.name(), "timestamp": child.standing.since.in_alarm_message()});
    json!({"arn": child.arn, "state": state})
}

/// A child that does not exist is in no state.
fn holds(condition: &Condition, alarms: &Alarms) -> bool {
    match condition {
        Condition::Is(state, name) => alarms.find(name).is_some_and(|alarm| alarm.standing.state == *state),
        Condition::Constant(value) => *value,
        Condition::Not(inner) => !holds(inner, alarms),
        Condition::And(left, right) => holds(left, alarms) && holds(right, alarms),
        Condition::Or(left, right) => holds(left, alarms) || holds(right, alarms),
    }
}

fn names(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::Is(_, name) => vec![name],
        Condition::Constant(_) => Vec::new(),
        Condition::Not(inner) => names(inner),
        Condition::And(left, right) | Condition::Or(left, right) => [names(left), names(right)].concat(),
    }
}

fn words(rule: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for letter in rule.chars() {
        match letter {
            '"' | '\'' => quoted = !quoted,
            '(' | ')' if !quoted => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                words.push(letter.to_string());
            }
            letter if letter.is_whitespace() && !quoted => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            }
            other => word.push(other),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// How deeply rules may nest.
const DEEPEST: usize = 64;

struct Parser {
    words: Vec<String>,
    at: usize,
}

impl Parser {
    fn is_next(&mut self, expected: &str) -> bool {
        let is_next = self.words.get(self.at).is_some_and(|word| word == expected);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, expected: &str) -> Result<(), String> {
        if self.is_next(expected) { Ok(()) } else { Err(format!("AlarmRule lacks a '{expected}'.")) }
    }

    fn disjunction(&mut self, depth: usize) -> Result<Condition, String> {
        let mut left = self.conjunction(depth)?;
        while self.is_next("OR") {
            left = Condition::Or(Box::new(left), Box::new(self.conjunction(depth)?));
        }
        Ok(left)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Condition, String> {
        let mut left = self.atom(depth + 1)?;
        while self.is_next("AND") {
            left = Condition::And(Box::new(left), Box::new(self.atom(depth + 1)?));
        }
        Ok(left)
    }

    fn atom(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEEPEST {
            return Err("AlarmRule nests too deeply.".to_owned());
        }
        if self.is_next("NOT") {
            return Ok(Condition::Not(Box::new(self.atom(depth + 1)?)));
        }
        if self.is_next("(") {
            let inner = self.disjunction(depth + 1)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let word = self.words.get(self.at).cloned().ok_or("AlarmRule ends too early.")?;
        self.at += 1;
        match (word.as_str(), AlarmState::parse(&word)) {
            ("TRUE", _) => Ok(Condition::Constant(true)),
            ("FALSE", _) => Ok(Condition::Constant(false)),
            (_, Some(state)) => {
                self.expect("(")?;
                let name = self.words.get(self.at).cloned().ok_or("AlarmRule ends too early.")?;
                self.at += 1;
                self.expect(")")?;
                Ok(Condition::Is(state, name))
            }
            (other, None) => Err(format!("AlarmRule has an unexpected '{other}'.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_with_and_binding_closer_than_or() {
        let is = |state, name: &str| Box::new(Condition::Is(state, name.to_owned()));
        assert_eq!(
            parse("ALARM(\"a b\") OR NOT OK(c) AND ALARM(d)"),
            Ok(Condition::Or(
                is(AlarmState::Alarm, "a b"),
                Box::new(Condition::And(Box::new(Condition::Not(is(AlarmState::Ok, "c"))), is(AlarmState::Alarm, "d")))
            ))
        );
    }

    #[test]
    fn rules_that_are_not_rules_are_refused() {
        for rule in ["", "ALARM", "ALARM(a", "maybe(a)", "ALARM(a) ALARM(b)", &"(".repeat(300)] {
            assert!(parse(rule).is_err(), "{rule} was accepted");
        }
    }
}
