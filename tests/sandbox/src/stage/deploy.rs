//! Deploying the real templates with the real deployer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use infra_bootstrap::{
    Connection, PackageRequest, Progress, ProgressEvent, StackKind, StackOutputs, StackRequest, UpRequest, deploy, up,
};
use serde_json::json;

use super::config::{self, Platform};
use super::{Names, Setting, StageError, folder_error, ready};
use crate::functions::Function;
use crate::ministack::Ministack;
use crate::observed::PeopleTopic;
use crate::overlay::{MinistackCalls, Running};

/// The name that the ops stack has by default.
pub(super) const OPS_STACK: &str = "paramedic";

/// Where and what is deployed.
pub(super) struct Site<'a> {
    pub(super) names: &'a Names,
    pub(super) setting: &'a Setting,
    pub(super) folder: &'a Path,
    pub(super) binaries: &'a Path,
    pub(super) ministack: &'a Ministack,
}

/// What the stacks made that the sandbox needs to know.
pub(super) struct Deployed {
    pub(super) cache: String,
    /// The ARN of the topic that alarms act on.
    pub(super) alarms_topic: String,
    /// The flight recorder's log group.
    pub(super) recorder: String,
    /// The ARNs of the topics of people.
    pub(super) topics: Vec<(PeopleTopic, String)>,
    router: String,
    enricher: String,
    remediator: String,
}

impl Deployed {
    /// The deployed name of a function.
    pub(super) fn function(&self, function: Function) -> &str {
        match function {
            Function::Router => &self.router,
            Function::Enricher => &self.enricher,
            Function::Remediator => &self.remediator,
        }
    }
}

