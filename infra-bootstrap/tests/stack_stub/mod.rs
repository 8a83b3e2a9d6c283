//! A deployed stack in small: a table, a router that decides as the real one does, the caller's identity and one alarm.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub, missing_docs)]

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::process::Output;
use std::sync::{Arc, Mutex};

use ciborium::cbor;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Found, Profile, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, Region, ServiceName};
use paramedic_domain::incident::{Event, Incident, Policy, apply};
use paramedic_domain::oncall::Roster;
use paramedic_domain::request::{Actor, Ask, Petition, Request, Via, Whose};
use paramedic_domain::severity::Severity;
use paramedic_domain::standing::{Order, Standing};
use serde_json::{Value, json};

use crate::http_stub::{self, encoded};

/// How the router behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Router {
    #[default]
    Works,
    /// It fails after it did what it was asked.
    Fails,
    /// It answers with nothing.
    SaysNothing,
    /// Nobody deployed it.
    Missing,
}

#[derive(Default)]
pub struct World {
    pub router: Router,
    /// The table does not let itself be read.
    pub table_refuses: bool,
    /// The present incident of the one service, `web`.
    pub incident: Option<Incident>,
    pub closed: Vec<Incident>,
    pub standing: Standing,
    /// What else was written into the table.
    pub items: BTreeMap<String, Value>,
    pub calls: Vec<String>,
}

pub struct StackStub {
    address: String,
    pub world: Arc<Mutex<World>>,
}

pub fn config() -> Config {
    Config::parse(include_str!("paramedic.toml"), "paramedic.toml").unwrap()
}

fn policy() -> Policy {
    Policy::of(&config(), &Standing::default(), Timestamp::now())
}

/// An incident that a P0 alarm opened twelve minutes ago.
pub fn opened() -> Incident {
    let at = Timestamp::now() - SignedDuration::from_mins(12);
    let sighting = Sighting {
        route: Route::new(ServiceName::from("web"), true, Severity::P0),
        alarm: Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-alb-5xx"),
        name: "web-P0-alb-5xx".to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state: AlarmState::Alarm,
        changed_at: at,
        reason: "Threshold Crossed".to_owned(),
        found: Found::Delivered,
        profile: Profile::default(),
    };
    apply(None, &[Event::Seen(Box::new(sighting))], &policy(), at).incident.unwrap()
}

/// The same after somebody asked something of it by a button.
pub fn asked(incident: Incident, ask: Ask, by: &str) -> Incident {
    let request = Request { ask, by: Actor { name: by.to_owned(), via: Via::Slack }, at: Timestamp::now() };
    let event = Event::Asked { incident: None, request };
    apply(Some(incident), &[event], &policy(), Timestamp::now()).incident.unwrap()
}

impl StackStub {
    pub fn start(world: World) -> Self {
        let world = Arc::new(Mutex::new(world));
        let shared = Arc::clone(&world);
        let address = http_stub::listen(move |connection| serve(connection, &shared));
        Self { address, world }
    }

    /// Runs the command line in a folder that holds the stub's configuration. `USER` is `grace`, the AWS identity `ada`.
    pub fn run(&self, line: &[&str]) -> Output {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stack_stub");
        let mut command = http_stub::command_line(&self.address, folder, line);
        command.env("USER", "grace").env("NO_COLOR", "1").output().unwrap()
    }

    pub fn called(&self, call: &str) -> usize {
        self.world.lock().unwrap().calls.iter().filter(|made| *made == call).count()
    }
}

fn key(item: &Value) -> String {
    format!("{} {}", item["pk"]["S"], item["sk"]["S"])
}

impl World {
    fn answer(&mut self, call: &str, body: &Value) -> (u16, bool, Value) {
        let ok = |value| (200, false, value);
        match call {
            "configuration" | "invocations" if self.router == Router::Missing => {
                (404, false, json!({ "__type": "ResourceNotFoundException", "Message": "Function not found" }))
            }
            "configuration" => ok(json!({ "Environment": { "Variables": {
                "PARAMEDIC_STACK": "paramedic", "PARAMEDIC_TABLE": "paramedic-table",
                "PARAMEDIC_ALARMS_TOPIC": "arn:aws:sns:eu-west-1:123456789012:paramedic-alarms" } } })),
            "invocations" => {
                let outcome = self.heed(body);
                match self.router {
                    Router::Fails => (200, true, json!({ "errorType": "Error", "errorMessage": "out of time" })),
                    Router::SaysNothing => ok(json!({ "batchItemFailures": [] })),
                    _ => ok(json!({ "batchItemFailures": [], "outcomes": [outcome] })),
                }
            }
            _ if self.table_refuses => {
                (400, false, json!({ "__type": "AccessDeniedException", "message": "not authorized" }))
            }
            "PutItem" => {
                self.items.insert(key(&body["Item"]), body["Item"].clone());
                ok(json!({}))
            }
            "GetItem" if body["Key"]["sk"]["S"] != "incident" => {
                ok(self.items.get(&key(&body["Key"])).map_or(json!({}), |item| json!({ "Item": item })))
            }
            "GetItem" => ok(self.incident.as_ref().map_or(json!({}), |incident| json!({ "Item": item(incident) }))),
            "Scan" => ok(json!({ "Items": self.closed.iter().map(item).collect::<Vec<_>>() })),
            "Query" if body["IndexName"] == "due" => {
                let open = self.incident.iter().map(|_| json!({ "pk": { "S": "service#web" } }));
                ok(json!({ "Items": open.collect::<Vec<_>>() }))
            }
            "Query" if body["KeyConditionExpression"] == "pk = :standing" => {
                let silences = self.standing.silences.iter().map(|one| stored("silence#", json!(one)));
                let overrides = self.standing.overrides.iter().map(|one| stored("override#", json!(one)));
                ok(json!({ "Items": silences.chain(overrides).collect::<Vec<_>>() }))
            }
            "Query" => ok(json!({ "Items": self.closed.iter().take(1).map(item).collect::<Vec<_>>() })),
            other => (400, false, json!({ "__type": "UnknownOperationException", "message": other })),
        }
    }

