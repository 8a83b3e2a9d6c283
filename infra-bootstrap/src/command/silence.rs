//! `infra-bootstrap silence`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use infra_bootstrap::deployed::{Router, RouterError};
use infra_bootstrap::silences::{WindowGiven, silences, silences_json, silences_text};
use infra_bootstrap::who::who;
use infra_bootstrap::{Connection, given};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::id::SilenceId;
use paramedic_domain::silence::Silence;
use paramedic_domain::standing::Order;
use paramedic_domain::wall_clock::{NoWeekdays, Weekdays, time_of_day};
use serde_json::json;

use super::ending::{ASKED, Ending, NOT_DONE, READ, end};
use super::stack::{AuthorArguments, ConfigArguments, StackArguments, ZoneArguments, user};
use crate::screen;

#[derive(Debug, Args)]
pub(crate) struct SilenceArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Have nobody told of the alarms that fit, once (--for, --from, --until) or again and again (--daily, --weekly)
    #[command(after_help = ASKED)]
    Add(Box<AddArguments>),
    /// List the silences and the maintenance windows of the configuration
    #[command(after_help = READ)]
    List(ListArguments),
    /// End a silence before its time: what still fires is told
    #[command(after_help = ASKED)]
    End(EndArguments),
}

#[derive(Debug, Args)]
struct AddArguments {
    /// What is asked of an alarm, such as service=web or tags.team=search; all has to fit (repeatable)
    #[arg(long = "match", value_name = "FACT=PATTERN", required = true, value_parser = given::asked)]
    matchers: Vec<(String, String)>,
    /// For how long, such as 2h
    #[arg(long = "for", value_name = "TIME", value_parser = given::length)]
    lasts: Option<SignedDuration>,
    /// From when, such as 2026-10-01T02:00; of one that recurs the first date; default: now
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// Until when; of one that recurs the last date
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Every day
    #[arg(long, conflicts_with = "weekly", requires_all = ["at", "lasts"])]
    daily: bool,
    /// On these weekdays, such as mon,tue or mon-fri
    #[arg(long, value_name = "DAYS", requires_all = ["at", "lasts"], value_parser = weekdays)]
    weekly: Option<Weekdays>,
    /// The time of day at which it begins, such as 02:00
    #[arg(long, value_name = "TIME", value_parser = clock_time)]
    at: Option<Time>,
    #[command(flatten)]
    zone: ZoneArguments,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    author: AuthorArguments,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Also those that are over
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    zone: ZoneArguments,
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    stack: StackArguments,
}

#[derive(Debug, Args)]
struct EndArguments {
    /// The silence's id, as `silence list` shows it
    id: String,
    #[command(flatten)]
    author: AuthorArguments,
    #[command(flatten)]
    stack: StackArguments,
}

fn weekdays(text: &str) -> Result<Weekdays, NoWeekdays> {
    text.parse()
}

fn clock_time(text: &str) -> Result<Time, String> {
    time_of_day(text).ok_or_else(|| format!("{text:?} is no time of day, expected such as 02:00"))
}

pub(crate) async fn run(connection: Connection, arguments: SilenceArguments) -> ExitCode {
    match arguments.what {
        What::Add(arguments) => match window(&arguments) {
            Ok(window) => end(add(connection, *arguments, window).await, 1),
            Err(wrong) => {
                screen::failure(wrong.as_ref());
                ExitCode::from(2)
            }
        },
        What::List(arguments) => end(list(connection, arguments).await, 1),
        What::End(arguments) => end(finish(connection, arguments).await, 1),
    }
}

fn window(arguments: &AddArguments) -> Result<paramedic_domain::silence::Window, Box<dyn std::error::Error>> {
    let AddArguments { lasts, from, until, daily, weekly, at, zone, .. } = arguments;
    let days = weekly.or(daily.then_some(Weekdays::DAILY));
    let given = WindowGiven {
        lasts: *lasts,
        from: from.as_deref(),
        until: until.as_deref(),
        recurs: days.zip(*at),
        zone: &zone.zone,
    };
    if at.is_some() && days.is_none() {
        return Err("--at is for a silence that recurs\nhint: add --daily or --weekly, or say --from".into());
    }
    Ok(given.window(Timestamp::now())?)
}

async fn add(connection: Connection, arguments: AddArguments, window: paramedic_domain::silence::Window) -> Ending {
    let AddArguments { matchers, reason, author, stack, zone, .. } = arguments;
    let sdk = connection.open().await;
    let (by, now) = (who(&sdk, author.named, user()).await?, Timestamp::now());
    let silence = Silence::new(given::matcher(&matchers), window, &by, &reason, now);
    let router = Router::of_stack(&sdk, &stack.stack_name);
    ordered(&stack, router.order(&Order::AddSilence(silence.clone())).await, || {
        let line = silences_text(std::slice::from_ref(&silence), &zone.zone, now);
        let end = format!("end it early with `infra-bootstrap silence end {}`", silence.id);
        (format!("silenced\n{line}{end}"), json!({ "silence": silence }))
    })
}

async fn list(connection: Connection, arguments: ListArguments) -> Ending {
    let ListArguments { all, zone, config, stack } = arguments;
    let config = config.read("its maintenance windows are not listed")?;
    let (sdk, now) = (connection.open().await, Timestamp::now());
    let silences = silences(&sdk, &stack.stack_name, config.as_ref(), all, now).await?;
    stack.print(|| silences_text(&silences, &zone.zone, now), || silences_json(&silences, now));
    Ok(ExitCode::SUCCESS)
}

async fn finish(connection: Connection, arguments: EndArguments) -> Ending {
    let EndArguments { id, author, stack } = arguments;
    let sdk = connection.open().await;
    let by = who(&sdk, author.named, user()).await?;
    let order = Order::EndSilence { id: SilenceId::new(id.clone()), by: by.clone(), at: Timestamp::now() };
    ordered(&stack, Router::of_stack(&sdk, &stack.stack_name).order(&order).await, || {
        (format!("{id} has ended: what still fires is told"), json!({ "ended": id, "by": by }))
    })
}

/// Tells what came of an order.
pub(super) fn ordered(
    stack: &StackArguments,
    result: Result<String, RouterError>,
    done: impl FnOnce() -> (String, serde_json::Value),
) -> Ending {
    match result {
        Ok(outcome) => {
            let (text, json) = done();
            stack.print(|| text, || json!({ "outcome": outcome, "order": json }));
            Ok(ExitCode::SUCCESS)
        }
        Err(RouterError::Refused(why)) => {
            if stack.json {
                screen::text(&format!("{:#}", json!({ "refused": why })));
            }
            screen::note(&why);
            Ok(ExitCode::from(NOT_DONE))
        }
        Err(error) => Err(error.into()),
    }
}
