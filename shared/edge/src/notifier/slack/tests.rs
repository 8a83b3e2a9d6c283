#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use paramedic_domain::escalation::MANY_SERVICES;
use paramedic_domain::incident::{Entry, Happening, Incident};
use paramedic_domain::report::story;
use serde_json::json;

use super::*;
use crate::http::Https;
use crate::notifier::Notifiers;
use crate::secrets::Secrets;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, impatient, patient};

/// Slack and Secrets Manager behind one address: the latter has this token, the former answers by script. The script gets
/// how many messages came before.
async fn slack(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Notifiers) {
    slack_with_tokens(|_| "xoxb-1", script).await
}

async fn slack_with_tokens(
    token: impl Fn(usize) -> &'static str + Send + Sync + 'static,
    script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
) -> (Stub, Notifiers) {
    let (reads, messages) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::SeqCst);
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "GetSecretValue" => {
            let value = json!({ "bot_token": token(count(&reads)) }).to_string();
            Reply::json(200, &json!({ "Name": "paramedic/slack", "SecretString": value }))
        }
        _ => script(asked, count(&messages)),
    })
    .await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(&stub.url)));
    let notifiers = at(&stub.url, secrets);
    (stub, notifiers)
}

fn at(url: &str, secrets: Secrets) -> Notifiers {
    let (config, environment) = (staged::config(url), staged::environment());
    Notifiers::new(&config, &environment, staged::sns(url), Https::new().unwrap(), secrets)
}

fn ok() -> Reply {
    Reply::json(200, &json!({ "ok": true, "channel": "C024BE91L", "ts": "1503435956.000247" }))
}

fn error(error: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": error }))
}

fn root() -> MessageRef {
    MessageRef { channel: "C024BE91L".to_owned(), ts: "1503435956.000247".to_owned() }
}

/// An incident that has its message.
fn shown() -> Incident {
    let mut incident = staged::incident();
    incident.view.message = Some(root());
    incident
}

async fn send(slack: &Notifiers, incident: &Incident, channel: &Channel, kind: Kind, number: u32) -> Sent {
    send_as(slack, incident, channel, kind, number, Severity::P0).await
}

async fn send_as(
    slack: &Notifiers,
    incident: &Incident,
    channel: &Channel,
    kind: Kind,
    number: u32,
    severity: Severity,
) -> Sent {
    let story = story(incident, None);
    slack.send(&Note { incident, story: &story, channel, kind, severity, page: 1, number }).await
}

async fn post(slack: &Notifiers) -> Sent {
    send(slack, &staged::incident(), &Channel::Slack, Kind::Post, 1).await
}

async fn show(slack: &Notifiers, history: &[Entry]) -> Shown {
    show_of(slack, &shown(), history).await
}

async fn show_of(slack: &Notifiers, incident: &Incident, history: &[Entry]) -> Shown {
    slack.show(&Showing { incident, message: &root(), story: &story(incident, None), history }).await
}

fn entry(number: u32, detail: &str) -> Entry {
    Entry { at: staged::now(), what: Happening::Alarm, detail: detail.to_owned(), by: None, number }
}

/// What Slack was asked, without the readings of the secret.
fn asked(stub: &Stub) -> Vec<Asked> {
    stub.asked().into_iter().filter(|asked| asked.operation() != "GetSecretValue").collect()
}

#[tokio::test]
async fn a_message_is_posted_as_the_bot_into_the_channel_and_slack_says_where_it_is() {
    let (stub, slack) = slack(|_, _| ok()).await;
    assert_eq!(post(&slack).await, Ok(Some(root())));
    let asked = &asked(&stub)[0];
    assert_eq!(asked.path, "/api/chat.postMessage");
    assert_eq!(asked.header("authorization"), "Bearer xoxb-1");
    assert_eq!(asked.json()["channel"], "#ops-alerts");
    assert_eq!(asked.json()["blocks"][0]["text"]["text"], "FIRING: P0 web: web-P0-alb-5xx");
    assert_eq!(asked.json()["thread_ts"], Value::Null);
}

#[tokio::test]
async fn what_has_to_notify_later_is_a_reply_that_the_channel_sees_too() {
    let (stub, slack) = slack(|_, _| ok()).await;
    let told = send(&slack, &shown(), &Channel::Slack, Kind::Broadcast, 2).await;
    assert_eq!(told, Ok(None), "it does not take the place of the message that is kept current");
    let body = asked(&stub)[0].json();
    assert_eq!((&body["channel"], &body["thread_ts"]), (&json!("C024BE91L"), &json!("1503435956.000247")));
    assert_eq!(body["reply_broadcast"], true);
}

