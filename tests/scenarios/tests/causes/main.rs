//! Every cause, staged by faults of the cloud and found in what the real readers read; a dozen of them from the alarm to the
//! message; and what happens when nothing can be read.
#![allow(clippy::expect_used, clippy::panic)]

mod catalogue;
mod end_to_end;
mod hung_reads;
