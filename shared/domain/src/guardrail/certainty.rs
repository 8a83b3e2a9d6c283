//! Only a cause of which every fact was read is acted on. The plan must be for that very cause.

use super::Situation;
use crate::diagnosis::Confidence;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let top = situation.diagnosis.top();
    if top.cause != situation.plan.cause {
        return Some(format!("the likely cause is another: {}", top.cause));
    }
    (top.confidence < Confidence::High).then(|| format!("the cause is not certain ({} confidence)", top.confidence))
}
