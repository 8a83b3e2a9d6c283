//! Whether a request comes from whom it says, before anything of it is read.
//!
//! Slack signs `v0:TIMESTAMP:BODY` with HMAC-SHA256 and sends the result as `X-Slack-Signature: v0=HEX` beside
//! `X-Slack-Request-Timestamp` ("Verifying requests from Slack", docs.slack.dev). PagerDuty signs the body alone and sends
//! one signature for each secret of a rotation, as `X-PagerDuty-Signature: v1=HEX,v1=HEX` ("Verifying Signatures",
//! PagerDuty developer documentation).

use std::fmt;

use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// How far a signed time may be from ours, either way: what Slack recommends.
pub const WINDOW: SignedDuration = SignedDuration::from_secs(300);

/// Most signatures of one request that are compared. PagerDuty sends as many as there are secrets during a rotation.
const MAX_SIGNATURES: usize = 8;

/// Longest signed time, in digits of epoch seconds. It lasts until the year 5138.
const MAX_DIGITS: usize = 11;

/// A secret that a sender signs with. It is never printed.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Takes a secret; `None` if it is empty or blank. An empty key is a valid one to HMAC, and everybody has it.
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        if secret.is_empty() {
            return None;
        }
        Hmac::new_from_slice(secret.as_bytes()).ok().map(Self)
    }

    /// Compares in constant time.
    fn signed(&self, parts: &[&[u8]], signature: &[u8; 32]) -> bool {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(not shown)")
    }
}

/// A body whose sender is proven. Nothing else is read, and only this module can make one.
#[derive(Clone, Debug)]
pub struct Genuine<'a> {
    body: &'a [u8],
    signature: [u8; 32],
}

impl<'a> Genuine<'a> {
    /// The body as it was signed.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// What proved it.
    pub(super) fn signature(&self) -> &[u8; 32] {
        &self.signature
    }
}

/// Why a request is not believed. The sender is told none of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// There is no signature, or none that could be one.
    #[error("it bears no signature")]
    Unsigned,
    /// There is no time, or none that could be one.
    #[error("it bears no time")]
    Undated,
    /// It is dated too long ago or too far ahead.
    #[error("it was signed more than {} s from now", WINDOW.as_secs())]
    Stale,
    /// There is nothing to compare with.
    #[error("no secret is known to compare it with")]
    NoKey,
    /// Signed by somebody else, or changed on the way.
    #[error("its signature is not the sender's")]
    Forged,
}

/// Whether Slack sent this, within [`WINDOW`] of `now`, under one of the keys (the current and the previous secret).
///
/// The cheap questions are asked first; none of them tells anything about a key.
///
/// # Errors
///
/// See [`Unproven`]; [`Unproven::NoKey`] only if all else is as it should be.
pub fn slack<'a>(
    keys: &[Key],
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &'a [u8],
    now: Timestamp,
) -> Result<Genuine<'a>, Unproven> {
    let signature = signature.and_then(|text| digits(text.strip_prefix("v0=")?)).ok_or(Unproven::Unsigned)?;
    let timestamp = timestamp.ok_or(Unproven::Undated)?;
    let signed_at = epoch_seconds(timestamp).ok_or(Unproven::Undated)?;
    if now.duration_since(signed_at).abs() > WINDOW {
        return Err(Unproven::Stale);
    }
    let parts: [&[u8]; 4] = [b"v0:", timestamp.as_bytes(), b":", body];
    let signature = prove(keys, &[signature], &parts)?;
    Ok(Genuine { body, signature })
}

/// Whether PagerDuty sent this, under one of the keys. There is no time in what PagerDuty signs: how old an event may be
/// and whether it came before is for [`pagerduty`](super::pagerduty) to say.
///
/// # Errors
///
/// See [`Unproven`].
pub fn pagerduty<'a>(keys: &[Key], signatures: Option<&str>, body: &'a [u8]) -> Result<Genuine<'a>, Unproven> {
    let signatures: Vec<[u8; 32]> = signatures
        .unwrap_or_default()
        .split(',')
        .filter_map(|text| digits(text.trim_matches(' ').strip_prefix("v1=")?))
        .take(MAX_SIGNATURES)
        .collect();
    if signatures.is_empty() {
        return Err(Unproven::Unsigned);
    }
    let signature = prove(keys, &signatures, &[body])?;
    Ok(Genuine { body, signature })
}

/// The first of the signatures that one of the keys made.
fn prove(keys: &[Key], signatures: &[[u8; 32]], parts: &[&[u8]]) -> Result<[u8; 32], Unproven> {
    if keys.is_empty() {
        return Err(Unproven::NoKey);
    }
    let mut pairs = keys.iter().flat_map(|key| signatures.iter().map(move |signature| (key, signature)));
    pairs.find(|(key, signature)| key.signed(parts, signature)).map(|(_, found)| *found).ok_or(Unproven::Forged)
}

/// Digits and nothing else: a sign, a blank or a fraction is nothing that Slack writes.
fn epoch_seconds(text: &str) -> Option<Timestamp> {
    if text.len() > MAX_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// Exactly 64 lower-case hexadecimal digits: each signature has one way to be written, so that it is one and the same when
/// it comes again.
fn digits(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    let mut rest = text.bytes();
    for byte in &mut bytes {
        *byte = digit(rest.next()?)? << 4 | digit(rest.next()?)?;
    }
    Some(bytes)
}
