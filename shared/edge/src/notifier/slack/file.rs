//! A file in the thread of a message, in the three steps that replaced `files.upload` ("Uploading files", Slack Web API): ask
//! where, hand it over there, and say that it is complete and where it is to be shown.
//!
//! Both methods are told by a form: their pages also name JSON, which `files.getUploadURLExternal` answers with
//! `invalid_arguments`.

use std::time::Instant;

use paramedic_domain::incident::{MessageRef, Undrawn};
use serde_json::json;

use super::Slack;
use super::call::Told;
use crate::graph::Image;
use crate::http::{form, transient};

/// The file's name. Its title is what people see.
const NAME: &str = "graph.png";
/// What a token without the scope `files:write` is told.
const NO_SCOPE: &str = "missing_scope";

impl Slack {
    /// Adds the picture to the message's thread, where it notifies nobody.
    ///
    /// An app that may not write files is complete without them, so that is no failure.
    pub(super) async fn add_file(&self, message: &MessageRef, image: &Image) -> Result<(), Undrawn> {
        let wanted = form(&[("filename", NAME), ("length", &image.png.len().to_string()), ("alt_txt", &image.title)]);
        let place = match self.web.call("files.getUploadURLExternal", Told::Form(&wanted)).await {
            Ok(place) => place,
            Err(failure) if failure.why().ends_with(NO_SCOPE) => {
                let why = "the Slack app lacks the scope files:write".to_owned();
                return Err(Undrawn::NotToBeHad { why });
            }
            Err(failure) => return Err(failure.into()),
        };
        let (Some(address), Some(id)) = (place.upload_url, place.file_id) else {
            return Err(transient("Slack did not say where the file is to go".to_owned()).into());
        };
        self.web.hand_over(&address, &image.png).await?;
        // It becomes a message in the channel's thread, and those that tell somebody something come first.
        self.wait(|pace| pace.posts_to(&message.channel).take(1, Instant::now())).await?;
        let files = json!([{ "id": id, "title": image.title }]).to_string();
        let shown = form(&[("files", &files), ("channel_id", &message.channel), ("thread_ts", &message.ts)]);
        self.web.call("files.completeUploadExternal", Told::Form(&shown)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use paramedic_domain::escalation::Failure;
    use serde_json::Value;

    use super::*;
    use crate::notifier::Notifiers;
    use crate::staged;
    use crate::stub::{Asked, Reply, Stub};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\xff";

    fn image() -> Image {
        Image { png: PNG.to_vec(), title: "web-P0-alb-5xx & more".to_owned() }
    }

    fn message() -> MessageRef {
        MessageRef { channel: "C024BE91L".to_owned(), ts: "1503435956.000247".to_owned() }
    }

    async fn slack(script: fn(&Asked) -> Reply) -> (Stub, Notifiers) {
        staged::with_secret("bot_token", &["xoxb-1"], script).await
    }

    /// Slack as it should be. The upload goes to the host that was asked.
    fn well(asked: &Asked) -> Reply {
        match asked.operation().as_str() {
            "files.getUploadURLExternal" => {
                let address = format!("http://{}/upload/v1/1", asked.header("host"));
                Reply::json(200, &json!({ "ok": true, "upload_url": address, "file_id": "F1" }))
            }
            "files.completeUploadExternal" => Reply::json(200, &json!({ "ok": true, "files": [{ "id": "F1" }] })),
            _ => Reply::Says(200, vec![], b"OK - 10".to_vec()),
        }
    }

    fn asked(stub: &Stub) -> Vec<Asked> {
        stub.asked().into_iter().filter(|asked| asked.operation() != "GetSecretValue").collect()
    }

    #[tokio::test]
    async fn a_picture_is_asked_a_place_for_handed_over_and_shown_in_the_thread() {
        let (stub, slack) = slack(well).await;
        assert_eq!(slack.attach(&message(), &image()).await, Ok(()));
        let asked = asked(&stub);
        assert_eq!(asked[0].form()["length"], "10");
        assert_eq!(asked[0].form()["alt_txt"], "web-P0-alb-5xx & more");
        assert_eq!((asked[1].path.as_str(), asked[1].body.as_ref()), ("/upload/v1/1", PNG));
        assert_eq!((asked[1].header("content-type"), asked[1].header("authorization")), ("image/png", ""));
        let shown = asked[2].form();
        assert_eq!((shown["channel_id"].as_str(), shown["thread_ts"].as_str()), ("C024BE91L", "1503435956.000247"));
        let files: Value = serde_json::from_str(&shown["files"]).unwrap();
        assert_eq!(files, json!([{ "id": "F1", "title": "web-P0-alb-5xx & more" }]));
    }

    #[tokio::test]
    async fn an_app_that_may_not_write_files_is_none_the_worse_for_it() {
        let (stub, slack) = slack(|_| Reply::json(200, &json!({ "ok": false, "error": "missing_scope" }))).await;
        let undrawn = slack.attach(&message(), &image()).await.unwrap_err();
        assert_eq!(undrawn, Undrawn::NotToBeHad { why: "the Slack app lacks the scope files:write".to_owned() });
        assert_eq!(asked(&stub).len(), 1);
    }

    #[tokio::test]
    async fn each_step_can_fail_and_nothing_comes_after_it() {
        let cases: [(&str, fn(&Asked) -> Reply, usize, bool); 5] = [
            ("Slack is busy", |_| Reply::Says(503, vec![], vec![]), 1, true),
            ("no place", |_| Reply::json(200, &json!({ "ok": true })), 1, true),
            ("a refused upload", |asked| at(asked, "1", Reply::Says(400, vec![], vec![])), 2, false),
            ("a broken upload", |asked| at(asked, "1", Reply::HangsUp), 2, true),
            (
                "a thread that is gone",
                |asked| {
                    let gone = Reply::json(200, &json!({ "ok": false, "error": "thread_not_found" }));
                    at(asked, "files.completeUploadExternal", gone)
                },
                3,
                false,
            ),
        ];
        for (case, script, requests, passes) in cases {
            let (stub, slack) = slack(script).await;
            let undrawn = slack.attach(&message(), &image()).await.unwrap_err();
            let transient = matches!(undrawn, Undrawn::Failed(Failure::Transient { .. }));
            assert_eq!((asked(&stub).len(), transient), (requests, passes), "{case}: {undrawn:?}");
        }
    }

    /// Slack as it should be, but for one operation.
    fn at(asked: &Asked, operation: &str, reply: Reply) -> Reply {
        if asked.operation() == operation { reply } else { well(asked) }
    }

    #[tokio::test]
    async fn bytes_go_only_where_they_are_encrypted() {
        let (stub, slack) = slack(|_| {
            let place = json!({ "ok": true, "upload_url": "http://files.example.com/upload", "file_id": "F1" });
            Reply::json(200, &place)
        })
        .await;
        let undrawn = slack.attach(&message(), &image()).await.unwrap_err();
        assert!(matches!(undrawn, Undrawn::Failed(Failure::Permanent { .. })), "{undrawn:?}");
        assert_eq!(asked(&stub).len(), 1);
    }
}
