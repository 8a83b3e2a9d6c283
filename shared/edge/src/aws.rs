//! The clients of AWS, made from the environment that Lambda gives a function.
//!
//! Not by `aws-config`: in Lambda everything it would look for is in a handful of variables, and looking costs start-up
//! time. One HTTP client with one TLS stack and Amazon's own roots is shared by all; a client is only made when it is
//! asked for, so that a function links and starts only what it uses.

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use paramedic_domain::config::Config;

use crate::actor::Actor;
use crate::alarms::Alarms;
use crate::bus::Bus;
use crate::evidence::{Reader, Site};
use crate::graph::Renderer;
use crate::http::Https;
use crate::notifier::Notifiers;
use crate::place::{EnvError, Environment, given};
use crate::proof::{Doctor, Heart, Watchdog, Whereabouts};
use crate::secrets::Secrets;
use crate::store::Store;
use crate::topic::Topic;

/// Amazon's certificate authorities. They sign for every endpoint of the standard partition; pinning them is both
/// narrower and much quicker to load than the machine's whole trust store.
const ROOTS: &[u8] = include_bytes!("../certs/amazon-roots.pem");

/// Makes the clients of one function.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(crate) config: SdkConfig,
}

impl Aws {
    /// Reads the region (`AWS_REGION`), the credentials (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`) and, where another cloud stands in for AWS, its address (`AWS_ENDPOINT_URL`).
    ///
    /// The credentials do not change while a function's sandbox lives ("Defined runtime environment variables", AWS Lambda
    /// Developer Guide), so they are read once.
    ///
    /// # Errors
    ///
    /// Names the first variable that is missing.
    pub fn from_env() -> Result<Self, EnvError> {
        Self::from(|name| env::var(name).ok())
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvError> {
        let given = |name| given(&variable, name, "Lambda sets it; set it by hand to run a function outside Lambda");
        let credentials = Credentials::new(
            given("AWS_ACCESS_KEY_ID")?,
            given("AWS_SECRET_ACCESS_KEY")?,
            variable("AWS_SESSION_TOKEN").filter(|token| !token.is_empty()),
            None,
            "lambda environment",
        );
        let region = Region::new(given("AWS_REGION")?);
        Ok(Self::new(region, credentials, variable("AWS_ENDPOINT_URL").filter(|url| !url.is_empty())))
    }

    pub(crate) fn new(region: Region, credentials: Credentials, endpoint: Option<String>) -> Self {
        let roots = TrustStore::empty().with_pem_certificate(ROOTS);
        let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
        let http = match TlsContext::builder().with_trust_store(roots).build() {
            Ok(context) => http.tls_context(context),
            // Does not happen with this provider; the machine's own trust store is the default then.
            Err(_) => http,
        };
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http.build_https())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(100)))
            .timeout_config(timeouts(Duration::from_secs(3), Duration::from_secs(8)));
        config.set_endpoint_url(endpoint);
        Self { config: config.build() }
    }

    /// The table. Its calls are kept short: a page must not wait long for it.
    pub fn store(&self, table: &str) -> Store {
        let config =
            self.config.to_builder().timeout_config(timeouts(Duration::from_millis(1500), Duration::from_secs(3)));
        Store::new(aws_sdk_dynamodb::Client::new(&config.build()), table)
    }

    /// What the functions tell each other.
    pub fn bus(&self, environment: &Environment) -> Bus {
        Bus::new(Topic::new(self.sns(), &environment.incidents_topic))
    }

    /// Every way of telling people that the configuration has.
    pub fn notifiers(&self, config: &Config, environment: &Environment, https: Https, secrets: Secrets) -> Notifiers {
        Notifiers::new(config, environment, self.sns(), https, secrets)
    }

    /// The topics' client. Its calls are kept short: several people may have to be told within one invocation.
    fn sns(&self) -> aws_sdk_sns::Client {
        let config = self.config.to_builder().timeout_config(timeouts(Duration::from_secs(2), Duration::from_secs(5)));
        aws_sdk_sns::Client::new(&config.build())
    }

    /// The secrets of the channels.
    pub fn secrets(&self) -> Secrets {
        let config = self.config.to_builder().timeout_config(timeouts(Duration::from_secs(2), Duration::from_secs(4)));
        Secrets::new(aws_sdk_secretsmanager::Client::new(&config.build()))
    }

    /// The alarms.
    pub fn alarms(&self) -> Alarms {
        Alarms::new(aws_sdk_cloudwatch::Client::new(&self.config))
    }

    /// What draws their graphs.
    pub fn renderer(&self) -> Renderer {
        Renderer::new(&self.config)
    }

    /// The clients of a program that found its region and credentials by itself, as the AWS CLI does.
    pub fn with(config: SdkConfig) -> Self {
        Self { config }
    }

    /// The heartbeat.
    pub fn heart(&self, https: Https, secrets: Secrets) -> Heart {
        Heart::new(aws_sdk_cloudwatch::Client::new(&self.config), https, secrets)
    }

    /// What proves that people can be reached.
    pub fn doctor(&self, https: Https, secrets: Secrets) -> Doctor {
        Doctor::new(&self.config, https, secrets)
    }

    /// The topic that is heard when everything else fails; `None` in a stack that has none.
    pub fn watchdog(&self, place: &Whereabouts) -> Option<Watchdog> {
        Watchdog::new(aws_sdk_sns::Client::new(&self.config), place)
    }

    /// What is read to explain an incident.
    pub fn reader(&self, site: Site) -> Reader {
        Reader::new(&self.config, site)
    }

    /// The one that changes something.
    pub fn actor(&self) -> Actor {
        Actor::new(&self.config)
    }
}

/// How long one attempt and all attempts of a call together may take.
fn timeouts(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(attempt.min(Duration::from_secs(1)))
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn staged(name: &str) -> Option<String> {
        match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("not-so-secret".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn the_variables_of_lambda_are_enough() {
        let aws = Aws::from(staged).unwrap();
        assert_eq!(aws.config.region().unwrap().as_ref(), "eu-west-1");
        assert_eq!(aws.config.endpoint_url(), None);
    }

    #[test]
    fn another_cloud_can_stand_in() {
        let local = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:4566".to_owned()),
            name => staged(name),
        };
        assert_eq!(Aws::from(local).unwrap().config.endpoint_url(), Some("http://127.0.0.1:4566"));
    }

    #[test]
    fn what_is_missing_is_named_before_the_first_call_fails() {
        let without = |name: &str| if name == "AWS_REGION" { None } else { staged(name) };
        assert_eq!(Aws::from(without).unwrap_err().name, "AWS_REGION");
    }

    #[test]
    fn credentials_are_not_printed() {
        assert!(!format!("{:?}", Aws::from(staged).unwrap()).contains("not-so-secret"));
    }
}
