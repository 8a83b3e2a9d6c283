//! One stack through one change set: create, wait, execute, follow, report.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    ChangeSetStatus, ChangeSetType, OnStackFailure, Parameter, Stack, StackStatus, Tag,
};

use crate::connection::poll_interval;
use crate::events::{Failure, Follower, find_stack};
use crate::{CallError, Progress, StackOutputs, StackRequest};

/// `TemplateBody`'s limit (CloudFormation quotas, "Template body size in a request").
pub(crate) const TEMPLATE_LIMIT: usize = 51_200;

/// Why a stack is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// CloudFormation did not take a call.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The template is too long to be sent in a request.
    #[error(
        "the template of {stack} is {size} bytes long and CloudFormation takes {TEMPLATE_LIMIT}\n\
         hint: deploy it with `sam deploy`, which uploads it first"
    )]
    TemplateTooLong {
        /// The stack.
        stack: String,
        /// The template's size.
        size: usize,
    },
    /// Somebody else is changing the stack, or an earlier failure left it unusable.
    #[error("{stack} is in state {status} and cannot be changed\nhint: {hint}")]
    NotReady {
        /// The stack.
        stack: String,
        /// Its state.
        status: String,
        /// What to do.
        hint: &'static str,
    },
    /// The change set was refused before anything changed.
    #[error("CloudFormation refused the change to {stack}: {reason}\nhint: {hint}")]
    Rejected {
        /// The stack.
        stack: String,
        /// CloudFormation's reason.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// A resource failed; CloudFormation has put back what was there before.
    #[error("{stack} failed and is now {status}: {resource} ({resource_type}): {reason}\nhint: {hint}")]
    Failed {
        /// The stack.
        stack: String,
        /// Its state now.
        status: String,
        /// The first resource that failed.
        resource: String,
        /// Its type.
        resource_type: String,
        /// CloudFormation's reason.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
}

impl DeployError {
    pub(crate) fn ended(stack: &str, status: &StackStatus, failure: Option<Failure>) -> Self {
        let failure = failure.unwrap_or_else(|| Failure {
            resource: stack.to_owned(),
            resource_type: "AWS::CloudFormation::Stack".to_owned(),
            reason: "no event says why".to_owned(),
        });
        Self::Failed {
            stack: stack.to_owned(),
            status: status.as_str().to_owned(),
            hint: hint(&failure.reason),
            resource: failure.resource,
            resource_type: failure.resource_type,
            reason: failure.reason,
        }
    }
}

/// What to do about the reasons that come up again and again.
fn hint(reason: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if says(&["not authorized", "AccessDenied", "is not allowed"]) {
        "the credentials that deploy lack this permission; use a role that may, or have it granted"
    } else if says(&["already exists", "AlreadyExists"]) {
        "something of that name is there and not of this stack; remove it, or choose another --stack-name"
    } else if says(&["did not stabilize", "Circuit Breaker", "circuit breaker"]) {
        "the tasks did not become healthy; look at the stopped tasks' reasons, the image and its health check"
    } else if says(&["LimitExceeded", "quota", "limit"]) {
        "a quota of the account is reached; have it raised in Service Quotas, or free some"
    } else if says(&["CAPABILITY_"]) {
        "this is a fault of infra-bootstrap: the template needs a capability it does not acknowledge"
    } else {
        "the reason is the service's own; correct what it names and run the same command again"
    }
}

/// Creates or updates one stack and follows it to the end. A parameter that the request does not name keeps the value the
/// stack has, or else the template's default. Nothing to change is a success. A first creation that fails leaves no stack
/// behind, a failed update leaves the stack as it was. There is no time limit: CloudFormation has its own.
///
/// # Errors
/// See [`DeployError`]; a failed resource is named with CloudFormation's reason for the first failure.
pub async fn deploy(
    sdk: &SdkConfig,
    request: &StackRequest,
    progress: &mut dyn Progress,
) -> Result<StackOutputs, DeployError> {
    let stack_name = request.stack_name.as_str();
    let size = request.body().len();
    if size > TEMPLATE_LIMIT {
        return Err(DeployError::TemplateTooLong { stack: stack_name.to_owned(), size });
    }
    let client = Client::new(sdk);
    let existing = find_stack(&client, stack_name).await?;
    let kind = change_set_type(stack_name, existing.as_ref())?;
    let parameters = parameters(&client, request, existing.as_ref().filter(|_| kind == ChangeSetType::Update)).await?;

    let change_set = ChangeSet::create(&client, request, kind.clone(), parameters).await?;
    if change_set.wait(&client, sdk, stack_name, &kind).await? == Prepared::NothingToChange {
        return Ok(existing.map(outputs).unwrap_or_default());
    }
    let follower = Follower::start(&client, sdk, &change_set.stack_id, stack_name).await?;
    client
        .execute_change_set()
        .change_set_name(&change_set.id)
        .stack_name(&change_set.stack_id)
        .send()
        .await
        .map_err(|error| CallError::new("cloudformation:ExecuteChangeSet", error))?;
    match follower.settle(progress).await? {
        (StackStatus::CreateComplete | StackStatus::UpdateComplete, _) => {
            Ok(find_stack(&client, stack_name).await?.map(outputs).unwrap_or_default())
        }
        (status, failure) => Err(DeployError::ended(stack_name, &status, failure)),
    }
}

fn outputs(stack: Stack) -> StackOutputs {
    let pairs = stack.outputs.unwrap_or_default().into_iter();
    StackOutputs(pairs.filter_map(|output| Some((output.output_key?, output.output_value?))).collect())
}

/// Create, update, or why neither is possible now.
fn change_set_type(stack_name: &str, existing: Option<&Stack>) -> Result<ChangeSetType, DeployError> {
    let not_ready = |status: &StackStatus, hint| {
        Err(DeployError::NotReady { stack: stack_name.to_owned(), status: status.as_str().to_owned(), hint })
    };
    let Some(status) = existing.and_then(Stack::stack_status) else { return Ok(ChangeSetType::Create) };
    match status {
        StackStatus::ReviewInProgress => Ok(ChangeSetType::Create),
        StackStatus::RollbackComplete
        | StackStatus::RollbackFailed
        | StackStatus::CreateFailed
        | StackStatus::DeleteFailed => {
            not_ready(status, "it holds nothing usable; delete it (`infra-bootstrap down`), then deploy again")
        }
        StackStatus::UpdateRollbackFailed => not_ready(
            status,
            "let CloudFormation finish: `aws cloudformation continue-update-rollback --stack-name NAME`",
        ),
        status if status.as_str().ends_with("_IN_PROGRESS") => {
            not_ready(status, "another deployment is under way; wait for it and run the same command again")
        }
        _ => Ok(ChangeSetType::Update),
    }
}

/// The request's parameters, and the previous value of those the stack has, the template still declares and the request
/// does not name.
async fn parameters(
    client: &Client,
    request: &StackRequest,
    existing: Option<&Stack>,
) -> Result<Vec<Parameter>, CallError> {
    let mut parameters: Vec<Parameter> = request
        .parameters
        .iter()
        .map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build())
        .collect();
    let Some(existing) = existing else { return Ok(parameters) };
    let summary = client
        .get_template_summary()
        .template_body(request.body())
        .send()
        .await
        .map_err(|error| CallError::new("cloudformation:GetTemplateSummary", error))?;
    let declared = |key: &str| summary.parameters().iter().any(|parameter| parameter.parameter_key() == Some(key));
    let kept = existing
        .parameters()
        .iter()
        .filter_map(Parameter::parameter_key)
        .filter(|key| !request.parameters.contains_key(*key) && declared(key))
        .map(|key| Parameter::builder().parameter_key(key).use_previous_value(true).build());
    parameters.extend(kept);
    Ok(parameters)
}

