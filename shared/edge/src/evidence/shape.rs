//! The shape of a log line: what stays when its numbers, ids and secrets are taken out.
//!
//! Lines of one shape are the same error. What a line may hold of its users goes into messages that many people read, so
//! what looks like a secret is taken out, and so is whatever is only noise.

use paramedic_domain::alarm::text;

/// What is read of a line, in characters.
const LINE: usize = 600;
/// The longest shape.
const SHAPE: usize = 200;
/// Endings of words that name a value nobody should read.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "credentials",
    "signature",
    "auth",
    "session",
    "jwt",
];
/// Words that name several such values, up to the end of the line.
const SECRETS_TO_THE_END: &[&str] = &["authorization", "cookie"];
/// A word of letters and digits from this length on is an id or a key.
const OPAQUE: usize = 16;

/// The shape of a line.
pub(super) fn of(line: &str) -> String {
    let line = without_userinfo(&text::escaped(line.trim(), LINE));
    let mut shape = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(|c| !in_word(c)).unwrap_or(rest.len()));
        let (between, after) = after.split_at(after.find(in_word).unwrap_or(after.len()));
        push(&mut shape, word);
        shape.push_str(between);
        rest = after;
        // "token expired" names no value; "token=x", "token: x", "\"token\":\"x\"" and "Bearer x" do.
        let word = word.to_ascii_lowercase();
        let gives_value = between.contains(['=', ':']);
        if gives_value && SECRETS_TO_THE_END.iter().any(|name| word.ends_with(name)) {
            shape.push_str("***");
            break;
        }
        if !after.is_empty() && (word == "bearer" || gives_value && SECRETS.iter().any(|name| word.ends_with(name))) {
            shape.push_str("***");
            let end = after.find(|c: char| c.is_whitespace() || "\"',;&)}".contains(c)).unwrap_or(after.len());
            rest = after.split_at(end).1;
        }
    }
    text::bounded(&shape, SHAPE)
}

/// Characters of which words, host names and base64 are made.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || "-_.+/".contains(c)
}

/// The line without the user and password of an address, `scheme://user:password@host`.
fn without_userinfo(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        kept.push_str(before);
        kept.push_str("://");
        let address = after.split(|c: char| c.is_whitespace() || "\"'".contains(c)).next().unwrap_or_default();
        rest = match address.rfind('@') {
            Some(at) => {
                kept.push_str("***");
                after.split_at(at).1
            }
            None => after,
        };
    }
    kept.push_str(rest);
    kept
}

fn push(shape: &mut String, word: &str) {
    // The endpoint of a dependency says which one it is.
    if word.ends_with(".amazonaws.com") {
        shape.push_str(word);
    } else if is_opaque(word) {
        shape.push_str("<id>");
    } else {
        let mut in_number = false;
        for character in word.chars() {
            if !character.is_ascii_digit() {
                shape.push(character);
            } else if !in_number {
                shape.push('#');
            }
            in_number = character.is_ascii_digit();
        }
    }
}

/// Whether a word is an id, a hash or a key rather than a word: hexadecimal of eight digits and more, or long with digits
/// and letters mixed.
fn is_opaque(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    (hex && word.len() >= 8 && digits > 0 && letters > 0)
        || (word.len() >= OPAQUE && digits >= 2 && letters >= 2 && !word.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_numbers_and_ids_have_one_shape() {
        let one = of("Error: request 4711 of user 0af3b2c4-aa11-4e2c-9f00-1234567890ab failed after 35 ms");
        let other = of("Error: request 9 of user 77aa0b1c-0000-4e2c-9f00-ffffffff90ab failed after 1200 ms");
        assert_eq!(one, other);
        assert_eq!(one, "Error: request # of user <id> failed after # ms");
    }

    #[test]
    fn the_endpoint_of_a_dependency_stays_whole() {
        let shape = of("Error: connect ETIMEDOUT web-redis.x1y2z3.0001.euw1.cache.amazonaws.com:6379");
        assert_eq!(shape, "Error: connect ETIMEDOUT web-redis.x1y2z3.0001.euw1.cache.amazonaws.com:#");
    }

    #[test]
    fn what_looks_like_a_secret_is_taken_out() {
        assert_eq!(of("ERROR login password=hunter2! failed"), "ERROR login password=*** failed");
        assert_eq!(of("ERROR Authorization: Basic YWxhZGRpbjpvcGVu"), "ERROR Authorization: ***");
        assert_eq!(of("ERROR sent Bearer abc.def to x"), "ERROR sent Bearer *** to x");
        assert_eq!(
            of(r#"{"level":"error","api_key":"sesame","msg":"no"}"#),
            r#"{"level":"error","api_key":"***","msg":"no"}"#
        );
        assert_eq!(of("Error: redis://app:hun/ter2@cache refused"), "Error: redis://***@cache refused");
        assert_eq!(of("ERROR bad key AKIAIOSFODNN7EXAMPLE2"), "ERROR bad key <id>");
    }

    #[test]
    fn a_word_that_only_speaks_of_a_secret_hides_nothing() {
        assert_eq!(of("ERROR token expired for client"), "ERROR token expired for client");
        assert_eq!(of("Error: no secret: "), "Error: no secret:");
    }

    #[test]
    fn a_shape_is_one_bounded_line() {
        let shape = of(&format!("ERROR a\nb\u{202e} {}", "x y ".repeat(1000)));
        assert!(shape.starts_with(r"ERROR a\nb\u{#e} x y"), "{shape}");
        assert!(shape.chars().count() <= SHAPE);
    }
}
