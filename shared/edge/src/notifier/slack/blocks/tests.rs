#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use paramedic_domain::id::{IncidentId, ServiceName};
use paramedic_domain::report::{Binding, Label, Status};

use super::*;

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
        buttons: vec![
            ask(Press::Ack, "web", None),
            ask(Press::Approve, "web<!channel>", Some("0123456789abcdef")),
            Button::Runbook { url: "https://runbooks.example.com/web".to_owned() },
            Button::Runbook { url: "https://x.example/|y> <!channel>".to_owned() },
            ask(Press::Silence, &"x".repeat(2000), None),
        ],
    }
}

fn ask(press: Press, service: &str, plan: Option<&str>) -> Button {
    let (incident, service) = (IncidentId::from("inc-1"), ServiceName::from(service));
    Button::Ask { press, binding: Binding { incident, service, plan: plan.map(str::to_owned) } }
}

fn texts(message: &Value) -> Vec<String> {
    let blocks = message["blocks"].as_array().unwrap().iter();
    blocks.filter_map(|block| block["text"]["text"].as_str()).map(str::to_owned).collect()
}

#[test]
fn hostile_text_is_inert() {
    let mut message = Value::Object(message(&hostile()));
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
    let message = Value::Object(message(&story));
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
    let texts = texts(&Value::Object(message(&hostile())));
    assert!(texts[4].starts_with("*Not touched:* because"));
    assert!(texts[3].contains("```aws ecs update-service"));
}

#[test]
fn a_cut_never_falls_into_an_entity() {
    for limit in 0..40 {
        let mut story = hostile();
        story.lines[0].text = format!("{}{}", "a".repeat(limit), "&".repeat(4000));
        let texts = texts(&Value::Object(message(&story)));
        let rest = texts[1].replace("&amp;", "");
        assert!(!rest.contains('&') && !rest.contains("amp"), "{rest}");
    }
}

/// The buttons, by their id.
fn buttons(message: &Map<String, Value>) -> Vec<&str> {
    let blocks = message["blocks"].as_array().unwrap();
    let actions = blocks.iter().filter(|block| block["type"] == "actions");
    actions.flat_map(|block| block["elements"].as_array().unwrap()).filter_map(|b| b["action_id"].as_str()).collect()
}

#[test]
fn buttons_that_slack_would_refuse_the_message_for_are_left_out() {
    let message = message(&hostile());
    assert_eq!(buttons(&message), ["ack", "approve", "runbook"]);
    let elements = message["blocks"].as_array().unwrap().last().unwrap()["elements"].clone();
    assert_eq!(elements[0]["value"], r#"{"i":"inc-1","s":"web"}"#);
    assert_eq!(elements[1]["value"], r#"{"i":"inc-1","s":"web<!channel>","p":"0123456789abcdef"}"#);
    assert!(
        elements[1]["confirm"]["text"]["text"].as_str().unwrap().contains("guardrails"),
        "approving is asked twice"
    );
    assert_eq!(elements[2]["url"], "https://runbooks.example.com/web");
}

#[test]
fn a_reply_has_no_buttons_that_would_go_stale_and_says_which_page_it_is() {
    assert_eq!(buttons(&reply(&hostile(), 1)), Vec::<&str>::new());
    let headline = |page| reply(&hostile(), page)["blocks"][0]["text"]["text"].as_str().unwrap().to_owned();
    assert!(headline(1).starts_with("FIRING: P0 web"));
    assert!(headline(2).starts_with("FIRING, page 2: P0 web"));
}

#[test]
fn history_is_one_bounded_section_whose_newest_lines_stay() {
    let lines: Vec<String> = (0..100).map(|number| format!("{number} <!channel> {}", "x&y ".repeat(200))).collect();
    let message = history(&lines);
    let text = message["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(text.chars().count() <= 3000);
    assert!(text.starts_with("• 88 earlier\n• 88 &lt;!channel&gt;"), "{text}");
    assert!(text.contains("\n• 99 "), "{text}");
    assert!(message["text"].as_str().unwrap().starts_with("99 &lt;!channel&gt;"));
}
