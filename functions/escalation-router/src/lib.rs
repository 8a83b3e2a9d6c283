//! What the escalation router does with what arrives: sort it ([`intake`]), carry it into the incident of its service
//! ([`carry`]), tell people ([`courier`]), and every few minutes look for what never arrived ([`reconcile`]).

pub mod handler;

mod carry;
mod courier;
mod desk;
mod intake;
mod own_trouble;
mod quarantine;
mod reconcile;
mod tick;

pub use desk::Desk;
