#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use axum::body::to_bytes;

use super::*;

const TOKEN: &str = "xoxb-1";

async fn respond(slack: &Slack, method: &str, token: &str, body: Value) -> Response {
    let headers =
        HeaderMap::from_iter([("authorization".parse().unwrap(), format!("Bearer {token}").parse().unwrap())]);
    slack.serve(method, &headers, "", body.to_string().as_bytes()).await
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap()
}

async fn ask(slack: &Slack, method: &str, body: Value) -> Value {
    json_of(respond(slack, method, TOKEN, body).await).await
}

fn slack() -> (Slack, Log) {
    let log = Log::default();
    let account = Account {
        token: TOKEN.to_owned(),
        signing_secret: "shh".to_owned(),
        url: "http://127.0.0.1:1/sinks/slack".to_owned(),
    };
    (Slack::new(account, log.clone()), log)
}

fn last(log: &Log) -> SlackRequest {
    match log.all().pop().map(|seen| seen.what) {
        Some(Observed::Slack(request)) => request,
        other => panic!("Slack was not asked: {other:?}"),
    }
}

fn with_button() -> Value {
    let ack = json!({"type": "button", "action_id": "ack", "value": "{\"i\":\"inc-1\"}",
                     "text": {"type": "plain_text", "text": "Ack"}});
    json!({"channel": "#ops-alerts", "text": "shop is down", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "shop is down"}},
        {"type": "actions", "elements": [ack]},
    ]})
}

#[tokio::test]
async fn an_update_needs_the_channels_id_and_the_ts_of_a_post() {
    let (slack, _) = slack();
    let posted = ask(&slack, "chat.postMessage", json!({"channel": "#ops-alerts", "text": "a"})).await;
    assert_eq!(posted["ok"], true);
    let (channel, ts) = (&posted["channel"], &posted["ts"]);
    let update = |channel: &Value, ts: &Value| json!({"channel": channel, "ts": ts, "text": "b"});
    assert_eq!(ask(&slack, "chat.update", update(channel, ts)).await["ok"], true);
    let by_name = ask(&slack, "chat.update", update(&json!("#ops-alerts"), ts)).await;
    assert_eq!(by_name["error"], "channel_not_found");
    let unknown = ask(&slack, "chat.update", update(channel, &json!("1.0"))).await;
    assert_eq!(unknown["error"], "message_not_found");
}

#[tokio::test]
async fn a_wrong_token_is_refused_with_status_200_and_recorded_as_refused() {
    let (slack, log) = slack();
    let body = json!({"channel": "#ops-alerts", "text": "a"});
    let answer = json_of(respond(&slack, "chat.postMessage", "xoxb-2", body).await).await;
    assert_eq!(answer, json!({"ok": false, "error": "invalid_auth"}));
    assert_eq!(last(&log).refused.as_deref(), Some("invalid_auth"));
}

#[tokio::test]
async fn an_unwell_slack_says_when_to_come_back() {
    let (slack, _) = slack();
    slack.set_mood(Mood::RateLimited(7));
    let response = respond(&slack, "chat.postMessage", TOKEN, json!({})).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "7");
    slack.set_mood(Mood::Refuses("account_inactive".to_owned()));
    assert_eq!(ask(&slack, "auth.test", json!({})).await["error"], "account_inactive");
}

#[tokio::test]
async fn what_was_delivered_may_still_be_answered_with_429() {
    let (slack, log) = slack();
    slack.set_mood(Mood::TakesAndRateLimits(1));
    let response = respond(&slack, "chat.postMessage", TOKEN, json!({"channel": "#ops-alerts", "text": "a"})).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slack.view()[0].messages.len(), 1, "people see it");
    assert!(last(&log).answer_lost && last(&log).refused.is_none());
}

#[tokio::test]
async fn a_channel_takes_a_short_burst_and_then_one_message_a_second() {
    let (slack, log) = slack();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let post = respond(&slack, "chat.postMessage", TOKEN, json!({"channel": "#ops-alerts", "text": "a"})).await;
        statuses.push(post.status().as_u16());
    }
    assert_eq!(statuses[..4], [200; 4]);
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(last(&log).refused.as_deref(), Some("rate limited"));
    let elsewhere = ask(&slack, "chat.postMessage", json!({"channel": "#team-shop", "text": "a"})).await;
    assert_eq!(elsewhere["ok"], true, "the limit is the channel's own");
}

