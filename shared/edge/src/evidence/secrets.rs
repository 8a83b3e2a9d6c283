//! When the secrets that the tasks read at their start last changed. "DescribeSecret", AWS Secrets Manager API Reference:
//! it tells times, never values.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use futures::future::try_join_all;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, SecretChange};

use super::{Read, why};
use crate::alarms::moment;

/// One secret that cannot be read leaves all unread: it may be the one that changed.
pub(super) async fn read(client: &Client, service: &Service) -> Read<Vec<SecretChange>> {
    if service.secrets.is_empty() {
        return Ok(Reading::NotConfigured);
    }
    let calls = service.secrets.iter().map(|name| async move {
        let answer = client.describe_secret().secret_id(name).send().await;
        answer.map(|answer| change(name, &answer)).map_err(|error| format!("{name}: {}", why(error)))
    });
    let changes = try_join_all(calls).await?;
    Ok(Reading::Read(changes.into_iter().flatten().collect()))
}

/// When the value last changed. `LastChangedDate` also moves with a description or a tag, but only a value that was
/// replaced leaves a version labelled `AWSPREVIOUS` behind; without one the secret was only ever made.
fn change(name: &str, described: &DescribeSecretOutput) -> Option<SecretChange> {
    let mut stages = described.version_ids_to_stages()?.values();
    stages.find(|stages| stages.iter().any(|stage| stage == "AWSPREVIOUS"))?;
    Some(SecretChange { name: name.to_owned(), changed_at: moment(described.last_changed_date()?)? })
}
