//! Tasks are added up to what the configuration allows, going by the numbers that the plan was made from.

use super::Situation;
use crate::remedy::Action;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let evidence = situation.evidence;
    let (from, to, now, what) = match &situation.plan.action {
        Action::AddTasks { from, to } => (*from, *to, evidence.service.read()?.desired, "the desired count"),
        Action::RaiseMaximum { from, to } => match evidence.scaling.read() {
            Some(scaling) => (*from, *to, scaling.max, "the maximum of scaling"),
            None => return Some("the maximum of scaling could not be read".to_owned()),
        },
        _ => return None,
    };
    match situation.service.most_tasks {
        None => Some("most_tasks is not set for the service, which says how far it may grow".to_owned()),
        Some(most) if to > most => Some(format!("{to} tasks are more than the {most} that most_tasks allows")),
        Some(_) if now != from => Some(format!("{what} is {now} by now, and the plan was made for {from}")),
        Some(_) => (to <= from).then(|| format!("{to} are not more tasks than {from}")),
    }
}
