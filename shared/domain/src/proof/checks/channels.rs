//! Whether the channels that need a secret would take a message.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::readings::SlackFacts;
use super::super::{Expected, Readings};
use crate::alarm::text;
use crate::evidence::Reading;

/// What the bot has to be allowed ("chat.postMessage" and "chat.update", Slack Web API).
const NEEDED: &[&str] = &["chat:write"];
/// Allows to add graphs to threads; all else works without.
const GRAPHS: &str = "files:write";
/// Allows posting to public channels without being in them.
const ANYWHERE: &str = "chat:write.public";

/// The secrets are there, with the fields that are used.
pub(super) fn secrets(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    if readings.secrets.is_empty() {
        return Says::skip("no channel needs a secret");
    }
    let problems = readings.secrets.iter().filter_map(|secret| {
        let why = secret.result.as_ref().err()?;
        Some(format!("{} ({}): {}", secret.name, secret.field, text::escaped(why, 200)))
    });
    let names: BTreeSet<&str> = readings.secrets.iter().map(|secret| secret.name.as_str()).collect();
    let good = names.into_iter().collect::<Vec<_>>().join(", ");
    let hint = "put the field into the secret's JSON object, and keep its name under the stack's SecretPrefix";
    Says::all(problems.collect(), Vec::new(), good, hint)
}

/// Slack takes the token, and the token may write.
pub(super) fn slack_token(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let slack = match slack(expected, readings) {
        Ok(slack) => slack,
        Err(says) => return says,
    };
    if let Some(why) = &slack.refused {
        let hint = "install the app again and put its new bot token into the secret";
        return Says::fail(format!("Slack refuses the token: {}", text::escaped(why, 100)), hint);
    }
    let missing: Vec<&str> = NEEDED.iter().copied().filter(|scope| !slack.scopes.contains(*scope)).collect();
    if !missing.is_empty() {
        let hint = "add the scopes in the app's settings (OAuth & Permissions) and install it again";
        return Says::fail(format!("the token lacks {}", missing.join(", ")), hint);
    }
    let note = if slack.scopes.contains(GRAPHS) { "" } else { "; without files:write there are no graphs" };
    Says::pass(format!("Slack takes the token, which has {}{note}", NEEDED.join(", ")))
}

/// The channel is there and the bot may post to it.
pub(super) fn slack_channel(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let slack = match slack(expected, readings) {
        Ok(slack) => slack,
        Err(says) => return says,
    };
    if slack.refused.is_some() {
        return Says::skip("the token is refused, so nobody can look");
    }
    let name = text::escaped(expected.slack_channel.as_deref().unwrap_or_default(), 80);
    match &slack.channel {
        Reading::Unread { why } => Says::unproven(
            format!("{name} could not be looked up: {}", text::escaped(why, 200)),
            "give the app the scopes channels:read and groups:read, with which it can look",
        ),
        Reading::NotConfigured => Says::skip("no channel is configured"),
        Reading::Read(None) => Says::fail(
            format!("{name} is no channel that the bot can see"),
            "correct [slack] channel; to a private channel the bot has to be invited",
        ),
        Reading::Read(Some(channel)) if channel.archived => {
            Says::fail(format!("{name} is archived"), "unarchive it, or name another in [slack] channel")
        }
        Reading::Read(Some(channel)) if !channel.member && !slack.scopes.contains(ANYWHERE) => {
            Says::fail(format!("the bot is not in {name}"), "invite it: /invite @paramedic in that channel")
        }
        Reading::Read(Some(_)) => Says::pass(format!("the bot may post to {name}")),
    }
}

/// PagerDuty takes the routing key.
pub(super) fn pagerduty_key(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    match &readings.pagerduty {
        Reading::NotConfigured => Says::skip("PagerDuty is not configured, or its key could not be read"),
        Reading::Unread { why } => Says::unread("PagerDuty's answer", why),
        Reading::Read(facts) => match &facts.refused {
            None => Says::pass("PagerDuty takes an event under the routing key"),
            Some(why) => Says::fail(
                format!("PagerDuty refuses the routing key: {}", text::escaped(why, 200)),
                "put the integration key of an Events API v2 integration into the secret",
            ),
        },
    }
}

fn slack<'a>(expected: &Expected, readings: &'a Readings) -> Result<&'a SlackFacts, Says> {
    match &readings.slack {
        Reading::Read(slack) => Ok(slack),
        Reading::NotConfigured if expected.slack_channel.is_some() => {
            Err(Says::skip("the token could not be read, see the check of the secrets"))
        }
        Reading::NotConfigured => Err(Says::skip("Slack is not configured")),
        Reading::Unread { why } => Err(Says::unread("Slack's answer", why)),
    }
}
