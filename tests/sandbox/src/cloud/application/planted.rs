//! Secrets that a careless application writes into its log, so that it can be shown that they go nowhere else. They have
//! the form of real ones and are worth nothing.

use crate::cloud::chance::Chance;

/// A line with a secret in it.
#[derive(Debug, Clone)]
pub(super) struct Spill {
    /// What is written; it may have several lines.
    pub(super) line: String,
    /// What of it must appear nowhere else.
    pub(super) secret: String,
}

/// One spill of every form. The well-known beginnings are put together here so that no scanner takes them for real.
pub(super) fn spills(chance: &mut Chance) -> Vec<Spill> {
    let spill = |before: &str, secret: String, after: &str| Spill { line: format!("{before}{secret}{after}"), secret };
    let token = format!("{}.{}{}.{}", ["ey", "JhbGciOiJIUzI1NiJ9"].concat(), "ey", chance.hex(24), chance.hex(43));
    let access_key = format!("{}{}", ["AK", "IA"].concat(), chance.hex(16).to_uppercase());
    let mut found = vec![
        spill("Error: request failed, headers {\"authorization\":\"Bearer ", token, "\"}"),
        spill("Error: upload failed with AccessKeyId=", access_key, " in eu-west-1"),
        spill("AuthenticationError: Incorrect API key provided: ", format!("{}-proj-{}", "sk", chance.hex(40)), "."),
        spill("Error: geocoder refused key=", format!("{}{}", ["AI", "zaSy"].concat(), chance.hex(33)), " with 403"),
        spill(
            "error: could not connect to postgres://app:",
            format!("pw-{}", chance.hex(20)),
            "@db.internal:5432/shop",
        ),
    ];
    let body = chance.hex(64);
    let fence = |word: &str| format!("-----{word} {} KEY-----", ["RSA", "PRIVATE"].join(" "));
    found.push(Spill {
        line: format!("Error: cannot sign with key\n{}\n{body}\n{}", fence("BEGIN"), fence("END")),
        secret: body,
    });
    found
}
