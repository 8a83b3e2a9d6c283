//! A report as a document: sections of facts, lists, tables and a timeline, laid out once as Markdown and once as HTML.
//!
//! All text is data: each layout escapes it, and what hides or reorders text is spelled out before.

mod html;
mod markdown;

use super::inert;

/// The longest text of a cell, in characters.
const TEXT: usize = 1200;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is about.
    pub title: String,
    /// The one sentence to read first.
    pub lead: String,
    /// Its sections, in the order in which they matter.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Names with their values.
    Facts(Vec<(String, Inline)>),
    /// A list.
    List(Vec<String>),
    /// A command to copy.
    Command(String),
    /// Rows under headings.
    Table {
        /// One heading a column.
        head: Vec<&'static str>,
        /// As many cells a row.
        rows: Vec<Vec<String>>,
    },
    /// What happened, one after the other.
    Timeline(Vec<Moment>),
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// As it is.
    Text(String),
    /// An address to follow. Only `https://` becomes a link.
    Link(String),
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, by the clock on the wall.
    pub time: String,
    /// How long after the beginning.
    pub after: String,
    /// What, in a word.
    pub what: &'static str,
    /// The sentence.
    pub detail: String,
}

impl Document {
    /// As Markdown (CommonMark with the tables of GitHub).
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// As one HTML page that needs nothing else, and asks nothing of any network.
    pub fn html(&self) -> String {
        html::render(self)
    }
}

impl Section {
    pub(super) fn new(title: &str, blocks: Vec<Block>) -> Self {
        Self { title: title.to_owned(), blocks }
    }
}

impl Inline {
    pub(super) fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }
}

/// What both layouts do to a text before they escape it in their own way.
fn plain(value: &str) -> String {
    inert(value, TEXT)
}

/// Whether an address can be followed without harm.
fn followable(url: &str) -> bool {
    url.starts_with("https://")
        && url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\' | '|'))
}

#[cfg(test)]
mod tests;
