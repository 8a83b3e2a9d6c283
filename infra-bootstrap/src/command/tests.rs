#![allow(clippy::unwrap_used, clippy::panic)]

use clap::CommandFactory;
use infra_bootstrap::UpRequest;

use super::*;

fn help(command: &str) -> String {
    let mut arguments = Arguments::command();
    arguments.build();
    arguments.find_subcommand_mut(command).unwrap().render_long_help().to_string()
}

fn up(line: &str) -> UpRequest {
    let line = ["infra-bootstrap", "up"].into_iter().chain(line.split_whitespace());
    match Arguments::try_parse_from(line).unwrap().command {
        Command::Up(arguments) => arguments.into(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn help_is_as_recorded() {
    insta::assert_snapshot!("help", Arguments::command().render_long_help().to_string());
    for command in ["package", "up", "down", "diagnose", "doctor", "deadletters"] {
        insta::assert_snapshot!(format!("help-{command}"), help(command));
    }
}

#[test]
fn help_for_people_who_work_with_incidents_is_as_recorded() {
    let commands =
        ["incidents", "incident show", "report", "ack", "resolve", "silence add", "silence list", "silence end"];
    for path in commands.into_iter().chain([
        "oncall show",
        "oncall override",
        "oncall gaps",
        "route test",
        "remedies off",
        "remedies status",
        "remedies history",
        "remedies simulate",
        "remedies reset",
    ]) {
        let mut arguments = Arguments::command();
        arguments.build();
        let mut command = &mut arguments;
        for part in path.split(' ') {
            command = command.find_subcommand_mut(part).unwrap();
        }
        insta::assert_snapshot!(format!("help-{}", path.replace(' ', "-")), command.render_help().to_string());
    }
}

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    for wrong in [
        "ack",
        "incidents --since 7d",
        "incidents --closed --since yesterday",
        "incidents --zone Berlin",
        "incident show web --markdown --html",
        "incident show web --html --json",
        "report --month 2026-13",
        "silence add --match service=web --for 2h",
        "silence add --reason known --for 2h",
        "silence add --match team=x --reason known --for 2h",
        "silence add --match service=web --reason known --daily --for 2h",
        "silence add --match service=web --reason known --daily --at 02:00",
        "silence add --match service=web --reason known --daily --weekly mon --at 02:00 --for 2h",
        "silence add --match service=web --reason known --weekly monday --at 02:00 --for 2h",
        "silence add --match service=web --reason known --daily --at 2am --for 2h",
        "silence end",
        "oncall override --rotation primary --until 2026-10-01 --reason ill",
        "oncall override --rotation primary --person ada --until 2026-10-01",
        "oncall override --end ovr-1 --person ada",
        "oncall show --days 0",
        "route test",
        "diagnose",
        "diagnose web --evidence",
    ] {
        let line = ["infra-bootstrap"].into_iter().chain(wrong.split_whitespace());
        assert_eq!(Arguments::try_parse_from(line).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn what_can_be_meant_is_understood() {
    for right in [
        "ack web",
        "ack inc-0123456789ab --as ada --json --stack ops",
        "incidents --closed",
        "incidents --closed --since 12h --zone Europe/Berlin",
        "silence add --match service=web --match tags.team=x --for 2h --reason known",
        "silence add --match service=web --from 2026-10-01T02:00 --until 2026-10-01T04:00 --reason known",
        "silence add --match service=web --weekly mon,tue --at 02:00 --zone Europe/Berlin --for 2h --reason backup",
        "oncall override --end ovr-1",
        "oncall override --rotation primary --person ada --from now --until 2026-10-01T08:00Z --reason ill",
        "oncall gaps --days 90 --without-overrides",
        "diagnose web --stack ops --config ops.toml --json --evidence",
    ] {
        let line = ["infra-bootstrap"].into_iter().chain(right.split_whitespace());
        assert!(Arguments::try_parse_from(line).is_ok(), "{right}");
    }
}

#[test]
fn what_was_not_said_is_left_to_the_template_and_the_stack() {
    let request = up("");
    assert_eq!(request.stack_name, "paramedic");
    assert!(request.ops_parameters.is_empty());
    assert_eq!((request.platform, request.watch), (None, None));
}

#[test]
fn flags_become_template_parameters() {
    let request = up("--ops-email ops@example.com --tick disabled --watch --watch-parameter Critical5xxPercent=7=x");
    assert_eq!(request.ops_parameters.get("OpsEmail").unwrap(), "ops@example.com");
    assert_eq!(request.ops_parameters.get("TickState").unwrap(), "DISABLED");
    assert_eq!(request.watch.unwrap().get("Critical5xxPercent").unwrap(), "7=x");
}

#[test]
fn a_parameter_without_a_value_or_for_a_stack_not_asked_for_is_wrong_usage() {
    for wrong in ["--watch --watch-parameter Critical5xxPercent", "--watch-parameter A=b", "--platform-parameter A=b"] {
        let line = ["infra-bootstrap", "up"].into_iter().chain(wrong.split_whitespace());
        assert_eq!(Arguments::try_parse_from(line).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn the_bucket_that_all_services_share_cannot_go_with_one_of_them() {
    let line = ["infra-bootstrap", "down", "--service", "web", "--purge"];
    assert_eq!(Arguments::try_parse_from(line).unwrap_err().exit_code(), 2);
}
