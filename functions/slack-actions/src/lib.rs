//! What slack-actions does with a request from outside: prove its sender, read it, see that it is new and allowed, and pass
//! it on to the router.

pub mod call;
pub mod handler;

mod desk;
mod keyring;
mod refusal;

pub use desk::Desk;
