//! Whatever goes wrong in the middle of an attempt, nothing is done twice, and a person is asked only where nobody can know.
//!
//! For each action of the remediator, and each call that it makes on the way there and in watching the result: the call is
//! throttled, fails, is cut off or never answered, or the process is killed in it, before or after it took effect.
//!
//! Every commit interrupts each call that changes anything, and every seventh of the others; `EVERY=1` interrupts all.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::SignedDuration;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::ledger::Stage;
use paramedic_domain::verification::Outcome;
use sandbox::overlay::How::{Cut, Failed, Killed, Silent, Throttled};
use sandbox::overlay::Moment::{After, Before};
use sandbox::overlay::{How, Interruption};
use sandbox::rehearsal::{ALL, End, Play, Rehearsal, Staged};
use sandbox::stage::Setting;
use tokio::task::JoinSet;

/// For ever.
const ON: usize = usize::MAX;
/// What may befall a call that changes something.
const OF_A_CHANGE: [(How, usize); 10] = [
    (Throttled, 1),
    (Failed(Before), 1),
    (Failed(Before), ON),
    (Failed(After), 1),
    (Cut(Before), 1),
    (Cut(After), 1),
    (Silent(Before), 1),
    (Silent(After), 1),
    (Killed(Before), 1),
    (Killed(After), 1),
];
/// What may befall one that only reads: there is nothing to come before or after.
const OF_A_READING: [(How, usize); 5] =
    [(Throttled, ON), (Failed(Before), ON), (Cut(Before), 1), (Silent(Before), 1), (Killed(Before), 1)];
/// Of the readings every commit takes one in so many.
const ONE_IN: usize = 7;
/// Longer than the stage gives a remedy to help.
const VERIFIED_BY: SignedDuration = SignedDuration::from_secs(60);
/// The only action that is set back, and what the maximum is at first.
const RAISES: &str = "application-autoscaling:RegisterScalableTarget";
const AT_FIRST: u32 = 6;
/// So often an incident is staged anew whose facts did not decide at the first look.
const TRIES: usize = 4;
/// So many stages at once.
const STAGES: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_attempt_is_made_once_and_needs_a_person_only_where_nobody_can_know() {
    let mut running = JoinSet::new();
    for stage in 0..STAGES {
        running.spawn(async move {
            let rehearsal =
                Rehearsal::open(&Setting { seed: 60 + stage as u64, ..Setting::default() }, &mut |_step| {}).await;
            let rehearsal = rehearsal.unwrap_or_else(|error| panic!("{error}"));
            let mut tally = Tally::default();
            for (number, play) in ALL.into_iter().enumerate().filter(|(number, _)| number % STAGES == stage) {
                tally.rehearse(&rehearsal, &play, number).await;
            }
            tally.wrong.extend(rehearsal.overlay().complaints());
            tally
        });
    }
    let (mut wrong, mut told) = (Vec::new(), String::new());
    for tally in running.join_all().await {
        write!(told, "{}", tally.told).expect("a string");
        wrong.extend(tally.wrong);
    }
    // For whoever asks, with `--nocapture`.
    eprintln!("{told}");
    assert!(wrong.is_empty(), "{} went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_knows_is_told_though_the_remediator_is_killed_before_it_has_told_it() {
    let rehearsal = Rehearsal::open(&Setting { seed: 67, ..Setting::default() }, &mut |_step| {}).await;
    let rehearsal = rehearsal.unwrap_or_else(|error| panic!("{error}"));
    let [redeploy, ..] = ALL;
    let staged = rehearsal.stage(&redeploy.incident, 1).await.expect("it is staged");
    let overlay = rehearsal.overlay();
    overlay.interrupt(Some(Interruption::of_next(redeploy.action, Failed(Before))));
    let meanwhile = async {
        assert!(overlay.until_interrupted().await, "it looks what its call did");
        overlay.interrupt(Some(Interruption::of_next("sns:Publish", Killed(Before))));
    };
    let (dealt_with, ()) = tokio::join!(rehearsal.deliver(&staged), meanwhile);
    assert!(!dealt_with, "it is killed");
    overlay.interrupt(None);
    assert!(rehearsal.heard().await.expect("the queue").is_empty(), "nothing was told");
    let end = rehearsal.until_settled(&staged).await.expect("the table");
    assert!(matches!(end, End::Handed(_)), "{end:?}");
    let heard = rehearsal.heard().await.expect("the queue");
    assert!(matches!(heard.as_slice(), [told] if is_unknown(told)), "{heard:?}");
    assert!(rehearsal.effects(&staged).is_empty());
}

/// What the remediator is invoked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// To act upon a diagnosis.
    Attempt,
    /// To look what came of it.
    Look,
    /// To set back what was raised for the time being.
    SetBack,
}

