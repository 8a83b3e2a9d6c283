//! What happens to dead letters: looking takes nothing away, and a letter leaves only when its function took it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use infra_bootstrap::{Connection, DeadLetters, Redriven, Which};
use serde_json::{Value, json};

const ALARM: &str = include_str!("../../tests/fixtures/alarms/sns-metric.json");

/// A queue of the router's dead letters, and a router that fails on what says so.
#[derive(Default)]
struct Cloud {
    letters: BTreeMap<String, String>,
    hidden: Vec<String>,
    invoked: Vec<Value>,
}

type Shared = Arc<Mutex<Cloud>>;

fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:eu-west-1:123456789012:{queue}")
}

impl Cloud {
    fn answer(&mut self, call: &str, path: &str, body: &Value) -> (u16, Value) {
        let id = || body["ReceiptHandle"].as_str().unwrap_or_default().to_owned();
        match call {
            "GetQueueUrl" => {
                (200, json!({ "QueueUrl": format!("http://127.0.0.1/{}", body["QueueName"].as_str().unwrap()) }))
            }
            "GetQueueAttributes" if body["QueueUrl"].as_str().unwrap().ends_with("dead") => {
                let attributes = json!({ "ApproximateNumberOfMessages": self.letters.len().to_string(),
                    "ApproximateNumberOfMessagesNotVisible": "0" });
                (200, json!({ "Attributes": attributes }))
            }
            "GetQueueAttributes" => {
                let policy = json!({ "deadLetterTargetArn": arn("dead"), "maxReceiveCount": 5 }).to_string();
                (200, json!({ "Attributes": { "RedrivePolicy": policy } }))
            }
            "ReceiveMessage" => {
                let visible: Vec<(String, String)> = self
                    .letters
                    .iter()
                    .filter(|(id, _)| !self.hidden.contains(id))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect();
                self.hidden.extend(visible.iter().map(|(id, _)| id.clone()));
                let messages: Vec<Value> = visible
                    .iter()
                    .map(|(id, body)| {
                        json!({ "MessageId": id, "ReceiptHandle": id, "Body": body,
                        "Attributes": { "ApproximateReceiveCount": "6", "SentTimestamp": "1700000000000" } })
                    })
                    .collect();
                (200, json!({ "Messages": messages }))
            }
            "ChangeMessageVisibility" => {
                assert_eq!(body["VisibilityTimeout"], 0);
                let id = id();
                self.hidden.retain(|hidden| *hidden != id);
                (200, json!({}))
            }
            "DeleteMessage" => {
                self.letters.remove(&id());
                (200, json!({}))
            }
            "" if path.contains("event-source-mappings") && path.contains("escalation-router") => {
                (200, json!({ "EventSourceMappings": [{ "EventSourceArn": arn("router") }] }))
            }
            "" if path.contains("event-source-mappings") => (404, json!({ "Message": "no such function" })),
            "" if path.contains("/invocations") => {
                self.invoked.push(body.clone());
                let record = &body["Records"][0];
                let fails = record["body"].as_str().unwrap().contains("poison");
                let failures = if fails { vec![json!({ "itemIdentifier": record["messageId"] })] } else { Vec::new() };
                (200, json!({ "batchItemFailures": failures }))
            }
            other => panic!("unexpected call {other} {path}"),
        }
    }
}

fn start(letters: &[(&str, &str)]) -> (Shared, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let letters = letters.iter().map(|(id, body)| ((*id).to_owned(), (*body).to_owned())).collect();
    let cloud = Arc::new(Mutex::new(Cloud { letters, ..Cloud::default() }));
    let shared = Arc::clone(&cloud);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let cloud = Arc::clone(&shared);
            thread::spawn(move || serve(connection, &cloud));
        }
    });
    (cloud, url)
}

