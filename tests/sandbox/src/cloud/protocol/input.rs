//! A request's members, read tolerantly: the Query protocol and CloudFormation write numbers and booleans as text.

use crate::cloud::clock::{Moment, TIME};
use serde_json::Value;

/// The members of a request or of one of its structures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input(pub(crate) Value);

impl Input {
    /// The member itself.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A member as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.member(name).and_then(text_of)
    }

    /// A member as a number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.member(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A member as a count.
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.number(name).filter(|number| *number >= 0.0).map(|number| number as u32)
    }

    /// A member as a boolean.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.member(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// A member as a moment, in any of the ways the protocols write one.
    pub(crate) fn moment(&self, name: &str) -> Option<Moment> {
        match self.member(name)? {
            Value::Object(map) => map.get(TIME).and_then(Value::as_i64).map(Moment::from_millis),
            Value::Number(number) => number.as_f64().map(Moment::from_seconds),
            Value::String(text) => Moment::parse(text),
            _ => None,
        }
    }

    /// A member that is a list of texts; a single text counts as a list of one.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.member(name) {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => text_of(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A member that is a list of structures.
    pub(crate) fn items(&self, name: &str) -> Vec<Input> {
        match self.member(name) {
            Some(Value::Array(items)) => items.iter().cloned().map(Input).collect(),
            _ => Vec::new(),
        }
    }

    /// A member that is a structure; empty when it is absent.
    pub(crate) fn structure(&self, name: &str) -> Input {
        self.member(name).cloned().map(Input).unwrap_or_default()
    }

    /// A list of `Key` and `Value`, in either spelling, such as tags.
    pub(crate) fn tags(&self, name: &str) -> Vec<(String, String)> {
        self.items(name)
            .iter()
            .filter_map(|tag| {
                let key = tag.text("Key").or_else(|| tag.text("key"))?;
                Some((key, tag.text("Value").or_else(|| tag.text("value")).unwrap_or_default()))
            })
            .collect()
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
