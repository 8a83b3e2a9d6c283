//! Following a stack's events while it changes.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{Stack, StackEvent, StackStatus};

use crate::connection::poll_interval;
use crate::{CallError, Progress, ProgressEvent};

/// The first resource that failed: what comes after it is cancellation and rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Its logical id.
    pub(crate) resource: String,
    /// Its type, for example `AWS::ECS::Service`.
    pub(crate) resource_type: String,
    /// CloudFormation's reason.
    pub(crate) reason: String,
}

/// The stack of that name or id, or `None`. CloudFormation has no error code of its own for "not there".
pub(crate) async fn find_stack(client: &Client, stack: &str) -> Result<Option<Stack>, CallError> {
    match client.describe_stacks().stack_name(stack).send().await {
        Ok(found) => Ok(found.stacks().first().cloned()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|service| service.message().is_some_and(|message| message.contains("does not exist"))) =>
        {
            Ok(None)
        }
        Err(error) => Err(CallError::new("cloudformation:DescribeStacks", error)),
    }
}

/// Tells events from the moment it was made until a stack comes to rest.
pub(crate) struct Follower<'a> {
    client: &'a Client,
    stack_id: String,
    stack_name: String,
    seen: HashSet<String>,
    started: Instant,
    interval: Duration,
    failure: Option<Failure>,
    ended: bool,
}

impl<'a> Follower<'a> {
    /// Starts after the events that are already there.
    pub(crate) async fn start(
        client: &'a Client,
        sdk: &SdkConfig,
        stack_id: &str,
        stack_name: &str,
    ) -> Result<Self, CallError> {
        let mut follower = Self {
            client,
            stack_id: stack_id.to_owned(),
            stack_name: stack_name.to_owned(),
            seen: HashSet::new(),
            started: Instant::now(),
            interval: poll_interval(sdk),
            failure: None,
            ended: false,
        };
        follower.fresh().await?;
        Ok(follower)
    }

    /// Tells events until the stack is at rest; gives its last status and the first failure on the way. The status alone
    /// would not do: just after a change was asked for it can still be that of the change before.
    pub(crate) async fn settle(
        mut self,
        progress: &mut dyn Progress,
    ) -> Result<(StackStatus, Option<Failure>), CallError> {
        loop {
            // The status is read first, so that the events told afterwards include the last one.
            let status = match find_stack(self.client, &self.stack_id).await? {
                Some(stack) => stack.stack_status().cloned().unwrap_or(StackStatus::DeleteComplete),
                None => StackStatus::DeleteComplete,
            };
            self.tell(progress).await?;
            if self.ended && !status.as_str().ends_with("_IN_PROGRESS") {
                return Ok((status, self.failure));
            }
            tokio::time::sleep(self.interval).await;
        }
    }

    async fn tell(&mut self, progress: &mut dyn Progress) -> Result<(), CallError> {
        for event in self.fresh().await? {
            let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
            let status = event.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default();
            let reason = event.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned);
            if self.failure.is_none() && status.ends_with("_FAILED") && !is_consequence(reason.as_deref()) {
                self.failure = Some(Failure {
                    resource: text(event.logical_resource_id()),
                    resource_type: text(event.resource_type()),
                    reason: reason.clone().unwrap_or_else(|| "CloudFormation gave no reason".to_owned()),
                });
            }
            if event.physical_resource_id() == Some(self.stack_id.as_str()) {
                self.ended = !status.ends_with("_IN_PROGRESS");
            }
            progress.event(ProgressEvent {
                stack: self.stack_name.clone(),
                resource: text(event.logical_resource_id()),
                status,
                elapsed: self.started.elapsed(),
                reason,
            });
        }
        Ok(())
    }

    /// The events not seen before, oldest first. Pages are read, newest first, until one holds something known.
    async fn fresh(&mut self) -> Result<Vec<StackEvent>, CallError> {
        let mut fresh = Vec::new();
        let mut token = None;
        loop {
            let page = self
                .client
                .describe_stack_events()
                .stack_name(&self.stack_id)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| CallError::new("cloudformation:DescribeStackEvents", error))?;
            let mut reached_known = false;
            for event in page.stack_events() {
                match self.seen.insert(event.event_id().unwrap_or_default().to_owned()) {
                    true => fresh.push(event.clone()),
                    false => reached_known = true,
                }
            }
            token = page.next_token().map(str::to_owned);
            if reached_known || token.is_none() {
                break;
            }
        }
        fresh.reverse();
        Ok(fresh)
    }
}

/// CloudFormation cancels what was under way when something else fails; that is never the cause.
fn is_consequence(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.contains("cancelled"))
}
