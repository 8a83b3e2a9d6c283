//! The model as a whole, seen from outside: what scenarios rest on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod alarms;
mod api;
mod cache;
mod ending;
mod faults;
mod health;
mod history;
mod load;
mod scaling;
mod service;
mod starting;
mod world;
