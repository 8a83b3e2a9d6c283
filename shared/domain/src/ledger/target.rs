//! What an attempt is made on: looked at right before the call, and again when nobody recorded what the call did.

use super::Effect;
use crate::id::DeploymentId;
use crate::remedy::{Action, Plan};

/// What a plan was made for, as it is at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The primary deployment.
    pub deployment: DeploymentId,
    /// The revision it runs, `family:revision`.
    pub task_definition: String,
    /// How the rolling out stands that the plan names; `None` where it names none.
    pub rolling_out: Option<RollingOut>,
    /// How many tasks are wanted.
    pub desired: u32,
    /// The most that scaling may start; `None` where the plan does not touch it.
    pub maximum: Option<u32>,
    /// Whether the task that the plan names is still to run; `None` where it names none.
    pub task_runs: Option<bool>,
}

/// How the rolling out of a deployment stands. "View service history using Amazon ECS service deployments", Amazon ECS Developer
/// Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RollingOut {
    /// It is pending or goes on.
    UnderWay,
    /// It completed.
    Completed,
    /// ECS was asked to go back, goes back or did; or it could not.
    RolledBack,
    /// It was stopped without going back: another took its place.
    Stopped,
}

/// What became of a call of which nothing was recorded, long after it can still be under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// What it was to do is done.
    Made(Effect),
    /// It was not made, or had no effect: what it was to change is as it was.
    NotMade,
    /// What is there tells neither. Why.
    Unknown(String),
}

impl Target {
    /// What is no longer as the plan has it.
    pub fn differs_from(&self, plan: &Plan) -> Option<String> {
        if self.deployment != plan.expected_deployment {
            return Some(format!("deployment {} took the place of the one that was judged", self.deployment));
        }
        match &plan.action {
            Action::ReplaceTask { task } => {
                (self.task_runs != Some(true)).then(|| format!("task {task} is stopping already"))
            }
            Action::StopDeployment { .. } => (self.rolling_out != Some(RollingOut::UnderWay))
                .then(|| "the deployment that would be stopped has ended".to_owned()),
            Action::RaiseMaximum { from, .. } => (self.maximum != Some(*from)).then(|| {
                let now = self.maximum.map_or("gone".to_owned(), |maximum| maximum.to_string());
                format!("the maximum of scaling is {now} by now and not {from}")
            }),
            Action::AddTasks { from, .. } => {
                (self.desired != *from).then(|| format!("{} tasks are wanted by now and not {from}", self.desired))
            }
            Action::RollBack { .. } | Action::ForceRedeploy { .. } => None,
        }
    }

    /// What the plan's call did, if it can be seen by now.
    pub fn shows(&self, plan: &Plan) -> Option<Effect> {
        let another = self.deployment != plan.expected_deployment;
        let deployed = |wanted: &str| {
            let made = another && self.task_definition == revision(wanted);
            made.then(|| Effect::Deployed(self.deployment.clone()))
        };
        match &plan.action {
            Action::ReplaceTask { task } => (self.task_runs == Some(false)).then(|| Effect::Stopped(task.clone())),
            Action::StopDeployment { .. } => (self.rolling_out == Some(RollingOut::RolledBack))
                .then(|| Effect::DeploymentStopped(plan.expected_deployment.clone())),
            Action::RaiseMaximum { from, to } => {
                (self.maximum == Some(*to)).then_some(Effect::Raised { from: *from, to: *to })
            }
            Action::AddTasks { to, .. } => (self.desired == *to).then_some(Effect::Grown { to: *to }),
            Action::RollBack { to, .. } => deployed(to),
            Action::ForceRedeploy { task_definition } => deployed(task_definition),
        }
    }

    /// What became of the plan's call, seen when nobody can be about to make it any more.
    pub fn fate(&self, plan: &Plan) -> Fate {
        if let Some(effect) = self.shows(plan) {
            return Fate::Made(effect);
        }
        let untouched = match &plan.action {
            Action::ReplaceTask { .. } => self.task_runs == Some(true),
            Action::RaiseMaximum { from, .. } => self.maximum == Some(*from),
            Action::AddTasks { from, .. } => self.desired == *from,
            Action::RollBack { .. } | Action::ForceRedeploy { .. } => self.deployment == plan.expected_deployment,
            // Asked to go back, ECS says so at once, however long that takes ("Stopping Amazon ECS service deployments").
            Action::StopDeployment { .. } => {
                matches!(self.rolling_out, Some(RollingOut::UnderWay | RollingOut::Completed))
            }
        };
        if untouched {
            return Fate::NotMade;
        }
        Fate::Unknown(self.differs_from(plan).unwrap_or_else(|| "what is there does not tell".to_owned()))
    }
}

