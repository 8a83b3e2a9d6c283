//! Keys that show by their form, and long random texts.

use super::GONE;

/// How keys of a known form begin, and how many characters at least follow of which keys are made. The forms are those that
/// their issuers publish for secret scanning; AWS's are in "Unique identifiers", IAM User Guide.
const FORMS: &[(&str, usize)] = &[
    ("AKIA", 8),
    ("ASIA", 8),
    ("eyJ", 10),
    ("sk-", 8),
    ("sk_live_", 4),
    ("sk_test_", 4),
    ("rk_live_", 4),
    ("whsec_", 8),
    ("AIza", 10),
    ("ya29.", 4),
    ("ghp_", 8),
    ("gho_", 8),
    ("ghu_", 8),
    ("ghs_", 8),
    ("ghr_", 8),
    ("github_pat_", 8),
    ("glpat-", 8),
    ("xoxb-", 4),
    ("xoxp-", 4),
    ("xoxa-", 4),
    ("xoxe", 8),
    ("xapp-", 4),
    ("npm_", 16),
    ("SG.", 16),
];
/// The shortest key of a known form.
const SHORTEST: usize = 9;
/// A text of this many characters and more that looks random is a key. AWS's secret access keys have 40.
const RANDOM: usize = 32;
/// Where random text goes on from the line before it is shorter.
const CONTINUED: usize = 4;

/// The text without keys, and whether it ends in a random text that may go on.
pub(super) fn without_keys(text: &str) -> (String, bool) {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut last_gone = false;
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find(|c| !in_key(c)).unwrap_or(rest.len()));
        if !run.is_empty() {
            let (shown, gone) = of_run(run);
            kept.push_str(&shown);
            last_gone = gone;
        }
        let (between, after) = after.split_at(after.find(in_key).unwrap_or(after.len()));
        kept.push_str(between);
        if !between.trim().is_empty() {
            last_gone = false;
        }
        rest = after;
    }
    (kept, last_gone)
}

/// The text without what a random text goes on with; `None` if it does not go on.
pub(super) fn without_continuation(text: &str) -> Option<String> {
    let trimmed = text.trim_start();
    let (run, after) = trimmed.split_at(trimmed.find(|c| !in_key(c)).unwrap_or(trimmed.len()));
    // A wrapped key stands alone on its line; a sentence that follows one begins with a word.
    let alone = after.trim_matches(|c: char| c.is_whitespace() || "\"',;}".contains(c)).is_empty();
    let word = run.chars().skip(1).all(|c| c.is_ascii_lowercase());
    (alone && run.len() >= CONTINUED && !word).then(|| format!("{GONE}{after}"))
}

/// A run of characters of which keys are made, and whether a key at its end was taken out.
fn of_run(run: &str) -> (String, bool) {
    if let Some(at) = form(run) {
        return (format!("{}{GONE}", run.split_at(at).0), true);
    }
    // A key may hold slashes; and one part of a path or of an ARN may be a key.
    if is_random(run) { (GONE.to_owned(), true) } else { of_parts(run, &['.', '=', '/']) }
}

fn of_parts(run: &str, separators: &[char]) -> (String, bool) {
    let Some((separator, others)) = separators.split_first() else { return (run.to_owned(), false) };
    let mut gone = false;
    let mut shown = Vec::new();
    for part in run.split(*separator) {
        let (part, part_gone) = if is_random(part) { (GONE.to_owned(), true) } else { of_parts(part, others) };
        // What comes last is what may go on, but padding is empty.
        gone = part_gone || gone && part.is_empty();
        shown.push(part);
    }
    (shown.join(&separator.to_string()), gone)
}

/// Where a key of a known form begins: at the beginning of a word.
fn form(run: &str) -> Option<usize> {
    if run.len() < SHORTEST {
        return None;
    }
    FORMS
        .iter()
        .flat_map(|(begins, least)| run.match_indices(begins).map(move |(at, _)| (at, at + begins.len(), *least)))
        .filter(|(at, after, least)| {
            let (before, rest) = (run.split_at(*at).0, run.split_at(*after).1);
            let starts_word = !before.chars().next_back().is_some_and(char::is_alphanumeric);
            // A word such as `sk-learn-service` is none: a key has digits or capitals in it.
            let random = rest.chars().take(40).any(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
            starts_word && random && rest.chars().count() >= *least
        })
        .map(|(at, ..)| at)
        .min()
}

/// Whether a text is long, has capitals, small letters and digits, and jumps between them as words and names do not.
fn is_random(text: &str) -> bool {
    let class = |c: char| match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    let classes: Vec<u8> = text.chars().map(class).collect();
    let jumps = classes.windows(2).filter(|pair| pair.first() != pair.last()).count();
    text.len() >= RANDOM && (0..3).all(|class| classes.contains(&class)) && jumps * 5 >= text.len() * 2
}

/// Characters of which keys are made: those of base64 in both of its alphabets, and the dots of a JWT.
fn in_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_+/.=".contains(c)
}
