//! The calls: which queues there are, and what is done to their messages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use paramedic_domain::alarm::text;
use paramedic_domain::proof::Role;
use serde_json::{Value, json};

use super::{DeadLetterError, Letter, Redriven, Subject};
use crate::CallError;

/// How long a letter that is looked at or handed on is hidden from others, in seconds. Longer than any function runs.
const HELD_S: i32 = 60;
/// Messages in one answer at most ("ReceiveMessage", Amazon SQS API Reference).
const BATCH: i32 = 10;
/// Looks without anything new after which a queue counts as seen: SQS answers from a sample of its servers.
const EMPTY_LOOKS: usize = 2;
/// Letters that are seen at most at once.
const MOST: usize = 1000;

/// A queue of dead letters and the function they were meant for.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) function: String,
    pub(super) name: String,
    url: String,
    /// The queue that the function takes from: what a letter says it comes from when it is handed on again.
    source: String,
}

/// A letter that is hidden from others, with what SQS needs to let it go.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) letter: Letter,
    body: String,
    receipt: String,
}

/// The dead-letter queues of a stack.
pub(super) struct Queues {
    lambda: aws_sdk_lambda::Client,
    sqs: aws_sdk_sqs::Client,
    pub(super) all: Vec<Queue>,
}

impl Queues {
    pub(super) async fn find(sdk: &SdkConfig, stack: &str, only: Option<&str>) -> Result<Self, DeadLetterError> {
        let (lambda, sqs) = (aws_sdk_lambda::Client::new(sdk), aws_sdk_sqs::Client::new(sdk));
        let mut all = Vec::new();
        for role in Role::ALL.into_iter().filter(|role| role.takes_from_a_queue()) {
            let function = format!("{stack}-{}", role.as_str());
            for source in sources(&lambda, &function).await? {
                if let Some(name) = dead_letters(&sqs, &source).await? {
                    let url = url(&sqs, &name).await?;
                    all.push(Queue { function: function.clone(), name, url, source });
                }
            }
        }
        if all.is_empty() {
            return Err(DeadLetterError::NothingThere { stack: stack.to_owned() });
        }
        if let Some(named) = only {
            let known: Vec<String> = all.iter().map(|queue| queue.function.clone()).collect();
            all.retain(|queue| queue.function == named || queue.function.ends_with(&format!("-{named}")));
            if all.is_empty() {
                let (named, known) = (named.to_owned(), known.join(", "));
                return Err(DeadLetterError::UnknownFunction { named, known });
            }
        }
        Ok(Self { lambda, sqs, all })
    }

