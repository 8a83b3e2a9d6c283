//! The stand-in for AWS, Slack and PagerDuty.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::IntoResponse;

/// One request that a function made.
#[derive(Clone, Debug)]
pub struct Request {
    /// The AWS service, from the signature's scope; empty for the channels.
    pub service: String,
    /// The operation of AWS's JSON protocols, the path otherwise.
    pub call: String,
    /// The body; forms are kept as they are.
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Response {
    /// An answer with status 200.
    pub fn ok(body: impl Into<String>) -> Self {
        Self { status: 200, body: body.into() }
    }

    /// An answer with another status.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into() }
    }
}

type Answer = dyn Fn(&Request) -> Response + Send + Sync;

struct Inner {
    requests: Mutex<Vec<Request>>,
    answer: Box<Answer>,
}

/// Everything a function talks to, at one address of the loopback interface.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
    address: String,
}

impl World {
    /// Starts it; it ends with the test's runtime.
    pub async fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner { requests: Mutex::default(), answer: Box::new(answer) });
        let router = axum::Router::new().fallback(serve).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, address }
    }

    /// Its address, `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.inner.requests.lock().expect("no panic while holding the lock").clone()
    }

    /// The requests to one AWS service, or to a path of the channels.
    pub fn requests_to(&self, wanted: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.service == wanted || request.call == wanted).collect()
    }
}

async fn serve(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
    let body = String::from_utf8_lossy(&body).into_owned();
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned();
    let service = header("authorization").split('/').nth(3).unwrap_or_default().to_owned();
    let call = [target, action].into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| uri.path().to_owned());
    assert!(method == Method::POST || method == Method::GET, "nothing else is expected: {method}");
    let request = Request { service, call, body };
    let response = (inner.answer)(&request);
    inner.requests.lock().expect("no panic while holding the lock").push(request);
    axum::http::Response::builder()
        .status(response.status)
        .header("content-type", "application/json")
        .body(Body::from(response.body))
        .expect("a valid response")
}
