//! Newtypes for the identifiers that travel through the system, so that a cluster is never passed for a service.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

identifier! {
    /// A twelve-digit AWS account number.
    AccountId
}
identifier! {
    /// An AWS region code such as `eu-west-1`; never the display name that SNS messages carry.
    Region
}
identifier! {
    /// An Amazon Resource Name.
    Arn
}
identifier! {
    /// The name a service has in `paramedic.toml`, or the name made up for an alarm of no configured service.
    ServiceName
}
identifier! {
    /// An ECS cluster's name.
    ClusterName
}
identifier! {
    /// An ECS service's name within its cluster.
    EcsServiceName
}
identifier! {
    /// An ECS deployment's id, `ecs-svc/…`.
    DeploymentId
}
identifier! {
    /// An ECS task's id: the last part of its ARN.
    TaskId
}
identifier! {
    /// An incident's id. It is derived from the service and the change that opened it, so a retry finds the same one.
    IncidentId
}
identifier! {
    /// A person who can be told, as `paramedic.toml` names them.
    PersonName
}
identifier! {
    /// An on-call rotation, as `paramedic.toml` names it.
    RotationName
}
identifier! {
    /// An escalation policy, as `paramedic.toml` names it.
    PolicyName
}
identifier! {
    /// A rule of routing, a `[[route]]` of `paramedic.toml`.
    RuleName
}
identifier! {
    /// A webhook, as `paramedic.toml` names it.
    WebhookName
}
identifier! {
    /// A silence's id: the name of a maintenance window, or one made of what was silenced, when and by whom.
    SilenceId
}
identifier! {
    /// An override's id, made of what it says.
    OverrideId
}

/// An id made of what it stands for, so that whoever makes it again makes the same.
pub(crate) fn derived(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts run together to the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}-{digest}")
}

impl Arn {
    /// The region part, if there is one: `arn:partition:service:REGION:account:resource`.
    pub fn region(&self) -> Option<Region> {
        self.part(3).map(Region::from)
    }

    /// The account part, if there is one.
    pub fn account(&self) -> Option<AccountId> {
        self.part(4).map(AccountId::from)
    }

    /// The ARN of a resource of another AWS service beside this one, in the same partition, region and account; none if this
    /// one does not tell them.
    pub fn beside(&self, service: &str, resource: &str) -> Option<Self> {
        let (partition, region, account) = (self.part(1)?, self.part(3)?, self.part(4)?);
        Some(Self(format!("arn:{partition}:{service}:{region}:{account}:{resource}")))
    }

    fn part(&self, index: usize) -> Option<&str> {
        let mut parts = self.0.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        parts.nth(index - 1).filter(|part| !part.is_empty())
    }
}

impl TaskId {
    /// The task's id from its ARN, `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`, or from a bare id.
    pub fn from_arn(arn: &str) -> Self {
        Self(arn.rsplit('/').next().unwrap_or(arn).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_its_region_and_account() {
        let arn = Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-alb-5xx");
        assert_eq!(arn.region(), Some(Region::from("eu-west-1")));
        assert_eq!(arn.account(), Some(AccountId::from("123456789012")));
    }

    #[test]
    fn what_is_no_arn_has_no_region() {
        assert_eq!(Arn::new("web-P0-alb-5xx").region(), None);
        assert_eq!(Arn::new("arn:aws:s3:::bucket").region(), None);
    }

    #[test]
    fn an_arn_leads_to_its_neighbours_in_the_same_partition_region_and_account() {
        let topic = Arn::new("arn:aws-cn:sns:cn-north-1:123456789012:alarms");
        let group = topic.beside("elasticloadbalancing", "targetgroup/web/0af");
        assert_eq!(
            group,
            Some(Arn::new("arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/0af"))
        );
        assert_eq!(Arn::new("arn:aws:s3:::bucket").beside("sns", "x"), None);
    }

    #[test]
    fn a_derived_id_depends_on_every_part_and_on_where_one_ends() {
        assert_eq!(derived("x", &["ab", "c"]), derived("x", &["ab", "c"]));
        assert_ne!(derived("x", &["ab", "c"]), derived("x", &["a", "bc"]));
        assert_ne!(derived("x", &["ab", "c"]), derived("x", &["ab", "d"]));
    }

    #[test]
    fn a_task_is_named_by_the_last_part_of_its_arn() {
        assert_eq!(TaskId::from_arn("arn:aws:ecs:eu-west-1:123456789012:task/web/0af3").as_str(), "0af3");
        assert_eq!(TaskId::from_arn("0af3").as_str(), "0af3");
    }
}
