//! Wildcards of policies: `*` is any number of characters, `?` exactly one ("IAM JSON policy elements: Resource", IAM User Guide).

/// Whether a pattern matches the whole text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some(wildcard) = pattern.find(['*', '?']) else { return pattern == text };
    let (before, rest) = pattern.split_at(wildcard);
    let Some(text) = text.strip_prefix(before) else { return false };
    let mut characters = text.chars();
    match rest.strip_prefix('*') {
        // The star takes nothing, or one character more.
        Some("") => true,
        Some(after) => text.char_indices().any(|(at, _)| matches(after, text.split_at(at).1)) || matches(after, ""),
        None => characters.next().is_some() && matches(rest.split_at(1).1, characters.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything_and_a_question_mark_is_one_character() {
        assert!(matches("*", "") && matches("*", "a/b:c"));
        assert!(matches("seen#*", "seen#1") && !matches("seen#*", "see#1"));
        assert!(matches("secret:a-??????", "secret:a-AbCdEf"));
        assert!(!matches("secret:a-??????", "secret:a-AbCde") && !matches("secret:a-??????", "secret:a-b-AbCdEf"));
        assert!(matches("a*c*e", "abcde") && !matches("a*c*e", "abcd"));
        assert!(matches("*:task/*", "arn:task/") && matches("a*", "a") && !matches("a?", "a"));
        assert!(!matches("", "a") && matches("", ""));
    }
}
