//! A stage: one local cloud with Paramedic deployed in it by its own deployer, watching one healthy service.

mod command_line;
mod config;
mod deploy;
mod kept;
mod names;
mod people;
mod ready;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

pub use command_line::Ran;
pub use config::{Cache, Mode, Tuning};
pub use names::Names;

use crate::cloud;
use crate::faults::Target;
use crate::functions::{self, BuildError, Function};
use crate::judge::Subject;
use crate::ministack::{self, Ministack, MinistackError};
use crate::observed::{Observation, PeopleTopic};
use crate::overlay::{self, CallFailed, Overlay, Running, SinkSecrets};
use crate::tools::{self, ToolsError};

/// How a stage is set.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Decides all names, ids and the moment of the fault.
    pub seed: u64,
    /// What Paramedic may do to the service.
    pub mode: Mode,
    /// What the config says beside the service.
    pub tuning: Tuning,
    /// Every modelled duration of AWS is divided by this.
    pub pace: u32,
    /// How often the functions get the minute's event.
    pub tick: Duration,
    /// The overlay's port; 0 takes a free one.
    pub port: u16,
    /// A function that is switched off.
    pub without: Option<Function>,
    /// After this time MiniStack ends in any case.
    pub limit: Duration,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            seed: 1,
            mode: Mode::Auto,
            tuning: Tuning::USUAL,
            pace: 30,
            tick: Duration::from_secs(1),
            port: 0,
            without: None,
            limit: Duration::from_secs(15 * 60),
        }
    }
}

