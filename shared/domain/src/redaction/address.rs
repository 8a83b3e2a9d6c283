//! The user and the password in an address: `scheme://user:password@host`, and `user:password@host` without a scheme, as
//! some drivers write it.

use super::GONE;

/// The text without them.
pub(super) fn without_user(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(ends_address).unwrap_or(rest.len()));
        kept.push_str(&of_word(word));
        let (between, after) = after.split_at(after.find(|c| !ends_address(c)).unwrap_or(after.len()));
        kept.push_str(between);
        rest = after;
    }
    kept
}

/// Nothing of an address comes after one of these.
fn ends_address(c: char) -> bool {
    c.is_whitespace() || "\"'<>".contains(c)
}

fn of_word(word: &str) -> String {
    // A password may hold `@`, so the last one ends it. An image's digest stands behind one as well and is no host.
    let at = word.rmatch_indices('@').map(|(at, _)| at).find(|at| !word.split_at(*at).1.starts_with("@sha256:"));
    let Some(at) = at else { return word.to_owned() };
    let (before, host) = word.split_at(at);
    match (before.find("://"), before.find(':')) {
        (Some(scheme), _) => format!("{}://{GONE}{host}", before.split_at(scheme).0),
        (None, Some(colon)) => format!("{}:{GONE}{host}", before.split_at(colon).0),
        (None, None) => word.to_owned(),
    }
}
