//! A service as it is, with everything around it that bears on whether acting is right.

use paramedic_domain::config::Mode;
use paramedic_domain::evidence::Source;
use paramedic_domain::guardrail::Switch;
use paramedic_domain::remedy::RemedyKind;
use paramedic_domain::severity::Severity;

/// What ails the service in truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ailment {
    /// Nothing.
    Nothing,
    /// The last of its tasks fails every request, and passes its health check.
    WedgedTask,
    /// The revision that was released fails a third of the requests in every task.
    BadRelease,
    /// A secret changed, and the tasks that read it before fail a third of their requests.
    StaleTasks,
    /// The deployment that is under way brings tasks that fail, beside those before it that are well.
    FailingDeployment,
    /// The tasks' CPU is used up, and scaling is at its maximum.
    AtMaximum,
    /// The tasks' CPU is used up, and no policy adds any.
    ScaledByNobody,
    /// Some tasks fail their health check, so that ECS replaces them.
    SickTasks,
    /// The cache is away, and every task is sick for it.
    CacheAway,
    /// Most requests fail in every task, and nothing that is read says why.
    Unexplained,
}

/// How far the service's deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// It completed.
    Steady,
    /// It replaces tasks.
    UnderWay,
    /// It completed, and tasks of the one before still drain.
    Draining,
    /// ECS gave it up, and tasks of the one before serve.
    GivenUp,
}

/// The revision before the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    /// It ran well for hours until it was replaced.
    RanWell,
    /// It ran for some minutes only.
    RanShortly,
    /// Its tasks ended by themselves.
    Crashed,
    /// There was none.
    None,
}

/// How the tasks of a failing deployment fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newcomers {
    /// They never become healthy and are replaced.
    NeverHealthy,
    /// They run and fail their health check.
    Sick,
    /// They end by themselves.
    Crash,
}

/// The cache that the service depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheState {
    /// It has none.
    None,
    /// It is well.
    Well,
    /// It is away.
    Away,
    /// ElastiCache calls it available, and a task logs that it does not get through to it.
    OutOfReach,
}

/// What an answer of AWS left out although it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Nothing.
    Nothing,
    /// Every task.
    AllTasks,
    /// One task.
    OneTask,
    /// Every target.
    AllTargets,
    /// One target.
    OneTarget,
    /// Every deployment.
    AllDeployments,
    /// Every request.
    AllRequests,
}

/// What somebody suspended of scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspended {
    /// Nothing.
    Nothing,
    /// Scaling out by policies.
    ScalingOut,
    /// Scaling by the clock.
    Schedules,
}

/// A freeze in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freeze {
    /// There is none.
    None,
    /// It holds now.
    Now,
    /// It holds now for another service.
    OfAnother,
    /// It is over.
    Over,
}

/// The incident that the diagnosis is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// It goes on.
    GoesOn,
    /// It is over.
    Over,
    /// It could not be read.
    Unread,
}

/// What the first look found, for which the plan was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstLook {
    /// The same as the second.
    TheSame,
    /// Another cause.
    AnotherCause,
}

/// What a person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Nothing.
    None,
    /// This very plan was approved so many seconds ago.
    Given(i64),
    /// Another plan was approved just now.
    OfAnotherPlan,
}

/// How an earlier attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It helped.
    Helped,
    /// It helped a little.
    Partly,
    /// It did not help.
    Failed,
    /// It did harm.
    Worse,
    /// Nobody knows whether it happened.
    Unknown,
    /// AWS refused it.
    NotDone,
    /// Its result is being watched.
    Watched,
    /// It was claimed, and nothing is recorded yet.
    Claimed,
}

/// An earlier attempt on the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// How many seconds ago it was claimed.
    pub ago: i64,
    /// What it did.
    pub remedy: RemedyKind,
    /// Whether it was for the present incident.
    pub same_incident: bool,
    /// How it ended.
    pub end: End,
}

/// What a person said of each remedy in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modes {
    /// Of those named.
    pub named: Vec<(RemedyKind, Mode)>,
    /// Of all others.
    pub others: Mode,
}

