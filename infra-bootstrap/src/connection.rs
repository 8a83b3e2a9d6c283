//! Which AWS to talk to: region, profile and endpoint, and whose account that is.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{Builder, tls};

use crate::CallError;

/// Where the calls go. Everything not given is found as the AWS CLI finds it: environment, then profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// For example `eu-west-1`.
    pub region: Option<String>,
    /// A profile of `~/.aws/config`.
    pub profile: Option<String>,
    /// Another endpoint for every service, such as the local sandbox's; plain HTTP is accepted.
    pub endpoint_url: Option<String>,
}

impl Connection {
    /// Reads the environment and profile files once and gives what every SDK client is built from.
    /// TLS is rustls with ring and the system's trust store. No call is made yet.
    pub async fn open(&self) -> SdkConfig {
        let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Builder::new().tls_provider(ring).build_https());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

/// Whose account a connection acts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The twelve digits.
    pub id: String,
    /// The region calls go to.
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
}

impl Account {
    /// Asks STS who we are.
    ///
    /// # Errors
    /// Fails without credentials, without a region, or when STS does not answer.
    pub async fn of(sdk: &SdkConfig) -> Result<Self, CallError> {
        let caller = aws_sdk_sts::Client::new(sdk)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| CallError::new("sts:GetCallerIdentity", error))?;
        let arn = caller.arn().unwrap_or_default();
        let partition = arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
        Ok(Self {
            id: caller.account().unwrap_or_default().to_owned(),
            region: sdk.region().map(ToString::to_string).unwrap_or_default(),
            partition: partition.to_owned(),
        })
    }
}

/// Whether calls stay on this machine: then polling is free and compressing an upload is waste.
pub(crate) fn is_loopback(sdk: &SdkConfig) -> bool {
    sdk.endpoint_url().is_some_and(|url| {
        let host = url.split("://").nth(1).unwrap_or(url);
        ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
    })
}

/// How long to wait between two looks at CloudFormation. Three seconds stays far below its throttling.
pub(crate) fn poll_interval(sdk: &SdkConfig) -> Duration {
    Duration::from_millis(if is_loopback(sdk) { 200 } else { 3000 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> SdkConfig {
        SdkConfig::builder().endpoint_url(url).build()
    }

    #[test]
    fn only_this_machine_is_polled_fast() {
        assert!(is_loopback(&at("http://127.0.0.1:14566")));
        assert!(is_loopback(&at("http://localhost:4566")));
        assert!(!is_loopback(&at("https://cloudformation.eu-west-1.amazonaws.com")));
        assert!(!is_loopback(&SdkConfig::builder().build()));
        assert!(poll_interval(&at("http://127.0.0.1:1")) < poll_interval(&SdkConfig::builder().build()));
    }
}