    /// About how many messages there are, also those that somebody looks at.
    pub(super) async fn count(&self, queue: &Queue) -> Result<u64, DeadLetterError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.sqs.get_queue_attributes().queue_url(&queue.url).set_attribute_names(Some(names.to_vec()));
        let read = call.send().await.map_err(|error| CallError::new("sqs:GetQueueAttributes", error))?;
        let attributes = read.attributes.unwrap_or_default();
        let counted = names.iter().filter_map(|name| attributes.get(name)?.parse::<u64>().ok());
        Ok(counted.sum())
    }

    /// Sees all letters and lets them go again.
    pub(super) async fn look(&self, queue: &Queue) -> Result<Vec<Held>, DeadLetterError> {
        let held = self.receive(queue).await?;
        for letter in &held {
            self.release(queue, letter).await?;
        }
        Ok(held)
    }

    /// Holds the letters that are meant, and lets the others go again.
    pub(super) async fn hold(
        &self,
        queue: &Queue,
        is_meant: impl Fn(&Letter) -> bool,
    ) -> Result<Vec<Held>, DeadLetterError> {
        let (meant, others): (Vec<Held>, Vec<Held>) =
            self.receive(queue).await?.into_iter().partition(|held| is_meant(&held.letter));
        for other in &others {
            self.release(queue, other).await?;
        }
        Ok(meant)
    }

    async fn receive(&self, queue: &Queue) -> Result<Vec<Held>, DeadLetterError> {
        let mut held: BTreeMap<String, Held> = BTreeMap::new();
        let mut empty = 0;
        while empty < EMPTY_LOOKS && held.len() < MOST {
            let call = self
                .sqs
                .receive_message()
                .queue_url(&queue.url)
                .max_number_of_messages(BATCH)
                .visibility_timeout(HELD_S)
                .message_system_attribute_names(MessageSystemAttributeName::All);
            let answer = call.send().await.map_err(|error| CallError::new("sqs:ReceiveMessage", error))?;
            let before = held.len();
            for message in answer.messages.unwrap_or_default() {
                if let Some(letter) = letter(queue, message) {
                    held.insert(letter.letter.id.clone(), letter);
                }
            }
            empty = if held.len() == before { empty + 1 } else { 0 };
        }
        Ok(held.into_values().collect())
    }

    /// Makes a letter visible to others again ("ChangeMessageVisibility" with 0).
    pub(super) async fn release(&self, queue: &Queue, held: &Held) -> Result<(), DeadLetterError> {
        let call = self.sqs.change_message_visibility().queue_url(&queue.url).receipt_handle(&held.receipt);
        let sent = call.visibility_timeout(0).send().await;
        sent.map_err(|error| CallError::new("sqs:ChangeMessageVisibility", error))?;
        Ok(())
    }

    pub(super) async fn delete(&self, queue: &Queue, held: &Held) -> Result<(), DeadLetterError> {
        let sent = self.sqs.delete_message().queue_url(&queue.url).receipt_handle(&held.receipt).send().await;
        sent.map_err(|error| CallError::new("sqs:DeleteMessage", error))?;
        Ok(())
    }

    /// Invokes the function with the letter as its queue would, and waits for what it says.
    pub(super) async fn hand_on(&self, queue: &Queue, held: &Held) -> Result<Redriven, DeadLetterError> {
        let record = json!({
            "messageId": held.letter.id, "receiptHandle": "redriven", "body": held.body, "attributes": {},
            "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": queue.source,
        });
        let event = json!({ "Records": [record] }).to_string();
        let call = self.lambda.invoke().function_name(&queue.function).payload(Blob::new(event));
        let answer = call.send().await.map_err(|error| CallError::new("lambda:InvokeFunction", error))?;
        let says: Value =
            answer.payload.and_then(|payload| serde_json::from_slice(payload.as_ref()).ok()).unwrap_or_default();
        if let Some(kind) = answer.function_error {
            let message = says.get("errorMessage").and_then(Value::as_str).unwrap_or(&kind);
            return Ok(Redriven::Failed { why: text::escaped(message, 200) });
        }
        let failures = says.get("batchItemFailures").and_then(Value::as_array);
        Ok(match failures {
            Some(failures) if failures.is_empty() => Redriven::Taken,
            Some(_) => Redriven::Failed { why: format!("it failed again; see the log of {}", queue.function) },
            None => Redriven::Failed { why: "the function did not answer as one of Paramedic's".to_owned() },
        })
    }
}

fn letter(queue: &Queue, message: Message) -> Option<Held> {
    let attributes = message.attributes.unwrap_or_default();
    let number = |name: MessageSystemAttributeName| attributes.get(&name)?.parse::<u64>().ok();
    let sent =
        number(MessageSystemAttributeName::SentTimestamp).map(|millis| UNIX_EPOCH + Duration::from_millis(millis));
    let body = message.body.unwrap_or_default();
    let letter = Letter {
        id: message.message_id?,
        function: queue.function.clone(),
        age: sent.and_then(|sent| SystemTime::now().duration_since(sent).ok()),
        deliveries: number(MessageSystemAttributeName::ApproximateReceiveCount)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or_default(),
        subject: Subject::of(&body),
    };
    Some(Held { letter, body, receipt: message.receipt_handle? })
}

/// The queues that a function takes from; none if there is no such function.
async fn sources(lambda: &aws_sdk_lambda::Client, function: &str) -> Result<BTreeSet<String>, DeadLetterError> {
    let read = lambda.list_event_source_mappings().function_name(function).send().await;
    let mappings = match read {
        Ok(answer) => answer.event_source_mappings.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Ok(BTreeSet::new());
        }
        Err(error) => return Err(CallError::new("lambda:ListEventSourceMappings", error).into()),
    };
    Ok(mappings
        .into_iter()
        .filter_map(|mapping| mapping.event_source_arn)
        .filter(|arn| arn.contains(":sqs:"))
        .collect())
}

/// The name of the queue in which another lays aside what fails.
async fn dead_letters(sqs: &aws_sdk_sqs::Client, source: &str) -> Result<Option<String>, DeadLetterError> {
    let url = url(sqs, name(source)).await?;
    let call = sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::RedrivePolicy);
    let read = call.send().await.map_err(|error| CallError::new("sqs:GetQueueAttributes", error))?;
    let attributes = read.attributes.unwrap_or_default();
    let policy = attributes.get(&QueueAttributeName::RedrivePolicy).map(String::as_str).unwrap_or_default();
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    Ok(policy.get("deadLetterTargetArn").and_then(Value::as_str).map(|arn| name(arn).to_owned()))
}

async fn url(sqs: &aws_sdk_sqs::Client, name: &str) -> Result<String, DeadLetterError> {
    let found = sqs.get_queue_url().queue_name(name).send().await;
    let found = found.map_err(|error| CallError::new("sqs:GetQueueUrl", error))?;
    Ok(found.queue_url.unwrap_or_default())
}

fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
