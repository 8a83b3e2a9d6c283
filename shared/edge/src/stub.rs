//! A stand-in for whatever the edge talks to, over real HTTP: it answers by script and remembers what it was asked.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use crate::aws::Aws;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What the stub does about a request.
pub(crate) enum Reply {
    /// Answers with this status, these headers and this body.
    Says(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Closes the connection instead of answering.
    HangsUp,
    /// Never answers.
    Silence,
    /// Answers once as many requests wait as the barrier wants.
    Together(Arc<Barrier>, Box<Reply>),
}

/// A server on the loopback interface that lives as long as the test's runtime.
pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// The other side hung up.
#[derive(Debug, thiserror::Error)]
#[error("hung up")]
struct HungUp;

impl Asked {
    /// The operation's name as AWS's JSON, query and CBOR protocols write it; else the last part of the path.
    pub(crate) fn operation(&self) -> String {
        if let Some(target) = self.headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
            return target.rsplit('.').next().unwrap().to_owned();
        }
        if let Some(action) = self.form().remove("Action") {
            return action;
        }
        self.path.rsplit('/').next().unwrap().to_owned()
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&self.body);
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (unquote(name), unquote(value)))
            .collect()
    }

    /// A parameter of the address; empty if it has none of that name.
    pub(crate) fn query(&self, name: &str) -> String {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| unquote(value)).next().unwrap_or_default()
    }

    /// The attributes of a message that is published to SNS, by name.
    pub(crate) fn message_attributes(&self) -> BTreeMap<String, String> {
        let form = self.form();
        let entry = |n: usize, part: &str| form.get(&format!("MessageAttributes.entry.{n}.{part}")).cloned();
        (1..9).filter_map(|n| Some((entry(n, "Name")?, entry(n, "Value.StringValue")?))).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Says(
            status,
            vec![("content-type", "application/x-amz-json-1.0".to_owned())],
            body.to_string().into_bytes(),
        )
    }

    /// A refusal in AWS's JSON protocols.
    pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "__type": code, "message": message }))
    }

    pub(crate) fn xml(status: u16, body: &str) -> Self {
        Self::Says(status, vec![("content-type", "text/xml".to_owned())], body.as_bytes().to_vec())
    }

    /// SNS has it.
    pub(crate) fn published() -> Self {
        let result = "<PublishResult><MessageId>1</MessageId></PublishResult>";
        let xmlns = "http://sns.amazonaws.com/doc/2010-03-31/";
        Self::xml(200, &format!(r#"<PublishResponse xmlns="{xmlns}">{result}</PublishResponse>"#))
    }

    pub(crate) fn cbor(body: &ciborium::Value) -> Self {
        let mut bytes = Vec::new();
        ciborium::into_writer(body, &mut bytes).unwrap();
        let headers =
            vec![("content-type", "application/cbor".to_owned()), ("smithy-protocol", "rpc-v2-cbor".to_owned())];
        Self::Says(200, headers, bytes)
    }
}

impl Stub {
    /// Starts a stub whose script gets each request and the number of requests before it.
    pub(crate) async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (memory, script) = (asked.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, memory.clone(), script.clone()));
            }
        });
        Self { url, asked }
    }

    /// An address at which nobody listens.
    pub(crate) async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The operations that were asked for, in their order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.asked().iter().map(Asked::operation).collect()
    }
}

async fn serve(
    connection: TcpStream,
    memory: Arc<Mutex<Vec<Asked>>>,
    script: Arc<impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static>,
) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
        let asked = Asked { path, query, headers: head.headers, body };
        let before = {
            let mut memory = memory.lock().unwrap();
            memory.push(asked.clone());
            memory.len() - 1
        };
        answer(script(&asked, before)).await
    });
    // The client may give up at any time, which is what some tests are about.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}

async fn answer(mut reply: Reply) -> Result<Response<Full<Bytes>>, HungUp> {
    loop {
        match reply {
            Reply::Says(status, headers, body) => {
                let response = headers
                    .into_iter()
                    .fold(Response::builder().status(status), |response, (name, value)| response.header(name, value));
                return Ok(response.body(Full::new(Bytes::from(body))).unwrap());
            }
            Reply::HangsUp => return Err(HungUp),
            Reply::Silence => return pending::<Result<_, Infallible>>().await.map_err(|_| HungUp),
            Reply::Together(barrier, then) => {
                barrier.wait().await;
                reply = *then;
            }
        }
    }
}

/// A configuration of the SDK for a stub. Its waits are long enough for any machine.
pub(crate) fn patient(url: &str) -> SdkConfig {
    config(url, Duration::from_secs(20))
}

/// A configuration for a stub that will not answer.
pub(crate) fn impatient(url: &str) -> SdkConfig {
    config(url, Duration::from_millis(100))
}

fn config(url: &str, attempt: Duration) -> SdkConfig {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-so-secret", None, None, "test");
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(attempt * 4).build();
    let aws = Aws::new(Region::new("eu-west-1"), credentials, Some(url.to_owned()));
    aws.config.to_builder().retry_config(retries).timeout_config(timeouts).build()
}

/// The meaning of `%41+b`.
fn unquote(quoted: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).unwrap()
}
