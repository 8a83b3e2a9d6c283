//! Artefacts to S3, and the ops template that names them.

use std::path::PathBuf;
use std::time::Instant;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration};

use crate::archive::{Archive, ArchiveError, Squeeze, archive};
use crate::connection::is_loopback;
use crate::{Account, CallError, FUNCTIONS, Progress, ProgressEvent};

/// What to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRequest {
    /// The folder [`crate::package()`] wrote.
    pub dist: PathBuf,
    /// The ops template's text, with a `CodeUri: dist/<function>/` line for each function.
    pub template: String,
}

/// Why the artefacts were not uploaded.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// A function's folder cannot be zipped.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// S3 or STS refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The template does not name a function's folder.
    #[error(
        "the template has no line `CodeUri: dist/{function}/`, so it would deploy other code\n\
         hint: use the template.yaml of this release"
    )]
    TemplateWithout {
        /// The function.
        function: &'static str,
    },
}

/// The artefact bucket of an account and region.
pub fn artifact_bucket(account: &Account) -> String {
    format!("paramedic-artifacts-{}-{}", account.id, account.region)
}

/// Zips each `dist/<function>` and puts it at a key made of its content, so an unchanged function is neither uploaded nor
/// deployed again. The bucket is made if it is missing, with public access blocked. Returns the template's text with each
/// `CodeUri: dist/<function>/` replaced by the artefact's `s3://` address.
///
/// # Errors
/// See [`UploadError`].
pub async fn upload(
    sdk: &SdkConfig,
    request: &UploadRequest,
    progress: &mut dyn Progress,
) -> Result<String, UploadError> {
    let started = Instant::now();
    let account = Account::of(sdk).await?;
    let store = Store::new(sdk, &account);
    store.ensure().await?;
    let squeeze = if is_loopback(sdk) { Squeeze::Store } else { Squeeze::Deflate };
    let mut template = request.template.clone();
    for function in FUNCTIONS {
        let artefact = archive(&request.dist.join(function), squeeze)?;
        let key = format!("{function}/{}.zip", artefact.digest);
        template = point_at(&template, function, &format!("s3://{}/{key}", store.bucket))?;
        let size = artefact.bytes.len();
        let status = if store.put(&key, artefact).await? { "UPLOADED" } else { "UNCHANGED" };
        progress.event(ProgressEvent {
            stack: "dist".to_owned(),
            resource: function.to_owned(),
            status: status.to_owned(),
            elapsed: started.elapsed(),
            reason: Some(format!("{:.2} MiB zipped", size as f64 / f64::from(1 << 20))),
        });
    }
    Ok(template)
}

/// Replaces the one line that names a function's folder, keeping its indentation and everything else as it is.
fn point_at(template: &str, function: &'static str, address: &str) -> Result<String, UploadError> {
    let wanted = format!("CodeUri: dist/{function}/");
    let mut found = false;
    let lines: Vec<String> = template
        .lines()
        .map(|line| {
            if line.trim() != wanted {
                return line.to_owned();
            }
            found = true;
            line.replace(&wanted, &format!("CodeUri: {address}"))
        })
        .collect();
    if found { Ok(lines.join("\n") + "\n") } else { Err(UploadError::TemplateWithout { function }) }
}

/// The artefact bucket. Each call names the owner it expects, so a bucket of that name in somebody else's account is
/// refused by S3 instead of being trusted with our code.
pub(crate) struct Store {
    s3: Client,
    region: String,
    owner: String,
    bucket: String,
    /// On this machine nothing is lost on the way, and hashing tens of megabytes twice more is what takes the time.
    local: bool,
}

