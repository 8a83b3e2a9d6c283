//! The MiniStack process: the plain AWS services of the sandbox, in a process group of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::tools::Tools;

/// Runs MiniStack and ends it together with the Lambda processes it started.
const KEEPER: &str = include_str!("keeper.py");

/// Corrects what MiniStack answers otherwise than AWS does, then starts it with the plug-in.
const START: &str = include_str!("start.py");

/// The entry point that loads the plug-in, then MiniStack.
const PLUGIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ministack_plugin/main.py");

/// How long MiniStack may take to answer for the first time. It takes about a second on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What keeps MiniStack from being started.
#[derive(Debug, thiserror::Error)]
pub enum MinistackError {
    /// The run's folder could not be made or written.
    #[error(
        "the run's folder {path} could not be written\nhint: check the permissions and the free space of the temporary folder"
    )]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The process could not be started.
    #[error("MiniStack could not be started\nhint: remove the cache folder `paramedic` and try again")]
    Start(#[source] io::Error),
    /// It ended, or did not answer in time.
    #[error(
        "MiniStack {what}; the end of its log:\n{log}\nhint: if the log does not explain it, remove the cache folder `paramedic` and try again"
    )]
    Unwell {
        /// "ended with …" or "did not answer within …".
        what: String,
        /// The last lines it wrote.
        log: String,
    },
}

/// What a MiniStack is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-west-1`.
    pub region: String,
    /// The overlay's address, which the functions inherit as their endpoint.
    pub overlay: SocketAddr,
    /// The folder of this run; removed when MiniStack ends.
    pub folder: PathBuf,
    /// After this time it ends in any case.
    pub limit: Duration,
}

/// A running MiniStack. Dropping it ends it and every function it runs, and removes the run's folder.
#[derive(Debug)]
pub struct Ministack {
    /// Where it listens.
    pub address: SocketAddr,
    keeper: Child,
    log: PathBuf,
}

impl Ministack {
    /// Starts MiniStack with its plug-in and waits until it answers.
    ///
    /// # Errors
    /// When the run's folder cannot be written, the process does not start, or it does not answer within a minute.
    pub async fn start(tools: &Tools, settings: &Settings) -> Result<Self, MinistackError> {
        let keeper_path = settings.folder.join("keeper.py");
        let temporary = settings.folder.join("tmp");
        std::fs::create_dir_all(&temporary).map_err(folder_error(&temporary))?;
        std::fs::write(&keeper_path, KEEPER).map_err(folder_error(&keeper_path))?;
        let start_path = settings.folder.join("start.py");
        std::fs::write(&start_path, START).map_err(folder_error(&start_path))?;
        let log = settings.folder.join("ministack.log");
        let output = std::fs::File::create(&log).map_err(folder_error(&log))?;
        let errors = output.try_clone().map_err(folder_error(&log))?;

        let mut keeper = Command::new(&tools.python)
            .arg(&keeper_path)
            .arg(&settings.folder)
            .arg(settings.limit.as_secs().to_string())
            .arg(&tools.python)
            .arg(&start_path)
            .arg(PLUGIN)
            .current_dir(&settings.folder)
            // Functions inherit this environment: nothing of the user's, above all no credentials of a real account.
            .env_clear()
            .envs(environment(settings, &temporary))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(MinistackError::Start)?;
        let address = answering(&mut keeper, &settings.folder.join("port"))
            .await
            .map_err(|what| MinistackError::Unwell { what, log: end_of(&log, 25) })?;
        Ok(Self { address, keeper, log })
    }

    /// The last lines that MiniStack wrote.
    #[must_use]
    pub fn log_end(&self, lines: usize) -> String {
        end_of(&self.log, lines)
    }
}

/// Waits until MiniStack listens on the port that its keeper opened; fails with what it did instead.
async fn answering(keeper: &mut Child, port: &Path) -> Result<SocketAddr, String> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(port) = std::fs::read_to_string(port).ok().and_then(|text| text.parse().ok()) {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            if TcpStream::connect(address).await.is_ok() {
                return Ok(address);
            }
        }
        if let Ok(Some(status)) = keeper.try_wait() {
            return Err(format!("ended with {status}"));
        }
        if Instant::now() > deadline {
            return Err(format!("did not answer within {} s", START_LIMIT.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn end_of(log: &Path, lines: usize) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all.iter().skip(all.len().saturating_sub(lines)).map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

impl Drop for Ministack {
    fn drop(&mut self) {
        // The keeper ends its group when its input closes. It is waited for, so that a test that has ended has left nothing.
        drop(self.keeper.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            match self.keeper.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}

fn environment(settings: &Settings, temporary: &Path) -> Vec<(&'static str, String)> {
    let overlay = format!("http://{}", settings.overlay);
    let temporary = temporary.display().to_string();
    let mut environment = vec![
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("LAMBDA_EXECUTOR", "local".to_owned()),
        ("MINISTACK_ACCOUNT_ID", settings.account.clone()),
        ("MINISTACK_REGION", settings.region.clone()),
        ("AWS_REGION", settings.region.clone()),
        ("AWS_DEFAULT_REGION", settings.region.clone()),
        ("AWS_ACCESS_KEY_ID", settings.account.clone()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_ENDPOINT_URL", overlay.clone()),
        ("PARAMEDIC_OVERLAY_URL", overlay),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
        ("S3_DATA_DIR", format!("{temporary}/s3")),
        ("STATE_DIR", format!("{temporary}/state")),
        ("TMPDIR", temporary.clone()),
        ("HOME", temporary),
        ("PYTHONUNBUFFERED", "1".to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ];
    for name in ["PATH", "LANG", "PARAMEDIC_KEEP_RUN"] {
        if let Ok(value) = std::env::var(name) {
            environment.push((name, value));
        }
    }
    environment
}

fn folder_error(path: &Path) -> impl FnOnce(io::Error) -> MinistackError + '_ {
    move |source| MinistackError::Folder { path: path.to_owned(), source }
}
