//! A CloudFormation that answers what a test wrote down, and remembers what it was asked.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub, missing_docs)]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;

use crate::http_stub;

/// One call: its form fields, `Action` among them.
pub type Call = BTreeMap<String, String>;

/// Answers to a call, given how often this action was called before.
type Script = dyn Fn(&str, usize) -> Answer + Send + Sync;

pub enum Answer {
    /// What stands inside `<ActionResult>`.
    Result(String),
    /// The message of a ValidationError.
    Invalid(&'static str),
}

/// The XML of one stack.
pub fn stack(status: &str) -> Answer {
    Answer::Result(format!(
        "<Stacks><member><StackName>web</StackName><StackId>arn:web</StackId><StackStatus>{status}</StackStatus>\
         <CreationTime>2026-01-01T00:00:00Z</CreationTime>\
         <Parameters><member><ParameterKey>OpsEmail</ParameterKey><ParameterValue>a@example.com</ParameterValue></member>\
         <member><ParameterKey>Retired</ParameterKey><ParameterValue>x</ParameterValue></member></Parameters>\
         <Outputs><member><OutputKey>TableName</OutputKey><OutputValue>table-1</OutputValue></member></Outputs>\
         </member></Stacks>"
    ))
}

/// The XML of events, newest first: (id, resource, status, reason). The resource `web` is the stack itself.
pub fn events(events: &[(&str, &str, &str, &str)]) -> Answer {
    let members: String = events
        .iter()
        .map(|(id, resource, status, reason)| {
            let physical = if *resource == "web" { "arn:web" } else { "physical" };
            format!(
                "<member><StackId>arn:web</StackId><EventId>{id}</EventId><StackName>web</StackName>\
                 <LogicalResourceId>{resource}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
                 <ResourceType>AWS::Test::{resource}</ResourceType><Timestamp>2026-01-01T00:00:00Z</Timestamp>\
                 <ResourceStatus>{status}</ResourceStatus><ResourceStatusReason>{reason}</ResourceStatusReason></member>"
            )
        })
        .collect();
    Answer::Result(format!("<StackEvents>{members}</StackEvents>"))
}

/// A running stub; it ends with the test's process.
pub struct CloudStub {
    address: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl CloudStub {
    pub fn start(script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&calls));
        let address = http_stub::listen(move |connection| serve(connection, &*script, &log));
        Self { address, calls }
    }

    pub async fn sdk(&self) -> SdkConfig {
        http_stub::sdk(&self.address).await
    }

    /// The calls of one action, in order.
    pub fn calls(&self, action: &str) -> Vec<Call> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| call["Action"] == action).cloned().collect()
    }
}

fn serve(connection: TcpStream, script: &Script, log: &Mutex<Vec<Call>>) {
    let call: Call = String::from_utf8(http_stub::read(&connection).body)
        .unwrap()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let action = call["Action"].clone();
    let before = {
        let mut log = log.lock().unwrap();
        let before = log.iter().filter(|earlier| earlier["Action"] == action).count();
        log.push(call);
        before
    };
    let (status, xml) = match script(&action, before) {
        Answer::Result(inner) => {
            (200, format!("<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"))
        }
        Answer::Invalid(message) => (
            400,
            format!(
                "<ErrorResponse><Error><Code>ValidationError</Code><Message>{message}</Message></Error></ErrorResponse>"
            ),
        ),
    };
    http_stub::answer(connection, status, "text/xml", "", xml.as_bytes());
}
