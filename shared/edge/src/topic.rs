//! One topic of SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use paramedic_domain::escalation::Failure;
use serde_json::json;

use crate::fault::Fault;

/// A topic that can be published to.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    client: Client,
    arn: String,
}

/// What is published.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    /// The subject of the e-mail: printable ASCII of at most 99 characters.
    pub(crate) subject: Option<String>,
    /// What is sent by every protocol that has no text of its own.
    pub(crate) body: String,
    /// What is sent by SMS.
    pub(crate) sms: Option<String>,
    /// What subscriptions filter by.
    pub(crate) attributes: Vec<(&'static str, String)>,
}

impl Topic {
    pub(crate) fn new(client: Client, arn: &str) -> Self {
        Self { client, arn: arn.to_owned() }
    }

    /// Publishes. The SDK tries up to three times within its deadline; subscribers may then get the message more than once,
    /// as SNS may deliver it more than once anyway.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub(crate) async fn publish(&self, message: Message) -> Result<(), Failure> {
        let request = self.client.publish().topic_arn(&self.arn).set_subject(message.subject);
        // Each protocol gets its own text by `MessageStructure` = `json` ("Publish", Amazon SNS API Reference).
        let request = match message.sms {
            Some(sms) => {
                let texts = json!({ "default": message.body, "email": message.body, "sms": sms });
                // Promotional messages, the default, are sent when it is cheap; transactional ones when it matters.
                let request = request.message_attributes("AWS.SNS.SMS.SMSType", text("Transactional")?);
                request.message_structure("json").message(texts.to_string())
            }
            None => request.message(message.body),
        };
        let mut request = request;
        for (name, value) in message.attributes {
            request = request.message_attributes(name, text(&value)?);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(Fault::of(&error).into()),
        }
    }
}

fn text(value: &str) -> Result<MessageAttributeValue, Failure> {
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
    attribute.map_err(|error| Failure::Permanent { why: format!("the message's attribute cannot be written: {error}") })
}
