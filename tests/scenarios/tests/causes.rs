//! The whole catalogue on one sandbox: which cause is found, and how it is told.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use paramedic_domain::diagnosis::Cause;
use sandbox::causes::{Playhouse, Table, all};

/// The confusion table as the documentation has it.
const DOCUMENTED: &str = include_str!("../CAUSES.md");

#[test]
fn there_are_eighty_incidents_or_more_and_three_or_more_a_cause() {
    let all = all();
    assert!(all.len() >= 80, "{}", all.len());
    for cause in Cause::ALL {
        let staged = all.iter().filter(|incident| incident.cause == cause).count();
        assert!(staged >= 3, "{}: {staged}", cause.name());
    }
    let names: BTreeSet<(&str, &str)> = all.iter().map(|incident| (incident.cause.name(), incident.name)).collect();
    assert_eq!(names.len(), all.len(), "no two have the same name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_incident_is_diagnosed_right_and_told() {
    let house = Playhouse::open(1, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let (mut table, mut wrong) = (Table::default(), String::new());
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    for (number, incident) in (1..).zip(all()) {
        let played =
            house.play(&incident, 1 + number).await.unwrap_or_else(|error| panic!("{}: {error}", incident.name));
        if !table.count(&incident, &played) {
            let found = played.diagnosis.findings();
            writeln!(wrong, "{} ({}): {found:#?}", incident.name, incident.cause.name()).expect("a string");
        }
        let refused = house.tell(&played, number).await;
        assert!(refused.is_empty(), "{}: {refused:?}", incident.name);
        let page = told.entry(incident.cause.name()).or_default();
        write!(page, "# {}\n\n{}\n", incident.name, house.told(&played)).expect("a string");
    }
    assert!(wrong.is_empty(), "{wrong}");
    let documented = DOCUMENTED.find("| staged |").and_then(|start| DOCUMENTED.get(start..)).unwrap_or_default();
    assert_eq!(documented.trim(), table.to_string().trim(), "tests/scenarios/CAUSES.md has another table");
    for (cause, page) in told {
        insta::assert_snapshot!(cause, page);
    }
}