#[derive(Debug, PartialEq, Eq)]
enum Prepared {
    Ready,
    NothingToChange,
}

struct ChangeSet {
    id: String,
    stack_id: String,
}

impl ChangeSet {
    async fn create(
        client: &Client,
        request: &StackRequest,
        kind: ChangeSetType,
        parameters: Vec<Parameter>,
    ) -> Result<Self, CallError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let on_failure = (kind == ChangeSetType::Create).then_some(OnStackFailure::Delete);
        let created = client
            .create_change_set()
            .stack_name(&request.stack_name)
            .change_set_name(format!("infra-bootstrap-{}", now.as_millis()))
            .change_set_type(kind)
            .set_on_stack_failure(on_failure)
            .template_body(request.body())
            .set_parameters(Some(parameters))
            .set_capabilities(Some(request.kind.capabilities()))
            .tags(Tag::builder().key("application").value("paramedic").build())
            .send()
            .await
            .map_err(|error| CallError::new("cloudformation:CreateChangeSet", error))?;
        Ok(Self {
            id: created.id().unwrap_or_default().to_owned(),
            stack_id: created.stack_id().unwrap_or(&request.stack_name).to_owned(),
        })
    }

    async fn wait(
        &self,
        client: &Client,
        sdk: &SdkConfig,
        stack_name: &str,
        kind: &ChangeSetType,
    ) -> Result<Prepared, DeployError> {
        loop {
            let described = client
                .describe_change_set()
                .change_set_name(&self.id)
                .stack_name(&self.stack_id)
                .send()
                .await
                .map_err(|error| CallError::new("cloudformation:DescribeChangeSet", error))?;
            match described.status() {
                Some(ChangeSetStatus::CreateComplete) => return Ok(Prepared::Ready),
                Some(ChangeSetStatus::Failed) => {
                    self.discard(client, kind).await?;
                    let reason = described.status_reason().unwrap_or("CloudFormation gave no reason").to_owned();
                    if is_without_changes(&reason) {
                        return Ok(Prepared::NothingToChange);
                    }
                    let hint = hint(&reason);
                    return Err(DeployError::Rejected { stack: stack_name.to_owned(), reason, hint });
                }
                _ => tokio::time::sleep(poll_interval(sdk)).await,
            }
        }
    }

    /// Removes a change set that will not be executed, and the empty stack CloudFormation made to hold a first one.
    async fn discard(&self, client: &Client, kind: &ChangeSetType) -> Result<(), CallError> {
        client
            .delete_change_set()
            .change_set_name(&self.id)
            .stack_name(&self.stack_id)
            .send()
            .await
            .map_err(|error| CallError::new("cloudformation:DeleteChangeSet", error))?;
        if *kind == ChangeSetType::Create {
            client
                .delete_stack()
                .stack_name(&self.stack_id)
                .send()
                .await
                .map_err(|error| CallError::new("cloudformation:DeleteStack", error))?;
        }
        Ok(())
    }
}

/// The two ways CloudFormation says that there is nothing to do; there is no code for it.
fn is_without_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

#[cfg(test)]
mod tests;
