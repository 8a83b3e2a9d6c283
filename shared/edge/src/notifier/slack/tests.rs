#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use paramedic_domain::report::{Label, Line, Link, Status, Story, story};
use serde_json::{Value, json};

use super::*;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, impatient, patient};

/// Slack and Secrets Manager behind one address: the latter has this token, the former answers by script. The script gets
/// how many messages came before.
async fn slack(token: &'static str, script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Slack) {
    slack_with_tokens(move |_| token, script).await
}

async fn slack_with_tokens(
    token: impl Fn(usize) -> &'static str + Send + Sync + 'static,
    script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
) -> (Stub, Slack) {
    let (reads, messages) = (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
    let count = |counter: &std::sync::atomic::AtomicUsize| counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "GetSecretValue" => {
            let value = json!({ "bot_token": token(count(&reads)) }).to_string();
            Reply::json(200, &json!({ "Name": "paramedic/slack", "SecretString": value }))
        }
        _ => script(asked, count(&messages)),
    })
    .await;
    let slack = at(&stub.url, Https::new().unwrap());
    (stub, slack)
}

fn at(url: &str, https: Https) -> Slack {
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(url)));
    Slack::new(staged::config(url).slack.as_ref().unwrap(), https, secrets)
}

fn ok() -> Reply {
    Reply::json(200, &json!({ "ok": true, "channel": "C024BE91L", "ts": "1503435956.000247" }))
}

fn error(error: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": error }))
}

fn told() -> Story {
    story(&staged::incident(), None)
}

#[tokio::test]
async fn a_message_is_posted_as_the_bot_into_the_channel_and_slack_says_where_it_is() {
    let (stub, slack) = slack("xoxb-1", |_, _| ok()).await;
    let message = slack.post(&told()).await.unwrap();
    assert_eq!(message, MessageRef { channel: "C024BE91L".to_owned(), ts: "1503435956.000247".to_owned() });
    let asked = &stub.asked()[1];
    assert_eq!(asked.path, "/api/chat.postMessage");
    assert_eq!(asked.header("authorization"), "Bearer xoxb-1");
    assert_eq!(asked.json()["channel"], "#ops-alerts");
    assert_eq!(asked.json()["blocks"][0]["text"]["text"], "FIRING: P0 web: web-P0-alb-5xx");
}

#[tokio::test]
async fn an_update_changes_that_very_message() {
    let (stub, slack) = slack("xoxb-1", |_, _| ok()).await;
    let message = MessageRef { channel: "C024BE91L".to_owned(), ts: "1503435956.000247".to_owned() };
    slack.update(&message, &told()).await.unwrap();
    let asked = &stub.asked()[1];
    assert_eq!(asked.path, "/api/chat.update");
    assert_eq!((&asked.json()["channel"], &asked.json()["ts"]), (&json!("C024BE91L"), &json!("1503435956.000247")));
}

#[tokio::test]
async fn what_may_work_later_is_told_from_what_will_not() {
    let html = || Reply::Says(200, vec![("content-type", "text/html".to_owned())], b"<html>log in</html>".to_vec());
    let cases: [(&str, fn() -> Reply, bool); 10] = [
        ("a server error", || Reply::json(500, &json!({ "ok": true, "channel": "C", "ts": "1" })), true),
        ("an overloaded server", || Reply::Says(503, vec![], b"busy".to_vec()), true),
        ("a limit", || error("ratelimited"), true),
        ("trouble at Slack", || error("internal_error"), true),
        ("a page in between", html, true),
        ("a redirect", || Reply::Says(302, vec![("location", "/elsewhere".to_owned())], vec![]), true),
        ("a hung up connection", || Reply::HangsUp, true),
        ("success without a place", || Reply::json(200, &json!({ "ok": true })), true),
        ("a channel that is gone", || error("channel_not_found"), false),
        ("a message it does not like", || error("invalid_blocks"), false),
    ];
    for (case, reply, later) in cases {
        let (_stub, slack) = slack("xoxb-1", move |_, _| reply()).await;
        let failure = slack.post(&told()).await.unwrap_err();
        assert_eq!(matches!(failure, Failure::Transient { .. }), later, "{case}: {failure:?}");
    }
}

#[tokio::test]
async fn a_limit_says_when_to_come_back() {
    let limited = |_: &Asked, _| Reply::Says(429, vec![("retry-after", "30".to_owned())], vec![]);
    let (_stub, slack) = slack("xoxb-1", limited).await;
    let failure = slack.post(&told()).await.unwrap_err();
    assert!(matches!(failure, Failure::Transient { retry_after_s: Some(30), .. }), "{failure:?}");
}

#[tokio::test]
async fn no_answer_and_nobody_there_may_work_later() {
    let (stub, _) = slack("xoxb-1", |_, _| Reply::Silence).await;
    let slack = at(&stub.url, Https::new().unwrap().within(Duration::from_millis(300)));
    let failure = slack.post(&told()).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Transient { why, .. } if why.contains("no answer within 0.3 s")),
        "{failure:?}"
    );

    let mut away = slack.clone();
    away.api = Stub::nobody().await;
    let failure = away.post(&told()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Transient { why, .. } if why.contains("could not connect")), "{failure:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (_stub, slack) = slack("xoxb-1", |_, _| Reply::Says(200, vec![], vec![b' '; 1 << 20])).await;
    assert!(matches!(slack.post(&told()).await.unwrap_err(), Failure::Transient { .. }));
}

