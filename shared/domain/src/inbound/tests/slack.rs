use form_urlencoded::Serializer;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::id::{IncidentId, ServiceName};
use crate::inbound::slack::{Click, NotAClick, Pressed, ReplyAddress, read};
use crate::request::{Ask, Whose};

const VALUE: &str = r#"{"i":"inc-1","s":"web"}"#;
const PLAN: &str = r#"{"i":"inc-1","s":"web","p":"0a1b"}"#;

/// A click as Slack's documentation shows it.
fn interaction(button: &str, value: &str) -> Value {
    json!({
        "type": "block_actions",
        "user": { "id": "U012ABCDEF", "username": "ada", "name": "ada", "team_id": "T9TK3CUKW" },
        "api_app_id": "AABA1ABCD",
        "token": "9s8d9as89d8as9d8as989",
        "container": { "type": "message", "message_ts": "1548261231.000200", "channel_id": "CBR2V3XEX" },
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "team": { "id": "T9TK3CUKW", "domain": "example" },
        "channel": { "id": "CBR2V3XEX", "name": "ops-alerts" },
        "message": { "ts": "1548261231.000200", "text": "P0", "blocks": [{ "type": "actions" }] },
        "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
        "actions": [{
            "type": "button", "action_id": button, "block_id": "=qXel", "value": value,
            "text": { "type": "plain_text", "text": "Ack" }, "action_ts": "1772333999.840180",
        }],
    })
}

fn form(payload: &str) -> String {
    Serializer::new(String::new()).append_pair("payload", payload).finish()
}

fn read_json(payload: &Value) -> Result<Pressed, NotAClick> {
    read(&of_slack(form(&payload.to_string()).as_bytes()), now())
}

fn click(payload: &Value) -> Click {
    match read_json(payload) {
        Ok(Pressed::Asks(click)) => *click,
        other => panic!("a click, not {other:?}"),
    }
}

/// The same interaction with the field at `pointer` changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut payload = interaction("ack", VALUE);
    *payload.pointer_mut(pointer).unwrap() = value;
    payload
}

#[test]
fn a_click_says_what_is_asked_of_which_incident_by_whom_and_when() {
    let click = click(&interaction("ack", VALUE));
    let petition = click.petition();
    let incident_id = IncidentId::from("inc-1");
    assert_eq!(petition.whose, Whose::Incident { incident_id, service: ServiceName::from("web") });
    assert_eq!(petition.request.ask, Ask::Ack);
    assert_eq!(petition.request.by.to_string(), "ada, U012ABCDEF (Slack)");
    assert_eq!(petition.request.at.to_string(), "2026-03-01T02:59:59.84018Z");
    assert_eq!(click.team.as_deref(), Some("T9TK3CUKW"));
    assert_eq!(click.channel.as_deref(), Some("CBR2V3XEX"));
    assert_eq!(click.message_ts.as_deref(), Some("1548261231.000200"));
    assert!(click.response_url.unwrap().starts_with("https://hooks.slack.com/actions/"));
}

#[test]
fn each_button_asks_its_own() {
    let plan = || "0a1b".to_owned();
    assert_eq!(click(&interaction("approve", PLAN)).ask, Ask::Approve { plan: plan() });
    assert_eq!(click(&interaction("refuse", PLAN)).ask, Ask::Refuse { plan: plan() });
    let Ask::Silence { lasts, reason } = click(&interaction("silence", VALUE)).ask else { panic!("a silence") };
    assert_eq!((lasts, reason.as_str()), (SignedDuration::from_hours(1), "silenced in Slack"));
}

#[test]
fn an_incident_may_be_of_a_service_with_any_name() {
    let value = json!({ "i": "inc-1", "s": "a\u{1}b 日本" }).to_string();
    assert_eq!(click(&interaction("ack", &value)).service.as_str(), "a\u{1}b 日本");
}

#[test]
fn the_runbook_is_a_link_and_asks_nothing() {
    let mut payload = interaction("runbook", VALUE);
    payload["actions"][0].as_object_mut().unwrap().remove("value");
    assert_eq!(read_json(&payload), Ok(Pressed::Runbook));
}

