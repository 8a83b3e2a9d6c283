//! Plays incidents on one running sandbox and looks at them through the real readers.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::{Config, Service};
use paramedic_domain::diagnosis::{Diagnosis, diagnose};
use paramedic_domain::escalation::{Channel, Failure, Route};
use paramedic_domain::evidence::{Evidence, Reading, Ringing};
use paramedic_domain::id::{AccountId, Arn, Region, ServiceName};
use paramedic_domain::incident::Incident as Episode;
use paramedic_domain::picture::{Picture, draw};
use paramedic_domain::report::{plain, scene};
use paramedic_domain::severity::Severity;
use paramedic_edge::aws::Aws;
use paramedic_edge::evidence::{Reader, Site};
use paramedic_edge::http::Https;
use paramedic_edge::place::Environment;
use paramedic_edge::store::Store;

use super::Incident;
use super::messages::Messages;
use crate::cloud::Emission;
use crate::faults::Scene;
use crate::functions::Function;
use crate::observed::PeopleTopic;
use crate::overlay::{CallFailed, Overlay};
use crate::stage::{Setting, Stage, StageError, Tuning};

/// A whole evening of incidents takes less.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// What the enricher waits for what it reads, as `paramedic.toml` has it.
const DEADLINE: SignedDuration = SignedDuration::from_secs(8);
/// The moment at which stories end, near enough: 03:00 UTC of 1 March 2026, in seconds since the epoch.
const NIGHT: i64 = 1_772_334_000;
/// Before everything that anybody remembers.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(24 * 60);
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
    /// The way to people.
    #[error("nobody could be told: {0}")]
    Way(String),
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
    /// What a person has to know of it.
    pub picture: Picture,
}

/// What came of a story.
struct Lived {
    sent: Vec<Emission>,
    rotated_at: Option<Timestamp>,
    spilled: Vec<String>,
}

/// A running sandbox whose functions rest, and a reader.
#[derive(Debug)]
pub struct Playhouse {
    stage: Stage,
    aws: Aws,
    service: Service,
    site: Site,
    messages: Messages,
}