#[tokio::test]
async fn a_reply_is_shown_under_its_root_and_only_a_broadcast_in_the_channel_too() {
    let (slack, log) = slack();
    let root = ask(&slack, "chat.postMessage", json!({"channel": "#ops-alerts", "text": "root"})).await;
    let reply = |broadcast: bool| json!({"channel": root["channel"], "thread_ts": root["ts"], "reply_broadcast": broadcast, "text": "reply"});
    for broadcast in [false, true] {
        assert_eq!(ask(&slack, "chat.postMessage", reply(broadcast)).await["ok"], true);
    }
    assert!(last(&log).broadcast && last(&log).thread_ts.as_deref() == root["ts"].as_str());
    let channels = slack.view();
    let shown: Vec<bool> = channels[0].messages[0].replies.iter().map(|reply| reply.is_broadcast).collect();
    assert_eq!((channels[0].messages.len(), shown), (1, vec![false, true]));
    let lost = json!({"channel": root["channel"], "thread_ts": "1.0", "text": "reply"});
    assert_eq!(ask(&slack, "chat.postMessage", lost).await["error"], "thread_not_found");
}

#[tokio::test]
async fn people_are_written_to_by_their_user_id_and_channels_only_where_the_bot_is() {
    let (slack, _) = slack();
    let to = |channel: &str| json!({"channel": channel, "text": "a"});
    let direct = ask(&slack, "chat.postMessage", to("U0SANDBOXADA")).await;
    assert_eq!(direct["channel"], "D0SANDBOXADA");
    assert_eq!(slack.view()[0].name, "@ada");
    assert_eq!(ask(&slack, "chat.postMessage", to("#random")).await["error"], "not_in_channel");
    assert_eq!(ask(&slack, "chat.postMessage", to("#nowhere")).await["error"], "channel_not_found");
    let known = ask(&slack, "conversations.info", json!({"channel": "C0SANDBOX05"})).await;
    assert_eq!(known["channel"]["is_member"], false);
}

#[tokio::test]
async fn every_answer_says_what_the_token_may_do() {
    let (slack, _) = slack();
    slack.set_scopes("channels:read");
    let response = respond(&slack, "auth.test", TOKEN, json!({})).await;
    assert_eq!(response.headers()["x-oauth-scopes"], "channels:read");
}

#[tokio::test]
async fn a_click_is_the_signed_form_that_slack_documents() {
    let (slack, _) = slack();
    let posted = ask(&slack, "chat.postMessage", with_button()).await;
    assert!(slack.click("approve", None, "U0SANDBOXADA").is_none(), "nobody sees such a button");
    let click = slack.click("ack", None, "U0SANDBOXADA").unwrap();
    let header = |name: &str| click.headers.iter().find(|(key, _)| key == name).unwrap().1.clone();
    let signed = format!("v0:{}:{}", header("x-slack-request-timestamp"), click.body);
    let signature = super::super::signed::hmac_hex("shh", signed.as_bytes());
    assert_eq!(header("x-slack-signature"), format!("v0={signature}"));

    let (name, payload) = form_urlencoded::parse(click.body.as_bytes()).next().unwrap();
    let payload: Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(name, "payload");
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["user"], json!({"id": "U0SANDBOXADA", "username": "ada", "name": "ada", "team_id": TEAM}));
    assert_eq!(payload["container"]["message_ts"], posted["ts"]);
    assert_eq!(payload["channel"]["id"], posted["channel"]);
    assert_eq!(payload["actions"][0]["action_id"], "ack");
    assert_eq!(payload["actions"][0]["value"], "{\"i\":\"inc-1\"}");
    assert_eq!(payload["message"]["blocks"][1]["block_id"], payload["actions"][0]["block_id"]);
}