impl Store {
    pub(crate) fn new(sdk: &SdkConfig, account: &Account) -> Self {
        let local = is_loopback(sdk);
        // Bucket subdomains resolve on AWS only.
        let mut config = aws_sdk_s3::config::Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some());
        if local {
            config = config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        }
        Self {
            s3: Client::from_conf(config.build()),
            local,
            region: account.region.clone(),
            owner: account.id.clone(),
            bucket: artifact_bucket(account),
        }
    }

    pub(crate) async fn exists(&self) -> Result<bool, CallError> {
        match self.s3.head_bucket().bucket(&self.bucket).expected_bucket_owner(&self.owner).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|service| service.is_not_found()) => Ok(false),
            Err(error) => Err(CallError::new("s3:ListBucket", error)),
        }
    }

    async fn ensure(&self) -> Result<(), CallError> {
        if self.exists().await? {
            return Ok(());
        }
        // us-east-1 is the one region that must not be named (S3 API reference, CreateBucket).
        let location = (self.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        self.s3
            .create_bucket()
            .bucket(&self.bucket)
            .set_create_bucket_configuration(location)
            .send()
            .await
            .map_err(|error| CallError::new("s3:CreateBucket", error))?;
        let closed = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        self.s3
            .put_public_access_block()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .public_access_block_configuration(closed)
            .send()
            .await
            .map_err(|error| CallError::new("s3:PutBucketPublicAccessBlock", error))?;
        Ok(())
    }

    /// Puts an artefact unless its key is taken; a key is made of its content, so what is there is the same.
    async fn put(&self, key: &str, artefact: Archive) -> Result<bool, CallError> {
        match self.s3.head_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner).send().await {
            Ok(_) => return Ok(false),
            Err(error) if error.as_service_error().is_some_and(|service| service.is_not_found()) => {}
            Err(error) => return Err(CallError::new("s3:GetObject", error)),
        }
        let put = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .expected_bucket_owner(&self.owner)
            .body(ByteStream::from(artefact.bytes))
            .customize();
        let put = if self.local { put.disable_payload_signing() } else { put };
        put.send().await.map_err(|error| CallError::new("s3:PutObject", error))?;
        Ok(true)
    }

    /// Empties and deletes the bucket; `false` if there was none.
    pub(crate) async fn purge(&self) -> Result<bool, CallError> {
        if !self.exists().await? {
            return Ok(false);
        }
        loop {
            let page = self
                .s3
                .list_objects_v2()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
                .send()
                .await
                .map_err(|error| CallError::new("s3:ListBucket", error))?;
            let keys: Vec<&str> = page.contents().iter().filter_map(|object| object.key()).collect();
            if keys.is_empty() {
                break;
            }
            for key in keys {
                self.s3
                    .delete_object()
                    .bucket(&self.bucket)
                    .key(key)
                    .expected_bucket_owner(&self.owner)
                    .send()
                    .await
                    .map_err(|error| CallError::new("s3:DeleteObject", error))?;
            }
        }
        self.s3
            .delete_bucket()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .send()
            .await
            .map_err(|error| CallError::new("s3:DeleteBucket", error))?;
        Ok(true)
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::StackKind;

    #[test]
    fn only_the_line_of_the_function_changes() {
        let template = "Resources:\n  A:\n    CodeUri: dist/remediator/\n  B:\n    CodeUri: dist/alert-enricher/\n";
        let pointed = point_at(template, "remediator", "s3://bucket/key.zip").unwrap();
        assert_eq!(pointed, template.replace("dist/remediator/", "s3://bucket/key.zip"));
    }

    #[test]
    fn the_ops_template_names_every_function_exactly_once() {
        let mut template = StackKind::Ops.template().to_owned();
        for function in FUNCTIONS {
            assert_eq!(template.matches(&format!("CodeUri: dist/{function}/")).count(), 1, "{function}");
            template = point_at(&template, function, &format!("s3://bucket/{function}")).unwrap();
        }
        assert!(!template.contains("CodeUri: dist/"), "a function would not be uploaded");
    }

    #[test]
    fn a_template_that_forgot_a_function_is_refused() {
        let error = point_at("CodeUri: dist/other/\n", "remediator", "s3://b/k").unwrap_err().to_string();
        assert!(error.contains("`CodeUri: dist/remediator/`") && error.contains("hint:"), "{error}");
    }

    #[test]
    fn a_bucket_belongs_to_one_account_and_region() {
        let account = Account { id: "123456789012".into(), region: "eu-west-1".into(), partition: "aws".into() };
        assert_eq!(artifact_bucket(&account), "paramedic-artifacts-123456789012-eu-west-1");
    }
}
