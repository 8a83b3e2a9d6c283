//! A command to copy into a shell. Names come from outside, so every one of them is quoted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::redaction::redacted;

/// The longest command that is offered, in characters. Half of one would be dangerous, so a longer one is not.
const LONGEST: usize = 900;

/// A command for a POSIX shell, ready to be copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Command(String);

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command of the AWS command line while it is put together.
#[derive(Clone, Debug)]
pub(super) struct Aws {
    line: String,
    /// Whether every argument could be put so that it is nothing but an argument.
    sound: bool,
}

impl Aws {
    /// `aws SERVICE OPERATION`, both of them our own words.
    pub(super) fn new(operation: &str) -> Self {
        Self { line: format!("aws {operation}"), sound: true }
    }

    /// An operand, or an option without a value, that is our own word.
    pub(super) fn flag(mut self, flag: &str) -> Self {
        self.line.push_str(&format!(" {flag}"));
        self
    }

    /// An operand.
    pub(super) fn operand(mut self, value: &str) -> Self {
        self.sound &= !value.starts_with('-');
        self.push(value);
        self
    }

    /// An option and its value.
    pub(super) fn option(mut self, name: &str, value: &str) -> Self {
        // A value that begins with a hyphen would be read as another option.
        let separator = if value.starts_with('-') { "=" } else { " " };
        self.line.push_str(&format!(" --{name}{separator}"));
        self.value(value);
        self
    }

    /// An option with several values; without any the command is none.
    pub(super) fn options<'a>(mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        self.line.push_str(&format!(" --{name}"));
        let mut any = false;
        for value in values {
            self = self.operand(value);
            any = true;
        }
        self.sound &= any;
        self
    }

    /// The command; `None` if an argument cannot be put into one safely.
    pub(super) fn done(self) -> Option<Command> {
        (self.sound && self.line.chars().count() <= LONGEST).then_some(Command(self.line))
    }

    fn push(&mut self, value: &str) {
        self.line.push(' ');
        self.value(value);
    }

    fn value(&mut self, value: &str) {
        // Control characters act on the terminal into which they are pasted. The AWS command line reads the file behind
        // `file://` and the page behind `http://` instead of the value ("Loading a parameter from a file", AWS CLI User
        // Guide). And a name that looks like a secret is not repeated.
        let plain = crate::alarm::text::escaped(value, LONGEST) == value;
        self.sound &= plain && !value.is_empty() && !value.contains("://") && redacted(value) == value;
        self.line.push_str(&quoted(value));
    }
}

/// The text as one word of a POSIX shell ("Shell Command Language", section 2.2.2: within single quotes every character
/// stands for itself, and a single quote cannot occur).
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_plain_name_stays_bare_and_any_other_is_one_quoted_word() {
        for (text, word) in [
            ("web", "web"),
            ("arn:aws:ecs:eu-west-1:123456789012:task/main/0af3", "arn:aws:ecs:eu-west-1:123456789012:task/main/0af3"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("`id`", "'`id`'"),
            ("x;rm -rf ~", "'x;rm -rf ~'"),
            ("it's", r"'it'\''s'"),
            ("*", "'*'"),
            ("~", "'~'"),
            ("a!b", "'a!b'"),
            (r"a\", r"'a\'"),
            ("/ecs/web", "/ecs/web"),
            ("日本", "'日本'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }

    #[test]
    fn a_value_that_looks_like_an_option_is_bound_to_its_own() {
        let command = Aws::new("ecs describe-services").option("cluster", "--profile=x").done().unwrap();
        assert_eq!(command.to_string(), "aws ecs describe-services --cluster=--profile=x");
        assert_eq!(Aws::new("logs tail").operand("--profile").done(), None);
        assert_eq!(Aws::new("ecs describe-tasks").options("tasks", ["a", "-x"]).done(), None);
    }

    #[test]
    fn what_cannot_be_an_argument_safely_makes_no_command() {
        let long = "x".repeat(1000);
        for name in ["a\nb", "a\u{1b}[2J", "a\u{202e}b", "file:///etc/passwd", "", "sk-Ab12Cd34Ef56", &long] {
            assert_eq!(Aws::new("ecs describe-services").option("cluster", name).done(), None, "{name:?}");
        }
        assert_eq!(Aws::new("ecs describe-tasks").options("tasks", []).done(), None);
    }
}