/// Why a stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The Python environment.
    #[error(transparent)]
    Tools(#[from] ToolsError),
    /// The functions' binaries.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// MiniStack.
    #[error(transparent)]
    Ministack(#[from] MinistackError),
    /// A call to MiniStack.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The overlay's port.
    #[error("port {port} could not be bound\nhint: choose another with --port, or leave it out")]
    Port {
        /// Which one.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file of the run's folder.
    #[error(
        "the run's folder could not be written at {path}\nhint: check the permissions and the free space of the temporary folder"
    )]
    Folder {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A stack could not be deployed.
    #[error("{stack} could not be deployed: {what}\nthe end of MiniStack's log:\n{log}")]
    Deploy {
        /// Which stack.
        stack: String,
        /// What the deployer said.
        what: String,
        /// The end of MiniStack's log.
        log: String,
    },
    /// A stack came up without an output that the sandbox needs.
    #[error("the stack {stack} has no output {output}\nhint: its template and the sandbox disagree")]
    NoOutput {
        /// Which stack.
        stack: String,
        /// Which output.
        output: &'static str,
    },
    /// The service did not become well, so that a fault would prove nothing.
    #[error("the service was not well within {limit} s, so no fault was staged; what is missing: {missing}")]
    NotWell {
        /// The bound.
        limit: u64,
        /// What is missing.
        missing: String,
    },
    /// A background task of the sandbox broke.
    #[error("a task of the sandbox broke: {0}")]
    Task(String),
}

/// A set stage. Dropping it ends MiniStack, the functions and the overlay, and removes the run's folder.
#[derive(Debug)]
pub struct Stage {
    /// The names of this seed.
    pub names: Names,
    /// Whose case it is.
    pub subject: Subject,
    /// What is struck.
    pub target: Target,
    folder: PathBuf,
    /// The folder of the built programs.
    binaries: PathBuf,
    /// The ARNs of the topics of people.
    topics: Vec<(PeopleTopic, String)>,
    /// The flight recorder's log group.
    recorder: String,
    /// The deployed name of each function.
    functions: Vec<(Function, String)>,
    /// From where in the log on a scenario looks.
    mark: AtomicUsize,
    /// The overlay. It is dropped before MiniStack, whose caller it is.
    running: Running,
    _ministack: Ministack,
}

impl Stage {
    /// Sets a stage: makes the tools, starts MiniStack and the overlay, deploys the three stacks, waits until everything
    /// is well. `tell` hears of each step.
    ///
    /// # Errors
    /// See [`StageError`]; whatever was started is ended.
    pub async fn set(setting: &Setting, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Self, StageError> {
        let names = Names::of(setting.seed);
        let tools = prepare_tools(tell).await?;
        tell("building the functions");
        let binaries = blocking(functions::build).await??;

        tell("starting MiniStack and the overlay");
        let bound =
            overlay::bind(setting.port).await.map_err(|source| StageError::Port { port: setting.port, source })?;
        let folder = run_folder()?;
        let ministack = Ministack::start(
            &tools,
            &ministack::Settings {
                account: names.account.clone(),
                region: names.region.clone(),
                overlay: bound.address,
                folder: folder.clone(),
                limit: setting.limit,
            },
        )
        .await?;
        let cloud = cloud::Settings {
            account: names.account.clone(),
            region: names.region.clone(),
            pace: setting.pace,
            seed: setting.seed,
        };
        let secrets = SinkSecrets {
            slack_token: names.slack_token.clone(),
            signing_secret: names.signing_secret.clone(),
            routing_key: names.routing_key.clone(),
            webhook_secret: names.webhook_secret.clone(),
        };
        let mut running = bound.serve(cloud, ministack.address, secrets);

        let site = deploy::Site { names: &names, setting, folder: &folder, binaries: &binaries, ministack: &ministack };
        let deployed = deploy::all(&site, &running, tell).await?;
        running.overlay.record_into(&deployed.recorder);
        let mail = format!("{}/sinks/mail", running.url());
        for (topic, arn) in &deployed.topics {
            running.overlay.topics.know(arn, *topic);
            let fields = [("TopicArn", arn.as_str()), ("Protocol", "http"), ("Endpoint", mail.as_str())];
            running.overlay.calls.query("sns", "Subscribe", &fields).await?;
        }
        running.overlay.calls.hasten_queues().await?;
        let behind_url = format!("{}-slack-actions", deploy::OPS_STACK);
        if running.overlay.calls.has_function(&behind_url).await {
            running.overlay.serve_function_url(&behind_url);
        }
        if let Some(function) = setting.without {
            tell(&format!("switching the {} off", function.word()));
            switch_off(&running.overlay, deployed.function(function)).await?;
        }
        let ticked = [Function::Router, Function::Remediator].map(|function| deployed.function(function).to_owned());
        running.tick(setting.tick, ticked.to_vec());

        if setting.without != Some(Function::Router) {
            tell("waiting until a heartbeat has come back");
            ready::until_beating(&running.overlay).await?;
        }
        tell("waiting until all alarms are OK");
        ready::until_well(&running.overlay, &names.service).await?;
        let subject = Subject {
            service: names.service.clone(),
            cluster: names.cluster.clone(),
            account: names.account.clone(),
            region: names.region.clone(),
            cache: deployed.cache.clone(),
        };
        let target = Target {
            service: names.service.clone(),
            secret: names.service_secret.clone(),
            alarms_topic: deployed.alarms_topic.clone(),
        };
        let functions = Function::ALL.map(|function| (function, deployed.function(function).to_owned())).to_vec();
        running.overlay.page.open(&target, &subject);
        let mark = AtomicUsize::new(0);
        Ok(Self {
            names,
            subject,
            target,
            folder,
            binaries,
            topics: deployed.topics,
            recorder: deployed.recorder,
            functions,
            mark,
            running,
            _ministack: ministack,
        })
    }

    /// The overlay.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        &self.running.overlay
    }

    /// Stops a function: nothing invokes it any more, as if its concurrency were reserved down to nothing.
    ///
    /// # Errors
    /// When its event sources cannot be disabled.
    pub async fn stop(&self, function: Function) -> Result<(), StageError> {
        self.note(format!("the {} is stopped", function.word()));
        switch_off(self.overlay(), self.deployed_name(function)).await
    }

    /// Starts a function anew, as a change of its configuration does: what it remembered is forgotten.
    ///
    /// # Errors
    /// When its configuration cannot be changed.
    pub async fn start_anew(&self, function: Function) -> Result<(), StageError> {
        self.note(format!("the {} starts anew", function.word()));
        Ok(self.overlay().calls.start_anew(self.deployed_name(function)).await?)
    }

    /// The name under which a function is deployed.
    #[must_use]
    pub fn deployed_name(&self, function: Function) -> &str {
        self.functions.iter().find(|(known, _)| *known == function).map_or("", |(_, name)| name)
    }

    /// The ARN of a topic of people.
    #[must_use]
    pub fn topic(&self, topic: PeopleTopic) -> &str {
        self.topics.iter().find(|(known, _)| *known == topic).map_or("", |(_, arn)| arn)
    }

    /// The flight recorder's log group.
    #[must_use]
    pub fn recorder(&self) -> &str {
        &self.recorder
    }

    /// The configuration that was deployed.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn configuration(&self) -> Result<String, StageError> {
        let path = self.folder.join("paramedic.toml");
        std::fs::read_to_string(&path).map_err(folder_error(&path))
    }

    /// The connection of somebody who has the credentials of the stage's account.
    pub async fn sdk(&self) -> aws_config::SdkConfig {
        deploy::connect(&self.names, &self.running).await
    }

    /// Waits until the service is steady and all alarms are OK.
    ///
    /// # Errors
    /// When that takes too long, with what is missing.
    pub async fn until_well(&self) -> Result<(), StageError> {
        ready::until_well(self.overlay(), &self.names.service).await
    }

    /// From now on [`Stage::sees`] looks only at what comes; gives where in the log that is.
    pub fn mark(&self) -> usize {
        let now = self.overlay().log.len();
        self.mark.store(now, Ordering::Relaxed);
        now
    }

    /// Waits until what was seen since the mark satisfies a condition; `false` when it did not within the limit.
    pub async fn sees(&self, limit: Duration, holds: impl Fn(&[Observation]) -> bool) -> bool {
        self.overlay().log.wait_until(self.mark.load(Ordering::Relaxed), limit, holds).await
    }

    /// With `PARAMEDIC_KEEP_RUN=1`, writes what was seen and what the functions logged into the run's folder, which then stays.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub async fn keep(&self) -> Result<(), StageError> {
        kept::keep(self.overlay(), &self.folder, &self.functions).await
    }

    /// What the functions logged.
    pub async fn function_logs(&self) -> String {
        kept::function_logs(self.overlay(), &self.functions).await
    }

    /// The endpoint of every SDK, and the address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        self.running.url()
    }
}

