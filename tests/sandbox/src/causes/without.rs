//! The same incident with one reading missing: the answer has to be the same, or none.

use jiff::Timestamp;
use paramedic_domain::diagnosis::Cause;

use super::{Incident, Played, Playhouse};
use crate::faults::readings;
use crate::overlay::Outage;

/// What is withheld from the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// An action of the services that the sandbox models, which the reader's role may not do.
    Action(&'static str),
    /// The log group of the service, which is gone.
    Log,
    /// The flight recorder's log group, which is gone.
    Recorder,
    /// Secrets Manager, which fails.
    Secrets,
}

impl Withheld {
    /// Everything that is read, one by one.
    pub const ALL: [Self; 14] = [
        Self::Action("ecs:DescribeServices"),
        Self::Action("ecs:ListTasks"),
        Self::Action("ecs:DescribeTasks"),
        Self::Action("ecs:DescribeTaskDefinition"),
        Self::Action("elasticloadbalancing:DescribeTargetHealth"),
        Self::Action("cloudwatch:GetMetricData"),
        Self::Action("application-autoscaling:DescribeScalableTargets"),
        Self::Action("application-autoscaling:DescribeScalingPolicies"),
        Self::Action("application-autoscaling:DescribeScalingActivities"),
        Self::Action("elasticache:DescribeReplicationGroups"),
        Self::Action("elasticache:DescribeEvents"),
        Self::Log,
        Self::Recorder,
        Self::Secrets,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Action(action) => action,
            Self::Log => "the log",
            Self::Recorder => "the flight recorder",
            Self::Secrets => "the secrets",
        }
    }
}

/// What was told of an incident while something was withheld, and is neither its cause nor `unknown`.
#[derive(Debug, Clone)]
pub struct Lost {
    /// Which incident.
    pub incident: &'static str,
    /// What was withheld.
    pub withheld: Withheld,
    /// What was told.
    pub told: Cause,
}

impl Playhouse {
    /// Looks once more without each reading at an incident that was played.
    pub async fn look_without_each(&self, incident: &Incident, played: &Played) -> Vec<Lost> {
        let now = played.evidence.gathered_at;
        let mut lost = Vec::new();
        for withheld in Withheld::ALL {
            let told = self.look_without(withheld, now).await.diagnosis.top().cause;
            if told != incident.cause && told != Cause::Unknown {
                lost.push(Lost { incident: incident.name, withheld, told });
            }
        }
        lost
    }

    async fn look_without(&self, withheld: Withheld, now: Timestamp) -> Played {
        let overlay = self.overlay();
        match withheld {
            Withheld::Action(action) => {
                readings::denied(&mut overlay.cloud(), action);
                let played = self.look_with(self.service(), self.site(), now).await;
                readings::mend(&mut overlay.cloud());
                played
            }
            Withheld::Secrets => {
                overlay.break_service("secretsmanager", Outage::InternalError);
                let played = self.look_with(self.service(), self.site(), now).await;
                overlay.mend_service("secretsmanager");
                played
            }
            Withheld::Log => {
                let mut service = self.service().clone();
                service.log_group = service.log_group.map(|group| format!("{group}-gone"));
                self.look_with(&service, self.site(), now).await
            }
            Withheld::Recorder => {
                let mut site = self.site().clone();
                site.recorder = site.recorder.map(|group| format!("{group}-gone"));
                self.look_with(self.service(), &site, now).await
            }
        }
    }
}
