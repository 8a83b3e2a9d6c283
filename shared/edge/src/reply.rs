//! A word to the one who clicked, which nobody else sees.

use paramedic_domain::escalation::Failure;
use paramedic_domain::inbound::slack::ReplyAddress;
use serde_json::json;

use crate::http::Https;

/// Answers clicks.
#[derive(Clone, Debug)]
pub struct Replies {
    https: Https,
}

impl Replies {
    /// Speaks through that client.
    pub fn new(https: Https) -> Self {
        Self { https }
    }

    /// Posts an ephemeral message beside the one that was clicked, which stays as it is ("Handling user interaction, Message
    /// responses", docs.slack.dev).
    ///
    /// # Errors
    ///
    /// Slack did not say that it took the message.
    pub async fn whisper(&self, address: &ReplyAddress, text: &str) -> Result<(), Failure> {
        let body = json!({ "response_type": "ephemeral", "replace_original": false, "text": text }).to_string();
        let answer = self.https.post(address.as_str(), None, body.into_bytes()).await?;
        match answer.busy() {
            Some(busy) => Err(busy),
            None if answer.status.is_success() => Ok(()),
            None => Err(Failure::Permanent { why: format!("HTTP {}", answer.status) }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::stub::{Reply, Stub};

    /// A stand-in for Slack and the address at which it takes replies.
    async fn slack(status: u16) -> (Stub, ReplyAddress) {
        let stub = Stub::start(move |_, _| Reply::json(status, &json!({ "ok": true }))).await;
        let address = ReplyAddress::new(&format!("{}/actions/1", stub.url), &stub.url).unwrap();
        (stub, address)
    }

    #[tokio::test]
    async fn a_whisper_is_for_one_person_and_leaves_the_message_alone() {
        let (stub, address) = slack(200).await;
        Replies::new(Https::new().unwrap()).whisper(&address, "Nothing was done.").await.unwrap();
        let asked = stub.asked();
        assert_eq!(asked[0].path, "/actions/1");
        let expected = json!({ "response_type": "ephemeral", "replace_original": false, "text": "Nothing was done." });
        assert_eq!(asked[0].json(), expected);
        assert_eq!(asked[0].header("authorization"), "", "no token goes to an address from outside");
    }

    #[tokio::test]
    async fn what_slack_did_not_take_is_a_failure() {
        for status in [302, 404, 410, 429, 500] {
            let (_stub, address) = slack(status).await;
            assert!(Replies::new(Https::new().unwrap()).whisper(&address, "x").await.is_err(), "{status}");
        }
    }
}
