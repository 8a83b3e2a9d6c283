//! The document as Markdown.

use super::{Block, Document, Inline, followable, plain};

pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n\n{}\n", escaped(&document.title), escaped(&document.lead));
    for section in &document.sections {
        out.push_str(&format!("\n## {}\n", escaped(&section.title)));
        for block in &section.blocks {
            out.push('\n');
            out.push_str(&self::block(block));
        }
    }
    out
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{}\n", escaped(text)),
        Block::Facts(facts) => {
            facts.iter().map(|(name, value)| format!("- **{}:** {}\n", escaped(name), inline(value))).collect()
        }
        Block::List(items) => items.iter().map(|item| format!("- {}\n", escaped(item))).collect(),
        Block::Command(command) => fenced(command),
        Block::Table { head, rows } => {
            let head: Vec<String> = head.iter().map(|name| escaped(name)).collect();
            let mut out = row(&head) + &row(&vec!["---".to_owned(); head.len()]);
            for cells in rows {
                out.push_str(&row(&cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>()));
            }
            out
        }
        Block::Timeline(moments) => {
            let mut out = row(&["Time", "After", "What", ""].map(str::to_owned)) + &row(&["---"; 4].map(str::to_owned));
            for moment in moments {
                let cells = [&moment.time, &moment.after, moment.what, &moment.detail].map(escaped);
                out.push_str(&row(&cells));
            }
            out
        }
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn inline(value: &Inline) -> String {
    match value {
        Inline::Text(text) => escaped(text),
        Inline::Link(url) if followable(url) => format!("<{url}>"),
        Inline::Link(url) => escaped(url),
    }
}

/// A block of code whose fence is longer than any run of backticks in it.
fn fenced(command: &str) -> String {
    let command = plain(command);
    let longest = command.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}sh\n{command}\n{fence}\n")
}

/// Text in which nothing is markup: backslashes before what would be, and no address that becomes a link by itself.
fn escaped(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut numbered = true;
    for (position, c) in text.chars().enumerate() {
        // "- ", "+ " and "---" at the beginning would be a list or a rule.
        let begins = position == 0 && (c == '-' || text.starts_with("+ "));
        // "1. " and "1) " at the beginning would be a list.
        let ends = text.chars().nth(position + 1).is_none_or(|next| next == ' ');
        let counts = numbered && position > 0 && matches!(c, '.' | ')') && ends;
        numbered = numbered && c.is_ascii_digit();
        let markup = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!');
        let address = c == ':' && text.chars().skip(position + 1).take(2).eq("//".chars());
        if begins || counts || markup || address {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
