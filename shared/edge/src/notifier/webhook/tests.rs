#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use paramedic_domain::escalation::Kind;
use paramedic_domain::id::WebhookName;
use paramedic_domain::report::story;

use super::*;
use crate::notifier::Notifiers;
use crate::staged;
use crate::stub::{Asked, Reply, Stub};

/// A receiver and Secrets Manager behind one address. The n-th reading of the secret gives `keys[n]`, or the last of them.
async fn receiver(keys: &'static [&'static str], script: fn(&Asked) -> Reply) -> (Stub, Notifiers) {
    staged::with_secret("signing_secret", keys, script).await
}

async fn send(notifiers: &Notifiers, to: &str, number: u32) -> Sent {
    let (incident, config) = (staged::incident(), staged::config("http://127.0.0.1"));
    let story = story(&incident, config.service(&incident.service));
    let (channel, severity) = (Channel::Webhook(WebhookName::from(to)), incident.severity);
    let note =
        Note { incident: &incident, story: &story, channel: &channel, kind: Kind::Page, severity, page: 1, number };
    notifiers.send(&note).await
}

fn taken(_: &Asked) -> Reply {
    Reply::Says(204, vec![], vec![])
}

/// What a receiver does to know that a request is ours.
fn is_signed(asked: &Asked, key: &str) -> bool {
    let signature = asked.header("x-paramedic-signature");
    let (at, digest) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(&asked.body);
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let age = Timestamp::now().as_second() - at.parse::<i64>().unwrap();
    expected == digest && (0..60).contains(&age)
}

#[test]
fn the_signature_is_what_other_implementations_compute() {
    // printf '1772334000.{"version":1}' | openssl dgst -sha256 -hmac W1
    let at = "2026-03-01T03:00:00Z".parse().unwrap();
    let expected = "t=1772334000,v1=dca958762c2c951aae28f1f9f057aaabb35426cf85412b5485cecde2f870ce6a";
    assert_eq!(signature(&Secret::new("W1"), at, r#"{"version":1}"#).unwrap(), expected);
}

#[tokio::test]
async fn a_receiver_can_tell_that_a_request_is_ours_and_whole() {
    let (stub, notifiers) = receiver(&["W1"], taken).await;
    send(&notifiers, "chatops", 3).await.unwrap();
    let asked = &stub.asked()[1];
    assert_eq!((asked.path.as_str(), asked.query("token").as_str()), ("/in", "do-not-show-this-either"));
    assert!(is_signed(asked, "W1"));
    assert!(!is_signed(asked, "W2"));
    let mut altered = asked.clone();
    altered.body = [asked.body.as_ref(), b" "].concat().into();
    assert!(!is_signed(&altered, "W1"));
}

#[tokio::test]
async fn what_is_sent_again_bears_the_same_key_and_nothing_else_does() {
    let (stub, notifiers) = receiver(&["W1"], taken).await;
    for number in [3, 3, 4] {
        send(&notifiers, "chatops", number).await.unwrap();
    }
    let keys: Vec<String> = stub.asked()[1..].iter().map(|asked| asked.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys[0], format!("{}/3", staged::incident().id));
    assert!(keys[0] == keys[1] && keys[1] != keys[2]);
}

#[tokio::test]
async fn a_receiver_reads_what_happened_where_and_how_bad() {
    let (stub, notifiers) = receiver(&["W1"], taken).await;
    send(&notifiers, "chatops", 3).await.unwrap();
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(stub.asked()[1].json()) });
}

#[tokio::test]
async fn a_rotated_secret_is_read_again_and_used_at_once() {
    let only_the_new =
        |asked: &Asked| if is_signed(asked, "W-new") { taken(asked) } else { Reply::Says(401, vec![], vec![]) };
    let (stub, notifiers) = receiver(&["W-old", "W-new"], only_the_new).await;
    send(&notifiers, "chatops", 3).await.unwrap();
    assert_eq!(stub.operations(), ["GetSecretValue", "in", "GetSecretValue", "in"]);
}

#[tokio::test]
async fn a_secret_that_stays_refused_is_not_tried_twice() {
    let (stub, notifiers) = receiver(&["W1"], |_| Reply::Says(403, vec![], b"W1 is wrong".to_vec())).await;
    let failure = send(&notifiers, "chatops", 3).await.unwrap_err();
    assert_eq!(failure, Failure::Permanent { why: "HTTP 403 Forbidden".to_owned() });
    assert_eq!(stub.operations(), ["GetSecretValue", "in", "GetSecretValue"]);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_asks_for_another_configuration() {
    let (stub, notifiers) =
        receiver(&["W1"], |_| Reply::Says(308, vec![("location", "/elsewhere".to_owned())], vec![])).await;
    let failure = send(&notifiers, "chatops", 3).await.unwrap_err();
    assert!(failure.why().contains("hint: configure the address it leads to"), "{failure:?}");
    assert_eq!(stub.operations(), ["GetSecretValue", "in"]);
}

#[tokio::test]
async fn a_receiver_that_is_configured_no_more_is_a_permanent_failure() {
    let (stub, notifiers) = receiver(&["W1"], taken).await;
    assert_eq!(send(&notifiers, "former", 3).await, Err(unconfigured()));
    assert!(stub.asked().is_empty());
}
