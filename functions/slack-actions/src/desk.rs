//! Everything slack-actions works with, built once when the function starts.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Error;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::Failure;
use paramedic_domain::inbound::seen::{Heard, Mark, Recent};
use paramedic_domain::inbound::slack::{Click, ReplyAddress};
use paramedic_domain::request::Petition;
use paramedic_edge::aws::Aws;
use paramedic_edge::bus::Bus;
use paramedic_edge::http::Https;
use paramedic_edge::place;
use paramedic_edge::reply::Replies;
use paramedic_edge::store::Store;

use crate::keyring::Keyring;

/// The one who clicked waits for three seconds in all ("Handling user interaction, Acknowledgment response",
/// docs.slack.dev). Secrets and table take one each at most; the rest is for these.
const TELLING: Duration = Duration::from_millis(900);
const WHISPERING: Duration = Duration::from_millis(800);

/// The tools of slack-actions.
pub struct Desk {
    pub(crate) config: Config,
    pub(crate) slack: Option<Keyring>,
    pub(crate) pagerduty: Option<Keyring>,
    bus: Bus,
    store: Store,
    replies: Replies,
    recent: Mutex<Recent>,
}

impl Desk {
    /// Builds the tools from the function's environment and the configuration beside its code.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is refused or a variable of the template is missing.
    pub fn from_env() -> Result<Self, Error> {
        let place = place::Environment::read()?;
        let config = place.config()?;
        let aws = Aws::from_env()?;
        let secrets = aws.secrets();
        let keyring = |name: &str, fields| Keyring::new(secrets.clone(), name, fields);
        let slack = config.slack.as_ref().map(|slack| &slack.secret);
        let pagerduty = config.pagerduty.as_ref().map(|pagerduty| &pagerduty.secret);
        Ok(Self {
            slack: slack.map(|name| keyring(name, ["signing_secret", "previous_signing_secret"])),
            pagerduty: pagerduty.map(|name| keyring(name, ["webhook_secret", "previous_webhook_secret"])),
            bus: aws.bus(&place),
            store: aws.store(&place.table),
            replies: Replies::new(Https::new()?),
            recent: Mutex::default(),
            config,
        })
    }

    /// Reads the keys ahead of the first request. What fails is tried again when they are needed.
    pub async fn prepare(&self, now: Timestamp) {
        for keyring in [&self.slack, &self.pagerduty].into_iter().flatten() {
            if let Err(failure) = keyring.read(now).await {
                tracing::error!(why = failure.why(), "the keys could not be read");
            }
        }
    }

    /// Whether a request came before: to this sandbox, or to any.
    pub(crate) async fn hear(&self, mark: &Mark, keep: SignedDuration, now: Timestamp) -> Heard {
        if self.recent().take(mark, keep, now) == Heard::Again {
            return Heard::Again;
        }
        match self.store.hear(mark, keep, now).await {
            Ok(heard) => heard,
            Err(error) => {
                tracing::error!(%error, "the table does not say whether a request came before");
                Heard::Unknown
            }
        }
    }

    /// Lets a request come again.
    pub(crate) async fn unhear(&self, mark: &Mark, now: Timestamp) {
        self.recent().release(mark);
        if let Err(error) = self.store.unhear(mark, now).await {
            tracing::error!(%error, "a request stays remembered that was not passed on");
        }
    }

    /// Tells the router.
    pub(crate) async fn tell(&self, petition: &Petition) -> Result<(), Failure> {
        let told = tokio::time::timeout(TELLING, self.bus.publish_petition(petition)).await;
        told.unwrap_or_else(|_| Err(Failure::Transient { why: "no answer in time".to_owned(), retry_after_s: None }))
    }

    /// Answers the one who clicked, where that is possible.
    pub(crate) async fn whisper(&self, click: &Click, text: &str) {
        let api_url = self.config.slack.as_ref().map(|slack| slack.api_url()).unwrap_or_default();
        let Some(address) = click.response_url.as_deref().and_then(|url| ReplyAddress::new(url, api_url)) else {
            tracing::warn!("the click names no address of Slack to answer at");
            return;
        };
        match tokio::time::timeout(WHISPERING, self.replies.whisper(&address, text)).await {
            Ok(Ok(())) => {}
            // The address is as good as a password to speak in that channel; it is not logged.
            Ok(Err(_)) | Err(_) => tracing::warn!("Slack did not take the answer to a click"),
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
