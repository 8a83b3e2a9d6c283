//! Everything down again, in reverse order.

use std::path::PathBuf;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;

use crate::events::find_stack;
use crate::up::chosen;
use crate::upload::Store;
use crate::{Account, CallError, DeployError, PackageError, Progress, StackKind, UpError, read_config, remove};

/// What to take down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownRequest {
    /// The ops stack's name.
    pub stack_name: String,
    /// The configuration, for the names of the services.
    pub config: PathBuf,
    /// The services whose watch (and platform) stacks go, and nothing else; empty means everything: every service of the
    /// configuration and what they share.
    pub services: Vec<String>,
    /// Also delete the platform stacks: the services themselves, their load balancers and caches.
    pub platform: bool,
    /// Also empty and delete the artefact bucket. It is shared, so it stays while only some services go.
    pub purge: bool,
}

/// What went, and what is still there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DownReport {
    /// Stacks and buckets that were deleted.
    pub removed: Vec<String>,
    /// What stays, each with how to remove it.
    pub stays: Vec<String>,
}

/// Why not everything went.
#[derive(Debug, thiserror::Error)]
pub enum DownError {
    /// The configuration cannot be used, so the services' stacks are not known.
    #[error(transparent)]
    Config(#[from] PackageError),
    /// A service was named that the configuration does not have.
    #[error(transparent)]
    Service(#[from] UpError),
    /// AWS refused a call.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A stack could not be deleted.
    #[error(transparent)]
    Stack(#[from] DeployError),
}

/// Deletes the watch stacks, the ops stack and, only if asked, the platform stacks and the artefact bucket. Where services
/// are named, what all services share stays: the ops stack and the bucket.
///
/// # Errors
/// See [`DownError`]. Running the same request again is safe: what is gone is passed over.
pub async fn down(
    sdk: &SdkConfig,
    request: &DownRequest,
    progress: &mut dyn Progress,
) -> Result<DownReport, DownError> {
    let config = read_config(&request.config)?;
    let services = chosen(&config.services, &request.services)?;
    let names = |kind: StackKind| services.iter().map(move |service| kind.name_for(service.name.as_str()));
    let everything = request.services.is_empty();
    let mut stacks: Vec<String> = names(StackKind::Watch).collect();
    if everything {
        stacks.push(request.stack_name.clone());
    }
    if request.platform {
        stacks.extend(names(StackKind::Platform));
    }
    let mut report = DownReport::default();
    for stack in stacks {
        if remove(sdk, &stack, progress).await? {
            report.removed.push(stack);
        }
    }

    if everything {
        shared(sdk, request, &mut report).await?;
    } else {
        report
            .stays
            .push(format!("{}, which the other services need (down without --service removes it)", request.stack_name));
    }
    if !request.platform {
        let client = Client::new(sdk);
        for stack in names(StackKind::Platform) {
            if find_stack(&client, &stack).await?.is_some() {
                report.stays.push(format!("{stack}, the service itself (--platform removes it)"));
            }
        }
    }
    report.stays.push("the secrets that paramedic.toml names; they were never part of a stack".to_owned());
    Ok(report)
}

/// What all services shared besides the ops stack: the artefact bucket, and the table's backup.
async fn shared(sdk: &SdkConfig, request: &DownRequest, report: &mut DownReport) -> Result<(), DownError> {
    let store = Store::new(sdk, &Account::of(sdk).await?);
    if request.purge {
        if store.purge().await? {
            report.removed.push(format!("s3://{}", store.bucket()));
        }
    } else if store.exists().await? {
        report.stays.push(format!("s3://{} with the uploaded artefacts (--purge removes it)", store.bucket()));
    }
    // DynamoDB Developer Guide, "Deleting a table with point-in-time recovery enabled".
    if report.removed.contains(&request.stack_name) {
        report.stays.push(
            "a backup of the table of incidents and ledgers; DynamoDB keeps it for 35 days at no cost, then deletes it"
                .to_owned(),
        );
    }
    Ok(())
}
