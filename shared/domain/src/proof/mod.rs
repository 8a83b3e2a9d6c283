//! Proof that people can be reached, before an incident has to find out that they cannot.
//!
//! Two things prove it. The [`heartbeat`] is an alarm of Paramedic's own that travels the way of every alarm, all the time.
//! [`examine`] judges what was read of everything on that way: it is `infra-bootstrap doctor`, and the router does the same
//! once a day. A check is one file in `checks/` and its line in the table there; it looks at [`Readings`] only.

pub mod drill;
pub mod heartbeat;

mod checks;
mod cover;
mod expected;
mod finding;
mod policy;
mod readings;
mod report;

pub use self::checks::examine;
pub use self::expected::{Expected, NeededSecret};
pub use self::finding::{Check, Finding, Told, Verdict, Voice};
pub use self::readings::{
    AlarmWiring, Cover, FunctionFacts, Gap, PagerDutyFacts, QueueFacts, Readings, Role, SecretRead, SlackChannelFacts,
    SlackFacts, SmsFacts, Source, Subscription, Topic, TopicFacts,
};
pub use self::report::{json, overall, text};

#[cfg(test)]
mod tests;
