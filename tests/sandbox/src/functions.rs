//! The functions' own binaries: built by a nested `cargo build`, as they are in the workspace.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use infra_bootstrap::FUNCTIONS;

/// The command line, which is built beside the functions: people on a stage use it as they do elsewhere.
pub(crate) const COMMAND_LINE: &str = "infra-bootstrap";

/// One of the three functions that live on events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// The only notifier.
    Router,
    /// Gathers and diagnoses.
    Enricher,
    /// Plans, guards, acts and verifies.
    Remediator,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Router, Self::Enricher, Self::Remediator];

    /// Its short name, as `--without` takes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Enricher => "enricher",
            Self::Remediator => "remediator",
        }
    }
}

/// Why there are no binaries.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The sandbox does not run from a target folder.
    #[error("the sandbox cannot tell its target folder from {0}\nhint: start it with `cargo sandbox`")]
    NoTarget(PathBuf),
    /// `cargo` could not be started.
    #[error(
        "cargo could not be started to build the functions\nhint: install the toolchain that rust-toolchain.toml names"
    )]
    NoCargo(#[source] io::Error),
    /// The build failed.
    #[error(
        "the functions do not build; cargo said:\n{0}\nhint: run `cargo build -p escalation-router -p alert-enricher -p remediator -p slack-actions -p infra-bootstrap`"
    )]
    Failed(String),
    /// A binary could not be copied.
    #[error("the function's binary could not be copied to {path}\nhint: check the free space of the target folder")]
    Copy {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Builds the functions and the command line with the profile and into the target folder that the sandbox itself was built
/// with, and gives the folder in which they lie without debug information, each named as its package.
///
/// Blocks. When nothing changed since `cargo build` or `cargo test`, it only asks cargo, and that once a process: all stages
/// of a test run deploy the same binaries.
///
/// # Errors
/// When cargo is missing, the functions do not compile, or the disk is full.
pub fn build() -> Result<PathBuf, BuildError> {
    static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = &*built {
        return Ok(folder.clone());
    }
    let folder = build_now()?;
    *built = Some(folder.clone());
    Ok(folder)
}

fn build_now() -> Result<PathBuf, BuildError> {
    let own = std::env::current_exe().map_err(BuildError::NoCargo)?;
    let folder = profile_folder(&own).ok_or_else(|| BuildError::NoTarget(own.clone()))?;
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(name) => name,
        None => return Err(BuildError::NoTarget(own.clone())),
    };
    let target = folder.parent().ok_or_else(|| BuildError::NoTarget(own.clone()))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(["build", "--quiet", "--profile", profile]);
    command.arg("--target-dir").arg(target);
    // `cargo test` tells a test of its own package. Build scripts that ask for these variables, as ring's does, would be run again
    // for another value, and half the workspace compiled anew.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name == "CARGO_MANIFEST_DIR" || name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
    }
    // The sandbox is selected too, though not built: it unites the features of the workspace (see its Cargo.toml), so that
    // this build finds everything compiled already.
    command.args(["--package", env!("CARGO_PKG_NAME")]);
    for program in FUNCTIONS.into_iter().chain([COMMAND_LINE]) {
        command.args(["--package", program, "--bin", program]);
    }
    let output = command.output().map_err(BuildError::NoCargo)?;
    if !output.status.success() {
        return Err(BuildError::Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let slim = folder.join("sandbox-functions");
    fs::create_dir_all(&slim).map_err(copy_error(&slim))?;
    // Several runs may come here at once. The lock goes with the file.
    let lock_path = slim.join("lock");
    let lock = File::create(&lock_path).map_err(copy_error(&lock_path))?;
    lock.lock().map_err(copy_error(&lock_path))?;
    for program in FUNCTIONS.into_iter().chain([COMMAND_LINE]) {
        slim_down(&folder.join(program), &slim.join(program))?;
    }
    Ok(slim)
}

/// `target/debug` from `target/debug/sandbox` or `target/debug/deps/scenarios-0123`.
fn profile_folder(own: &Path) -> Option<&Path> {
    let folder = own.parent()?;
    if folder.ends_with("deps") { folder.parent() } else { Some(folder) }
}

/// Copies a binary without its debug information, which is most of it; MiniStack holds every upload in memory. Without
/// `strip` the copy is whole.
fn slim_down(from: &Path, to: &Path) -> Result<(), BuildError> {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    if to.exists() && changed(to) > changed(from) {
        return Ok(());
    }
    // A run that packages the old copy at this moment keeps it: the new one takes its name only when it is whole.
    let draft = to.with_extension("draft");
    let stripped = Command::new("strip").arg("-o").arg(&draft).arg(from).output().is_ok_and(|out| out.status.success());
    if !stripped {
        fs::copy(from, &draft).map_err(copy_error(&draft))?;
    }
    fs::rename(&draft, to).map_err(copy_error(to))
}

fn copy_error(path: &Path) -> impl FnOnce(io::Error) -> BuildError + '_ {
    move |source| BuildError::Copy { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_folder_is_found_from_a_program_and_from_a_test() {
        assert_eq!(profile_folder(Path::new("t/debug/sandbox")), Some(Path::new("t/debug")));
        assert_eq!(profile_folder(Path::new("t/release/deps/x-1")), Some(Path::new("t/release")));
    }
}
