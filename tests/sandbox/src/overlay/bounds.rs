//! Holding each function to its role: what that does not allow goes no further.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::Overlay;
use super::routes::{LARGEST_CALL, api_request, sent};
use super::signature::Scope;
use crate::iam::{self, Refused, Signed};

/// Gives the call back if whoever signed it may make it, and otherwise the answer that it gets.
pub(super) async fn let_through(overlay: &Overlay, scope: &Scope, request: Request) -> Result<Request, Response> {
    let Some(function) = iam::function_of(&scope.caller) else { return Ok(request) };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_CALL).await else {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let call = api_request(scope.clone(), &parts, &body);
    let asked = iam::asked(Signed { method: parts.method.as_str(), request: &call }, &overlay.cloud());
    // All of it is asked, also after a refusal: what a call needs is to be known as a whole.
    let answers: Vec<Result<(), Refused>> = match asked {
        Ok(asked) => asked.iter().map(|one| overlay.roles().ask(function, one)).collect(),
        Err(not_understood) => vec![Err(not_understood.into())],
    };
    let Some(refused) = answers.into_iter().find_map(Result::err) else {
        return Ok(Request::from_parts(parts, Body::from(body)));
    };
    if !matches!(refused, Refused::ByRole(_)) {
        overlay.complain(format!("{function}: {refused}"));
    }
    Err(sent(iam::refusal(&call, refused.to_string())))
}
