//! The Python environment that MiniStack runs in: made once in the user's cache folder, then shared by all runs.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest as _, Sha256};

/// Exact versions of everything that is installed; checked in beside this crate.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Interpreters that are tried, in this order. `PARAMEDIC_PYTHON` goes before them.
const INTERPRETERS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/// The oldest Python that the pinned MiniStack accepts.
const OLDEST: (u32, u32) = (3, 10);

/// Why the Python environment could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// No interpreter is new enough.
    #[error(
        "the sandbox needs Python {}.{} or newer to run MiniStack, and found {found}\n\
         hint: install it (Debian, Ubuntu: `apt install python3 python3-venv`; macOS: `brew install python`), \
         or name an interpreter with PARAMEDIC_PYTHON",
        OLDEST.0, OLDEST.1
    )]
    NoPython {
        /// What was found instead, as a list for people.
        found: String,
    },
    /// Neither `XDG_CACHE_HOME` nor `HOME` says where a cache may be.
    #[error(
        "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set\nhint: set XDG_CACHE_HOME to a folder that may be written to"
    )]
    NoCache,
    /// A file or folder of the cache could not be read or written.
    #[error(
        "the sandbox's cache could not be used at {path}\nhint: check its permissions and the free space, or set XDG_CACHE_HOME"
    )]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A step of making the environment failed.
    #[error("`{step}` failed while the sandbox's Python environment was made:\n{output}\nhint: {hint}")]
    Step {
        /// The command, shortened.
        step: String,
        /// The end of what it printed.
        output: String,
        /// What to do.
        hint: &'static str,
    },
}

/// A Python with the pinned packages.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The interpreter of the environment.
    pub python: PathBuf,
}

/// Gives the Python environment, making it if it is not there yet (about half a minute and 110 MB). `note` hears of it
/// when that takes long.
///
/// Blocks; several processes may call it at once, one makes the environment and the others wait for it.
///
/// # Errors
/// When no fitting Python exists, the packages cannot be installed, or the cache folder cannot be written.
pub fn prepare(note: &mut dyn FnMut(&str)) -> Result<Tools, ToolsError> {
    let root = cache_root()?;
    prepare_in(&root, note)
}

fn prepare_in(root: &Path, note: &mut dyn FnMut(&str)) -> Result<Tools, ToolsError> {
    fs::create_dir_all(root).map_err(cache_error(root))?;
    let interpreter = find_python()?;
    let key = key(&interpreter);
    let home = root.join(format!("ministack-{key}"));
    let ready = home.join("ready");
    let tools = Tools { python: home.join("bin").join("python") };

    // The lock is released when the file is closed, also by a crash.
    let lock_path = root.join(format!("ministack-{key}.lock"));
    let lock = File::create(&lock_path).map_err(cache_error(&lock_path))?;
    if lock.try_lock().is_err() {
        note("another run is making the Python environment, waiting for it");
        lock.lock().map_err(cache_error(&lock_path))?;
    }
    if is_ready(&ready, &tools.python) {
        return Ok(tools);
    }
    note("making the Python environment for MiniStack (once, about half a minute)");
    // What an interrupted run left behind is not trusted.
    if home.exists() {
        fs::remove_dir_all(&home).map_err(cache_error(&home))?;
    }
    make(&home, &interpreter, &tools.python)?;
    fs::write(&ready, REQUIREMENTS).map_err(cache_error(&ready))?;
    Ok(tools)
}

fn is_ready(ready: &Path, python: &Path) -> bool {
    python.exists() && fs::read_to_string(ready).is_ok_and(|made_of| made_of == REQUIREMENTS)
}

fn make(home: &Path, interpreter: &Interpreter, python: &Path) -> Result<(), ToolsError> {
    run(
        Command::new(&interpreter.program).args([OsStr::new("-m"), OsStr::new("venv"), home.as_os_str()]),
        "python3 -m venv",
        "on Debian and Ubuntu the module is a package of its own: `apt install python3-venv`",
    )?;
    let requirements = home.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(cache_error(&requirements))?;
    run(
        Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements),
        "pip install",
        "the packages come from the Python package index: check the network, or the index that pip is configured with",
    )
}

