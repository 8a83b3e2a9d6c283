//! The real binary behind its URL: what it tells the router, whom it answers what, and what it does when the table, the
//! secrets or the topic are gone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod sender;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use runtime::{Function, Request, Response, World};
use sender::{Chance, PREVIOUS, SECRET, Sent, click, delivered, event, form, hex, signed, signed_as};
use serde_json::{Value, json};

const SLACK_ACTIONS: &str = env!("CARGO_BIN_EXE_slack-actions");
const WEBHOOK_SECRET: &str = "webhook-secret";
const KEY: &str = "paramedic/123456789012/eu-west-1/web/P0";

/// What the surroundings of the function do. A test changes it as it goes.
#[derive(Clone)]
struct Surroundings {
    slack_secret: String,
    secrets: bool,
    table: bool,
    topic: bool,
    items: BTreeMap<String, Value>,
}

struct Stage {
    function: Function,
    world: World,
    surroundings: Arc<Mutex<Surroundings>>,
}

impl Stage {
    /// A function of which everybody may ack, and U0APPROVER approve.
    async fn start() -> Self {
        Self::with("approvers = [\"U0APPROVER\"]\n").await
    }

    async fn with(lists: &str) -> Self {
        Self::start_as(lists, |_| {}).await
    }

    /// A function that finds its surroundings changed when it starts.
    async fn start_as(lists: &str, change: impl FnOnce(&mut Surroundings)) -> Self {
        let secret = json!({ "bot_token": "xoxb-1", "signing_secret": SECRET, "previous_signing_secret": PREVIOUS });
        let mut surroundings = Surroundings {
            slack_secret: secret.to_string(),
            secrets: true,
            table: true,
            topic: true,
            items: BTreeMap::new(),
        };
        change(&mut surroundings);
        let surroundings = Arc::new(Mutex::new(surroundings));
        let shared = Arc::clone(&surroundings);
        let world = World::start(move |request: &Request| answer(&mut shared.lock().unwrap(), request)).await;
        let config = format!(
            "version = 1\n[slack]\nsecret = \"paramedic/slack\"\nchannel = \"#ops\"\napi_url = \"{}/api\"\n{lists}\
             [pagerduty]\nsecret = \"paramedic/pagerduty\"\n",
            world.address()
        );
        let function = Function::start(SLACK_ACTIONS, &config, &world).await;
        Self { function, world, surroundings }
    }

    fn change(&self, change: impl FnOnce(&mut Surroundings)) {
        change(&mut self.surroundings.lock().unwrap());
    }

    /// The status that the sender of this gets.
    async fn status(&mut self, event: Value) -> u64 {
        let answer = self.function.invoke(event).await.unwrap();
        assert_eq!(answer["body"], "", "nobody is told more than a status");
        answer["statusCode"].as_u64().unwrap()
    }

    /// A click by somebody, just now.
    fn click(&self, button: &str, incident: &str, user: &str) -> Sent {
        let value = json!({ "i": incident, "s": "web", "p": "0a1b" });
        let payload = click(button, &value, user, &format!("{}/actions/1", self.world.address()));
        signed(&form(&payload), Timestamp::now())
    }

    /// What the router was told: the incident or page, and what is asked of it.
    fn told(&self) -> Vec<(String, String)> {
        let requests = self.world.requests_to("sns");
        requests.iter().map(|request| petition(&request.body)).collect()
    }

    /// What was whispered to those who clicked.
    fn whispers(&self) -> Vec<Value> {
        let requests = self.world.requests_to("/actions/1");
        requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
    }
}

