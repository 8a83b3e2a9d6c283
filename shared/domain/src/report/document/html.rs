//! The document as one HTML page: readable on a telephone, in the dark, without a network.

use super::{Block, Document, Inline, followable, plain};

const STYLE: &str = include_str!("page.css");

pub(super) fn render(document: &Document) -> String {
    let title = escaped(&document.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p class=\"lead\">{}</p>\n",
        escaped(&document.lead)
    );
    for section in &document.sections {
        out.push_str(&format!("<section>\n<h2>{}</h2>\n", escaped(&section.title)));
        for block in &section.blocks {
            out.push_str(&self::block(block));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::Facts(facts) => {
            let fact =
                |(name, value): &(String, Inline)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), inline(value));
            format!("<dl>\n{}</dl>\n", facts.iter().map(fact).collect::<String>())
        }
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escaped(item))).collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Command(command) => format!("<pre><code>{}</code></pre>\n", escaped(command)),
        Block::Table { head, rows } => {
            let heads: String = head.iter().map(|name| format!("<th scope=\"col\">{}</th>", escaped(name))).collect();
            // On a narrow screen each row is a card, on which each cell bears its column's name.
            let cell =
                |(name, cell): (&&str, &String)| format!("<td data-name=\"{}\">{}</td>", escaped(name), escaped(cell));
            let row =
                |cells: &Vec<String>| format!("<tr>{}</tr>\n", head.iter().zip(cells).map(cell).collect::<String>());
            let rows: String = rows.iter().map(row).collect();
            format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
        }
        Block::Timeline(moments) => {
            let line = |moment: &super::Moment| {
                format!(
                    "<li><time>{}</time> <span class=\"after\">{}</span> <b>{}</b> {}</li>\n",
                    escaped(&moment.time),
                    escaped(&moment.after),
                    escaped(moment.what),
                    escaped(&moment.detail)
                )
            };
            format!("<ol class=\"timeline\">\n{}</ol>\n", moments.iter().map(line).collect::<String>())
        }
    }
}

fn inline(value: &Inline) -> String {
    match value {
        Inline::Link(url) if followable(url) => {
            format!("<a href=\"{0}\" rel=\"noreferrer\">{0}</a>", escaped(url))
        }
        Inline::Text(text) | Inline::Link(text) => escaped(text),
    }
}

/// Text in which nothing is markup, neither between tags nor within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
