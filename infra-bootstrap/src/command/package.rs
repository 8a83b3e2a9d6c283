//! `infra-bootstrap package`.

use std::path::PathBuf;

use clap::Args;
use infra_bootstrap::{PackageRequest, package};

use super::Outcome;
use crate::screen;

#[derive(Debug, Args)]
pub(crate) struct PackageArguments {
    /// The configuration to check and ship
    #[arg(long, value_name = "FILE", default_value = "paramedic.toml")]
    config: PathBuf,
    /// Folder of the binaries: <function>/bootstrap (cargo lambda) or <function> (cargo)
    #[arg(long, value_name = "FOLDER", default_value = "target/lambda")]
    bin_dir: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "FOLDER", default_value = "dist")]
    dist: PathBuf,
}

impl From<PackageArguments> for PackageRequest {
    fn from(arguments: PackageArguments) -> Self {
        let PackageArguments { config, bin_dir, dist } = arguments;
        Self { config, bin_dir, dist }
    }
}

pub(crate) fn run(arguments: PackageArguments) -> Outcome {
    screen::packaged(&package(&arguments.into())?);
    Ok(())
}
