//! What the functions' roles allow: each function signs with a key of its own, and the overlay refuses what the role it is
//! deployed with does not allow, in the words of the service it asked.
//!
//! The roles are those of `template.yaml` as the sandbox's stack makes them: MiniStack's CloudFormation resolves the
//! template, and tells the overlay of each role, policy, function and event source mapping when it makes it.
//!
//! Modelled: the identity-based policies of a role in one account, "Policy evaluation logic" of the IAM User Guide: an explicit deny
//! wins, then an allow is needed. Which resource and which condition keys an action is judged with is taken from the Service
//! Authorization Reference. Only what the template uses is understood. Whatever else stands in a policy fails the deployment, and
//! whatever else a function calls is refused and makes the sandbox complain, so that nothing is allowed by mistake.
//!
//! Not modelled: policies of resources (topics, queues, secrets), permission boundaries, policies of an organization.
//! Calls of people and of the sandbox itself are not bounded.

mod condition;
mod document;
mod evaluation;
mod pattern;
mod refusal;
mod request;
mod roles;
mod used;

#[cfg(test)]
mod tests;

pub use document::{Effect, PolicyError, Statement};
pub use evaluation::{Verdict, judge};
pub(crate) use refusal::refusal;
pub use request::{Asked, NotUnderstood};
pub(crate) use request::{Signed, asked};
pub use roles::{Refused, Role, Roles};
pub use used::{Grant, Used};

/// How the access key id of a function begins; its name follows.
const KEY: &str = "function-";

/// The function that signs with this access key id, if it is one's.
#[must_use]
pub fn function_of(key: &str) -> Option<&str> {
    key.strip_prefix(KEY)
}
