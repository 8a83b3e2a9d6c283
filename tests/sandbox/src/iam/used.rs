//! What was asked of the roles, and which of their grants that needed.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Effect, Statement};
use super::evaluation::{Verdict, judge};
use super::request::Asked;

/// Everything that one function's role was asked for.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// What it allowed.
    pub allowed: BTreeSet<Asked>,
    /// What it refused, with IAM's sentence.
    pub refused: BTreeMap<Asked, String>,
}

/// A part of a role that can be taken away by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// One action of a statement: its `Sid`, and the action.
    Action(String, String),
    /// One of several resources of a statement: its `Sid`, and which of them it is, from 1 on.
    Resource(String, usize),
}

impl Grant {
    /// All grants of a role.
    #[must_use]
    pub fn all(statements: &[Statement]) -> BTreeSet<Self> {
        let mut grants = BTreeSet::new();
        for statement in statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let id = &statement.id;
            grants.extend(statement.actions.iter().map(|action| Self::Action(id.clone(), action.clone())));
            if statement.resources.len() > 1 {
                grants.extend((1..=statement.resources.len()).map(|number| Self::Resource(id.clone(), number)));
            }
        }
        grants
    }

    /// The role without this grant.
    #[must_use]
    pub fn taken_from(&self, statements: &[Statement]) -> Vec<Statement> {
        let mut left = statements.to_vec();
        for statement in left.iter_mut().filter(|statement| statement.effect == Effect::Allow) {
            match self {
                Self::Action(id, action) if *id == statement.id => statement.actions.retain(|one| one != action),
                Self::Resource(id, number) if *id == statement.id && *number <= statement.resources.len() => {
                    statement.resources.remove(*number - 1);
                }
                _ => {}
            }
        }
        left
    }

    /// The grants without which the role refuses something that it allowed.
    #[must_use]
    pub fn needed(statements: &[Statement], used: &Used) -> BTreeSet<Self> {
        let is_refused = |left: &[Statement], asked: &Asked| judge(left, asked) != Ok(Verdict::Allowed);
        Self::all(statements)
            .into_iter()
            .filter(|grant| {
                let left = grant.taken_from(statements);
                used.allowed.iter().any(|asked| is_refused(&left, asked))
            })
            .collect()
    }
}

impl std::fmt::Display for Grant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Action(id, action) => write!(out, "{id}: {action}"),
            Self::Resource(id, number) => write!(out, "{id}: resource {number}"),
        }
    }
}
