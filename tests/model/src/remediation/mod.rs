//! Whether acting is right, asked of an oracle that knows the world, and of the product that sees only what was read of it.
//!
//! [`world`] is a service as it is, with everything around it; [`chance`] makes one from a seed, mostly right with few things
//! wrong. [`evidence`] is what Paramedic would read of it. [`right`] says from the design, and from nothing that the guardrails
//! are made of, whether acting is right; [`product`] asks the product's own decision. [`run`] compares the two over many worlds:
//! both must act, and do the same, or neither.
//!
//! To add a remedy, add what it is for to [`world::Ailment`], its traces to [`evidence`], and its deed to [`right`].

pub mod chance;
mod dice;
pub mod evidence;
mod past;
pub mod product;
pub mod right;
pub mod run;
pub mod world;
