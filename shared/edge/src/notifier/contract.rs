//! What every channel promises, asked of each one over real HTTP.
//!
//! A new channel is listed in [`PARTIES`]; one that is not fails the first test, and one that is in no table at all is
//! code that nobody calls, which the compiler refuses in CI.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::id::{PersonName, WebhookName};
use paramedic_domain::incident::Incident;
use paramedic_domain::report::story;
use serde_json::{Value, json};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::*;
use crate::staged::{self, explained, incident, incident_of};
use crate::stub::{Asked, Reply, Stub, impatient, patient};

/// Each secret, and a token that is part of a webhook's address.
const SECRETS: [&str; 4] = ["xoxb-do-not-show", "R-do-not-show", "W-do-not-show", "do-not-show-this-either"];

/// One channel as the other side sees it.
struct Party {
    /// As in [`TABLE`].
    name: &'static str,
    channel: fn() -> Channel,
    kinds: &'static [Kind],
    /// How the other side says that it has it.
    takes: fn() -> Reply,
    /// How it says that it never will.
    refuses: fn() -> Reply,
    /// Whether an HTML page in place of its answer is known for what it is.
    knows_its_own: bool,
    /// Whether it is the SDK that speaks, which tries again by itself and keeps `Retry-After` to itself.
    by_sdk: bool,
    /// Where its secrets may be.
    place_of_secret: fn(&Asked) -> String,
    /// What the other side limits.
    limits: fn(&Asked),
}

const FOR_PEOPLE: &[Kind] = &[Kind::Page, Kind::Post, Kind::Broadcast, Kind::Update, Kind::Acknowledge, Kind::Resolve];

const PARTIES: &[Party] = &[
    Party {
        name: "pagerduty",
        channel: || Channel::PagerDuty,
        kinds: FOR_PEOPLE,
        takes: || Reply::json(202, &json!({ "status": "success" })),
        refuses: || Reply::json(400, &json!({ "status": "invalid event", "message": "Event object is invalid" })),
        knows_its_own: true,
        by_sdk: false,
        place_of_secret: |asked| asked.json()["routing_key"].to_string(),
        limits: |asked| {
            assert!(asked.body.len() <= 512 * 1024, "the whole event");
            assert!(asked.json()["dedup_key"].as_str().unwrap().len() <= 255, "the key");
            let payload = &asked.json()["payload"];
            assert!(payload["summary"].as_str().unwrap_or_default().chars().count() <= 1024, "the summary");
        },
    },
    Party {
        name: "slack",
        channel: || Channel::Slack,
        kinds: FOR_PEOPLE,
        takes: || Reply::json(200, &json!({ "ok": true, "channel": "C024BE91L", "ts": "1503435956.000247" })),
        refuses: || Reply::json(200, &json!({ "ok": false, "error": "channel_not_found" })),
        knows_its_own: true,
        by_sdk: false,
        place_of_secret: |asked| asked.header("authorization").to_owned(),
        limits: |asked| {
            let blocks = asked.json()["blocks"].as_array().unwrap().clone();
            assert!(blocks.len() <= 50, "blocks");
            let mut all = 0;
            for block in &blocks {
                let longest = if block["type"] == "header" { 150 } else { 3000 };
                let length = block["text"]["text"].as_str().unwrap_or_default().chars().count();
                assert!(length <= longest, "the text of a {}", block["type"]);
                all += length;
                for button in block["elements"].as_array().into_iter().flatten().filter(|e| e["type"] == "button") {
                    assert!(button["text"]["text"].as_str().unwrap().chars().count() <= 75, "a button's text");
                    assert!(button["value"].as_str().unwrap_or_default().chars().count() <= 2000, "a button's value");
                }
                assert!(block["elements"].as_array().map_or(0, Vec::len) <= 25, "buttons and links");
            }
            assert!(all <= 13_200, "all texts together: {all}");
        },
    },
    Party { name: "pages", channel: || Channel::Pages, ..topic() },
    Party { name: "people", channel: || Channel::Person(PersonName::from("ada")), ..topic() },
    Party { name: "mail", channel: || Channel::Mail, ..topic() },
    Party {
        name: "webhook",
        channel: || Channel::Webhook(WebhookName::from("chatops")),
        kinds: FOR_PEOPLE,
        takes: || Reply::Says(204, vec![], vec![]),
        refuses: || Reply::Says(410, vec![], vec![]),
        // Any receiver's 2xx is as good as another's.
        knows_its_own: false,
        by_sdk: false,
        // The secret itself is never sent; a token in the address is sent there.
        place_of_secret: |asked| asked.query("token"),
        limits: |asked| assert!(asked.body.len() <= 1024 * 1024, "the whole body"),
    },
    Party { name: "incidents", channel: || Channel::Incidents, kinds: &[Kind::Opened, Kind::Escalated], ..topic() },
];

