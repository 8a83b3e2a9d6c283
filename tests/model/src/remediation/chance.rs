//! Worlds by chance: one in which acting may be right, to which a few things are done, and sometimes many.

use paramedic_domain::config::Mode;
use paramedic_domain::evidence::Source;
use paramedic_domain::guardrail::Switch;
use paramedic_domain::remedy::RemedyKind;
use paramedic_domain::severity::Severity;

use super::dice::Dice;
use super::world::{
    Ailment, Approval, Attempt, CacheState, End, FirstLook, Former, Freeze, Incident, LeftOut, Modes, Newcomers,
    Rollout, Suspended, World,
};

/// The world of that number.
pub fn world(seed: u64, number: u64) -> World {
    let mut dice = Dice::new(seed.wrapping_mul(0x1_0000_0001).wrapping_add(number));
    let ailment = if dice.percent(78) { dice.one(TREATABLE) } else { dice.one(UNTREATABLE) };
    let mut world = ailing(ailment, &mut dice);
    match dice.range(0, 100) {
        0..20 => {}
        20..65 => twist(&mut world, &mut dice),
        65..82 => (0..2).for_each(|_| twist(&mut world, &mut dice)),
        82..90 => (0..4).for_each(|_| twist(&mut world, &mut dice)),
        // Anything at all.
        _ => TWISTS.iter().for_each(|named| {
            if dice.percent(40) {
                apply(&mut world, &mut dice, named);
            }
        }),
    }
    world
}

const TREATABLE: [Ailment; 6] = [
    Ailment::WedgedTask,
    Ailment::BadRelease,
    Ailment::StaleTasks,
    Ailment::FailingDeployment,
    Ailment::AtMaximum,
    Ailment::ScaledByNobody,
];
const UNTREATABLE: [Ailment; 4] = [Ailment::Nothing, Ailment::SickTasks, Ailment::CacheAway, Ailment::Unexplained];

/// A world with that ailment in which nothing else is wrong, as far as that is in nobody's hands: few tasks or tight bounds may
/// still forbid to act.
fn ailing(ailment: Ailment, dice: &mut Dice) -> World {
    let desired = dice.one([2, 3, 3, 3, 4, 5, 6, 10]);
    let (modes, approval) = match dice.range(0, 4) {
        0 => (Mode::Approve, Approval::Given(dice.range(0, 600))),
        _ => (Mode::Auto, Approval::None),
    };
    World {
        twists: Vec::new(),
        ailment,
        lasts: dice.range(2, 12),
        after: dice.range(1, 9),
        status: "ACTIVE",
        desired,
        running: desired,
        pending: u32::from(ailment == Ailment::FailingDeployment),
        sick: match ailment {
            Ailment::SickTasks => dice.count(1, desired + 1),
            Ailment::CacheAway => desired,
            _ => 0,
        },
        minimum_healthy: dice.one([50, 50, 50, 66, 75, 100]),
        maximum: dice.one([150, 200, 200]),
        tagged: true,
        ecs_deploys: true,
        rollout: match ailment {
            Ailment::FailingDeployment => Rollout::UnderWay,
            _ => Rollout::Steady,
        },
        former: Former::RanWell,
        release_changed: true,
        secret_between: false,
        newcomers: dice.one([Newcomers::NeverHealthy, Newcomers::Sick, Newcomers::Crash]),
        newcomers_failed: dice.count(3, 5).min(desired.max(3)),
        circuit_breaker: false,
        deployment_named: true,
        most_tasks: Some(desired * 2),
        suspended: Suspended::Nothing,
        bounds_set: None,
        pinned: true,
        former_pinned: true,
        sidecar_by_tag: false,
        other_definition: false,
        lines: dice.count(20, 60),
        lines_of_others: 0,
        lines_ago: dice.range(0, 3),
        load_balancer: true,
        cache: match ailment {
            Ailment::CacheAway => CacheState::Away,
            _ => dice.one([CacheState::Well, CacheState::Well, CacheState::None]),
        },
        unread: Vec::new(),
        left_out: LeftOut::Nothing,
        evidence_ago: dice.range(0, 20),
        first_look: FirstLook::TheSame,
        modes: Modes { named: Vec::new(), others: modes },
        approval,
        switch: Switch::On,
        freeze: dice.one([Freeze::None, Freeze::None, Freeze::OfAnother, Freeze::Over]),
        incident: Incident::GoesOn,
        flapping: None,
        silenced: false,
        severity: dice.one([Severity::P0, Severity::P1]),
        in_trouble: Some(dice.count(1, 5)),
        attempts: Vec::new(),
        looked_at: false,
        ledger_readable: true,
        account_actions: dice.count(0, 5),
        seconds_left: dice.range(10, 30),
    }
}

