//! Bytes in an answer: base64 (RFC 4648) in the protocols that are text, bytes in CBOR.

use serde_json::{Value, json};

/// The member that marks an object as bytes, in base64.
pub(super) const BLOB: &str = "$blob";

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as a member of an answer.
pub(crate) fn blob(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| (group << 8) | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = DIGITS.get((group >> (18 - 6 * at)) as usize & 63).copied().unwrap_or(b'=');
            text.push(char::from(if at > three.len() { b'=' } else { digit }));
        }
    }
    json!({ BLOB: text })
}

/// The base64 of a member that is bytes.
pub(super) fn text(member: &Value) -> Option<&str> {
    member.get(BLOB).and_then(Value::as_str)
}

/// The bytes of a member that is bytes.
pub(super) fn bytes(member: &Value) -> Option<Vec<u8>> {
    let text = text(member)?.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for four in text.as_bytes().chunks(4) {
        let digit = |at: usize| {
            let found = four.get(at).and_then(|digit| DIGITS.iter().position(|known| known == digit));
            found.unwrap_or(0) as u32
        };
        let group = (0..4).fold(0_u32, |group, at| (group << 6) | digit(at));
        bytes.extend(group.to_be_bytes().iter().skip(1).take(four.len() - 1));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_standard_writes_them_and_read_back() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let member = blob(plain.as_bytes());
            assert_eq!(text(&member), Some(coded));
            assert_eq!(bytes(&member).as_deref(), Some(plain.as_bytes()));
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&blob(&all)), Some(all));
    }
}
