//! What people ask from outside: a click on a button in Slack, an acknowledgement in PagerDuty.
//!
//! The address behind which this is heard is open to the internet, so the order matters: whose signature it bears
//! ([`signature`]), only then what it says ([`slack`], [`pagerduty`]), whether it was heard before ([`seen`]), and whether
//! this person may ask it ([`authorisation`]). What comes out is a [`Petition`](crate::request::Petition) to the router,
//! or the reason why there is none.

pub mod authorisation;
pub mod pagerduty;
pub mod seen;
pub mod signature;
pub mod slack;

#[cfg(test)]
mod tests;

/// Largest body that is looked at, in bytes. A click brings the whole message it was made in: up to some 13,000 characters
/// of blocks, of which each that is not ASCII takes eight bytes as `%5Cu00e9`.
pub const MAX_BODY: usize = 256 * 1024;