const fn topic() -> Party {
    Party {
        name: "",
        channel: || Channel::Mail,
        kinds: FOR_PEOPLE,
        takes: Reply::published,
        refuses: || Reply::xml(403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>"),
        knows_its_own: true,
        by_sdk: true,
        place_of_secret: |_| String::new(),
        limits: |asked| {
            let form = asked.form();
            let subject = form.get("Subject").cloned().unwrap_or_default();
            assert!(form["Message"].len() <= 256 * 1024, "a message of SNS");
            assert!(subject.len() < 100 && subject.is_ascii(), "the subject of a mail: {subject}");
            let texts: Value = serde_json::from_str(&form["Message"]).unwrap_or_default();
            assert!(texts["sms"].as_str().unwrap_or_default().chars().count() <= 140, "one part of an SMS");
        },
    }
}

/// Everything behind one address: Secrets Manager, and the other side, which answers by script.
struct World {
    stub: Stub,
    notifiers: Notifiers,
}

impl World {
    async fn with(script: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        let stub = Stub::start(move |asked, _| secret(asked).unwrap_or_else(&script)).await;
        let notifiers = notifiers(&stub.url, staged::sns(&stub.url), &stub.url, Https::new().unwrap());
        Self { stub, notifiers }
    }

    async fn send(&self, party: &Party, kind: Kind, incident: &Incident) -> Sent {
        let config = staged::config(&self.stub.url);
        let (story, channel) = (story(incident, config.service(&incident.service)), (party.channel)());
        let severity = incident.severity;
        self.notifiers
            .send(&Note { incident, story: &story, channel: &channel, kind, severity, page: 2, number: 7 })
            .await
    }

    /// What was asked of the other side.
    fn asked(&self) -> Vec<Asked> {
        self.stub.asked().into_iter().filter(|asked| asked.operation() != "GetSecretValue").collect()
    }
}

fn notifiers(channels: &str, sns: aws_sdk_sns::Client, secrets: &str, https: Https) -> Notifiers {
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(secrets)));
    Notifiers::new(&staged::config(channels), &staged::environment(), sns, https, secrets)
}

fn secret(asked: &Asked) -> Option<Reply> {
    let [bot_token, routing_key, signing_secret, _] = SECRETS;
    let value = json!({ "bot_token": bot_token, "routing_key": routing_key, "signing_secret": signing_secret });
    let answer = json!({ "SecretString": value.to_string() });
    (asked.operation() == "GetSecretValue").then(|| Reply::json(200, &answer))
}

fn transient(sent: &Sent) -> bool {
    matches!(sent, Err(Failure::Transient { .. }))
}

fn permanent(sent: &Sent) -> bool {
    matches!(sent, Err(Failure::Permanent { .. }))
}

#[test]
fn every_channel_is_asked_to_keep_the_contract() {
    let table: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
    let parties: Vec<&str> = PARTIES.iter().map(|party| party.name).collect();
    assert_eq!(table, parties);
}

#[tokio::test]
async fn every_way_that_the_domain_knows_has_exactly_one_notifier() {
    let world = World::with(Reply::published).await;
    let all = [
        Channel::PagerDuty,
        Channel::Pages,
        Channel::Slack,
        Channel::SlackTo("#db".to_owned()),
        Channel::Mail,
        Channel::Person(PersonName::from("ada")),
        Channel::Webhook(WebhookName::from("chatops")),
        Channel::Incidents,
    ];
    for channel in &all {
        // A new way does not compile here until it stands in the list above.
        match channel {
            Channel::PagerDuty | Channel::Pages | Channel::Slack | Channel::SlackTo(_) | Channel::Mail => {}
            Channel::Person(_) | Channel::Webhook(_) | Channel::Incidents => {}
        }
        assert_eq!(world.notifiers.ways.iter().filter(|way| way.serves(channel)).count(), 1, "{channel:?}");
    }
}

#[tokio::test]
async fn one_send_is_one_request() {
    for party in PARTIES {
        for kind in party.kinds {
            let world = World::with(party.takes).await;
            world.send(party, *kind, &incident()).await.unwrap_or_else(|failure| panic!("{}: {failure:?}", party.name));
            assert_eq!(world.asked().len(), 1, "{} {kind:?}", party.name);
        }
    }
}

