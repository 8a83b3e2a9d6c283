//! Explaining a service from a terminal: what the enricher reads and concludes when an incident opens, asked for by a person.

mod told;

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::{Config, Service};
use paramedic_domain::diagnosis::chapters::{Answered, answers};
use paramedic_domain::diagnosis::{Diagnosis, diagnose};
use paramedic_domain::escalation::sight;
use paramedic_domain::evidence::{Evidence, Reading, Ringing};
use paramedic_domain::id::{AccountId, Arn, Region, ServiceName};
use paramedic_domain::picture::{Picture, Place, draw};
use paramedic_edge::aws::Aws;
use paramedic_edge::evidence::Site;
use tokio::time::timeout;

pub use self::told::{diagnosed_json, diagnosed_text};
use crate::deployed::recorder;
use crate::{Account, CallError, PackageError, read_config};

/// What to explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnoseRequest {
    /// The service, as the configuration calls it.
    pub service: ServiceName,
    /// The ops stack whose flight recorder is read. It need not be there.
    pub stack_name: String,
    /// The configuration.
    pub config: PathBuf,
}

/// An explained service.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosed {
    /// The service.
    pub service: ServiceName,
    /// Where it runs.
    pub place: Place,
    /// What was read.
    pub evidence: Evidence,
    /// What that means.
    pub diagnosis: Diagnosis,
    /// Since when, who is affected, what changed, what to do.
    pub picture: Picture,
    /// The chapters of troubleshooting with their answers.
    pub chapters: Vec<Answered>,
    /// Whether there is a flight recorder; it was read unless the evidence says otherwise.
    pub recorded: bool,
}

/// Why nothing could be read at all. What could not be read of the service is no error but part of the answer.
#[derive(Debug, thiserror::Error)]
pub enum NotDiagnosed {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] PackageError),
    /// The configuration has no such service.
    #[error(
        "there is no service {service:?} in {}, which has {known}\nhint: name one of these, or another configuration with --config",
        config.display()
    )]
    UnknownService {
        /// What was named.
        service: String,
        /// The services there are.
        known: String,
        /// The configuration.
        config: PathBuf,
    },
    /// It is not known whose account it is.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Reads everything about the service within the configuration's evidence deadline and explains it. Changes nothing, tells
/// nobody.
///
/// # Errors
/// See [`NotDiagnosed`].
pub async fn diagnosed(sdk: &SdkConfig, request: &DiagnoseRequest, now: Timestamp) -> Result<Diagnosed, NotDiagnosed> {
    let config = read_config(&request.config)?;
    let service = config.service(&request.service).ok_or_else(|| unknown(request, &config))?;
    let deadline = config.timing.evidence_deadline;
    let aws = Aws::with(sdk.clone());
    let (account, recorder, ringing) = futures::join!(
        Account::of(sdk),
        recorder(sdk, &request.stack_name),
        ringing(&aws, &config, &service.name, deadline),
    );
    let account = account?;
    let reader = aws.reader(Site { landmark: landmark(&account, service), recorder: recorder.read().cloned() });
    let mut evidence = Box::pin(reader.gather(service, ringing, deadline, now)).await;
    if let Reading::Unread { why } = &recorder {
        evidence.record = Reading::Unread { why: why.clone() };
    }
    let diagnosis = diagnose(&evidence);
    let place = Place::new(AccountId::new(account.id), Region::new(account.region));
    Ok(Diagnosed {
        service: service.name.clone(),
        picture: draw(&evidence, &diagnosis, service, &place),
        chapters: answers(&evidence, &diagnosis),
        recorded: recorder != Reading::NotConfigured,
        place,
        evidence,
        diagnosis,
    })
}

fn unknown(request: &DiagnoseRequest, config: &Config) -> NotDiagnosed {
    let names: Vec<&str> = config.services.iter().map(|service| service.name.as_str()).collect();
    NotDiagnosed::UnknownService {
        service: request.service.to_string(),
        known: if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        config: request.config.clone(),
    }
}

/// A resource whose ARN names the account and the region: the service's cluster.
fn landmark(account: &Account, service: &Service) -> Arn {
    let Account { id, region, partition } = account;
    Arn::new(format!("arn:{partition}:ecs:{region}:{id}:cluster/{}", service.cluster))
}

/// The alarms that ring and go to that service. An alarm that only its tags send there is not among them: CloudWatch tells
/// tags of one alarm at a time.
async fn ringing(aws: &Aws, config: &Config, service: &ServiceName, within: SignedDuration) -> Reading<Vec<Ringing>> {
    let within = within.unsigned_abs();
    let alarms = match timeout(within, aws.alarms().in_alarm()).await {
        Ok(Ok(alarms)) => alarms,
        Ok(Err(error)) => return Reading::Unread { why: error.why },
        Err(_) => return Reading::Unread { why: format!("timed out after {:.1} s", within.as_secs_f32()) },
    };
    let sightings = alarms.iter().map(|wired| sight(&wired.alarm, config));
    let of_service = sightings.filter(|seen| seen.route.service == *service).map(|seen| Ringing {
        name: seen.name,
        service: Some(service.clone()),
        metric: seen.profile.metric,
        since: seen.changed_at,
        dimensions: BTreeMap::new(),
    });
    Reading::Read(of_service.collect())
}
