//! What the escalation router does with what arrives: sort it ([`intake`]), carry it into the incident of its service
//! ([`carry`]), tell people ([`courier`]), draw what they look at ([`graph`]), and every few minutes look for what never arrived ([`reconcile`]).
//! Between incidents it proves that it would work: by the [`heartbeat`], and by a [`daily`] look at the whole way.

pub mod carry;
pub mod graph;
pub mod handler;
pub mod intake;
pub mod orders;
pub mod storm;

mod aws;
mod courier;
mod daily;
mod desk;
mod heartbeat;
mod own_trouble;
mod proof;
mod quarantine;
mod reconcile;
mod tick;
mod world;

pub use desk::Desk;
pub use world::World;
