//! Task definitions.

use crate::cloud::clock::Moment;
use crate::cloud::protocol::Input;
use serde_json::{Map, Value, json};

/// A revision of a task definition.
#[derive(Debug, Clone)]
pub(crate) struct TaskDefinition {
    pub(crate) arn: String,
    pub(crate) family: String,
    pub(crate) revision: u32,
    pub(crate) cpu: String,
    pub(crate) memory: String,
    pub(crate) containers: Vec<Container>,
    /// Whether a template made it, and not a call of the API.
    pub(crate) is_templated: bool,
    /// As the API describes it.
    pub(crate) document: Value,
    /// The document as text, in which the address of a cache can be found.
    pub(crate) text: String,
}

/// A container of a task definition.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) essential: bool,
    /// The log group and the stream's prefix, when it logs with `awslogs`.
    pub(crate) log: Option<(String, String)>,
    /// Its own health check, when it has one.
    pub(crate) health_check: Option<ContainerCheck>,
    /// How many seconds it may take to end after SIGTERM.
    pub(crate) stop_timeout: f64,
}

/// A container's own health check, in seconds (ECS API reference, `HealthCheck`: the defaults).
#[derive(Debug, Clone)]
pub(crate) struct ContainerCheck {
    pub(crate) interval: f64,
    pub(crate) retries: u32,
    /// How long after the start failures do not count.
    pub(crate) start_period: f64,
}

impl TaskDefinition {
    /// From the properties of `AWS::ECS::TaskDefinition`.
    pub(crate) fn new(
        arn: String,
        family: String,
        revision: u32,
        properties: &Value,
        registered_at: Moment,
    ) -> TaskDefinition {
        let definition = TaskDefinition::of(arn, family, revision, camel(properties.clone()), registered_at);
        TaskDefinition { is_templated: true, ..definition }
    }

    /// From a document as the API takes it.
    pub(crate) fn of(
        arn: String,
        family: String,
        revision: u32,
        mut document: Value,
        registered_at: Moment,
    ) -> TaskDefinition {
        let input = Input(document.clone());
        let containers = input.items("containerDefinitions").iter().map(container).collect();
        if let Value::Object(map) = &mut document {
            map.remove("tags");
            map.insert("taskDefinitionArn".to_owned(), json!(arn));
            map.insert("family".to_owned(), json!(family));
            map.insert("revision".to_owned(), json!(revision));
            map.insert("status".to_owned(), json!("ACTIVE"));
            map.insert("registeredAt".to_owned(), registered_at.value());
            map.insert("compatibilities".to_owned(), json!(["EC2", "FARGATE"]));
            for name in ["cpu", "memory"] {
                if let Some(Value::Number(number)) = map.get(name) {
                    let text = number.to_string();
                    map.insert(name.to_owned(), Value::String(text));
                }
            }
        }
        TaskDefinition {
            arn,
            family,
            revision,
            cpu: input.text("cpu").unwrap_or_else(|| "256".to_owned()),
            memory: input.text("memory").unwrap_or_else(|| "512".to_owned()),
            containers,
            is_templated: false,
            text: document.to_string(),
            document,
        }
    }

    /// `family:revision`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }
}

fn container(input: &Input) -> Container {
    let log = input.structure("logConfiguration");
    let options = log.structure("options");
    let is_awslogs = log.text("logDriver").as_deref() == Some("awslogs");
    let check = input.member("healthCheck").is_some().then(|| input.structure("healthCheck"));
    Container {
        name: input.text("name").unwrap_or_default(),
        image: input.text("image").unwrap_or_default(),
        essential: input.flag("essential").unwrap_or(true),
        log: options
            .text("awslogs-group")
            .filter(|_| is_awslogs)
            .map(|group| (group, options.text("awslogs-stream-prefix").unwrap_or_else(|| "ecs".to_owned()))),
        health_check: check.map(|check| ContainerCheck {
            interval: check.number("interval").unwrap_or(30.0),
            retries: check.count("retries").unwrap_or(3),
            start_period: check.number("startPeriod").unwrap_or(0.0),
        }),
        stop_timeout: input.number("stopTimeout").unwrap_or(30.0),
    }
}

/// Template properties as the API's JSON: names begin with a small letter, and numbers and booleans that the template
/// wrote as text are what the API's model says they are.
pub(crate) fn camel(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(camel_member).collect::<Map<_, _>>()),
        Value::Array(items) => Value::Array(items.into_iter().map(camel).collect()),
        other => other,
    }
}

fn camel_member((name, value): (String, Value)) -> (String, Value) {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    let value = match (&value, name.as_str()) {
        // The keys of a log driver's options are data, and keep their letters.
        (_, "options") => value,
        (
            Value::String(text),
            "containerPort" | "hostPort" | "stopTimeout" | "startTimeout" | "interval" | "retries" | "startPeriod"
            | "timeout",
        ) => text.parse::<i64>().map_or(value, Value::from),
        (Value::String(text), "essential" | "enable" | "rollback" | "readonlyRootFilesystem" | "privileged") => {
            text.to_ascii_lowercase().parse::<bool>().map_or(value, Value::from)
        }
        _ => camel(value),
    };
    (name, value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_template_becomes_what_the_api_describes() {
        let properties = json!({"Cpu": 512, "Memory": "1024", "ContainerDefinitions": [{
            "Name": "web", "Image": "i@sha256:1", "Essential": "true", "PortMappings": [{"ContainerPort": "3000"}],
            "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "/ecs/x"}},
        }]});
        let definition = TaskDefinition::new("arn".to_owned(), "x".to_owned(), 2, &properties, Moment::default());
        assert_eq!(definition.name(), "x:2");
        assert_eq!(definition.document["cpu"], "512");
        let container = &definition.document["containerDefinitions"][0];
        assert_eq!(container["portMappings"][0]["containerPort"], 3000);
        assert_eq!(container["essential"], true);
        assert_eq!(definition.containers.first().unwrap().log, Some(("/ecs/x".to_owned(), "ecs".to_owned())));
    }
}
