//! What the channels that need a secret say to a question that tells nobody anything.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use paramedic_domain::alarm::text;
use paramedic_domain::config::{Config, PagerDutyConfig, SlackConfig};
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::{NeededSecret, PagerDutyFacts, SecretRead, SlackChannelFacts, SlackFacts};
use serde::Deserialize;
use serde_json::{Value, json};

use super::in_time;
use crate::http::{Https, form};
use crate::secrets::{Secret, Secrets};

/// What PagerDuty is asked to resolve. No page has this key, and "acknowledge and resolve events referencing resolved or
/// nonexistent incidents" are discarded (PagerDuty, Events API): the answer is 202 and nobody is paged.
const NO_PAGE: &str = "paramedic/doctor";
/// Pages of channels that are looked through for a name, and the channels of a page. Slack allows about twenty such calls
/// a minute.
const PAGES: usize = 10;
const PAGE: usize = 200;

/// The channels, as far as they are configured.
pub(super) struct Channels {
    pub(super) secrets: Vec<SecretRead>,
    pub(super) slack: Reading<SlackFacts>,
    pub(super) pagerduty: Reading<PagerDutyFacts>,
}

pub(super) async fn read(config: &Config, https: &Https, secrets: &Secrets, within: Duration) -> Channels {
    let needed = NeededSecret::of(config);
    // Read anew: a secret that is remembered proves nothing.
    let values = join_all(needed.iter().map(|secret| secrets.fresh(&secret.name, secret.field))).await;
    let value = |name: &str, field: &str| {
        needed.iter().zip(&values).find(|(secret, _)| secret.name == name && secret.field == field)?.1.as_ref().ok()
    };
    let slack = async {
        match config.slack.as_ref().and_then(|slack| Some((slack, value(&slack.secret, "bot_token")?))) {
            Some((slack, token)) => {
                in_time(within, self::slack(slack, https, token)).await.map_or_else(unread, Reading::Read)
            }
            None => Reading::NotConfigured,
        }
    };
    let pagerduty = async {
        let known = config.pagerduty.as_ref();
        match known.and_then(|pagerduty| Some((pagerduty, value(&pagerduty.secret, "routing_key")?))) {
            Some((pagerduty, key)) => self::pagerduty(pagerduty, https, key).await,
            None => Reading::NotConfigured,
        }
    };
    let (slack, pagerduty) = futures::join!(slack, pagerduty);
    let secrets = needed
        .iter()
        .zip(&values)
        .map(|(secret, value)| SecretRead {
            name: secret.name.clone(),
            field: secret.field.to_owned(),
            result: value.as_ref().map(|_| ()).map_err(|failure| failure.why().to_owned()),
        })
        .collect();
    Channels { secrets, slack, pagerduty }
}

async fn pagerduty(config: &PagerDutyConfig, https: &Https, key: &Secret) -> Reading<PagerDutyFacts> {
    let event = json!({ "event_action": "resolve", "dedup_key": NO_PAGE, "routing_key": key.reveal() });
    let url = format!("{}/v2/enqueue", config.events_url());
    let answer = match https.post(&url, None, event.to_string().into_bytes()).await {
        Ok(answer) => answer,
        Err(failure) => return Reading::Unread { why: failure.why().to_owned() },
    };
    if let Some(busy) = answer.busy() {
        return Reading::Unread { why: busy.why().to_owned() };
    }
    if answer.status == http::StatusCode::ACCEPTED {
        return Reading::Read(PagerDutyFacts { refused: None });
    }
    let says: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = says.get("errors").and_then(|errors| errors.get(0)).or_else(|| says.get("message"));
    let why = why.and_then(Value::as_str).unwrap_or("no reason given").replace(key.reveal(), "(the key)");
    Reading::Read(PagerDutyFacts { refused: Some(format!("HTTP {}: {}", answer.status, text::escaped(&why, 200))) })
}

