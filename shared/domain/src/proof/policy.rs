//! Whether a topic's policy lets CloudWatch publish: the part of IAM's evaluation that is needed for this question, and an
//! honest "cannot tell" for the rest ("Policy evaluation logic", AWS Identity and Access Management User Guide).

use serde_json::{Map, Value};

use crate::escalation::Pattern;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may publish.
    Yes,
    /// It may not.
    No(String),
    /// A condition is there whose meaning for CloudWatch is not known here.
    Unknown(String),
}

/// How far one statement or one part of it applies to CloudWatch publishing an alarm of this account.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Applies {
    Yes,
    No,
    Unknown(String),
}

/// Whether CloudWatch may publish alarms of `account` to `topic`.
pub(super) fn admits_cloudwatch(policy: &str, topic: &str, account: &str) -> Admission {
    let Ok(Value::Object(policy)) = serde_json::from_str(policy) else {
        return Admission::Unknown("the policy is no JSON object".to_owned());
    };
    let statements = list(policy.get("Statement"));
    let judged: Vec<(bool, Applies)> = statements
        .into_iter()
        .filter_map(Value::as_object)
        .map(|statement| (text(statement, "Effect") == Some("Allow"), applies(statement, topic, account)))
        .collect();
    let any =
        |allow: bool, wanted: &Applies| judged.iter().any(|(allows, applies)| *allows == allow && applies == wanted);
    let unknown = |allow: bool| {
        judged.iter().find_map(|(allows, applies)| match applies {
            Applies::Unknown(why) if *allows == allow => Some(why.clone()),
            _ => None,
        })
    };
    if any(false, &Applies::Yes) {
        return Admission::No("a statement denies it".to_owned());
    }
    if let Some(why) = unknown(false) {
        return Admission::Unknown(format!("a denying statement may apply: {why}"));
    }
    if any(true, &Applies::Yes) {
        return Admission::Yes;
    }
    match unknown(true) {
        Some(why) => Admission::Unknown(format!("the allowing statement may not apply: {why}")),
        None => Admission::No("no statement allows sns:Publish to cloudwatch.amazonaws.com".to_owned()),
    }
}

fn applies(statement: &Map<String, Value>, topic: &str, account: &str) -> Applies {
    for negated in ["NotPrincipal", "NotAction", "NotResource"] {
        if statement.contains_key(negated) {
            return Applies::Unknown(format!("it is written with {negated}"));
        }
    }
    let principal = match statement.get("Principal") {
        Some(Value::Object(kinds)) => {
            list(kinds.get("Service")).iter().any(|service| *service == "cloudwatch.amazonaws.com")
                || list(kinds.get("AWS")).iter().any(|everybody| *everybody == "*")
        }
        everybody => everybody.is_some_and(|everybody| everybody == "*"),
    };
    let fits = |field: &str, value: &str| {
        let patterns = list(statement.get(field));
        patterns.into_iter().filter_map(Value::as_str).any(|pattern| Pattern::new(pattern).fits(value))
    };
    // Actions are not case-sensitive.
    let action = list(statement.get("Action"))
        .into_iter()
        .filter_map(Value::as_str)
        .any(|pattern| Pattern::new(pattern.to_ascii_lowercase()).fits("sns:publish"));
    if !principal || !action || !fits("Resource", topic) {
        return Applies::No;
    }
    conditions(statement.get("Condition"), topic, account)
}

/// All conditions have to hold; one that certainly does not decides, whatever the others are.
fn conditions(conditions: Option<&Value>, topic: &str, account: &str) -> Applies {
    let mut unknown = None;
    for (operator, keys) in conditions.and_then(Value::as_object).into_iter().flatten() {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            let wanted: Vec<&str> = list(Some(wanted)).into_iter().filter_map(Value::as_str).collect();
            match condition(operator, &key.to_ascii_lowercase(), &wanted, topic, account) {
                Applies::Yes => {}
                Applies::No => return Applies::No,
                Applies::Unknown(why) => unknown = Some(why),
            }
        }
    }
    unknown.map_or(Applies::Yes, Applies::Unknown)
}

