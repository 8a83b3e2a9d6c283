//! Who asks: the name under which it is recorded.

use aws_config::SdkConfig;

/// Nobody could be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nobody knows who asks: AWS does not say whose credentials these are, and USER is not set\nhint: say it with --as NAME"
)]
pub struct Nameless;

/// The name that was given, else that of the AWS identity, else `user`, the name on this machine.
///
/// # Errors
/// There is none of the three.
pub async fn who(sdk: &SdkConfig, given: Option<String>, user: Option<String>) -> Result<String, Nameless> {
    let named = |name: &String| !name.trim().is_empty();
    if let Some(given) = given.filter(named) {
        return Ok(given);
    }
    let caller = aws_sdk_sts::Client::new(sdk).get_caller_identity().send().await.ok();
    let identity = caller.as_ref().and_then(|caller| caller.arn()).and_then(of_identity);
    identity.or(user.filter(named)).ok_or(Nameless)
}

/// The name in an identity: a user's, or the session's of an assumed role, which single sign-on makes the person's. The
/// root of an account and a mere number name nobody.
fn of_identity(arn: &str) -> Option<String> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let (_, name) = resource.rsplit_once('/')?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_or_a_user_names_a_person_and_the_root_of_an_account_nobody() {
        let of = |arn: &str| of_identity(arn);
        assert_eq!(of("arn:aws:iam::123456789012:user/ops/ada").as_deref(), Some("ada"));
        assert_eq!(
            of("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0/ada@example.com").as_deref(),
            Some("ada@example.com")
        );
        assert_eq!(of("arn:aws:iam::123456789012:root"), None);
        assert_eq!(of("nonsense"), None);
    }
}
