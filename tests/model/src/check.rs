//! Trying every state of a model, and telling on which way a rule was broken.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

/// Tries every state. Says how many there were, or which rule does not hold after which actions.
///
/// # Errors
///
/// Fails if a rule is broken, or if something that ought to be possible never comes about.
pub fn check<M>(name: &str, model: M) -> Result<String, String>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync + 'static,
{
    let began = Instant::now();
    let rules = model.properties();
    let checker = model.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (states, transitions) = (checker.unique_state_count(), checker.state_count());
    let mut found = checker.discoveries();
    let mut broken = rules.iter().filter(|rule| rule.expectation.discovery_is_failure());
    if let Some((rule, path)) = broken.find_map(|rule| Some((rule, found.remove(rule.name)?))) {
        let way: Vec<String> = path.into_actions().iter().map(|action| format!("{action:?}")).collect();
        return Err(format!("{name}: «{}» does not hold after {}", rule.name, way.join(", ")));
    }
    let mut possible = rules.iter().filter(|rule| !rule.expectation.discovery_is_failure());
    if let Some(rule) = possible.find(|rule| !found.contains_key(rule.name)) {
        return Err(format!("{name}: «{}» never comes about in {states} states", rule.name));
    }
    let (rules, seconds) = (rules.len(), began.elapsed().as_secs_f64());
    Ok(format!("{name}: {states} states, {transitions} transitions, {rules} properties, {seconds:.1} s"))
}
