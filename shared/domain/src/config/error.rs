//! One error for a configuration that cannot be used: where, what, and what would be right.

use std::ops::Range;

use toml::Spanned;

/// Why a `paramedic.toml` was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}\n  hint: {allowed}")]
pub struct ConfigError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What is allowed instead.
    pub allowed: String,
}

/// Turns byte positions of a file into lines.
pub(super) struct Place<'a> {
    pub(super) text: &'a str,
    pub(super) file: &'a str,
}

impl Place<'_> {
    pub(super) fn at(&self, span: Range<usize>, problem: String, allowed: String) -> ConfigError {
        let before = self.text.get(..span.start.min(self.text.len())).unwrap_or(self.text);
        ConfigError { file: self.file.to_owned(), line: before.matches('\n').count() + 1, problem, allowed }
    }

    /// Refuses what is no plain name: names stand in keys, in commands and in messages.
    pub(super) fn require_name(&self, name: &Spanned<String>, what: &str) -> Result<(), ConfigError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
        let text = name.get_ref();
        if !text.is_empty() && text.len() <= 128 && text.chars().all(plain) {
            return Ok(());
        }
        Err(self.at(
            name.span(),
            format!("{text:?} is not a {what} name"),
            "1 to 128 of the characters A-Z a-z 0-9 - _ .".to_owned(),
        ))
    }

    /// Refuses an address that is not `https://`: people follow it when they are woken.
    pub(super) fn require_https(&self, address: Option<&Spanned<String>>) -> Result<(), ConfigError> {
        match address {
            Some(address) if !address.get_ref().starts_with("https://") => Err(self.at(
                address.span(),
                format!("{:?} is not usable here", address.get_ref()),
                "an https:// address".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// What the TOML reader found. Its messages already say what was expected; where one does, that part becomes the hint.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let message = error.message().trim();
        let (problem, allowed) = match message.split_once(", expected ") {
            Some((problem, expected)) => (problem.to_owned(), format!("expected {expected}")),
            None => (message.to_owned(), "see paramedic.toml in the repository for every key".to_owned()),
        };
        self.at(error.span().unwrap_or(0..0), problem, allowed)
    }
}