#[tokio::test]
async fn while_there_is_no_message_to_reply_to_it_is_a_message_of_its_own() {
    let (stub, slack) = slack(|_, _| ok()).await;
    let told = send(&slack, &staged::incident(), &Channel::Slack, Kind::Broadcast, 2).await;
    assert_eq!(told, Ok(Some(root())));
    assert_eq!(asked(&stub)[0].json()["thread_ts"], Value::Null);
}

#[tokio::test]
async fn elsewhere_and_to_a_person_every_message_is_a_new_one_without_buttons() {
    for to in ["#db", "U024BE7LH"] {
        let (stub, slack) = slack(|_, _| ok()).await;
        let told = send(&slack, &shown(), &Channel::SlackTo(to.to_owned()), Kind::Page, 2).await;
        assert_eq!(told, Ok(None));
        let body = asked(&stub)[0].json();
        assert_eq!((&body["channel"], &body["thread_ts"]), (&json!(to), &Value::Null));
        assert!(body["blocks"].as_array().unwrap().iter().all(|block| block["type"] != "actions"));
    }
}

#[tokio::test]
async fn an_update_changes_that_very_message() {
    let (stub, slack) = slack(|_, _| ok()).await;
    assert_eq!(show(&slack, &[]).await.whole(), Ok(()));
    let asked = asked(&stub);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/api/chat.update");
    assert_eq!(
        (&asked[0].json()["channel"], &asked[0].json()["ts"]),
        (&json!("C024BE91L"), &json!("1503435956.000247"))
    );
}

#[tokio::test]
async fn what_happened_meanwhile_is_one_quiet_reply() {
    let (stub, slack) = slack(|_, _| ok()).await;
    let shown = show(&slack, &[entry(1, "web-P0-alb-5xx is in ALARM"), entry(2, "web-P1-latency is in ALARM")]).await;
    assert_eq!(shown.whole(), Ok(()));
    let reply = asked(&stub)[1].json();
    assert_eq!(reply["thread_ts"], "1503435956.000247");
    assert_eq!(reply["reply_broadcast"], Value::Null);
    let text = "• 03:00:00 UTC alarm: web-P0-alb-5xx is in ALARM\n• 03:00:00 UTC alarm: web-P1-latency is in ALARM";
    assert_eq!(reply["blocks"][0]["text"]["text"], text);
}

#[tokio::test]
async fn history_waits_for_its_message() {
    let (stub, slack) = slack(|_, _| error("message_not_found")).await;
    let shown = show(&slack, &[entry(1, "web-P0-alb-5xx is in ALARM")]).await;
    assert!(shown.edit.is_err() && shown.history.is_err());
    assert_eq!(asked(&stub).len(), 1);
}

#[tokio::test]
async fn a_message_that_is_sent_again_is_known_as_the_same_and_no_other_is() {
    let (stub, slack) = slack(|_, _| Reply::HangsUp).await;
    for number in [1, 1, 2] {
        assert!(send(&slack, &staged::incident(), &Channel::Slack, Kind::Post, number).await.is_err());
    }
    let ids: Vec<Value> = asked(&stub).iter().map(|asked| asked.json()["client_msg_id"].clone()).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
    let id = ids[0].as_str().unwrap();
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!((groups, &id[14..15]), (vec![8, 4, 4, 4, 12], "8"), "a UUID of our own making: {id}");
    assert!("89ab".contains(&id[19..20]), "{id}");
}

#[tokio::test]
async fn a_message_whose_first_copy_is_gone_is_posted_anew() {
    let gone = |asked: &Asked, _| match &asked.json()["client_msg_id"] {
        Value::Null => ok(),
        _ => error("duplicate_message_not_found"),
    };
    let (stub, slack) = slack(gone).await;
    assert_eq!(post(&slack).await, Ok(Some(root())));
    assert_eq!(asked(&stub).len(), 2);
}

#[tokio::test]
async fn when_slack_asks_to_wait_nothing_more_is_posted_until_then() {
    let (stub, slack) = slack(|_, _| Reply::Says(429, vec![("retry-after", "30".to_owned())], vec![])).await;
    for _ in 0..3 {
        let failure = post(&slack).await.unwrap_err();
        let Failure::Transient { retry_after_s: Some(wait), .. } = failure else { panic!("{failure:?}") };
        assert!((29..=30).contains(&wait));
    }
    assert_eq!(asked(&stub).len(), 1);
    // Slack limits each method by itself, and each channel.
    assert!(show(&slack, &[]).await.edit.is_err());
    assert!(send(&slack, &shown(), &Channel::SlackTo("#db".to_owned()), Kind::Post, 2).await.is_err());
    let paths: Vec<String> = asked(&stub).into_iter().map(|asked| asked.operation()).collect();
    assert_eq!(paths, ["chat.postMessage", "chat.update", "chat.postMessage"]);
}