#[tokio::test]
async fn what_may_work_later_is_told_from_what_will_not() {
    let html = || Reply::Says(200, vec![("content-type", "text/html".to_owned())], b"<html>log in</html>".to_vec());
    for party in PARTIES {
        let kind = party.kinds[0];
        for (case, reply) in [
            ("500", (|| Reply::Says(500, vec![], b"oops".to_vec())) as fn() -> Reply),
            ("503", || Reply::Says(503, vec![], vec![])),
            ("429", || Reply::Says(429, vec![], vec![])),
            ("a connection that is reset", || Reply::HangsUp),
        ] {
            let world = World::with(reply).await;
            let sent = world.send(party, kind, &incident()).await;
            assert!(transient(&sent), "{}, {case}: {sent:?}", party.name);
            assert!(party.by_sdk || world.asked().len() == 1, "{}, {case}: tried again by itself", party.name);
        }
        let refused = World::with(party.refuses).await.send(party, kind, &incident()).await;
        assert!(permanent(&refused), "{}: {refused:?}", party.name);
        let page = World::with(html).await.send(party, kind, &incident()).await;
        assert!(transient(&page) == party.knows_its_own, "{}: {page:?}", party.name);
    }
}

#[tokio::test]
async fn no_answer_and_nobody_there_may_work_later() {
    let hangs = Stub::start(|asked, _| secret(asked).unwrap_or(Reply::Silence)).await;
    let https = || Https::new().unwrap();
    let silent = aws_sdk_sns::Client::new(&impatient(&hangs.url));
    let silent = notifiers(&hangs.url, silent, &hangs.url, https().within(Duration::from_millis(300)));
    let nobody = Stub::nobody().await;
    let away = notifiers(&nobody, aws_sdk_sns::Client::new(&impatient(&nobody)), &hangs.url, https());
    for party in PARTIES {
        let (incident, channel) = (incident(), (party.channel)());
        let (story, kind) = (story(&incident, None), party.kinds[0]);
        let severity = incident.severity;
        let note = Note { incident: &incident, story: &story, channel: &channel, kind, severity, page: 1, number: 1 };
        for (case, notifiers) in [("no answer", &silent), ("nobody there", &away)] {
            let sent = notifiers.send(&note).await;
            assert!(transient(&sent), "{}, {case}: {sent:?}", party.name);
        }
    }
}

#[tokio::test]
async fn when_to_come_back_is_passed_on() {
    let wait = || Reply::Says(429, vec![("retry-after", "30".to_owned())], vec![]);
    for party in PARTIES.iter().filter(|party| !party.by_sdk) {
        let sent = World::with(wait).await.send(party, party.kinds[0], &incident()).await;
        assert!(matches!(sent, Err(Failure::Transient { retry_after_s: Some(30), .. })), "{}: {sent:?}", party.name);
    }
}

#[tokio::test]
async fn an_incident_of_any_size_keeps_the_limits_of_the_other_side() {
    let long = "Threshold Crossed: ".repeat(2_000);
    let names: Vec<String> = (0..400).map(|number| format!("{number}-{}", "alarm-".repeat(60))).collect();
    let alarms: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), long.as_str())).collect();
    let huge = incident_of(&"service".repeat(40), &alarms);
    let huge = [huge.clone(), explained(huge, &long)];
    for party in PARTIES {
        for (kind, huge) in party.kinds.iter().flat_map(|kind| huge.iter().map(move |huge| (kind, huge))) {
            let world = World::with(party.takes).await;
            world.send(party, *kind, huge).await.unwrap();
            (party.limits)(&world.asked()[0]);
        }
    }
}

#[tokio::test]
async fn hostile_text_is_inert() {
    let name = "web\u{202e}\u{200b}<!channel>\r\nBcc: everybody@example.com \"' &amp; `rm`\u{7}\u{1b}[31m";
    let text = format!("{name} <@U123> <https://evil.example|here>");
    let hostile = incident_of(name, &[(name, &text)]);
    let hostile = [hostile.clone(), explained(hostile, &text)];
    for party in PARTIES {
        for (kind, hostile) in party.kinds.iter().flat_map(|kind| hostile.iter().map(move |hostile| (kind, hostile))) {
            let world = World::with(party.takes).await;
            world.send(party, *kind, hostile).await.unwrap();
            let asked = &world.asked()[0];
            for (field, text) in texts(asked) {
                let hides = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
                let acts = |c: char| (c.is_control() && c != '\n') || hides(c);
                // Names that machines compare and nobody is shown stay what they are; JSON and forms carry them safely.
                let compared = matches!(field.as_str(), "dedup_key" | "service" | "s");
                assert!(compared || !text.contains(acts), "{}: {field}: {text:?}", party.name);
                let line = ["subject", "summary", "headline"].contains(&field.to_lowercase().as_str());
                assert!(!(line && text.contains('\n')), "{}: {field} has more than one line: {text:?}", party.name);
                let markup = party.name == "slack" && field != "value" && text.contains("<!");
                let plain = asked.json()["blocks"][0]["text"]["text"].as_str() == Some(text.as_str());
                assert!(!markup || plain || compared, "{}: {field}: {text:?}", party.name);
            }
            for (header, value) in &asked.headers {
                assert!(!value.as_bytes().contains(&b'\n') && header != "bcc", "{}: {header}", party.name);
            }
        }
    }
}

