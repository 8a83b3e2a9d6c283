//! Many worlds, and whether product and oracle agree in each.

use std::collections::BTreeMap;
use std::fmt;

use paramedic_domain::guardrail::Guardrail;
use paramedic_domain::remedy::RemedyKind;

use super::chance::world;
use super::product::{Answer, Product, is_deed};
use super::right::{Verdict, Wrong, judge};
use super::world::World;

/// How many disagreements are kept to be shown.
const SHOWN: usize = 5;

/// What became of all the worlds.
#[derive(Debug, Default)]
pub struct Report {
    /// How many there were.
    pub worlds: u64,
    /// In how many acting was right, by remedy.
    pub right: BTreeMap<RemedyKind, u64>,
    /// In how many the product acted, by remedy.
    pub acted: BTreeMap<RemedyKind, u64>,
    /// How often a guardrail objected where acting was wrong for what it guards against.
    pub objected: BTreeMap<Guardrail, u64>,
    /// How often nothing but this guardrail kept the product from what is wrong.
    pub alone: BTreeMap<Guardrail, u64>,
    /// The worlds in which it acted although that is wrong, by the guardrail that let it pass; none where it is no guardrail's
    /// matter but the plan's.
    pub wrongly: BTreeMap<Option<Guardrail>, Vec<String>>,
    /// The worlds in which it did not act although that is right, or did something else.
    pub missed: Vec<String>,
    /// How many those are.
    pub misses: u64,
}

/// The guardrail that has to object for that reason; none where there must not be a plan in the first place.
pub fn guardrail(wrong: Wrong) -> Option<Guardrail> {
    Some(match wrong {
        Wrong::Switch => Guardrail::Switch,
        Wrong::Freeze => Guardrail::Freeze,
        Wrong::IncidentOver => Guardrail::IncidentOpen,
        Wrong::Silenced => Guardrail::Silenced,
        Wrong::CanWait => Guardrail::Urgency,
        Wrong::Storm => Guardrail::Storm,
        Wrong::Flapping => Guardrail::Flapping,
        Wrong::Dependency => Guardrail::Dependency,
        Wrong::EcsRepairs => Guardrail::EcsRepairing,
        Wrong::Deployment => Guardrail::DeploymentInFlight,
        Wrong::SickMajority => Guardrail::SickMajority,
        Wrong::Floor => Guardrail::CapacityFloor,
        Wrong::Ceiling => Guardrail::CapacityCeiling,
        Wrong::Persons => Guardrail::HumanChange,
        Wrong::Image => Guardrail::MutableImage,
        Wrong::Evidence => Guardrail::CompleteEvidence,
        Wrong::JustBegan => Guardrail::Lasting,
        Wrong::Disagreement => Guardrail::Agreement,
        Wrong::NotCertain => Guardrail::Certainty,
        Wrong::LedgerUnread => Guardrail::LedgerRead,
        Wrong::Cooldown => Guardrail::Cooldown,
        Wrong::Budget => Guardrail::HourlyBudget,
        Wrong::Breaker => Guardrail::Breaker,
        Wrong::OtherAttempt => Guardrail::OneAtATime,
        Wrong::NoTag => Guardrail::OptIn,
        Wrong::Mode => Guardrail::Mode,
        Wrong::NoTime => Guardrail::TimeLeft,
        Wrong::TriedBefore | Wrong::NoRemedy => return None,
    })
}

/// Goes through so many worlds of that seed, beginning with number `from`.
pub fn run(seed: u64, from: u64, worlds: u64) -> Report {
    let mut product = Product::new();
    let mut report = Report::default();
    for number in from..from + worlds {
        let world = world(seed, number);
        let answer = product.decide(&world);
        report.note(&world, &judge(&world), &answer, || format!("seed {seed}, world {number}"));
    }
    report
}

/// The same, shared among so many threads.
pub fn run_on(threads: u64, seed: u64, worlds: u64) -> Report {
    let share = worlds.div_ceil(threads.max(1));
    let parts: Vec<Report> = std::thread::scope(|scope| {
        let begun: Vec<_> = (0..threads.max(1))
            .map(|thread| {
                let from = (thread * share).min(worlds);
                scope.spawn(move || run(seed, from, share.min(worlds - from)))
            })
            .collect();
        begun.into_iter().filter_map(|part| part.join().ok()).collect()
    });
    parts.into_iter().fold(Report::default(), Report::with)
}

