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
    for command in ["package", "up", "down", "doctor", "deadletters"] {
        insta::assert_snapshot!(format!("help-{command}"), help(command));
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