/// One condition, on what CloudWatch sends along: its calls are encrypted and name the alarm and the account as their
/// source ("Amazon SNS policy for CloudWatch alarms in other accounts").
fn condition(operator: &str, key: &str, wanted: &[&str], topic: &str, account: &str) -> Applies {
    let fits = |value: &str| wanted.iter().any(|pattern| Pattern::new(*pattern).fits(value));
    let holds = |holds: bool| if holds { Applies::Yes } else { Applies::No };
    let operator = operator.trim_end_matches("IfExists");
    let region = topic.split(':').nth(3).unwrap_or_default();
    // An alarm of which only account and region are known: a pattern that wants more of its name may or may not fit.
    let any_alarm = format!("arn:aws:cloudwatch:{region}:{account}:alarm:");
    match (operator, key) {
        ("StringEquals" | "StringLike", "aws:sourceaccount" | "aws:sourceowner") => holds(fits(account)),
        ("StringNotEquals" | "StringNotLike", "aws:sourceaccount" | "aws:sourceowner") => holds(!fits(account)),
        ("Bool", "aws:securetransport") => holds(wanted.contains(&"true")),
        ("ArnLike" | "ArnEquals" | "StringLike" | "StringEquals", "aws:sourcearn") => {
            let sure = wanted.iter().any(|pattern| pattern.ends_with('*') && Pattern::new(*pattern).fits(&any_alarm));
            if sure { Applies::Yes } else { Applies::Unknown(format!("{operator} {key} {}", wanted.join(", "))) }
        }
        _ => Applies::Unknown(format!("{operator} {key} {}", wanted.join(", "))),
    }
}

/// One value or several.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

fn text<'a>(statement: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    statement.get(field).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:paramedic-alarms";
    const ACCOUNT: &str = "123456789012";

    fn admits(statements: Value) -> Admission {
        admits_cloudwatch(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string(), TOPIC, ACCOUNT)
    }

    /// What `template.yaml` writes.
    fn ours() -> Value {
        json!({
            "Sid": "AlarmsOfThisAccount", "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" },
            "Action": "sns:Publish", "Resource": TOPIC, "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } },
        })
    }

    #[test]
    fn our_own_policy_admits_cloudwatch() {
        assert_eq!(admits(json!([ours()])), Admission::Yes);
    }

    #[test]
    fn so_does_the_policy_every_topic_is_born_with() {
        let born = json!({
            "Effect": "Allow", "Principal": { "AWS": "*" }, "Resource": TOPIC,
            "Action": ["SNS:GetTopicAttributes", "SNS:Publish"],
            "Condition": { "StringEquals": { "AWS:SourceOwner": ACCOUNT } },
        });
        assert_eq!(admits(born), Admission::Yes);
    }

    #[test]
    fn a_policy_for_others_does_not() {
        let router = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:role/router" },
            "Action": "sns:Publish", "Resource": TOPIC });
        assert!(matches!(admits(json!([router])), Admission::No(why) if why.contains("no statement allows")));
        assert!(matches!(admits(json!([])), Admission::No(_)));
    }

    #[test]
    fn a_policy_for_another_account_action_or_topic_does_not() {
        for (field, value) in [
            ("Condition", json!({ "StringEquals": { "aws:SourceAccount": "210987654321" } })),
            ("Action", json!("sns:Subscribe")),
            ("Resource", json!("arn:aws:sns:eu-west-1:123456789012:other")),
        ] {
            let mut statement = ours();
            if let Some(statement) = statement.as_object_mut() {
                statement.insert(field.to_owned(), value);
            }
            assert!(matches!(admits(json!([statement])), Admission::No(_)), "{field}");
        }
    }

    #[test]
    fn what_is_denied_is_denied_whatever_is_allowed() {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sns:*", "Resource": "*" });
        assert!(matches!(admits(json!([ours(), deny])), Admission::No(why) if why == "a statement denies it"));
    }

    #[test]
    fn demanding_encryption_on_the_way_keeps_nobody_out() {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC,
            "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
        assert_eq!(admits(json!([ours(), deny])), Admission::Yes);
    }

    #[test]
    fn alarms_of_some_names_only_are_more_than_can_be_told_from_here() {
        let mut some = ours();
        if let Some(statement) = some.as_object_mut() {
            let names =
                json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-*" } });
            statement.insert("Condition".to_owned(), names);
        }
        assert!(matches!(admits(json!([some])), Admission::Unknown(why) if why.contains("web-*")));
        let mut all = ours();
        if let Some(statement) = all.as_object_mut() {
            let names = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*" } });
            statement.insert("Condition".to_owned(), names);
        }
        assert_eq!(admits(json!([all])), Admission::Yes);
    }

    #[test]
    fn what_cannot_be_read_is_not_judged() {
        assert!(matches!(admits_cloudwatch("nonsense", TOPIC, ACCOUNT), Admission::Unknown(_)));
        let mut negated = ours();
        if let Some(statement) = negated.as_object_mut() {
            statement.insert("NotResource".to_owned(), json!("x"));
        }
        assert!(matches!(admits(json!([negated])), Admission::Unknown(_)));
    }
}
