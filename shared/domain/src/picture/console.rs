//! Links into the AWS console. Names come from outside, so every one of them is percent-encoded.

use serde::{Deserialize, Serialize};

use super::told;
use crate::config::Service;
use crate::id::{AccountId, Region};
use crate::redaction::redacted;

/// The longest link, in characters: Slack's message keeps no longer one.
const URL: usize = 500;
/// How many alarms are linked.
const ALARMS: usize = 2;

/// Where a service runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The partition of ARNs: `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

impl Place {
    /// The account and the region, and the partition that the region lies in.
    pub fn new(account: AccountId, region: Region) -> Self {
        let partition = match region.as_str() {
            code if code.starts_with("cn-") => "aws-cn",
            code if code.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { partition: partition.to_owned(), account, region }
    }

    /// The ARN of the service's target group, which the configuration may name in full or by its ARN.
    pub(super) fn target_group(&self, service: &Service) -> Option<String> {
        let full = service.target_group_dimension()?;
        Some(format!("arn:{}:elasticloadbalancing:{}:{}:{full}", self.partition, self.region, self.account))
    }

    /// The console's address, without a path. Sources: "AWS Management Console" in the AWS General Reference, in "Amazon Web
    /// Services in China" and in the AWS GovCloud (US) User Guide.
    fn console(&self) -> String {
        let domain = match self.partition.as_str() {
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            _ => "console.aws.amazon.com",
        };
        format!("https://{}.{domain}", self.region)
    }
}

/// A place to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What is there.
    pub text: String,
    /// Its address.
    pub url: String,
}

/// The runbook, and where the console shows the service, these alarms, its target group, its log group and its dashboards.
pub fn links(service: &Service, place: &Place, alarms: &[&str]) -> Vec<Link> {
    let runbook = service.runbook.clone().map(|url| Link { text: "Runbook".to_owned(), url });
    let in_region = place.region.as_str().chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let mut links: Vec<Link> = runbook.into_iter().collect();
    if !in_region || place.region.as_str().is_empty() {
        return links;
    }
    let (base, region) = (place.console(), &place.region);
    let home = format!("{base}/cloudwatch/home?region={region}");
    let mut add = |text: String, url: Option<String>| {
        let fitting = url.filter(|url| url.len() <= URL);
        links.extend(fitting.map(|url| Link { text, url }));
    };
    let (cluster, name) = (encoded(service.cluster.as_str()), encoded(service.ecs_service.as_str()));
    let both = cluster.zip(name);
    add(
        "ECS service".to_owned(),
        both.map(|(cluster, name)| format!("{base}/ecs/v2/clusters/{cluster}/services/{name}/health?region={region}")),
    );
    for alarm in alarms.iter().take(ALARMS) {
        add(format!("Alarm {}", told(alarm)), encoded(alarm).map(|alarm| format!("{home}#alarmsV2:alarm/{alarm}")));
    }
    if let Some(arn) = place.target_group(service).and_then(|arn| encoded(&arn)) {
        let url = format!("{base}/ec2/home?region={region}#TargetGroup:targetGroupArn={arn}");
        add("Target group".to_owned(), Some(url));
    }
    if let Some(group) = service.log_group.as_deref().and_then(encoded) {
        // The console wants this one encoded twice, with `$` for `%` the second time.
        let twice = group.replace('%', "$25");
        add("Logs".to_owned(), Some(format!("{home}#logsV2:log-groups/log-group/{twice}")));
    }
    let load_balancer = service.target_group.as_ref().or(service.load_balancer.as_ref());
    // As the watch stack names them.
    let dashboards = [
        ("Dashboard: service", true, "ecs"),
        ("Dashboard: load balancer", load_balancer.is_some(), "alb"),
        ("Dashboard: cache", service.cache.is_some(), "redis"),
    ];
    for (text, _, suffix) in dashboards.into_iter().filter(|(_, there, _)| *there) {
        let name = encoded(&format!("{}-{suffix}", service.name));
        add(text.to_owned(), name.map(|name| format!("{home}#dashboards/dashboard/{name}")));
    }
    links
}

/// The text with everything percent-encoded but the unreserved characters of RFC 3986; `None` for what looks like a secret,
/// which could not be told from the rest once it is encoded.
fn encoded(text: &str) -> Option<String> {
    if redacted(text) != text {
        return None;
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ClusterName;

    fn web() -> Service {
        let mut service = Service::new("web", "main");
        service.target_group = Some("targetgroup/web/0123456789abcdef".to_owned());
        service.log_group = Some("/ecs/web".to_owned());
        service.cache = Some("web-redis".to_owned());
        service
    }

    fn urls(region: &str) -> Vec<String> {
        let place = Place::new(AccountId::from("123456789012"), Region::from(region));
        links(&web(), &place, &["web P0/5xx"]).into_iter().map(|link| link.url).collect()
    }

    #[test]
    fn each_thing_has_its_address() {
        let base = "https://eu-west-1.console.aws.amazon.com";
        let home = format!("{base}/cloudwatch/home?region=eu-west-1");
        assert_eq!(
            urls("eu-west-1"),
            [
                format!("{base}/ecs/v2/clusters/main/services/web/health?region=eu-west-1"),
                format!("{home}#alarmsV2:alarm/web%20P0%2F5xx"),
                format!(
                    "{base}/ec2/home?region=eu-west-1#TargetGroup:targetGroupArn=arn%3Aaws%3Aelasticloadbalancing\
                     %3Aeu-west-1%3A123456789012%3Atargetgroup%2Fweb%2F0123456789abcdef"
                ),
                format!("{home}#logsV2:log-groups/log-group/$252Fecs$252Fweb"),
                format!("{home}#dashboards/dashboard/web-ecs"),
                format!("{home}#dashboards/dashboard/web-alb"),
                format!("{home}#dashboards/dashboard/web-redis"),
            ]
        );
    }

    #[test]
    fn each_partition_has_its_own_console_and_its_own_arns() {
        for (region, console, partition) in [
            ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/", "arn%3Aaws-cn%3A"),
            ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/", "arn%3Aaws-us-gov%3A"),
        ] {
            let urls = urls(region);
            assert!(urls.iter().all(|url| url.starts_with(console)), "{urls:?}");
            assert!(urls.iter().any(|url| url.contains(partition)), "{urls:?}");
        }
    }

    #[test]
    fn a_hostile_name_stays_one_part_of_the_path_and_a_hostile_region_makes_no_link() {
        let mut service = web();
        service.cluster = ClusterName::from("main/../../evil?x=<a>\n");
        let place = |region: &str| Place::new(AccountId::from("1"), Region::from(region));
        let told = links(&service, &place("eu-west-1"), &[]);
        assert!(told.iter().any(|link| link.url.contains("clusters/main%2F..%2F..%2Fevil%3Fx%3D%3Ca%3E%0A/services")));
        assert_eq!(links(&service, &place("evil.example/"), &[]), []);
        assert_eq!(links(&service, &place(""), &[]), []);
    }

    #[test]
    fn a_name_that_looks_like_a_secret_makes_no_link() {
        let place = Place::new(AccountId::from("1"), Region::from("eu-west-1"));
        let told = links(&Service::new("web", "main"), &place, &["with AKIAIOSFODNN7EXAMPLE in it"]);
        assert!(told.iter().all(|link| !link.url.contains("AKIA")), "{told:?}");
    }
}