fn run(command: &mut Command, step: &str, hint: &'static str) -> Result<(), ToolsError> {
    let failed = |output: String| ToolsError::Step { step: step.to_owned(), output, hint };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(failed(end_of(&output))) }
}

fn end_of(output: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(12)).map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

struct Interpreter {
    program: String,
    version: (u32, u32),
}

fn find_python() -> Result<Interpreter, ToolsError> {
    let named = std::env::var("PARAMEDIC_PYTHON").ok();
    let candidates: Vec<&str> = match &named {
        Some(program) => vec![program.as_str()],
        None => INTERPRETERS.to_vec(),
    };
    choose_python(&candidates, version_of)
}

fn choose_python(
    candidates: &[&str],
    version_of: impl Fn(&str) -> Option<(u32, u32)>,
) -> Result<Interpreter, ToolsError> {
    let mut found = Vec::new();
    for program in candidates {
        match version_of(program) {
            Some(version) if version >= OLDEST => return Ok(Interpreter { program: (*program).to_owned(), version }),
            Some((major, minor)) => found.push(format!("{program} {major}.{minor}")),
            None => {}
        }
    }
    let found = if found.is_empty() { format!("none ({})", candidates.join(", ")) } else { found.join(", ") };
    Err(ToolsError::NoPython { found })
}

fn version_of(program: &str) -> Option<(u32, u32)> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let output = Command::new(program).args(["-c", script]).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// An environment belongs to one set of versions and one minor version of Python.
fn key(interpreter: &Interpreter) -> String {
    let digest = Sha256::digest(REQUIREMENTS.as_bytes());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("py{}{}-{short}", interpreter.version.0, interpreter.version.1)
}

fn cache_root() -> Result<PathBuf, ToolsError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base =
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache"))).ok_or(ToolsError::NoCache)?;
    Ok(base.join("paramedic"))
}

fn cache_error(path: &Path) -> impl FnOnce(io::Error) -> ToolsError + '_ {
    move |source| ToolsError::Cache { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn an_old_python_is_passed_over_for_a_newer_one() {
        let chosen = choose_python(&["python3", "python3.12"], |program| match program {
            "python3" => Some((3, 8)),
            _ => Some((3, 12)),
        });
        assert_eq!(chosen.map(|python| python.program).ok().as_deref(), Some("python3.12"));
    }

    #[test]
    fn without_a_fitting_python_the_message_says_what_was_found_and_what_to_do() {
        let Err(error) = choose_python(&["python3"], |_| Some((3, 8))) else { panic!("3.8 must be refused") };
        let message = error.to_string();
        assert!(message.contains("3.10 or newer"), "{message}");
        assert!(message.contains("python3 3.8"), "{message}");
        assert!(message.contains("hint: install it"), "{message}");
    }

    #[test]
    fn an_environment_without_its_last_file_is_not_taken_for_a_finished_one() {
        let home = std::env::temp_dir().join(format!("paramedic-tools-{}", std::process::id()));
        fs::create_dir_all(&home).unwrap();
        let (python, ready) = (home.join("python"), home.join("ready"));
        fs::write(&python, "").unwrap();
        assert!(!is_ready(&ready, &python), "nothing says that it was finished");
        fs::write(&ready, "ministack==0.0.1").unwrap();
        assert!(!is_ready(&ready, &python), "it was finished with other versions");
        fs::write(&ready, REQUIREMENTS).unwrap();
        assert!(is_ready(&ready, &python));
        fs::remove_dir_all(&home).unwrap();
    }

    #[test]
    fn every_package_is_pinned_to_one_version() {
        for line in REQUIREMENTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(line.contains("=="), "not pinned: {line}");
        }
    }
}
