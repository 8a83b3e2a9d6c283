//! A click on a button: the request that Slack sends to the app.
//!
//! `docs.slack.dev/reference/interaction-payloads/block_actions-payload`: a form with one field `payload`, which is JSON;
//! `docs.slack.dev/authentication/verifying-requests-from-slack`: HMAC-SHA256 over `v0:<timestamp>:<body>`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::workspace::{Button, user_name};
use super::{TEAM, text_of};
use crate::sinks::signed::hmac_hex;

/// A signed request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// The message of the button.
    pub ts: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The form.
    pub body: String,
}

/// The request for a click.
pub(super) fn click(button: &Button, user: &str, response_url: &str, signing_secret: &str, now: Timestamp) -> Click {
    let payload = payload(button, user, response_url, now);
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let headers = signed(&body, signing_secret, now);
    Click { ts: button.message.ts.clone(), headers, body }
}

/// The headers that Slack sends with a form.
fn signed(body: &str, signing_secret: &str, now: Timestamp) -> Vec<(String, String)> {
    let timestamp = now.as_second().to_string();
    let signature = format!("v0={}", hmac_hex(signing_secret, format!("v0:{timestamp}:{body}").as_bytes()));
    [
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned()),
        ("x-slack-request-timestamp", timestamp),
        ("x-slack-signature", signature),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn payload(button: &Button, user: &str, response_url: &str, now: Timestamp) -> Value {
    let Button { message, channel_name, block_id, element } = button;
    let name = user_name(user);
    let mut shown = message.content.clone();
    if let Value::Object(shown) = &mut shown {
        let own = [("type", json!("message")), ("bot_id", json!("B0SANDBOX")), ("ts", json!(message.ts))];
        shown.extend(own.map(|(key, value)| (key.to_owned(), value)));
        if let Some(thread_ts) = &message.thread_ts {
            shown.insert("thread_ts".to_owned(), json!(thread_ts));
        }
    }
    let action_ts = format!("{}.{:06}", now.as_second(), now.subsec_nanosecond() / 1000);
    json!({
        "type": "block_actions",
        "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
        "api_app_id": "A0SANDBOX",
        "token": "deprecated-verification-token",
        "container": {
            "type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": false,
        },
        "trigger_id": format!("{}.1.{}", now.as_millisecond(), "0123456789abcdef"),
        "team": {"id": TEAM, "domain": "sandbox"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": message.channel, "name": channel_name},
        "message": shown,
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{
            "type": "button",
            "action_id": text_of(element, "action_id"),
            "block_id": block_id,
            "text": element.get("text"),
            "value": element.get("value"),
            "action_ts": action_ts,
        }],
    })
}
