//! The causes, staged: what goes wrong in an account, told by faults of the modelled cloud, and the cause that a diagnosis
//! has to find in what the real readers read of it.
//!
//! An incident is one line in a file of the `catalogue`. All are played on one running sandbox: each begins again
//! with a service that has been well for a week, lives its story, and ends at the present moment.

mod catalogue;
mod messages;
mod playhouse;
mod table;
mod without;

use paramedic_domain::diagnosis::Cause;

use crate::faults::Scene;

pub use catalogue::all;
pub use playhouse::{PlayError, Played, Playhouse};
pub use table::Table;
pub use without::{Lost, Withheld};

/// One incident.
#[derive(Debug, Clone, Copy)]
pub struct Incident {
    /// What happens, in a few words.
    pub name: &'static str,
    /// What has to be found.
    pub cause: Cause,
    /// What somebody or something does. It may let time pass.
    story: fn(&mut Scene<'_>),
    /// How many minutes pass in the story itself.
    takes: f64,
    /// How many minutes after the story it is looked at.
    then: f64,
}

/// An incident: what it is called, its cause, what happens, how many minutes that takes, and how many minutes later it is looked at.
pub const fn incident(name: &'static str, cause: Cause, story: fn(&mut Scene<'_>), takes: f64, then: f64) -> Incident {
    Incident { name, cause, story, takes, then }
}
