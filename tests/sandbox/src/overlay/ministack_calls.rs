//! Calls that the sandbox itself makes to MiniStack, by plain HTTP. They go past the proxy, so they are in no log.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use super::proxy::HttpClient;

/// Answers to the sandbox's own calls are small.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A call that MiniStack did not take.
#[derive(Debug, thiserror::Error)]
#[error(
    "{action} was not taken by MiniStack: {what}\nhint: run again with PARAMEDIC_KEEP_RUN=1 and read ministack.log in the run's folder"
)]
pub struct CallFailed {
    /// The action as IAM names it.
    pub action: String,
    /// What came back instead.
    pub what: String,
}

/// An account in a MiniStack.
#[derive(Debug, Clone)]
pub struct MinistackCalls {
    pub(super) client: HttpClient,
    pub(super) address: SocketAddr,
    pub(super) account: String,
    pub(super) region: String,
}

impl MinistackCalls {
    /// Where MiniStack listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region's code.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// A call of the query protocol (SNS).
    ///
    /// # Errors
    /// When MiniStack does not answer with success.
    pub async fn query(&self, service: &str, action: &str, fields: &[(&str, &str)]) -> Result<String, CallFailed> {
        let name = format!("{service}:{action}");
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        let request = self.request(Method::POST, "/", service).header(header::CONTENT_TYPE, kind);
        let answer = self.send(&name, request, form(action, fields).into()).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// A call of the JSON protocol; `target` is the value of `x-amz-target`.
    ///
    /// # Errors
    /// When MiniStack does not answer with success.
    pub async fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value, CallFailed> {
        let request = self
            .request(Method::POST, "/", service)
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", target);
        let answer = self.send(target, request, body.to_string().into_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// Invokes a function asynchronously.
    ///
    /// # Errors
    /// When MiniStack does not accept the invocation.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<(), CallFailed> {
        let path = format!("/2015-03-31/functions/{}/invocations", encoded(function));
        let request = self
            .request(Method::POST, &path, "lambda")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-amz-invocation-type", "Event");
        self.send("lambda:InvokeFunction", request, event.to_string().into_bytes()).await.map(drop)
    }

    /// Invokes a function and waits for what it returns.
    ///
    /// # Errors
    /// When there is no such function, or it fails.
    pub async fn ask(&self, function: &str, event: &Value) -> Result<Value, CallFailed> {
        let path = format!("/2015-03-31/functions/{}/invocations", encoded(function));
        let request = self.request(Method::POST, &path, "lambda").header(header::CONTENT_TYPE, "application/json");
        let answer = self.send("lambda:InvokeFunction", request, event.to_string().into_bytes()).await?;
        let returned: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        match returned.get("errorType").or_else(|| returned.get("errorMessage")) {
            Some(_) => {
                let what = format!("{function} failed: {returned}");
                Err(CallFailed { action: "lambda:InvokeFunction".to_owned(), what })
            }
            None => Ok(returned),
        }
    }

    /// Changes the configuration of a function to what it is, which ends its instances.
    ///
    /// # Errors
    /// When there is no such function.
    pub async fn start_anew(&self, function: &str) -> Result<(), CallFailed> {
        let path = format!("/2015-03-31/functions/{}/configuration", encoded(function));
        let read = self.send("lambda:GetFunctionConfiguration", self.request(Method::GET, &path, "lambda"), Vec::new());
        let known: Value = serde_json::from_slice(&read.await?).unwrap_or(Value::Null);
        let body = json!({"Timeout": known.get("Timeout").cloned().unwrap_or_else(|| json!(10))});
        let request = self.request(Method::PUT, &path, "lambda").header(header::CONTENT_TYPE, "application/json");
        self.send("lambda:UpdateFunctionConfiguration", request, body.to_string().into_bytes()).await.map(drop)
    }

    /// Whether there is a function of this name.
    pub async fn has_function(&self, function: &str) -> bool {
        let path = format!("/2015-03-31/functions/{}", encoded(function));
        self.send("lambda:GetFunction", self.request(Method::GET, &path, "lambda"), Vec::new()).await.is_ok()
    }

    /// Lets failed messages of every queue come back sooner: the visibility timeouts, at least a minute each, become a
    /// fifth. In AWS they are six times the function's timeout; so they are still longer than that.
    ///
    /// # Errors
    /// When MiniStack does not answer with success.
    pub async fn hasten_queues(&self) -> Result<(), CallFailed> {
        let listed = self.json("sqs", "AmazonSQS.ListQueues", &json!({})).await?;
        for url in listed.get("QueueUrls").and_then(Value::as_array).into_iter().flatten() {
            let ask = json!({"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]});
            let answer = self.json("sqs", "AmazonSQS.GetQueueAttributes", &ask).await?;
            let timeout = answer.pointer("/Attributes/VisibilityTimeout").and_then(Value::as_str);
            let Some(seconds) = timeout.and_then(|text| text.parse::<u32>().ok()).filter(|seconds| *seconds >= 60)
            else {
                continue;
            };
            let attributes = json!({"VisibilityTimeout": (seconds / 5).to_string()});
            let set = json!({"QueueUrl": url, "Attributes": attributes});
            self.json("sqs", "AmazonSQS.SetQueueAttributes", &set).await?;
        }
        Ok(())
    }

    /// Disables every event source of a function, or enables it again.
    ///
    /// # Errors
    /// When its event sources cannot be listed or changed, or there are none.
    pub async fn enable_event_sources(&self, function: &str, enabled: bool) -> Result<(), CallFailed> {
        let path = format!("/2015-03-31/event-source-mappings/?FunctionName={}", encoded(function));
        let request = self.request(Method::GET, &path, "lambda");
        let answer = self.send("lambda:ListEventSourceMappings", request, Vec::new()).await?;
        let listed: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        let mappings = listed.get("EventSourceMappings").and_then(Value::as_array).cloned().unwrap_or_default();
        if mappings.is_empty() {
            let what = format!("{function} has no event source");
            return Err(CallFailed { action: "lambda:ListEventSourceMappings".to_owned(), what });
        }
        for uuid in mappings.iter().filter_map(|mapping| mapping.get("UUID").and_then(Value::as_str)) {
            let path = format!("/2015-03-31/event-source-mappings/{uuid}");
            let request = self.request(Method::PUT, &path, "lambda").header(header::CONTENT_TYPE, "application/json");
            let body = json!({"Enabled": enabled}).to_string().into_bytes();
            self.send("lambda:UpdateEventSourceMapping", request, body).await?;
        }
        Ok(())
    }

    fn request(&self, method: Method, path: &str, service: &str) -> axum::http::request::Builder {
        let scope = format!("{}/20260101/{}/{service}/aws4_request", self.account, self.region);
        Request::builder().method(method).uri(format!("http://{}{path}", self.address)).header(
            header::AUTHORIZATION,
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=sandbox"),
        )
    }

    async fn send(
        &self,
        action: &str,
        request: axum::http::request::Builder,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, CallFailed> {
        let failed = |what: String| CallFailed { action: action.to_owned(), what };
        let request = request.body(Body::from(body)).map_err(|error| failed(error.to_string()))?;
        let response = self.client.request(request).await.map_err(|error| failed(error.to_string()))?;
        let status = response.status();
        let bytes = to_bytes(Body::new(response.into_body()), LARGEST_ANSWER)
            .await
            .map_err(|error| failed(error.to_string()))?;
        if status.is_success() {
            return Ok(bytes.to_vec());
        }
        let text: String = String::from_utf8_lossy(&bytes).chars().take(600).collect();
        Err(failed(format!("{status} {text}")))
    }
}

fn form(action: &str, fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("Action", action).extend_pairs(fields).finish()
}

/// A path segment: an ARN's colons and slashes encoded.
fn encoded(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect()
}
