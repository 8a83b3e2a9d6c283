//! The function's process and the Runtime API that feeds it.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

use crate::World;

/// No invocation of these tests takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

struct Feed {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Result<Value, Value>>,
}

/// A function's binary, started and waiting for events.
pub struct Function {
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Result<Value, Value>>,
    _process: Child,
    /// Removed when the function ends.
    _directory: tempfile::TempDir,
}

impl Function {
    /// Starts `binary` with the variables that the template sets, all its endpoints being `world`.
    ///
    /// If the variable `RELEASE_BINARIES` names a directory, the binary of that name in there is taken, as `cargo lambda
    /// build` lays it out: the same tests then run on what is deployed.
    pub async fn start(binary: &str, config: &str, world: &World) -> Self {
        let released = std::env::var("RELEASE_BINARIES").ok().map(|directory| {
            let name = std::path::Path::new(binary).file_name().unwrap_or_default();
            std::path::Path::new(&directory).join(name).join("bootstrap")
        });
        let binary = released.unwrap_or_else(|| binary.into());
        let (events, queue) = mpsc::channel(1);
        let (results, answers) = mpsc::channel(1);
        let feed = Arc::new(Feed { events: Mutex::new(queue), answers: results });
        let router = axum::Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(feed);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let api = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });

        let directory = tempfile::tempdir().expect("a directory for the configuration");
        let file = directory.path().join("paramedic.toml");
        std::fs::write(&file, config).expect("the configuration is written");
        let process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .env("AWS_LAMBDA_FUNCTION_NAME", "under-test")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_ENDPOINT_URL", world.address())
            .env("PARAMEDIC_CONFIG", &file)
            .env("PARAMEDIC_TABLE", "paramedic")
            .env("PARAMEDIC_ALARMS_TOPIC", "arn:aws:sns:eu-west-1:123456789012:alarms")
            .env("PARAMEDIC_INCIDENTS_TOPIC", "arn:aws:sns:eu-west-1:123456789012:incidents")
            .env("PARAMEDIC_PAGES_TOPIC", "arn:aws:sns:eu-west-1:123456789012:pages")
            .env("PARAMEDIC_MAIL_TOPIC", "arn:aws:sns:eu-west-1:123456789012:mail")
            .env("PARAMEDIC_PEOPLE_TOPIC", "arn:aws:sns:eu-west-1:123456789012:people")
            .env("PARAMEDIC_WATCHDOG_TOPIC", "arn:aws:sns:eu-west-1:123456789012:watchdog")
            .env("PARAMEDIC_HEARTBEAT_ALARM", "paramedic-heartbeat")
            .env("PARAMEDIC_STACK", "paramedic")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the function's binary starts");
        Self { events, answers, _process: process, _directory: directory }
    }

    /// Invokes the function once: its answer, or the error it reported.
    pub async fn invoke(&mut self, event: Value) -> Result<Value, Value> {
        self.events.send(event).await.expect("the function takes events");
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
        answer.expect("the function answers in time").expect("the function is alive")
    }
}

async fn next(State(feed): State<Arc<Feed>>) -> Response {
    let Some(event) = feed.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + Duration::from_secs(30);
    let deadline = deadline.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    (
        [
            ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:f".to_owned()),
        ],
        Json(event),
    )
        .into_response()
}

async fn response(State(feed): State<Arc<Feed>>, Path(_): Path<String>, body: String) -> StatusCode {
    answer(&feed, Ok(serde_json::from_str(&body).unwrap_or(Value::Null))).await
}

async fn error(State(feed): State<Arc<Feed>>, Path(_): Path<String>, body: String) -> StatusCode {
    answer(&feed, Err(serde_json::from_str(&body).unwrap_or(Value::Null))).await
}

async fn answer(feed: &Feed, answer: Result<Value, Value>) -> StatusCode {
    match feed.answers.send(answer).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
