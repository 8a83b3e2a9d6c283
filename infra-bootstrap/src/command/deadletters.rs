//! `infra-bootstrap deadletters`.

use clap::{ArgGroup, Args, Subcommand};
use infra_bootstrap::{Connection, DeadLetters, Redriven, Which};

use super::Outcome;
use crate::screen;

#[derive(Debug, Args)]
pub(crate) struct DeadLettersArguments {
    /// Name of the ops stack
    #[arg(long, value_name = "NAME", default_value = "paramedic")]
    stack_name: String,
    /// Only the letters of this function, such as escalation-router
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How many there are in each queue, and how old
    List,
    /// What they are; they stay where they are
    Show {
        /// Only this message
        id: Option<String>,
    },
    /// Hand them to their function again; those it takes leave the queue
    #[command(group = ArgGroup::new("which").required(true))]
    Redrive {
        /// This message
        #[arg(group = "which")]
        id: Option<String>,
        /// All of them
        #[arg(long, group = "which")]
        all: bool,
    },
    /// Throw them away, for good
    #[command(group = ArgGroup::new("which").required(true))]
    Discard {
        /// This message
        #[arg(group = "which")]
        id: Option<String>,
        /// All of them; needs --yes too
        #[arg(long, group = "which", requires = "yes")]
        all: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

fn which(id: Option<String>) -> Which {
    id.map_or(Which::All, Which::One)
}

pub(crate) async fn run(connection: Connection, arguments: DeadLettersArguments) -> Outcome {
    let sdk = connection.open().await;
    let letters = DeadLetters::open(&sdk, &arguments.stack_name, arguments.function.as_deref()).await?;
    match arguments.what {
        What::List => screen::dead_letter_queues(&letters.list().await?),
        What::Show { id } => screen::dead_letters(&letters.show(&which(id)).await?),
        What::Redrive { id, .. } => {
            let mut failed = 0;
            let mut told = |letter: &_, result: &Redriven| {
                failed += usize::from(*result != Redriven::Taken);
                screen::redriven(letter, result);
            };
            letters.redrive(&which(id), &mut told).await?;
            if failed > 0 {
                let hint = "hint: read the function's log, mend the cause and redrive again, or discard them";
                return Err(format!("{failed} dead letters failed again and stay where they are\n  {hint}").into());
            }
        }
        What::Discard { id, .. } => letters.discard(&which(id), &mut screen::discarded).await?,
    }
    Ok(())
}
