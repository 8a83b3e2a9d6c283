//! What the remediator does with a diagnosis: look for itself, plan, ask the guardrails ([`consider`]), act at most once
//! ([`act`]), and later see whether it helped ([`follow_up`]).

pub mod handler;

mod act;
mod consider;
mod desk;
mod follow_up;

pub use desk::Desk;
