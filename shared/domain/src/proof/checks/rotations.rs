//! Whether somebody is on call at any time.

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::{Expected, Readings};
use crate::evidence::Reading;

/// How many gaps of a rotation are named.
const NAMED: usize = 3;

/// No rotation has a gap within the days that were looked at.
pub(super) fn rotations(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let covers = match &readings.rotations {
        Reading::Read(covers) if covers.is_empty() => return Says::skip("no rotation is configured"),
        Reading::Read(covers) => covers,
        Reading::NotConfigured => return Says::skip("no rotation is configured"),
        Reading::Unread { why } => return Says::unread("the rotations", why),
    };
    let mut problems = Vec::new();
    for cover in covers {
        for gap in cover.gaps.iter().take(NAMED) {
            problems.push(format!("{}: nobody from {} until {}", cover.rotation, gap.from, gap.until));
        }
        if let Some(more) = cover.gaps.len().checked_sub(NAMED).filter(|more| *more > 0) {
            problems.push(format!("{}: and {more} more gaps", cover.rotation));
        }
    }
    let good = format!("{} rotations without a gap", covers.len());
    Says::all(
        problems,
        Vec::new(),
        good,
        "give the rotation more people or hours, or an override: infra-bootstrap oncall gaps",
    )
}