/// What Slack answers, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reply {
    ok: bool,
    error: Option<String>,
    channel: Option<Channel>,
    channels: Vec<Channel>,
    response_metadata: Option<Metadata>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Channel {
    name: String,
    is_member: bool,
    is_archived: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    next_cursor: String,
}

fn unread<T>(why: String) -> Reading<T> {
    Reading::Unread { why }
}

async fn slack(config: &SlackConfig, https: &Https, token: &Secret) -> Result<SlackFacts, String> {
    // `auth.test` tells whose token it is; every answer carries the token's scopes in a header.
    let (reply, scopes) = ask(config, https, token, "auth.test", "").await?;
    let refused = (!reply.ok).then(|| reply.error.unwrap_or_else(|| "ok is false, without an error".to_owned()));
    let channel = match &refused {
        Some(why) => Reading::Unread { why: why.clone() },
        None => match channel(config, https, token).await {
            Ok(channel) => Reading::Read(channel),
            Err(why) => Reading::Unread { why },
        },
    };
    Ok(SlackFacts { refused, scopes, channel })
}

/// The configured channel, by id (`conversations.info`) or by name (`conversations.list`; there is no lookup by name).
async fn channel(config: &SlackConfig, https: &Https, token: &Secret) -> Result<Option<SlackChannelFacts>, String> {
    let facts = |channel: &Channel| SlackChannelFacts { member: channel.is_member, archived: channel.is_archived };
    let Some(name) = name_of(&config.channel) else {
        let form = form(&[("channel", &config.channel)]);
        let (reply, _) = ask(config, https, token, "conversations.info", &form).await?;
        return match (reply.ok, reply.error.as_deref()) {
            (true, _) => Ok(reply.channel.as_ref().map(facts)),
            (false, Some("channel_not_found")) => Ok(None),
            (false, error) => Err(error.unwrap_or("ok is false, without an error").to_owned()),
        };
    };
    let mut cursor = String::new();
    for _ in 0..PAGES {
        let types = "public_channel,private_channel";
        let form = form(&[("limit", &PAGE.to_string()), ("types", types), ("cursor", &cursor)]);
        let (reply, _) = ask(config, https, token, "conversations.list", &form).await?;
        if !reply.ok {
            return Err(reply.error.unwrap_or_else(|| "ok is false, without an error".to_owned()));
        }
        if let Some(channel) = reply.channels.iter().find(|channel| channel.name == name) {
            return Ok(Some(facts(channel)));
        }
        cursor = reply.response_metadata.unwrap_or_default().next_cursor;
        if cursor.is_empty() {
            return Ok(None);
        }
    }
    Err(format!("it is not among the first {} channels; give its id instead of its name", PAGES * PAGE))
}

/// The name, unless the channel is configured by its id (`C…`, `G…`, `D…`, in capitals).
fn name_of(channel: &str) -> Option<&str> {
    let id =
        channel.starts_with(['C', 'G', 'D']) && channel.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    (!id).then(|| channel.trim_start_matches('#'))
}

/// Asks one method of the Web API. The reading ones take forms only ("Using the Slack Web API").
async fn ask(
    config: &SlackConfig,
    https: &Https,
    token: &Secret,
    method: &str,
    form: &str,
) -> Result<(Reply, BTreeSet<String>), String> {
    let url = format!("{}/{method}", config.api_url());
    let answer = https.post_form(&url, Some(token), form).await.map_err(|failure| failure.why().to_owned())?;
    if let Some(busy) = answer.busy() {
        return Err(busy.why().to_owned());
    }
    let reply = serde_json::from_slice(&answer.body)
        .map_err(|_| format!("{method}: HTTP {} without Slack's JSON", answer.status))?;
    let scopes = answer.scopes.as_deref().unwrap_or_default().split(',').map(str::trim);
    Ok((reply, scopes.filter(|scope| !scope.is_empty()).map(str::to_owned).collect()))
}
