//! Whether acting is right, from what the world is and what the design demands: its invariants, what goes wrong and what is
//! right then, and what AWS documents. Nothing here asks the evidence, the diagnosis, the plan or a guardrail.

use paramedic_domain::config::Mode;
use paramedic_domain::evidence::Source;
use paramedic_domain::guardrail::Switch;
use paramedic_domain::remedy::RemedyKind;
use paramedic_domain::severity::Severity;

use super::world::{
    Ailment, Approval, Attempt, CacheState, End, FirstLook, Former, Freeze, Incident, LeftOut, Newcomers, Rollout,
    Suspended, World,
};

/// So many services in trouble at once are a storm.
const STORM: u32 = 5;
/// The velocity limits: actions an hour on a service and in an account, and failures until a person has to look.
const PER_SERVICE: usize = 2;
const PER_ACCOUNT: u32 = 5;
const FAILURES: usize = 2;
/// Seconds: the oldest evidence, the cooldown, an hour, how long an approval holds, what acting and recording may take.
const FRESH: i64 = 60;
const COOLDOWN: i64 = 15 * 60;
const HOUR: i64 = 3600;
const APPROVAL: i64 = 10 * 60;
const TIME_NEEDED: i64 = 10;
/// Seconds: how long ECS's own way back is awaited, and for how long a person's change is that person's intention.
const ECS_FIRST: i64 = 10 * 60;
const INTENTION: i64 = 24 * HOUR;
/// So many tasks that fail are no accident; so many that end by themselves are a loop.
const FAILED_NEWCOMERS: u32 = 2;
const CRASHED_NEWCOMERS: u32 = 3;
const SICK_NEWCOMERS: u32 = 3;
/// Minutes of errors, the first and the last counted though they may have been begun only: what is shorter may be over by itself,
/// and is no reason to touch anything.
const DWELL: i64 = 3;
/// Minutes of a peak: a shorter one is none that lasts.
const PEAK: i64 = 2;
/// Minutes: trouble this long after a release is hardly its fault; a rotated secret may be honoured a little longer.
const AFTER_RELEASE: i64 = 9;
const AFTER_SECRET: i64 = 15;
/// Lines that single a task out, the share of them that it has to have written in percent, and how old in minutes the last of
/// them may be.
const LINES: u32 = 20;
const LINES_PERCENT: u32 = 95;
const LINES_AGO: i64 = 3;

/// What mends an ailment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// The wedged task is stopped.
    ReplaceWedgedTask,
    /// The service goes back to the revision before the release.
    GoBack,
    /// Every task is replaced by one of the same revision.
    ReplaceAll,
    /// The deployment that is under way is stopped.
    StopDeployment,
    /// The maximum of scaling is raised.
    RaiseMaximum,
    /// The desired count is raised.
    AddTasks,
}

impl Deed {
    /// The remedy that does it.
    pub fn remedy(self) -> RemedyKind {
        match self {
            Self::ReplaceWedgedTask => RemedyKind::ReplaceTask,
            Self::GoBack => RemedyKind::RollBack,
            Self::ReplaceAll => RemedyKind::ForceRedeploy,
            Self::StopDeployment => RemedyKind::StopDeployment,
            Self::RaiseMaximum | Self::AddTasks => RemedyKind::ScaleOut,
        }
    }
}

/// Why acting is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrong {
    /// A person said stop, or nobody can tell.
    Switch,
    /// People decide at such times.
    Freeze,
    /// It is over, or nobody can tell.
    IncidentOver,
    /// Somebody is at it.
    Silenced,
    /// It can wait for a person.
    CanWait,
    /// Many services fail at once, or nobody can tell.
    Storm,
    /// It goes up and down.
    Flapping,
    /// What it depends on is not known to be well.
    Dependency,
    /// ECS replaces or starts tasks.
    EcsRepairs,
    /// A deployment is in flight, or in other hands.
    Deployment,
    /// Most are sick, and what they depend on is not known to be well.
    SickMajority,
    /// Too few healthy tasks would be left, or there is no room to replace one.
    Floor,
    /// There may not be more tasks than there are.
    Ceiling,
    /// A person set or suspended scaling, or nobody can tell.
    Persons,
    /// What new tasks would run is not known for sure.
    Image,
    /// What was read of the service is old, or not whole.
    Evidence,
    /// It only began, and may be over by itself.
    JustBegan,
    /// Two looks do not agree.
    Disagreement,
    /// It cannot be told for sure that this is what ails it.
    NotCertain,
    /// What was done before is not known.
    LedgerUnread,
    /// Something was done just now.
    Cooldown,
    /// Enough was done.
    Budget,
    /// What was done did not help, time and again.
    Breaker,
    /// Something is being done.
    OtherAttempt,
    /// The service does not ask for it.
    NoTag,
    /// The configuration does not allow it.
    Mode,
    /// It might be cut off.
    NoTime,
    /// This very remedy did not help this very incident, or nobody knows whether it was carried out.
    TriedBefore,
    /// Nothing that Paramedic can do mends it.
    NoRemedy,
}

