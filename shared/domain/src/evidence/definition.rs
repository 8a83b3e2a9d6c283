//! What a task is made of, and what one revision of it changed against another.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A revision of a task definition. Source: `DescribeTaskDefinition` in the Amazon ECS API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// `family:revision`.
    pub name: String,
    /// When it was registered.
    pub registered_at: Option<Timestamp>,
    /// CPU units of the task, 1024 of them a vCPU.
    pub cpu: Option<u32>,
    /// MiB of the task.
    pub memory_mib: Option<u32>,
    /// Its containers, in the order of the definition.
    pub containers: Vec<ContainerDefinition>,
}

/// One container of a task definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerDefinition {
    /// Its name.
    pub name: String,
    /// Its image, by tag or by digest.
    pub image: String,
    /// Whether the task ends when it ends.
    pub essential: bool,
    /// The MiB above which it is killed; absent if only the task has a limit.
    pub memory_mib: Option<u32>,
    /// Its own health check, which ECS runs inside of it.
    pub health_check: Option<HealthCheck>,
    /// How long it may take to end before it is killed; ECS's own is 30 s.
    pub stop_timeout: Option<SignedDuration>,
    /// The names of the variables that come from a secret, each with the secret's name.
    pub secrets: BTreeMap<String, String>,
    /// The names of the plain variables, each with a digest of its value; never the value.
    pub environment: BTreeMap<String, String>,
    /// A digest of its command and entry point.
    pub command: String,
}

/// A container's health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is run, shortened.
    pub command: String,
    /// How often.
    pub interval: SignedDuration,
    /// How long one run may take.
    pub timeout: SignedDuration,
    /// After how many failures in a row the container is unhealthy.
    pub retries: u32,
    /// How long after the start failures do not count.
    pub start_period: SignedDuration,
}

impl ContainerDefinition {
    /// Whether its image is named by something that may mean another image tomorrow.
    pub fn is_mutable(&self) -> bool {
        !self.image.contains("@sha256:")
    }
}

/// One difference between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// What differs, such as `image of web`.
    pub what: String,
    /// What it was; absent for what is new, and for what is not shown.
    pub was: Option<String>,
    /// What it is; absent for what is gone, and for what is not shown.
    pub is: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.was, &self.is) {
            (Some(was), Some(is)) => write!(f, "{}: {was} → {is}", self.what),
            (None, Some(is)) => write!(f, "{}: {is}, which is new", self.what),
            (Some(was), None) => write!(f, "{}: {was}, which is gone", self.what),
            (None, None) => write!(f, "{} differs", self.what),
        }
    }
}

impl Definition {
    /// What this revision changed against an earlier one; values of variables are not shown.
    pub fn against(&self, earlier: &Self) -> Vec<Difference> {
        let mut found = Differences::default();
        found.value("CPU units", earlier.cpu.map(|it| it.to_string()), self.cpu.map(|it| it.to_string()));
        found.value("memory", earlier.memory_mib.map(mib), self.memory_mib.map(mib));
        for container in &self.containers {
            match earlier.containers.iter().find(|before| before.name == container.name) {
                Some(before) => found.container(before, container),
                None => found.value(&format!("container {}", container.name), None, Some(container.image.clone())),
            }
        }
        for gone in earlier.containers.iter().filter(|before| self.containers.iter().all(|now| now.name != before.name))
        {
            found.value(&format!("container {}", gone.name), Some(gone.image.clone()), None);
        }
        found.0
    }
}

fn mib(mib: u32) -> String {
    format!("{mib} MiB")
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn value(&mut self, what: &str, was: Option<String>, is: Option<String>) {
        if was != is {
            self.0.push(Difference { what: what.to_owned(), was, is });
        }
    }

    /// Something whose values are not shown.
    fn hidden(&mut self, what: String, differs: bool) {
        if differs {
            self.0.push(Difference { what, was: None, is: None });
        }
    }

    fn container(&mut self, was: &ContainerDefinition, is: &ContainerDefinition) {
        let name = &is.name;
        self.value(&format!("image of {name}"), Some(was.image.clone()), Some(is.image.clone()));
        self.value(&format!("memory of {name}"), was.memory_mib.map(mib), is.memory_mib.map(mib));
        self.hidden(format!("command of {name}"), was.command != is.command);
        self.hidden(format!("health check of {name}"), was.health_check != is.health_check);
        self.hidden(format!("stop timeout of {name}"), was.stop_timeout != is.stop_timeout);
        self.variables(&format!("variable of {name}"), &was.environment, &is.environment);
        self.variables(&format!("secret of {name}"), &was.secrets, &is.secrets);
    }

    /// Variables by name: which came, which went, and which have another value.
    fn variables(&mut self, what: &str, was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) {
        for (name, value) in is {
            match was.get(name) {
                None => self.value(what, None, Some(name.clone())),
                Some(before) => self.hidden(format!("{what}: {name}"), before != value),
            }
        }
        for gone in was.keys().filter(|name| !is.contains_key(*name)) {
            self.value(what, Some(gone.clone()), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(image: &str) -> ContainerDefinition {
        ContainerDefinition {
            name: "web".to_owned(),
            image: image.to_owned(),
            essential: true,
            memory_mib: None,
            health_check: None,
            stop_timeout: None,
            secrets: BTreeMap::from([("TOKEN".to_owned(), "web/token".to_owned())]),
            environment: BTreeMap::from([("LEVEL".to_owned(), "d1".to_owned()), ("OLD".to_owned(), "d2".to_owned())]),
            command: "c1".to_owned(),
        }
    }

    fn definition(revision: u32, memory_mib: u32, container: ContainerDefinition) -> Definition {
        Definition {
            name: format!("web:{revision}"),
            registered_at: None,
            cpu: Some(512),
            memory_mib: Some(memory_mib),
            containers: vec![container],
        }
    }

    #[test]
    fn a_revision_is_told_by_what_it_changed_without_the_value_of_a_variable() {
        let was = definition(7, 1024, container("shop/web:1.4"));
        let mut now = container("shop/web:1.5");
        now.environment = BTreeMap::from([("LEVEL".to_owned(), "d9".to_owned()), ("NEW".to_owned(), "d3".to_owned())]);
        now.command = "c2".to_owned();
        let told: Vec<String> =
            definition(8, 512, now).against(&was).iter().map(|difference| difference.to_string()).collect();
        assert_eq!(
            told,
            [
                "memory: 1024 MiB → 512 MiB",
                "image of web: shop/web:1.4 → shop/web:1.5",
                "command of web differs",
                "variable of web: LEVEL differs",
                "variable of web: NEW, which is new",
                "variable of web: OLD, which is gone",
            ]
        );
    }

    #[test]
    fn the_same_revision_changed_nothing() {
        let one = definition(7, 1024, container("shop/web:1.4"));
        assert_eq!(one.against(&one), []);
    }

    #[test]
    fn a_tag_may_mean_another_image_tomorrow_and_a_digest_may_not() {
        assert!(container("shop/web:1.4").is_mutable());
        assert!(!container("shop/web@sha256:0123").is_mutable());
    }
}
