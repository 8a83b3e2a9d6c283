//! Every order of events within small bounds, tried on the production transition functions.
//!
//! [`world`] runs `paramedic_domain::incident::apply` by the router's own protocol: load, apply, write by compare-and-set,
//! send what was claimed, record. [`oracle`] says independently of it, from the rules alone, when a page is due; where the
//! two differ, and wherever a channel hears what it should not, a [`breach::Breach`] is noted, and each of them is a property
//! that must hold in every state. [`remediators`] does the same for the ledger of remedies.
//!
//! What is left out, and why nothing is lost by it:
//!
//! - Slack is not configured here, so the message that shows the incident does not exist and its revision is never read. The
//!   timeline is written and never read by the machine. Both are cut from the state.
//! - The clock stands still while a worker works: the router's time limit of 10 s is shorter than a claim (30 s) and than
//!   every wait, so whoever is at work when such a time has passed is gone, which is a death like every other here.
//! - Versions are compared and never calculated with, so only whether a worker's copy is the newest is part of the state.
//! - Workers are alike, so two states that differ in which of them does what are one.
//!
//! What is taken for granted, and so not shown here:
//!
//! - The table compares an incident's id and version, and an incident that follows another takes its place in one write. The
//!   store compares versions only, and puts the former one away in a write of its own: what may happen between the two, and
//!   when two incidents reach the same version within seconds, is not covered.
//! - No change is delivered later than the reopening window, after which the incident is put away and forgotten.
//! - The table answers. What is told without it is tested with the router.

pub mod breach;
pub mod check;
mod imprint;
pub mod oracle;
pub mod pager;
pub mod remediation;
pub mod remediators;

pub mod scenario;
pub mod world;