/// Whether acting is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is, and this is what is to be done.
    Right(Deed),
    /// It is not, for these reasons; there is at least one.
    Wrong(Vec<Wrong>),
}

/// What mends what ails the service, whether or not it may be done.
pub fn deed(world: &World) -> Option<Deed> {
    match world.ailment {
        Ailment::WedgedTask => Some(Deed::ReplaceWedgedTask),
        // As long as it is under way it is stopped, and ECS goes back.
        Ailment::BadRelease if world.rollout == Rollout::UnderWay => Some(Deed::StopDeployment),
        Ailment::BadRelease => Some(Deed::GoBack),
        Ailment::StaleTasks => Some(Deed::ReplaceAll),
        Ailment::FailingDeployment => Some(Deed::StopDeployment),
        Ailment::AtMaximum => Some(Deed::RaiseMaximum),
        Ailment::ScaledByNobody => Some(Deed::AddTasks),
        // ECS replaces what it sees to be sick, a cache is not brought back by restarting its clients, and what is not
        // understood is not touched.
        Ailment::Nothing | Ailment::SickTasks | Ailment::CacheAway | Ailment::Unexplained => None,
    }
}

/// Whether acting is right in that world.
pub fn judge(world: &World) -> Verdict {
    let deed = deed(world);
    let rules = [
        (world.switch != Switch::On, Wrong::Switch),
        (world.freeze == Freeze::Now, Wrong::Freeze),
        (world.incident != Incident::GoesOn, Wrong::IncidentOver),
        (world.silenced, Wrong::Silenced),
        (world.severity == Severity::P2 && !approved(world), Wrong::CanWait),
        (world.in_trouble.is_none_or(|services| services >= STORM), Wrong::Storm),
        (world.flapping.is_some(), Wrong::Flapping),
        (has_dependency(world) && !dependency_known_well(world), Wrong::Dependency),
        (ecs_repairs(world, deed), Wrong::EcsRepairs),
        (in_other_hands(world, deed), Wrong::Deployment),
        (most_are_sick(world) && !dependency_known_well(world), Wrong::SickMajority),
        (deed.is_some_and(|deed| below_the_floor(world, deed)), Wrong::Floor),
        (deed.is_some_and(|deed| above_the_ceiling(world, deed)), Wrong::Ceiling),
        (deed.is_some_and(|deed| against_a_person(world, deed)), Wrong::Persons),
        (deed.is_some_and(|deed| !image_known(world, deed)), Wrong::Image),
        (!evidence_whole_and_fresh(world), Wrong::Evidence),
        (just_began(world), Wrong::JustBegan),
        (world.first_look != FirstLook::TheSame, Wrong::Disagreement),
        (deed.is_some_and(|deed| !certain(world, deed)), Wrong::NotCertain),
        (!world.ledger_readable, Wrong::LedgerUnread),
        (did_something(world).any(|attempt| attempt.ago < COOLDOWN), Wrong::Cooldown),
        (over_budget(world), Wrong::Budget),
        (!world.looked_at && failures_in_a_row(world) >= FAILURES, Wrong::Breaker),
        (world.attempts.iter().any(|attempt| matches!(attempt.end, End::Watched | End::Claimed)), Wrong::OtherAttempt),
        (!world.tagged, Wrong::NoTag),
        (deed.is_some_and(|deed| !allowed(world, deed)), Wrong::Mode),
        (world.seconds_left < TIME_NEEDED, Wrong::NoTime),
        (deed.is_some_and(|deed| tried_before(world, deed)), Wrong::TriedBefore),
        (deed.is_none(), Wrong::NoRemedy),
    ];
    let wrongs: Vec<Wrong> = rules.into_iter().filter_map(|(holds, wrong)| holds.then_some(wrong)).collect();
    match (deed, wrongs.is_empty()) {
        (Some(deed), true) => Verdict::Right(deed),
        _ => Verdict::Wrong(wrongs),
    }
}

