//! Under a silence somebody works on the service, or it is known to be restless: nothing is done behind their back.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    situation.silenced.then(|| "a silence covers the service".to_owned())
}
