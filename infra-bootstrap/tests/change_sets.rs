//! What goes over the wire while a stack is created, updated and removed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cloud_stub;
mod http_stub;

use cloud_stub::{Answer, CloudStub, events, stack};
use infra_bootstrap::{Progress, ProgressEvent, Quiet, StackKind, StackRequest, deploy, remove};

const MISSING: Answer = Answer::Invalid("Stack with id web does not exist");

#[derive(Default)]
struct Recorder(Vec<String>);

impl Progress for Recorder {
    fn event(&mut self, event: ProgressEvent) {
        self.0.push(format!("{} {}", event.resource, event.status));
    }
}

fn request() -> StackRequest {
    StackRequest {
        kind: StackKind::Ops,
        stack_name: "web".to_owned(),
        parameters: [("TickState".to_owned(), "DISABLED".to_owned())].into(),
        template: "Resources: {}".to_owned(),
    }
}

/// What every test shares: a change set that is ready at once.
fn ready(action: &str) -> Answer {
    Answer::Result(
        match action {
            "CreateChangeSet" => "<Id>arn:change</Id><StackId>arn:web</StackId>",
            "DescribeChangeSet" => "<Status>CREATE_COMPLETE</Status>",
            "GetTemplateSummary" => {
                "<Parameters><member><ParameterKey>OpsEmail</ParameterKey></member>\
                 <member><ParameterKey>TickState</ParameterKey></member></Parameters>"
            }
            "ExecuteChangeSet" | "DeleteChangeSet" | "DeleteStack" => "",
            other => panic!("unexpected call of {other}"),
        }
        .to_owned(),
    )
}

#[tokio::test]
async fn a_new_stack_is_created_followed_and_its_outputs_given() {
    let cloud = CloudStub::start(|action, before| match (action, before) {
        ("DescribeStacks", 0) => MISSING,
        ("DescribeStacks", _) => stack("CREATE_COMPLETE"),
        ("DescribeStackEvents", 0) => events(&[("1", "web", "REVIEW_IN_PROGRESS", "")]),
        ("DescribeStackEvents", _) => events(&[
            ("3", "web", "CREATE_COMPLETE", ""),
            ("2", "Table", "CREATE_COMPLETE", ""),
            ("1", "web", "REVIEW_IN_PROGRESS", ""),
        ]),
        _ => ready(action),
    });
    let mut progress = Recorder::default();
    let outputs = deploy(&cloud.sdk().await, &request(), &mut progress).await.unwrap();

    assert_eq!(outputs.get("TableName"), Some("table-1"));
    assert_eq!(progress.0, ["Table CREATE_COMPLETE", "web CREATE_COMPLETE"]);
    let created = &cloud.calls("CreateChangeSet")[0];
    assert_eq!(created["ChangeSetType"], "CREATE");
    assert_eq!(created["OnStackFailure"], "DELETE");
    assert_eq!(created["Capabilities.member.1"], "CAPABILITY_IAM");
    assert_eq!(created["Capabilities.member.2"], "CAPABILITY_AUTO_EXPAND");
}

#[tokio::test]
async fn an_update_keeps_what_was_not_named_unless_the_template_dropped_it() {
    let cloud = CloudStub::start(|action, before| match (action, before) {
        ("DescribeStacks", _) => stack("UPDATE_COMPLETE"),
        ("DescribeStackEvents", 0) => events(&[("1", "web", "UPDATE_COMPLETE", "")]),
        ("DescribeStackEvents", _) => events(&[("2", "web", "UPDATE_COMPLETE", "")]),
        _ => ready(action),
    });
    deploy(&cloud.sdk().await, &request(), &mut Quiet).await.unwrap();

    let created = &cloud.calls("CreateChangeSet")[0];
    let mut sent: Vec<String> = created
        .iter()
        .filter(|(key, _)| key.starts_with("Parameters.member."))
        .map(|(key, value)| format!("{}={value}", key.trim_start_matches("Parameters.member.")))
        .collect();
    sent.sort();
    assert_eq!(
        sent,
        ["1.ParameterKey=TickState", "1.ParameterValue=DISABLED", "2.ParameterKey=OpsEmail", "2.UsePreviousValue=true",]
    );
}

