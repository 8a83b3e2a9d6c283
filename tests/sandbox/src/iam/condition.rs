//! Conditions of statements ("IAM JSON policy elements: Condition operators" and "Multivalued context keys", IAM User Guide).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::PolicyError;
use super::pattern;

/// The condition keys that a request is read for, lower case: IAM does not tell keys by case. A tag's key follows the slash.
const KEYS: [&str; 6] = [
    "application-autoscaling:scalable-dimension",
    "application-autoscaling:service-namespace",
    "aws:resourcetag/paramedic",
    "cloudwatch:namespace",
    "dynamodb:leadingkeys",
    "iam:passedtoservice",
];

/// What a request says to the condition keys it has, each with all of its values.
pub(super) type Context = BTreeMap<&'static str, Vec<String>>;

/// One operator on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    key: &'static str,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    StringEquals,
    AnyEquals,
    AllLike,
    Null,
}

impl Condition {
    /// Reads the conditions of a statement, all of which must hold.
    pub(super) fn read(conditions: &Map<String, Value>) -> Result<Vec<Self>, PolicyError> {
        let mut read = Vec::new();
        for (operator, keys) in conditions {
            let wrong = |what: &str| PolicyError(format!("{what} in the condition {operator}: {keys}"));
            let known = match operator.as_str() {
                "StringEquals" => Operator::StringEquals,
                "ForAnyValue:StringEquals" => Operator::AnyEquals,
                "ForAllValues:StringLike" => Operator::AllLike,
                "Null" => Operator::Null,
                _ => return Err(wrong("the operator")),
            };
            for (key, values) in keys.as_object().ok_or_else(|| wrong("no keys"))? {
                let key =
                    KEYS.into_iter().find(|known| known.eq_ignore_ascii_case(key)).ok_or_else(|| wrong("a key"))?;
                let values: Option<Vec<String>> = match values {
                    Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
                    value => value.as_str().map(|value| vec![value.to_owned()]),
                };
                let values = values.filter(|values| !values.is_empty()).ok_or_else(|| wrong("a value"))?;
                if known == Operator::Null && values != ["false"] {
                    return Err(wrong("another value than \"false\""));
                }
                read.push(Self { operator: known, key, values });
            }
        }
        Ok(read)
    }

    /// The key it looks at.
    pub(super) fn key(&self) -> &'static str {
        self.key
    }

    /// Whether it holds for a request. A key that the request does not have satisfies `ForAllValues` and nothing else.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let present = context.get(self.key).map(Vec::as_slice).unwrap_or_default();
        match self.operator {
            Operator::StringEquals => matches!(present, [only] if self.values.contains(only)),
            Operator::AnyEquals => present.iter().any(|value| self.values.contains(value)),
            Operator::AllLike => {
                present.iter().all(|value| self.values.iter().any(|wanted| pattern::matches(wanted, value)))
            }
            Operator::Null => !present.is_empty(),
        }
    }
}
