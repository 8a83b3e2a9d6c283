//! Slack's Web API: a new message, and the same message brought up to date.

mod blocks;

use paramedic_domain::config::SlackConfig;
use paramedic_domain::escalation::Failure;
use paramedic_domain::incident::MessageRef;
use paramedic_domain::report::Story;

use crate::http::Https;
use crate::secrets::Secrets;

/// One channel of one workspace.
#[derive(Clone, Debug)]
pub struct Slack {
    https: Https,
    secrets: Secrets,
    secret: String,
    channel: String,
    api: String,
}

impl Slack {
    /// Speaks as the configuration says. Nothing is read or sent yet.
    pub fn new(config: &SlackConfig, https: Https, secrets: Secrets) -> Self {
        Self {
            https,
            secrets,
            secret: config.secret.clone(),
            channel: config.channel.clone(),
            api: config.api_url().to_owned(),
        }
    }

    /// Posts a new message (`chat.postMessage`).
    ///
    /// # Errors
    ///
    /// Slack did not say `"ok": true`.
    pub async fn post(&self, story: &Story) -> Result<MessageRef, Failure> {
        todo!("{self:?} {story:?}")
    }

    /// Shows another story in a message that is there already (`chat.update`). Notifies nobody.
    ///
    /// # Errors
    ///
    /// Slack did not say `"ok": true`.
    pub async fn update(&self, message: &MessageRef, story: &Story) -> Result<(), Failure> {
        todo!("{self:?} {message:?} {story:?}")
    }
}
