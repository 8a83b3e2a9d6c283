#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod authorisation;
mod pagerduty;
mod seen;
mod signature;
mod slack;

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::signature::{Genuine, Key};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

fn key(secret: &str) -> Key {
    Key::new(secret).unwrap()
}

fn hex(secret: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    format!("{:x}", mac.finalize().into_bytes())
}

/// What Slack would write into `X-Slack-Signature`.
fn signed_by_slack(secret: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v0={}", hex(secret, &[b"v0:", timestamp.as_bytes(), b":", body]))
}

/// A body as Slack sends it, proven.
fn of_slack(body: &[u8]) -> Genuine<'_> {
    let timestamp = now().as_second().to_string();
    let signature = signed_by_slack(SECRET, &timestamp, body);
    super::signature::slack(&[key(SECRET)], Some(&timestamp), Some(&signature), body, now()).unwrap()
}

/// A body as PagerDuty sends it, proven.
fn of_pagerduty(body: &[u8]) -> Genuine<'_> {
    let signature = format!("v1={}", hex(SECRET, &[body]));
    super::signature::pagerduty(&[key(SECRET)], Some(&signature), body).unwrap()
}
