//! The receivers of signed requests.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use crate::id::WebhookName;

/// One receiver: a `[[webhook]]` table.
#[derive(Clone)]
pub struct WebhookConfig {
    /// Its name, as `webhook:NAME` in an escalation policy.
    pub name: WebhookName,
    /// The name of the secret holding `{"signing_secret": "…"}`.
    pub secret: String,
    url: String,
}

impl WebhookConfig {
    /// Where it is. An address may hold a token of the receiver's own, so it goes into no message and no log.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookConfig").field("name", &self.name).field("secret", &self.secret).finish_non_exhaustive()
    }
}

/// A `[[webhook]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    url: Spanned<String>,
    secret: Spanned<String>,
}

pub(super) fn check(entries: Vec<Entry>, place: &Place<'_>) -> Result<Vec<WebhookConfig>, ConfigError> {
    let mut webhooks: Vec<WebhookConfig> = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.name.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let allowed = "1 to 64 of the characters A-Z a-z 0-9 - _ .".to_owned();
            return Err(place.at(entry.name.span(), format!("{name:?} is not a webhook's name"), allowed));
        }
        if webhooks.iter().any(|known| known.name.as_str() == name) {
            let allowed = "give each [[webhook]] a name of its own".to_owned();
            return Err(place.at(entry.name.span(), format!("there are two webhooks called {name:?}"), allowed));
        }
        if entry.secret.get_ref().is_empty() {
            let allowed = "the name of a secret in Secrets Manager holding {\"signing_secret\": \"…\"}".to_owned();
            return Err(place.at(
                entry.secret.span(),
                "a webhook without a secret cannot be signed".to_owned(),
                allowed,
            ));
        }
        super::check_address(place, &entry.url)?;
        webhooks.push(WebhookConfig {
            name: WebhookName::new(name.as_str()),
            secret: entry.secret.into_inner(),
            url: entry.url.into_inner(),
        });
    }
    Ok(webhooks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::Config;

    fn read(tables: &str) -> Result<Vec<WebhookConfig>, String> {
        let config = Config::parse(&format!("version = 1\n{tables}"), "paramedic.toml");
        config.map(|config| config.webhooks).map_err(|error| error.to_string())
    }

    fn table(name: &str, url: &str) -> String {
        format!("[[webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret = \"paramedic/{name}\"\n")
    }

    #[test]
    fn a_webhook_has_a_name_an_address_and_a_secret() {
        let webhooks = read(&table("chatops", "https://chatops.example.com/in?token=t0k")).unwrap();
        let webhook = webhooks.first().unwrap();
        assert_eq!((webhook.name.as_str(), webhook.secret.as_str()), ("chatops", "paramedic/chatops"));
        assert_eq!(webhook.url(), "https://chatops.example.com/in?token=t0k");
    }

    #[test]
    fn its_address_is_not_printed() {
        let webhooks = read(&table("chatops", "https://chatops.example.com/in?token=t0k")).unwrap();
        assert!(!format!("{webhooks:?}").contains("t0k"));
    }

    #[test]
    fn what_would_travel_in_the_clear_is_refused() {
        let why = read(&table("chatops", "http://chatops.example.com")).unwrap_err();
        assert!(why.starts_with("paramedic.toml:4:") && why.contains("https://"), "{why}");
    }

    #[test]
    fn two_of_one_name_and_names_that_cannot_be_written_as_a_target_are_refused() {
        let both = format!("{}{}", table("a", "https://x.example"), table("a", "https://y.example"));
        assert!(read(&both).unwrap_err().contains("two webhooks called \"a\""));
        assert!(read(&table("a b", "https://x.example")).unwrap_err().contains("not a webhook's name"));
    }
}
