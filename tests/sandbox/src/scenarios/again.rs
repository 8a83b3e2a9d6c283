//! Whether what was decided is decided again in the same way: the command line replays what the remediator kept.

use serde::Deserialize;
use serde_json::Value;

use crate::judge::Expectation;
use crate::stage::{Ran, Stage};

const TEXT: &str = "decided again under the same configuration, every decision of the remediator is the same";

/// Runs `remedies simulate` on everything that was decided on this stage.
pub(super) async fn decided_again(stage: &Stage) -> Expectation {
    match stage.command_line(&["remedies", "simulate", "--since", "1h", "--json"]).await {
        Ok(Ran { code: Some(0), out, .. }) => judged(&out),
        Ok(ran) => missed(format!("it ended with {:?}: {}", ran.code, ran.err)),
        Err(error) => missed(error.to_string()),
    }
}

/// What the command prints.
#[derive(Deserialize)]
struct Simulated {
    decisions: Vec<Again>,
    unreadable: usize,
}

/// A decision, with how it compares with the one that was made.
#[derive(Deserialize)]
struct Again {
    result: String,
    then: Value,
    now: Value,
}

fn judged(out: &str) -> Expectation {
    let simulated: Simulated = match serde_json::from_str(out) {
        Ok(simulated) => simulated,
        Err(error) => return missed(format!("{error}: {out}")),
    };
    let others: Vec<&Again> = simulated.decisions.iter().filter(|again| again.result != "same").collect();
    let first =
        others.first().map(|other| format!(", the first {}: {} and then {}", other.result, other.then, other.now));
    Expectation {
        text: TEXT.to_owned(),
        met: others.is_empty() && simulated.unreadable == 0,
        evidence: format!(
            "{} decisions, {} otherwise{}, {} unreadable",
            simulated.decisions.len(),
            others.len(),
            first.unwrap_or_default(),
            simulated.unreadable
        ),
        at: None,
    }
}

fn missed(evidence: String) -> Expectation {
    Expectation { text: TEXT.to_owned(), met: false, evidence, at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_decision_that_is_made_otherwise_or_cannot_be_read_is_enough() {
        let made = |result: &str| format!(r#"{{"result": "{result}", "then": {{}}, "now": null}}"#);
        let same = &made("same");
        let out =
            |decisions: &str, unreadable: u32| format!(r#"{{"decisions": [{decisions}], "unreadable": {unreadable}}}"#);
        assert!(judged(&out(same, 0)).met);
        assert!(judged(&out("", 0)).met, "nothing was decided");
        assert!(!judged(&out(same, 1)).met);
        let otherwise = judged(&out(&format!("{same}, {}", made("would_act")), 0));
        assert!(!otherwise.met && otherwise.evidence.contains("would_act"), "{}", otherwise.evidence);
        assert!(!judged("").met);
    }
}
