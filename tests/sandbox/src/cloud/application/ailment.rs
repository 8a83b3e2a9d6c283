//! What can be wrong with a service's tasks, and which of them it strikes. An ailment says what containers do; what AWS
//! shows of it follows from the model.

use crate::cloud::clock::{Moment, Pace};
use crate::cloud::ecs::Task;

/// What is wrong with a task, from its way to start to its way to end.
#[derive(Debug, Clone, PartialEq)]
pub enum Ailment {
    /// The image cannot be pulled; the text is what the registry's client says of it.
    NoImage(String),
    /// The secrets cannot be fetched; the text is what Secrets Manager's client says of it.
    NoSecrets(String),
    /// The essential container ends by itself.
    Exits {
        /// So many of AWS's seconds after it started.
        after_seconds: f64,
        /// With this exit code.
        code: i32,
        /// And with this as its last line.
        last_words: String,
    },
    /// Memory grows until the kernel kills the container.
    Leaks {
        /// By so many percent of the task's memory a minute of AWS's time.
        percent_a_minute: f64,
        /// The exit code that is reported then: 137 as a rule, and 0 where the killed process was a child of the first.
        exit_code: i32,
    },
    /// It does not heed SIGTERM, so that it is killed after the stop timeout.
    IgnoresStop,
    /// Its health endpoint answers with this status.
    AnswersHealthChecks(u16),
    /// It takes connections and does not answer.
    Hangs,
    /// The command of the container's own health check fails.
    FailsContainerCheck,
    /// Requests fail with 500.
    Fails {
        /// This share of them, 0 to 1.
        share: f64,
    },
    /// Requests are refused with 4xx.
    Refuses {
        /// This share of them, 0 to 1.
        share: f64,
    },
    /// Requests wait for something else that is slow.
    Waits {
        /// So many seconds, more or less.
        seconds: f64,
        /// What for, as the log names it.
        on: String,
    },
    /// A request costs more CPU than it used to.
    Works {
        /// So many times as much.
        times: f64,
    },
}

/// Which tasks of a service something strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// All of them, and those to come.
    All,
    /// One, by its id.
    Task(String),
    /// Those in an availability zone.
    Zone(String),
    /// Those of a revision of the task definition.
    Revision(u32),
}

impl Whom {
    fn includes(&self, task: &Task) -> bool {
        match self {
            Whom::All => true,
            Whom::Task(id) => task.id == *id,
            Whom::Zone(zone) => task.zone == *zone,
            Whom::Revision(revision) => task.definition.revision == *revision,
        }
    }
}

/// An ailment that has struck.
#[derive(Debug, Clone)]
pub(crate) struct Affliction {
    pub(crate) ailment: Ailment,
    pub(crate) whom: Whom,
    pub(crate) since: Moment,
}

/// How an essential container ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) code: i32,
    /// The container's `reason`, where ECS gives one.
    pub(crate) reason: Option<&'static str>,
    pub(crate) last_words: String,
}

/// Percent of its memory that a well task uses.
pub(super) const USUAL_MEMORY: f64 = 41.0;
/// What ECS says of a container that the kernel killed (ECS Developer Guide, "Stopped task error messages":
/// OutOfMemoryError).
const OUT_OF_MEMORY: &str = "OutOfMemoryError: Container killed due to memory usage";

/// The ailments of one task, at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ailing<'a> {
    afflictions: &'a [Affliction],
    task: &'a Task,
    now: Moment,
    pace: Pace,
}

impl<'a> Ailing<'a> {
    pub(super) fn new(afflictions: &'a [Affliction], task: &'a Task, now: Moment, pace: Pace) -> Ailing<'a> {
        Ailing { afflictions, task, now, pace }
    }

    fn struck(self) -> impl Iterator<Item = &'a Affliction> {
        let task = self.task;
        self.afflictions.iter().filter(move |affliction| affliction.whom.includes(task))
    }

    fn ailments(self) -> impl Iterator<Item = &'a Ailment> {
        self.struck().map(|affliction| &affliction.ailment)
    }

    /// Why the image cannot be pulled.
    pub(crate) fn no_image(self) -> Option<&'a str> {
        self.ailments().find_map(|ailment| match ailment {
            Ailment::NoImage(why) => Some(why.as_str()),
            _ => None,
        })
    }

    /// Why the secrets cannot be fetched.
    pub(crate) fn no_secrets(self) -> Option<&'a str> {
        self.ailments().find_map(|ailment| match ailment {
            Ailment::NoSecrets(why) => Some(why.as_str()),
            _ => None,
        })
    }

    /// Whether it has to be killed.
    pub(crate) fn ignores_stop(self) -> bool {
        self.ailments().any(|ailment| *ailment == Ailment::IgnoresStop)
    }

    /// Whether the container's own health check fails.
    pub(crate) fn fails_container_check(self) -> bool {
        self.ailments().any(|ailment| *ailment == Ailment::FailsContainerCheck)
    }

    /// How its essential container ends now, if it does.
    pub(crate) fn exit(self) -> Option<Exit> {
        let started = self.task.started_at?;
        self.struck().find_map(|affliction| match &affliction.ailment {
            Ailment::Exits { after_seconds, code, last_words } => {
                // What strikes a task that already runs strikes from then on.
                let ill_for = self.pace.seconds(self.now.since(started.max(affliction.since)));
                (ill_for >= *after_seconds).then(|| Exit { code: *code, reason: None, last_words: last_words.clone() })
            }
            Ailment::Leaks { exit_code, .. } => (self.memory() >= 100.0).then(|| Exit {
                code: *exit_code,
                reason: Some(OUT_OF_MEMORY),
                last_words: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"
                    .to_owned(),
            }),
            _ => None,
        })
    }

    /// Percent of the task's memory in use.
    pub(crate) fn memory(self) -> f64 {
        let leaked = |affliction: &Affliction| match (&affliction.ailment, self.task.started_at) {
            (Ailment::Leaks { percent_a_minute, .. }, Some(started)) => {
                percent_a_minute * self.pace.seconds(self.now.since(started.max(affliction.since))) / 60.0
            }
            _ => 0.0,
        };
        (USUAL_MEMORY + self.struck().map(leaked).sum::<f64>()).min(100.0)
    }

    /// How many times the usual CPU a request costs.
    pub(crate) fn work(self) -> f64 {
        self.ailments().map(|ailment| if let Ailment::Works { times } = ailment { *times } else { 1.0 }).product()
    }

    /// What its health endpoint answers instead of the usual.
    pub(crate) fn health_status(self) -> Option<u16> {
        self.ailments().find_map(|ailment| match ailment {
            Ailment::AnswersHealthChecks(status) => Some(*status),
            _ => None,
        })
    }

    /// Whether it answers nobody.
    pub(crate) fn hangs(self) -> bool {
        self.ailments().any(|ailment| *ailment == Ailment::Hangs)
    }

    /// The share of requests that fail, and of those that are refused.
    pub(crate) fn failing(self) -> (f64, f64) {
        self.ailments().fold((0.0, 0.0), |(failed, refused), ailment| match ailment {
            Ailment::Fails { share } => (share.max(failed), refused),
            Ailment::Refuses { share } => (failed, share.max(refused)),
            _ => (failed, refused),
        })
    }

    /// How long a request waits for something else, and for what.
    pub(crate) fn waiting(self) -> Option<(f64, &'a str)> {
        self.ailments().find_map(|ailment| match ailment {
            Ailment::Waits { seconds, on } => Some((*seconds, on.as_str())),
            _ => None,
        })
    }
}
