//! The layout of a message: a header, one section a line of the story, the links.
//!
//! Everything in a story may hold what an attacker chose: each text is made one line, escaped and bounded here once more,
//! whatever was done before. `<!channel>` is inert since `<` is escaped ("Formatting text for app surfaces", Slack), and
//! `verbatim` keeps bare names and addresses from being turned into mentions and links.

use paramedic_domain::alarm::text;
use paramedic_domain::report::{Button, Line, Link, Press, Story};
use serde_json::{Map, Value, json};

/// The longest header, in characters ("Header block", Slack Block Kit).
const HEADER: usize = 150;
/// The longest text of a section ("Section block").
const SECTION: usize = 3000;
/// All texts together. Slack refuses messages near 13,200 characters with `msg_blocks_too_long`, which is documented
/// nowhere.
const TOTAL: usize = 12_000;
/// What is kept back for each line that is still to come, so that a long one does not crowd out those after it.
const RESERVE: usize = 240;
/// Sections at most: 50 blocks, less the header, the links and the buttons ("Blocks").
const SECTIONS: usize = 47;
/// Links at most ("Context block").
const LINKS: usize = 10;
/// The longest address of a link.
const URL: usize = 500;
/// Buttons at most ("Actions block"), and the longest value of one ("Button element").
const BUTTONS: usize = 25;
const VALUE: usize = 2000;
/// Lines of history at most in one reply, and the longest of them: together they fit into one section.
const HISTORY: usize = 12;
const ENTRY: usize = 240;
/// The text that notifications show and that stands in for the blocks where there are none.
const FALLBACK: usize = 600;

/// `text` and `blocks` of the message that shows an incident.
pub(super) fn message(story: &Story) -> Map<String, Value> {
    let buttons: Vec<Value> = story.buttons.iter().filter_map(button).take(BUTTONS).collect();
    let actions = (!buttons.is_empty()).then(|| json!({ "type": "actions", "elements": buttons }));
    lay_out(story, &format!("{}: {}", story.status.words(), story.headline), actions)
}

/// The same for a message that is never edited, and so has no buttons that would go stale.
pub(super) fn reply(story: &Story, page: u32) -> Map<String, Value> {
    let number = if page > 1 { format!(", page {page}") } else { String::new() };
    lay_out(story, &format!("{}{number}: {}", story.status.words(), story.headline), None)
}

/// What happened since, one line each; the oldest are left out where there are too many.
pub(super) fn history(lines: &[String]) -> Map<String, Value> {
    let earlier = lines.len().saturating_sub(HISTORY);
    let mut text = if earlier > 0 { format!("• {earlier} earlier") } else { String::new() };
    for line in lines.iter().skip(earlier) {
        let separator = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{separator}• {}", inert(line, ENTRY)));
    }
    let mut message = Map::new();
    message.insert("text".to_owned(), json!(inert(lines.last().map_or("", String::as_str), FALLBACK)));
    message.insert("blocks".to_owned(), json!([{ "type": "section", "text": mrkdwn(text) }]));
    message
}

fn lay_out(story: &Story, headline: &str, actions: Option<Value>) -> Map<String, Value> {
    let headline = text::escaped(headline, HEADER);
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": headline, "emoji": false },
    })];
    let lines = story.lines.get(..SECTIONS).unwrap_or(&story.lines);
    let mut room = TOTAL;
    for (index, line) in lines.iter().enumerate() {
        let reserved = RESERVE * (lines.len() - index - 1);
        let section = section(line, SECTION.min(room.saturating_sub(reserved)));
        room = room.saturating_sub(section.chars().count());
        blocks.push(json!({ "type": "section", "text": mrkdwn(section) }));
    }
    let links: Vec<Value> = story.links.iter().filter_map(link).take(LINKS).map(mrkdwn).collect();
    if !links.is_empty() {
        blocks.push(json!({ "type": "context", "elements": links }));
    }
    blocks.extend(actions);
    let what = story.lines.first().map_or("", |line| line.text.as_str());
    let mut message = Map::new();
    message.insert("text".to_owned(), json!(inert(&format!("{headline}: {what}"), FALLBACK)));
    message.insert("blocks".to_owned(), json!(blocks));
    message
}