    /// What the router does about what somebody wants.
    fn heed(&mut self, wanted: &Value) -> Value {
        let now = Timestamp::now();
        if wanted["event"] == Order::EVENT {
            let order: Order = serde_json::from_value(wanted.clone()).unwrap();
            if let Order::AddOverride(cover) = &order {
                let config = config();
                let persons = config.persons.iter().map(|person| person.name.clone()).collect();
                let roster = Roster { persons, rotations: config.rotations, overrides: Vec::new() };
                if let Err(error) = roster.admits(cover) {
                    return json!({ "refused": error.to_string() });
                }
            }
            return match self.standing.apply(&order, now) {
                Ok(_) => json!({ "outcome": "ordered" }),
                Err(error) => json!({ "refused": error.to_string() }),
            };
        }
        let Petition { whose, request } = serde_json::from_value(wanted.clone()).unwrap();
        let incident = match whose {
            Whose::Incident { incident_id, .. } => Some(incident_id),
            Whose::Service { .. } | Whose::Page { .. } => None,
        };
        let step = apply(self.incident.take(), &[Event::Asked { incident, request }], &policy(), now);
        self.incident = step.incident;
        json!({ "outcome": step.reasons[0].as_str() })
    }
}

fn item(incident: &Incident) -> Value {
    json!({ "pk": { "S": "service#web" }, "sk": { "S": "x" }, "body": { "S": serde_json::to_string(incident).unwrap() } })
}

fn stored(kind: &str, body: Value) -> Value {
    let key = format!("{kind}{}", body["id"].as_str().unwrap());
    json!({ "pk": { "S": "standing" }, "sk": { "S": key }, "body": { "S": body.to_string() } })
}

fn serve(connection: TcpStream, world: &Mutex<World>) {
    let http_stub::Asked { operation: call, body } = http_stub::read(&connection);
    let (status, kind, failed, answer) = match call.as_str() {
        "" => (200, "text/xml", false, IDENTITY.as_bytes().to_vec()),
        "DescribeAlarms" => (200, "application/cbor", false, described(&body)),
        "ListTagsForResource" => (200, "application/cbor", false, tags()),
        call => {
            let (status, failed, answer) =
                world.lock().unwrap().answer(call, &serde_json::from_slice(&body).unwrap_or_default());
            (status, "application/x-amz-json-1.0", failed, answer.to_string().into_bytes())
        }
    };
    world.lock().unwrap().calls.push(call);
    let failed = if failed { "x-amz-function-error: Unhandled\r\n" } else { "" };
    let error =
        match serde_json::from_slice::<Value>(&answer).ok().and_then(|a| a["__type"].as_str().map(str::to_owned)) {
            Some(name) => format!("x-amzn-errortype: {name}\r\n"),
            None => String::new(),
        };
    let headers = format!("smithy-protocol: rpc-v2-cbor\r\n{failed}{error}");
    http_stub::answer(connection, status, kind, &headers, &answer);
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
     <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId><Account>123456789012</Account>\
     </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// One alarm, `checkout-slow`, that belongs to `web` by its tag alone.
fn described(request: &[u8]) -> Vec<u8> {
    let asked = format!("{:?}", ciborium::from_reader::<ciborium::Value, _>(request).unwrap());
    let found = if asked.contains("checkout-slow") {
        let time = ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(1_700_000_000.0)));
        cbor!({ "MetricAlarms" => [{
            "AlarmName" => "checkout-slow", "StateValue" => "ALARM", "ActionsEnabled" => true,
            "AlarmArn" => "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-slow",
            "StateTransitionedTimestamp" => time, "MetricName" => "Latency", "Namespace" => "Shop", "Threshold" => 1.0,
        }] })
    } else {
        cbor!({ "MetricAlarms" => [] })
    };
    encoded(&found.unwrap())
}

fn tags() -> Vec<u8> {
    let tag = |key: &str, value: &str| cbor!({ "Key" => key, "Value" => value }).unwrap();
    encoded(&cbor!({ "Tags" => [tag("paramedic:service", "web"), tag("paramedic:severity", "P0")] }).unwrap())
}
