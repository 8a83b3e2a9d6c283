//! What `up` refuses before it changes anything.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cloud_stub;
mod http_stub;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cloud_stub::{Answer, CloudStub};
use infra_bootstrap::{FUNCTIONS, PackageRequest, Quiet, UpRequest, up};

#[tokio::test]
async fn a_platform_without_its_parameters_is_refused_before_anything_is_deployed() {
    let cloud = CloudStub::start(|action, _| match action {
        "GetCallerIdentity" => {
            Answer::Result("<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/ops</Arn>".to_owned())
        }
        "DescribeStacks" => Answer::Invalid("Stack with that id does not exist"),
        other => panic!("unexpected call of {other}"),
    });
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("up");
    let bin_dir = folder.join("bin");
    fs::create_dir_all(&bin_dir).unwrap();
    for function in FUNCTIONS {
        fs::write(bin_dir.join(function), "binary").unwrap();
    }
    let request = UpRequest {
        stack_name: "paramedic".to_owned(),
        package: PackageRequest {
            config: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../paramedic.toml")),
            bin_dir,
            dist: folder.join("dist"),
        },
        ops_parameters: BTreeMap::new(),
        platform: Some(BTreeMap::from([("VpcId".to_owned(), "vpc-1".to_owned())])),
        watch: None,
        services: Vec::new(),
    };
    let error = up(&cloud.sdk().await, &request, &mut Quiet).await.unwrap_err().to_string();
    let (what, hint) = error.split_once("\nhint: ").unwrap();
    assert_eq!(
        what,
        "angular-piza-platform cannot be created without PublicSubnetIds, PrivateSubnetIds, Image, CertificateArn"
    );
    assert!(hint.contains("--platform-parameter"), "{hint}");
}
