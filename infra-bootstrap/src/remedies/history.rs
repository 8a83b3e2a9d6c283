//! What was decided and attempted: a timeline, and for each service how often what was tried helped.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::decision::{Decision, Kept};
use paramedic_domain::guardrail::{Guardrail, Ruling};
use paramedic_domain::id::{IncidentId, ServiceName};
use paramedic_domain::ledger::{Attempt, Stage};
use paramedic_domain::remedy::{Proposal, RemedyKind};
use paramedic_domain::verification::Outcome;
use paramedic_domain::wall_clock::Zone;
use paramedic_edge::store::Past;
use serde_json::{Value, json};

use super::ended;
use crate::columns::{about, at, columns};
use crate::deployed::{TableError, table};

/// The past of some services.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Each service with what was decided about it and attempted on it.
    pub services: Vec<(ServiceName, Past)>,
}

/// Reads the past of these services.
///
/// # Errors
/// See [`TableError`].
pub async fn history(
    sdk: &SdkConfig,
    stack: &str,
    services: &[ServiceName],
    within: SignedDuration,
    now: Timestamp,
) -> Result<History, TableError> {
    let store = table(sdk, stack).await?;
    let since = now.checked_sub(within).unwrap_or(Timestamp::MIN);
    let mut history = History::default();
    for service in services {
        history.services.push((service.clone(), store.past(service, since, now).await?));
    }
    Ok(history)
}

/// What was decided, in few words.
pub(super) fn what(decision: &Decision) -> String {
    match (&decision.ruling, &decision.proposal) {
        (_, Proposal::Suggest(_)) => "suggested".to_owned(),
        (_, Proposal::LeaveAlone(_)) => "left alone".to_owned(),
        (Ruling::Proceed, Proposal::Act(plan)) => format!("agreed to {}", plan.remedy()),
        (Ruling::NeedsApproval(_), Proposal::Act(plan)) => format!("asked for {}", plan.remedy()),
        (Ruling::Refuse(_), Proposal::Act(plan)) => format!("refused {}", plan.remedy()),
    }
}

/// Why it was decided so: the guardrails with what the first of them says, or what there is to do instead.
pub(super) fn why(decision: &Decision) -> String {
    match (&decision.proposal, decision.objections()) {
        (Proposal::Suggest(text) | Proposal::LeaveAlone(text), _) => text.clone(),
        (Proposal::Act(plan), []) => plan.because.clone(),
        (Proposal::Act(_), [first, rest @ ..]) => {
            let others: Vec<&str> = rest.iter().map(|objection| objection.guardrail.as_str()).collect();
            let others = if others.is_empty() { String::new() } else { format!(" (also {})", others.join(", ")) };
            format!("{}: {}{others}", first.guardrail, first.why)
        }
    }
}

/// By what two decisions in a row are the same: the enricher looks again every few minutes, and mostly finds nothing new.
pub(super) fn likeness(kept: &Kept) -> (IncidentId, String, Vec<Guardrail>) {
    let guardrails = kept.decision.objections().iter().map(|objection| objection.guardrail).collect();
    (kept.subject.incident_id.clone(), what(&kept.decision), guardrails)
}

struct Line {
    at: Timestamp,
    what: String,
    why: String,
}

/// The lines of one service; decisions that only repeat the one before are folded into it.
fn lines(past: &Past) -> Vec<Line> {
    let alike = past.decisions.chunk_by(|one, next| {
        let attempted = past.attempts.iter().any(|attempt| (one.at..next.at).contains(&attempt.claimed_at));
        !attempted && likeness(one) == likeness(next)
    });
    let decided = alike.filter_map(|alike| {
        let (first, last) = (alike.first()?, alike.last()?);
        let times = match alike.len() {
            1 => String::new(),
            times => format!(", {times} times within {}", about(last.at.duration_since(first.at))),
        };
        Some(Line { at: first.at, what: format!("{}{times}", what(&last.decision)), why: why(&last.decision) })
    });
    let attempted = past.attempts.iter().map(|attempt| Line {
        at: attempt.claimed_at,
        what: format!("attempted {}", attempt.plan.remedy()),
        why: ended(&attempt.stage),
    });
    let mut lines: Vec<Line> = decided.chain(attempted).collect();
    lines.sort_by_key(|line| line.at);
    lines
}

/// What was tried of one remedy.
#[derive(Default)]
struct Tried {
    times: usize,
    recovered_s: Vec<u64>,
}

