//! A fault that needs more than a few actions an hour is not cured by actions.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let service = situation.ledger?.actions_in_the_last_hour(situation.now);
    if service >= situation.velocity.max_per_service_per_hour {
        return Some(format!("{service} actions on this service in the last hour use up its budget"));
    }
    (situation.account_actions >= situation.velocity.max_per_account_per_hour)
        .then(|| format!("{} actions in this account in the last hour use up its budget", situation.account_actions))
}
