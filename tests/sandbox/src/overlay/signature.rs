//! Who calls, and which service: the credential scope of a SigV4 signature. Signatures themselves are not checked.
//!
//! `docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html`

use axum::http::HeaderMap;

/// The services that the overlay answers itself, by signing name.
const OWNED: [&str; 5] = ["ecs", "elasticloadbalancing", "monitoring", "application-autoscaling", "elasticache"];

/// `Credential=<key>/<date>/<region>/<service>/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// The access key id.
    pub(super) caller: String,
    /// The signing name of the service.
    pub(super) service: String,
}

impl Scope {
    /// Reads the scope from the `Authorization` header.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get("authorization")?.to_str().ok()?;
        let credential = header.split_once("Credential=")?.1.split([',', ' ']).next()?;
        let mut parts = credential.split('/');
        let (caller, service) = (parts.next()?, parts.nth(2)?);
        (parts.next() == Some("aws4_request")).then(|| Self { caller: caller.to_owned(), service: service.to_owned() })
    }

    /// Whether the overlay answers this service itself.
    pub(super) fn is_owned(&self) -> bool {
        OWNED.contains(&self.service.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn headers(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([("authorization".parse().unwrap(), authorization.parse().unwrap())])
    }

    #[test]
    fn the_scope_names_caller_and_service() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKIA1/20260102/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=0";
        let scope = Scope::of(&headers(header)).unwrap();
        assert_eq!(scope, Scope { caller: "AKIA1".to_owned(), service: "ecs".to_owned() });
        assert!(scope.is_owned());
    }

    #[test]
    fn what_is_not_signed_has_no_scope() {
        assert_eq!(Scope::of(&HeaderMap::new()), None);
        assert_eq!(Scope::of(&headers("Bearer xoxb-1")), None);
        assert_eq!(Scope::of(&headers("AWS4-HMAC-SHA256 Credential=AKIA1/20260102")), None);
    }
}
