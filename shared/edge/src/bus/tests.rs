#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::staged::incident;
use crate::stub::{Reply, Stub, patient};

const PUBLISHED: &str = r#"<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"#;

async fn bus(reply: fn() -> Reply) -> (Stub, Bus) {
    let stub = Stub::start(move |_, _| reply()).await;
    let topic = |name: &str| format!("arn:aws:sns:eu-west-1:123456789012:{name}");
    let environment = Environment {
        alarms_topic: "arn:aws:sns:eu-west-1:123456789012:alarms".to_owned(),
        table: "table".to_owned(),
        incidents_topic: topic("incidents"),
        pages_topic: topic("pages"),
        mail_topic: topic("mail"),
        config_path: "paramedic.toml".into(),
    };
    let bus = Bus::new(Client::new(&patient(&stub.url)), &environment);
    (stub, bus)
}

fn published() -> Reply {
    Reply::xml(200, PUBLISHED)
}

/// The message attributes of a request.
fn attributes(form: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let entry = |n: usize, part: &str| form.get(&format!("MessageAttributes.entry.{n}.{part}")).cloned();
    (1..9).filter_map(|n| Some((entry(n, "Name")?, entry(n, "Value.StringValue")?))).collect()
}

#[tokio::test]
async fn a_bulletin_bears_its_name_where_the_subscriptions_filter() {
    let (stub, bus) = bus(published).await;
    let bulletin = Bulletin::Opened { subject: incident().subject() };
    bus.publish(&bulletin).await.unwrap();
    let form = stub.asked()[0].form();
    assert!(form["TopicArn"].ends_with(":incidents"));
    assert_eq!(attributes(&form)["event"], "opened");
    assert_eq!(serde_json::from_str::<Bulletin>(&form["Message"]).unwrap(), bulletin);
}

#[tokio::test]
async fn a_page_is_one_short_text_for_phones_and_the_whole_story_for_mail() {
    let (stub, bus) = bus(published).await;
    let incident = incident();
    bus.page(&incident, &report::story(&incident, None)).await.unwrap();
    let form = stub.asked()[0].form();
    assert!(form["TopicArn"].ends_with(":pages"));
    assert_eq!(form["MessageStructure"], "json");
    let texts: Value = serde_json::from_str(&form["Message"]).unwrap();
    assert!(texts["sms"].as_str().unwrap().chars().count() <= 140);
    assert!(texts["default"].as_str().unwrap().contains("What: web-P0-alb-5xx"));
    assert_eq!(texts["email"], texts["default"]);
    let attributes = attributes(&form);
    assert_eq!(attributes["dedup_key"], "paramedic/123456789012/eu-west-1/web/P0");
    assert_eq!(attributes["AWS.SNS.SMS.SMSType"], "Transactional");
}

#[tokio::test]
async fn a_mail_goes_to_its_own_topic() {
    let (stub, bus) = bus(published).await;
    bus.mail("P2 web ALARM", "body").await.unwrap();
    let form = stub.asked()[0].form();
    assert!(form["TopicArn"].ends_with(":mail"));
    assert_eq!((form["Subject"].as_str(), form["Message"].as_str()), ("P2 web ALARM", "body"));
}

#[tokio::test]
async fn what_may_work_later_is_told_from_what_will_not() {
    let cases: [(fn() -> Reply, bool); 4] = [
        (|| Reply::xml(500, "<ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>"), true),
        (|| Reply::xml(400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"), true),
        (|| Reply::HangsUp, true),
        (|| Reply::xml(403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>"), false),
    ];
    for (reply, later) in cases {
        let (_stub, bus) = bus(reply).await;
        let failure = bus.mail("subject", "body").await.unwrap_err();
        assert_eq!(matches!(failure, Failure::Transient { .. }), later, "{failure:?}");
    }
}