impl Playhouse {
    /// Sets a stage whose functions rest: only what is read matters. `tell` hears of each step.
    ///
    /// # Errors
    /// When the stage cannot be set.
    pub async fn open(seed: u64, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, PlayError> {
        Self::open_at_rest(&Setting { seed, limit: LIMIT, ..Setting::default() }, tell).await
    }

    /// Sets a stage whose functions rest: whoever wants one to work invokes it.
    ///
    /// # Errors
    /// When the stage cannot be set.
    pub async fn open_at_rest(setting: &Setting, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, PlayError> {
        let house = Self::set(setting, tell).await?;
        for function in Function::ALL {
            house.stage.stop(function).await?;
        }
        Ok(house)
    }

    /// Sets a stage whose functions work.
    ///
    /// # Errors
    /// When the stage cannot be set.
    pub async fn open_awake(seed: u64, tuning: Tuning, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, PlayError> {
        Self::set(&Setting { seed, tuning, limit: LIMIT, ..Setting::default() }, tell).await
    }

    async fn set(setting: &Setting, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, PlayError> {
        let stage = Stage::set(setting, tell).await?;
        let text = stage.configuration()?;
        let config = Config::parse(&text, "paramedic.toml").map_err(|error| PlayError::Config(error.to_string()))?;
        let name = ServiceName::from(stage.names.service.as_str());
        let service = config.service(&name).cloned();
        let service = service.ok_or_else(|| PlayError::Config(format!("it has no service {name}")))?;
        // What is refused here is refused for good; asking again would only take time.
        let sdk = stage.sdk().await.into_builder().retry_config(RetryConfig::disabled()).build();
        let recorder = Some(stage.recorder().to_owned());
        let site = Site { landmark: Arn::new(stage.target.alarms_topic.as_str()), recorder };
        let aws = Aws::with(sdk);
        let messages = messages(&stage, &aws, config)?;
        Ok(Self { stage, aws, service, site, messages })
    }

    /// Plays an incident at a moment that follows from the seed, lets time stand still there, and looks at it. The same
    /// incident and the same seed look the same again.
    ///
    /// # Errors
    /// When the sandbox itself fails.
    pub async fn play(&self, incident: &Incident, seed: u64) -> Result<Played, PlayError> {
        // Where in its minute somebody looks differs.
        let seconds = SignedDuration::from_secs(i64::try_from(seed % 60).unwrap_or_default() * 17 % 60);
        let ends = Timestamp::from_second(NIGHT).unwrap_or(Timestamp::UNIX_EPOCH) + seconds;
        self.overlay().stand_still(ends);
        self.stage(incident, seed, ends, false).await?;
        Ok(self.look_at(ends).await)
    }

    /// Plays an incident that goes on from now, as slowly as time does. The application writes secrets into its log
    /// meanwhile; gives them.
    ///
    /// # Errors
    /// When the sandbox itself fails.
    pub async fn play_live(&self, incident: &Incident, seed: u64) -> Result<Vec<String>, PlayError> {
        self.stage(incident, seed, Timestamp::now(), true).await
    }

    /// Plays an incident that goes on from now, as slowly as time does, and nothing besides.
    ///
    /// # Errors
    /// When the sandbox itself fails.
    pub async fn play_now(&self, incident: &Incident, seed: u64) -> Result<(), PlayError> {
        self.stage(incident, seed, Timestamp::now(), false).await.map(drop)
    }

    async fn stage(
        &self,
        incident: &Incident,
        seed: u64,
        ends: Timestamp,
        spills: bool,
    ) -> Result<Vec<String>, PlayError> {
        let Lived { sent, rotated_at, spilled } =
            tokio::task::block_in_place(|| self.live(incident, seed, ends, spills))?;
        let overlay = self.overlay();
        overlay.lay_down(&sent).await?;
        let long_ago = ends - LONG_AGO;
        overlay.date_secret(&self.stage.target.secret, rotated_at.unwrap_or(long_ago)).await?;
        Ok(spilled)
    }

    /// The story and its consequences. Nothing else moves the cloud meanwhile, since it is held.
    fn live(&self, incident: &Incident, seed: u64, ends: Timestamp, spills: bool) -> Result<Lived, PlayError> {
        let minutes = |minutes: f64| SignedDuration::from_millis((minutes * 60_000.0) as i64);
        let mut cloud = self.overlay().cloud();
        let begins = ends - minutes(incident.takes + incident.then);
        let mut scene = Scene::with_history(&mut cloud, &self.stage.names.service, begins, seed);
        let spilled = if spills { scene.cloud.spill_secrets(&scene.service, begins) } else { Vec::new() };
        (incident.story)(&mut scene);
        let took = scene.now.duration_since(begins);
        if (took - minutes(incident.takes)).abs() > SLACK {
            return Err(PlayError::Time { name: incident.name, took });
        }
        scene.minutes(incident.then);
        let rotated_at = scene.rotated_at();
        Ok(Lived { sent: scene.sent(), rotated_at, spilled })
    }

    /// Looks at what goes on now.
    pub async fn look(&self) -> Played {
        self.look_at(Timestamp::now()).await
    }

    /// The incident that was seen so, as it is kept of a P0 alarm that rings.
    #[must_use]
    pub fn incident(&self, played: &Played, number: u64) -> Option<Episode> {
        let route = Route::new(self.service.name.clone(), true, Severity::P0);
        self.messages.incident(played, route, number)
    }

    /// The service that is looked at.
    #[must_use]
    pub fn service_name(&self) -> &ServiceName {
        &self.service.name
    }

    /// Paramedic's table.
    #[must_use]
    pub fn store(&self, table: &str) -> Store {
        self.aws.store(table)
    }

    async fn look_at(&self, now: Timestamp) -> Played {
        self.look_with(&self.service, &self.site, now).await
    }

    pub(super) async fn look_with(&self, service: &Service, site: &Site, now: Timestamp) -> Played {
        let reader: Reader = self.aws.reader(site.clone());
        let evidence = reader.gather(service, Reading::Read(self.ringing(now)), DEADLINE, now).await;
        let diagnosis = diagnose(&evidence);
        let picture = draw(&evidence, &diagnosis, service, &self.messages.place());
        Played { evidence, diagnosis, picture }
    }

    /// What a person reads of what was seen.
    #[must_use]
    pub fn told(&self, played: &Played) -> String {
        plain(&scene(&played.diagnosis, &played.picture), &played.picture.links)
    }

    /// Tells people of an incident that was seen so, on every channel, and gives what was refused.
    pub async fn tell(&self, played: &Played, number: u64) -> Vec<(Channel, Failure)> {
        let route = Route::new(self.service.name.clone(), true, Severity::P0);
        self.messages.tell(played, route, number).await
    }

    /// The alarms that ring, as the bulletin of an incident tells them.
    fn ringing(&self, now: Timestamp) -> Vec<Ringing> {
        let alarms = self.overlay().cloud().alarms_view();
        let prefix = format!("{}-", self.stage.names.service);
        let ours = alarms.into_iter().filter(|alarm| alarm.state == "ALARM" && alarm.name.starts_with(&prefix));
        ours.map(|alarm| Ringing {
            name: alarm.name,
            service: Some(self.service.name.clone()),
            metric: None,
            since: now,
            dimensions: BTreeMap::new(),
        })
        .collect()
    }

    /// The stage beneath.
    #[must_use]
    pub fn beneath(&self) -> &Stage {
        &self.stage
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

/// What speaks to the people of the stage.
fn messages(stage: &Stage, aws: &Aws, config: Config) -> Result<Messages, PlayError> {
    let topic = |topic| stage.topic(topic).to_owned();
    let alarms_topic = stage.target.alarms_topic.clone();
    let environment = Environment {
        table: String::new(),
        incidents_topic: alarms_topic.clone(),
        alarms_topic,
        pages_topic: topic(PeopleTopic::Pages),
        mail_topic: topic(PeopleTopic::Mail),
        people_topic: topic(PeopleTopic::People),
        recorder: None,
        config_path: "paramedic.toml".into(),
    };
    let https = Https::new().map_err(|error| PlayError::Way(error.to_string()))?;
    let notifiers = aws.notifiers(&config, &environment, https, aws.secrets());
    let account = AccountId::from(stage.names.account.as_str());
    Ok(Messages { notifiers, config, account, region: Region::from(stage.names.region.as_str()) })
}