/// A button; `None` for what Slack would refuse the whole message for.
fn button(button: &Button) -> Option<Value> {
    let mut element = json!({
        "type": "button",
        "action_id": button.id(),
        "text": { "type": "plain_text", "text": button.words(), "emoji": false },
    });
    let fields = element.as_object_mut()?;
    match button {
        Button::Ask { press, binding } => {
            let value = binding.value();
            if value.chars().count() > VALUE {
                return None;
            }
            fields.insert("value".to_owned(), json!(value));
            match press {
                Press::Ack => fields.insert("style".to_owned(), json!("primary")),
                // Production changes by it, so a slip of the finger is asked about.
                Press::Approve => fields.insert("confirm".to_owned(), confirm()),
                Press::Refuse | Press::Silence => None,
            };
        }
        Button::Runbook { url } => {
            fields.insert("url".to_owned(), json!(usable(url)?));
        }
    }
    Some(element)
}

fn confirm() -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    json!({
        "title": plain("Carry this plan out?"),
        "text": plain("The remediator reads everything again first, and acts only if all guardrails still agree."),
        "confirm": plain("Approve"),
        "deny": plain("Not now"),
    })
}

fn mrkdwn(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// A line of the story within `limit` characters: the label and its sentence, the command, then as many details as fit.
fn section(line: &Line, limit: usize) -> String {
    let label = format!("*{}:* ", line.label.words());
    let mut section = format!("{label}{}", inert(&line.text, limit.saturating_sub(label.len())));
    let mut room = limit.saturating_sub(section.chars().count());
    let mut add = |part: String| {
        let length = part.chars().count();
        if length <= room {
            room -= length;
            section.push_str(&part);
        }
    };
    if let Some(command) = &line.command {
        // A backtick would end the code. A command that does not fit is left out whole: half of one is dangerous.
        add(format!("\n```{}```", inert(&command.replace('`', "'"), usize::MAX)));
    }
    for detail in &line.details {
        add(format!("\n• {}", inert(detail, SECTION)));
    }
    section
}

fn link(link: &Link) -> Option<String> {
    let url = usable(&link.url)?;
    Some(format!("<{}|{}>", url.replace('&', "&amp;"), inert(&link.text.replace('|', " "), 75)))
}

/// An address that can stand in a message without ending its markup.
fn usable(url: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_graphic() && !"<>|".contains(c);
    (url.starts_with("https://") && url.len() <= URL && url.chars().all(plain)).then_some(url)
}

/// Text that Slack shows as it is, on one line of at most `limit` characters. Bounded after escaping, between entities.
fn inert(raw: &str, limit: usize) -> String {
    let line = text::escaped(raw, limit.min(SECTION));
    let mut inert = String::with_capacity(line.len());
    let mut length = 0;
    for character in line.chars() {
        let mut buffer = [0; 4];
        let shown = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            other => other.encode_utf8(&mut buffer),
        };
        length += shown.chars().count();
        if length > limit {
            // Room for the ellipsis is made by the last character that fitted.
            while !inert.is_empty() && inert.chars().count() + 1 > limit {
                cut_last(&mut inert);
            }
            inert.push('…');
            break;
        }
        inert.push_str(shown);
    }
    inert
}

/// Takes away the last character, as a whole where it is an entity.
fn cut_last(inert: &mut String) {
    let entity = ["&amp;", "&lt;", "&gt;"].into_iter().find(|entity| inert.ends_with(entity));
    match entity {
        Some(entity) => inert.truncate(inert.len() - entity.len()),
        None => {
            inert.pop();
        }
    }
}

#[cfg(test)]
mod tests;
