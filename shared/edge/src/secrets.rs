//! The channels' secrets: read by name once in a function's life, and again when a channel no longer takes them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_secretsmanager::Client;
use paramedic_domain::escalation::Failure;
use paramedic_domain::inbound::signature::Key;

use crate::fault::Fault;

/// A secret value. It is never printed, not even by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a value into custody.
    pub fn new(value: &str) -> Self {
        Self(Arc::from(value))
    }

    /// The value itself, for the one place that sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

/// The secrets that were read so far.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
    /// By name and field: two channels may share one secret.
    known: Arc<Mutex<HashMap<(String, String), Secret>>>,
}

impl Secrets {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, known: Arc::default() }
    }

    /// One field of a secret whose value is a JSON object; from memory after the first time.
    ///
    /// # Errors
    ///
    /// [`Failure::SecretUnavailable`] if there is no such secret, it may not be read, or it has no such field.
    pub async fn field(&self, name: &str, field: &str) -> Result<Secret, Failure> {
        if let Some(known) = self.lock().get(&(name.to_owned(), field.to_owned())) {
            return Ok(known.clone());
        }
        self.fresh(name, field).await
    }

    /// The same, from Secrets Manager: what a channel refuses may have been rotated.
    ///
    /// # Errors
    ///
    /// As [`Secrets::field`].
    pub async fn fresh(&self, name: &str, field: &str) -> Result<Secret, Failure> {
        let unavailable = |why: String| Failure::SecretUnavailable { secret: name.to_owned(), why };
        let answer = self.client.get_secret_value().secret_id(name).send().await;
        let answer = answer.map_err(|error| unavailable(Fault::of(&error).why))?;
        let value = answer.secret_string().and_then(|text| value_of(text, field));
        let secret = value.ok_or_else(|| {
            unavailable(format!("its value is no JSON object with the text field {field:?}; hint: put one there"))
        })?;
        self.lock().insert((name.to_owned(), field.to_owned()), secret.clone());
        Ok(secret)
    }

    /// The keys that are in those fields of a secret, from Secrets Manager; in one call. A field that is missing or empty has
    /// none, so that the previous secret of a rotation may be there or not.
    ///
    /// # Errors
    ///
    /// [`Failure::SecretUnavailable`] if there is no such secret, it may not be read, or it has none of the fields.
    pub async fn keys(&self, name: &str, fields: &[&str]) -> Result<Vec<Key>, Failure> {
        let unavailable = |why: String| Failure::SecretUnavailable { secret: name.to_owned(), why };
        let answer = self.client.get_secret_value().secret_id(name).send().await;
        let answer = answer.map_err(|error| unavailable(Fault::of(&error).why))?;
        let text = answer.secret_string().unwrap_or_default();
        let secrets = fields.iter().filter_map(|field| value_of(text, field));
        let keys: Vec<Key> = secrets.filter_map(|secret| Key::new(secret.reveal())).collect();
        if keys.is_empty() {
            let fields = fields.join(" or ");
            let why = format!("its value is no JSON object with the text field {fields}; hint: put one there");
            return Err(unavailable(why));
        }
        Ok(keys)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), Secret>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The field of a JSON object, if it is a text that is not empty.
fn value_of(json: &str, field: &str) -> Option<Secret> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.get(field)?.as_str().map(str::trim).filter(|value| !value.is_empty()).map(Secret::new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::stub::{Reply, Stub, patient};

    #[tokio::test]
    async fn one_secret_may_serve_two_channels() {
        let both = json!({ "bot_token": "xoxb-1", "routing_key": "R1" }).to_string();
        let stub = Stub::start(move |_, _| Reply::json(200, &json!({ "SecretString": both }))).await;
        let secrets = Secrets::new(Client::new(&patient(&stub.url)));
        assert_eq!(secrets.field("paramedic/both", "bot_token").await.unwrap().reveal(), "xoxb-1");
        assert_eq!(secrets.field("paramedic/both", "routing_key").await.unwrap().reveal(), "R1");
    }

    #[tokio::test]
    async fn the_keys_of_a_rotation_are_read_in_one_call_and_the_previous_may_be_absent() {
        for (secret, keys) in [
            (json!({ "signing_secret": "new", "previous_signing_secret": "old" }), 2),
            (json!({ "signing_secret": "new" }), 1),
            (json!({ "signing_secret": "new", "previous_signing_secret": " " }), 1),
            (json!({ "bot_token": "xoxb-1" }), 0),
            (json!({ "signing_secret": "" }), 0),
        ] {
            let text = secret.to_string();
            let stub = Stub::start(move |_, _| Reply::json(200, &json!({ "SecretString": text }))).await;
            let secrets = Secrets::new(Client::new(&patient(&stub.url)));
            let read = secrets.keys("paramedic/slack", &["signing_secret", "previous_signing_secret"]).await;
            assert_eq!(read.map_or(0, |keys| keys.len()), keys, "{secret}");
            assert_eq!(stub.asked().len(), 1);
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("xoxb-1")), "Secret(not shown)");
    }

    #[test]
    fn only_a_text_field_of_an_object_is_a_secret() {
        assert_eq!(value_of(r#"{"bot_token": " xoxb-1\n"}"#, "bot_token").unwrap().reveal(), "xoxb-1");
        assert_eq!(value_of(r#"{"bot_token": ""}"#, "bot_token"), None);
        assert_eq!(value_of(r#"{"bot_token": 7}"#, "bot_token"), None);
        assert_eq!(value_of("xoxb-1", "bot_token"), None);
    }
}