/// Every text that the request holds, with its field's name.
fn texts(asked: &Asked) -> Vec<(String, String)> {
    fn collect(field: &str, value: &Value, texts: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(inner @ Value::Object(_)) => collect(field, &inner, texts),
                _ => texts.push((field.to_owned(), text.clone())),
            },
            Value::Array(items) => items.iter().for_each(|item| collect(field, item, texts)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(name, value, texts)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut texts = Vec::new();
    match asked.json() {
        Value::Null => asked.form().into_iter().for_each(|(name, text)| collect(&name, &json!(text), &mut texts)),
        body => collect("", &body, &mut texts),
    }
    assert!(!texts.is_empty());
    texts
}

/// Log lines as a function writes them.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_shows_anywhere_but_in_its_one_place() {
    let lines = Lines::default();
    let writer = lines.clone();
    let _logging = crate::log::at_most("TRACE", move || writer.clone()).set_default();
    let echoes = || Reply::json(400, &json!({ "ok": false, "error": "no", "message": "no", "errors": ["no"] }));
    let busy = || Reply::Says(500, vec![], vec![]);
    let hangs_up = || Reply::HangsUp;
    for party in PARTIES {
        for reply in [party.takes, party.refuses, echoes, busy, hangs_up] {
            let world = World::with(reply).await;
            let sent = world.send(party, party.kinds[0], &incident()).await;
            let shown = format!("{sent:?} {:?}", world.notifiers);
            assert!(!SECRETS.iter().any(|secret| shown.contains(secret)), "{}: {shown}", party.name);
            for asked in world.asked() {
                let place = (party.place_of_secret)(&asked);
                let whole = format!("{} {:?} {}", asked.path, asked.headers, String::from_utf8_lossy(&asked.body));
                let elsewhere = whole.replacen(place.trim_matches('"'), "", 1);
                let leaked = SECRETS.iter().find(|secret| elsewhere.contains(**secret));
                assert!(leaked.is_none(), "{} shows {leaked:?}: {elsewhere}", party.name);
            }
        }
    }
    tracing::info!("the lines are kept");
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the lines are kept"));
    assert!(!SECRETS.iter().any(|secret| log.contains(secret)), "{log}");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_named_and_nothing_is_sent() {
    let stub = Stub::start(|asked, _| match asked.operation().as_str() {
        "GetSecretValue" => Reply::refusal(400, "ResourceNotFoundException", "no such secret"),
        _ => Reply::published(),
    })
    .await;
    let notifiers = notifiers(&stub.url, staged::sns(&stub.url), &stub.url, Https::new().unwrap());
    let needed: BTreeSet<(&str, &str)> = notifiers.secrets().collect();
    let named = [
        ("paramedic/chatops", "signing_secret"),
        ("paramedic/pagerduty", "routing_key"),
        ("paramedic/slack", "bot_token"),
    ];
    assert_eq!(needed, BTreeSet::from(named));
    for party in PARTIES {
        let (incident, channel) = (incident(), (party.channel)());
        let (story, kind) = (story(&incident, None), party.kinds[0]);
        let severity = incident.severity;
        let note = Note { incident: &incident, story: &story, channel: &channel, kind, severity, page: 1, number: 1 };
        let before = stub.asked().len();
        match notifiers.send(&note).await {
            Ok(_) => assert!(channel.needs_no_secret() || channel == Channel::Incidents, "{}", party.name),
            Err(Failure::SecretUnavailable { secret, .. }) => {
                assert!(named.iter().any(|(name, _)| *name == secret), "{}: {secret}", party.name);
                let asked: Vec<String> = stub.asked()[before..].iter().map(Asked::operation).collect();
                assert_eq!(asked, ["GetSecretValue"], "{}", party.name);
            }
            Err(other) => panic!("{}: {other:?}", party.name),
        }
    }
}