impl Tried {
    fn count(&mut self, attempt: &Attempt) {
        // What AWS refused was not tried.
        if matches!(attempt.stage, Stage::NotDone { .. }) {
            return;
        }
        self.times += 1;
        if let Stage::Verified { outcome: Outcome::Recovered { after_s }, .. } = attempt.stage {
            self.recovered_s.push(after_s);
            self.recovered_s.sort_unstable();
        }
    }

    /// The lower of the two in the middle of an even number: a time that was measured.
    fn median_s(&self) -> Option<u64> {
        self.recovered_s.get(self.recovered_s.len().checked_sub(1)? / 2).copied()
    }

    fn longest_s(&self) -> Option<u64> {
        self.recovered_s.last().copied()
    }
}

fn tried(past: &Past) -> BTreeMap<RemedyKind, Tried> {
    let mut tried: BTreeMap<RemedyKind, Tried> = BTreeMap::new();
    past.attempts.iter().for_each(|attempt| tried.entry(attempt.plan.remedy()).or_default().count(attempt));
    tried.retain(|_, tried| tried.times > 0);
    tried
}

/// The guardrail that refused most, with how often; of equals the first by name.
fn most_refusing(past: &Past) -> Option<(Guardrail, usize)> {
    let mut counts: BTreeMap<Guardrail, usize> = BTreeMap::new();
    let refused = past.decisions.iter().filter(|kept| matches!(kept.decision.ruling, Ruling::Refuse(_)));
    refused.flat_map(|kept| kept.decision.objections()).for_each(|it| *counts.entry(it.guardrail).or_default() += 1);
    counts.into_iter().max_by_key(|(guardrail, count)| (*count, std::cmp::Reverse(*guardrail)))
}

impl History {
    /// In words.
    pub fn text(&self, zone: &Zone) -> String {
        let mut rows: Vec<(Timestamp, [String; 4])> = Vec::new();
        let mut report: Vec<[String; 6]> = Vec::new();
        let mut unreadable = 0;
        for (service, past) in &self.services {
            let row = |line: Line| (line.at, [at(line.at, zone), service.to_string(), line.what, line.why]);
            rows.extend(lines(past).into_iter().map(row));
            let refusing = most_refusing(past).map_or("-".to_owned(), |(guardrail, n)| format!("{guardrail} ({n})"));
            let time = |seconds: Option<u64>| seconds.map_or("-".to_owned(), |seconds| format!("{seconds} s"));
            let tried = tried(past);
            if tried.is_empty() && !past.decisions.is_empty() {
                let none = || "-".to_owned();
                report.push([service.to_string(), "nothing".to_owned(), none(), none(), none(), refusing.clone()]);
            }
            report.extend(tried.into_iter().map(|(kind, of)| {
                let helped = format!("{} of {}", of.recovered_s.len(), of.times);
                let (median, longest) = (time(of.median_s()), time(of.longest_s()));
                [service.to_string(), kind.to_string(), helped, median, longest, refusing.clone()]
            }));
            unreadable += past.unreadable;
        }
        if rows.is_empty() && unreadable == 0 {
            return "nothing was decided in that time\n".to_owned();
        }
        rows.sort_by_key(|(at, _)| *at);
        let rows: Vec<[String; 4]> = rows.into_iter().map(|(_, row)| row).collect();
        let head = ["SERVICE", "TRIED", "HELPED", "MEDIAN", "LONGEST", "REFUSED MOST BY"];
        format!(
            "{}\n{}{}",
            columns(["TIME", "SERVICE", "WHAT", "WHY"], &rows),
            columns(head, &report),
            not_read(unreadable)
        )
    }

    /// The same as JSON, with every decision and attempt; nothing is folded.
    pub fn json(&self) -> Value {
        let service = |(service, past): &(ServiceName, Past)| {
            let tried: Vec<Value> = tried(past)
                .into_iter()
                .map(|(kind, of)| {
                    json!({ "remedy": kind, "times": of.times, "helped": of.recovered_s.len(),
                            "median_s": of.median_s(), "longest_s": of.longest_s() })
                })
                .collect();
            let most = most_refusing(past).map(|(guardrail, times)| json!({ "guardrail": guardrail, "times": times }));
            json!({ "service": service, "decisions": past.decisions, "attempts": past.attempts, "tried": tried,
                    "refused_most_by": most, "unreadable": past.unreadable })
        };
        json!({ "services": self.services.iter().map(service).collect::<Vec<_>>() })
    }
}

pub(super) fn not_read(unreadable: usize) -> String {
    match unreadable {
        0 => String::new(),
        more => format!("left out, since another release wrote it: {more}\n"),
    }
}

#[cfg(test)]
mod tests;
