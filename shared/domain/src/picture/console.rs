//! Links into the AWS console. Names come from outside, so every one of them is percent-encoded.

use serde::{Deserialize, Serialize};

use super::told;
use crate::alarm::partition;
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
        let partition = partition(&region);
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

/// The runbook, and where the console shows the service, these alarms, its target group, its log group and its dashboards;
/// of a service that is not configured, its alarms.
pub fn links(service: Option<&Service>, place: &Place, alarms: &[&str]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    if let Some(url) = service.and_then(|service| service.runbook.clone()) {
        links.push(Link { text: "Runbook".to_owned(), url });
    }
    // It becomes part of the host's name.
    let region = place.region.as_str();
    if region.is_empty() || !region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return links;
    }
    let home = format!("{}/cloudwatch/home?region={region}", place.console());
    let alarms = alarms.iter().take(ALARMS).map(|alarm| {
        (format!("Alarm {}", told(alarm)), encoded(alarm).map(|alarm| format!("{home}#alarmsV2:alarm/{alarm}")))
    });
    let shown = service.map(|service| (ecs_service(service, place), parts(service, place, &home)));
    let (first, rest) = shown.unzip();
    let all = first.into_iter().chain(alarms).chain(rest.into_iter().flatten());
    let fitting = |(text, url): (String, Option<String>)| Some(Link { text, url: url.filter(|url| url.len() <= URL)? });
    links.extend(all.filter_map(fitting));
    links
}

fn ecs_service(service: &Service, place: &Place) -> (String, Option<String>) {
    let (base, region) = (place.console(), &place.region);
    let names = encoded(service.cluster.as_str()).zip(encoded(service.ecs_service.as_str()));
    let url = |(cluster, name)| format!("{base}/ecs/v2/clusters/{cluster}/services/{name}/health?region={region}");
    ("ECS service".to_owned(), names.map(url))
}

/// What belongs to the service, as far as it has one.
fn parts(service: &Service, place: &Place, home: &str) -> Vec<(String, Option<String>)> {
    let mut parts = Vec::new();
    if let Some(arn) = place.target_group(service) {
        let home = format!("{}/ec2/home?region={}", place.console(), place.region);
        let url = encoded(&arn).map(|arn| format!("{home}#TargetGroup:targetGroupArn={arn}"));
        parts.push(("Target group".to_owned(), url));
    }
    if let Some(group) = &service.log_group {
        // The console wants this one encoded twice, with `$` for `%` the second time.
        let twice = encoded(group).map(|group| group.replace('%', "$25"));
        parts.push(("Logs".to_owned(), twice.map(|group| format!("{home}#logsV2:log-groups/log-group/{group}"))));
    }
    let load_balancer = service.target_group.is_some() || service.load_balancer.is_some();
    // As the watch stack names them.
    let dashboards = [
        ("service", true, "ecs"),
        ("load balancer", load_balancer, "alb"),
        ("cache", service.cache.is_some(), "redis"),
    ];
    parts.extend(dashboards.into_iter().filter(|(_, there, _)| *there).map(|(what, _, suffix)| {
        let name = encoded(&format!("{}-{suffix}", service.name));
        (format!("Dashboard: {what}"), name.map(|name| format!("{home}#dashboards/dashboard/{name}")))
    }));
    parts
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
        links(Some(&web()), &place, &["web P0/5xx"]).into_iter().map(|link| link.url).collect()
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
        let told = links(Some(&service), &place("eu-west-1"), &[]);
        assert!(told.iter().any(|link| link.url.contains("clusters/main%2F..%2F..%2Fevil%3Fx%3D%3Ca%3E%0A/services")));
        assert_eq!(links(Some(&service), &place("evil.example/"), &[]), []);
        assert_eq!(links(Some(&service), &place(""), &[]), []);
    }

    #[test]
    fn of_a_service_that_is_not_configured_the_alarm_is_shown() {
        let place = Place::new(AccountId::from("1"), Region::from("eu-west-1"));
        let told = links(None, &place, &["cpu"]);
        let url = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/cpu";
        assert_eq!(told, [Link { text: "Alarm cpu".to_owned(), url: url.to_owned() }]);
    }

    #[test]
    fn a_name_that_looks_like_a_secret_makes_no_link() {
        let place = Place::new(AccountId::from("1"), Region::from("eu-west-1"));
        let told = links(Some(&Service::new("web", "main")), &place, &["with AKIAIOSFODNN7EXAMPLE in it"]);
        assert!(told.iter().all(|link| !link.url.contains("AKIA")), "{told:?}");
    }
}
