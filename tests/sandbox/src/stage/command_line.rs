//! `infra-bootstrap` on a stage: the built program, as a person runs it who has the account's credentials.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::Stage;
use crate::functions::COMMAND_LINE;

/// No command takes longer; one that waits for somebody is told how long.
const LIMIT: Duration = Duration::from_secs(120);

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; none if it was ended from outside.
    pub code: Option<i32>,
    /// The standard output: the result.
    pub out: String,
    /// The standard error: progress, notes and errors.
    pub err: String,
}

impl Stage {
    /// Runs a command with the configuration that was deployed here as `paramedic.toml` of its working folder.
    ///
    /// # Errors
    /// When the program cannot be started, or does not end.
    pub async fn command_line(&self, arguments: &[&str]) -> io::Result<Ran> {
        let running = Command::new(self.binaries.join(COMMAND_LINE))
            .args(arguments)
            .args(["--region", &self.names.region, "--endpoint-url", &self.url()])
            .current_dir(&self.folder)
            // Whatever account the machine is signed in to, it is not meant.
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("AWS_ACCESS_KEY_ID", &self.names.account)
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("USER", "cat")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LIMIT, running)
            .await
            .map_err(|_late| io::Error::new(io::ErrorKind::TimedOut, format!("{arguments:?} did not end")))??;
        Ok(Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
