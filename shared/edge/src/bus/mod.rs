//! The topics: bulletins between the functions, pages and mails to people.

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::escalation::Failure;
use paramedic_domain::incident::Incident;
use paramedic_domain::report::{self, Story};
use paramedic_domain::request::Petition;
use serde_json::json;

use crate::fault::Fault;
use crate::place::Environment;

/// The three topics.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    incidents: String,
    pages: String,
    mail: String,
}

impl Bus {
    pub(crate) fn new(client: Client, environment: &Environment) -> Self {
        Self {
            client,
            incidents: environment.incidents_topic.clone(),
            pages: environment.pages_topic.clone(),
            mail: environment.mail_topic.clone(),
        }
    }

    /// Tells the other functions. The subscriptions filter by the message attribute `event`.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn publish(&self, bulletin: &Bulletin) -> Result<(), Failure> {
        let body = serde_json::to_string(bulletin)
            .map_err(|error| Failure::Permanent { why: format!("the bulletin could not be written: {error}") })?;
        let message = self.client.publish().topic_arn(&self.incidents).message(body);
        send(attribute(message, "event", bulletin.event())).await
    }

    /// Tells the router what somebody asks.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn publish_petition(&self, petition: &Petition) -> Result<(), Failure> {
        let body = serde_json::to_string(petition)
            .map_err(|error| Failure::Permanent { why: format!("the petition could not be written: {error}") })?;
        let message = self.client.publish().topic_arn(&self.incidents).message(body);
        send(attribute(message, "event", Petition::EVENT)).await
    }

    /// Wakes people without needing a secret or the table: by SMS in one short text, by e-mail with the whole story.
    /// Each protocol gets its own text by `MessageStructure` = `json` ("Publish", Amazon SNS API Reference).
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn page(&self, incident: &Incident, story: &Story) -> Result<(), Failure> {
        let mail = report::mail(story);
        let texts = json!({ "default": mail, "email": mail, "sms": report::sms(incident) });
        let message = self
            .client
            .publish()
            .topic_arn(&self.pages)
            .subject(report::subject(incident))
            .message_structure("json")
            .message(texts.to_string());
        // Promotional messages, the default, are sent when it is cheap; transactional ones when it matters.
        let message = attribute(message, "AWS.SNS.SMS.SMSType", "Transactional");
        send(attribute(message, "dedup_key", &incident.dedup_key())).await
    }

    /// Sends a mail. The subject is printable ASCII of at most 99 characters, as [`report::subject`] makes it.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn mail(&self, subject: &str, body: &str) -> Result<(), Failure> {
        send(self.client.publish().topic_arn(&self.mail).subject(subject).message(body)).await
    }
}

fn attribute(message: PublishFluentBuilder, name: &str, value: &str) -> PublishFluentBuilder {
    // Fails only without a data type.
    match MessageAttributeValue::builder().data_type("String").string_value(value).build() {
        Ok(attribute) => message.message_attributes(name, attribute),
        Err(_) => message,
    }
}

async fn send(message: PublishFluentBuilder) -> Result<(), Failure> {
    match message.send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::of(&error).into()),
    }
}

#[cfg(test)]
mod tests;
