//! Which request goes where.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::outage::FOR_EVER;
use super::signature::Scope;
use super::{Overlay, UrlRequest, bounds, function_url, interruption, proxy};
use crate::cloud::{ApiRequest, ApiResponse};
use crate::iam::Roles;
use crate::observed::{Observed, OwnedCall};
use crate::page;
use crate::sinks::topics::Arrived;

/// The largest call of an owned service; `PutMetricData` may have 1 MB.
pub(super) const LARGEST_CALL: usize = 4 * 1024 * 1024;

pub(super) fn router(overlay: Arc<Overlay>) -> Router {
    Router::new()
        .route("/_overlay/cloudformation", post(cloudformation))
        .route("/_overlay/state", get(state))
        .route("/_overlay/stage/{fault}", post(stage))
        .route("/_overlay/click", post(click))
        .route("/_overlay/pagerduty/{what}", post(person_in_pagerduty))
        .route("/functions/slack-actions/{path}", post(function_url))
        .route("/sinks/slack/api/{method}", post(slack).get(slack))
        .route("/sinks/slack/response/{id}", post(slack_response))
        .route("/sinks/slack/upload/{id}", post(slack_upload))
        .route("/sinks/heartbeat", get(heartbeat).post(heartbeat))
        .route("/sinks/pagerduty/v2/enqueue", post(pagerduty))
        .route("/sinks/mail", post(topics))
        .fallback(aws)
        .with_state(overlay)
}

async fn cloudformation(State(overlay): State<Arc<Overlay>>, Json(body): Json<Value>) -> Json<Value> {
    if !Roles::notes(&body) {
        return Json(overlay.cloud().provision(&body, overlay.now()));
    }
    match overlay.roles().note(&body) {
        Ok(()) => Json(json!({"physical_id": body.get("physical_id")})),
        Err(error) => Json(json!({"error": error.to_string()})),
    }
}

async fn state(State(overlay): State<Arc<Overlay>>) -> Json<Value> {
    Json(page::state(&overlay))
}

/// Whether a button of the page comes from the page itself: a foreign site's form carries another origin.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (origin, host) = (text(header::ORIGIN), text(header::HOST));
    !origin.is_empty() && origin != format!("http://{host}")
}

fn forbidden() -> Response {
    let error = json!({"error": "this button belongs to the sandbox's own page"});
    (StatusCode::FORBIDDEN, Json(error)).into_response()
}

fn conflict(error: &str) -> Response {
    (StatusCode::CONFLICT, Json(json!({"error": error}))).into_response()
}

/// A button that stages a fault.
async fn stage(State(overlay): State<Arc<Overlay>>, Path(fault): Path<String>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return forbidden();
    }
    match page::stage(&overlay, &fault).await {
        Ok(()) => Json(json!({"staged": fault})).into_response(),
        Err(error) => conflict(&error.to_string()),
    }
}

