//! One event as EventBridge wrote it down. "Amazon ECS events", Amazon ECS Developer Guide.

use jiff::Timestamp;
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{DeploymentEvent, Record, ServiceAction};
use paramedic_domain::id::DeploymentId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{change, stopped};

/// The longest name or id that is kept.
const NAME: usize = 255;
/// The longest reason that is kept.
const REASON: usize = 600;

/// What all events have around their detail.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "detail-type")]
    kind: String,
    time: Timestamp,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// The detail of what ECS says about a service.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Announcement {
    event_name: String,
    deployment_id: Option<String>,
    reason: Option<String>,
}

/// Adds the event to the record if it is one about the service.
pub(super) fn read(event: &str, service: &Service, record: &mut Record) {
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(event) else { return };
    let detail = envelope.detail.get();
    match envelope.kind.as_str() {
        "ECS Task State Change" => record.stopped.extend(stopped::read(detail, service)),
        "AWS API Call via CloudTrail" => record.changes.extend(change::read(detail, envelope.time, service)),
        "ECS Deployment State Change" if envelope.is_about(service) => {
            record.deployments.extend(envelope.announcement().and_then(|said| {
                Some(DeploymentEvent {
                    at: envelope.time,
                    deployment: DeploymentId::new(text::escaped(&said.deployment_id?, NAME)),
                    name: text::escaped(&said.event_name, NAME),
                    reason: text::escaped(&said.reason.unwrap_or_default(), REASON),
                })
            }));
        }
        "ECS Service Action" if envelope.is_about(service) => {
            record.actions.extend(envelope.announcement().map(|said| ServiceAction {
                at: envelope.time,
                name: text::escaped(&said.event_name, NAME),
                reason: said.reason.map(|reason| text::escaped(&reason, REASON)),
            }));
        }
        _ => {}
    }
}

impl Envelope<'_> {
    /// Whether its resource is `arn:…:service/CLUSTER/SERVICE`.
    fn is_about(&self, service: &Service) -> bool {
        let ours = format!(":service/{}/{}", service.cluster, service.ecs_service);
        self.resources.first().is_some_and(|arn| arn.ends_with(&ours))
    }

    fn announcement(&self) -> Option<Announcement> {
        serde_json::from_str(self.detail.get()).ok()
    }
}