#[tokio::test]
async fn a_storm_of_lesser_messages_is_spread_and_delays_no_p0() {
    let (stub, slack) = slack(|_, _| ok()).await;
    let incident = staged::incident();
    let lesser = (0..20).map(|number| send_as(&slack, &incident, &Channel::Slack, Kind::Post, number, Severity::P1));
    let urgent = (100..105).map(|number| send(&slack, &incident, &Channel::Slack, Kind::Post, number));
    let (lesser, urgent) = futures::join!(join_all(lesser), join_all(urgent));
    assert!(urgent.iter().all(Result::is_ok), "{urgent:?}");
    let sent = lesser.iter().filter(|sent| sent.is_ok()).count();
    assert!((4..=6).contains(&sent), "a few at once, the others later: {sent}");
    for failure in lesser.iter().filter_map(|sent| sent.as_ref().err()) {
        assert!(matches!(failure, Failure::Transient { retry_after_s: Some(1..), .. }), "{failure:?}");
    }
    assert_eq!(asked(&stub).len(), sent + 5, "what waits costs no request");
}

#[tokio::test]
async fn what_a_storm_changes_in_its_messages_never_keeps_its_digest_from_naming_all() {
    let (stub, slack) = slack(|_, _| ok()).await;
    let digest = Incident { service: MANY_SERVICES.into(), ..shown() };
    assert!(digest.is_digest() && !shown().is_digest());
    let edits = join_all((0..30).map(|_| show(&slack, &[]))).await;
    let waiting = edits.iter().filter(|shown| shown.edit.is_err()).count();
    assert!((18..=20).contains(&waiting), "ten at once and what comes in turn, the others later: {waiting}");
    assert_eq!(show_of(&slack, &digest, &[]).await.edit, Ok(()));
    assert!(show(&slack, &[]).await.edit.is_err(), "those after it wait the longer");
    assert_eq!(asked(&stub).len(), 30 - waiting + 1, "what waits costs no request");
}

#[tokio::test]
async fn success_without_a_place_and_an_answer_without_end_may_work_later() {
    for reply in [|| Reply::json(200, &json!({ "ok": true })), || Reply::Says(200, vec![], vec![b' '; 1 << 20])] {
        let (_stub, slack) = slack(move |_, _| reply()).await;
        assert!(matches!(post(&slack).await, Err(Failure::Transient { .. })));
    }
}

#[tokio::test]
async fn slacks_own_trouble_passes_and_its_refusals_stay() {
    let cases = [
        ("ratelimited", true),
        ("internal_error", true),
        ("channel_not_found", false),
        ("invalid_blocks", false),
        ("not_in_channel", false),
    ];
    for (word, later) in cases {
        let (_stub, slack) = slack(move |_, _| error(word)).await;
        let failure = post(&slack).await.unwrap_err();
        assert_eq!(matches!(failure, Failure::Transient { .. }), later, "{word}: {failure:?}");
    }
}

#[tokio::test]
async fn the_secret_is_read_once_for_many_messages() {
    let (stub, slack) = slack(|_, _| ok()).await;
    post(&slack).await.unwrap();
    post(&slack).await.unwrap();
    assert_eq!(stub.operations(), ["GetSecretValue", "chat.postMessage", "chat.postMessage"]);
}

#[tokio::test]
async fn a_rotated_token_is_read_again_and_used_at_once() {
    let only_the_new = |asked: &Asked, _| match asked.header("authorization") {
        "Bearer xoxb-new" => ok(),
        _ => error("token_revoked"),
    };
    let rotated = |reads| if reads == 0 { "xoxb-old" } else { "xoxb-new" };
    let (stub, slack) = slack_with_tokens(rotated, only_the_new).await;
    post(&slack).await.unwrap();
    post(&slack).await.unwrap();
    let expected = ["GetSecretValue", "chat.postMessage", "GetSecretValue", "chat.postMessage", "chat.postMessage"];
    assert_eq!(stub.operations(), expected);
}

#[tokio::test]
async fn a_token_that_stays_refused_is_not_tried_twice() {
    let (stub, slack) = slack(|_, _| error("invalid_auth")).await;
    let failure = post(&slack).await.unwrap_err();
    assert_eq!(failure, Failure::Permanent { why: "chat.postMessage: invalid_auth".to_owned() });
    assert_eq!(stub.operations(), ["GetSecretValue", "chat.postMessage", "GetSecretValue"]);
}

#[tokio::test]
async fn secrets_manager_that_does_not_answer_leaves_the_secret_unavailable() {
    let stub = Stub::start(|_, _| Reply::Silence).await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&impatient(&stub.url)));
    let failure = post(&at(&stub.url, secrets)).await.unwrap_err();
    assert!(matches!(&failure, Failure::SecretUnavailable { why, .. } if why == "timed out"), "{failure:?}");
}
