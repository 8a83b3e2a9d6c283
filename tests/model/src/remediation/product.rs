//! What the product decides in a world: the one place at which it is asked.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::{Config, Mode, Service};
use paramedic_domain::decision::{self, Case, Present};
use paramedic_domain::diagnosis::{Diagnosis, diagnose};
use paramedic_domain::guardrail::{Guardrail, Objection, Ruling};
use paramedic_domain::id::ServiceName;
use paramedic_domain::remedy::{Action, Plan, Proposal, RemedyKind};

use super::evidence::{FORMER, PRESENT, SERVICE_DEPLOYMENT, gathered_at, most, of, wedged_task};
use super::past::{INCIDENT, ledger, subject};
use super::right::Deed;
use super::world::{Ailment, Approval, CacheState, FirstLook, Freeze, Incident, World};

/// What the product decided.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Nothing is planned.
    NoPlan(Proposal),
    /// There is a plan, and this is what the guardrails say of it; without an objection it is carried out.
    Planned(Plan, Vec<Objection>),
}

impl Answer {
    /// What is done in the end.
    pub fn action(&self) -> Option<&Action> {
        match self {
            Self::Planned(plan, objections) if objections.is_empty() => Some(&plan.action),
            _ => None,
        }
    }

    /// The guardrails that object; each once.
    pub fn objecting(&self) -> Vec<Guardrail> {
        match self {
            Self::NoPlan(_) => Vec::new(),
            Self::Planned(_, objections) => objections.iter().map(|objection| objection.guardrail).collect(),
        }
    }
}

/// Whether an action is that deed, done to what it has to be done to.
pub fn is_deed(world: &World, action: &Action, deed: Deed) -> bool {
    match (deed, action) {
        (Deed::ReplaceWedgedTask, Action::ReplaceTask { task }) => *task == wedged_task(world),
        (Deed::GoBack, Action::RollBack { from, to }) => from == PRESENT && to == FORMER,
        (Deed::ReplaceAll, Action::ForceRedeploy { task_definition }) => task_definition == PRESENT,
        (Deed::StopDeployment, Action::StopDeployment { from, service_deployment }) => {
            from == PRESENT && service_deployment.as_str() == SERVICE_DEPLOYMENT
        }
        (Deed::RaiseMaximum, Action::RaiseMaximum { from, to }) => grows(world, most(world), *from, *to),
        (Deed::AddTasks, Action::AddTasks { from, to }) => {
            grows(world, world.desired, *from, *to) && *to <= most(world)
        }
        _ => false,
    }
}

/// From what there is to more, within what is allowed, and not by leaps.
fn grows(world: &World, present: u32, from: u32, to: u32) -> bool {
    from == present && to > from && to <= 2 * from && world.most_tasks.is_some_and(|most| to <= most)
}

/// The product with its configurations, each made once.
pub struct Product {
    configs: HashMap<String, Config>,
    of_another_cause: Diagnosis,
}

impl Product {
    /// The product as it is.
    pub fn new() -> Self {
        let mut elsewhere = super::chance::world(0, 0);
        (elsewhere.ailment, elsewhere.cache, elsewhere.sick) =
            (Ailment::CacheAway, CacheState::Away, elsewhere.running);
        elsewhere.unread.clear();
        Self { configs: HashMap::new(), of_another_cause: diagnose(&of(&elsewhere)) }
    }

    /// What it decides in that world.
    pub fn decide(&mut self, world: &World) -> Answer {
        let mut case = case(world);
        if world.first_look == FirstLook::AnotherCause {
            case.told = self.of_another_cause.clone();
        }
        let config = self.config(world);
        let mut decision = decision::decide(&case, config);
        if let Some(plan) = decision.plan()
            && let Some(approval) = approval(world, plan, case.now)
        {
            case.approval = Some(approval);
            decision = decision::decide(&case, config);
        }
        let objections = match decision.ruling {
            Ruling::Proceed => Vec::new(),
            Ruling::NeedsApproval(objections) | Ruling::Refuse(objections) => objections,
        };
        match decision.proposal {
            Proposal::Act(plan) => Answer::Planned(plan, objections),
            other => Answer::NoPlan(other),
        }
    }

