//! The only place that prints.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints; everything goes through here")]

use std::io::IsTerminal as _;

/// Where lines go, and whether they may be coloured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    errors: bool,
    coloured: bool,
}

/// What a word means; each has a colour, and none is told by colour alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tone {
    Good,
    Bad,
    Notable,
    Quiet,
    Strong,
}

impl Screen {
    /// The standard output.
    pub(super) fn on_output() -> Self {
        Self { errors: false, coloured: may_colour(std::io::stdout().is_terminal()) }
    }

    /// The standard error.
    pub(super) fn on_error_output() -> Self {
        Self { errors: true, coloured: may_colour(std::io::stderr().is_terminal()) }
    }

    pub(super) fn line(&self, text: &str) {
        if self.errors {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    }

    pub(super) fn error(&self, text: &str) {
        self.line(&format!("{} {text}", self.paint(Tone::Bad, "error:")));
    }

    /// The text in the colour of its tone, where colours are wanted.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.coloured {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Notable => "33",
            Tone::Quiet => "2",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// `no-color.org`: any non-empty value of `NO_COLOR` means no colour.
fn may_colour(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// An error with everything that caused it.
pub(super) fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(&format!("\nbecause: {cause_text}"));
        }
        source = cause.source();
    }
    text
}