impl Report {
    fn note(&mut self, world: &World, verdict: &Verdict, answer: &Answer, which: impl Fn() -> String) {
        self.worlds += 1;
        let action = answer.action();
        if let Some(action) = action {
            *self.acted.entry(action.kind()).or_default() += 1;
        }
        match verdict {
            Verdict::Right(deed) => {
                *self.right.entry(deed.remedy()).or_default() += 1;
                if action.is_none_or(|action| !is_deed(world, action, *deed)) {
                    self.misses += 1;
                    if self.missed.len() < SHOWN {
                        self.missed.push(told(world, &which(), &format!("right is {deed:?}"), answer));
                    }
                }
            }
            Verdict::Wrong(wrongs) => {
                if action.is_some() {
                    let blind = self.wrongly.entry(wrongs.first().copied().and_then(guardrail)).or_default();
                    blind.push(told(world, &which(), &format!("wrong for {wrongs:?}"), answer));
                }
                self.objections(wrongs, &answer.objecting());
            }
        }
    }

    /// Objections count where acting is wrong for what they are about.
    fn objections(&mut self, wrongs: &[Wrong], objecting: &[Guardrail]) {
        let rightly = |one: &&Guardrail| wrongs.iter().any(|wrong| guardrail(*wrong) == Some(**one));
        for one in objecting.iter().filter(rightly) {
            *self.objected.entry(*one).or_default() += 1;
            if objecting.len() == 1 {
                *self.alone.entry(*one).or_default() += 1;
            }
        }
    }

    fn with(mut self, other: Self) -> Self {
        fn add<K: Ord>(to: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            from.into_iter().for_each(|(key, count)| *to.entry(key).or_default() += count);
        }
        self.worlds += other.worlds;
        add(&mut self.right, other.right);
        add(&mut self.acted, other.acted);
        add(&mut self.objected, other.objected);
        add(&mut self.alone, other.alone);
        other.wrongly.into_iter().for_each(|(key, worlds)| self.wrongly.entry(key).or_default().extend(worlds));
        self.missed.extend(other.missed);
        self.missed.truncate(SHOWN);
        self.misses += other.misses;
        self
    }

    /// In how many worlds the product acted.
    pub fn actions(&self) -> u64 {
        self.acted.values().sum()
    }

    /// How many disagreements there are.
    pub fn disagreements(&self) -> u64 {
        self.misses + self.wrongly.values().map(|worlds| worlds.len() as u64).sum::<u64>()
    }
}

/// A world in few words: what ails it, what was done to it, what each says of it.
fn told(world: &World, which: &str, verdict: &str, answer: &Answer) -> String {
    let decided = match answer {
        Answer::NoPlan(proposal) => format!("nothing is planned: {proposal:?}"),
        Answer::Planned(plan, objections) => {
            let why: Vec<String> = objections.iter().map(|one| format!("{}: {}", one.guardrail, one.why)).collect();
            let ruling =
                if why.is_empty() { "carried out".to_owned() } else { format!("refused ({})", why.join("; ")) };
            format!("{} is {ruling}", plan.remedy())
        }
    };
    let twists = world.twists.join(", ");
    let fields = format!("{world:?}").replace("World { ", "").replace(" }", "");
    format!("{which}: {:?}, {twists}\n  oracle: {verdict}\n  product: {decided}\n  {fields}", world.ailment)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.actions() as f64 / self.worlds.max(1) as f64;
        writeln!(
            f,
            "{} worlds, acted in {} ({percent:.1} %), {} disagreements",
            self.worlds,
            self.actions(),
            self.disagreements()
        )?;
        for (remedy, right) in &self.right {
            let acted = self.acted.get(remedy).copied().unwrap_or(0);
            writeln!(f, "  {remedy:<16} right in {right:>7}, acted in {acted:>7}")?;
        }
        writeln!(f, "  guardrail              objected        alone")?;
        for (guardrail, objected) in &self.objected {
            let alone = self.alone.get(guardrail).copied().unwrap_or(0);
            writeln!(f, "  {:<20} {objected:>10} {alone:>12}", guardrail.as_str())?;
        }
        for (guardrail, worlds) in &self.wrongly {
            let named = guardrail.map_or("the plan", Guardrail::as_str);
            writeln!(f, "{} times {named} let pass what is wrong, such as", worlds.len())?;
            worlds.iter().take(SHOWN).try_for_each(|world| writeln!(f, "{world}"))?;
        }
        if self.misses > 0 {
            writeln!(f, "{} times what is right was not done, such as", self.misses)?;
        }
        self.missed.iter().try_for_each(|world| writeln!(f, "{world}"))
    }
}
