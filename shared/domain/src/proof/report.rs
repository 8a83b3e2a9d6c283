//! Findings for people and for programs.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Finding, Verdict};
use crate::alarm::text;

/// The longest line of evidence, in characters.
const LINE: usize = 300;

/// The findings as text, readable without colour: one line a check, what it rests on, and what to do where something is
/// wrong. `whose` names the stack and the account.
pub fn text(whose: &str, findings: &[Finding]) -> String {
    let mut lines = vec![format!("The way of an alarm to a person: {whose}"), String::new()];
    let width = findings.iter().map(|finding| finding.check.as_str().len()).max().unwrap_or_default();
    for finding in findings {
        let mut evidence = finding.evidence.iter();
        let first = evidence.next().map(String::as_str).unwrap_or_default();
        let head = format!("{:<8}  {:<width$}", finding.verdict.words(), finding.check.as_str());
        lines.push(format!("{head}  {}", text::escaped(first, LINE)));
        let indent = " ".repeat(width + 12);
        lines.extend(evidence.map(|more| format!("{indent}{}", text::escaped(more, LINE))));
        lines.extend(finding.hint.as_ref().map(|hint| format!("{indent}hint: {hint}")));
    }
    lines.push(String::new());
    lines.push(summary(findings));
    lines.join("\n")
}

/// The findings as JSON: the verdict of all, how many of each, and each finding.
pub fn json(whose: &str, findings: &[Finding]) -> Value {
    let count = |verdict: Verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    json!({
        "subject": whose,
        "verdict": overall(findings),
        "pass": count(Verdict::Pass),
        "fail": count(Verdict::Fail),
        "unproven": count(Verdict::Unproven),
        "skip": count(Verdict::Skip),
        "findings": findings,
    })
}

/// The worst there is; nothing but skipped checks prove nothing.
pub fn overall(findings: &[Finding]) -> Verdict {
    let any = |verdict: Verdict| findings.iter().any(|finding| finding.verdict == verdict);
    match () {
        () if any(Verdict::Fail) => Verdict::Fail,
        () if any(Verdict::Unproven) || !any(Verdict::Pass) => Verdict::Unproven,
        () => Verdict::Pass,
    }
}

fn summary(findings: &[Finding]) -> String {
    let counted = [Verdict::Pass, Verdict::Fail, Verdict::Unproven, Verdict::Skip].map(|verdict| {
        let count = findings.iter().filter(|finding| finding.verdict == verdict).count();
        format!("{count} {}", verdict.words().to_lowercase())
    });
    let verdict = match overall(findings) {
        Verdict::Fail => "Somebody will not be reached.",
        Verdict::Unproven => "Nothing is known to be broken, but not everything is proven.",
        Verdict::Pass | Verdict::Skip => "Every alarm reaches somebody.",
    };
    format!("{}. {verdict}", counted.join(", "))
}

/// A duration for people, in its two greatest units: `3 h 20 min`.
pub(super) fn lasting(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let two = |greater: i64, one: &str, lesser: i64, other: &str| match lesser {
        0 => format!("{greater} {one}"),
        lesser => format!("{greater} {one} {lesser} {other}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_their_two_greatest_units() {
        for (seconds, told) in [
            (-3, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (135, "2 min 15 s"),
            (12_000, "3 h 20 min"),
            (2 * 86_400 + 3600, "2 d 1 h"),
        ] {
            assert_eq!(lasting(SignedDuration::from_secs(seconds)), told);
        }
    }
}
