//! The command line of `infra-bootstrap`.

mod command;
mod screen;

use std::process::ExitCode;

use clap::Parser;
use paramedic_domain::request::Ask;

use crate::command::{Arguments, Command};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { connection, command } = Arguments::parse();
    let connection = connection.into();
    let result = match command {
        Command::Incidents(arguments) => return command::incidents::run(connection, arguments).await,
        Command::Incident(arguments) => return command::incident::run(connection, arguments).await,
        Command::Report(arguments) => return command::report::run(connection, arguments).await,
        Command::Ack(arguments) => return command::ask::run(connection, Ask::Ack, arguments).await,
        Command::Resolve(arguments) => return command::ask::run(connection, Ask::Resolve, arguments).await,
        Command::Silence(arguments) => return command::silence::run(connection, arguments).await,
        Command::Remedies(arguments) => return command::remedies::run(connection, arguments).await,
        Command::Oncall(arguments) => return command::oncall::run(connection, arguments).await,
        Command::Route(arguments) => return command::route::run(connection, arguments).await,
        Command::Diagnose(arguments) => return command::diagnose::run(connection, arguments).await,
        Command::Doctor(arguments) => return command::doctor::run(connection, arguments).await,
        Command::Deadletters(arguments) => command::deadletters::run(connection, arguments).await,
        Command::Package(arguments) => command::package::run(arguments),
        Command::Up(arguments) => command::up::run(connection, arguments).await,
        Command::Down(arguments) => command::down::run(connection, arguments).await,
        Command::Version => {
            screen::version();
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen::failure(error.as_ref());
            ExitCode::FAILURE
        }
    }
}
