//! Takes secrets out of text that was written by others, before anybody reads it and before anything is stored.
//!
//! What goes is put as [`GONE`]. Four things go: values that stand under a telling name ([`named`]), the user and password
//! of an address ([`address`]), keys of a known form and long random texts ([`token`]), and PEM blocks over any number of
//! lines. It is guessed from the form alone, and where the form leaves a doubt the text goes: a line that lost a word is
//! still of use, a secret that is out is not.
//!
//! Redact first and shorten afterwards: a secret that was cut in two may no longer look like one.

mod address;
mod named;
mod token;

/// What stands where a secret stood.
pub const GONE: &str = "***";

/// How a PEM block begins and ends. Source: RFC 7468, section 2.
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// The text without its secrets, over all of its lines.
pub fn redacted(text: &str) -> String {
    let mut redactor = Redactor::default();
    let lines: Vec<String> = text.split('\n').map(|line| redactor.line(line)).collect();
    lines.join("\n")
}

/// Reads a text line by line and remembers what goes on over the end of a line. For lines that come as separate events:
/// one for each log stream, fed in their order.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Within a PEM block whose end has not come yet.
    in_block: bool,
    /// The last line ended in a telling name and `=` or `:`, so that the value stands on this one.
    value_comes: bool,
    /// The last line ended in a long random text, which may go on here.
    random_goes_on: bool,
}

impl Redactor {
    /// The next line without its secrets.
    pub fn line(&mut self, line: &str) -> String {
        let mut kept = self.outside_blocks(line);
        if std::mem::take(&mut self.value_comes) && !kept.trim().is_empty() {
            kept = named::without_first_value(&kept);
        }
        if self.random_goes_on
            && let Some(kept) = token::without_continuation(&kept)
        {
            return kept;
        }
        let (kept, value_comes) = named::without_values(&address::without_user(&kept));
        let (kept, random_goes_on) = token::without_keys(&kept);
        self.value_comes = value_comes && !kept.trim().is_empty();
        self.random_goes_on = random_goes_on;
        kept
    }

    /// What stands before, between and after the PEM blocks of a line. The line may hold a whole block, whose own lines are
    /// then told apart by an escaped `\n`.
    fn outside_blocks(&mut self, line: &str) -> String {
        let mut kept = String::with_capacity(line.len());
        let mut rest = line;
        loop {
            if self.in_block && !rest.contains(END) && !is_body(rest) {
                // It was cut off, and the log goes on.
                self.in_block = false;
            }
            if self.in_block {
                let Some((_, after)) = rest.split_once(END) else { return kept };
                self.in_block = false;
                rest = after.split_once("-----").map_or("", |(_, after)| after);
            }
            let Some((before, after)) = rest.split_once(BEGIN) else {
                kept.push_str(rest);
                return kept;
            };
            kept.push_str(before);
            kept.push_str(GONE);
            self.in_block = true;
            rest = after.split_once("-----").map_or("", |(_, after)| after);
        }
    }
}

/// Whether a line can stand within a PEM block: base64 and its white space, a header of an encrypted key, or several such
/// lines whose ends are escaped.
fn is_body(line: &str) -> bool {
    let headers = ["Proc-Type:", "DEK-Info:"];
    line.split("\\n").map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || "\"',+\\>|".contains(c))).all(
        |piece| {
            headers.iter().any(|header| piece.starts_with(header))
                || piece.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
        },
    )
}

#[cfg(test)]
mod tests;
