//! Runs one function's real binary as Lambda does, against a stand-in for everything it talks to.
//!
//! [`Function`] starts the binary and serves it the Runtime API ("Using the Lambda runtime API for custom runtimes", AWS
//! Lambda Developer Guide). [`World`] is the one address behind every AWS endpoint and channel: it keeps every request and
//! answers as the test says, so that a test can take the table away and see who is told nevertheless.
//!
//! What goes wrong here is a broken test bench, so it panics with a message.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod function;
mod world;

pub use function::Function;
pub use world::{Request, Response, World};