fn approved(world: &World) -> bool {
    matches!(world.approval, Approval::Given(ago) if ago < APPROVAL)
}

fn allowed(world: &World, deed: Deed) -> bool {
    match world.modes.of(deed.remedy()) {
        Mode::Auto => true,
        Mode::Approve => approved(world),
        Mode::Suggest | Mode::Off => false,
    }
}

fn has_dependency(world: &World) -> bool {
    world.cache != CacheState::None
}

/// Known to be well: read, and nothing speaks against it.
fn dependency_known_well(world: &World) -> bool {
    world.cache == CacheState::Well && !world.unread.contains(&Source::Cache)
}

/// ECS replaces sick tasks and starts missing ones. In a failing deployment that is what fails; there ECS's circuit breaker is
/// its way back, and it is given time for that.
fn ecs_repairs(world: &World, deed: Option<Deed>) -> bool {
    match deed {
        Some(Deed::StopDeployment) => {
            world.circuit_breaker && deployed_ago(world) * 60 + world.evidence_ago < ECS_FIRST
        }
        _ => world.sick > 0 || world.pending > 0 || world.running < world.desired,
    }
}

/// How many minutes ago a recent release began.
fn deployed_ago(world: &World) -> i64 {
    match world.ailment {
        Ailment::BadRelease => world.lasts - 1 + world.after,
        _ => world.lasts,
    }
}

/// A deployment in flight is left to itself, except to stop that very deployment; and what ECS does not roll out is not ours.
fn in_other_hands(world: &World, deed: Option<Deed>) -> bool {
    let as_it_has_to_be = match deed {
        Some(Deed::StopDeployment) => world.rollout == Rollout::UnderWay && world.deployment_named,
        _ => world.rollout == Rollout::Steady,
    };
    !as_it_has_to_be || !world.ecs_deploys
}

/// Whether the configuration allows no more tasks than there may be already.
fn above_the_ceiling(world: &World, deed: Deed) -> bool {
    match deed {
        Deed::RaiseMaximum | Deed::AddTasks => world.most_tasks.is_none_or(|most| most <= world.desired),
        _ => false,
    }
}

/// Whether a person had a say in scaling, or might have had.
fn against_a_person(world: &World, deed: Deed) -> bool {
    if deed.remedy() != RemedyKind::ScaleOut {
        return false;
    }
    let lately = world.bounds_set.is_some_and(|minutes| minutes * 60 + world.evidence_ago < INTENTION);
    world.suspended != Suspended::Nothing || lately || world.unread.contains(&Source::Recorder)
}

/// Whether requests only began to fail.
fn just_began(world: &World) -> bool {
    let fails = match world.ailment {
        Ailment::WedgedTask | Ailment::BadRelease | Ailment::StaleTasks | Ailment::CacheAway | Ailment::Unexplained => {
            true
        }
        Ailment::Nothing | Ailment::SickTasks => false,
        Ailment::FailingDeployment | Ailment::AtMaximum | Ailment::ScaledByNobody => false,
    };
    fails && world.lasts < DWELL
}

