//! Events that Amazon ECS sends to EventBridge.
//!
//! Amazon ECS developer guide: "Amazon ECS service action events", "Amazon ECS service deployment state change events"
//! and "Amazon ECS task state change events". The first two name their severity themselves in `eventType`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field::{self, Object};
use super::{Change, Why};
use crate::id::{AccountId, Arn, ClusterName, DeploymentId, EcsServiceName, Region, TaskId};

/// Longest identifier that is kept.
const ID: usize = 255;

/// Something ECS says about one of its services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcsEvent {
    /// EventBridge's id of the event. A repeated delivery has the same.
    pub id: String,
    /// Which kind of event.
    pub kind: EcsEventKind,
    /// How bad ECS finds it.
    pub level: EcsEventLevel,
    /// Such as `SERVICE_TASK_START_IMPAIRED` or `SERVICE_DEPLOYMENT_FAILED`; the last status for a task.
    pub name: String,
    /// Account of the service.
    pub account: AccountId,
    /// Region of the service.
    pub region: Region,
    /// The service's or task's ARN.
    pub resource: Arn,
    /// The cluster, where the event tells.
    pub cluster: Option<ClusterName>,
    /// The service; none for a task that belongs to no service.
    pub service: Option<EcsServiceName>,
    /// The deployment, where the event is about one.
    pub deployment: Option<DeploymentId>,
    /// The task, where the event is about one.
    pub task: Option<TaskId>,
    /// ECS's own words, bounded. A rollback shows only here.
    pub reason: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// Which kind of event, from `detail-type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EcsEventKind {
    /// `ECS Service Action`.
    ServiceAction,
    /// `ECS Deployment State Change`.
    Deployment,
    /// `ECS Task State Change`.
    Task,
    /// Any other, by its `detail-type`.
    Other(String),
}

/// `eventType` of ECS's events, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EcsEventLevel {
    /// Nothing is wrong, or the event does not say.
    Info,
    /// ECS cannot quite do what it should.
    Warn,
    /// ECS cannot do what it should.
    Error,
}

impl EcsEvent {
    /// Whether it deserves what an alarm gets: a service action that ECS itself calls a warning or an error, or a failed
    /// deployment. The rest is worth recording and no more.
    pub fn is_trouble(&self) -> bool {
        match self.kind {
            EcsEventKind::ServiceAction => self.level >= EcsEventLevel::Warn,
            EcsEventKind::Deployment => self.level >= EcsEventLevel::Warn || self.name == "SERVICE_DEPLOYMENT_FAILED",
            EcsEventKind::Task | EcsEventKind::Other(_) => false,
        }
    }

    /// Identity: the same for every delivery of this event, and told apart from another event of the same moment.
    pub fn change(&self) -> Change {
        Change::of(&Arn::new(format!("{}#{}", self.resource, self.name)), self.at)
    }
}

/// Whether this object claims to be an event of ECS.
pub(super) fn claims(message: &Object) -> bool {
    field::string(message, "source") == Some("aws.ecs") && message.contains_key("detail-type")
}

/// Reads it.
pub(super) fn event(message: &Object) -> Result<EcsEvent, Why> {
    let kind = match field::required(message, "detail-type")? {
        "ECS Service Action" => EcsEventKind::ServiceAction,
        "ECS Deployment State Change" => EcsEventKind::Deployment,
        "ECS Task State Change" => EcsEventKind::Task,
        other => EcsEventKind::Other(super::text::bounded(other, ID)),
    };
    let detail = field::required_object(message, "detail")?;
    let resource = field::items(message, "resources").first().and_then(Value::as_str);
    let resource = resource.or_else(|| field::string(detail, "taskArn")).ok_or_else(|| Why::missing("resources"))?;
    let resource = EcsArn::read(resource).ok_or_else(|| Why::wrong("resources", "the ARN of an ECS resource"))?;
    let level = match field::string(detail, "eventType") {
        Some("ERROR") => EcsEventLevel::Error,
        Some("WARN") => EcsEventLevel::Warn,
        _ => EcsEventLevel::Info,
    };
    let name = field::bounded(detail, "eventName", ID).or_else(|| field::bounded(detail, "lastStatus", ID));
    // `createdAt` of a task is its birth, so only services use it; the envelope's time is to the second.
    let moments: &[&str] = if kind == EcsEventKind::Task { &["updatedAt"] } else { &["updatedAt", "createdAt"] };
    let at = moments.iter().find_map(|name| field::moment(field::string(detail, name)?));
    let at = at.or_else(|| field::moment(field::string(message, "time")?)).ok_or_else(|| Why::missing("time"))?;
    let group = field::string(detail, "group").and_then(|group| group.strip_prefix("service:"));
    let cluster = field::string(detail, "clusterArn").and_then(|arn| arn.rsplit('/').next()).or(resource.cluster);
    let service = resource.service.or(group).map(|name| super::text::bounded(name, ID));
    Ok(EcsEvent {
        id: field::bounded(message, "id", ID).unwrap_or_default(),
        level,
        name: name.unwrap_or_default(),
        account: AccountId::new(resource.account),
        region: Region::new(resource.region),
        cluster: cluster.map(|name| ClusterName::new(super::text::bounded(name, ID))),
        service: service.map(EcsServiceName::new),
        deployment: field::bounded(detail, "deploymentId", ID).map(DeploymentId::new),
        task: (kind == EcsEventKind::Task).then(|| TaskId::from_arn(resource.text)),
        reason: ["reason", "stoppedReason"].iter().find_map(|name| field::bounded(detail, name, field::REASON)),
        at,
        resource: Arn::new(resource.text),
        kind,
    })
}

/// `arn:PARTITION:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE`, or the older `…:service/SERVICE`, or a task's.
struct EcsArn<'a> {
    text: &'a str,
    region: &'a str,
    account: &'a str,
    cluster: Option<&'a str>,
    service: Option<&'a str>,
}

impl<'a> EcsArn<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, _partition, ecs) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = arn == "arn" && ecs == "ecs" && field::is_region(region) && field::is_account(account);
        if !whole || text.chars().count() > field::DESCRIPTION {
            return None;
        }
        let mut path = resource.split('/');
        let (kind, first, second) = (path.next()?, path.next(), path.next());
        let cluster = second.and(first);
        let service = if kind == "service" { second.or(first) } else { None };
        Some(Self { text, region, account, cluster, service })
    }
}