#[tokio::test]
async fn an_answer_to_a_click_is_seen_by_who_clicked_and_five_times_at_most() {
    let (slack, log) = slack();
    ask(&slack, "chat.postMessage", with_button()).await;
    let click = slack.click("ack", None, "U0SANDBOXADA").unwrap();
    let (_, payload) = form_urlencoded::parse(click.body.as_bytes()).next().unwrap();
    let payload: Value = serde_json::from_str(&payload).unwrap();
    let id = payload["response_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for _ in 0..5 {
        let whisper = json!({"response_type": "ephemeral", "text": "You have it."}).to_string();
        assert_eq!(slack.respond(&id, whisper.as_bytes()).status(), StatusCode::OK);
    }
    assert_eq!((last(&log).method.as_str(), last(&log).channel.as_str()), ("response_url", "U0SANDBOXADA"));
    assert_eq!(slack.view()[0].messages[0].replies[0].only_for.as_deref(), Some("ada"));
    assert_eq!(slack.respond(&id, b"{\"text\":\"again\"}").status(), StatusCode::NOT_FOUND);
}

/// A form of these fields.
async fn form(slack: &Slack, method: &str, fields: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = HeaderMap::from_iter([
        ("authorization".parse().unwrap(), format!("Bearer {TOKEN}").parse().unwrap()),
        ("content-type".parse().unwrap(), "application/x-www-form-urlencoded".parse().unwrap()),
    ]);
    json_of(slack.serve(method, &headers, "", body.as_bytes()).await).await
}

#[tokio::test]
async fn a_file_is_given_a_place_sent_there_and_shown_in_a_thread() {
    let (slack, log) = slack();
    let root = ask(&slack, "chat.postMessage", json!({"channel": "#ops-alerts", "text": "root"})).await;
    let (channel, ts) = (root["channel"].as_str().unwrap(), root["ts"].as_str().unwrap());
    let png = b"\x89PNG\r\n\x1a\n";
    let before = log.len();
    let place = form(&slack, files::PLACE, &[("filename", "a.png"), ("length", "8")]).await;
    assert_eq!(place["upload_url"], "http://127.0.0.1:1/sinks/slack/upload/F0");
    assert_eq!(log.len(), before, "nobody sees anything of it yet");
    let shown = [("files", r#"[{"id":"F0","title":"cpu"}]"#), ("channel_id", channel), ("thread_ts", ts)];
    assert_eq!(form(&slack, files::COMPLETE, &shown).await["error"], "file_not_found", "it has not come");
    assert_eq!(slack.upload("F0", &png[..7]).status(), StatusCode::BAD_REQUEST);
    assert_eq!(slack.upload("F1", png).status(), StatusCode::NOT_FOUND);
    assert_eq!(slack.upload("F0", png).status(), StatusCode::OK);
    assert_eq!(form(&slack, files::COMPLETE, &shown).await["ok"], true);
    assert_eq!(slack.view()[0].messages[0].replies[0].lines, ["graph: cpu"]);
    let seen = last(&log);
    assert_eq!((seen.method.as_str(), seen.thread_ts.as_deref(), seen.broadcast), (files::COMPLETE, Some(ts), false));
    assert_eq!((seen.channel.as_str(), seen.lines), (channel, vec!["graph: cpu".to_owned()]));
}

#[tokio::test]
async fn files_need_their_scope_and_a_form() {
    let (slack, _) = slack();
    let wanted = [("filename", "a.png"), ("length", "8")];
    assert_eq!(form(&slack, files::PLACE, &wanted[..1]).await["error"], "invalid_arguments");
    let headers = HeaderMap::from_iter([
        ("authorization".parse().unwrap(), format!("Bearer {TOKEN}").parse().unwrap()),
        ("content-type".parse().unwrap(), "application/json".parse().unwrap()),
    ]);
    let body = json!({"filename": "a.png", "length": "8"}).to_string();
    let by_json = json_of(slack.serve(files::PLACE, &headers, "", body.as_bytes()).await).await;
    assert_eq!(by_json["error"], "invalid_arguments");
    slack.set_scopes("chat:write");
    assert_eq!(form(&slack, files::PLACE, &wanted).await["error"], "missing_scope");
}