/// One call of one invocation, and what befalls it.
#[derive(Debug)]
struct Case {
    act: Act,
    wrong: Interruption,
}

type Verdict = Result<End, String>;

/// What was tried, and what was not as it should be.
#[derive(Default)]
struct Tally {
    told: String,
    wrong: Vec<String>,
    seed: u64,
}

impl Tally {
    async fn rehearse(&mut self, rehearsal: &Rehearsal, play: &Play, number: usize) {
        let mut ends = BTreeMap::from([("without", 0), ("with", 0)]);
        for act in [Act::Attempt, Act::Look, Act::SetBack] {
            if act == Act::SetBack && play.action != RAISES {
                continue;
            }
            let called = self.undisturbed(rehearsal, play, act).await;
            for case in cases(&called, play, act, number) {
                match self.interrupted(rehearsal, play, &case).await {
                    Ok(End::Handed(_)) => *ends.entry("with").or_default() += 1,
                    Ok(_) => *ends.entry("without").or_default() += 1,
                    Err(why) => self.wrong.push(format!("{}, {case:?}: {why}", play.name)),
                }
            }
        }
        writeln!(self.told, "{}: {ends:?} a person", play.name).expect("a string");
    }

    /// The incident, where it is taken for what it is.
    async fn staged(&mut self, rehearsal: &Rehearsal, play: &Play) -> Staged {
        for _ in 0..TRIES {
            self.seed += 1;
            let staged = rehearsal.stage(&play.incident, self.seed).await.expect("it is staged");
            if staged.diagnosis.top().cause == play.incident.cause {
                return staged;
            }
        }
        panic!("{}: its cause is not found", play.name);
    }

    /// Everything that comes before the invocation.
    async fn before(&mut self, rehearsal: &Rehearsal, play: &Play, act: Act) -> Staged {
        let staged = self.staged(rehearsal, play).await;
        if act == Act::SetBack {
            // What is wanted by then is not set back, and scaling might want more at any moment.
            rehearsal.meddle(|scene| scene.cloud.let_policies_act(false));
        }
        if act != Act::Attempt {
            let end = rehearsal.until_settled(&staged).await.expect("it is acted");
            assert_eq!(end, End::Acted, "{}: undisturbed, it is acted", play.name);
            rehearsal.let_pass(VERIFIED_BY).await.expect("time passes");
        }
        if act == Act::SetBack {
            assert!(rehearsal.tick().await, "{}: its result is found", play.name);
        }
        staged
    }

    async fn invoke(rehearsal: &Rehearsal, staged: &Staged, act: Act) {
        match act {
            Act::Attempt => rehearsal.deliver(staged).await,
            Act::Look | Act::SetBack => rehearsal.tick().await,
        };
    }

    /// What is called where nothing is interrupted.
    async fn undisturbed(&mut self, rehearsal: &Rehearsal, play: &Play, act: Act) -> BTreeMap<String, usize> {
        for _ in 0..TRIES {
            let staged = self.before(rehearsal, play, act).await;
            rehearsal.overlay().interrupt(None);
            Self::invoke(rehearsal, &staged, act).await;
            let called = rehearsal.overlay().called_by_functions();
            if act != Act::Attempt || called.contains_key(play.action) {
                let plan = rehearsal.ledger().await.expect("the table").attempts.pop().map(|made| made.plan.remedy());
                assert_eq!(plan, Some(play.remedy), "{}", play.name);
                return called;
            }
        }
        panic!("{}: {:?} calls {}", play.name, act, play.action);
    }