/// `family:revision` of an ARN, or of what is that already.
fn revision(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Arn, TaskId};
    use crate::ledger::tests::redeploy;

    fn before() -> Target {
        Target {
            deployment: DeploymentId::from("ecs-svc/1000000000000000001"),
            task_definition: "web:7".to_owned(),
            rolling_out: Some(RollingOut::UnderWay),
            desired: 3,
            maximum: Some(6),
            task_runs: Some(true),
        }
    }

    fn to(action: Action) -> Plan {
        Plan { action, ..redeploy() }
    }

    fn all() -> [(Plan, Target, Effect); 6] {
        let another = |task_definition: &str| Target {
            deployment: DeploymentId::from("ecs-svc/2"),
            task_definition: task_definition.to_owned(),
            ..before()
        };
        let deployed = Effect::Deployed(DeploymentId::from("ecs-svc/2"));
        let task = TaskId::from("t1");
        let arn = |revision: &str| format!("arn:aws:ecs:eu-west-1:1:task-definition/web:{revision}");
        let stop = Action::StopDeployment { service_deployment: Arn::new("arn:sd/1"), from: arn("7") };
        let stopped = Effect::DeploymentStopped(before().deployment);
        [
            (
                to(Action::ReplaceTask { task: task.clone() }),
                Target { task_runs: Some(false), ..before() },
                Effect::Stopped(task),
            ),
            (
                to(Action::RaiseMaximum { from: 6, to: 9 }),
                Target { maximum: Some(9), ..before() },
                Effect::Raised { from: 6, to: 9 },
            ),
            (to(Action::AddTasks { from: 3, to: 5 }), Target { desired: 5, ..before() }, Effect::Grown { to: 5 }),
            (to(stop), Target { rolling_out: Some(RollingOut::RolledBack), ..before() }, stopped),
            (to(Action::RollBack { from: arn("7"), to: arn("6") }), another("web:6"), deployed.clone()),
            (to(Action::ForceRedeploy { task_definition: arn("7") }), another("web:7"), deployed),
        ]
    }

    #[test]
    fn a_call_that_had_its_effect_was_made() {
        for (plan, after, effect) in all() {
            assert_eq!(after.fate(&plan), Fate::Made(effect), "{plan:?}");
        }
    }

    #[test]
    fn a_call_that_left_everything_as_it_was_was_not_made() {
        for (plan, _, _) in all() {
            assert_eq!(before().fate(&plan), Fate::NotMade, "{plan:?}");
        }
    }

    #[test]
    fn a_deployment_that_completed_was_not_stopped() {
        let completed = Target { rolling_out: Some(RollingOut::Completed), ..before() };
        for (plan, _, _) in all().into_iter().filter(|(plan, ..)| matches!(plan.action, Action::StopDeployment { .. }))
        {
            assert_eq!(completed.fate(&plan), Fate::NotMade);
            assert!(completed.differs_from(&plan).is_some(), "and is not stopped any more");
        }
    }

    #[test]
    fn what_is_as_the_plan_has_it_is_acted_on_and_what_changed_meanwhile_is_not() {
        for (plan, after, _) in all() {
            assert_eq!(before().differs_from(&plan), None, "{plan:?}");
            assert!(after.differs_from(&plan).is_some(), "done already: {plan:?}");
        }
    }

    #[test]
    fn what_others_changed_tells_nothing_of_a_call_that_would_have_changed_the_same() {
        let strange = Target {
            deployment: DeploymentId::from("ecs-svc/9"),
            task_definition: "web:9".to_owned(),
            rolling_out: Some(RollingOut::Stopped),
            desired: 11,
            maximum: Some(20),
            task_runs: Some(true),
        };
        for (plan, _, _) in all() {
            let fate = strange.fate(&plan);
            match plan.action {
                // Whatever else was changed: had the call been made, that task would not run.
                Action::ReplaceTask { .. } => assert_eq!(fate, Fate::NotMade),
                _ => assert!(matches!(fate, Fate::Unknown(_)), "{plan:?} {fate:?}"),
            }
        }
    }
}
