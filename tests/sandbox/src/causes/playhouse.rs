//! Plays incidents on one running sandbox and looks at them through the real readers.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::{Config, Service};
use paramedic_domain::diagnosis::{Diagnosis, diagnose};
use paramedic_domain::evidence::{Evidence, Reading, Ringing};
use paramedic_domain::id::{Arn, ServiceName};
use paramedic_edge::aws::Aws;
use paramedic_edge::evidence::{Reader, Site};

use super::Incident;
use crate::faults::Scene;
use crate::functions::Function;
use crate::overlay::{CallFailed, Overlay};
use crate::stage::{Setting, Stage, StageError};

/// A whole evening of incidents takes less.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// What the enricher waits for what it reads, as `paramedic.toml` has it.
const DEADLINE: SignedDuration = SignedDuration::from_secs(8);
/// How far a story's end may lie from what the catalogue says, for the figures are rounded to ticks.
const SLACK: SignedDuration = SignedDuration::from_secs(5);

/// Why an incident could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The stage.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A call of the sandbox's own.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The stage's configuration.
    #[error("the stage's configuration cannot be used: {0}")]
    Config(String),
    /// The catalogue tells another time than the story takes.
    #[error("{name} takes {took:#} and not what the catalogue says")]
    Time {
        /// Which incident.
        name: &'static str,
        /// How long it takes.
        took: SignedDuration,
    },
}

/// What was read of an incident, and what follows from it.
#[derive(Debug, Clone)]
pub struct Played {
    /// What was read.
    pub evidence: Evidence,
    /// What follows from it.
    pub diagnosis: Diagnosis,
}

/// A running sandbox whose functions rest, and a reader.
#[derive(Debug)]
pub struct Playhouse {
    stage: Stage,
    aws: Aws,
    service: Service,
    site: Site,
}

impl Playhouse {
    /// Sets the stage. `tell` hears of each step.
    ///
    /// # Errors
    /// When the stage cannot be set.
    pub async fn open(seed: u64, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, PlayError> {
        let stage = Stage::set(&Setting { seed, limit: LIMIT, ..Setting::default() }, tell).await?;
        for function in Function::ALL {
            stage.stop(function).await?;
        }
        let text = stage.configuration()?;
        let config = Config::parse(&text, "paramedic.toml").map_err(|error| PlayError::Config(error.to_string()))?;
        let name = ServiceName::from(stage.names.service.as_str());
        let service = config.service(&name).cloned();
        let service = service.ok_or_else(|| PlayError::Config(format!("it has no service {name}")))?;
        // What is refused here is refused for good; asking again would only take time.
        let sdk = stage.sdk().await.into_builder().retry_config(RetryConfig::disabled()).build();
        let recorder = Some(stage.recorder().to_owned());
        let site = Site { landmark: Arn::new(stage.target.alarms_topic.as_str()), recorder };
        Ok(Self { stage, aws: Aws::with(sdk), service, site })
    }

    /// Plays an incident and looks at it.
    ///
    /// # Errors
    /// When the sandbox itself fails.
    pub async fn play(&self, incident: &Incident, seed: u64) -> Result<Played, PlayError> {
        self.stage(incident, seed).await?;
        Ok(self.look().await)
    }

    /// Plays an incident; it goes on afterwards, as slowly as time does.
    async fn stage(&self, incident: &Incident, seed: u64) -> Result<(), PlayError> {
        let (sent, rotated_at) = tokio::task::block_in_place(|| self.live(incident, seed))?;
        let overlay = self.overlay();
        overlay.lay_down(&sent).await?;
        overlay.date_secret(&self.stage.target.secret, rotated_at).await?;
        Ok(())
    }

    /// The story and its consequences. Nothing else moves the cloud meanwhile, since it is held.
    fn live(
        &self,
        incident: &Incident,
        seed: u64,
    ) -> Result<(Vec<crate::cloud::Emission>, Option<Timestamp>), PlayError> {
        let minutes = |minutes: f64| SignedDuration::from_millis((minutes * 60_000.0) as i64);
        let mut cloud = self.overlay().cloud();
        let begins = Timestamp::now() - minutes(incident.takes + incident.then);
        let mut scene = Scene::with_history(&mut cloud, &self.stage.names.service, begins, seed);
        (incident.story)(&mut scene);
        let took = scene.now.duration_since(begins);
        if (took - minutes(incident.takes)).abs() > SLACK {
            return Err(PlayError::Time { name: incident.name, took });
        }
        scene.minutes(incident.then);
        let rotated_at = scene.rotated_at();
        Ok((scene.sent(), rotated_at))
    }

    /// Reads what there is to read now.
    pub async fn look(&self) -> Played {
        self.look_with(&self.service, &self.site).await
    }

    pub(super) async fn look_with(&self, service: &Service, site: &Site) -> Played {
        let now = Timestamp::now();
        let reader: Reader = self.aws.reader(site.clone());
        let evidence = reader.gather(service, Reading::Read(self.ringing(now)), DEADLINE, now).await;
        let diagnosis = diagnose(&evidence);
        Played { evidence, diagnosis }
    }

    /// The alarms that ring, as the bulletin of an incident tells them.
    fn ringing(&self, now: Timestamp) -> Vec<Ringing> {
        let alarms = self.overlay().cloud().alarms_view();
        let ours = alarms.into_iter().filter(|alarm| alarm.state == "ALARM");
        ours.map(|alarm| Ringing {
            name: alarm.name,
            service: Some(self.service.name.clone()),
            metric: None,
            since: now,
        })
        .collect()
    }

    pub(super) fn overlay(&self) -> &Overlay {
        self.stage.overlay()
    }

    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }
}
