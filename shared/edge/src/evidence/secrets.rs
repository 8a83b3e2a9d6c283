//! When the secrets that the tasks read at their start last changed. "ListSecretVersionIds", AWS Secrets Manager API
//! Reference: it tells times, never values.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::SecretVersionsListEntry;
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
        let answer = client.list_secret_version_ids().secret_id(name).send().await;
        answer.map(|answer| change(name, answer.versions())).map_err(|error| format!("{name}: {}", why(error)))
    });
    let changes = try_join_all(calls).await?;
    Ok(Reading::Read(changes.into_iter().flatten().collect()))
}

/// When the present value was stored. A secret without a former value was only ever made. The secret's own
/// `LastChangedDate` would not do: it also moves with a description or a tag.
fn change(name: &str, versions: &[SecretVersionsListEntry]) -> Option<SecretChange> {
    let labelled = |label: &str| versions.iter().find(|v| v.version_stages().iter().any(|stage| stage == label));
    labelled("AWSPREVIOUS")?;
    let stored = labelled("AWSCURRENT")?.created_date()?;
    Some(SecretChange { name: name.to_owned(), changed_at: moment(stored)? })
}
