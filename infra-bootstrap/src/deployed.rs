//! What a stack deployed: its table, and its router, by which people are heard.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::Role;
use paramedic_domain::request::Petition;
use paramedic_domain::standing::Order;
use paramedic_edge::aws::Aws;
use paramedic_edge::http::{Https, TlsError};
use paramedic_edge::proof::WhereaboutsError;
use paramedic_edge::store::{Store, StoreError};
use serde_json::Value;

use crate::CallError;

/// Why the table of a stack cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The stack is not there.
    #[error(transparent)]
    Whereabouts(#[from] WhereaboutsError),
    /// No TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The table does not answer, or refuses.
    #[error(
        "{0}\nhint: the credentials need dynamodb:GetItem, dynamodb:Query and dynamodb:Scan on the stack's table and its index, \
         and dynamodb:PutItem for what is written"
    )]
    Store(#[from] StoreError),
}

/// Finds the table of a stack, by the environment of the stack's router.
///
/// # Errors
/// There is no such stack, or Lambda does not say.
pub async fn table(sdk: &SdkConfig, stack: &str) -> Result<Store, TableError> {
    let aws = Aws::with(sdk.clone());
    let place = aws.doctor(Https::new()?, aws.secrets()).find(stack).await?;
    Ok(aws.store(&place.table))
}

/// The log group of a stack's flight recorder, by the environment of its enricher; [`Reading::NotConfigured`] where there is
/// no such stack, or it has none.
pub async fn recorder(sdk: &SdkConfig, stack: &str) -> Reading<String> {
    let function = format!("{stack}-{}", Role::Enricher.as_str());
    let found = match Client::new(sdk).get_function_configuration().function_name(function).send().await {
        Ok(found) => found.environment.and_then(|environment| environment.variables).unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Reading::NotConfigured;
        }
        Err(error) => {
            let error = CallError::new("lambda:GetFunctionConfiguration", error);
            return Reading::Unread { why: format!("where it is could not be read: {}", error.cause) };
        }
    };
    let group = found.get("PARAMEDIC_RECORDER").filter(|group| !group.is_empty());
    group.map_or(Reading::NotConfigured, |group| Reading::Read(group.clone()))
}

/// The router of a stack. What people want is done by it alone, so that it cannot race with what it does itself.
#[derive(Debug, Clone)]
pub struct Router {
    client: Client,
    function: String,
}

/// Why something that a person wants was not done.
#[derive(Debug, thiserror::Error)]
pub enum RouterError {
    /// Lambda did not hand it to the router.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no router.
    #[error(
        "there is no function {function}\nhint: deploy the ops stack (infra-bootstrap up), or name it with --stack-name"
    )]
    NotDeployed {
        /// The function that was looked for.
        function: String,
    },
    /// The router failed. It may have failed before or after it was done.
    #[error(
        "the router failed, and nobody knows whether it was done: {why}\n\
         hint: look with `infra-bootstrap incidents`, then say it again; twice does no harm"
    )]
    Failed {
        /// In its own words.
        why: String,
    },
    /// The router answered in words that this release does not know.
    #[error("the router's answer is not understood: {answer}\nhint: deploy the ops stack again with this release")]
    Garbled {
        /// What it said.
        answer: String,
    },
    /// The router will not do it.
    #[error("{0}")]
    Refused(String),
}

/// The longest answer that is shown, in characters.
const SHOWN: usize = 300;

impl Router {
    /// The router of the stack of that name. No call is made yet.
    pub fn of_stack(sdk: &SdkConfig, stack: &str) -> Self {
        Self { client: Client::new(sdk), function: format!("{stack}-{}", Role::Router.as_str()) }
    }

    /// Asks something of an incident. Returns what came of it, as `Reason` words it.
    ///
    /// # Errors
    /// See [`RouterError`].
    pub async fn ask(&self, petition: &Petition) -> Result<String, RouterError> {
        self.invoke(serde_json::to_vec(petition)).await
    }

    /// Orders a silence or an override. Returns `ordered`, or `duplicate` for what was ordered before.
    ///
    /// # Errors
    /// See [`RouterError`].
    pub async fn order(&self, order: &Order) -> Result<String, RouterError> {
        self.invoke(serde_json::to_vec(order)).await
    }

    async fn invoke(&self, payload: serde_json::Result<Vec<u8>>) -> Result<String, RouterError> {
        let payload = payload.map_err(|error| RouterError::Garbled { answer: error.to_string() })?;
        let sent = self.client.invoke().function_name(&self.function).payload(Blob::new(payload)).send().await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                return Err(RouterError::NotDeployed { function: self.function.clone() });
            }
            Err(error) => return Err(CallError::new("lambda:InvokeFunction", error).into()),
        };
        let failed = answer.function_error().is_some();
        understand(failed, answer.payload().map(Blob::as_ref).unwrap_or_default())
    }
}

/// What the router says. Anything but an outcome in so many words means that nobody may say it was done.
fn understand(failed: bool, payload: &[u8]) -> Result<String, RouterError> {
    let text = || paramedic_domain::alarm::text::escaped(&String::from_utf8_lossy(payload), SHOWN);
    let answer: Value = serde_json::from_slice(payload).unwrap_or_default();
    if failed {
        let why = answer.get("errorMessage").and_then(Value::as_str).map_or_else(text, str::to_owned);
        return Err(RouterError::Failed { why });
    }
    let first = answer.pointer("/outcomes/0");
    let word = |name: &str| first?.get(name)?.as_str();
    match (word("refused"), word("outcome")) {
        (Some(why), _) => Err(RouterError::Refused(why.to_owned())),
        (None, Some(outcome)) => Ok(outcome.to_owned()),
        (None, None) => Err(RouterError::Garbled { answer: text() }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_outcome_is_passed_on_in_the_routers_words() {
        let answer = br#"{"batchItemFailures":[],"outcomes":[{"outcome":"acked"}]}"#;
        assert_eq!(understand(false, answer).unwrap(), "acked");
    }

    #[test]
    fn what_is_refused_is_refused_with_the_routers_reason() {
        let answer = br#"{"batchItemFailures":[],"outcomes":[{"refused":"the silence was over\n  hint: later"}]}"#;
        let refused = understand(false, answer).unwrap_err();
        assert!(matches!(&refused, RouterError::Refused(why) if why.starts_with("the silence was over")), "{refused}");
    }

    #[test]
    fn nothing_but_an_outcome_counts_as_done() {
        for answer in ["", "null", "[]", "\"acked\"", r#"{"outcomes":[]}"#, r#"{"batchItemFailures":[]}"#] {
            let error = understand(false, answer.as_bytes()).unwrap_err();
            assert!(matches!(error, RouterError::Garbled { .. }), "{answer}: {error}");
        }
        let answer = br#"{"errorType":"Error","errorMessage":"a delivery could not be finished","outcomes":[{"outcome":"acked"}]}"#;
        let error = understand(true, answer).unwrap_err().to_string();
        assert!(error.contains("nobody knows") && error.contains("a delivery could not be finished"), "{error}");
    }
}
