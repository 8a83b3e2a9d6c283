//! Bounds for text that comes from outside.
//!
//! Nothing is interpreted here. Markup is neutralised where text is rendered, since only the channel knows what is
//! markup to it.

/// The text, cut to at most `limit` characters; where something was cut, the last of them is an ellipsis.
///
/// Counts characters as AWS's limits do, so the cut never falls inside one.
pub fn bounded(text: &str, limit: usize) -> String {
    if text.len() <= limit || text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// A single safe line of at most `limit` characters: control characters and those that reorder or hide text are written
/// as `\u{…}`, so that a quarantined body can be shown as it was without acting on a terminal or on the reader.
pub fn escaped(text: &str, limit: usize) -> String {
    // Escaping only lengthens, so characters after the limit cannot show; not reading them bounds the work.
    let mut line = String::new();
    for character in text.chars().take(limit.saturating_add(1)) {
        if character.is_control() || is_invisible_or_reorders(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    bounded(&line, limit)
}

/// Format characters of Unicode that change how their neighbours are shown: zero-width ones, the bidirectional controls
/// (UAX #9), line and paragraph separators, and tags.
fn is_invisible_or_reorders(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_as_it_is() {
        assert_eq!(bounded("web-P0-alb-5xx", 255), "web-P0-alb-5xx");
        assert_eq!(bounded("αβγ", 3), "αβγ");
    }

    #[test]
    fn long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(bounded("日本語の名前", 4), "日本語…");
        assert_eq!(bounded("abc", 0), "…");
    }

    #[test]
    fn what_acts_on_a_terminal_or_reorders_text_is_spelled_out() {
        assert_eq!(escaped("a\u{1b}[31m\nb", 80), r"a\u{1b}[31m\nb");
        assert_eq!(escaped("x\u{202e}y\u{200b}", 80), r"x\u{202e}y\u{200b}");
    }

    #[test]
    fn an_escaped_line_keeps_its_bound() {
        assert_eq!(escaped(&"\0".repeat(1_000), 40).chars().count(), 40);
    }
}
