//! `[[person]]`: the people who can be told. Their numbers and addresses are subscriptions of the people topic, never here.

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use crate::id::PersonName;

/// Somebody who can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name here, in messages and in the filter policy of their subscriptions.
    pub name: PersonName,
    /// Their user id on Slack, if they are to be told there.
    pub slack: Option<String>,
}

/// A `[[person]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    slack: Option<Spanned<String>>,
}

/// Turns the tables into people, refusing names that could be mistaken for each other.
pub(super) fn check(entries: Vec<Entry>, place: &Place<'_>) -> Result<Vec<Person>, ConfigError> {
    let mut persons: Vec<Person> = Vec::with_capacity(entries.len());
    for entry in entries {
        require_own_name(place, &entry.name, "person", persons.iter().map(|person| person.name.as_str()))?;
        if let Some(slack) = &entry.slack
            && !is_user(slack.get_ref())
        {
            return Err(place.at(
                slack.span(),
                format!("{:?} is not a user id of Slack", slack.get_ref()),
                "the id from the user's profile (\"Copy member ID\"), such as \"U012AB3CD\"; names can change hands"
                    .to_owned(),
            ));
        }
        persons.push(Person {
            name: PersonName::new(entry.name.into_inner()),
            slack: entry.slack.map(Spanned::into_inner),
        });
    }
    Ok(persons)
}

/// User ids begin with U, or W in an Enterprise organisation (docs.slack.dev, "User type").
fn is_user(id: &str) -> bool {
    id.strip_prefix(['U', 'W']).is_some_and(|rest| {
        (2..=30).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// Refuses what is no name and what differs from a name that is taken in nothing but upper and lower case.
pub(super) fn require_own_name<'a>(
    place: &Place<'_>,
    name: &Spanned<String>,
    what: &str,
    mut taken: impl Iterator<Item = &'a str>,
) -> Result<(), ConfigError> {
    place.require_name(name, what)?;
    let text = name.get_ref();
    match taken.find(|each| each.eq_ignore_ascii_case(text)) {
        None => Ok(()),
        Some(other) => Err(place.at(
            name.span(),
            format!("{text:?} is the name of another {what}, {other:?}"),
            format!("give each [[{what}]] a name of its own; upper and lower case do not tell them apart"),
        )),
    }
}
