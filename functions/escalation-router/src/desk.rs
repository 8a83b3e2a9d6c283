//! Everything the router works with, built once when the function starts.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::config::Config;
use paramedic_domain::standing::Standing;
use paramedic_edge::alarms::Alarms;
use paramedic_edge::aws::Aws;
use paramedic_edge::graph::Renderer;
use paramedic_edge::http::Https;
use paramedic_edge::notifier::Notifiers;
use paramedic_edge::place::Environment;
use paramedic_edge::secrets::Secrets;
use paramedic_edge::store::Store;

use crate::proof::Proof;

/// How long the start may wait for secrets.
const WARM_UP: Duration = Duration::from_secs(1);

/// The router's tools.
pub struct Desk {
    /// The configuration.
    pub(crate) config: Config,
    /// What the template set.
    pub(crate) place: Environment,
    /// The incidents.
    pub(crate) store: Store,
    /// The alarms as CloudWatch has them.
    pub(crate) alarms: Alarms,
    /// What draws their graphs.
    pub(crate) renderer: Renderer,
    /// Every way of telling people.
    pub(crate) notifiers: Notifiers,
    /// The channels' secrets.
    pub(crate) secrets: Secrets,
    /// What proves that people can be reached; absent outside a stack that has a heartbeat.
    pub(crate) proof: Option<Proof>,
    /// What people ordered, as it was last read.
    pub(crate) standing: Mutex<Option<(Timestamp, Standing)>>,
    /// Which pages this sandbox sent while the table was down, so that a redelivery does not page again at once.
    pub(crate) paged_blindly: Mutex<HashMap<String, Timestamp>>,
}

impl Desk {
    /// Builds the tools from the function's environment and the configuration beside its code.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is refused or a variable of the template is missing.
    pub fn from_env() -> Result<Self, Error> {
        let place = Environment::read()?;
        let config = place.config()?;
        let aws = Aws::from_env()?;
        let secrets = aws.secrets();
        let https = Https::new()?;
        Ok(Self {
            proof: Proof::from_env(&aws, &https, &secrets),
            store: aws.store(&place.table),
            alarms: aws.alarms(),
            renderer: aws.renderer(),
            notifiers: aws.notifiers(&config, &place, https, secrets.clone()),
            secrets,
            config,
            place,
            standing: Mutex::default(),
            paged_blindly: Mutex::default(),
        })
    }

    /// Reads the channels' secrets while the function starts, when the processor is fast. What fails is read again when it
    /// is needed, and told then.
    pub async fn warm_up(&self) {
        let read =
            futures::future::join_all(self.secrets_in_use().map(|(name, field)| self.secrets.field(name, field)));
        // The first page must not wait for Secrets Manager.
        let _in_time = tokio::time::timeout(WARM_UP, read).await;
    }

    /// The secrets of the configured channels, each with the field that is used.
    pub(crate) fn secrets_in_use(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.notifiers.secrets()
    }
}
