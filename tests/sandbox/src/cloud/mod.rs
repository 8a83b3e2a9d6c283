//! The parts of AWS that no emulator models. (Under construction: the face only.)
mod emission;
mod fault;
mod journal;
mod view;
pub use emission::Emission;
pub use fault::{ApiFault, FaultKind};
pub use journal::Call;
pub use view::{AlarmView, DeploymentView, ServiceView, TargetView, TaskView};

use jiff::Timestamp;
use serde_json::{Value, json};

/// What distinguishes one cloud from another.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The twelve-digit account id.
    pub account: String,
    /// The region's code, such as `eu-west-1`.
    pub region: String,
    /// Every modelled duration is divided by this; 1 is real time.
    pub pace: u32,
    /// Decides names, ids and jitter.
    pub seed: u64,
}

/// A call of an AWS API, as it arrived over HTTP.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// The signing name of the credential scope, such as `ecs` or `monitoring`.
    pub service: String,
    /// The access key id that signed the request.
    pub caller: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's path.
    pub path: String,
    /// The request's body.
    pub body: Vec<u8>,
}

/// The answer to an [`ApiRequest`], to be sent as it is.
#[derive(Debug, Clone)]
pub struct ApiResponse {
    /// HTTP status.
    pub status: u16,
    /// Value of `content-type`.
    pub content_type: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The modelled cloud: one account in one region.
#[derive(Debug)]
pub struct Cloud {
    journal: Vec<Call>,
}

impl Cloud {
    /// An empty account.
    pub fn new(_settings: Settings) -> Cloud {
        Cloud { journal: Vec::new() }
    }
    /// Serves an API call of an owned service.
    pub fn call(&mut self, _request: &ApiRequest, _now: Timestamp) -> ApiResponse {
        ApiResponse { status: 501, content_type: "text/plain".to_owned(), headers: Vec::new(), body: Vec::new() }
    }
    /// Serves a CloudFormation callback of the plug-in.
    pub fn provision(&mut self, _body: &Value, _now: Timestamp) -> Value {
        json!({"error": "not built yet"})
    }
    /// Advances the model to `now` and returns what the cloud sends of its own accord.
    pub fn step(&mut self, _now: Timestamp) -> Vec<Emission> {
        Vec::new()
    }
    /// Every API call served, oldest first.
    pub fn journal(&self) -> &[Call] {
        &self.journal
    }
    /// Lets the next matching calls fail.
    pub fn inject(&mut self, _fault: ApiFault) {}
    /// From now on requests fail in every task of the service that started before.
    pub fn rotate_credential(&mut self, _service: &str, _now: Timestamp) {}
    /// From now on one running task of the service fails its health check; returns its id.
    pub fn break_task(&mut self, _service: &str, _now: Timestamp) -> Option<String> {
        None
    }
    /// Takes the cache away that the service uses.
    pub fn cache_down(&mut self, _service: &str, _now: Timestamp) {}
    /// Gives the cache back.
    pub fn cache_up(&mut self, _service: &str, _now: Timestamp) {}
    /// What a service looks like now.
    pub fn service_view(&self, _service: &str) -> Option<ServiceView> {
        None
    }
    /// All alarms, sorted by name.
    pub fn alarms_view(&self) -> Vec<AlarmView> {
        Vec::new()
    }
    /// The names of all services.
    pub fn services(&self) -> Vec<String> {
        Vec::new()
    }
}
