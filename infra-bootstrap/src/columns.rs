//! Rows in columns that line up, for a terminal or a file. Nothing is coloured.

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::text::escaped;
use paramedic_domain::wall_clock::Zone;

/// The longest cell, in characters. What people and alarms say comes from outside and may be anything.
const CELL: usize = 160;

/// A heading and rows, two spaces between the columns, none at the end of a line.
pub(crate) fn columns<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = [head.map(str::to_owned)].into_iter().chain(rows.iter().cloned()).collect();
    let rows: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| escaped(&cell, CELL))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A time as it is read in a zone.
pub(crate) fn at(time: Timestamp, zone: &Zone) -> String {
    zone.told(time)
}

/// About how long something lasted or lasts.
pub(crate) fn about(time: SignedDuration) -> String {
    match time.as_secs().max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_what_comes_from_outside_cannot_act_on_the_terminal() {
        let rows = [["web".to_owned(), "fine".to_owned()], ["angular-piza".to_owned(), "red \u{1b}[31m\n".to_owned()]];
        let text = columns(["SERVICE", "STATE"], &rows);
        assert_eq!(text, "SERVICE       STATE\nweb           fine\nangular-piza  red \\u{1b}[31m\\n\n");
    }
}
