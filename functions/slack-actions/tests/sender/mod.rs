//! Plays Slack, and those who would like to be Slack.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub)]

use form_urlencoded::Serializer;
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
pub const PREVIOUS: &str = "0d5c1b2e8f9a4c3d6e7f8a9b0c1d2e3f";

/// What is signed, and the signature.
#[derive(Clone, Debug)]
pub struct Sent {
    pub body: Vec<u8>,
    pub timestamp: String,
    pub signature: String,
}

/// HMAC-SHA256 in hexadecimal digits.
pub fn hex(secret: &str, signed: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, signed).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn signed_as(version: &str, secret: &str, timestamp: &str, body: &[u8]) -> Sent {
    let signed = [format!("{version}:{timestamp}:").as_bytes(), body].concat();
    let signature = format!("{version}={}", hex(secret, &signed));
    Sent { body: body.to_vec(), timestamp: timestamp.to_owned(), signature }
}

/// A body as Slack signs it at that time.
pub fn signed(body: &[u8], at: Timestamp) -> Sent {
    signed_as("v0", SECRET, &at.as_second().to_string(), body)
}

/// The JSON of a click, as Slack writes it.
pub fn click(button: &str, value: &Value, user: &str, response_url: &str) -> String {
    let payload = json!({
        "type": "block_actions",
        "user": { "id": user, "username": "ada", "name": "ada", "team_id": "T1" },
        "container": { "type": "message", "message_ts": "1772333999.000200", "channel_id": "C1" },
        "team": { "id": "T1", "domain": "example" },
        "channel": { "id": "C1", "name": "ops-alerts" },
        "response_url": response_url,
        "actions": [{ "type": "button", "action_id": button, "block_id": "=qXel", "value": value.to_string() }],
    });
    payload.to_string()
}

pub fn form(payload: &str) -> Vec<u8> {
    Serializer::new(String::new()).append_pair("payload", payload).finish().into_bytes()
}

/// What a Function URL makes of a request.
pub fn event(method: &str, path: &str, headers: &[(&str, &str)], body: &str, base64: bool) -> Value {
    let headers: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": { "accountId": "anonymous", "http": { "method": method, "path": path } },
        "body": body, "isBase64Encoded": base64,
    })
}

/// The event of a signed body, in the usual way.
pub fn delivered(sent: &Sent) -> Value {
    let headers =
        [("x-slack-request-timestamp", sent.timestamp.as_str()), ("x-slack-signature", sent.signature.as_str())];
    event("POST", "/slack", &headers, &encoded(&sent.body), true)
}

fn encoded(body: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(body)
}

/// Chance that comes out the same for the same seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    /// One bit changed.
    pub fn flipped(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut flipped = bytes.to_vec();
        let byte = self.below(bytes.len());
        flipped[byte] ^= 1 << self.below(8);
        flipped
    }

    /// One bit changed, so that it still is text, as headers are.
    pub fn flipped_text(&mut self, text: &str) -> String {
        loop {
            if let Ok(flipped) = String::from_utf8(self.flipped(text.as_bytes())) {
                return flipped;
            }
        }
    }

    /// A request that Slack may send: of any age that is allowed, mostly of the oldest, under either secret, and written in
    /// one of the many ways a form and its JSON can be written.
    pub fn genuine(&mut self, n: usize, now: Timestamp) -> Sent {
        let value = json!({ "i": format!("inc-{n}"), "s": "web" });
        let button = ["ack", "silence"][self.below(2)];
        let payload = click(button, &value, "U012ABCDEF", "https://hooks.slack.com/actions/T1/1/a");
        let body = self.written(&payload);
        let age = [299, 0, -299, 150][self.below(4)];
        let secret = [SECRET, PREVIOUS][self.below(2)];
        signed_as("v0", secret, &(now.as_second() - age).to_string(), &body)
    }

    fn written(&mut self, payload: &str) -> Vec<u8> {
        let spelled = |digit: fn(u8) -> String| payload.bytes().map(digit).collect::<String>();
        match self.below(8) {
            0 => format!("payload={}", spelled(|byte| format!("%{byte:02X}"))).into_bytes(),
            1 => format!("payload={}", spelled(|byte| format!("%{byte:02x}"))).into_bytes(),
            2 => String::from_utf8(form(payload)).unwrap().replace('+', "%20").into_bytes(),
            3 => [b"ssl_check=0&token=x&".as_slice(), &form(payload), b"&more=%00%ff"].concat(),
            4 => form(&serde_json::to_string_pretty(&serde_json::from_str::<Value>(payload).unwrap()).unwrap()),
            5 => form(&payload.replace("ada", "Zo\u{eb} \u{65e5}\u{672c} + 100 %")),
            6 => form(&payload.replace("ada", "\\u0041da\\ud83d\\ude80")),
            _ => form(payload),
        }
    }

    /// The event of a request: the same request may come with its header names in any case, and its body in Base64 or not.
    pub fn event(&mut self, sent: &Sent) -> Vec<u8> {
        let names = [
            ["x-slack-request-timestamp", "x-slack-signature"],
            ["X-Slack-Request-Timestamp", "X-Slack-Signature"],
            ["X-SLACK-REQUEST-TIMESTAMP", "X-SLACK-SIGNATURE"],
        ][self.below(3)];
        let plain = std::str::from_utf8(&sent.body).ok().filter(|_| self.below(8) > 0);
        let (body, base64) = plain.map_or_else(|| (encoded(&sent.body), true), |body| (body.to_owned(), false));
        // Put together as text: a hundred thousand of them are made.
        let [timestamp, signature, body] = [&sent.timestamp, &sent.signature, &body].map(|text| json_text(text));
        format!(
            r#"{{"version":"2.0","rawPath":"/slack","headers":{{"{}":{timestamp},"{}":{signature}}},
                "requestContext":{{"http":{{"method":"POST"}}}},"body":{body},"isBase64Encoded":{base64}}}"#,
            names[0], names[1],
        )
        .into_bytes()
    }
}

fn json_text(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
