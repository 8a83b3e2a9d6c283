//! After an action the service is left alone for a while, so that its effect can show.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let last = situation.ledger?.last_action()?;
    let over_at = last + situation.timing.cooldown;
    (situation.now < over_at).then(|| {
        let left = over_at.duration_since(situation.now).as_secs();
        format!(
            "the last action was {} s ago, its cooldown lasts {left} s more",
            situation.now.duration_since(last).as_secs()
        )
    })
}
