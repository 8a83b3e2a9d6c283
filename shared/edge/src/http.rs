//! A small HTTPS client for the channels that AWS does not run.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use paramedic_domain::escalation::Failure;

use crate::secrets::Secret;

/// The longest answer that is read, in bytes. What the channels say is far shorter.
const ANSWER: usize = 64 * 1024;
/// The same for an answer to a form: a list.
const LIST: usize = 2 * 1024 * 1024;
/// How long an answer may take in all.
const DEADLINE: Duration = Duration::from_secs(4);
/// Idle connections are given up before the other side does it.
const IDLE: Duration = Duration::from_secs(20);

/// Posts JSON and reads short answers. Follows no redirects, so a token goes nowhere but where it was sent.
#[derive(Clone, Debug)]
pub struct Https {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    deadline: Duration,
}

/// Headers of a request.
pub(crate) type Headers = Vec<(HeaderName, HeaderValue)>;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Seconds that the other side asks to wait.
    pub(crate) retry_after_s: Option<u32>,
    /// What the token may do, joined by commas, where the other side says so (Slack's `x-oauth-scopes`).
    pub(crate) scopes: Option<String>,
    pub(crate) body: Bytes,
}

/// The client's TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("no TLS for the channels: {0}\n  hint: this is a defect of the build, not of the configuration")]
pub struct TlsError(#[from] rustls::Error);

impl Https {
    /// A client that trusts the public web's certificate authorities.
    ///
    /// # Errors
    ///
    /// The TLS library was built without what the client needs.
    pub fn new() -> Result<Self, TlsError> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(Duration::from_secs(2)));
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client, deadline: DEADLINE })
    }

    /// The same client with another deadline.
    #[cfg(test)]
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Posts a JSON body and reads the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Failure::Transient`] if no whole answer came in time; [`Failure::Permanent`] if the request cannot be made.
    pub(crate) async fn post(&self, url: &str, token: Option<&Secret>, body: Vec<u8>) -> Result<Answer, Failure> {
        self.post_with(url, bearers(token)?, body).await
    }

    /// The same with headers of the caller's own.
    ///
    /// # Errors
    ///
    /// As [`Https::post`].
    pub(crate) async fn post_with(&self, url: &str, headers: Headers, body: Vec<u8>) -> Result<Answer, Failure> {
        self.send(request(url, headers, body)?, ANSWER).await
    }

    /// Posts a form instead, for what does not read JSON.
    ///
    /// # Errors
    ///
    /// As [`Https::post`].
    pub(crate) async fn post_form(&self, url: &str, token: Option<&Secret>, form: &str) -> Result<Answer, Failure> {
        let mut request = request(url, bearers(token)?, form.as_bytes().to_vec())?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        self.send(request, LIST).await
    }

    /// Posts a PNG to an address that needs no token.
    ///
    /// # Errors
    ///
    /// As [`Https::post`].
    pub(crate) async fn post_png(&self, url: &str, png: &[u8]) -> Result<Answer, Failure> {
        let mut request = request(url, Headers::new(), png.to_vec())?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
        self.send(request, ANSWER).await
    }

    async fn send(&self, request: Request<Full<Bytes>>, limit: usize) -> Result<Answer, Failure> {
        match tokio::time::timeout(self.deadline, self.exchange(request, limit)).await {
            Ok(result) => result,
            Err(_) => Err(transient(format!("no answer within {} s", self.deadline.as_secs_f32()))),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>, limit: usize) -> Result<Answer, Failure> {
        let answer = self.client.request(request).await.map_err(|error| {
            let what = if error.is_connect() { "could not connect" } else { "the connection broke" };
            transient(format!("{what}: {}", innermost(&error)))
        })?;
        let (head, body) = answer.into_parts();
        let retry_after_s = head
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().parse().ok());
        let scopes = head.headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok()).map(str::to_owned);
        // An answer that is too long or breaks off still has its status, which says the most.
        let body = Limited::new(body, limit).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        Ok(Answer { status: head.status, retry_after_s, scopes, body })
    }
}

impl Answer {
    /// What every channel means by 429 and 5xx.
    pub(crate) fn busy(&self) -> Option<Failure> {
        let busy = self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error();
        busy.then(|| Failure::Transient { why: format!("HTTP {}", self.status), retry_after_s: self.retry_after_s })
    }
}

pub(crate) fn transient(why: String) -> Failure {
    Failure::Transient { why, retry_after_s: None }
}

/// A form of these fields, without the empty ones. What is not plain is quoted.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let quoted = |value: &str| {
        value.bytes().fold(String::new(), |mut quoted, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => quoted.push(char::from(byte)),
                _ => quoted.push_str(&format!("%{byte:02X}")),
            }
            quoted
        })
    };
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", quoted(value))).collect::<Vec<_>>().join("&")
}

/// The header of a token, if there is one.
fn bearers(token: Option<&Secret>) -> Result<Headers, Failure> {
    let bearer = |token: &Secret| header(AUTHORIZATION, &format!("Bearer {}", token.reveal()), "the token");
    token.map(bearer).into_iter().collect()
}

/// A header that is not printed; `what` it is goes into the failure instead of its value.
pub(crate) fn header(name: HeaderName, value: &str, what: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| Failure::Permanent { why: format!("{what} has characters that no header may have") })?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn request(url: &str, headers: Headers, body: Vec<u8>) -> Result<Request<Full<Bytes>>, Failure> {
    // An address may hold a secret of the receiver's own, so no failure shows more of it than its host.
    let uri: Uri = url.parse().map_err(|_| Failure::Permanent { why: "the address is none".to_owned() })?;
    let host = uri.scheme().and(uri.host()).unwrap_or("the address").to_owned();
    let permanent = |why: &str| Failure::Permanent { why: format!("{host}: {why}") };
    if uri.scheme_str() != Some("https") && !is_loopback(&uri) {
        return Err(permanent("only https:// leaves this machine"));
    }
    let mut request = Request::post(uri).header(CONTENT_TYPE, "application/json; charset=utf-8");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(body))).map_err(|_| permanent("is no address of a request"))
}

fn is_loopback(uri: &Uri) -> bool {
    matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn with_token(url: &str, token: &str) -> Result<Request<Full<Bytes>>, Failure> {
        request(url, bearers(Some(&Secret::new(token)))?, vec![])
    }

    #[test]
    fn a_token_leaves_the_machine_only_encrypted() {
        for url in ["http://slack.com/api", "http://127.0.0.1.example.com/", "http://localhost@example.com/", "/api"] {
            assert!(matches!(with_token(url, "xoxb-1"), Err(Failure::Permanent { .. })), "{url}");
        }
        for url in ["https://slack.com/api", "http://127.0.0.1:4566/api", "http://[::1]:4566/", "http://localhost/"] {
            assert!(with_token(url, "xoxb-1").is_ok(), "{url}");
        }
    }

    #[test]
    fn a_token_is_not_printed_with_its_request() {
        assert!(!format!("{:?}", with_token("https://slack.com/api", "xoxb-1").unwrap()).contains("xoxb-1"));
    }

    #[test]
    fn a_token_that_no_header_can_hold_is_refused_without_being_shown() {
        let failure = with_token("https://slack.com/api", "xoxb\n1").unwrap_err();
        assert!(matches!(&failure, Failure::Permanent { why } if !why.contains("xoxb")), "{failure:?}");
    }

    #[test]
    fn an_address_that_is_refused_is_not_shown() {
        for url in ["http://hooks.example.com/in?token=t0k", "https://hooks.example.com/t0k\n", "/t0k", "t0k"] {
            let failure = request(url, vec![], vec![]).unwrap_err();
            assert!(!failure.why().contains("t0k"), "{failure:?}");
        }
    }
}
