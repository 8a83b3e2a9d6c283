//! Passing calls on to MiniStack, and noting what they were.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;

use super::Overlay;
use super::signature::Scope;
use crate::observed::Observed;

/// A form is read to find its `Action`, and a call of DynamoDB for what it is about. SNS messages are the largest forms, at 256 KB
/// before encoding; an item has at most 400 KB.
const LARGEST_READ: usize = 4 * 1024 * 1024;

/// The HTTP client of the overlay. It speaks to MiniStack only.
pub(super) type HttpClient = Client<HttpConnector, Body>;

/// Sends a request to MiniStack as it is, streaming both bodies, unless its service is down for the functions.
pub(super) async fn pass_on(overlay: &Overlay, request: Request) -> Response {
    let scope = Scope::of(request.headers());
    let (mut parts, body) = request.into_parts();
    let target =
        format!("http://{}{}", overlay.calls.address, parts.uri.path_and_query().map_or("/", |path| path.as_str()));
    let Ok(uri) = target.parse::<Uri>() else { return StatusCode::BAD_REQUEST.into_response() };

    // A form is small and names its action inside, an item of a table is small; everything else (code, templates) is streamed.
    let is_form = is_form(&parts.headers);
    let (body, read) = if is_form || scope.as_ref().is_some_and(|scope| scope.service == "dynamodb") {
        match to_bytes(body, LARGEST_READ).await {
            Ok(bytes) => (Body::from(bytes.clone()), bytes),
            Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    } else {
        (body, Bytes::new())
    };
    let named = if is_form { action_of_form(&read) } else { action_of_target(&parts.headers) };
    let action = named.unwrap_or_else(|| format!("{} {}", parts.method, uri.path()));
    parts.uri = uri;
    let outage = match &scope {
        Some(scope) => overlay.outage_answer(&scope.service, &read).await,
        None => None,
    };
    let response = match outage {
        Some(refusal) => refusal,
        None => match overlay.calls.client.request(Request::from_parts(parts, body)).await {
            Ok(response) => response.map(Body::new).into_response(),
            Err(error) => (StatusCode::BAD_GATEWAY, format!("MiniStack did not answer: {error}")).into_response(),
        },
    };
    if let Some(Scope { caller, service }) = scope {
        let status = response.status().as_u16();
        overlay.log.add(Observed::Proxied { action: format!("{service}:{action}"), service, caller, status });
    }
    response
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

fn action_of_form(body: &[u8]) -> Option<String> {
    form_urlencoded::parse(body).find(|(name, _)| name == "Action").map(|(_, value)| value.into_owned())
}

/// The action that a call of a JSON service names.
fn action_of_target(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    target.rsplit('.').next().map(str::to_owned)
}
