//! What Paramedic decides, and nothing else.
//!
//! Every decision of the product is a pure function in this crate: which incident an alarm belongs to, what is owed to
//! whom, what the evidence says, what could be done about it and whether that is safe. The time is always an argument.
//! Nothing here talks to AWS, opens a socket or reads a clock, so a decision can be replayed from its inputs.
//!
//! The way of an alarm runs through the modules in this order: [`alarm`] → [`incident`] → [`evidence`] → [`diagnosis`]
//! → [`picture`] → [`remedy`] → [`guardrail`] → [`decision`] → [`ledger`], with [`config`] naming the services, [`redaction`]
//! taking out what nobody should read, [`report`] putting it into words and [`graph`] having its metric drawn.

pub mod alarm;
pub mod bulletin;
pub mod config;
pub mod decision;
pub mod diagnosis;
pub mod escalation;
pub mod evidence;
pub mod graph;
pub mod guardrail;
pub mod id;
pub mod inbound;
pub mod incident;
pub mod ledger;
pub mod oncall;
pub mod picture;

pub mod proof;
pub mod redaction;
pub mod remedy;
pub mod report;
pub mod request;
pub mod severity;
pub mod silence;
pub mod standing;
pub mod verification;
pub mod wall_clock;
