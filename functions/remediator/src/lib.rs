//! What the remediator does with a diagnosis: look for itself, plan, ask the guardrails ([`consider`]), act at most once
//! ([`act`]), and later see whether it helped ([`follow_up`]), what became of an attempt that was cut off ([`orphan`]), and
//! undo what was for the time being ([`set_back`]).

pub mod handler;

mod act;
mod consider;
mod desk;
mod follow_up;
mod orphan;
mod set_back;

pub use desk::Desk;
