//! What a call asks of the caller's role: its action, the resource it is judged on, and the condition keys it has. All of it
//! from the Service Authorization Reference, "Actions, resources, and condition keys" of each service.

use serde_json::Value;

use super::condition::Context;
use crate::cloud::protocol::{self, Input};
use crate::cloud::{ApiRequest, Cloud};

/// One thing that the caller's role has to allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The action as IAM names it, such as `ecs:StopTask`.
    pub action: String,
    /// The ARN it is judged on; `*` for an action that knows no resources.
    pub resource: String,
    pub(super) context: Context,
    /// Condition keys that AWS has for this action and that are not read from its requests here.
    pub(super) unread: &'static [&'static str],
}

/// A call that is not understood, and so not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the sandbox cannot judge {0} by a role\nhint: teach tests/sandbox/src/iam/request.rs which resource it is judged on"
)]
pub struct NotUnderstood(pub String);

/// A signed call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// The call, with the signing name of its service.
    pub(crate) request: &'a ApiRequest,
}

impl Asked {
    pub(super) fn new(action: &str, resource: String) -> Self {
        Self { action: action.to_owned(), resource, context: Context::new(), unread: &[] }
    }

    pub(super) fn with(mut self, key: &'static str, values: Vec<String>) -> Self {
        self.context.insert(key, values);
        self
    }
}

/// What a call asks for; nothing for one that everybody may make.
///
/// # Errors
/// When the call is not known here, or does not name what it has to.
pub(crate) fn asked(signed: Signed<'_>, cloud: &Cloud) -> Result<Vec<Asked>, NotUnderstood> {
    let Signed { method, request } = signed;
    if request.service == "lambda" {
        return lambda(method, &request.path, cloud).map(|one| vec![one]);
    }
    let parsed = protocol::parse(request);
    let (service, operation) = (request.service.as_str(), parsed.operation.as_str());
    let call = Call { service, operation, cloud };
    let input = parsed.input.map_err(|error| call.not_understood(&error.to_string()))?;
    match service {
        "ecs" => call.ecs(&input),
        "monitoring" => call.metrics(&input).map(|one| vec![one]),
        "dynamodb" => call.table(&input),
        "sns" => call.topic(&input).map(|one| vec![one]),
        "sqs" | "logs" | "secretsmanager" | "elasticache" => call.named(&input).map(|one| vec![one]),
        // They know no resources.
        "elasticloadbalancing" if operation == "DescribeTargetHealth" => Ok(vec![call.on_all()]),
        "application-autoscaling" if operation.starts_with("DescribeScal") => Ok(vec![call.on_all()]),
        "application-autoscaling" if operation == "RegisterScalableTarget" => call.scaling(&input).map(|one| vec![one]),
        // "No permissions are required to perform this operation" (GetCallerIdentity, AWS STS API Reference).
        "sts" if operation == "GetCallerIdentity" => Ok(Vec::new()),
        _ => Err(call.not_understood("it is not known")),
    }
}

/// A call of a service that names its operation.
struct Call<'a> {
    service: &'a str,
    operation: &'a str,
    cloud: &'a Cloud,
}

