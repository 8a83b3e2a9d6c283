//! What the alert enricher does with an incident that was opened or escalated: gather evidence, diagnose, publish.

pub mod handler;

mod desk;

pub use desk::Desk;
