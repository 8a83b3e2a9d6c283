//! `infra-bootstrap oncall`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use infra_bootstrap::deployed::Router;
use infra_bootstrap::oncall::{gaps, gaps_text, on_call_json, on_call_text, only, roster};
use infra_bootstrap::who::who;
use infra_bootstrap::{Connection, given, read_config};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::id::{OverrideId, PersonName, RotationName};
use paramedic_domain::oncall::{Override, Roster};
use paramedic_domain::standing::Order;
use paramedic_domain::wall_clock::Zone;
use serde_json::json;

use super::ending::{ASKED, Ending, READ, end};
use super::silence::ordered;
use super::stack::{AuthorArguments, StackArguments, ZoneArguments, user, zone};
use crate::screen;

/// Nobody is on call at some time.
const GAPS: u8 = 1;
const GAP_CODES: &str = "Exit codes: 0 somebody is on call at every moment, 1 there are gaps, 2 that cannot be said.";

#[derive(Debug, Args)]
pub(crate) struct OncallArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Who is on call now and in the days to come
    #[command(after_help = READ)]
    Show(ShowArguments),
    /// Put somebody on call for a time, or end that before its time
    #[command(after_help = ASKED)]
    Override(Box<OverrideArguments>),
    /// When nobody is on call in the days to come
    #[command(after_help = GAP_CODES)]
    Gaps(GapsArguments),
}

#[derive(Debug, Args)]
struct RosterArguments {
    /// Only this rotation
    #[arg(long, value_name = "NAME")]
    rotation: Option<String>,
    /// Time zone of the times; default: each rotation's own
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<Zone>,
    /// The configuration that was deployed
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    /// Only what the configuration says; reads nothing from AWS
    #[arg(long)]
    without_overrides: bool,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct ShowArguments {
    /// How many days to show
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    #[command(flatten)]
    roster: RosterArguments,
}

#[derive(Debug, Args)]
struct GapsArguments {
    /// How many days to look at
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    #[command(flatten)]
    roster: RosterArguments,
}

#[derive(Debug, Args)]
struct OverrideArguments {
    /// In which rotation
    #[arg(long, value_name = "NAME", required_unless_present = "end")]
    rotation: Option<String>,
    /// Who takes over
    #[arg(long, value_name = "NAME", required_unless_present = "end")]
    person: Option<String>,
    /// From when, such as 2026-10-01T18:00
    #[arg(long, value_name = "WHEN", default_value = "now")]
    from: String,
    /// Until when
    #[arg(long, value_name = "WHEN", required_unless_present = "end")]
    until: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", required_unless_present = "end")]
    reason: Option<String>,
    /// End the override of this id before its time
    #[arg(long, value_name = "ID", conflicts_with_all = ["rotation", "person", "until", "reason"])]
    end: Option<String>,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    author: AuthorArguments,
    #[command(flatten)]
    stack: StackArguments,
}

pub(crate) async fn run(connection: Connection, arguments: OncallArguments) -> ExitCode {
    match arguments.what {
        What::Show(arguments) => end(show(connection, arguments).await, 1),
        What::Override(arguments) => match order(*arguments) {
            Ok((order, author, stack)) => end(put(connection, order, author, stack).await, 1),
            Err(wrong) => {
                screen::failure(&wrong);
                ExitCode::from(2)
            }
        },
        What::Gaps(arguments) => end(look_for_gaps(connection, arguments).await, 2),
    }
}

async fn read(connection: Connection, arguments: &RosterArguments) -> Result<Roster, Box<dyn std::error::Error>> {
    let config = read_config(&arguments.config)?;
    let stack = (!arguments.without_overrides).then_some(arguments.stack.stack_name.as_str());
    let roster = roster(&connection.open().await, stack, &config).await?;
    Ok(match &arguments.rotation {
        Some(rotation) => only(roster, rotation)?,
        None => roster,
    })
}

async fn show(connection: Connection, arguments: ShowArguments) -> Ending {
    let ShowArguments { days, roster: arguments } = arguments;
    let (roster, now) = (read(connection, &arguments).await?, Timestamp::now());
    let text = || on_call_text(&roster, arguments.zone.as_ref(), now, span(days));
    arguments.stack.print(text, || on_call_json(&roster, now, span(days)));
    Ok(ExitCode::SUCCESS)
}

async fn look_for_gaps(connection: Connection, arguments: GapsArguments) -> Ending {
    let GapsArguments { days, roster: arguments } = arguments;
    let roster = read(connection, &arguments).await?;
    let gaps = gaps(&roster, Timestamp::now(), span(days));
    arguments.stack.print(|| gaps_text(&roster, &gaps, arguments.zone.as_ref()), || json!({ "gaps": gaps }));
    Ok(if gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(GAPS) })
}

fn span(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

/// What is ordered, whoever orders it.
enum Wanted {
    Takeover { rotation: String, person: String, from: Timestamp, until: Timestamp, reason: String },
    End(String),
}

fn order(arguments: OverrideArguments) -> Result<(Wanted, AuthorArguments, StackArguments), given::NotUnderstood> {
    let OverrideArguments { rotation, person, from, until, reason, end, zone, author, stack } = arguments;
    let now = Timestamp::now();
    let wanted = match (end, rotation, person, until, reason) {
        (None, Some(rotation), Some(person), Some(until), Some(reason)) => Wanted::Takeover {
            rotation,
            person,
            from: given::moment(&from, &zone.zone, now)?,
            until: given::moment(&until, &zone.zone, now)?,
            reason,
        },
        // Without an id all the others are there: the parser saw to that.
        (id, ..) => Wanted::End(id.unwrap_or_default()),
    };
    Ok((wanted, author, stack))
}

async fn put(connection: Connection, wanted: Wanted, author: AuthorArguments, stack: StackArguments) -> Ending {
    let sdk = connection.open().await;
    let (by, now) = (who(&sdk, author.named, user()).await?, Timestamp::now());
    let router = Router::of_stack(&sdk, &stack.stack_name);
    match wanted {
        Wanted::Takeover { rotation, person, from, until, reason } => {
            let (rotation, person) = (RotationName::new(rotation), PersonName::new(person));
            let cover = Override::new(rotation, person, from, until, &by, &reason, now);
            let result = router.order(&Order::AddOverride(cover.clone())).await;
            ordered(&stack, result, || {
                let Override { id, rotation, person, .. } = &cover;
                let end = format!("end it early with `infra-bootstrap oncall override --end {id}`");
                let words = format!("{person} is on call in {rotation} from {from} to {until} ({id})\n{end}");
                (words, json!({ "override": cover }))
            })
        }
        Wanted::End(id) => {
            let order = Order::EndOverride { id: OverrideId::new(id.clone()), by: by.clone(), at: now };
            ordered(&stack, router.order(&order).await, || {
                (format!("{id} has ended: whose turn it is, is on call"), json!({ "ended": id, "by": by }))
            })
        }
    }
}
