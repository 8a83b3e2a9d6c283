//! The `paramedic.toml` of a stage.

use std::fmt;

use super::Names;

/// What Paramedic may do to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It says what it would do.
    Suggest,
    /// It redeploys by itself where that is provably safe.
    Auto,
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Suggest => "suggest",
            Self::Auto => "auto",
        })
    }
}

/// What the platform stack made, as the config names it.
#[derive(Debug, Clone)]
pub(super) struct Platform {
    pub(super) target_group: String,
    pub(super) load_balancer: String,
    pub(super) cache: String,
    pub(super) log_group: String,
}

/// Writes the config. Waits are short, so that a scenario takes less than a minute; what they are in production is in the
/// reference `paramedic.toml`. `platform` is absent while the platform is not there yet.
pub(super) fn write(
    names: &Names,
    mode: Mode,
    reconcile_every: &str,
    sinks: &str,
    platform: Option<&Platform>,
) -> String {
    let Names { service, cluster, service_secret, .. } = names;
    let mut text = format!(
        r##"version = 1

[slack]
secret = "paramedic/slack"
channel = "#ops-alerts"
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
look_again_after = "2s"
reopen_within = "1s"

[[service]]
name = "{service}"
cluster = "{cluster}"
ecs_service = "{service}"
secrets = ["{service_secret}"]
owner = "team-{service}"
runbook = "https://runbooks.example.com/{service}"
default_mode = "suggest"
"##
    );
    if let Some(platform) = platform {
        text.push_str(&format!(
            "target_group = \"{}\"\nload_balancer = \"{}\"\ncache = \"{}\"\nlog_group = \"{}\"\n",
            platform.target_group, platform.load_balancer, platform.cache, platform.log_group
        ));
    }
    text.push_str(&format!("\n[service.modes]\nforce_redeploy = \"{mode}\"\n"));
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
        };
        let names = Names::of(3);
        for platform in [None, Some(&platform)] {
            let text = write(&names, Mode::Auto, "3s", "http://127.0.0.1:1/sinks", platform);
            let config = paramedic_domain::config::Config::parse(&text, "paramedic.toml").unwrap();
            assert_eq!(config.services.len(), 1);
            assert_eq!(config.services[0].name.as_str(), names.service);
        }
    }
}
