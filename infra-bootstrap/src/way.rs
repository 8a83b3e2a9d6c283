//! Where an alarm goes and whom that reaches: what `route test` tells.

use std::fs;
use std::path::Path;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::{Alarm, EcsEvent, NotAnAlarm, Parsed, envelope, parse};
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Explanation, Repeat, explain};
use paramedic_domain::incident::Policy;
use paramedic_domain::report::whom;
use paramedic_domain::silence::{self, Active};
use paramedic_domain::standing::Standing;
use paramedic_domain::wall_clock::Zone;
use paramedic_edge::alarms::ReadError;
use paramedic_edge::aws::Aws;
use serde_json::{Value, json};

use crate::columns::{about, at};

/// What can be routed.
#[derive(Debug, Clone, PartialEq)]
pub enum Routable {
    /// An alarm.
    Alarm(Box<Alarm>),
    /// An event of ECS.
    EcsEvent(Box<EcsEvent>),
}

/// Why there is nothing to route.
#[derive(Debug, thiserror::Error)]
pub enum NoAlarm {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}\nhint: name a file with the JSON of an alarm, or the alarm itself")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{file} holds no alarm: {}\nhint: name a file with the JSON of an alarm, as SNS, EventBridge or CloudWatch send it", why.why)]
    NotAnAlarm {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: Box<NotAnAlarm>,
    },
    /// The file holds something of our own.
    #[error(
        "{file} holds no alarm but {what}\nhint: name a file with the JSON of an alarm, as SNS, EventBridge or CloudWatch send it"
    )]
    OurOwn {
        /// The file.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// There is neither a file nor an alarm of that name.
    #[error(
        "there is no file and no alarm called {name:?}\nhint: check --region, or save the alarm's message to a file and name that"
    )]
    Unknown {
        /// What was named.
        name: String,
    },
    /// CloudWatch does not say.
    #[error("{0}\nhint: the credentials need cloudwatch:DescribeAlarms and cloudwatch:ListTagsForResource")]
    Unread(#[from] ReadError),
}

/// The alarms and events in a file: in any shape in which they travel, in an envelope or without.
///
/// # Errors
/// See [`NoAlarm`]; the first thing that is none is told.
pub fn read_file(path: &Path) -> Result<Vec<Routable>, NoAlarm> {
    let file = path.display().to_string();
    let bytes = fs::read(path).map_err(|source| NoAlarm::Unreadable { file: file.clone(), source })?;
    let ours = |what| NoAlarm::OurOwn { file: file.clone(), what };
    envelope::open(&bytes)
        .into_iter()
        .map(|delivery| match parse(&delivery.body) {
            Ok(Parsed::Alarm(alarm)) => Ok(Routable::Alarm(alarm)),
            Ok(Parsed::EcsEvent(event)) => Ok(Routable::EcsEvent(event)),
            Ok(Parsed::Tick) => Err(ours("a tick")),
            Ok(Parsed::Bulletin(_)) => Err(ours("a bulletin")),
            Ok(Parsed::Petition(_)) => Err(ours("a request")),
            Ok(Parsed::Order(_)) => Err(ours("an order")),
            Err(why) => Err(NoAlarm::NotAnAlarm { file: file.clone(), why: Box::new(why) }),
        })
        .collect()
}

/// An alarm of the account by its name, with its tags.
///
/// # Errors
/// See [`NoAlarm`].
pub async fn read_alarm(sdk: &SdkConfig, name: &str) -> Result<Routable, NoAlarm> {
    let alarms = Aws::with(sdk.clone()).alarms();
    let found = alarms.named(&[name.to_owned()]).await?;
    let alarm = found.into_iter().next().ok_or_else(|| NoAlarm::Unknown { name: name.to_owned() })?.alarm;
    let tags = alarms.tags(&alarm.arn).await?;
    Ok(Routable::Alarm(Box::new(Alarm { tags, ..alarm })))
}