    /// One case, and whether all is as it should be in the end.
    async fn interrupted(&mut self, rehearsal: &Rehearsal, play: &Play, case: &Case) -> Verdict {
        for _ in 0..TRIES {
            let staged = self.before(rehearsal, play, case.act).await;
            rehearsal.overlay().interrupt(Some(case.wrong.clone()));
            Self::invoke(rehearsal, &staged, case.act).await;
            let called = rehearsal.overlay().called_by_functions().get(&case.wrong.action).copied();
            rehearsal.overlay().interrupt(None);
            if called.is_some_and(|times| times > case.wrong.after) {
                return match case.act {
                    Act::Attempt => attempted(rehearsal, play, case, &staged).await,
                    Act::Look => looked(rehearsal, &staged).await,
                    Act::SetBack => set_back(rehearsal, &staged).await,
                };
            }
        }
        Err("the call was never made".to_owned())
    }
}

/// It was made once, or a person was asked who is needed.
async fn attempted(rehearsal: &Rehearsal, play: &Play, case: &Case, staged: &Staged) -> Verdict {
    let end = rehearsal.until_settled(staged).await.expect("the table");
    let (effects, heard) = (rehearsal.effects(staged).len(), rehearsal.heard().await.expect("the queue"));
    let asked = heard.iter().filter(|told| is_unknown(told)).count();
    let nobody_knows = case.wrong.action == play.action && matches!(case.wrong.how, Failed(_) | Cut(_) | Silent(_));
    let right = match &end {
        End::Acted => effects == 1 && asked == 0,
        End::Handed(why) => nobody_knows && effects == 0 && asked > 0 && !why.is_empty(),
        End::Undone(_) => false,
    };
    if right { Ok(end) } else { Err(format!("{end:?}, {effects} effects, {asked} times asked; {heard:?}")) }
}

/// Whether it tells that nobody knows what became of an attempt.
fn is_unknown(told: &Bulletin) -> bool {
    matches!(told, Bulletin::Verified { outcome: Outcome::Unknown { .. }, .. })
}

/// What came of it is told and kept, and nothing was done again.
async fn looked(rehearsal: &Rehearsal, staged: &Staged) -> Verdict {
    rehearsal.tick().await;
    let mut ledger = rehearsal.ledger().await.expect("the table");
    let heard = rehearsal.heard().await.expect("the queue");
    let told = heard.iter().any(|bulletin| matches!(bulletin, Bulletin::Verified { .. }));
    let is_set_back = heard.iter().any(|bulletin| matches!(bulletin, Bulletin::SetBack { .. }));
    let effects = rehearsal.effects(staged).len() - usize::from(is_set_back);
    let stage = ledger.attempts.pop().map(|attempt| attempt.stage);
    let right = effects == 1 && told && matches!(stage, Some(Stage::Verified { .. }));
    if right { Ok(End::Acted) } else { Err(format!("{stage:?}, {effects} effects, {heard:?}")) }
}

/// It is as it was before, and told.
async fn set_back(rehearsal: &Rehearsal, staged: &Staged) -> Verdict {
    rehearsal.tick().await;
    let raised = rehearsal.ledger().await.expect("the table").raised;
    let heard = rehearsal.heard().await.expect("the queue");
    let told = heard.iter().any(|bulletin| matches!(bulletin, Bulletin::SetBack { .. }));
    let (maximum, effects) = (rehearsal.maximum(), rehearsal.effects(staged).len());
    // Setting back twice does no more than doing it once.
    let right = raised.is_none() && told && maximum == Some(AT_FIRST) && (2..=3).contains(&effects);
    if right { Ok(End::Acted) } else { Err(format!("{raised:?}, maximum {maximum:?}, {effects} effects, {heard:?}")) }
}

/// Everything that may befall these calls, or the share of it that every commit takes.
fn cases(called: &BTreeMap<String, usize>, play: &Play, act: Act, number: usize) -> Vec<Case> {
    let every = std::env::var_os("EVERY").is_some();
    let changes = [play.action, "dynamodb:PutItem", "dynamodb:TransactWriteItems", "sns:Publish"];
    let (mut all, mut readings) = (Vec::new(), number);
    for (action, count) in called {
        let is_change = changes.contains(&action.as_str());
        for after in 0..*count {
            for (how, times) in if is_change { OF_A_CHANGE.as_slice() } else { &OF_A_READING } {
                readings += usize::from(!is_change);
                // It is made once, so that failing once is failing for ever.
                let again = action == play.action && *times == ON;
                if every || is_change && !again || !is_change && readings % ONE_IN == 0 {
                    let wrong = Interruption { action: action.clone(), after, times: *times, how: *how };
                    all.push(Case { act, wrong });
                }
            }
        }
    }
    all
}
