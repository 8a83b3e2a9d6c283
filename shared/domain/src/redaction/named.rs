//! Values under a telling name: `password=…`, `token: …`, `"api_key":"…"`, `Authorization: …`.

use super::GONE;

/// Endings of names whose value is a secret wherever one follows.
const CERTAIN: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "secretkey",
    "secret_key",
    "access_key",
];
/// Endings of names whose value is mostly a secret. They are ordinary words and names of services too, so behind a mere
/// colon a plain word, a number and a path are let stand: `registry auth: execution role`, `auth:7`.
const LIKELY: &[&str] =
    &["pass", "secret", "token", "key", "credential", "credentials", "signature", "auth", "session", "jwt"];
/// Headers of which everything goes up to the end of the line.
const HEADERS: &[&str] = &["authorization", "cookie"];
/// Schemes of the header `Authorization`, which stand before the credentials wherever they are quoted.
const SCHEMES: &[&str] = &["bearer"];

/// The text without such values, and whether it ends where a value was to come.
pub(super) fn without_values(text: &str) -> (String, bool) {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // What is no name is passed over up to the next one.
        let (passed, named) = rest.split_at(rest.find(in_name).unwrap_or(rest.len()));
        let (word, after) = named.split_at(named.find(|c| !in_name(c)).unwrap_or(named.len()));
        let (between, after) = after.split_at(after.find(begins_value).unwrap_or(after.len()));
        kept.push_str(passed);
        kept.push_str(word);
        kept.push_str(between);
        rest = after;
        let name = word.to_ascii_lowercase();
        let given = Given::by(between);
        if given != Given::Not && HEADERS.iter().any(|header| name.ends_with(header)) && !rest.is_empty() {
            kept.push_str(GONE);
            return (kept, false);
        }
        let sure = SCHEMES.contains(&name.as_str())
            || given != Given::Not && CERTAIN.iter().any(|ending| name.ends_with(ending));
        let likely = match given {
            Given::Not => false,
            // `compass` is no `pass`.
            Given::Perhaps => LIKELY.iter().any(|ending| ends_with_word(word, ending)),
            Given::Surely => LIKELY.iter().any(|ending| name.ends_with(ending)),
        };
        if !sure && !likely {
            continue;
        }
        if rest.is_empty() {
            return (kept, given != Given::Not);
        }
        let (value, after) = value(rest, between);
        if sure || given == Given::Surely || !is_plain(word, value) {
            kept.push_str(GONE);
            rest = after;
        }
    }
    (kept, false)
}

/// The text without its first value: the name stood on the line before.
pub(super) fn without_first_value(text: &str) -> String {
    let (between, rest) = text.split_at(text.find(begins_value).unwrap_or(text.len()));
    let (_, after) = value(rest, between);
    format!("{between}{GONE}{after}")
}

/// Whether what stands between a name and the next word gives the name a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// It does not.
    Not,
    /// A mere colon, which may be prose.
    Perhaps,
    /// An equals sign, or a quoted value.
    Surely,
}

impl Given {
    fn by(between: &str) -> Self {
        let Some(at) = between.find(['=', ':']) else { return Self::Not };
        // A sentence that ends before the sign is over: "no token. x=…" gives `token` nothing.
        if between.split_at(at).0.contains(['.', ',', ';', ')', '(']) {
            return Self::Not;
        }
        if between.contains('=') || between.split_at(at).1.contains(['"', '\'']) { Self::Surely } else { Self::Perhaps }
    }
}

/// The value at the beginning of the text, and what follows. Within quotes it ends with the quote, else with the word.
fn value<'a>(text: &'a str, between: &str) -> (&'a str, &'a str) {
    let quote = between.chars().next_back().filter(|c| "\"'".contains(*c));
    let end = match quote {
        // A quote within quotes is escaped once more than those around it.
        Some(quote) if between.trim_end_matches(quote).ends_with('\\') => text.find(&format!("\\{quote}")),
        Some(quote) => unescaped(text, quote),
        None => text.find(|c: char| c.is_whitespace() || "\"',;&)}".contains(c)),
    };
    text.split_at(end.unwrap_or(text.len()))
}

/// Where the quote stands without a backslash before it.
fn unescaped(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !escaped {
            return Some(at);
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// Whether the last word of a name is this one, as in `db_pass`, `dbPass` and `pass`.
fn ends_with_word(name: &str, ending: &str) -> bool {
    let Some((before, last)) = name.len().checked_sub(ending.len()).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    let begins = !before.ends_with(char::is_alphabetic) || last.starts_with(char::is_uppercase);
    last.eq_ignore_ascii_case(ending) && begins
}

/// Whether a value behind a mere colon is prose, a number, or the path or name of something.
fn is_plain(name: &str, value: &str) -> bool {
    let word = |value: &str| value.chars().skip(1).all(|c| c.is_lowercase() || "-_.".contains(c));
    let number = |value: &str| value.len() <= 6 && value.chars().all(|c| c.is_ascii_digit() || c == '.');
    let path = |value: &str| {
        value.contains('/')
            && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "/.-_:@".contains(c))
    };
    // `shop/auth:1.4-rc` is an image and its tag.
    name.contains('/') || word(value) || number(value) || path(value)
}

/// Characters of which names are made.
fn in_name(c: char) -> bool {
    c.is_alphanumeric() || "-_+/".contains(c)
}

/// Whether a character can begin a value, rather than stand between it and its name.
fn begins_value(c: char) -> bool {
    !(c.is_whitespace() || "\"'=:>\\".contains(c) || c == ',' || c == ';' || c == '(' || c == ')' || c == '.')
}
