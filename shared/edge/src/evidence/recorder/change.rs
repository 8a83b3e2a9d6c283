//! A change that somebody made through an API of AWS. "CloudTrail record contents", AWS CloudTrail User Guide; the parameters
//! of a request are named as in the API reference of its service.

use jiff::Timestamp;
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::RecordedChange;
use serde::Deserialize;

/// The longest name that is kept.
const NAME: usize = 255;
/// Who calls where a policy or a schedule sets the desired count ("Service-linked roles", Application Auto Scaling User Guide).
const SCALING: &str = "ecs.application-autoscaling.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_name: String,
    /// There if the call was refused, and then nothing changed.
    error_code: Option<String>,
    #[serde(default)]
    user_identity: Identity,
    #[serde(default)]
    request_parameters: Parameters,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    arn: Option<String>,
    invoked_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    cluster: Option<String>,
    service: Option<String>,
    family: Option<String>,
    resource_id: Option<String>,
    secret_id: Option<String>,
    desired_count: Option<u32>,
}

/// The change, if it was carried out and is one to the service, to what scales it or to a secret of it.
pub(super) fn read(detail: &str, at: Timestamp, service: &Service) -> Option<RecordedChange> {
    let detail: Detail = serde_json::from_str(detail).ok()?;
    if detail.error_code.is_some() {
        return None;
    }
    let (cluster, name) = (service.cluster.as_str(), service.ecs_service.as_str());
    let given = &detail.request_parameters;
    let (api, on) = match detail.event_name.as_str() {
        "UpdateService" => {
            // Both may be given as a name or as an ARN, and no cluster means the one called default.
            let last =
                |given: &Option<String>| given.as_deref().and_then(|it| it.rsplit('/').next().map(str::to_owned));
            let ours = last(&given.service).as_deref() == Some(name)
                && last(&given.cluster).as_deref().unwrap_or("default") == cluster;
            ours.then(|| ("ecs", name.to_owned()))?
        }
        // Which family the service runs is not in its configuration; most are called as the service is.
        "RegisterTaskDefinition" => {
            given.family.as_deref().filter(|it| *it == name).map(|it| ("ecs", it.to_owned()))?
        }
        "RegisterScalableTarget" => {
            let ours = given.resource_id.as_deref() == Some(format!("service/{cluster}/{name}").as_str());
            ours.then(|| ("application-autoscaling", name.to_owned()))?
        }
        "PutSecretValue" | "RotateSecret" | "UpdateSecret" => {
            let id = given.secret_id.as_deref()?;
            let secret = service.secrets.iter().find(|secret| is_secret(id, secret))?;
            ("secretsmanager", secret.clone())
        }
        _ => return None,
    };
    let by_scaling = detail.user_identity.invoked_by.as_deref() == Some(SCALING);
    let by = detail.user_identity.arn.as_deref().and_then(|arn| arn.rsplit('/').next());
    let by = by.or(detail.user_identity.invoked_by.as_deref()).unwrap_or("somebody");
    Some(RecordedChange {
        at,
        call: format!("{api}:{}", detail.event_name),
        by: text::escaped(by, NAME),
        on: text::escaped(&on, NAME),
        tasks: given.desired_count.filter(|_| !by_scaling),
    })
}

/// Whether a secret's id, its name or its ARN with or without the six random characters, means the configured one.
fn is_secret(id: &str, configured: &str) -> bool {
    let name = |id: &str| id.split_once(":secret:").map_or(id, |(_, name)| name).to_owned();
    let (id, configured) = (name(id), name(configured));
    let random = id.strip_prefix(&configured).and_then(|rest| rest.strip_prefix('-'));
    id == configured || random.is_some_and(|random| random.len() == 6)
}
