//! What a person reads of a Slack message: its limits, and its text without markup.

use serde_json::Value;

/// Limits from `docs.slack.dev/reference/block-kit/blocks`, and the undocumented total that answers
/// `msg_blocks_too_long`.
const MOST_BLOCKS: usize = 50;
const SECTION_TEXT: usize = 3000;
const FIELD_TEXT: usize = 2000;
const MOST_FIELDS: usize = 10;
const HEADER_TEXT: usize = 150;
const MOST_CONTEXT_ELEMENTS: usize = 10;
const MOST_ACTIONS: usize = 25;
const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2000;
const BUTTON_URL: usize = 3000;
const ACTION_ID: usize = 255;
const ALL_BLOCKS_TEXT: usize = 13_200;
const MESSAGE_TEXT: usize = 40_000;

/// Checks a message as Slack would; the error is Slack's own code.
pub(super) fn check(message: &Value) -> Result<(), &'static str> {
    let text = message.get("text").and_then(Value::as_str).unwrap_or_default();
    if characters(text) > MESSAGE_TEXT {
        return Err("msg_too_long");
    }
    let blocks = match message.get("blocks") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(blocks)) => blocks,
        Some(_) => return Err("invalid_blocks_format"),
    };
    if text.is_empty() && blocks.is_empty() {
        return Err("no_text");
    }
    if blocks.len() > MOST_BLOCKS {
        return Err("invalid_blocks");
    }
    for block in blocks {
        check_block(block)?;
    }
    if blocks.iter().flat_map(texts).map(characters).sum::<usize>() > ALL_BLOCKS_TEXT {
        return Err("msg_blocks_too_long");
    }
    Ok(())
}

fn check_block(block: &Value) -> Result<(), &'static str> {
    let list = |name: &str| block.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let own_text = block.pointer("/text/text").and_then(Value::as_str).unwrap_or_default();
    let fits = match block.get("type").and_then(Value::as_str) {
        Some("section") => {
            let fields = list("fields");
            (!own_text.is_empty() || !fields.is_empty())
                && characters(own_text) <= SECTION_TEXT
                && fields.len() <= MOST_FIELDS
                && fields.iter().all(|field| within(field, "/text", FIELD_TEXT))
        }
        Some("header") => !own_text.is_empty() && characters(own_text) <= HEADER_TEXT,
        Some("context") => {
            let elements = list("elements");
            !elements.is_empty() && elements.len() <= MOST_CONTEXT_ELEMENTS
        }
        Some("actions") => {
            let elements = list("elements");
            !elements.is_empty()
                && elements.len() <= MOST_ACTIONS
                && elements.iter().all(is_button)
                && distinct(elements)
        }
        Some("divider" | "rich_text" | "image") => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err("invalid_blocks") }
}

fn is_button(element: &Value) -> bool {
    element.get("type").and_then(Value::as_str) == Some("button")
        && within(element, "/text/text", BUTTON_TEXT)
        && within(element, "/value", BUTTON_VALUE)
        && within(element, "/action_id", ACTION_ID)
        && within(element, "/url", BUTTON_URL)
}

/// An action id names one element of a block ("Button element").
fn distinct(elements: &[Value]) -> bool {
    let ids: Vec<&str> = elements.iter().filter_map(|each| each.get("action_id")?.as_str()).collect();
    ids.iter().enumerate().all(|(at, id)| !ids.iter().skip(at + 1).any(|other| other == id))
}

fn within(value: &Value, pointer: &str, limit: usize) -> bool {
    value.pointer(pointer).and_then(Value::as_str).is_none_or(|text| characters(text) <= limit)
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// The visible lines, without markup and without buttons: those of the blocks, or of `text` where there are no blocks.
pub(super) fn lines(message: &Value) -> Vec<String> {
    let blocks = message.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_text = |block: &&Value| block.get("type").and_then(Value::as_str) != Some("actions");
    let mut shown: Vec<&str> = blocks.iter().filter(is_text).flat_map(texts).collect();
    if shown.is_empty() {
        shown.extend(message.get("text").and_then(Value::as_str));
    }
    shown.iter().flat_map(|text| text.lines()).map(plain).filter(|line| !line.is_empty()).collect()
}

/// Every text of a block, in reading order.
fn texts(block: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect(block, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for name in ["text", "fields", "elements"] {
                match fields.get(name) {
                    Some(Value::String(text)) => found.push(text),
                    Some(nested) => collect(nested, found),
                    None => {}
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// A line as it reads: no emphasis, no quote or list marks, no `:emoji:` at its start, entities decoded.
fn plain(line: &str) -> String {
    let mut rest = line.trim();
    while let Some(next) = rest.strip_prefix(['>', '•', '-']) {
        rest = next.trim_start();
    }
    if rest.starts_with("&gt;") {
        rest = rest.trim_start_matches("&gt;").trim_start();
    }
    while let Some((name, next)) = rest.strip_prefix(':').and_then(|after| after.split_once(':')) {
        if name.is_empty()
            || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
        {
            break;
        }
        rest = next.trim_start();
    }
    let bare: String = rest.chars().filter(|c| !matches!(c, '*' | '`' | '~')).collect();
    bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn section(text: &str) -> Value {
        json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    }

    #[test]
    fn a_message_within_all_limits_is_taken() {
        assert_eq!(check(&json!({"text": "x", "blocks": [section("a"), {"type": "divider"}]})), Ok(()));
    }

    #[test]
    fn the_limits_are_those_of_slack() {
        let fifty_one: Vec<Value> = (0..51).map(|_| section("a")).collect();
        assert_eq!(check(&json!({"blocks": fifty_one})), Err("invalid_blocks"));
        assert_eq!(check(&json!({"blocks": [section(&"é".repeat(3000))]})), Ok(()), "counted in characters, not bytes");
        assert_eq!(check(&json!({"blocks": [section(&"a".repeat(3001))]})), Err("invalid_blocks"));
        let five: Vec<Value> = (0..5).map(|_| section(&"a".repeat(2900))).collect();
        assert_eq!(check(&json!({"blocks": five})), Err("msg_blocks_too_long"));
        assert_eq!(check(&json!({})), Err("no_text"));
        let header = json!({"type": "header", "text": {"type": "plain_text", "text": "a".repeat(151)}});
        assert_eq!(check(&json!({"blocks": [header]})), Err("invalid_blocks"));
        assert_eq!(check(&json!({"blocks": [{"type": "sections"}]})), Err("invalid_blocks"));
        let button = |id: &str| json!({"type": "button", "action_id": id, "text": {"type": "plain_text", "text": id}});
        let actions = |ids: [&str; 2]| json!({"blocks": [{"type": "actions", "elements": ids.map(button)}]});
        assert_eq!(check(&actions(["ack", "silence"])), Ok(()));
        assert_eq!(check(&actions(["ack", "ack"])), Err("invalid_blocks"));
    }

    #[test]
    fn lines_read_as_a_person_reads_them() {
        let message = json!({"text": "fallback", "blocks": [
            section("*Cause:* stale tasks\n:mag: `Did:` a &lt;b&gt; &amp; c"),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "> *Path:* direct"}]},
        ]});
        assert_eq!(lines(&message), ["Cause: stale tasks", "Did: a <b> & c", "Path: direct"]);
        assert_eq!(lines(&json!({"text": "alone"})), ["alone"]);
    }
}
