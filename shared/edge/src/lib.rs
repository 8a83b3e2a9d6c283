//! Everything that talks.
//!
//! Each module is one counterpart: the table ([`store`]), the other functions ([`bus`]), people ([`notifier`]) and their
//! clicks ([`reply`]), the alarms ([`alarms`]) and their graphs ([`graph`]), what is read to explain an incident ([`evidence`]) or to prove that people
//! can be reached ([`proof`]) and the one call that changes something ([`actor`]).
//! Nothing is decided here. What a counterpart answers is turned into the domain's words, and what it does not answer into
//! a typed error that says whether it may work later.

pub mod actor;
pub mod alarms;
pub mod aws;
pub mod batch;
pub mod bus;
pub mod evidence;
mod fault;
pub mod graph;
pub mod http;
pub mod log;
pub mod notifier;
pub mod place;
pub mod proof;
pub mod reply;
pub mod secrets;
pub mod store;
mod topic;

#[cfg(test)]
mod staged;
#[cfg(test)]
mod stub;
