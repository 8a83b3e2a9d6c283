//! One error for any AWS call that did not succeed, with the service's own words and what to do about the usual ones.

use std::error::Error;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::result::SdkError;

/// An AWS call that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{call} failed: {cause}\nhint: {hint}")]
pub struct CallError {
    /// The call as IAM names it, for example `cloudformation:CreateChangeSet`.
    pub call: &'static str,
    /// The service's error code, if it answered.
    pub code: Option<String>,
    /// The service's message, or why there was no answer.
    pub cause: String,
    /// What to do.
    pub hint: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl CallError {
    pub(crate) fn new<E, R>(call: &'static str, error: SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let (code, cause) = match error.as_service_error() {
            Some(service) => {
                let code = service.code().map(str::to_owned);
                let message = service.message().map_or_else(|| service.to_string(), str::to_owned);
                let cause = code.as_deref().map_or_else(|| message.clone(), |code| format!("{code}: {message}"));
                (code, cause)
            }
            None => (None, innermost(&error)),
        };
        let hint = hint(code.as_deref(), &cause);
        Self { call, code, cause, hint, source: Box::new(error) }
    }
}

/// The last cause of a chain: the SDK's outer layers only say "dispatch failure".
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

fn hint(code: Option<&str>, cause: &str) -> &'static str {
    match code {
        Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired") => {
            "the credentials have expired; sign in again (for example `aws sso login`)"
        }
        Some("InvalidClientTokenId" | "SignatureDoesNotMatch" | "UnrecognizedClientException") => {
            "AWS does not know these credentials; check --profile and AWS_ACCESS_KEY_ID"
        }
        Some("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Forbidden") => {
            "the credentials lack this permission; use a role that may deploy, or have it granted"
        }
        Some("Throttling" | "ThrottlingException" | "SlowDown") => "AWS is throttling this account; try again shortly",
        Some("ValidationError") if cause.contains("arameter") => {
            "give the parameter with --platform-parameter or --watch-parameter KEY=VALUE, or correct its value"
        }
        Some(_) => "the message above is AWS's own; nothing was changed by this call",
        None if cause.contains("credentials") => {
            "no credentials were found; set --profile or AWS_PROFILE, or sign in (`aws sso login`, `aws configure`)"
        }
        None => "check --region and --endpoint-url, and that the endpoint is reachable from here",
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn an_expired_session_says_how_to_sign_in_again() {
        assert!(hint(Some("ExpiredToken"), "").contains("sign in again"));
    }

    #[test]
    fn a_missing_template_parameter_says_how_to_give_it() {
        let cause = "ValidationError: Parameters: [VpcId] must have values";
        assert!(hint(Some("ValidationError"), cause).contains("--platform-parameter"));
    }

    #[test]
    fn an_unanswered_call_points_at_the_endpoint_unless_credentials_are_missing() {
        assert!(hint(None, "connection refused").contains("--endpoint-url"));
        assert!(hint(None, "no providers in chain provided credentials").contains("--profile"));
    }
}
