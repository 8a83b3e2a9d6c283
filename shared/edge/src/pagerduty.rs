//! PagerDuty's Events API v2.

use paramedic_domain::config::PagerDutyConfig;
use paramedic_domain::escalation::Failure;
use paramedic_domain::incident::Incident;
use paramedic_domain::report::Story;
use paramedic_domain::severity::Severity;

use crate::http::Https;
use crate::secrets::Secrets;

/// One service of PagerDuty.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    https: Https,
    secrets: Secrets,
    secret: String,
    url: String,
}

impl PagerDuty {
    /// Pages as the configuration says. Nothing is read or sent yet.
    pub fn new(config: &PagerDutyConfig, https: Https, secrets: Secrets) -> Self {
        let url = format!("{}/v2/enqueue", config.events_url());
        Self { https, secrets, secret: config.secret.clone(), url }
    }

    /// Pages, or adds to a page that has the same deduplication key.
    ///
    /// # Errors
    ///
    /// PagerDuty did not accept the event.
    pub async fn trigger(&self, incident: &Incident, story: &Story) -> Result<(), Failure> {
        todo!("{self:?} {incident:?} {story:?}")
    }

    /// Ends the page that was made for this severity.
    ///
    /// # Errors
    ///
    /// PagerDuty did not accept the event.
    pub async fn resolve(&self, incident: &Incident, severity: Severity) -> Result<(), Failure> {
        todo!("{self:?} {incident:?} {severity:?}")
    }
}