fn answer(surroundings: &mut Surroundings, request: &Request) -> Response {
    match request.service.as_str() {
        "secretsmanager" if !surroundings.secrets => {
            Response::status(400, r#"{"__type":"AccessDeniedException","message":"no"}"#)
        }
        "secretsmanager" => {
            let secret = match request.body.contains("paramedic/slack") {
                true => surroundings.slack_secret.clone(),
                false => json!({ "routing_key": "R1", "webhook_secret": WEBHOOK_SECRET }).to_string(),
            };
            Response::ok(json!({ "SecretString": secret }).to_string())
        }
        "dynamodb" if !surroundings.table => {
            Response::status(400, r#"{"__type":"AccessDeniedException","message":"no"}"#)
        }
        "dynamodb" => put(&mut surroundings.items, &serde_json::from_str(&request.body).unwrap()),
        "sns" if !surroundings.topic => Response::status(403, "<ErrorResponse/>"),
        "sns" => {
            Response::ok("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
        }
        _ => Response::ok("ok"),
    }
}

/// `PutItem` under the one condition that is used.
fn put(items: &mut BTreeMap<String, Value>, asked: &Value) -> Response {
    let key = asked["Item"]["pk"]["S"].as_str().unwrap().to_owned();
    assert!(key.starts_with("seen#"), "the role may put nothing else: {key}");
    match items.get(&key) {
        Some(stored) if asked.get("ConditionExpression").is_some() && stored["released"]["BOOL"] != true => {
            let refusal = json!({ "__type": "ConditionalCheckFailedException", "message": "no", "Item": stored });
            Response::status(400, refusal.to_string())
        }
        _ => {
            items.insert(key, asked["Item"].clone());
            Response::ok("{}")
        }
    }
}

/// A published petition in short; it must stand under the attribute by which the router's subscription filters.
fn petition(form: &str) -> (String, String) {
    let fields: BTreeMap<_, _> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(fields["MessageAttributes.entry.1.Name"], "event");
    assert_eq!(fields["MessageAttributes.entry.1.Value.StringValue"], "requested");
    let message: Value = serde_json::from_str(&fields["Message"]).unwrap();
    assert_eq!(message["event"], "requested");
    let whose = [&message["whose"]["incident"]["incident_id"], &message["whose"]["page"]["dedup_key"]];
    let whose = whose.iter().find_map(|whose| whose.as_str()).unwrap().to_owned();
    let ask = &message["request"]["ask"];
    let ask = ask.as_str().or_else(|| ask.as_object().and_then(|ask| ask.keys().next()).map(String::as_str));
    (whose, ask.unwrap().to_owned())
}

fn pair(whose: &str, ask: &str) -> (String, String) {
    (whose.to_owned(), ask.to_owned())
}

/// An acknowledgement that somebody gave in PagerDuty.
fn acknowledged(id: &str, signer: &str) -> Value {
    let body = json!({ "event": {
        "id": id, "event_type": "incident.acknowledged", "resource_type": "incident",
        "occurred_at": Timestamp::now().to_string(),
        "agent": { "id": "PLH1HKV", "summary": "Tenex Engineer", "type": "user_reference" },
        "data": { "id": "PGR0VU2", "type": "incident", "incident_key": KEY },
    } })
    .to_string();
    let signature = format!("v1={},v1={}", "0".repeat(64), hex(signer, body.as_bytes()));
    event("POST", "/pagerduty", &[("x-pagerduty-signature", &signature)], &body, false)
}

#[tokio::test]
async fn a_click_is_passed_on_once_and_answered_in_time() {
    let mut stage = Stage::start().await;
    let ack = delivered(&stage.click("ack", "inc-1", "U111"));
    let asked = Instant::now();
    assert_eq!(stage.status(ack.clone()).await, 200);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(stage.status(ack).await, 401, "whoever sends it again is not Slack");
    let silence = delivered(&stage.click("silence", "inc-1", "U111"));
    assert_eq!(stage.status(silence).await, 200);
    assert_eq!(stage.told(), [pair("inc-1", "ack"), pair("inc-1", "silence")]);
    assert_eq!(stage.whispers(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_click_that_another_sandbox_heard_is_not_heard_again() {
    let mut stage = Stage::start().await;
    let ack = stage.click("ack", "inc-1", "U111");
    assert_eq!(stage.status(delivered(&ack)).await, 200);
    let items = stage.surroundings.lock().unwrap().items.clone();
    let mut other = Stage::start().await;
    other.change(|surroundings| surroundings.items = items);
    assert_eq!(other.status(delivered(&ack)).await, 401);
    assert_eq!(other.told(), []);
}

#[tokio::test]
async fn who_may_not_is_told_so_alone_and_nothing_else_happens() {
    let mut stage = Stage::with("responders = [\"U222\"]\napprovers = [\"U0APPROVER\"]\n").await;
    for (button, word) in [("ack", "responders"), ("approve", "approvers")] {
        let clicked = delivered(&stage.click(button, "inc-1", "U111"));
        assert_eq!(stage.status(clicked).await, 200);
        let whisper = stage.whispers().pop().unwrap();
        assert_eq!((&whisper["response_type"], &whisper["replace_original"]), (&json!("ephemeral"), &json!(false)));
        assert!(whisper["text"].as_str().unwrap().contains(word), "{whisper}");
    }
    assert_eq!(stage.told(), []);
    let approved = delivered(&stage.click("approve", "inc-1", "U0APPROVER"));
    assert_eq!(stage.status(approved).await, 200);
    assert_eq!(stage.told(), [pair("inc-1", "approve")]);
}

#[tokio::test]
async fn an_answer_goes_nowhere_but_to_slack() {
    let elsewhere = World::start(|_| Response::ok("ok")).await;
    let mut stage = Stage::with("responders = []\n").await;
    let value = json!({ "i": "inc-1", "s": "web" });
    for url in [format!("{}/actions/1", elsewhere.address()), "https://example.invalid/".to_owned(), String::new()] {
        let payload = click("ack", &value, "U111", &url);
        assert_eq!(stage.status(delivered(&signed(&form(&payload), Timestamp::now()))).await, 200);
    }
    assert_eq!(elsewhere.requests().len() + stage.whispers().len(), 0);
}

#[tokio::test]
async fn without_the_table_an_ack_is_taken_and_an_approval_is_not() {
    let mut stage = Stage::start().await;
    stage.change(|surroundings| surroundings.table = false);
    let ack = delivered(&stage.click("ack", "inc-1", "U111"));
    assert_eq!(stage.status(ack.clone()).await, 200);
    assert_eq!(stage.status(ack).await, 401, "the function itself remembers it");
    for button in ["approve", "refuse"] {
        let clicked = delivered(&stage.click(button, "inc-1", "U0APPROVER"));
        assert_eq!(stage.status(clicked).await, 503, "{button}");
        assert!(stage.whispers().pop().unwrap()["text"].as_str().unwrap().contains("Click again"));
    }
    assert_eq!(stage.told(), [pair("inc-1", "ack")]);
}

#[tokio::test]
async fn when_the_router_cannot_be_told_the_one_who_clicked_knows() {
    let mut stage = Stage::start().await;
    stage.change(|surroundings| surroundings.topic = false);
    let ack = delivered(&stage.click("ack", "inc-1", "U111"));
    assert_eq!(stage.status(ack).await, 503);
    assert!(stage.whispers()[0]["text"].as_str().unwrap().starts_with("Nothing was done"));
}

#[tokio::test]
async fn without_readable_secrets_nobody_is_believed() {
    let mut stage = Stage::start_as("", |surroundings| surroundings.secrets = false).await;
    let ack = delivered(&stage.click("ack", "inc-1", "U111"));
    assert_eq!(stage.status(ack).await, 503);
    assert_eq!(stage.status(acknowledged("e-1", WEBHOOK_SECRET)).await, 503, "PagerDuty sends it again");
    let unsigned = event("POST", "/slack", &[], "payload=%7B%7D", false);
    assert_eq!(stage.status(unsigned).await, 401, "what no key could prove is no question of keys");
    assert_eq!(stage.told(), []);
}

#[tokio::test]
async fn a_secret_without_a_signing_secret_lets_nobody_in() {
    for secret in [json!({ "bot_token": "xoxb-1" }), json!({ "signing_secret": "" }), json!("text"), Value::Null] {
        let text = secret.to_string();
        let mut stage = Stage::start_as("", move |surroundings| surroundings.slack_secret = text).await;
        let body = form(&click("ack", &json!({ "i": "inc-1", "s": "web" }), "U111", ""));
        let empty = signed_as("v0", "", &Timestamp::now().as_second().to_string(), &body);
        assert_eq!(stage.status(delivered(&empty)).await, 503, "{secret}");
        assert_eq!(stage.told(), []);
    }
}

#[tokio::test]
async fn keys_that_are_known_stay_good_while_secrets_cannot_be_read() {
    let mut stage = Stage::start().await;
    let first = delivered(&stage.click("ack", "inc-1", "U111"));
    assert_eq!(stage.status(first).await, 200);
    stage.change(|surroundings| surroundings.secrets = false);
    let forged = Sent { signature: format!("v0={}", "0".repeat(64)), ..stage.click("ack", "inc-2", "U111") };
    assert_eq!(stage.status(delivered(&forged)).await, 401);
    let second = delivered(&stage.click("ack", "inc-3", "U111"));
    assert_eq!(stage.status(second).await, 200);
}

#[tokio::test]
async fn a_rotated_secret_is_found_by_the_first_signature_it_makes() {
    let mut stage = Stage::start().await;
    let value = json!({ "i": "inc-1", "s": "web" });
    let body = form(&click("ack", &value, "U111", ""));
    let by = |secret: &str| signed_as("v0", secret, &Timestamp::now().as_second().to_string(), &body);
    assert_eq!(stage.status(delivered(&by(PREVIOUS))).await, 200);
    let rotated = json!({ "signing_secret": "rotated", "previous_signing_secret": SECRET }).to_string();
    stage.change(|surroundings| surroundings.slack_secret = rotated);
    assert_eq!(stage.status(delivered(&by("rotated"))).await, 200);
    assert_eq!(stage.status(delivered(&by(SECRET))).await, 200);
    assert_eq!(stage.status(delivered(&by(PREVIOUS))).await, 401, "and the oldest is good no more");
    assert_eq!(stage.told().len(), 3);
}

#[tokio::test]
async fn an_acknowledgement_in_pagerduty_acks_the_page_once_however_often_it_is_delivered() {
    let mut stage = Stage::start().await;
    stage.change(|surroundings| surroundings.topic = false);
    let event = acknowledged("e-1", WEBHOOK_SECRET);
    assert_eq!(stage.status(event.clone()).await, 503, "PagerDuty sends it again");
    stage.change(|surroundings| surroundings.topic = true);
    let before = stage.told().len();
    for _ in 0..3 {
        assert_eq!(stage.status(event.clone()).await, 200, "it is never turned away for coming again");
    }
    assert_eq!(stage.told()[before..], [pair(KEY, "ack")]);
    assert_eq!(stage.status(acknowledged("e-2", "another-secret")).await, 401);
    assert_eq!(stage.status(acknowledged("e-3", SECRET)).await, 401, "Slack's secret is not PagerDuty's");
    assert_eq!(stage.told().len(), before + 1);
}

#[tokio::test]
async fn everything_else_leads_nowhere() {
    let mut stage = Stage::start().await;
    let runbook = delivered(&stage.click("runbook", "inc-1", "U111"));
    let unknown = delivered(&stage.click("delete", "inc-1", "U111"));
    let ack = stage.click("ack", "inc-1", "U111");
    let mut misplaced = delivered(&ack);
    misplaced["rawPath"] = json!("/pagerduty");
    let mut elsewhere = delivered(&ack);
    elsewhere["rawPath"] = json!("/");
    let mut doubled = delivered(&ack);
    doubled["headers"]["X-Slack-Signature"] = json!(ack.signature);
    let large = event("POST", "/slack", &[], &"x".repeat(300_000), false);
    let tick = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
    for (event, status) in [
        (runbook, 200),
        (unknown, 400),
        (misplaced, 401),
        (elsewhere, 404),
        (doubled, 401),
        (event("GET", "/slack", &[], "", false), 404),
        (large, 413),
        (tick, 400),
    ] {
        let shown = event.to_string().chars().take(200).collect::<String>();
        assert_eq!(stage.status(event).await, status, "{shown}");
    }
    assert_eq!(stage.told(), []);
    assert_eq!(stage.status(delivered(&ack)).await, 200, "and none of it used the click up");
}

#[tokio::test]
async fn a_flood_of_forged_requests_neither_passes_nor_reaches_anything_behind_the_door() {
    let mut stage = Stage::start().await;
    let mut chance = Chance::new(7);
    let mut genuine = Vec::new();
    for n in 0..500 {
        let now = Timestamp::now();
        let request = chance.genuine(n, now);
        let current = now.as_second().to_string();
        let old = (now - SignedDuration::from_secs(301)).as_second().to_string();
        let forged = [
            Sent { body: chance.flipped(&request.body), ..request.clone() },
            Sent { timestamp: "0".to_owned(), ..request.clone() },
            signed_as("v0", "wrong", &current, &request.body),
            signed_as("v1", SECRET, &current, &request.body),
            signed_as("v0", SECRET, &old, &request.body),
        ];
        let event: Value = serde_json::from_slice(&chance.event(&forged[n % forged.len()])).unwrap();
        assert_eq!(stage.status(event).await, 401);
        if n % 20 == 0 {
            // 299 seconds old may have become 300 on the way; younger ones show the same.
            let payload = click("ack", &json!({ "i": format!("inc-{n}"), "s": "web" }), "U111", "");
            let request = signed(&form(&payload), now - SignedDuration::from_secs(290));
            let event: Value = serde_json::from_slice(&chance.event(&request)).unwrap();
            assert_eq!(stage.status(event).await, 200);
            genuine.push(pair(&format!("inc-{n}"), "ack"));
        }
    }
    assert_eq!(stage.told(), genuine);
    assert_eq!(stage.world.requests_to("dynamodb").len(), genuine.len());
    let looked = stage.world.requests_to("secretsmanager").len();
    assert!(looked <= 4, "each secret at the start, and once again for those that fail, not {looked} times");
}
