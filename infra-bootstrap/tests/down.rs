//! What `down` deletes and what it leaves.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cloud_stub;
mod http_stub;

use std::path::PathBuf;

use cloud_stub::{Answer, CloudStub};
use infra_bootstrap::{DownRequest, Quiet, down};

#[tokio::test]
async fn taking_one_service_down_leaves_what_the_others_need() {
    let cloud = CloudStub::start(|action, _| match action {
        "DescribeStacks" => Answer::Invalid("Stack with that id does not exist"),
        other => panic!("unexpected call of {other}"),
    });
    let request = DownRequest {
        stack_name: "paramedic".to_owned(),
        config: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../paramedic.toml")),
        services: vec!["angular-piza".to_owned()],
        platform: true,
        purge: true,
    };
    let report = down(&cloud.sdk().await, &request, &mut Quiet).await.unwrap();
    let looked_for: Vec<_> = cloud.calls("DescribeStacks").iter().map(|call| call["StackName"].clone()).collect();
    assert_eq!(looked_for, ["angular-piza-watch", "angular-piza-platform"]);
    assert!(report.removed.is_empty());
    assert!(report.stays.iter().any(|stays| stays.starts_with("paramedic, ")), "{:?}", report.stays);
}