/// No action may itself take the healthy tasks below max(1, ceil(desired × minimumHealthyPercent)). What passes its health
/// check counts as healthy: that is what the load balancer and ECS go by.
fn below_the_floor(world: &World, deed: Deed) -> bool {
    let healthy = u64::from(world.running - world.sick);
    let (desired, minimum, maximum) =
        (u64::from(world.desired), u64::from(world.minimum_healthy), u64::from(world.maximum));
    // "Service definition parameters", Amazon ECS Developer Guide: the lower limit is rounded up, the upper one down.
    let stay = (desired * minimum).div_ceil(100);
    let floor = stay.max(1);
    match deed {
        // A stopped task is gone before its successor is there.
        Deed::ReplaceWedgedTask => desired == 0 || healthy < floor + 1,
        // A deployment stops tasks down to its own lower limit, and starts them up to the upper one.
        Deed::GoBack | Deed::ReplaceAll | Deed::StopDeployment => {
            let no_room = stay >= desired && desired * maximum / 100 <= desired;
            desired == 0 || stay < 1 || healthy < floor || no_room
        }
        // Nothing is taken away.
        Deed::RaiseMaximum | Deed::AddTasks => desired == 0,
    }
}

/// Whether the new tasks would run exactly what is meant: every image by digest, in the revision that is meant.
fn image_known(world: &World, deed: Deed) -> bool {
    match deed {
        Deed::ReplaceWedgedTask | Deed::ReplaceAll | Deed::RaiseMaximum | Deed::AddTasks => {
            let read = !world.unread.contains(&Source::Definition) && !world.other_definition;
            read && world.pinned && !world.sidecar_by_tag
        }
        Deed::GoBack | Deed::StopDeployment => {
            let pinned = if world.release_changed { world.former_pinned } else { world.pinned };
            world.former != Former::None && !world.unread.contains(&Source::Previous) && pinned && !world.sidecar_by_tag
        }
    }
}

/// The service, its tasks, their health and their requests, all of them and now.
fn evidence_whole_and_fresh(world: &World) -> bool {
    let about_the_service = [Source::Service, Source::Tasks, Source::Targets, Source::Metrics];
    let read = !about_the_service.iter().any(|source| world.unread.contains(source) && is_asked(world, *source));
    let whole = match world.left_out {
        LeftOut::Nothing => true,
        LeftOut::AllTargets | LeftOut::OneTarget => !world.load_balancer || world.running == 0,
        LeftOut::AllTasks | LeftOut::OneTask => world.running == 0,
        // Where nobody asks anything, no request is counted: only what is judged by requests cannot be judged then.
        LeftOut::AllRequests => {
            !matches!(world.ailment, Ailment::WedgedTask | Ailment::BadRelease | Ailment::StaleTasks)
        }
        LeftOut::AllDeployments => false,
    };
    read && whole && world.status == "ACTIVE" && (0..=FRESH).contains(&world.evidence_ago)
}

fn released(world: &World) -> bool {
    matches!(world.ailment, Ailment::BadRelease | Ailment::FailingDeployment)
}

/// Whether there is such a thing to read.
fn is_asked(world: &World, source: Source) -> bool {
    match source {
        Source::Targets => world.load_balancer,
        Source::Cache | Source::CacheEvents => has_dependency(world),
        Source::Previous => released(world) && world.former != Former::None,
        Source::WeekBefore => !released(world),
        _ => true,
    }
}

/// Whether what is read tells this ailment from every other that would look alike.
fn certain(world: &World, deed: Deed) -> bool {
    // Without a load balancer nobody counts the requests that fail, nor knows which tasks get any.
    let seen = world.load_balancer && world.running > 0;
    let told_apart = match deed {
        Deed::ReplaceWedgedTask => {
            let all = world.lines + world.lines_of_others;
            let singled_out = world.lines >= LINES.min(all) && all >= LINES && world.lines * 100 >= all * LINES_PERCENT;
            seen && world.running > 1 && singled_out && world.lines_ago <= LINES_AGO
        }
        Deed::GoBack => seen && is_the_releases_fault(world),
        // Some that are sick besides are told apart once they are many.
        Deed::StopDeployment if world.ailment == Ailment::BadRelease => match world.sick {
            0 => seen && is_the_releases_fault(world),
            sick => seen && sick >= SICK_NEWCOMERS && world.former == Former::RanWell,
        },
        Deed::ReplaceAll => seen && world.after <= AFTER_SECRET,
        Deed::StopDeployment => {
            let no_accident = match world.newcomers {
                Newcomers::NeverHealthy | Newcomers::Sick => FAILED_NEWCOMERS,
                // Where tasks are missing there is no second look to wait for.
                Newcomers::Crash if is_short(world) => FAILED_NEWCOMERS,
                Newcomers::Crash => CRASHED_NEWCOMERS,
            };
            seen && world.sick == 0 && world.newcomers_failed >= no_accident
        }
        Deed::RaiseMaximum | Deed::AddTasks => world.running > 0 && world.lasts >= PEAK,
    };
    let unread = world.unread.iter().any(|source| is_asked(world, *source) && decides(world, *source, deed));
    told_apart && !unread
}

