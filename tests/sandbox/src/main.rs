//! `cargo sandbox`: Paramedic on a local cloud.

use std::process::ExitCode;

fn main() -> ExitCode {
    sandbox::cli::main()
}
