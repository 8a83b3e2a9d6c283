//! The `paramedic.toml` of a stage.

use std::fmt;

use super::Names;

/// What Paramedic may do to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It says what it would do.
    Suggest,
    /// It does it once a person approved.
    Approve,
    /// It redeploys by itself where that is provably safe.
    Auto,
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Suggest => "suggest",
            Self::Approve => "approve",
            Self::Auto => "auto",
        })
    }
}

/// What the config of a stage says beside the service: times, and tables that a scenario needs.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// How often the router reconciles alarms with incidents.
    pub reconcile_every: &'static str,
    /// How long after its end an incident is opened again rather than followed by a new one.
    pub reopen_within: &'static str,
    /// Three times up and down within this long is flapping.
    pub flapping_within: &'static str,
    /// Whether the config names the service's cache.
    pub cache: Cache,
    /// Further tables, as they stand in the file.
    pub tables: &'static str,
}

/// Whether Paramedic knows of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// The config names it.
    Named,
    /// The config names none.
    Unnamed,
}

impl Tuning {
    /// Short times, reconciliation hardly ever, and no further tables.
    pub const USUAL: Self =
        Self { reconcile_every: "5m", reopen_within: "1s", flapping_within: "15m", cache: Cache::Named, tables: "" };
}

/// What the platform stack made, as the config names it.
#[derive(Debug, Clone)]
pub(super) struct Platform {
    pub(super) target_group: String,
    pub(super) load_balancer: String,
    pub(super) cache: String,
    pub(super) log_group: String,
    /// The roles of its tasks, which whoever rolls it back passes on.
    pub(super) task_roles: Vec<String>,
}

/// Writes the config. Waits are short, so that a scenario takes less than a minute; what they are in production is in the
/// reference `paramedic.toml`. `platform` is absent while the platform is not there yet.
pub(super) fn write(names: &Names, mode: Mode, tuning: &Tuning, sinks: &str, platform: Option<&Platform>) -> String {
    let Names { service, cluster, service_secret, .. } = names;
    let Tuning { reconcile_every, reopen_within, flapping_within, cache, tables } = tuning;
    let mut text = format!(
        r##"version = 1

[slack]
secret = "paramedic/slack"
channel = "#ops-alerts"
approvers = ["U0SANDBOXADA"]
api_url = "{sinks}/slack/api"

[pagerduty]
secret = "paramedic/pagerduty"
events_url = "{sinks}/pagerduty"

[timing]
evidence_deadline = "8s"
reconcile_every = "{reconcile_every}"
verify_after = "1s"
verify_within = "30s"
cooldown = "2s"
dwell = "20s"
set_back_after = "20s"
look_again_after = "2s"
reopen_within = "{reopen_within}"
flapping_within = "{flapping_within}"

[heartbeat]
every = "5s"

[[service]]
name = "{service}"
cluster = "{cluster}"
ecs_service = "{service}"
secrets = ["{service_secret}"]
owner = "team-{service}"
runbook = "https://runbooks.example.com/{service}"
default_mode = "{mode}"
most_tasks = 12
"##
    );
    if let Some(platform) = platform {
        text.push_str(&format!(
            "target_group = \"{}\"\nload_balancer = \"{}\"\nlog_group = \"{}\"\ntask_roles = {:?}\n",
            platform.target_group, platform.load_balancer, platform.log_group, platform.task_roles
        ));
        if *cache == Cache::Named {
            text.push_str(&format!("cache = \"{}\"\n", platform.cache));
        }
    }
    text.push_str(&format!("\n{}\n", tables.trim()));
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn the_config_is_accepted_by_paramedic_itself() {
        let platform = Platform {
            target_group: "targetgroup/x/0123456789abcdef".to_owned(),
            load_balancer: "app/x/0123456789abcdef".to_owned(),
            cache: "x-redis".to_owned(),
            log_group: "/ecs/x".to_owned(),
            task_roles: vec!["arn:aws:iam::123456789012:role/x-task".to_owned()],
        };
        let names = Names::of(3);
        for platform in [None, Some(&platform)] {
            let text = write(&names, Mode::Auto, &Tuning::USUAL, "http://127.0.0.1:1/sinks", platform);
            let config = paramedic_domain::config::Config::parse(&text, "paramedic.toml").unwrap();
            assert_eq!(config.services.len(), 1);
            assert_eq!(config.services[0].name.as_str(), names.service);
        }
    }
}
