//! A cloud with one service in it, and a clock.

use super::super::clock::Moment;
use super::super::metrics::{MetricId, Statistic};
use super::super::{ApiRequest, ApiResponse, Cloud, Emission, ServiceView, Settings};
use crate::faults::Scene;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(super) const SERVICE: &str = "shop";
pub(super) const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
pub(super) const ROUTER: &str = "arn:aws:lambda:eu-west-1:123456789012:function:router";

pub(super) struct World {
    pub(super) cloud: Cloud,
    pub(super) now: Timestamp,
    pub(super) sent: Vec<(Timestamp, Emission)>,
    full_names: (String, String),
}

impl World {
    /// A service of two tasks behind a load balancer with a cache and the P0 alarms, not yet started.
    pub(super) fn new(seed: u64) -> World {
        let settings = Settings { account: "123456789012".to_owned(), region: "eu-west-1".to_owned(), pace: 30, seed };
        let now = "2026-11-23T00:12:00Z".parse().unwrap();
        let mut world =
            World { cloud: Cloud::new(settings), now, sent: Vec::new(), full_names: (String::new(), String::new()) };
        world.make("AWS::ECS::Cluster", "Cluster", json!({"ClusterName": "shop-cluster"}));
        let cache = world.make(
            "AWS::ElastiCache::ReplicationGroup",
            "Cache",
            json!({"ReplicationGroupId": "shop-redis", "NumCacheClusters": "1"}),
        );
        let balancer = world.make("AWS::ElasticLoadBalancingV2::LoadBalancer", "Balancer", json!({"Name": "shop"}));
        let group = world.make(
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Group",
            json!({
                "Name": "shop", "Port": "3000", "HealthCheckPath": "/healthz", "HealthCheckIntervalSeconds": 30,
                "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2,
                "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}],
            }),
        );
        let group_arn = group["physical_id"].as_str().unwrap().to_owned();
        world.make(
            "AWS::ElasticLoadBalancingV2::Listener",
            "Listener",
            json!({
                "LoadBalancerArn": balancer["physical_id"],
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": group_arn}],
            }),
        );
        let address = cache["attributes"]["PrimaryEndPoint.Address"].as_str().unwrap();
        let definition = world.make("AWS::ECS::TaskDefinition", "Definition", definition(address, "shop:1"));
        world.make("AWS::ECS::Service", "Service", service(&definition["physical_id"], &group_arn, 2));
        world.full_names = (
            balancer["attributes"]["LoadBalancerFullName"].as_str().unwrap().to_owned(),
            group["attributes"]["TargetGroupFullName"].as_str().unwrap().to_owned(),
        );
        for (name, properties) in world.alarms() {
            world.make("AWS::CloudWatch::Alarm", name, properties);
        }
        world
    }

    /// The same, once the service is in place and its alarms have settled.
    pub(super) fn settled(seed: u64) -> World {
        let mut world = World::new(seed);
        let is_ready = |world: &World| {
            world.view().deployments[0].rollout_state == "COMPLETED"
                && world.cloud.alarms_view().iter().all(|alarm| alarm.state == "OK")
        };
        world.until(30, "the service is in place", is_ready);
        world.run(5.0);
        world.sent.clear();
        world
    }