#[test]
fn approving_needs_the_plan_that_was_shown() {
    for button in ["approve", "refuse"] {
        for value in [VALUE, r#"{"i":"inc-1","s":"web","p":""}"#, r#"{"i":"inc-1","s":"web","p":7}"#] {
            assert_eq!(read_json(&interaction(button, value)), Err(NotAClick::Value), "{button} {value}");
        }
    }
}

#[test]
fn the_same_form_may_be_written_in_many_ways() {
    let payload = interaction("ack", VALUE);
    let plain = payload.to_string();
    let all = |upper: bool| {
        let digit = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        plain.bytes().map(digit).collect::<String>()
    };
    let pretty = serde_json::to_string_pretty(&payload).unwrap();
    let escaped = plain.replace("ada", "\\u0061d\\u0061");
    let bodies = [
        form(&plain),
        form(&plain).replace('+', "%20"),
        format!("payload={}", all(true)),
        format!("payload={}", all(false)),
        format!("%70ayload={}", all(true)),
        format!("ssl_check=0&token=x&{}&trailing", form(&plain)),
        format!("&&{}&", form(&pretty)),
        form(&escaped),
    ];
    let expected = click(&payload);
    for body in bodies {
        match read(&of_slack(body.as_bytes()), now()) {
            Ok(Pressed::Asks(click)) => assert_eq!(click.petition(), expected.petition(), "{body}"),
            other => panic!("{other:?} of {body}"),
        }
    }
}

#[test]
fn names_are_data_in_any_script_and_of_bounded_length() {
    let named = |name: &str| click(&with("/user/name", json!(name))).petition().request.by.name;
    assert_eq!(named("Zoë 日本"), "Zoë 日本, U012ABCDEF");
    assert_eq!(named("a\u{202e}b\n<!channel>"), r"a\u{202e}b\n<!channel>, U012ABCDEF");
    assert!(named(&"x".repeat(100_000)).chars().count() < 100);
    let mut nameless = interaction("ack", VALUE);
    nameless["user"] = json!({ "id": "U012ABCDEF" });
    assert_eq!(click(&nameless).petition().request.by.name, "U012ABCDEF");
}

#[test]
fn whoever_comes_from_another_workspace_is_known_as_such() {
    assert!(!click(&interaction("ack", VALUE)).by.is_from_elsewhere);
    assert!(click(&with("/user/team_id", json!("T0OTHER"))).by.is_from_elsewhere);
    // An installation for a whole organisation names no workspace.
    assert!(!click(&with("/team", Value::Null)).by.is_from_elsewhere);
}

#[test]
fn the_time_of_a_click_is_never_later_than_ours() {
    for (slack, ours) in [
        (json!("1772333999.5"), "2026-03-01T02:59:59.5Z"),
        (json!("1772334001.000000"), "2026-03-01T03:00:00Z"),
        (json!("99999999999999.0"), "2026-03-01T03:00:00Z"),
        (json!("-1.0"), "2026-03-01T03:00:00Z"),
        (json!("soon"), "2026-03-01T03:00:00Z"),
        (Value::Null, "2026-03-01T03:00:00Z"),
    ] {
        assert_eq!(click(&with("/actions/0/action_ts", slack.clone())).at.to_string(), ours, "{slack}");
    }
}

