#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Channel, Kind};
use paramedic_domain::id::PersonName;
use paramedic_domain::incident::{Incident, Phase};
use paramedic_domain::report::story;
use serde_json::Value;

use crate::http::Https;
use crate::notifier::{Note, Notifiers};
use crate::secrets::Secrets;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, patient};

/// What is published for a page of that kind and number.
async fn published(incident: &Incident, channel: &Channel, kind: Kind, page: u32) -> Asked {
    let stub = Stub::start(|_, _| Reply::published()).await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(&stub.url)));
    let https = Https::new().unwrap();
    let config = staged::config(&stub.url);
    let notifiers = Notifiers::new(&config, &staged::environment(), staged::sns(&stub.url), https, secrets);
    let (story, severity) = (story(incident, config.service(&incident.service)), incident.severity);
    let note = Note { incident, story: &story, channel, kind, severity, page, number: 1 };
    notifiers.send(&note).await.unwrap();
    stub.asked().remove(0)
}

/// The texts by protocol.
fn texts(asked: &Asked) -> Value {
    serde_json::from_str(&asked.form()["Message"]).unwrap()
}

fn resolved() -> Incident {
    let mut incident = staged::incident();
    incident.phase = Phase::Resolved { at: staged::now() };
    incident.alarms.values_mut().for_each(|alarm| alarm.state = AlarmState::Ok);
    incident
}

#[tokio::test]
async fn a_page_is_one_short_text_for_phones_and_the_whole_story_for_mail() {
    let asked = published(&staged::incident(), &Channel::Pages, Kind::Page, 1).await;
    assert!(asked.form()["TopicArn"].ends_with(":pages"));
    assert_eq!(asked.form()["MessageStructure"], "json");
    let texts = texts(&asked);
    assert!(texts["sms"].as_str().unwrap().starts_with("P0 web: web-P0-alb-5xx is in ALARM."));
    assert!(texts["default"].as_str().unwrap().contains("What: web-P0-alb-5xx"));
    assert_eq!(texts["email"], texts["default"]);
    let attributes = asked.message_attributes();
    assert_eq!(attributes["dedup_key"], "paramedic/123456789012/eu-west-1/web/P0");
    assert_eq!(attributes["AWS.SNS.SMS.SMSType"], "Transactional");
}

#[tokio::test]
async fn a_page_that_is_repeated_says_so_and_has_the_key_of_its_number() {
    let asked = published(&staged::incident(), &Channel::Pages, Kind::Page, 3).await;
    assert!(texts(&asked)["sms"].as_str().unwrap().starts_with("Page 3: P0 web:"));
    assert!(asked.form()["Subject"].starts_with("Page 3: P0 web ALARM"));
    assert_eq!(asked.message_attributes()["dedup_key"], "paramedic/123456789012/eu-west-1/web/P0/3");
}

#[tokio::test]
async fn more_about_a_page_is_told_apart_from_the_page() {
    let asked = published(&staged::incident(), &Channel::Mail, Kind::Update, 1).await;
    assert!(asked.form()["Subject"].starts_with("Update: P0 web ALARM"));
}

#[tokio::test]
async fn whoever_was_paged_reads_that_it_is_over() {
    let asked = published(&resolved(), &Channel::Pages, Kind::Resolve, 2).await;
    assert!(texts(&asked)["sms"].as_str().unwrap().starts_with("P0 web: web-P0-alb-5xx is resolved."));
    assert!(asked.form()["Subject"].starts_with("P0 web resolved"));
}

#[tokio::test]
async fn a_person_is_told_alone_by_the_name_that_their_subscription_filters_for() {
    let ada = Channel::Person(PersonName::from("ada"));
    let asked = published(&staged::incident(), &ada, Kind::Page, 1).await;
    assert!(asked.form()["TopicArn"].ends_with(":people"));
    assert_eq!(asked.message_attributes()["to"], "ada");
    assert!(texts(&asked)["sms"].as_str().unwrap().contains("is in ALARM"));
}

#[tokio::test]
async fn a_mail_wakes_nobody() {
    let asked = published(&staged::incident(), &Channel::Mail, Kind::Page, 1).await;
    let form = asked.form();
    assert!(form["TopicArn"].ends_with(":mail"));
    assert_eq!(form["Subject"], "P0 web ALARM: web-P0-alb-5xx");
    assert!(form["Message"].contains("What: web-P0-alb-5xx"));
    assert!(!form.contains_key("MessageStructure"), "no SMS");
}