#[tokio::test]
async fn the_secret_is_read_once_for_many_messages() {
    let (stub, slack) = slack("xoxb-1", |_, _| ok()).await;
    slack.post(&told()).await.unwrap();
    slack.post(&told()).await.unwrap();
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
    slack.post(&told()).await.unwrap();
    slack.post(&told()).await.unwrap();
    let expected = ["GetSecretValue", "chat.postMessage", "GetSecretValue", "chat.postMessage", "chat.postMessage"];
    assert_eq!(stub.operations(), expected);
}

#[tokio::test]
async fn a_token_that_stays_refused_is_not_tried_twice() {
    let (stub, slack) = slack("xoxb-1", |_, _| error("invalid_auth")).await;
    let failure = slack.post(&told()).await.unwrap_err();
    assert_eq!(failure, Failure::Permanent { why: "chat.postMessage: invalid_auth".to_owned() });
    assert_eq!(stub.operations(), ["GetSecretValue", "chat.postMessage", "GetSecretValue"]);
}

#[tokio::test]
async fn without_its_secret_the_channel_says_so_and_sends_nothing() {
    let stub = Stub::start(|_, _| Reply::refusal(400, "ResourceNotFoundException", "no such secret")).await;
    let failure = at(&stub.url, Https::new().unwrap()).post(&told()).await.unwrap_err();
    let Failure::SecretUnavailable { secret, why } = failure else { panic!("{failure:?}") };
    assert_eq!(secret, "paramedic/slack");
    assert!(why.contains("ResourceNotFoundException"));
    assert_eq!(stub.operations(), ["GetSecretValue"]);
}

#[tokio::test]
async fn secrets_manager_that_does_not_answer_leaves_the_secret_unavailable() {
    let stub = Stub::start(|_, _| Reply::Silence).await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&impatient(&stub.url)));
    let slack = Slack::new(staged::config(&stub.url).slack.as_ref().unwrap(), Https::new().unwrap(), secrets);
    let failure = slack.post(&told()).await.unwrap_err();
    assert!(matches!(&failure, Failure::SecretUnavailable { why, .. } if why == "timed out"), "{failure:?}");
}

#[tokio::test]
async fn the_token_is_shown_nowhere() {
    for reply in [|| error("invalid_auth"), || Reply::json(500, &json!({})), || Reply::HangsUp] {
        let (_stub, slack) = slack("xoxb-do-not-show", move |_, _| reply()).await;
        let failure = slack.post(&told()).await.unwrap_err();
        assert!(!format!("{failure:?} {slack:?}").contains("do-not-show"));
    }
}

/// A story in which everything that comes from outside is hostile.
fn hostile() -> Story {
    let line = |label, text: &str, details: &[&str], command: Option<&str>| Line {
        label,
        text: text.to_owned(),
        details: details.iter().map(|detail| (*detail).to_owned()).collect(),
        command: command.map(str::to_owned),
    };
    let long = "x&y ".repeat(2500);
    Story {
        headline: "P0 web<!channel>: \u{202e}eno-on\u{202c}".to_owned(),
        status: Status::Firing,
        lines: vec![
            line(Label::What, "<!channel> & <@U123>\nDid: nothing *at* `all`", &["<https://evil.example|here>"], None),
            line(Label::Cause, &long, &[&long, &long, "short"], None),
            line(Label::WouldDo, "redeploy", &[], Some("aws ecs update-service --service `web` <now>")),
            line(Label::NotTouched, "because \u{200b}", &[], None),
        ],
        links: vec![
            Link { text: "Runbook|<".to_owned(), url: "https://runbooks.example.com/web?a=1&b=2".to_owned() },
            Link { text: "bad".to_owned(), url: "https://x.example/|y> <!channel>".to_owned() },
            Link { text: "worse".to_owned(), url: "javascript:alert(1)".to_owned() },
        ],
        buttons: Vec::new(),
    }
}

fn texts(message: &Value) -> Vec<String> {
    let blocks = message["blocks"].as_array().unwrap().iter();
    blocks.filter_map(|block| block["text"]["text"].as_str()).map(str::to_owned).collect()
}

#[test]
fn hostile_text_is_inert() {
    let mut message = Value::Object(blocks::message(&hostile()));
    // The long texts are looked at elsewhere.
    message["blocks"][2]["text"]["text"] = json!(message["blocks"][2]["text"]["text"].as_str().unwrap()[..40]);
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(message) });
}

#[test]
fn a_story_of_any_length_keeps_slacks_limits_and_every_label() {
    let mut story = hostile();
    let many = story.lines.clone();
    while story.lines.len() < 60 {
        story.lines.extend(many.clone());
    }
    let message = Value::Object(blocks::message(&story));
    let texts = texts(&message);
    assert!(message["blocks"].as_array().unwrap().len() <= 50);
    assert!(texts.iter().all(|text| text.chars().count() <= 3000));
    assert!(texts.iter().map(|text| text.chars().count()).sum::<usize>() < 13_200);
    assert!(
        texts[1..]
            .iter()
            .zip(&story.lines)
            .all(|(text, line)| text.starts_with(&format!("*{}:* ", line.label.words())))
    );
}

#[test]
fn a_long_line_does_not_crowd_out_what_follows() {
    let texts = texts(&Value::Object(blocks::message(&hostile())));
    assert!(texts[4].starts_with("*Not touched:* because"));
    assert!(texts[3].contains("```aws ecs update-service"));
}

#[test]
fn a_cut_never_falls_into_an_entity() {
    for limit in 1..40 {
        let mut story = hostile();
        story.lines[0].text = format!("{}{}", "a".repeat(limit), "&".repeat(4000));
        let texts = texts(&Value::Object(blocks::message(&story)));
        let rest = texts[1].replace("&amp;", "");
        assert!(!rest.contains('&') && !rest.contains("amp"), "{rest}");
    }
}