impl Modes {
    /// That of one remedy.
    pub fn of(&self, remedy: RemedyKind) -> Mode {
        self.named.iter().find(|(kind, _)| *kind == remedy).map_or(self.others, |(_, mode)| *mode)
    }
}

/// A service as it is, and what surrounds it. Times are in the past, in the unit that the field says.
#[derive(Clone, Debug)]
pub struct World {
    /// What was done to the world that is right, for a person who reads of it.
    pub twists: Vec<&'static str>,
    /// What ails it.
    pub ailment: Ailment,
    /// For how many minutes requests fail, where they do.
    pub lasts: i64,
    /// How many minutes before that the release began or the secret changed, where that is why.
    pub after: i64,
    /// `ACTIVE` or `DRAINING`.
    pub status: &'static str,
    /// How many tasks there should be.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// How many are starting.
    pub pending: u32,
    /// How many of those that run fail their health check.
    pub sick: u32,
    /// The share of the desired tasks that a deployment leaves running, in percent.
    pub minimum_healthy: u32,
    /// The share of the desired tasks that a deployment may run, in percent.
    pub maximum: u32,
    /// Whether it bears the tag that allows remedies.
    pub tagged: bool,
    /// Whether ECS rolls its deployments out.
    pub ecs_deploys: bool,
    /// How far the deployment is.
    pub rollout: Rollout,
    /// What ran before, where a release was lately.
    pub former: Former,
    /// Whether the release changed anything.
    pub release_changed: bool,
    /// Whether a secret changed between the release and the trouble.
    pub secret_between: bool,
    /// How the tasks of a failing deployment fail.
    pub newcomers: Newcomers,
    /// How many of them failed.
    pub newcomers_failed: u32,
    /// Whether ECS gives a failing deployment up by itself and goes back.
    pub circuit_breaker: bool,
    /// Whether ECS has a name for what it rolls out.
    pub deployment_named: bool,
    /// The most tasks that the configuration allows.
    pub most_tasks: Option<u32>,
    /// Whether somebody suspended scaling out, or scaling by the clock.
    pub suspended: Suspended,
    /// How many minutes ago a person set the bounds of scaling.
    pub bounds_set: Option<i64>,
    /// Whether the present revision names its images by digest.
    pub pinned: bool,
    /// Whether the former one does.
    pub former_pinned: bool,
    /// Whether a second container of every revision is named by a tag.
    pub sidecar_by_tag: bool,
    /// Whether the task definition that was read is another than the service's.
    pub other_definition: bool,
    /// How many lines the wedged task wrote.
    pub lines: u32,
    /// How many of the same kind the others wrote.
    pub lines_of_others: u32,
    /// How many minutes ago the last of them was written.
    pub lines_ago: i64,
    /// Whether the service has a load balancer, which is what counts requests.
    pub load_balancer: bool,
    /// What it depends on.
    pub cache: CacheState,
    /// What could not be read.
    pub unread: Vec<Source>,
    /// What was read and was not whole.
    pub left_out: LeftOut,
    /// How many seconds ago the evidence was gathered; negative for a clock that runs ahead.
    pub evidence_ago: i64,
    /// What the first look found.
    pub first_look: FirstLook,
    /// How far Paramedic may go.
    pub modes: Modes,
    /// What a person said.
    pub approval: Approval,
    /// The switch.
    pub switch: Switch,
    /// The freeze.
    pub freeze: Freeze,
    /// The incident.
    pub incident: Incident,
    /// How often it went up and down, if it flaps.
    pub flapping: Option<u32>,
    /// Whether a silence covers it.
    pub silenced: bool,
    /// How bad it is.
    pub severity: Severity,
    /// How many services are in trouble; none if that could not be read.
    pub in_trouble: Option<u32>,
    /// Earlier attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// Whether a person looked at what failed.
    pub looked_at: bool,
    /// Whether the record of attempts could be read.
    pub ledger_readable: bool,
    /// Actions in the whole account within the last hour.
    pub account_actions: u32,
    /// How many seconds the invocation may still last.
    pub seconds_left: i64,
}
