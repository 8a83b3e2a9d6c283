//! The account, the region, and the ARNs made of them.

/// Whose cloud this is and where.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Names {
    /// `arn:aws:<service>:<region>:<account>:<resource>`.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// The region as CloudWatch writes it in alarm messages: a display name, not the code (AWS General Reference,
    /// "Regional endpoints"). A region that is not listed keeps its code.
    pub(crate) fn region_display_name(&self) -> &str {
        match self.region.as_str() {
            "us-east-1" => "US East (N. Virginia)",
            "us-east-2" => "US East (Ohio)",
            "us-west-1" => "US West (N. California)",
            "us-west-2" => "US West (Oregon)",
            "ca-central-1" => "Canada (Central)",
            "sa-east-1" => "South America (Sao Paulo)",
            "eu-west-1" => "EU (Ireland)",
            "eu-west-2" => "EU (London)",
            "eu-west-3" => "EU (Paris)",
            "eu-central-1" => "EU (Frankfurt)",
            "eu-north-1" => "EU (Stockholm)",
            "eu-south-1" => "EU (Milan)",
            "ap-south-1" => "Asia Pacific (Mumbai)",
            "ap-southeast-1" => "Asia Pacific (Singapore)",
            "ap-southeast-2" => "Asia Pacific (Sydney)",
            "ap-northeast-1" => "Asia Pacific (Tokyo)",
            "ap-northeast-2" => "Asia Pacific (Seoul)",
            code => code,
        }
    }

    /// The region as it appears in cache endpoints: `euw1` for `eu-west-1`.
    pub(crate) fn region_short_code(&self) -> String {
        let mut parts = self.region.split('-');
        let area = parts.next().unwrap_or_default();
        let rest: String = parts.filter_map(|part| part.chars().next()).collect();
        format!("{area}{rest}")
    }

    /// The availability zone for the n-th thing, of three.
    pub(crate) fn zone(&self, n: usize) -> String {
        let letter = ["a", "b", "c"].get(n % 3).copied().unwrap_or("a");
        format!("{}{letter}", self.region)
    }
}

/// What follows the last `/` of an ARN, or the whole text.
pub(crate) fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_a_display_name_and_a_short_code() {
        let names = Names { account: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
        assert_eq!(names.region_display_name(), "EU (Ireland)");
        assert_eq!(names.region_short_code(), "euw1");
        assert_eq!(names.arn("ecs", "cluster/x"), "arn:aws:ecs:eu-west-1:123456789012:cluster/x");
    }
}
