//! Laying out `dist/<function>/`: the binary as `bootstrap` and the configuration beside it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use paramedic_domain::config::{Config, ConfigError};

/// The functions of the ops stack, each the name of its crate, its binary and its folder in `dist/`.
pub const FUNCTIONS: [&str; 4] = ["escalation-router", "alert-enricher", "remediator", "slack-actions"];

/// What to package, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequest {
    /// The `paramedic.toml` to check and to ship.
    pub config: PathBuf,
    /// Where the binaries are: `<function>/bootstrap` as cargo lambda writes it, or `<function>` as cargo does.
    pub bin_dir: PathBuf,
    /// The folder to write; `template.yaml` expects `dist` beside it.
    pub dist: PathBuf,
}

/// A packaged `dist` folder.
#[derive(Debug, Clone)]
pub struct Package {
    /// The folder that was written.
    pub dist: PathBuf,
    /// The configuration that went into it.
    pub config: Config,
    /// What each function's binary is built for, where it is a Linux program for one of Lambda's two architectures.
    pub architecture: Option<Architecture>,
    /// The functions, in the order of [`FUNCTIONS`].
    pub functions: Vec<PackagedFunction>,
}

/// One function's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackagedFunction {
    /// One of [`FUNCTIONS`].
    pub name: &'static str,
    /// `dist/<name>`.
    pub folder: PathBuf,
    /// Size of the binary.
    pub bytes: u64,
}

/// Lambda's instruction sets, named as CloudFormation names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD.
    X86_64,
    /// Graviton.
    Arm64,
}

impl Architecture {
    /// The value of the ops template's `Architecture` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// From the first 20 bytes of an ELF file: magic, then `e_machine` at offset 18 (System V ABI, chapter 4).
    fn of_elf(header: &[u8]) -> Option<Self> {
        match header {
            [0x7f, b'E', b'L', b'F', .., 0x3e, 0] => Some(Self::X86_64),
            [0x7f, b'E', b'L', b'F', .., 0xb7, 0] => Some(Self::Arm64),
            _ => None,
        }
    }
}

/// Why nothing was packaged.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration cannot be read.
    #[error("cannot read the configuration {}: {source}\nhint: name it with --config", path.display())]
    ConfigUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A function was not built.
    #[error(
        "{function} is not built: neither {bin_dir}/{function}/bootstrap nor {bin_dir}/{function} is there\n\
         hint: run `cargo lambda build --release`, or name the folder of the binaries with --bin-dir",
        bin_dir = bin_dir.display()
    )]
    NotBuilt {
        /// The function.
        function: &'static str,
        /// Where it was looked for.
        bin_dir: PathBuf,
    },
    /// Binaries for different processors cannot share a stack.
    #[error(
        "the functions are built for different processors: {function} for {found}, those before it for {expected}\n\
         hint: build all of them with the same target", found = found.as_str(), expected = expected.as_str()
    )]
    MixedArchitectures {
        /// The first that differs.
        function: &'static str,
        /// What it is built for.
        found: Architecture,
        /// What the others are built for.
        expected: Architecture,
    },
    /// The folder cannot be written.
    #[error("cannot write {}: {source}\nhint: check that the folder is writable and the disk is not full", path.display())]
    Write {
        /// What was being written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads and checks a `paramedic.toml`.
///
/// # Errors
/// The file is unreadable, or says something that is not allowed; then with file and line.
pub fn read_config(path: &Path) -> Result<Config, PackageError> {
    let text =
        fs::read_to_string(path).map_err(|source| PackageError::ConfigUnreadable { path: path.to_owned(), source })?;
    Ok(Config::parse(&text, &path.display().to_string())?)
}

/// Checks the configuration, then writes `dist/<function>/{bootstrap,paramedic.toml}` for every function.
/// What a function's folder held before is gone afterwards; nothing is written if anything is missing.
///
/// # Errors
/// See [`PackageError`]; a bad configuration is refused with file, line, what is wrong and what is allowed.
pub fn package(request: &PackageRequest) -> Result<Package, PackageError> {
    let config = read_config(&request.config)?;
    let mut architecture = None;
    let mut binaries = Vec::with_capacity(FUNCTIONS.len());
    for function in FUNCTIONS {
        let binary = find_binary(&request.bin_dir, function)?;
        if let Some(found) = read_architecture(&binary) {
            let expected = *architecture.get_or_insert(found);
            if found != expected {
                return Err(PackageError::MixedArchitectures { function, found, expected });
            }
        }
        binaries.push((function, binary));
    }
    let functions = binaries
        .into_iter()
        .map(|(name, binary)| lay_out(name, &binary, &request.config, &request.dist))
        .collect::<Result<_, _>>()?;
    Ok(Package { dist: request.dist.clone(), config, architecture, functions })
}

fn find_binary(bin_dir: &Path, function: &'static str) -> Result<PathBuf, PackageError> {
    let plain = bin_dir.join(function);
    [plain.join("bootstrap"), plain]
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| PackageError::NotBuilt { function, bin_dir: bin_dir.to_owned() })
}

fn read_architecture(binary: &Path) -> Option<Architecture> {
    let mut header = [0; 20];
    fs::File::open(binary).ok()?.read_exact(&mut header).ok()?;
    Architecture::of_elf(&header)
}

fn lay_out(name: &'static str, binary: &Path, config: &Path, dist: &Path) -> Result<PackagedFunction, PackageError> {
    let folder = dist.join(name);
    let write = |path: &Path| {
        let path = path.to_owned();
        move |source| PackageError::Write { path, source }
    };
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(write(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(write(&folder))?;
    let bootstrap = folder.join("bootstrap");
    let bytes = fs::copy(binary, &bootstrap).map_err(write(&bootstrap))?;
    let shipped = folder.join("paramedic.toml");
    fs::copy(config, &shipped).map_err(write(&shipped))?;
    Ok(PackagedFunction { name, folder, bytes })
}

#[cfg(test)]
mod tests;