type Twist = (&'static str, fn(&mut World, &mut Dice));

fn twist(world: &mut World, dice: &mut Dice) {
    let which = usize::try_from(dice.range(0, TWISTS.len() as i64)).unwrap_or(0);
    TWISTS.iter().skip(which).take(1).for_each(|named| apply(world, dice, named));
}

fn apply(world: &mut World, dice: &mut Dice, (name, twist): &Twist) {
    twist(world, dice);
    world.twists.push(name);
}

/// What can be otherwise. Many of them change nothing about what is right: then it has to stay right.
const TWISTS: &[Twist] = &[
    ("the trouble is as old as this", |w, d| w.lasts = d.one([1, 1, 2, 3, 20])),
    ("it only began", |w, _| w.lasts = 1),
    ("it came so long after its reason", |w, d| w.after = d.one([1, 8, 9, 10, 12, 14, 15, 16, 19])),
    ("the service drains", |w, _| w.status = "DRAINING"),
    ("it is scaled to zero", |w, _| (w.desired, w.running, w.sick) = (0, 0, 0)),
    ("it has one task", |w, _| (w.desired, w.running, w.sick) = (1, 1, w.sick.min(1))),
    ("a task is missing", |w, _| {
        (w.running, w.sick) = (w.running.saturating_sub(1), w.sick.min(w.running.saturating_sub(1)))
    }),
    ("there is a task too many", |w, _| w.running += 1),
    ("tasks start", |w, d| w.pending = d.count(1, 3)),
    ("a task is sick", |w, _| w.sick = (w.sick + 1).min(w.running)),
    ("most tasks are sick", |w, _| w.sick = w.running / 2 + w.running % 2),
    ("a deployment leaves so many", |w, d| w.minimum_healthy = d.one([0, 1, 10, 33, 34, 67, 80, 100, 150])),
    ("a deployment has no room", |w, d| (w.minimum_healthy, w.maximum) = (100, d.one([100, 110, 150]))),
    ("it has no tag", |w, _| w.tagged = false),
    ("another controller deploys", |w, _| w.ecs_deploys = false),
    ("a deployment is under way", |w, _| w.rollout = Rollout::UnderWay),
    ("tasks of the former deployment drain", |w, _| w.rollout = Rollout::Draining),
    ("ECS gave the deployment up", |w, _| w.rollout = Rollout::GivenUp),
    ("the former revision is not proven", |w, d| {
        w.former = d.one([Former::RanShortly, Former::Crashed, Former::None]);
    }),
    ("the release changed nothing", |w, _| w.release_changed = false),
    ("a secret changed in between", |w, _| w.secret_between = true),
    ("its tasks fail otherwise", |w, d| {
        w.newcomers = d.one([Newcomers::NeverHealthy, Newcomers::Sick, Newcomers::Crash]);
        w.newcomers_failed = d.count(0, 5);
    }),
    ("ECS gives failing deployments up", |w, _| w.circuit_breaker = true),
    ("ECS has no name for the deployment", |w, _| w.deployment_named = false),
    ("so many tasks are allowed", |w, d| {
        w.most_tasks = d.one([None, Some(1), Some(w.desired), Some(w.desired + 1), Some(100)]);
    }),
    ("somebody suspended scaling", |w, d| w.suspended = d.one([Suspended::ScalingOut, Suspended::Schedules])),
    ("somebody set the bounds of scaling", |w, d| w.bounds_set = Some(d.one([7, 47, 1430, 1445, 9000]))),
    ("the image is named by a tag", |w, _| w.pinned = false),
    ("the former image is named by a tag", |w, _| w.former_pinned = false),
    ("a sidecar is named by a tag", |w, _| w.sidecar_by_tag = true),
    ("another definition was read", |w, _| w.other_definition = true),
    ("few lines were written", |w, d| w.lines = d.count(1, 22)),
    ("others write the same", |w, d| w.lines_of_others = d.count(1, 8)),
    ("the lines are old", |w, d| w.lines_ago = d.range(3, 8)),
    ("it has no load balancer", |w, _| w.load_balancer = false),
    ("it has no cache", |w, _| w.cache = CacheState::None),
    ("its cache is away", |w, _| w.cache = CacheState::Away),
    ("a task does not reach the cache", |w, _| w.cache = CacheState::OutOfReach),
    ("something about the service was not read", |w, d| {
        w.unread.push(d.one([Source::Service, Source::Tasks, Source::Targets, Source::Metrics]));
    }),
    ("something was not read", |w, d| w.unread.push(d.one(SOURCES))),
    ("an answer was empty", |w, d| {
        w.left_out = d.one([LeftOut::AllTasks, LeftOut::AllTargets, LeftOut::AllDeployments, LeftOut::AllRequests]);
    }),
    ("an answer was not whole", |w, d| w.left_out = d.one([LeftOut::OneTask, LeftOut::OneTarget])),
    ("the evidence is so old", |w, d| w.evidence_ago = d.one([-5, -1, 59, 60, 61, 300, 3600])),
    ("the first look found another cause", |w, _| w.first_look = FirstLook::AnotherCause),
    ("the mode is another", |w, d| w.modes.others = d.one([Mode::Off, Mode::Suggest, Mode::Approve])),
    ("the mode of one remedy is another", |w, d| {
        let remedy = d.one(REMEDIES);
        w.modes.named.push((remedy, d.one([Mode::Off, Mode::Suggest, Mode::Approve, Mode::Auto])));
    }),
    ("the plan was approved", |w, d| w.approval = Approval::Given(d.range(0, 600))),
    ("the plan was approved long ago", |w, d| w.approval = Approval::Given(d.one([599, 600, 601, 5000]))),
    ("another plan was approved", |w, _| (w.approval, w.modes.others) = (Approval::OfAnotherPlan, Mode::Approve)),
    ("the switch is off", |w, _| w.switch = Switch::Off),
    ("the switch is unreadable", |w, _| w.switch = Switch::Unreadable),
    ("there is a freeze", |w, _| w.freeze = Freeze::Now),
    ("the incident is over", |w, d| w.incident = d.one([Incident::Over, Incident::Unread])),
    ("the incident flaps", |w, d| w.flapping = Some(d.count(3, 9))),
    ("a silence covers it", |w, _| w.silenced = true),
    ("it is a warning", |w, _| w.severity = Severity::P2),
    ("so many services are in trouble", |w, d| w.in_trouble = d.one([None, Some(0), Some(4), Some(5), Some(20)])),
    ("something was done before", |w, d| attempt(w, d, &[End::Helped, End::Failed, End::Unknown, End::NotDone])),
    ("much was done before", |w, d| {
        (0..d.count(2, 5)).for_each(|_| attempt(w, d, &[End::Helped, End::NotDone, End::Helped]));
    }),
    ("much failed before", |w, d| {
        (0..d.count(1, 4))
            .for_each(|_| attempt(w, d, &[End::Failed, End::Partly, End::Worse, End::Unknown, End::NotDone]));
    }),
    ("the last attempt is open", |w, d| attempt(w, d, &[End::Watched, End::Claimed])),
    ("a person looked at what failed", |w, _| w.looked_at = true),
    ("the ledger is unreadable", |w, _| w.ledger_readable = false),
    ("so much was done in the account", |w, d| w.account_actions = d.one([4, 5, 6, 50])),
    ("so little time is left", |w, d| w.seconds_left = d.one([0, 5, 9, 10, 11])),
];

const REMEDIES: [RemedyKind; 5] = [
    RemedyKind::ReplaceTask,
    RemedyKind::RollBack,
    RemedyKind::ForceRedeploy,
    RemedyKind::StopDeployment,
    RemedyKind::ScaleOut,
];

const SOURCES: [Source; 17] = [
    Source::Service,
    Source::Tasks,
    Source::StoppedTasks,
    Source::Definition,
    Source::Previous,
    Source::Targets,
    Source::Scaling,
    Source::Policies,
    Source::Activities,
    Source::Cache,
    Source::CacheEvents,
    Source::Metrics,
    Source::WeekBefore,
    Source::Logs,
    Source::Secrets,
    Source::Recorder,
    Source::Alarms,
];

/// One more attempt, at its place in time; only the newest may be open, since no other is claimed while one is.
fn attempt(world: &mut World, dice: &mut Dice, ends: &[End]) {
    let end = ends.get(usize::try_from(dice.range(0, ends.len() as i64)).unwrap_or(0)).copied().unwrap_or(End::Helped);
    let open = matches!(end, End::Watched | End::Claimed);
    if open {
        world.attempts.retain(|other| !matches!(other.end, End::Watched | End::Claimed));
    }
    let youngest = world.attempts.iter().map(|other| other.ago).min();
    let already_open = world.attempts.iter().any(|other| matches!(other.end, End::Watched | End::Claimed));
    let mut ago =
        dice.one([60, 600, 899, 900, 901, 1200, 1800, 2400, 3000, 3599, 3600, 3601, 4000, 7200, 20_000, 80_000]);
    if let (true, Some(youngest)) = (open, youngest) {
        ago = ago.min(youngest - 1).max(1);
    } else if let (true, Some(youngest)) = (already_open, youngest) {
        ago = ago.max(youngest + 1);
    }
    let remedy = dice.one(REMEDIES);
    world.attempts.push(Attempt { ago, remedy, same_incident: dice.percent(40), end });
    world.attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.ago));
}
