//! The sandbox: a local cloud in which the real templates are deployed and the real functions run.

pub mod cloud;
