//! In a freeze people decide, whatever the mode says.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let (freeze, until) = situation.frozen?;
    Some(format!("{} ({}) keeps everything as it is until {until}", freeze.name, freeze.reason))
}
