//! The overlay: one HTTP server that every SDK of the sandbox talks to.
//!
//! It answers for the services that no emulator models ([`crate::cloud`]), plays the people's side ([`crate::sinks`]), and
//! passes everything else on to MiniStack.

mod bounds;
mod deliver;
mod function_url;
mod history;
mod interruption;
mod ministack_calls;
mod outage;
mod proxy;
mod routes;
mod signature;
mod tick;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use function_url::{UrlAnswer, UrlRequest};
pub use interruption::{How, Interruption, Moment};
pub use ministack_calls::{CallFailed, MinistackCalls};
pub use outage::Outage;
pub(crate) use tick::scheduled_event;

use crate::cloud::{Cloud, Settings};
use crate::iam::Roles;
use crate::observed::Log;
use crate::page::Page;
use crate::sinks::pagerduty::{self, PagerDuty};
use crate::sinks::slack::{self, Slack};
use crate::sinks::topics::Topics;

/// The secrets that the sinks share with Paramedic.
#[derive(Debug, Clone)]
pub struct SinkSecrets {
    /// Slack's bot token.
    pub slack_token: String,
    /// What Slack signs its requests with.
    pub signing_secret: String,
    /// PagerDuty's routing key.
    pub routing_key: String,
    /// What PagerDuty signs its webhooks with.
    pub webhook_secret: String,
}

/// Everything that the server answers from.
#[derive(Debug)]
pub struct Overlay {
    /// What was seen from outside.
    pub log: Log,
    /// The Slack workspace.
    pub slack: Slack,
    /// The PagerDuty service.
    pub pagerduty: PagerDuty,
    /// The subscribers of the topics of people.
    pub topics: Topics,
    /// The sandbox's own calls to MiniStack.
    pub calls: MinistackCalls,
    /// What the page shows beside this.
    pub page: Page,
    cloud: Mutex<Cloud>,
    roles: Mutex<Roles>,
    /// The function behind the function URL.
    function_url: OnceLock<String>,
    outages: Mutex<BTreeMap<String, Outage>>,
    /// What functions call, and what is to go wrong of it.
    interruptions: Mutex<interruption::Interruptions>,
    /// Told when other calls are to go wrong, or none any more.
    another_interruption: tokio::sync::Notify,
    /// Told when a call goes wrong.
    interrupted: tokio::sync::Notify,
    /// Where it answers, which the functions know it by.
    url: String,
    off: Mutex<Vec<String>>,
    complaints: Mutex<Vec<String>>,
    /// The log streams that exist, each with its group.
    streams: tokio::sync::Mutex<BTreeSet<(String, String)>>,
    /// The flight recorder's log group.
    recorder: OnceLock<String>,
    /// The moment at which time stands still for the cloud; none while it passes.
    still: Mutex<Option<Timestamp>>,
}

impl Overlay {
    /// The modelled cloud. Hold it briefly: all requests wait for it.
    pub fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The roles of the functions, and what was asked of them.
    pub fn roles(&self) -> MutexGuard<'_, Roles> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on time stands still for the cloud, at a moment that it has lived up to, so that whoever looks at it twice
    /// sees the same.
    pub fn stand_still(&self, at: Timestamp) {
        *self.still.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// The cloud's present moment.
    fn now(&self) -> Timestamp {
        self.still.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(Timestamp::now)
    }

    fn outages(&self) -> MutexGuard<'_, BTreeMap<String, Outage>> {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the overlay invokes nothing whose name or ARN ends so.
    pub fn switch_off(&self, function: &str) {
        self.off.lock().unwrap_or_else(PoisonError::into_inner).push(function.to_owned());
    }

    fn is_off(&self, function: &str) -> bool {
        self.off.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|off| function.ends_with(off.as_str()))
    }

    /// Notes that the sandbox itself failed at something; a verdict is worth nothing then.
    pub(crate) fn complain(&self, what: String) {
        let mut complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if !complaints.contains(&what) {
            complaints.push(what);
        }
    }

    /// What the sandbox itself failed at.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A listener that is bound but does not serve yet: MiniStack must know its address before it is started.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where the overlay will answer.
    pub address: SocketAddr,
}

/// Binds the overlay's address on the loopback interface; port 0 takes a free one.
///
/// # Errors
/// When the port is taken.
pub async fn bind(port: u16) -> io::Result<Bound> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

/// A running overlay. Dropping it stops the server, the clock and the ticks.
#[derive(Debug)]
pub struct Running {
    /// What it answers from.
    pub overlay: Arc<Overlay>,
    /// Where it answers.
    pub address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Bound {
    /// Starts serving.
    #[must_use]
    pub fn serve(self, settings: Settings, ministack: SocketAddr, secrets: SinkSecrets) -> Running {
        let log = Log::default();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let calls = MinistackCalls {
            client,
            address: ministack,
            account: settings.account.clone(),
            region: settings.region.clone(),
        };
        let slack = slack::Account {
            token: secrets.slack_token,
            signing_secret: secrets.signing_secret,
            url: format!("http://{}/sinks/slack", self.address),
        };
        let pagerduty = pagerduty::Account { routing_key: secrets.routing_key, webhook_secret: secrets.webhook_secret };
        let (webhooks, to_be_told) = mpsc::unbounded_channel();
        let overlay = Arc::new(Overlay {
            slack: Slack::new(slack, log.clone()),
            pagerduty: PagerDuty::new(pagerduty, log.clone(), webhooks),
            topics: Topics::new(log.clone()),
            log,
            calls,
            page: Page::default(),
            roles: Mutex::new(Roles::of(&settings.account, &settings.region)),
            cloud: Mutex::new(Cloud::new(settings)),
            function_url: OnceLock::new(),
            outages: Mutex::default(),
            interruptions: Mutex::default(),
            another_interruption: tokio::sync::Notify::new(),
            interrupted: tokio::sync::Notify::new(),
            url: format!("http://{}", self.address),
            off: Mutex::default(),
            complaints: Mutex::default(),
            streams: tokio::sync::Mutex::default(),
            recorder: OnceLock::new(),
            still: Mutex::default(),
        });
        let (sender, receiver) = mpsc::unbounded_channel();
        let router = routes::router(Arc::clone(&overlay));
        let (listener, address) = (self.listener, self.address);
        let tasks = vec![
            tokio::spawn(async move {
                // Serving ends with the task only.
                let _ended = axum::serve(listener, router).await;
            }),
            tokio::spawn(deliver::drive(Arc::clone(&overlay), sender)),
            tokio::spawn(deliver::deliver(Arc::clone(&overlay), receiver)),
            tokio::spawn(function_url::tell(Arc::clone(&overlay), to_be_told)),
        ];
        Running { overlay, address, tasks }
    }
}

impl Running {
    /// Invokes these functions at an interval with the event of the minute rule.
    pub fn tick(&mut self, every: Duration, functions: Vec<String>) {
        self.tasks.push(tokio::spawn(tick::tick(Arc::clone(&self.overlay), every, functions)));
    }

    /// The overlay's address as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
