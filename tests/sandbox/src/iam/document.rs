//! Policy documents ("IAM JSON policy elements reference", IAM User Guide), read strictly: what is not understood is an error, since
//! passing over it could allow what it forbids.

use serde_json::{Map, Value};

use super::condition::Condition;

/// Why a policy cannot be judged by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the sandbox does not understand a policy: {0}\nhint: say it as the other policies of template.yaml do, or teach tests/sandbox/src/iam"
)]
pub struct PolicyError(pub String);

/// What a statement does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It forbids, whatever else allows it.
    Deny,
}

/// One statement of a role's policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`, by which people find it in the template.
    pub id: String,
    /// What it does.
    pub effect: Effect,
    /// The actions it is about, with wildcards.
    pub actions: Vec<String>,
    /// The resources it is about, with wildcards.
    pub resources: Vec<String>,
    pub(super) conditions: Vec<Condition>,
}

/// The statements of a policy, whose properties hold its document.
pub(super) fn of(policy: &Value) -> Result<Vec<Statement>, PolicyError> {
    let document = policy.get("PolicyDocument").ok_or_else(|| PolicyError(format!("no document in {policy}")))?;
    let document = object(document, "a document")?;
    for (key, value) in document {
        match (key.as_str(), value.as_str()) {
            ("Version", Some("2012-10-17")) | ("Statement", _) => {}
            _ => return Err(PolicyError(format!("{key}: {value} in a document"))),
        }
    }
    let statements = document.get("Statement").and_then(Value::as_array);
    statements
        .ok_or_else(|| PolicyError("a document without a list of statements".to_owned()))?
        .iter()
        .map(one)
        .collect()
}

fn one(statement: &Value) -> Result<Statement, PolicyError> {
    const KNOWN: [&str; 5] = ["Sid", "Effect", "Action", "Resource", "Condition"];
    let members = object(statement, "a statement")?;
    if let Some(unknown) = members.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(PolicyError(format!("{unknown} in {statement}")));
    }
    let effect = match members.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(PolicyError(format!("the effect of {statement}"))),
    };
    let id = members.get("Sid").and_then(Value::as_str).ok_or_else(|| PolicyError(format!("no Sid in {statement}")))?;
    let conditions = match members.get("Condition") {
        Some(conditions) => Condition::read(object(conditions, "a condition")?)?,
        None => Vec::new(),
    };
    Ok(Statement {
        id: id.to_owned(),
        effect,
        actions: texts(members.get("Action"), "Action", statement)?,
        resources: texts(members.get("Resource"), "Resource", statement)?,
        conditions,
    })
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, PolicyError> {
    value.as_object().ok_or_else(|| PolicyError(format!("{what} that is no object: {value}")))
}

/// A text or a list of texts, at least one. A policy variable (`${aws:username}`) is none of them.
fn texts(value: Option<&Value>, what: &str, statement: &Value) -> Result<Vec<String>, PolicyError> {
    let texts: Option<Vec<String>> = match value {
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    texts
        .filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty() && !text.contains("${")))
        .ok_or_else(|| PolicyError(format!("the {what} of {statement}")))
}