pub(super) async fn all(
    site: &Site<'_>,
    running: &Running,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Deployed, StageError> {
    let Site { names, setting, folder, .. } = site;
    prepare_account(&running.overlay.calls, names).await?;
    let sdk = connect(names, running).await;
    let sinks = format!("{}/sinks", running.url());

    tell("deploying the platform: cluster, service, load balancer, cache");
    let platform_stack = StackKind::Platform.name_for(&names.service);
    let platform = deploy_platform(site, &sdk, &platform_stack).await?;
    let output = |name: &'static str| output_of(&platform_stack, &platform, name);
    let seen = Platform {
        target_group: output("TargetGroupFullName")?,
        load_balancer: output("LoadBalancerFullName")?,
        cache: output("CacheId")?,
        log_group: output("LogGroupName")?,
        task_roles: running.overlay.cloud().roles_of(&names.service),
    };

    tell("waiting until the service is steady");
    ready::until_steady(&running.overlay, &names.service).await?;

    tell("packaging and deploying Paramedic and the alarms");
    let config_path = folder.join("paramedic.toml");
    let group = seen.cache.strip_suffix("-001").unwrap_or(&seen.cache).to_owned();
    let for_config = Platform { cache: group.clone(), ..seen.clone() };
    let text = config::write(names, setting.mode, &setting.tuning, &sinks, Some(&for_config));
    fs::write(&config_path, text).map_err(folder_error(&config_path))?;
    let watch = [
        ("LoadBalancerFullName", &seen.load_balancer),
        ("TargetGroupFullName", &seen.target_group),
        ("CacheId", &seen.cache),
        ("LogGroupName", &seen.log_group),
    ];
    let request = UpRequest {
        stack_name: OPS_STACK.to_owned(),
        package: PackageRequest { config: config_path, bin_dir: site.binaries.to_owned(), dist: folder.join("dist") },
        ops_parameters: BTreeMap::from([("TickState".to_owned(), "DISABLED".to_owned())]),
        platform: None,
        watch: Some(watch.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()),
        // Others that a scenario configures have no platform.
        services: vec![names.service.clone()],
    };
    let mut failures = Failures::default();
    let report = up(&sdk, &request, &mut failures).await.map_err(|error| site.failed(OPS_STACK, &error, &failures))?;
    let ops = report
        .stacks
        .iter()
        .find(|(name, _)| name == OPS_STACK)
        .map(|(_, outputs)| outputs.clone())
        .unwrap_or_default();
    let output = |name: &'static str| output_of(OPS_STACK, &ops, name);
    Ok(Deployed {
        cache: group,
        alarms_topic: output("AlarmsTopicArn")?,
        recorder: output("RecorderLogGroupName")?,
        topics: PeopleTopic::ALL
            .into_iter()
            .map(|topic| Ok((topic, output(topic.output())?)))
            .collect::<Result<_, StageError>>()?,
        router: output("RouterFunctionName")?,
        enricher: output("EnricherFunctionName")?,
        remediator: output("RemediatorFunctionName")?,
    })
}

/// What a user has before Paramedic comes: the secrets of the channels and of the service.
async fn prepare_account(calls: &MinistackCalls, names: &Names) -> Result<(), StageError> {
    let secrets = [
        (
            "paramedic/slack",
            json!({"bot_token": names.slack_token, "signing_secret": names.signing_secret}).to_string(),
        ),
        (
            "paramedic/pagerduty",
            json!({"routing_key": names.routing_key, "webhook_secret": names.webhook_secret}).to_string(),
        ),
        (names.service_secret.as_str(), "first".to_owned()),
    ];
    for (name, value) in secrets {
        let body = json!({"Name": name, "SecretString": value});
        calls.json("secretsmanager", "secretsmanager.CreateSecret", &body).await?;
    }
    Ok(())
}

/// The connection that `infra-bootstrap --endpoint-url` opens, with credentials of the sandbox's account only.
pub(super) async fn connect(names: &Names, running: &Running) -> SdkConfig {
    let connection =
        Connection { region: Some(names.region.clone()), profile: None, endpoint_url: Some(running.url()) };
    let credentials = Credentials::from_keys(names.account.clone(), "sandbox", None);
    let open = connection.open().await;
    open.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

async fn deploy_platform(site: &Site<'_>, sdk: &SdkConfig, stack: &str) -> Result<StackOutputs, StageError> {
    let names = site.names;
    let parameters = [
        ("ServiceName", names.service.clone()),
        ("VpcId", names.vpc.clone()),
        ("PublicSubnetIds", names.public_subnets.join(",")),
        ("PrivateSubnetIds", names.private_subnets.join(",")),
        ("Image", names.image.clone()),
        ("CertificateArn", names.certificate.clone()),
        ("RemediationTag", "remediate".to_owned()),
    ];
    let request = StackRequest {
        kind: StackKind::Platform,
        stack_name: stack.to_owned(),
        parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        template: StackKind::Platform.template().to_owned(),
    };
    let mut failures = Failures::default();
    deploy(sdk, &request, &mut failures).await.map_err(|error| site.failed(stack, &error, &failures))
}

impl Site<'_> {
    fn failed(&self, stack: &str, error: &(dyn std::error::Error + 'static), failures: &Failures) -> StageError {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            what.push_str(&format!("\n  because {cause}"));
            source = cause.source();
        }
        for failure in &failures.0 {
            what.push_str(&format!("\n  {failure}"));
        }
        StageError::Deploy { stack: stack.to_owned(), what, log: self.ministack.log_end(20) }
    }
}

fn output_of(stack: &str, outputs: &StackOutputs, name: &'static str) -> Result<String, StageError> {
    let value = outputs.get(name).filter(|value| !value.is_empty());
    value.map(str::to_owned).ok_or_else(|| StageError::NoOutput { stack: stack.to_owned(), output: name })
}

/// Keeps what failed, for the error's text.
#[derive(Debug, Default)]
struct Failures(Vec<String>);

impl Progress for Failures {
    fn event(&mut self, event: ProgressEvent) {
        if event.status.contains("FAILED") {
            let reason = event.reason.unwrap_or_default();
            self.0.push(format!("{} {} {}: {reason}", event.stack, event.resource, event.status));
        }
    }
}
