//! What stays of a run when `PARAMEDIC_KEEP_RUN=1` asks for it: everything that was seen, and what the functions logged.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{StageError, folder_error};
use crate::functions::Function;
use crate::overlay::Overlay;

/// Whether the run's folder stays. The keeper of MiniStack reads the same variable.
fn is_wanted() -> bool {
    std::env::var_os("PARAMEDIC_KEEP_RUN").is_some_and(|value| value == "1")
}

/// Writes `observed.json` and `functions.log` into the run's folder, if that is to stay.
pub(super) async fn keep(overlay: &Overlay, folder: &Path, functions: &[(Function, String)]) -> Result<(), StageError> {
    if !is_wanted() {
        return Ok(());
    }
    let path = folder.join("observed.json");
    let text = serde_json::to_string_pretty(&overlay.log.all()).unwrap_or_default();
    fs::write(&path, text).map_err(folder_error(&path))?;

    let text = function_logs(overlay, functions).await;
    let path = folder.join("functions.log");
    fs::write(&path, text).map_err(folder_error(&path))
}

/// What the functions logged, in the order of time.
pub(super) async fn function_logs(overlay: &Overlay, functions: &[(Function, String)]) -> String {
    let mut lines: Vec<(i64, String)> = Vec::new();
    for (function, name) in functions {
        let ask = json!({"logGroupName": format!("/aws/lambda/{name}")});
        // A function that was never invoked has no log group.
        let Ok(answer) = overlay.calls.json("logs", "Logs_20140328.FilterLogEvents", &ask).await else { continue };
        for event in answer.get("events").and_then(Value::as_array).into_iter().flatten() {
            let at = event.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
            let message = event.get("message").and_then(Value::as_str).unwrap_or_default().trim_end();
            lines.push((at, format!("{:<10} {message}", function.word())));
        }
    }
    lines.sort();
    let mut text = String::new();
    for (_, line) in lines {
        // Writing to a string does not fail.
        let _written = writeln!(text, "{line}");
    }
    text
}
