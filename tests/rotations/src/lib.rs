//! Rotations in plain data, for the domain and for `by_zoneinfo.py` alike, and what the latter says about them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use paramedic_domain::config::{Config, ConfigError};
use paramedic_domain::id::{PersonName, RotationName};
use paramedic_domain::oncall::{Override, Roster};
use serde::{Deserialize, Serialize};

/// The rotations and overrides that are compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cases {
    /// Everybody who can be on call.
    pub people: Vec<String>,
    /// The rotations, each with the keys of a `[[rotation]]` table.
    pub rotations: Vec<BTreeMap<String, serde_json::Value>>,
    /// The overrides.
    pub overrides: Vec<Cover>,
}

/// An override without what only people need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// In which rotation.
    pub rotation: String,
    /// Who takes over.
    pub person: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When it was ordered.
    pub created: Timestamp,
}

/// What is asked about the cases. All times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// The cases.
    #[serde(flatten)]
    pub cases: Cases,
    /// From when.
    pub from: i64,
    /// Until when.
    pub to: i64,
    /// For each rotation, the moments at which it is asked who is on call.
    pub moments: BTreeMap<String, Vec<i64>>,
}

/// What Python says.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The version of its zone database.
    pub tzdata: String,
    /// By rotation.
    pub rotations: BTreeMap<String, Course>,
}

/// What Python says about one rotation.
#[derive(Clone, Debug, Deserialize)]
pub struct Course {
    /// When whose turn begins.
    pub handovers: Vec<(i64, String)>,
    /// From when, until when, who, and why.
    pub shifts: Vec<(i64, i64, Option<String>, String)>,
    /// Who is on call at each of the moments, why, and until when.
    pub on_call: Vec<(Option<String>, String, i64)>,
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The cases cannot be read.
    #[error("cases.json cannot be read")]
    Cases(#[from] serde_json::Error),
    /// The cases cannot be written as a configuration.
    #[error("the cases make no TOML")]
    Toml(#[from] toml::ser::Error),
    /// The configuration that they make is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Python cannot be started.
    #[error("python3 cannot be run\n  hint: install Python 3.9 or later")]
    Python(#[from] io::Error),
    /// Python gave up.
    #[error("Python computed nothing: {0}")]
    GaveUp(String),
}

impl Cases {
    /// The cases of `cases.json`.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read() -> Result<Self, Trouble> {
        Ok(serde_json::from_str(include_str!("../cases.json"))?)
    }

    /// The roster that they are, by way of a configuration.
    ///
    /// # Errors
    ///
    /// The configuration is refused.
    pub fn roster(&self) -> Result<Roster, Trouble> {
        #[derive(Serialize)]
        struct Person<'a> {
            name: &'a str,
        }
        #[derive(Serialize)]
        struct File<'a> {
            version: u8,
            person: Vec<Person<'a>>,
            rotation: &'a [BTreeMap<String, serde_json::Value>],
        }
        let person = self.people.iter().map(|name| Person { name }).collect();
        let text = toml::to_string(&File { version: 1, person, rotation: &self.rotations })?;
        let config = Config::parse(&text, "cases.json as TOML")?;
        let overrides = self.overrides.iter().map(Cover::to_override).collect();
        let persons = config.persons.into_iter().map(|person| person.name).collect();
        Ok(Roster { persons, rotations: config.rotations, overrides })
    }
}

impl Cover {
    /// The override that it is.
    pub fn to_override(&self) -> Override {
        let (rotation, person) = (RotationName::new(&self.rotation), PersonName::new(&self.person));
        Override::new(rotation, person, self.from, self.until, "cases.json", "compared", self.created)
    }
}

/// Asks Python.
///
/// # Errors
///
/// Python is missing, or has no zone database; the error says what to install.
pub fn ask(question: &Question) -> Result<Answer, Trouble> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("by_zoneinfo.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // The script reads all of it before it writes anything, so neither waits for the other. One that gives up early closes
    // the pipe, and then its own words are the better explanation.
    if let Some(mut stdin) = python.stdin.take() {
        match stdin.write_all(&serde_json::to_vec(question)?) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    let output = python.wait_with_output()?;
    if !output.status.success() {
        return Err(Trouble::GaveUp(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
