//! Calls of functions that go wrong on their way: one chosen call, in one chosen manner, before or after it takes effect.
//!
//! Functions are children of MiniStack. Each is known by its environment, in which Lambda puts the function's name ("Defined
//! runtime environment variables", AWS Lambda Developer Guide), and by this overlay's address, which no other run has.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::Overlay;
use super::outage::FOR_EVER;
use super::routes::{LARGEST_CALL, answered, api_request, sent};
use super::signature::Scope;
use crate::cloud::{ApiRequest, fault};
use crate::iam;

/// Whoever waits for a call to go wrong waits no longer.
const SOON: Duration = Duration::from_secs(30);

/// On which side of its effect a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call was sent and is not taken.
    Before,
    /// The call took effect and is not answered.
    After,
}

/// In which manner a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The service throttles; nothing is done.
    Throttled,
    /// The service answers with its internal error.
    Failed(Moment),
    /// The connection ends without an answer.
    Cut(Moment),
    /// No answer ever comes.
    Silent(Moment),
    /// The caller's process is killed.
    Killed(Moment),
    /// It waits until the interruption is over, and is answered as ever then: meanwhile somebody else may do something.
    HeldBack,
    /// This is answered, with status 200.
    Answered(&'static str),
}

/// Calls that are to go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruption {
    /// The action, such as `ecs:UpdateService` or `dynamodb:GetItem`.
    pub action: String,
    /// How many calls of it pass before.
    pub after: usize,
    /// How many calls of it go wrong then, one right after the other.
    pub times: usize,
    /// In which manner.
    pub how: How,
}

impl Interruption {
    /// The next call of an action goes wrong.
    #[must_use]
    pub fn of_next(action: &str, how: How) -> Self {
        Self { action: action.to_owned(), after: 0, times: 1, how }
    }
}

/// What functions called, and what is to go wrong of it.
#[derive(Debug, Default)]
pub(super) struct Interruptions {
    wanted: Option<Interruption>,
    called: BTreeMap<String, usize>,
    struck: bool,
}

impl Interruptions {
    /// Counts one more call; how it goes wrong, if it does.
    fn strike(&mut self, action: &str) -> Option<How> {
        let count = self.called.entry(action.to_owned()).or_default();
        let number = *count;
        *count += 1;
        let wanted = self.wanted.as_ref().filter(|wanted| wanted.action == action)?;
        let is_meant = (wanted.after..wanted.after.saturating_add(wanted.times)).contains(&number);
        let how = is_meant.then_some(wanted.how);
        self.struck |= is_meant;
        how
    }
}

impl Overlay {
    /// From now on the calls of functions are counted anew, and some of them may go wrong.
    pub fn interrupt(&self, wanted: Option<Interruption>) {
        *self.interruptions() = Interruptions { wanted, ..Interruptions::default() };
        self.another_interruption.notify_waiters();
    }

    /// How often functions called each action since [`Overlay::interrupt`].
    pub fn called_by_functions(&self) -> BTreeMap<String, usize> {
        self.interruptions().called.clone()
    }

    /// Waits until a call has met with the interruption; `false` if none does within a while.
    pub async fn until_interrupted(&self) -> bool {
        let struck = async {
            loop {
                let mut next = std::pin::pin!(self.interrupted.notified());
                next.as_mut().enable();
                if self.interruptions().struck {
                    return;
                }
                next.await;
            }
        };
        tokio::time::timeout(SOON, struck).await.is_ok()
    }

    fn interruptions(&self) -> MutexGuard<'_, Interruptions> {
        self.interruptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills the processes of a function that belong to this run.
    fn kill(&self, function: &str) {
        let wanted = [format!("AWS_LAMBDA_FUNCTION_NAME={function}"), format!("PARAMEDIC_OVERLAY_URL={}", self.url)];
        let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let ours: Vec<String> = processes
            .filter(|process| has_all(&process.path(), &wanted))
            .filter_map(|process| process.file_name().into_string().ok())
            .collect();
        let killed = Command::new("kill").arg("-KILL").args(&ours).status();
        if ours.is_empty() || !killed.is_ok_and(|status| status.success()) {
            self.complain(format!("no process of {function} could be killed"));
        }
    }
}

/// Answers a call of AWS's, unless it is one of a function that is to go wrong.
pub(super) async fn passed(overlay: &Overlay, scope: Scope, request: Request) -> Response {
    let Some(function) = iam::function_of(&scope.caller).map(str::to_owned) else {
        return answered(overlay, scope, request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_CALL).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let call = api_request(scope.clone(), &parts, &body);
    let action = fault::named_call(&call);
    let how = overlay.interruptions().strike(&action);
    let request = Request::from_parts(parts, Body::from(body));
    // It has to listen before anybody hears of it, or the end of its wait might come before its begin.
    let mut over = std::pin::pin!(overlay.another_interruption.notified());
    over.as_mut().enable();
    if how.is_some() {
        overlay.interrupted.notify_waiters();
    }
    let (moment, failed) = match how {
        None => return answered(overlay, scope, request).await,
        Some(How::Throttled) => return sent(fault::throttled(&call)),
        Some(How::Failed(moment)) => (moment, sent(fault::failed(&call))),
        Some(How::Cut(moment)) => (moment, cut()),
        Some(How::Silent(moment) | How::Killed(moment)) => (moment, StatusCode::GATEWAY_TIMEOUT.into_response()),
        Some(How::Answered(text)) => return instead(&call, text),
        Some(How::HeldBack) => {
            over.await;
            return answered(overlay, scope, request).await;
        }
    };
    if moment == Moment::After {
        let _unheard = answered(overlay, scope, request).await;
    }
    match how {
        Some(How::Killed(_)) => {
            overlay.kill(&function);
            tokio::time::sleep(FOR_EVER).await;
        }
        Some(How::Silent(_)) => tokio::time::sleep(FOR_EVER).await,
        _ => {}
    }
    failed
}

/// Another answer than the service's.
fn instead(call: &ApiRequest, text: &'static str) -> Response {
    let is_json = call.headers.iter().any(|(name, _)| name == "x-amz-target");
    let kind = if is_json { "application/x-amz-json-1.1" } else { "text/xml" };
    ([("content-type", kind)], text).into_response()
}

/// An answer whose sending fails before its first byte, so that the server closes the connection.
fn cut() -> Response {
    let reset = Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset));
    Response::new(Body::from_stream(futures::stream::iter([reset])))
}

fn has_all(process: &Path, wanted: &[String]) -> bool {
    let environment = std::fs::read(process.join("environ")).unwrap_or_default();
    let has = |entry: &String| environment.split(|byte| *byte == 0).any(|each| each == entry.as_bytes());
    !environment.is_empty() && wanted.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_calls_go_wrong_and_no_others() {
        let how = How::Cut(Moment::After);
        let wanted = Interruption { action: "ecs:ListTasks".to_owned(), after: 1, times: 2, how };
        let mut all = Interruptions { wanted: Some(wanted), ..Interruptions::default() };
        let mut strike = |action: &str| all.strike(action).is_some();
        assert!(!strike("ecs:ListTasks"));
        assert!(!strike("ecs:DescribeTasks"));
        assert!(strike("ecs:ListTasks") && strike("ecs:ListTasks"));
        assert!(!strike("ecs:ListTasks"));
        assert_eq!(all.called.get("ecs:ListTasks"), Some(&4));
    }
}