    fn alarms(&self) -> Vec<(&'static str, Value)> {
        let dimensions = json!([
            {"Name": "LoadBalancer", "Value": self.full_names.0}, {"Name": "TargetGroup", "Value": self.full_names.1},
        ]);
        let metric = |id: &str, name: &str| {
            let metric = json!({"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions});
            json!({"Id": id, "ReturnData": "false", "MetricStat": {"Metric": metric, "Period": "60", "Stat": "Sum"}})
        };
        let actions = json!([TOPIC, ROUTER]);
        vec![
            (
                "Errors",
                json!({
                    "AlarmName": "shop-P0-alb-5xx", "EvaluationPeriods": 3, "DatapointsToAlarm": "2", "Threshold": "5",
                    "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
                    "AlarmActions": actions, "OKActions": actions,
                    "Tags": [{"Key": "paramedic:service", "Value": "shop"}],
                    "Metrics": [
                        {
                            "Id": "share", "Label": "5xx share in %",
                            "Expression": "IF(FILL(requests,0) >= 20, 100 * FILL(errors,0) / FILL(requests,0), 0)",
                        },
                        metric("requests", "RequestCount"),
                        metric("errors", "HTTPCode_Target_5XX_Count"),
                    ],
                }),
            ),
            (
                "Unhealthy",
                json!({
                    "AlarmName": "shop-P0-target-unhealthy", "AlarmDescription": "Targets fail.",
                    "Namespace": "AWS/ApplicationELB", "MetricName": "UnHealthyHostCount", "Dimensions": dimensions,
                    "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0,
                    "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": actions, "OKActions": actions,
                }),
            ),
        ]
    }

    /// Creates or updates a resource as CloudFormation would.
    pub(super) fn make(&mut self, kind: &str, logical_id: &str, properties: Value) -> Value {
        let body = json!({
            "op": "create", "type": kind, "logical_id": logical_id, "stack": "test", "properties": properties,
        });
        let made = self.cloud.provision(&body, self.now);
        assert!(made.get("error").is_none(), "{made}");
        made
    }

    /// Lets so many seconds pass in steps of a quarter.
    pub(super) fn run(&mut self, seconds: f64) {
        for _ in 0..(seconds * 4.0).round() as usize {
            self.now += SignedDuration::from_millis(250);
            let now = self.now;
            self.sent.extend(self.cloud.step(now).into_iter().map(|emission| (now, emission)));
        }
    }

    /// Lets time pass until something holds; fails after so many seconds.
    pub(super) fn until(&mut self, seconds: usize, what: &str, holds: impl Fn(&World) -> bool) {
        for _ in 0..seconds * 4 {
            if holds(self) {
                return;
            }
            self.run(0.25);
        }
        panic!("not within {seconds} s: {what}; {:#?} {:#?}", self.view(), self.cloud.alarms_view());
    }

    pub(super) fn view(&self) -> ServiceView {
        self.cloud.service_view(SERVICE).unwrap()
    }

    pub(super) fn alarm(&self, name: &str) -> String {
        self.cloud.alarms_view().into_iter().find(|alarm| alarm.name == name).unwrap().state
    }

    /// Ids of the running tasks.
    pub(super) fn running(&self) -> Vec<String> {
        self.view().tasks.into_iter().filter(|task| task.status == "RUNNING").map(|task| task.id).collect()
    }

    /// The messages to the alarms topic.
    pub(super) fn messages(&self) -> Vec<Value> {
        let message = |emission: &Emission| match emission {
            Emission::AlarmToSns { message, .. } => Some(serde_json::from_str(message).unwrap()),
            _ => None,
        };
        self.sent.iter().filter_map(|(_, emission)| message(emission)).collect()
    }

    /// The lines written by containers.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |emission: &Emission| match emission {
            Emission::Log { message, .. } => Some(message.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(|(_, emission)| line(emission)).collect()
    }

    /// The events of a detail type.
    pub(super) fn events(&self, detail_type: &str) -> Vec<Value> {
        let event = |emission: &Emission| match emission {
            Emission::EventBridge(event) if event["detail-type"] == detail_type => Some(event.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(|(_, emission)| event(emission)).collect()
    }

    /// A call of a JSON service.
    pub(super) fn json(&mut self, service: &str, operation: &str, body: &Value) -> (u16, Value) {
        let headers = [
            ("x-amz-target", format!("Prefix.{operation}")),
            ("content-type", "application/x-amz-json-1.1".to_owned()),
        ];
        let response = self.send(service, &headers, "/", body.to_string().into_bytes());
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    /// A call of a Query service; gives the XML.
    pub(super) fn query(&mut self, service: &str, body: &str) -> (u16, String) {
        let response = self.send(service, &[], "/", body.as_bytes().to_vec());
        (response.status, String::from_utf8(response.body).unwrap())
    }

    /// A call of CloudWatch with CBOR.
    pub(super) fn cbor(&mut self, operation: &str, body: &ciborium::Value) -> (u16, ciborium::Value) {
        let mut bytes = Vec::new();
        ciborium::into_writer(body, &mut bytes).unwrap();
        let path = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
        let response = self.send("monitoring", &[("smithy-protocol", "rpc-v2-cbor".to_owned())], &path, bytes);
        (response.status, ciborium::from_reader(response.body.as_slice()).unwrap())
    }

    /// The present, for a fault to be staged in.
    pub(super) fn scene(&mut self) -> Scene<'_> {
        Scene::now(&mut self.cloud, SERVICE, self.now)
    }

    /// The service as the API describes it.
    pub(super) fn described(&mut self) -> Value {
        self.scene().described()
    }

    /// What the scheduler said, newest first.
    pub(super) fn said(&mut self) -> Vec<String> {
        let events = self.described()["events"].as_array().unwrap().clone();
        events.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
    }

    /// The tasks of the service that stopped, as the API describes them.
    pub(super) fn stopped(&mut self) -> Vec<Value> {
        let listed = json!({"cluster": "shop-cluster", "serviceName": SERVICE, "desiredStatus": "STOPPED"});
        let (_, listed) = self.json("ecs", "ListTasks", &listed);
        if listed["taskArns"].as_array().unwrap().is_empty() {
            return Vec::new();
        }
        let request = json!({"cluster": "shop-cluster", "tasks": listed["taskArns"]});
        let (_, answer) = self.json("ecs", "DescribeTasks", &request);
        let tasks = answer["tasks"].as_array().unwrap().iter();
        tasks.filter(|task| task["lastStatus"] == "STOPPED").cloned().collect()
    }

    /// Lets time pass until a task has stopped, and describes it.
    pub(super) fn until_stopped(&mut self, seconds: usize) -> Value {
        for _ in 0..seconds {
            if let Some(task) = self.stopped().pop() {
                return task;
            }
            self.run(1.0);
        }
        panic!("no task stopped within {seconds} s; {:#?}", self.view());
    }

    /// The health of the targets, as the API tells it in XML.
    pub(super) fn target_health(&mut self) -> String {
        let group = self.described()["loadBalancers"][0]["targetGroupArn"].as_str().unwrap().to_owned();
        self.query(
            "elasticloadbalancing",
            &format!("Action=DescribeTargetHealth&TargetGroupArn={}", group.replace(':', "%3A")),
        )
        .1
    }

    /// A statistic of a metric over the last three seconds.
    pub(super) fn lately(&self, namespace: &str, name: &str, dimensions: &[(&str, &str)], statistic: &str) -> f64 {
        let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let id = MetricId::new(namespace, name, dimensions);
        let now = Moment::from(self.now);
        let found = self.cloud.metrics.statistic(&id, Statistic::parse(statistic).unwrap(), now.after(-3000), now);
        found.unwrap_or_else(|| panic!("{id:?} has no values"))
    }

    /// Names the load balancer and the target group as metrics do.
    pub(super) fn full_names(&self) -> (&str, &str) {
        (&self.full_names.0, &self.full_names.1)
    }

    fn send(&mut self, service: &str, headers: &[(&str, String)], path: &str, body: Vec<u8>) -> ApiResponse {
        let request = ApiRequest {
            service: service.to_owned(),
            caller: "AKIATEST".to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            path: path.to_owned(),
            body,
        };
        self.cloud.call(&request, self.now)
    }
}

pub(super) fn definition(cache: &str, image: &str) -> Value {
    json!({
        "Family": "shop", "Cpu": "512", "Memory": "1024",
        "ContainerDefinitions": [{
            "Name": "web", "Image": image, "Essential": true,
            "Environment": [{"Name": "REDIS_URL", "Value": format!("redis://{cache}:6379")}],
            "LogConfiguration": {
                "LogDriver": "awslogs", "Options": {"awslogs-group": "/ecs/shop", "awslogs-stream-prefix": "shop"},
            },
        }],
    })
}

pub(super) fn service(definition: &Value, group: &str, desired: u32) -> Value {
    json!({
        "ServiceName": SERVICE, "Cluster": "shop-cluster", "TaskDefinition": definition,
        "DesiredCount": desired.to_string(), "HealthCheckGracePeriodSeconds": 90, "PropagateTags": "SERVICE",
        "DeploymentConfiguration": {
            "MinimumHealthyPercent": 50, "MaximumPercent": 200,
            "DeploymentCircuitBreaker": {"Enable": "true", "Rollback": true},
        },
        "LoadBalancers": [{"TargetGroupArn": group, "ContainerName": "web", "ContainerPort": "3000"}],
        "Tags": [{"Key": "paramedic", "Value": "remediate"}],
    })
}