impl Call<'_> {
    /// IAM names CloudWatch by another prefix than its signature does.
    fn action(&self) -> String {
        let prefix = if self.service == "monitoring" { "cloudwatch" } else { self.service };
        format!("{prefix}:{}", self.operation)
    }

    fn not_understood(&self, why: &str) -> NotUnderstood {
        NotUnderstood(format!("{} ({why})", self.action()))
    }

    fn on(&self, resource: String) -> Asked {
        Asked::new(&self.action(), resource)
    }

    fn on_all(&self) -> Asked {
        self.on("*".to_owned())
    }

    /// A member that the call has to have.
    fn text(&self, input: &Input, member: &str) -> Result<String, NotUnderstood> {
        input.text(member).ok_or_else(|| self.not_understood(&format!("it names no {member}")))
    }

    fn ecs(&self, input: &Input) -> Result<Vec<Asked>, NotUnderstood> {
        let named = |kind: &str, name: &str| {
            let cluster = input.text("cluster").unwrap_or_else(|| "default".to_owned());
            self.cloud.arn("ecs", &format!("{kind}/{}/{}", last_part(&cluster), last_part(name)))
        };
        let tagged = |arn: String| {
            let tags = self.cloud.tags_of(&arn).into_iter().filter(|(key, _)| key == "paramedic");
            let values: Vec<String> = tags.map(|(_, value)| value).collect();
            // A key without a value is not there at all.
            let asked = self.on(arn);
            if values.is_empty() { asked } else { asked.with("aws:resourcetag/paramedic", values) }
        };
        let each = |kind: &str, names: Vec<String>| match names.is_empty() {
            true => Err(self.not_understood("it names none")),
            false => Ok(names.iter().map(|name| tagged(named(kind, name))).collect()),
        };
        match self.operation {
            "DescribeServices" => each("service", input.texts("services")),
            "DescribeTasks" => each("task", input.texts("tasks")),
            "ListTasks" | "DescribeTaskDefinition" => Ok(vec![self.on_all()]),
            "StopTask" => Ok(vec![tagged(named("task", &self.text(input, "task")?))]),
            "DescribeServiceDeployments" => {
                let arns = input.texts("serviceDeploymentArns");
                let asked: Vec<Asked> = arns.into_iter().map(|arn| self.on(arn)).collect();
                if asked.is_empty() { Err(self.not_understood("it names none")) } else { Ok(asked) }
            }
            "StopServiceDeployment" => Ok(vec![self.on(self.text(input, "serviceDeploymentArn")?)]),
            "UpdateService" => {
                let mut asked = vec![tagged(named("service", &self.text(input, "service")?))];
                // Whoever names a revision passes its roles on. The pages of AWS do not say so of this call, but that is what users
                // are answered, also for a revision that the service has already.
                let roles = input.text("taskDefinition").map(|name| self.cloud.roles_of(&name)).unwrap_or_default();
                asked.extend(roles.into_iter().map(|role| {
                    Asked::new("iam:PassRole", role)
                        .with("iam:passedtoservice", vec!["ecs-tasks.amazonaws.com".to_owned()])
                }));
                Ok(asked)
            }
            _ => Err(self.not_understood("it is not known")),
        }
    }

    /// Scalable targets are named at random; what they scale is told in conditions ("Actions, resources, and condition keys for
    /// Application Auto Scaling", Service Authorization Reference).
    fn scaling(&self, input: &Input) -> Result<Asked, NotUnderstood> {
        let target = self.cloud.arn(self.service, "scalable-target/sandbox");
        Ok(self
            .on(target)
            .with("application-autoscaling:service-namespace", vec![self.text(input, "ServiceNamespace")?])
            .with("application-autoscaling:scalable-dimension", vec![self.text(input, "ScalableDimension")?]))
    }

    fn metrics(&self, input: &Input) -> Result<Asked, NotUnderstood> {
        let alarm = |name: &str| self.cloud.arn("cloudwatch", &format!("alarm:{name}"));
        match self.operation {
            "GetMetricData" | "GetMetricWidgetImage" => Ok(self.on_all()),
            "DescribeAlarms" => Ok(self.on(alarm("*"))),
            "SetAlarmState" => Ok(self.on(alarm(&self.text(input, "AlarmName")?))),
            "ListTagsForResource" => Ok(self.on(self.text(input, "ResourceARN")?)),
            "PutMetricData" => Ok(self.on_all().with("cloudwatch:namespace", vec![self.text(input, "Namespace")?])),
            _ => Err(self.not_understood("it is not known")),
        }
    }

    /// A transaction needs what each of its parts needs by itself ("Using IAM with DynamoDB transactions", Amazon DynamoDB
    /// Developer Guide).
    fn table(&self, input: &Input) -> Result<Vec<Asked>, NotUnderstood> {
        let one = |operation: &str, input: &Input| {
            let part = Call { service: self.service, operation, cloud: self.cloud };
            let keys = match operation {
                "PutItem" => input.structure("Item"),
                "GetItem" | "UpdateItem" | "DeleteItem" => input.structure("Key"),
                "Query" => Input::default(),
                _ => return Err(part.not_understood("it is not known")),
            };
            let table = part.text(input, "TableName")?;
            let index = input.text("IndexName").map(|index| format!("/index/{index}")).unwrap_or_default();
            let asked = part.on(self.cloud.arn("dynamodb", &format!("table/{}{index}", last_part(&table))));
            match keys.structure("pk").text("S") {
                Some(leading) => Ok(asked.with("dynamodb:leadingkeys", vec![leading])),
                None => Ok(Asked { unread: &["dynamodb:leadingkeys"], ..asked }),
            }
        };
        if self.operation != "TransactWriteItems" {
            return one(self.operation, input).map(|one| vec![one]);
        }
        let mut parts = Vec::new();
        for item in input.items("TransactItems") {
            let Value::Object(kinds) = &item.0 else { return Err(self.not_understood("a part is no structure")) };
            for (kind, part) in kinds.iter().filter(|(_, part)| !part.is_null()) {
                let operation = format!("{kind}Item");
                parts.push(one(&operation, &Input(part.clone()))?);
            }
        }
        Ok(parts)
    }

    fn topic(&self, input: &Input) -> Result<Asked, NotUnderstood> {
        match self.operation {
            "Publish" | "GetTopicAttributes" | "ListSubscriptionsByTopic" => Ok(self.on(self.text(input, "TopicArn")?)),
            "GetSMSAttributes"
            | "GetSMSSandboxAccountStatus"
            | "GetSubscriptionAttributes"
            | "ListSMSSandboxPhoneNumbers" => Ok(self.on_all()),
            _ => Err(self.not_understood("it is not known")),
        }
    }

    /// Calls that name one thing.
    fn named(&self, input: &Input) -> Result<Asked, NotUnderstood> {
        let text = |member: &str| self.text(input, member);
        let arn = |resource: String| self.on(self.cloud.arn(self.service, &resource));
        match (self.service, self.operation) {
            ("sqs", "GetQueueAttributes") => Ok(arn(last_part(&text("QueueUrl")?).to_owned())),
            // The ARN of whatever lies in the group, of which the template's `:*` is the pattern.
            ("logs", "FilterLogEvents") => Ok(arn(format!("log-group:{}:log-stream:", text("logGroupName")?))),
            ("elasticache", "DescribeReplicationGroups") => {
                Ok(arn(format!("replicationgroup:{}", text("ReplicationGroupId")?)))
            }
            ("elasticache", "DescribeEvents") => Ok(self.on_all()),
            ("secretsmanager", "GetSecretValue" | "ListSecretVersionIds") => {
                let id = text("SecretId")?;
                // An ARN ends in six characters that Secrets Manager draws; a name is completed by some.
                if id.starts_with("arn:") { Ok(self.on(id)) } else { Ok(arn(format!("secret:{id}-AbCdEf"))) }
            }
            _ => Err(self.not_understood("it is not known")),
        }
    }
}

/// Lambda is called by method and path ("Actions", Lambda API Reference).
fn lambda(method: &str, path: &str, cloud: &Cloud) -> Result<Asked, NotUnderstood> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (method, parts.as_slice()) {
        ("GET", [_, "functions", name, "configuration"]) => {
            let name = name.replace("%3A", ":");
            let name = name.rsplit(':').next().unwrap_or(&name).to_owned();
            Ok(Asked::new("lambda:GetFunctionConfiguration", cloud.arn("lambda", &format!("function:{name}"))))
        }
        ("GET", [_, "event-source-mappings"]) => Ok(Asked::new("lambda:ListEventSourceMappings", "*".to_owned())),
        _ => Err(NotUnderstood(format!("lambda {method} {path}"))),
    }
}

/// What follows the last `/`, or the whole text.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
