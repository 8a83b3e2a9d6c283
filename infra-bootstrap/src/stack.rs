//! The three stacks: their templates, and what is asked of and returned by each.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::Capability;

/// Which of the three templates a stack is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StackKind {
    /// `template.yaml`: functions, topics, queues, table, roles. One per account and region.
    Ops,
    /// `stacks/platform.yaml`: the cluster, service, load balancer and cache themselves. One per service, optional.
    Platform,
    /// `stacks/watch.yaml`: alarms and dashboards. One per service.
    Watch,
}

impl StackKind {
    /// The template as it was compiled in. The ops template still names `dist/<function>/` as code: [`crate::upload()`]
    /// replaces that by where the artefacts were put.
    pub fn template(self) -> &'static str {
        match self {
            Self::Ops => include_str!("../../template.yaml"),
            Self::Platform => include_str!("../stacks/platform.yaml"),
            Self::Watch => include_str!("../stacks/watch.yaml"),
        }
    }

    /// The name a stack of this kind gets for a service; the ops stack belongs to none and is named by the user.
    /// A stack's name has fewer characters to choose from than a service's, so `.` and `_` become `-`.
    pub fn name_for(self, service: &str) -> String {
        let service = service.replace(['.', '_'], "-");
        match self {
            Self::Ops => service,
            Self::Platform => format!("{service}-platform"),
            Self::Watch => format!("{service}-watch"),
        }
    }

    /// What CloudFormation wants acknowledged: roles, and for the ops stack the SAM transform.
    pub(crate) fn capabilities(self) -> Vec<Capability> {
        match self {
            Self::Ops => vec![Capability::CapabilityIam, Capability::CapabilityAutoExpand],
            Self::Platform => vec![Capability::CapabilityIam],
            Self::Watch => Vec::new(),
        }
    }
}

/// One stack to create or update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRequest {
    /// Which template it is, for the capabilities it needs.
    pub kind: StackKind,
    /// The stack's name.
    pub stack_name: String,
    /// Template parameters; those not named keep the template's default.
    pub parameters: BTreeMap<String, String>,
    /// The template's text, usually [`StackKind::template`] or what [`crate::upload()`] returned.
    pub template: String,
}

impl StackRequest {
    /// The template as it is sent: without the lines that are comments, which are for readers and would count against the
    /// 51,200 bytes that CloudFormation takes.
    pub fn body(&self) -> String {
        let lines = self.template.lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.fold(String::with_capacity(self.template.len()), |body, line| body + line + "\n")
    }
}

/// A stack's outputs by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackOutputs(pub BTreeMap<String, String>);

impl StackOutputs {
    /// The output of that name, if the stack has it.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_named_after_its_service_in_characters_cloudformation_takes() {
        assert_eq!(StackKind::Platform.name_for("angular-piza"), "angular-piza-platform");
        assert_eq!(StackKind::Watch.name_for("my_api.v2"), "my-api-v2-watch");
    }
}
