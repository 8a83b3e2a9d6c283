//! Every staged incident. A new one is a line in one of the files.
//!
//! Times are those of the story: how long it takes by itself, and how many minutes later somebody is woken and looks.

mod cache;
mod change;
mod health;
mod load;
mod one_after_another;
mod requests;
mod starting;
mod stopping;
mod unknown;

use super::Incident;

/// All incidents, grouped by what they are about.
#[must_use]
pub fn all() -> Vec<Incident> {
    [
        starting::INCIDENTS,
        stopping::INCIDENTS,
        cache::INCIDENTS,
        change::INCIDENTS,
        health::INCIDENTS,
        load::INCIDENTS,
        requests::INCIDENTS,
        unknown::INCIDENTS,
        one_after_another::INCIDENTS,
    ]
    .concat()
}
