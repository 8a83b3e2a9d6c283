//! Deploying Paramedic: packages the functions, uploads them and drives CloudFormation.
//!
//! The command line (`infra-bootstrap`) is a thin face over this library, and the local sandbox deploys through
//! the same code. The pieces, in the order [`up()`] uses them:
//!
//! 1. [`package()`] checks the configuration and lays out `dist/<function>/`.
//! 2. [`upload()`] zips that folder reproducibly into the artefact bucket and returns the ops template that names it.
//! 3. [`deploy()`] takes one stack through a change set and follows its events to the end.
//! 4. [`remove()`] deletes one stack; [`down()`] deletes them all in reverse order.
//!
//! People work with what runs through [`incidents`], [`requests`], [`silences`] and [`oncall`], and see where an alarm would
//! go through [`way`]: they read the table, and the router ([`deployed`]) does what they want.
//!
//! What may be done to the services, and the switch that stops all of it, is [`remedies`]'.
//!
//! What is wrong with a service is found by [`diagnose`], which reads AWS itself and needs nothing that is deployed.
//!
//! What is deployed is proven by [`doctor()`] and [`drill()`], and what failed for good is found in [`DeadLetters`].

mod archive;
mod call;
mod columns;
mod connection;
mod deadletters;
mod deploy;
pub mod deployed;
pub mod diagnose;
mod doctor;
mod down;
mod events;
pub mod given;
pub mod incidents;
pub mod oncall;
mod package;
mod parameters;
mod platform;
mod progress;
pub mod remedies;
mod remove;
pub mod requests;
pub mod silences;
mod stack;
mod up;
mod upload;
pub mod way;
pub mod who;

pub use call::CallError;
pub use connection::{Account, Connection};
pub use deadletters::{DeadLetterError, DeadLetterQueue, DeadLetters, Letter, Redriven, Subject, Which};
pub use deploy::{DeployError, deploy};
pub use doctor::{DoctorError, DoctorRequest, Drilled, Examination, doctor, drill};
pub use down::{DownError, DownReport, DownRequest, down};
pub use package::{
    Architecture, FUNCTIONS, Package, PackageError, PackageRequest, PackagedFunction, package, read_config,
};
pub use parameters::{
    ops_parameters, remediable_service_arns, task_role_arns, watch_parameters, watched_log_group_arns,
    watched_secret_arns,
};
pub use progress::{Progress, ProgressEvent, Quiet};
pub use remove::remove;
pub use stack::{StackKind, StackOutputs, StackRequest};
pub use up::{UpError, UpReport, UpRequest, up};
pub use upload::{UploadError, UploadRequest, artifact_bucket, upload};
