//! One request: whose it is, what it says, whether it is new and allowed; then the router is told.

use jiff::Timestamp;
use paramedic_domain::inbound::authorisation::permit;
use paramedic_domain::inbound::pagerduty::{self, Event};
use paramedic_domain::inbound::seen::{Heard, REMEMBER_CLICKS, REMEMBER_EVENTS, bears_repetition};
use paramedic_domain::inbound::signature;
use paramedic_domain::inbound::slack::{self, Click, Pressed};
use serde_json::{Value, json};

use crate::Desk;
use crate::call::{Call, Door};
use crate::refusal::Refusal;

/// Handles one event of the Function URL. The answer is a status and nothing else.
pub async fn handle(desk: &Desk, event: &[u8], now: Timestamp) -> Value {
    let status = match listen(desk, event, now).await {
        Ok(()) => 200,
        Err(refusal) => {
            let status = refusal.status();
            match refusal.is_ours() {
                true => tracing::error!(status, why = %refusal, "nothing was done"),
                false => tracing::info!(status, why = %refusal, "nothing was done"),
            }
            status
        }
    };
    json!({ "statusCode": status, "headers": { "content-type": "text/plain" }, "body": "" })
}

async fn listen(desk: &Desk, event: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let call = Call::read(event)?;
    match call.door() {
        Some(Door::Slack) => from_slack(desk, &call, now).await,
        Some(Door::PagerDuty) => from_pagerduty(desk, &call, now).await,
        None => Err(Refusal::NoSuchDoor),
    }
}

async fn from_slack(desk: &Desk, call: &Call, now: Timestamp) -> Result<(), Refusal> {
    let keys = desk.slack.as_ref().ok_or(Refusal::NoSuchDoor)?;
    let (signed_at, signature) = (call.header("x-slack-request-timestamp"), call.header("x-slack-signature"));
    let request = keys.prove(now, |keys| signature::slack(keys, signed_at, signature, &call.body, now)).await?;
    let click = match slack::read(&request, now)? {
        Pressed::Asks(click) => click,
        Pressed::Runbook => return Ok(()),
    };
    let passed = pass_on(desk, &click, now).await;
    if let Some(text) = passed.as_ref().err().and_then(Refusal::explanation) {
        desk.whisper(&click, &text).await;
    }
    passed
}

async fn pass_on(desk: &Desk, click: &Click, now: Timestamp) -> Result<(), Refusal> {
    match desk.hear(&click.mark, REMEMBER_CLICKS, now).await {
        Heard::First => {}
        Heard::Again => return Err(Refusal::Replayed),
        Heard::Unknown if bears_repetition(&click.ask) => {}
        Heard::Unknown => return Err(Refusal::Forgotten),
    }
    let (ask, incident, by) = (click.ask.as_str(), &click.incident_id, &click.by.id);
    let slack = desk.config.slack.as_ref().ok_or(Refusal::NoSuchDoor)?;
    if let Err(denied) = permit(slack, &click.by, &click.ask) {
        tracing::warn!(ask, %incident, %by, why = denied.as_str(), "denied");
        return Err(Refusal::Denied(denied));
    }
    desk.tell(&click.petition()).await.map_err(Refusal::Unheard)?;
    tracing::info!(ask, %incident, %by, "passed on");
    Ok(())
}

async fn from_pagerduty(desk: &Desk, call: &Call, now: Timestamp) -> Result<(), Refusal> {
    let keys = desk.pagerduty.as_ref().ok_or(Refusal::NoSuchDoor)?;
    let signatures = call.header("x-pagerduty-signature");
    let request = keys.prove(now, |keys| signature::pagerduty(keys, signatures, &call.body)).await?;
    let (petition, mark) = match pagerduty::read(&request, now)? {
        Event::Asks { petition, mark } => (petition, mark),
        Event::Ignored(why) => return Err(Refusal::Ignored(why)),
    };
    // Unlike a click, an event is sent again. One that the table cannot remember may be passed on twice: it is an ack, and
    // bears the time at which it happened.
    if desk.hear(&mark, REMEMBER_EVENTS, now).await == Heard::Again {
        return Err(Refusal::Repeated);
    }
    if let Err(failure) = desk.tell(&petition).await {
        desk.unhear(&mark, now).await;
        return Err(Refusal::Unheard(failure));
    }
    tracing::info!(ask = petition.request.ask.as_str(), via = "PagerDuty", "passed on");
    Ok(())
}