#[test]
fn anything_else_than_a_click_on_our_buttons_is_refused_by_name() {
    let cases = [
        (with("/type", json!("view_submission")), NotAClick::Interaction),
        (with("/type", json!(7)), NotAClick::Payload),
        (with("/actions", json!([])), NotAClick::Interaction),
        (with("/actions", json!([{ "action_id": "ack" }, { "action_id": "approve" }])), NotAClick::Interaction),
        (with("/actions/0/action_id", json!("delete")), NotAClick::Button),
        (with("/actions/0/action_id", json!("ACK")), NotAClick::Button),
        (with("/actions/0/action_id", Value::Null), NotAClick::Button),
        (with("/actions/0/value", Value::Null), NotAClick::Value),
        (with("/actions/0/value", json!("inc-1")), NotAClick::Value),
        (with("/actions/0/value", json!(r#"{"i":"inc-1"}"#)), NotAClick::Value),
        (with("/actions/0/value", json!(r#"{"i":"","s":"web"}"#)), NotAClick::Value),
        (with("/actions/0/value", json!("{\"i\":\"inc\\u0000\",\"s\":\"web\"}")), NotAClick::Value),
        (with("/actions/0/value", json!(r#"{"i":"a","i":"b","s":"web"}"#)), NotAClick::Value),
        (
            with("/actions/0/value", json!(format!(r#"{{"i":"inc-1","s":"web","x":"{}"}}"#, "y".repeat(2000)))),
            NotAClick::Value,
        ),
        (with("/user", Value::Null), NotAClick::Field("user")),
        (with("/user/id", json!("")), NotAClick::Field("user.id")),
        (with("/user/id", json!("ada")), NotAClick::Field("user.id")),
        (with("/user/id", json!("U".repeat(1000))), NotAClick::Field("user.id")),
        (with("/team/id", json!("T".repeat(1000))), NotAClick::Field("team")),
        (with("/channel/id", json!("C\0")), NotAClick::Field("channel")),
        (with("/response_url", json!("h".repeat(2000))), NotAClick::Field("response_url")),
    ];
    for (payload, why) in cases {
        assert_eq!(read_json(&payload), Err(why), "{payload}");
    }
}

#[test]
fn a_body_without_exactly_one_payload_is_no_click() {
    let one = form(&interaction("ack", VALUE).to_string());
    for body in ["", "\0", "payload", "Payload={}", &format!("{one}&{one}"), &format!("{one}&payload=")] {
        let refusal = read(&of_slack(body.as_bytes()), now()).unwrap_err();
        assert!(matches!(refusal, NotAClick::Form | NotAClick::Payload), "{body:.80}: {refusal:?}");
    }
    for json in ["", "[]", "null", "{", "{}", "\u{feff}{}", "{\"type\":\"block_actions\",\"type\":\"block_actions\"}"] {
        assert_eq!(read(&of_slack(form(json).as_bytes()), now()), Err(NotAClick::Payload), "{json}");
    }
    assert_eq!(read(&of_slack(b"payload=%ff%fe%zz"), now()), Err(NotAClick::Payload));
}

#[test]
fn json_of_any_depth_is_answered() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let around = format!(r#"{{"type":"block_actions","message":{deep}}}"#);
    let inside = format!(r#"{{"type":"block_actions","user":{deep}}}"#);
    for json in [deep, around, inside] {
        assert!(read(&of_slack(form(&json).as_bytes()), now()).is_err());
    }
}

#[test]
fn a_request_has_a_mark_of_its_own() {
    let (ack, silence) = (click(&interaction("ack", VALUE)), click(&interaction("silence", VALUE)));
    assert_eq!(ack.mark, click(&interaction("ack", VALUE)).mark);
    assert_ne!(ack.mark, silence.mark);
}

#[test]
fn answers_go_to_slack_and_nowhere_else() {
    const SLACK: &str = "https://slack.com/api";
    let taken = |url: &str, api: &str| ReplyAddress::new(url, api).is_some();
    assert!(taken("https://hooks.slack.com/actions/T1/2/3", SLACK));
    for url in [
        "",
        "http://hooks.slack.com/actions/T1",
        "https://hooks.slack.com.example.com/",
        "https://hooks.slack.com@example.com/",
        "https://hooks.slack.com:443/actions",
        "https://hooks.slack.com\\@example.com/",
        "https://example.com/https://hooks.slack.com/",
        "HTTPS://hooks.slack.com/",
        "https://hooks.slack.com/ x",
        "https://hooks.slack.com/\r\nHost: example.com",
        "https://hooks.slack.com/@\u{2024}",
        "http://127.0.0.1:4566/sinks/slack/respond",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ] {
        assert!(!taken(url, SLACK), "{url}");
    }
    assert!(!taken(&format!("https://hooks.slack.com/{}", "a".repeat(2000)), SLACK));
}

#[test]
fn a_stand_in_for_slack_is_answered_at_its_own_place_only() {
    const SANDBOX: &str = "http://127.0.0.1:4566/sinks/slack/api";
    let taken = |url: &str| ReplyAddress::new(url, SANDBOX).is_some();
    assert!(taken("http://127.0.0.1:4566/sinks/slack/respond/1"));
    for url in [
        "http://127.0.0.1:4567/sinks/slack/respond/1",
        "http://127.0.0.1:45660/",
        "http://127.0.0.1:4566@example.com/",
        "http://127.0.0.1:4566.example.com/",
        "https://127.0.0.1:4566/",
    ] {
        assert!(!taken(url), "{url}");
    }
}
