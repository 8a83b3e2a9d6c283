//! What CloudWatch Logs is asked for: the events about one service.
//!
//! "Using filter patterns to match terms in JSON log events", Amazon CloudWatch Logs User Guide. `*` stands for any text at
//! the beginning or the end of a value, so a pattern may let a few others through; what is read of them is checked again.

use paramedic_domain::config::Service;

/// The longest pattern ("FilterLogEvents", Amazon CloudWatch Logs API Reference).
const LONGEST: usize = 1024;

/// The pattern; an error for names that cannot stand between quotation marks.
pub(super) fn of(service: &Service) -> Result<String, String> {
    let (cluster, name) = (service.cluster.as_str(), service.ecs_service.as_str());
    if let Some(odd) = [cluster, name].into_iter().find(|name| !is_plain(name)) {
        return Err(format!("{odd:?} is no name that the flight recorder can be asked for"));
    }
    let mut about = vec![
        format!("($.detail.group = \"service:{name}\" && $.detail.clusterArn = \"*/{cluster}\")"),
        format!("($.resources[0] = \"*:service/{cluster}/{name}\")"),
        format!("($.detail.requestParameters.service = \"*{name}\")"),
        format!("($.detail.requestParameters.family = \"{name}\")"),
        format!("($.detail.requestParameters.resourceId = \"service/{cluster}/{name}\")"),
    ];
    let others = about.len();
    about
        .extend(service.secrets.iter().map(|secret| format!("($.detail.requestParameters.secretId = \"*{secret}*\")")));
    let pattern = all(&about);
    if pattern.len() <= LONGEST && service.secrets.iter().all(|secret| is_plain(secret)) {
        return Ok(pattern);
    }
    // Too many secrets to name, so any.
    about.truncate(others);
    about.push("($.detail.requestParameters.secretId = \"*\")".to_owned());
    Ok(all(&about))
}

fn all(alternatives: &[String]) -> String {
    format!("{{ {} }}", alternatives.join(" || "))
}

/// What names of services, clusters and secrets are made of ("CreateSecret", AWS Secrets Manager API Reference).
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@:-".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn service() -> Service {
        let mut service = Service::new("web", "main");
        service.secrets = vec!["web/token".to_owned()];
        service
    }

    #[test]
    fn the_pattern_asks_for_this_service_its_cluster_and_its_secrets() {
        let pattern = of(&service()).unwrap();
        assert!(pattern.starts_with("{ ($.detail.group = \"service:web\" && $.detail.clusterArn = \"*/main\") || "));
        assert!(pattern.contains("($.resources[0] = \"*:service/main/web\")"), "{pattern}");
        assert!(pattern.ends_with("($.detail.requestParameters.secretId = \"*web/token*\") }"), "{pattern}");
    }

    #[test]
    fn however_many_secrets_a_service_has_the_pattern_stays_within_its_limit() {
        let mut many = service();
        many.secrets = (0..40).map(|n| format!("web/a-secret-with-a-long-name/{n}")).collect();
        let pattern = of(&many).unwrap();
        assert!(pattern.len() <= LONGEST && pattern.contains("secretId = \"*\")"), "{pattern}");
    }

    #[test]
    fn a_name_cannot_end_its_quotation_and_ask_for_something_else() {
        assert!(of(&Service::new("web\" || $.x = \"", "main")).unwrap_err().contains("no name"));
        let mut odd = service();
        odd.secrets = vec!["a\" || $.x = \"".to_owned()];
        assert!(!of(&odd).unwrap().contains("$.x"));
    }
}