#[tokio::test]
async fn the_state_before_a_change_is_not_taken_for_its_end() {
    // DescribeStacks still gives the old state twice, and only the third look finds the update's last event.
    let cloud = CloudStub::start(|action, before| match (action, before) {
        ("DescribeStacks", 0..=2) => stack("UPDATE_COMPLETE"),
        ("DescribeStacks", _) => stack("UPDATE_ROLLBACK_COMPLETE"),
        ("DescribeStackEvents", 0..=2) => events(&[("1", "web", "UPDATE_COMPLETE", "")]),
        ("DescribeStackEvents", _) => events(&[
            ("4", "web", "UPDATE_ROLLBACK_COMPLETE", ""),
            ("3", "Queue", "UPDATE_FAILED", "Resource update cancelled"),
            ("2", "Role", "UPDATE_FAILED", "not authorized to perform iam:PutRolePolicy"),
            ("1", "web", "UPDATE_COMPLETE", ""),
        ]),
        _ => ready(action),
    });
    let error = deploy(&cloud.sdk().await, &request(), &mut Quiet).await.unwrap_err().to_string();
    assert!(error.starts_with("web failed and is now UPDATE_ROLLBACK_COMPLETE: Role (AWS::Test::Role): "), "{error}");
    assert!(error.contains("hint: the credentials that deploy lack this permission"), "{error}");
}

#[tokio::test]
async fn cancelled_resources_are_never_the_cause() {
    let cloud = CloudStub::start(|action, before| match (action, before) {
        ("DescribeStacks", 0) => MISSING,
        ("DescribeStacks", _) => stack("DELETE_COMPLETE"),
        ("DescribeStackEvents", 0) => events(&[]),
        ("DescribeStackEvents", _) => events(&[
            ("4", "web", "DELETE_COMPLETE", ""),
            ("3", "Table", "CREATE_FAILED", "quota reached"),
            ("2", "Queue", "CREATE_FAILED", "Resource creation cancelled"),
        ]),
        _ => ready(action),
    });
    let error = deploy(&cloud.sdk().await, &request(), &mut Quiet).await.unwrap_err().to_string();
    assert!(error.contains("Table (AWS::Test::Table): quota reached"), "{error}");
}

#[tokio::test]
async fn nothing_to_change_is_a_success_that_executes_nothing() {
    let cloud = CloudStub::start(|action, _| match action {
        "DescribeStacks" => stack("CREATE_COMPLETE"),
        "DescribeChangeSet" => Answer::Result(
            "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>"
                .into(),
        ),
        _ => ready(action),
    });
    let outputs = deploy(&cloud.sdk().await, &request(), &mut Quiet).await.unwrap();
    assert_eq!(outputs.get("TableName"), Some("table-1"));
    assert!(cloud.calls("ExecuteChangeSet").is_empty());
    assert_eq!(cloud.calls("DeleteChangeSet").len(), 1, "the empty change set must not stay behind");
    assert!(cloud.calls("DeleteStack").is_empty());
}

#[tokio::test]
async fn a_refused_first_change_set_leaves_no_empty_stack_behind() {
    let cloud = CloudStub::start(|action, _| match action {
        "DescribeStacks" => MISSING,
        "DescribeChangeSet" => {
            Answer::Result("<Status>FAILED</Status><StatusReason>Template error: X is undefined</StatusReason>".into())
        }
        _ => ready(action),
    });
    let error = deploy(&cloud.sdk().await, &request(), &mut Quiet).await.unwrap_err().to_string();
    assert!(error.starts_with("CloudFormation refused the change to web: Template error: X is undefined"), "{error}");
    assert_eq!(cloud.calls("DeleteStack").len(), 1);
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_already_removed() {
    let cloud = CloudStub::start(|_, _| MISSING);
    assert!(!remove(&cloud.sdk().await, "web", &mut Quiet).await.unwrap());
    assert!(cloud.calls("DeleteStack").is_empty());
}

#[tokio::test]
async fn a_resource_that_cannot_be_deleted_is_named() {
    let cloud = CloudStub::start(|action, before| match (action, before) {
        ("DescribeStacks", 0) => stack("CREATE_COMPLETE"),
        ("DescribeStacks", _) => stack("DELETE_FAILED"),
        ("DescribeStackEvents", 0) => events(&[]),
        ("DescribeStackEvents", _) => events(&[
            ("2", "web", "DELETE_FAILED", "these failed: [Bucket]"),
            ("1", "Bucket", "DELETE_FAILED", "not empty"),
        ]),
        _ => ready(action),
    });
    let error = remove(&cloud.sdk().await, "web", &mut Quiet).await.unwrap_err().to_string();
    assert!(error.contains("Bucket (AWS::Test::Bucket): not empty"), "{error}");
}
