#![allow(clippy::unwrap_used)]

use super::*;

fn stack(status: StackStatus) -> Stack {
    Stack::builder().stack_status(status).build()
}

#[test]
fn a_new_stack_and_one_that_was_never_executed_are_created_and_a_whole_one_is_updated() {
    assert_eq!(change_set_type("s", None).unwrap(), ChangeSetType::Create);
    assert_eq!(change_set_type("s", Some(&stack(StackStatus::ReviewInProgress))).unwrap(), ChangeSetType::Create);
    for whole in [StackStatus::CreateComplete, StackStatus::UpdateComplete, StackStatus::UpdateRollbackComplete] {
        assert_eq!(change_set_type("s", Some(&stack(whole))).unwrap(), ChangeSetType::Update);
    }
}

#[test]
fn a_stack_that_cannot_be_changed_says_what_to_do() {
    for (status, says) in [
        (StackStatus::RollbackComplete, "infra-bootstrap down"),
        (StackStatus::UpdateInProgress, "wait for it"),
        (StackStatus::UpdateRollbackFailed, "continue-update-rollback"),
    ] {
        let error = change_set_type("web-watch", Some(&stack(status.clone()))).unwrap_err().to_string();
        assert!(error.starts_with(&format!("web-watch is in state {}", status.as_str())), "{error}");
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_failure_names_the_resource_its_reason_and_a_remedy() {
    let failure = Failure {
        resource: "Service".into(),
        resource_type: "AWS::ECS::Service".into(),
        reason: "ECS Deployment Circuit Breaker was triggered".into(),
    };
    let error = DeployError::ended("web-platform", &StackStatus::DeleteComplete, Some(failure)).to_string();
    assert_eq!(
        error,
        "web-platform failed and is now DELETE_COMPLETE: Service (AWS::ECS::Service): \
         ECS Deployment Circuit Breaker was triggered\n\
         hint: the tasks did not become healthy; look at the stopped tasks' reasons, the image and its health check"
    );
}

#[test]
fn a_refused_permission_is_told_from_a_taken_name() {
    assert!(hint("User: x is not authorized to perform: iam:CreateRole").contains("permission"));
    assert!(hint("web-redis already exists in stack y").contains("another --stack-name"));
}

#[test]
fn cloudformations_two_ways_of_saying_nothing_to_do_are_known() {
    assert!(is_without_changes(
        "The submitted information didn't contain changes. Submit different information to create a change set."
    ));
    assert!(is_without_changes("No updates are to be performed."));
    assert!(!is_without_changes("Template error: instance of Fn::GetAtt references undefined resource X"));
}