async fn switch_off(overlay: &Overlay, name: &str) -> Result<(), StageError> {
    overlay.calls.enable_event_sources(name, false).await?;
    overlay.switch_off(name);
    Ok(())
}

async fn prepare_tools(tell: &mut (dyn FnMut(&str) + Send)) -> Result<tools::Tools, StageError> {
    tell("preparing the Python environment");
    let (sender, mut notes) = tokio::sync::mpsc::unbounded_channel::<String>();
    let task = tokio::task::spawn_blocking(move || {
        tools::prepare(&mut |note| {
            // Nobody listens any more only when the sandbox is being ended.
            let _told = sender.send(note.to_owned());
        })
    });
    while let Some(note) = notes.recv().await {
        tell(&note);
    }
    Ok(task.await.map_err(|error| StageError::Task(error.to_string()))??)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StageError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StageError::Task(error.to_string()))
}

/// A new folder of this run only. MiniStack's keeper removes it.
fn run_folder() -> Result<PathBuf, StageError> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let name = format!("paramedic-sandbox-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).map_err(folder_error(&folder))?;
    Ok(folder)
}

fn folder_error(path: &Path) -> impl FnOnce(io::Error) -> StageError + '_ {
    move |source| StageError::Folder { path: path.to_owned(), source }
}
