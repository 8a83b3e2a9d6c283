//! The rest of a diagnosis in words, for whoever has time to read on: what else may be, and the chapters of troubleshooting.

use super::inert;
use super::line::{list_of, unread_by_reason};
use crate::diagnosis::chapters::{Answer, Answered};
use crate::diagnosis::{Diagnosis, Finding};

/// The longest line, in characters.
const LINE: usize = 600;
/// How many facts of a cause are shown.
const FACTS: usize = 6;
/// How many facts of an answer are shown; those of a cause stand with the cause already.
const FACTS_OF_ANSWER: usize = 3;
const FACTS_OF_KNOWN_CAUSE: usize = 1;

/// The causes below the most likely one, each with its confidence and its facts; nothing where there is none.
pub fn others(diagnosis: &Diagnosis) -> String {
    let one = |finding: &Finding| {
        let facts = list_of(finding.facts.iter().cloned(), FACTS);
        let facts: String = facts.iter().map(|fact| format!("  - {fact}\n")).collect();
        format!("Also possible: {} ({} confidence)\n{facts}", finding.cause, finding.confidence)
    };
    diagnosis.findings().iter().skip(1).map(one).collect()
}

/// Each chapter with its answer, and its common issues below it.
pub fn chapters(answered: &[Answered]) -> String {
    let one = |Answered { chapter, answer: whole, issues }: &Answered| {
        let issues: String =
            issues.iter().map(|(issue, it)| format!("  - {}: {}\n", issue.words(), answer(it))).collect();
        format!("{}: {}\n{issues}", capital(chapter.title()), answer(whole))
    };
    answered.iter().map(one).collect()
}

/// An answer in a sentence.
fn answer(answer: &Answer) -> String {
    let first = |facts: &[String], shown: usize| match facts {
        [] => String::new(),
        facts => format!(": {}", facts.iter().take(shown).cloned().collect::<Vec<_>>().join("; ")),
    };
    let told = |facts: &[String]| first(facts, FACTS_OF_ANSWER);
    let sentence = match answer {
        Answer::TheCase { because: Some(cause), facts } => {
            format!("the case, because of \"{cause}\"{}", first(facts, FACTS_OF_KNOWN_CAUSE))
        }
        Answer::TheCase { because: None, facts } => format!("the case{}", told(facts)),
        Answer::NotTheCase { facts } => format!("not the case{}", told(facts)),
        Answer::CannotBeTold { facts, unread } if unread.is_empty() => {
            format!("cannot be told; what was read does not decide{}", told(facts))
        }
        Answer::CannotBeTold { facts, unread } => {
            let possibly = if facts.is_empty() { String::new() } else { format!("; possible{}", told(facts)) };
            format!("cannot be told, because it could not be read: {}{possibly}", unread_by_reason(unread))
        }
    };
    inert(&sentence, LINE)
}

fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::chapters::answers;
    use crate::diagnosis::diagnose;
    use crate::diagnosis::staged::{cache_away, healthy, now};
    use crate::evidence::{Evidence, Reading};

    fn told(evidence: &Evidence) -> String {
        let diagnosis = diagnose(evidence);
        format!("{}\n{}", others(&diagnosis), chapters(&answers(evidence, &diagnosis)))
    }

    #[test]
    fn a_chapter_is_answered_by_its_cause_and_by_the_facts() {
        insta::assert_snapshot!("chapters_while_the_cache_is_away", told(&cache_away()));
        insta::assert_snapshot!("chapters_of_a_healthy_service", told(&healthy()));
    }

    #[test]
    fn what_could_not_be_read_is_named_once_for_each_reason() {
        let mut evidence = Evidence::nothing(now(), "timed out after 8 s");
        evidence.service = Reading::Unread { why: "AccessDenied".to_owned() };
        insta::assert_snapshot!("chapters_of_what_was_not_read", told(&evidence));
    }

    #[test]
    fn what_others_wrote_acts_on_no_terminal_and_keeps_its_secrets() {
        let mut evidence = cache_away();
        if let Reading::Read(cache) = &mut evidence.cache {
            cache.id = "\u{1b}[31mpassword=hunter2hunter2".to_owned();
        }
        let told = told(&evidence);
        assert!(!told.contains('\u{1b}') && !told.contains("hunter2"), "{told}");
    }
}
