//! An explained service, as text and as JSON.

use paramedic_domain::alarm::text::escaped;
use paramedic_domain::diagnosis::chapters::{Answer, Answered};
use paramedic_domain::diagnosis::{Cause, Finding};
use paramedic_domain::evidence::Source;
use paramedic_domain::redaction::redacted;
use paramedic_domain::report;
use serde_json::{Value, json};

use super::Diagnosed;

/// The longest line, in characters.
const LINE: usize = 1200;

/// What an incident's message would say, then what else may be, then the chapters of troubleshooting.
pub fn diagnosed_text(diagnosed: &Diagnosed) -> String {
    let Diagnosed { service, place, evidence, diagnosis, picture, chapters, .. } = diagnosed;
    let at = evidence.gathered_at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let head = format!("{service} in {} of {}, read at {at}\n{}\n", place.region, place.account, sentence(diagnosed));
    let message = report::plain(&report::scene(diagnosis, picture), &picture.links);
    let parts = [head, message, report::others(diagnosis), report::chapters(chapters)];
    let parts: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| shown(part)).collect();
    parts.join("\n")
}

/// Each line as it may be shown on a terminal.
fn shown(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", escaped(line, LINE))).collect()
}

/// The answer in one sentence. That nothing is wrong is only said where everything was read.
fn sentence(diagnosed: &Diagnosed) -> &'static str {
    let Diagnosed { evidence, diagnosis, chapters, .. } = diagnosed;
    let calm = diagnosis.findings().iter().all(|finding| finding.cause == Cause::Unknown)
        && diagnosis.unread.is_empty()
        && evidence.ringing.read().is_some_and(Vec::is_empty)
        && chapters.iter().all(|chapter| matches!(chapter.answer, Answer::NotTheCase { .. }));
    if calm { "Nothing that was read is wrong." } else { diagnosis.top().cause.sentence() }
}

/// The same as JSON; `whole` adds everything that was read. No secret that was recognised is in it.
pub fn diagnosed_json(diagnosed: &Diagnosed, whole: bool) -> Value {
    let Diagnosed { service, place, evidence, diagnosis, picture, chapters, .. } = diagnosed;
    let top = diagnosis.top();
    let mut told = json!({
        "service": service,
        "account": place.account,
        "region": place.region,
        "gathered_at": evidence.gathered_at,
        "cause": top.cause,
        "confidence": top.confidence,
        "facts": top.facts,
        "findings": diagnosis.findings().iter().map(finding).collect::<Vec<_>>(),
        "picture": picture,
        "chapters": chapters.iter().map(chapter).collect::<Vec<_>>(),
        "unread": unread(&diagnosis.unread),
    });
    if whole && let Some(told) = told.as_object_mut() {
        told.insert("evidence".to_owned(), json!(evidence));
    }
    without_secrets(told)
}

fn finding(finding: &Finding) -> Value {
    json!({ "cause": finding.cause, "confidence": finding.confidence, "facts": finding.facts })
}

fn chapter(answered: &Answered) -> Value {
    let Answered { chapter, answer: whole, issues } = answered;
    let issues = issues.iter().map(|(issue, it)| answer("issue", json!(issue), issue.words(), it));
    let mut told = answer("chapter", json!(chapter), chapter.title(), whole);
    if let Some(told) = told.as_object_mut() {
        told.insert("issues".to_owned(), issues.collect());
    }
    told
}

/// Every answer has the same keys.
fn answer(kind: &str, name: Value, words: &str, answer: &Answer) -> Value {
    let (verdict, because, facts, missing) = match answer {
        Answer::TheCase { because, facts } => ("the_case", *because, facts, &[][..]),
        Answer::NotTheCase { facts } => ("not_the_case", None, facts, &[][..]),
        Answer::CannotBeTold { facts, unread } => ("cannot_be_told", None, facts, unread.as_slice()),
    };
    json!({
        kind: name, "words": words, "answer": verdict, "because": because, "facts": facts, "unread": unread(missing),
    })
}

fn unread(unread: &[(Source, String)]) -> Value {
    unread.iter().map(|(source, why)| json!({ "source": source, "why": why })).collect()
}

/// The same with every text redacted.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redacted(&text)),
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        Value::Object(values) => {
            values.into_iter().map(|(name, value)| (redacted(&name), without_secrets(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