/// Whether requests began to fail with the release, which changed something, and nothing else changed; and did not fail before.
fn is_the_releases_fault(world: &World) -> bool {
    let soon = world.after <= AFTER_RELEASE;
    world.release_changed && !world.secret_between && soon && world.former == Former::RanWell
}

/// Whether something else could be why as long as that is not read.
fn decides(world: &World, source: Source, deed: Deed) -> bool {
    match source {
        // The service itself; why tasks stop; what a health check asks for; whether the cache is there; what the tasks say.
        Source::Service | Source::Tasks | Source::Targets | Source::Metrics => true,
        Source::StoppedTasks | Source::Previous => true,
        // A loop is told by how its tasks end, whatever their definition says.
        Source::Definition => deed != Deed::StopDeployment || !is_a_crash_loop(world),
        Source::Cache | Source::CacheEvents | Source::Logs => true,
        // What changed last is the nearest reason.
        Source::Secrets => world.ailment != Ailment::FailingDeployment,
        // Too much load looks like stale or wedged tasks, and not like trouble that a release brought at once.
        Source::Scaling | Source::Policies => !matches!(deed, Deed::GoBack | Deed::StopDeployment),
        // Where scaling is at its maximum it does not matter what it did before.
        Source::Activities => !matches!(deed, Deed::GoBack | Deed::StopDeployment | Deed::RaiseMaximum),
        // More requests than usual may be what one task fails under; no surge begins with a secret.
        Source::WeekBefore => deed == Deed::ReplaceWedgedTask,
        // While tasks are missing, what ended longer ago may be why.
        Source::Recorder => is_short(world),
        Source::Alarms => false,
    }
}

/// Whether the tasks of a failing deployment end by themselves.
fn is_a_crash_loop(world: &World) -> bool {
    world.ailment == Ailment::FailingDeployment && world.newcomers == Newcomers::Crash
}

/// The tasks of a failing deployment that run and are sick.
fn sick_newcomers(world: &World) -> u32 {
    let run = world.ailment == Ailment::FailingDeployment && world.newcomers == Newcomers::Sick;
    if run { world.newcomers_failed } else { 0 }
}

/// Whether most of all tasks that run are sick, whichever deployment they are of.
fn most_are_sick(world: &World) -> bool {
    let new = sick_newcomers(world);
    2 * (world.sick + new) > world.running + new
}

/// Whether fewer tasks run than there should be.
fn is_short(world: &World) -> bool {
    world.running + sick_newcomers(world) < world.desired
}

/// The attempts that did something, or may have.
fn did_something(world: &World) -> impl Iterator<Item = &Attempt> {
    world.attempts.iter().filter(|attempt| attempt.end != End::NotDone)
}

fn over_budget(world: &World) -> bool {
    let of_service = did_something(world).filter(|attempt| attempt.ago < HOUR).count();
    of_service >= PER_SERVICE || world.account_actions >= PER_ACCOUNT
}

fn failures_in_a_row(world: &World) -> usize {
    let ended = world
        .attempts
        .iter()
        .rev()
        .filter(|attempt| !matches!(attempt.end, End::NotDone | End::Watched | End::Claimed));
    ended.take_while(|attempt| attempt.end != End::Helped).count()
}

/// What did not help is not tried again in the same incident; what may have been carried out is never repeated in it.
fn tried_before(world: &World, deed: Deed) -> bool {
    let in_vain = |attempt: &Attempt| matches!(attempt.end, End::Partly | End::Failed | End::Worse | End::Unknown);
    let same = |attempt: &Attempt| attempt.same_incident && attempt.remedy == deed.remedy();
    world.attempts.iter().any(|attempt| same(attempt) && in_vain(attempt))
}
