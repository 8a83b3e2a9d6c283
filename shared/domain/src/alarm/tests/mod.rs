//! The parser against fixtures of every wire shape (`tests/fixtures`), written for this project after AWS's
//! documentation, and against what no documentation foresees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use super::{Alarm, EcsEvent, NotAnAlarm, Parsed, Why, parse};

mod bounds;
mod envelopes;
mod meaning;
mod properties;
mod snapshots;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// All fixtures as `folder/name.json`, in order.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for part in ["alarms", "ecs", "events", "not-alarms"] {
        for entry in fs::read_dir(folder().join(part)).unwrap() {
            names.push(format!("{part}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    names.sort();
    names
}

fn fixture(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn alarm(name: &str) -> Alarm {
    match parse(&fixture(name)) {
        Ok(Parsed::Alarm(alarm)) => *alarm,
        other => panic!("{name} is {other:?}"),
    }
}

fn ecs_event(name: &str) -> EcsEvent {
    match parse(&fixture(name)) {
        Ok(Parsed::EcsEvent(event)) => *event,
        other => panic!("{name} is {other:?}"),
    }
}

fn refusal(body: &str) -> Why {
    refused(body).why
}

fn refused(body: &str) -> NotAnAlarm {
    parse(body).expect_err("this should be no alarm")
}
