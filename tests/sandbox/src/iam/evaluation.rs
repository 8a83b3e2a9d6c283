//! The judgement itself ("Policy evaluation logic", IAM User Guide).

use super::document::{Effect, Statement};
use super::pattern;
use super::request::{Asked, NotUnderstood};

/// What a role says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none forbids it.
    Allowed,
    /// This statement forbids it.
    Denied(String),
    /// No statement allows it.
    NotAllowed,
}

/// Judges a request by the statements of a role: an explicit deny wins, then an allow is needed.
///
/// # Errors
/// When a statement about this action and resource looks at something that is not read from requests of this action.
pub fn judge(statements: &[Statement], asked: &Asked) -> Result<Verdict, NotUnderstood> {
    let (mut denied, mut allowed) = (None, false);
    for statement in statements.iter().filter(|statement| is_about(statement, asked)) {
        if let Some(unread) = statement.conditions.iter().find(|condition| asked.unread.contains(&condition.key())) {
            let what = format!("{} of {}, which {} looks at", unread.key(), asked.action, statement.id);
            return Err(NotUnderstood(what));
        }
        if statement.conditions.iter().all(|condition| condition.holds(&asked.context)) {
            match statement.effect {
                Effect::Allow => allowed = true,
                Effect::Deny => denied = Some(statement.id.clone()),
            }
        }
    }
    Ok(match denied {
        Some(by) => Verdict::Denied(by),
        None if allowed => Verdict::Allowed,
        None => Verdict::NotAllowed,
    })
}

/// Actions are not told by case, resources are.
fn is_about(statement: &Statement, asked: &Asked) -> bool {
    let action = asked.action.to_ascii_lowercase();
    statement.actions.iter().any(|wanted| pattern::matches(&wanted.to_ascii_lowercase(), &action))
        && statement.resources.iter().any(|wanted| pattern::matches(wanted, &asked.resource))
}
