//! Proving the way of an alarm to a person: what is read and judged is the same that the router looks at once a day.

mod drill;

use std::path::PathBuf;
use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use paramedic_domain::config::Config;
use paramedic_domain::proof::{Expected, Finding, examine};
use paramedic_edge::aws::Aws;
use paramedic_edge::http::{Https, TlsError};
use paramedic_edge::proof::{HeartError, Whereabouts, WhereaboutsError, router_arn};
use paramedic_edge::store::StoreError;

pub use self::drill::{Drilled, drill};
use crate::{PackageError, read_config};

/// How long each read may take: a person waits, but an account may have thousands of alarms.
const EACH_READ: Duration = Duration::from_secs(30);

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorRequest {
    /// The ops stack's name.
    pub stack_name: String,
    /// The configuration that was deployed.
    pub config: PathBuf,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// Whose way it is: stack, region and account.
    pub subject: String,
    /// What each check says.
    pub findings: Vec<Finding>,
}

/// Why nothing could be looked at. What can be looked at and is broken is no error but a finding.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] PackageError),
    /// The stack is not there.
    #[error(transparent)]
    Whereabouts(#[from] WhereaboutsError),
    /// No TLS for the channels.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The alarm could not be set.
    #[error("{0}\n  hint: the credentials need cloudwatch:SetAlarmState on {1}")]
    Alarm(HeartError, String),
    /// There is no such alarm.
    #[error("there is no alarm {0}\n  hint: deploy the ops stack again with this release (infra-bootstrap up)")]
    NoDrill(String),
    /// The alarm could not be read.
    #[error("the alarm {0} could not be read: {1}\n  hint: the credentials need cloudwatch:DescribeAlarms")]
    Unread(String, String),
    /// The incident could not be read.
    #[error("{0}\n  hint: the credentials need dynamodb:GetItem on the stack's table")]
    Store(StoreError),
}

/// What the doctor works with.
struct Practice {
    aws: Aws,
    https: Https,
    config: Config,
    place: Whereabouts,
}

impl Practice {
    async fn open(sdk: &SdkConfig, request: &DoctorRequest) -> Result<Self, DoctorError> {
        let config = read_config(&request.config)?;
        let aws = Aws::with(sdk.clone());
        let https = Https::new()?;
        let place = aws.doctor(https.clone(), aws.secrets()).find(&request.stack_name).await?;
        Ok(Self { aws, https, config, place })
    }
}

/// Reads the whole way and judges it. Changes nothing and pages nobody.
///
/// # Errors
/// See [`DoctorError`].
pub async fn doctor(sdk: &SdkConfig, request: &DoctorRequest) -> Result<Examination, DoctorError> {
    let Practice { aws, https, config, place } = Practice::open(sdk, request).await?;
    let now = Timestamp::now();
    let doctor = aws.doctor(https, aws.secrets());
    let readings = doctor.read(&config, &place, &aws.store(&place.table), now, EACH_READ).await;
    let expected = Expected::of(&config, &place.account, &router_arn(&place), place.heartbeat_alarm.as_deref());
    Ok(Examination { subject: place.words(), findings: examine(&expected, &readings, now) })
}
