//! Deleting one stack.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackStatus;

use crate::events::{Follower, find_stack};
use crate::{CallError, DeployError, Progress};

/// Deletes a stack and follows it to the end; `false` if there was none.
///
/// # Errors
/// CloudFormation refuses, or a resource cannot be deleted; then with that resource and its reason.
pub async fn remove(sdk: &SdkConfig, stack_name: &str, progress: &mut dyn Progress) -> Result<bool, DeployError> {
    let client = Client::new(sdk);
    let Some(stack) = find_stack(&client, stack_name).await? else { return Ok(false) };
    let stack_id = stack.stack_id().unwrap_or(stack_name);
    let follower = Follower::start(&client, sdk, stack_id, stack_name).await?;
    client
        .delete_stack()
        .stack_name(stack_name)
        .send()
        .await
        .map_err(|error| CallError::new("cloudformation:DeleteStack", error))?;
    match follower.settle(progress).await? {
        (StackStatus::DeleteComplete, _) => Ok(true),
        (status, failure) => Err(DeployError::ended(stack_name, &status, failure)),
    }
}
