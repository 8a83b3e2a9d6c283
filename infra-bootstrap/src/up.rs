//! Everything up: platform (if asked), then the ops stack, then the watch stacks.

use std::collections::BTreeMap;
use std::time::Instant;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::Stack;
use paramedic_domain::config::Service;

use crate::events::find_stack;
use crate::platform::{lines_to_configure, missing_parameters, platform_stack};
use crate::{
    Account, CallError, DeployError, PackageError, PackageRequest, Progress, ProgressEvent, StackKind, StackOutputs,
    StackRequest, UploadError, UploadRequest, deploy, ops_parameters, package, upload, watch_parameters,
};

/// What to bring up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpRequest {
    /// The ops stack's name.
    pub stack_name: String,
    /// The configuration, the binaries and the folder to package them into.
    pub package: PackageRequest,
    /// Parameters of the ops stack that do not follow from the configuration (`OpsEmail`, `TickState`…).
    pub ops_parameters: BTreeMap<String, String>,
    /// Also deploy the platform stack of each chosen service, with these parameters.
    pub platform: Option<BTreeMap<String, String>>,
    /// Also deploy the watch stack of each chosen service, with these parameters over what follows from the configuration.
    pub watch: Option<BTreeMap<String, String>>,
    /// The services `platform` and `watch` are for; empty means every service of the configuration.
    pub services: Vec<String>,
}

/// What came up: each stack with its outputs, in the order of deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpReport {
    /// Stack name and outputs.
    pub stacks: Vec<(String, StackOutputs)>,
    /// What is up but will not do what one expects of it, each with a `hint:`.
    pub warnings: Vec<String>,
}

/// Why not everything is up. What was deployed before stays; the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// Packaging failed; nothing was deployed.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// AWS did not say who we are.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The artefacts were not uploaded.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// A stack failed.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// A platform stack that is not there yet lacks parameters that have no default; nothing was deployed.
    #[error(
        "{stack} cannot be created without {missing}\n\
         hint: give each with --platform-parameter KEY=VALUE; what they mean stands in stacks/platform.yaml"
    )]
    PlatformParameters {
        /// The stack.
        stack: String,
        /// The parameters' names, joined by commas.
        missing: String,
    },
    /// A service was named that the configuration does not have.
    #[error("the configuration has no service {name:?}\nhint: it has {known}")]
    UnknownService {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}

/// Packages, uploads and deploys. What the functions' roles may touch follows from the configuration: see
/// [`ops_parameters`].
///
/// # Errors
/// See [`UpError`]. Running the same request again is safe: what is up to date is left alone.
pub async fn up(sdk: &SdkConfig, request: &UpRequest, progress: &mut dyn Progress) -> Result<UpReport, UpError> {
    let started = Instant::now();
    let packaged = package(&request.package)?;
    for function in &packaged.functions {
        progress.event(ProgressEvent {
            stack: "dist".to_owned(),
            resource: function.name.to_owned(),
            status: "PACKAGED".to_owned(),
            elapsed: started.elapsed(),
            reason: None,
        });
    }
    let services = chosen(&packaged.config.services, &request.services)?;
    let account = Account::of(sdk).await?;
    let mut report = UpReport::default();

    let mut platforms = BTreeMap::new();
    if let Some(extra) = &request.platform {
        let client = Client::new(sdk);
        let wanted: Vec<StackRequest> = services.iter().map(|service| platform_stack(service, extra)).collect();
        for platform in &wanted {
            let missing = missing_parameters(platform, find_stack(&client, &platform.stack_name).await?.as_ref());
            if !missing.is_empty() {
                let stack = platform.stack_name.clone();
                return Err(UpError::PlatformParameters { stack, missing: missing.join(", ") });
            }
        }
        for (service, platform) in services.iter().zip(wanted) {
            let outputs = deploy(sdk, &platform, progress).await?;
            report.warnings.extend(lines_to_configure(service, &outputs));
            report.stacks.push((platform.stack_name, outputs.clone()));
            platforms.insert(service.name.as_str(), outputs);
        }
    }

    let template = UploadRequest { dist: packaged.dist.clone(), template: StackKind::Ops.template().to_owned() };
    let mut parameters = ops_parameters(&packaged.config, &account);
    if let Some(architecture) = packaged.architecture {
        parameters.insert("Architecture".to_owned(), architecture.as_str().to_owned());
    }
    parameters.extend(request.ops_parameters.clone());
    let ops = StackRequest {
        kind: StackKind::Ops,
        stack_name: request.stack_name.clone(),
        parameters,
        template: upload(sdk, &template, progress).await?,
    };
    let ops_outputs = deploy(sdk, &ops, progress).await?;
    let deployed = find_stack(&Client::new(sdk), &ops.stack_name).await?;
    report.warnings.extend(nobody_is_paged(&ops.parameters, deployed.as_ref()));
    report.stacks.push((ops.stack_name, ops_outputs.clone()));

    if let Some(extra) = &request.watch {
        for service in &services {
            let mut parameters = watch_parameters(service, &ops_outputs, platforms.get(service.name.as_str()));
            parameters.extend(extra.clone());
            let watch = StackRequest {
                kind: StackKind::Watch,
                stack_name: StackKind::Watch.name_for(service.name.as_str()),
                parameters,
                template: StackKind::Watch.template().to_owned(),
            };
            let outputs = deploy(sdk, &watch, progress).await?;
            report.stacks.push((watch.stack_name, outputs));
        }
    }
    Ok(report)
}

/// A warning if the ops stack knows neither an address nor a number for its pages.
fn nobody_is_paged(given: &BTreeMap<String, String>, deployed: Option<&Stack>) -> Option<String> {
    let held = deployed.map(Stack::parameters).unwrap_or_default();
    let known = |key: &str| {
        let held = held.iter().find(|parameter| parameter.parameter_key() == Some(key));
        let value = given.get(key).map(String::as_str).or_else(|| held?.parameter_value());
        value.is_some_and(|value| !value.is_empty())
    };
    (!known("OpsEmail") && !known("OpsPhone")).then(|| {
        "nobody receives the pages that need no secret: if PagerDuty or Slack cannot be reached, nobody learns of a P0, \
         and of Paramedic's own failure nobody learns at all\n\
         hint: run the same command again with --ops-email or --ops-phone, unless somebody is subscribed to PagesTopicArn \
         by hand"
            .to_owned()
    })
}

/// The services of that name, or all.
pub(crate) fn chosen<'a>(services: &'a [Service], names: &[String]) -> Result<Vec<&'a Service>, UpError> {
    if names.is_empty() {
        return Ok(services.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            services.iter().find(|service| service.name.as_str() == name).ok_or_else(|| UpError::UnknownService {
                name: name.clone(),
                known: services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", "),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