/// The way of one alarm.
#[derive(Debug, Clone)]
pub struct Way {
    /// Which rule it hits, and why.
    pub explanation: Explanation,
    /// The name of the policy that it climbs.
    pub policy: String,
    /// Its steps, in their order.
    pub steps: Vec<Reached>,
    /// What comes after the last.
    pub repeat: Repeat,
    /// How long an acknowledgement holds.
    pub ack_expires: SignedDuration,
    /// The silence it is under.
    pub silenced: Option<Active>,
}

/// One step, and whom it reaches at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Its targets, as the configuration has them.
    pub targets: Vec<String>,
    /// Whom they lead to.
    pub whom: Vec<String>,
    /// How long it is waited for an acknowledgement.
    pub wait: SignedDuration,
}

impl Way {
    /// Follows an alarm to whoever would be told of it now.
    pub fn of(routable: &Routable, config: &Config, standing: &Standing, now: Timestamp) -> Self {
        let explanation = match routable {
            Routable::Alarm(alarm) => explain(alarm.as_ref(), config),
            Routable::EcsEvent(event) => explain(event.as_ref(), config),
        };
        let policy = Policy::of(config, standing, now);
        let named = explanation.route.policy.as_ref().and_then(|name| policy.escalation.get(name));
        let climbed = named.unwrap_or(&policy.default);
        let (severity, ladder) = (explanation.route.severity, climbed.ladder(explanation.route.severity));
        let steps = ladder.steps.iter().enumerate().map(|(number, step)| Reached {
            targets: step.notify.iter().map(ToString::to_string).collect(),
            whom: policy.reach.channels(step, severity, number == 0).iter().map(whom).collect(),
            wait: step.wait,
        });
        Self {
            policy: climbed.name.to_string(),
            steps: steps.collect(),
            repeat: ladder.repeat,
            ack_expires: ladder.ack_expires,
            silenced: silence::active(&policy.silences, &explanation.profile, now),
            explanation,
        }
    }

    /// Whether no rule and no service claims the alarm, so that it takes the default route.
    pub fn is_default(&self) -> bool {
        self.explanation.route.is_unrouted()
    }

    /// As text for a terminal, with times as they are read in a zone.
    pub fn text(&self, zone: &Zone) -> String {
        let Self { explanation, policy, steps, repeat, ack_expires, silenced } = self;
        let mut text = format!("{explanation}\npolicy {policy}, {}\n", explanation.route.severity);
        for (number, Reached { targets, whom, wait }) in steps.iter().enumerate() {
            let (targets, whom) = (targets.join(", "), whom.join(", "));
            text.push_str(&format!("  step {}: {targets}\n    now reaches {whom}\n", number + 1));
            text.push_str(&format!("    waits {} for an acknowledgement\n", about(*wait)));
        }
        let after = match repeat {
            Repeat::UntilAcked => "then from step 1 again, until somebody acknowledges".to_owned(),
            Repeat::Times(0) => "then nobody else".to_owned(),
            Repeat::Times(1) => "then from step 1 once more".to_owned(),
            Repeat::Times(times) => format!("then from step 1 {times} times more"),
        };
        text.push_str(&format!("  {after}\n  an acknowledgement holds {}\n", about(*ack_expires)));
        if let Some(Active { id, reason, by, until }) = silenced {
            let line = format!("silenced until {} by {by} ({id}): {reason}; nobody is told", at(*until, zone));
            text.push_str(&format!("  {}\n", paramedic_domain::alarm::text::escaped(&line, 1000)));
        }
        text
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let steps = self.steps.iter().map(
            |Reached { targets, whom, wait }| json!({ "targets": targets, "reaches": whom, "wait_s": wait.as_secs() }),
        );
        let repeat = match self.repeat {
            Repeat::UntilAcked => json!("until_acked"),
            Repeat::Times(times) => json!(times),
        };
        json!({
            "default": self.is_default(),
            "explanation": self.explanation,
            "policy": {
                "name": self.policy,
                "steps": steps.collect::<Vec<_>>(),
                "repeat": repeat,
                "ack_expires_s": self.ack_expires.as_secs(),
            },
            "silenced": self.silenced,
        })
    }
}

#[cfg(test)]
mod tests;