    fn config(&mut self, world: &World) -> &Config {
        let key = format!("{:?} {:?} {:?}", world.freeze, world.most_tasks, world.modes);
        self.configs.entry(key).or_insert_with(|| configured(world))
    }
}

impl Default for Product {
    fn default() -> Self {
        Self::new()
    }
}

/// What is known in that world, with a first look that found the same, and before a person said anything.
fn case(world: &World) -> Case {
    let evidence = of(world);
    let now = gathered_at() + SignedDuration::from_secs(world.evidence_ago);
    Case {
        subject: subject(world, INCIDENT),
        told: diagnose(&evidence),
        approval: None,
        evidence,
        incident: Present {
            open: world.incident == Incident::GoesOn,
            since: None,
            flapping: world.flapping,
            silenced: world.silenced,
        },
        services_in_trouble: world.in_trouble,
        ledger: world.ledger_readable.then(|| ledger(world, now)),
        account_actions: Some(world.account_actions),
        switch: world.switch,
        time_left: SignedDuration::from_secs(world.seconds_left),
        now,
    }
}

/// A person's word: for this very plan, or for another.
fn approval(world: &World, plan: &Plan, now: Timestamp) -> Option<decision::Approval> {
    match world.approval {
        Approval::None => None,
        Approval::Given(ago) => {
            Some(decision::Approval { plan: plan.digest(), at: now - SignedDuration::from_secs(ago) })
        }
        Approval::OfAnotherPlan => {
            let other = Plan { service: ServiceName::from("api"), ..plan.clone() };
            Some(decision::Approval { plan: other.digest(), at: now })
        }
    }
}

/// A file as a person would write it, with everything that Paramedic may do by default `others`.
fn configured(world: &World) -> Config {
    let modes = &world.modes;
    let most_tasks = world.most_tasks.map(|most| format!("most_tasks = {most}\n")).unwrap_or_default();
    let others = match modes.others {
        Mode::Off => "off",
        Mode::Suggest => "suggest",
        Mode::Approve => "approve",
        Mode::Auto => "auto",
    };
    let freeze = match world.freeze {
        Freeze::None => "",
        Freeze::Now => {
            "[[freeze]]\nname = \"sale\"\nreason = \"peak season\"\ndays = \"sun\"\nat = \"00:00\"\nlasts = \"24h\"\ntime_zone = \"UTC\"\n"
        }
        Freeze::OfAnother => {
            "[[freeze]]\nname = \"sale\"\nreason = \"peak season\"\nservices = [\"api\"]\nfrom = 2026-01-01T00:00:00Z\nuntil = 2027-01-01T00:00:00Z\n"
        }
        Freeze::Over => {
            "[[freeze]]\nname = \"sale\"\nreason = \"peak season\"\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-02-01T00:00:00Z\n"
        }
    };
    let text = format!(
        "version = 1\n\
         [[service]]\nname = \"web\"\ncluster = \"main\"\ndefault_mode = \"{others}\"\n{most_tasks}\
         [[service]]\nname = \"api\"\ncluster = \"main\"\ndefault_mode = \"auto\"\n{freeze}"
    );
    #[allow(clippy::panic, reason = "the text stands above, so a refusal is this file's own fault")]
    let mut config = Config::parse(&text, "paramedic.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    // The first that names a remedy decides, as in `Modes::of`.
    let named = |service: Service| {
        modes
            .named
            .iter()
            .rev()
            .fold(service, |service, (remedy, mode): &(RemedyKind, Mode)| service.with_mode(*remedy, *mode))
    };
    config.services = config.services.into_iter().map(named).collect();
    config
}