/// A button in a message of Slack: `{"action_id", "ts", "user"}`.
async fn click(State(overlay): State<Arc<Overlay>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if is_foreign(&headers) {
        return forbidden();
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let (Some(action_id), Some(user)) = (text("action_id"), text("user")) else {
        return conflict("no button is named");
    };
    match overlay.click(action_id, text("ts"), user).await {
        Ok(answer) => Json(json!({"status": answer.status, "body": answer.body})).into_response(),
        Err(failed) => conflict(&failed.to_string()),
    }
}

/// A button of PagerDuty: `{"dedup_key", "who"}`.
async fn person_in_pagerduty(
    State(overlay): State<Arc<Overlay>>,
    Path(what): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if is_foreign(&headers) {
        return forbidden();
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_done = match what.as_str() {
        "acknowledge" => overlay.pagerduty.acknowledge(text("dedup_key"), text("who")),
        "resolve" => overlay.pagerduty.resolve(text("dedup_key"), text("who")),
        _ => false,
    };
    if is_done { Json(json!({"done": what})).into_response() } else { conflict("there is nothing to be done about it") }
}

/// The function URL, for whoever calls it from outside.
async fn function_url(
    State(overlay): State<Arc<Overlay>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = String::from_utf8_lossy(&body).into_owned();
    let request = UrlRequest { path: format!("/{path}"), headers, body };
    function_url::response(overlay.call_function_url(&request).await)
}

async fn heartbeat(State(overlay): State<Arc<Overlay>>) -> StatusCode {
    overlay.log.add(Observed::Heartbeat);
    StatusCode::OK
}

async fn slack(
    State(overlay): State<Arc<Overlay>>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    overlay.slack.serve(&method, &headers, query.as_deref().unwrap_or_default(), &body).await
}

async fn slack_response(State(overlay): State<Arc<Overlay>>, Path(id): Path<String>, body: Bytes) -> Response {
    overlay.slack.respond(&id, &body)
}

async fn slack_upload(State(overlay): State<Arc<Overlay>>, Path(id): Path<String>, body: Bytes) -> Response {
    overlay.slack.upload(&id, &body)
}

async fn pagerduty(State(overlay): State<Arc<Overlay>>, body: Bytes) -> Response {
    overlay.pagerduty.serve(&body).await
}

async fn topics(State(overlay): State<Arc<Overlay>>, body: Bytes) -> StatusCode {
    if let Arrived::Confirm { topic_arn, token } = overlay.topics.receive(&body) {
        let fields = [("TopicArn", topic_arn.as_str()), ("Token", token.as_str())];
        if let Err(failed) = overlay.calls.query("sns", "ConfirmSubscription", &fields).await {
            overlay.complain(failed.to_string());
        }
    }
    StatusCode::OK
}

/// Everything that is neither ours nor a sink's is a call of an AWS API.
async fn aws(State(overlay): State<Arc<Overlay>>, request: Request) -> Response {
    let Some(scope) = Scope::of(request.headers()) else {
        let is_page = request.method() == Method::GET && request.uri().path() == "/";
        return if is_page { Html(page::HTML).into_response() } else { proxy::pass_on(&overlay, request).await };
    };
    match bounds::let_through(&overlay, &scope, request).await {
        Ok(request) => interruption::passed(&overlay, scope, request).await,
        Err(refusal) => refusal,
    }
}

/// The answer to a call that nothing keeps away from its service.
pub(super) async fn answered(overlay: &Overlay, scope: Scope, request: Request) -> Response {
    if scope.is_owned() { owned(overlay, scope, request).await } else { proxy::pass_on(overlay, request).await }
}

async fn owned(overlay: &Overlay, scope: Scope, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_CALL).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let call = api_request(scope, &parts, &body);
    let (answer, journalled) = {
        let mut cloud = overlay.cloud();
        let before = cloud.journal().len();
        let answer = cloud.call(&call, overlay.now());
        (answer, cloud.journal().get(before..).map(<[_]>::to_vec).unwrap_or_default())
    };
    let forced = asks_for_force(&call.body);
    for call in journalled {
        overlay.log.add_at(call.at, Observed::Call(OwnedCall { call, forced }));
    }
    if answer.hangs {
        tokio::time::sleep(FOR_EVER).await;
    }
    sent(answer)
}

/// A call as the modelled cloud takes it.
pub(super) fn api_request(scope: Scope, parts: &Parts, body: &Bytes) -> ApiRequest {
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let Scope { caller, service } = scope;
    ApiRequest { service, caller, headers, path: parts.uri.path().to_owned(), body: body.to_vec() }
}

/// An answer of the modelled cloud, as it goes out.
pub(super) fn sent(answer: ApiResponse) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut set = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    };
    set("content-type", &answer.content_type);
    for (name, value) in &answer.headers {
        set(name, value);
    }
    response
}

/// `ecs:UpdateService` is a JSON call; the flag is at its top.
fn asks_for_force(body: &[u8]) -> bool {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    request.get("forceNewDeployment").and_then(Value::as_bool).unwrap_or_default()
}
