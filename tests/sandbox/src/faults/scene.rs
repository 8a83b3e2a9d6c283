//! Where a fault is staged: one service in a cloud, at a moment that may be long past.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::operator;
use crate::cloud::{Ailment, Cloud, Emission, Whom};

/// In a story that is lived before it comes, AWS's time is real time.
const PACE: u32 = 1;
/// How many minutes of the same hour a week before are lived, and how many directly before the story: as far back as
/// anything reads, and some to start in.
const WEEK_BEFORE: i64 = 100;
const HOUR_BEFORE: i64 = 90;
/// How long after the same hour a week before ends the moment at which the story begins, in minutes.
const WEEK_AFTER: i64 = 100;

/// One service in a cloud, and the time it is there.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The cloud.
    pub cloud: &'a mut Cloud,
    /// The service's name.
    pub service: String,
    /// The present moment.
    pub now: Timestamp,
    sent: Vec<Emission>,
    is_past: bool,
    rotated_at: Option<Timestamp>,
}

impl<'a> Scene<'a> {
    /// The present of a running cloud; time passes by itself.
    pub fn now(cloud: &'a mut Cloud, service: &str, now: Timestamp) -> Scene<'a> {
        Scene { cloud, service: service.to_owned(), now, sent: Vec::new(), is_past: false, rotated_at: None }
    }

    /// A service with a history, at `begins`, a moment of the past: it has run for a week with one completed deployment,
    /// and the same hour a week before and the hour and a half before `begins` were normal. Scaling policies act. The
    /// story that follows lives on with [`Scene::minutes`]; nothing else may move the cloud meanwhile. Alarms that rang
    /// for the first time of anything are told as everything else that was sent, see [`Scene::sent`].
    pub fn with_history(cloud: &'a mut Cloud, service: &str, begins: Timestamp, seed: u64) -> Scene<'a> {
        let minutes = SignedDuration::from_mins;
        let a_week_before = begins - SignedDuration::from_hours(7 * 24);
        cloud.begin_again(a_week_before - minutes(WEEK_BEFORE), PACE, seed);
        // The first look of a fresh cloud sets its clock; then it lives.
        cloud.sleep_until(a_week_before - minutes(WEEK_BEFORE));
        let _old_news = cloud.live_until(a_week_before + minutes(WEEK_AFTER));
        cloud.sleep_until(begins - minutes(HOUR_BEFORE));
        cloud.let_policies_act(true);
        let sent = cloud.live_until(begins);
        Scene { cloud, service: service.to_owned(), now: begins, sent, is_past: true, rotated_at: None }
    }

    /// Lets minutes of the story pass. On the present of a running cloud nothing is to be done: there time passes by
    /// itself.
    pub fn minutes(&mut self, minutes: f64) {
        if self.is_past {
            self.now += SignedDuration::from_millis((minutes * 60_000.0) as i64);
            let sent = self.cloud.live_until(self.now);
            self.sent.extend(sent);
        }
    }

    /// The credential that the running tasks hold is rotated; the secret itself lies in MiniStack, see
    /// [`rotated_at`](Self::rotated_at).
    pub fn rotate_credential(&mut self) {
        self.cloud.rotate_credential(&self.service, self.now);
        self.rotated_at = Some(self.now);
    }

    /// When the service's secret was rotated in this story, so that whoever plays it can date the secret's value.
    #[must_use]
    pub fn rotated_at(&self) -> Option<Timestamp> {
        self.rotated_at
    }

    /// What the cloud has sent of its own accord in the hour before the story and in it: log lines and events that its
    /// readers look for, and messages of alarms.
    #[must_use]
    pub fn sent(self) -> Vec<Emission> {
        self.sent
    }

    /// Something is wrong with tasks from now on.
    pub fn afflict(&mut self, whom: Whom, ailment: Ailment) {
        self.cloud.afflict(&self.service, whom, ailment, self.now);
    }

    /// A call of a JSON service that somebody makes.
    pub fn call(&mut self, service: &str, operation: &str, input: &Value) -> Value {
        operator::json(self.cloud, service, operation, input, self.now)
    }

    /// The cluster's name.
    #[must_use]
    pub fn cluster(&self) -> String {
        self.cloud.service_view(&self.service).map(|view| view.cluster).unwrap_or_default()
    }

    /// The service as `DescribeServices` tells it.
    pub fn described(&mut self) -> Value {
        let input = json!({"cluster": self.cluster(), "services": [self.service]});
        self.call("ecs", "DescribeServices", &input).pointer("/services/0").cloned().unwrap_or_default()
    }

    /// The task definition that the service runs.
    pub fn definition(&mut self) -> Value {
        let service = self.described();
        let input = json!({"taskDefinition": service.get("taskDefinition")});
        self.call("ecs", "DescribeTaskDefinition", &input).get("taskDefinition").cloned().unwrap_or_default()
    }

    /// Registers a changed task definition, as deployment tools do, and gives its revision.
    pub fn register(&mut self, change: impl FnOnce(&mut Value)) -> u32 {
        let mut definition = self.definition();
        change(&mut definition);
        let made = self.call("ecs", "RegisterTaskDefinition", &definition);
        let revision = made.pointer("/taskDefinition/revision").and_then(Value::as_u64).unwrap_or_default();
        u32::try_from(revision).unwrap_or_default()
    }

    /// Deploys a revision of the service's task definition.
    pub fn deploy(&mut self, revision: u32) {
        let family = self.definition().get("family").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.update(json!({"taskDefinition": format!("{family}:{revision}")}));
    }

    /// Deploys a new revision with another image, after something was done to it; gives its number.
    pub fn release(&mut self, image: &str, ailment: Option<Ailment>) -> u32 {
        let revision = self.register(|definition| {
            if let Some(slot) = definition.pointer_mut("/containerDefinitions/0/image") {
                *slot = json!(image);
            }
        });
        if let Some(ailment) = ailment {
            self.afflict(Whom::Revision(revision), ailment);
        }
        self.deploy(revision);
        revision
    }

    /// `UpdateService` with these members beside the service's name.
    pub fn update(&mut self, members: Value) -> Value {
        let mut input = json!({"cluster": self.cluster(), "service": self.service});
        if let (Value::Object(all), Value::Object(more)) = (&mut input, members) {
            all.extend(more);
        }
        self.call("ecs", "UpdateService", &input)
    }

    /// The most tasks that scaling may start.
    pub fn maximum(&mut self) -> Option<u32> {
        let of_it = self.scaled();
        let known = self.call("application-autoscaling", "DescribeScalableTargets", &of_it);
        let maximum = known.pointer("/ScalableTargets/0/MaxCapacity").and_then(Value::as_u64)?;
        u32::try_from(maximum).ok()
    }

    /// The service's desired count, as Application Auto Scaling names what it scales.
    fn scaled(&self) -> Value {
        let id = format!("service/{}/{}", self.cluster(), self.service);
        json!({"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": id})
    }

    /// `RegisterScalableTarget` for the service's desired count with these members.
    pub fn update_scaling(&mut self, members: Value) -> Value {
        let mut input = self.scaled();
        if let (Value::Object(all), Value::Object(more)) = (&mut input, members) {
            all.extend(more);
        }
        self.call("application-autoscaling", "RegisterScalableTarget", &input)
    }

    /// Deletes every scaling policy of the service's desired count, as somebody does who would rather scale by hand.
    pub fn delete_policies(&mut self) {
        let of_it = self.scaled();
        let described = self.call("application-autoscaling", "DescribeScalingPolicies", &of_it);
        for policy in described.get("ScalingPolicies").and_then(Value::as_array).into_iter().flatten() {
            let mut named = of_it.clone();
            if let (Value::Object(members), Some(name)) = (&mut named, policy.get("PolicyName")) {
                members.insert("PolicyName".to_owned(), name.clone());
            }
            self.call("application-autoscaling", "DeleteScalingPolicy", &named);
        }
    }

    /// `ModifyTargetGroup` for the service's first target group.
    pub fn change_health_check(&mut self, parameters: &[(&str, &str)]) {
        let service = self.described();
        let group = service.pointer("/loadBalancers/0/targetGroupArn").and_then(Value::as_str).unwrap_or_default();
        let all: Vec<(&str, &str)> =
            std::iter::once(("TargetGroupArn", group)).chain(parameters.iter().copied()).collect();
        operator::balancing(self.cloud, "ModifyTargetGroup", &all, self.now);
    }

    /// The image that the service runs.
    pub fn image(&mut self) -> String {
        let definition = self.definition();
        definition.pointer("/containerDefinitions/0/image").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The id of a task that runs.
    #[must_use]
    pub fn running_task(&self) -> Option<String> {
        let view = self.cloud.service_view(&self.service)?;
        view.tasks.into_iter().find(|task| task.status == "RUNNING").map(|task| task.id)
    }

    /// Stops every running task at once, as somebody does who wants them to start anew.
    pub fn stop_all(&mut self, reason: &str) {
        let view = self.cloud.service_view(&self.service);
        let running = view.map(|view| view.tasks).unwrap_or_default();
        for task in running.into_iter().filter(|task| task.status == "RUNNING") {
            let input = json!({"cluster": self.cluster(), "task": task.id, "reason": reason});
            self.call("ecs", "StopTask", &input);
        }
    }

    /// Turns Container Insights with enhanced observability on.
    pub fn measure_every_task(&mut self) {
        let input =
            json!({"cluster": self.cluster(), "settings": [{"name": "containerInsights", "value": "enhanced"}]});
        self.call("ecs", "UpdateClusterSettings", &input);
    }
}