fn serve(mut connection: TcpStream, cloud: &Mutex<Cloud>) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let (mut first, mut target, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "x-amz-target" => target = value.rsplit('.').next().unwrap().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = cloud.lock().unwrap().answer(&target, path, &body);
    let answer = answer.to_string();
    let kind = if status == 404 { "X-Amzn-ErrorType: ResourceNotFoundException\r\n" } else { "" };
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{kind}Content-Length: {}\r\n", answer.len());
    let _ = connection.write_all(format!("{head}Connection: close\r\n\r\n{answer}").as_bytes());
}

async fn sdk(url: String) -> SdkConfig {
    let connection =
        Connection { region: Some("eu-west-1".to_owned()), endpoint_url: Some(url), ..Connection::default() };
    let keys = Credentials::new("test", "test", None, None, "test");
    connection.open().await.into_builder().credentials_provider(SharedCredentialsProvider::new(keys)).build()
}

async fn open(letters: &[(&str, &str)]) -> (Shared, DeadLetters) {
    let (cloud, url) = start(letters);
    let opened = DeadLetters::open(&sdk(url).await, "paramedic", None).await.unwrap();
    (cloud, opened)
}

#[tokio::test]
async fn looking_takes_nothing_away_and_hides_nothing() {
    let (cloud, letters) = open(&[("m-1", ALARM), ("m-2", "poison")]).await;
    let listed = letters.list().await.unwrap();
    assert_eq!((listed.len(), listed[0].letters, listed[0].name.as_str()), (1, 2, "dead"));
    assert!(listed[0].oldest.is_some());
    let shown = letters.show(&Which::All).await.unwrap();
    assert_eq!(shown.len(), 2);
    assert_eq!((shown[0].subject.kind, shown[1].subject.kind), ("alarm", "unknown"));
    assert_eq!(shown[0].deliveries, 6);
    let cloud = cloud.lock().unwrap();
    assert!(cloud.letters.len() == 2 && cloud.hidden.is_empty());
}

#[tokio::test]
async fn a_letter_leaves_when_its_function_took_it_and_stays_when_it_failed_again() {
    let (cloud, letters) = open(&[("m-1", ALARM), ("m-2", "poison")]).await;
    let mut told = Vec::new();
    letters
        .redrive(&Which::All, &mut |letter, result| told.push((letter.id.clone(), *result == Redriven::Taken)))
        .await
        .unwrap();
    assert_eq!(told, [("m-1".to_owned(), true), ("m-2".to_owned(), false)]);
    let cloud = cloud.lock().unwrap();
    assert_eq!(cloud.letters.keys().collect::<Vec<_>>(), ["m-2"]);
    assert!(cloud.hidden.iter().all(|id| id != "m-2"), "it can be read again at once");
    let record = &cloud.invoked[0]["Records"][0];
    assert_eq!((&record["body"], &record["eventSource"]), (&json!(ALARM), &json!("aws:sqs")));
    assert_eq!(record["eventSourceARN"], arn("router"));
}

#[tokio::test]
async fn one_letter_can_be_meant_alone() {
    let (cloud, letters) = open(&[("m-1", ALARM), ("m-2", "poison")]).await;
    letters.discard(&Which::One("m-2".to_owned()), &mut |_| ()).await.unwrap();
    assert_eq!(cloud.lock().unwrap().letters.keys().collect::<Vec<_>>(), ["m-1"]);
    assert!(cloud.lock().unwrap().hidden.iter().all(|id| id != "m-1"));
}

#[tokio::test]
async fn a_letter_that_is_not_there_and_a_stack_that_is_not_there_are_said() {
    let (_cloud, letters) = open(&[("m-1", ALARM)]).await;
    let error = letters.show(&Which::One("m-9".to_owned())).await.unwrap_err().to_string();
    assert!(error.contains("m-9") && error.contains("hint:"), "{error}");
    let (_cloud, url) = start(&[]);
    let error = DeadLetters::open(&sdk(url).await, "paramedic", Some("enricher")).await.err().unwrap().to_string();
    assert!(error.contains("one of paramedic-escalation-router"), "{error}");
}
