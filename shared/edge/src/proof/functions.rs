//! What Lambda and SQS say of the functions and their queues.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_lambda::types::FunctionResponseType;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::join_all;
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::{FunctionFacts, QueueFacts, Role, Source};

use super::{Whereabouts, in_time};
use crate::fault::Fault;

type Functions = BTreeMap<Role, Reading<Option<FunctionFacts>>>;

/// The functions, and the queues that their mappings name.
pub(super) async fn read(
    lambda: &aws_sdk_lambda::Client,
    sqs: &aws_sdk_sqs::Client,
    place: &Whereabouts,
    within: Duration,
) -> (Functions, Reading<Vec<QueueFacts>>) {
    let reads = Role::ALL.map(|role| async move {
        let facts = in_time(within, function(lambda, &place.function(role))).await;
        (role, facts.map_or_else(|why| Reading::Unread { why }, Reading::Read))
    });
    let functions: Functions = join_all(reads).await.into_iter().collect();
    let known = functions.values().filter_map(|function| function.read()?.as_ref());
    let names: Vec<&str> = known.flat_map(|function| &function.sources).map(|source| source.queue.as_str()).collect();
    let unread = functions.values().find_map(Reading::why_unread);
    let queues = match unread {
        // A queue that is not known cannot be looked at, and the others are not all.
        Some(why) => Reading::Unread { why: why.to_owned() },
        None => {
            let reads = names.iter().map(|arn| in_time(within, queue(sqs, arn)));
            let queues: Result<Vec<QueueFacts>, String> = join_all(reads).await.into_iter().collect();
            queues.map_or_else(|why| Reading::Unread { why }, Reading::Read)
        }
    };
    (functions, queues)
}

async fn function(client: &aws_sdk_lambda::Client, name: &str) -> Result<Option<FunctionFacts>, String> {
    let configuration = client.get_function_configuration().function_name(name).send();
    let (configuration, sources) = futures::join!(configuration, sources(client, name));
    let state = match configuration {
        Ok(found) => found.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Ok(None);
        }
        Err(error) => return Err(Fault::of(&error).why),
    };
    Ok(Some(FunctionFacts { state, sources: sources? }))
}

async fn sources(client: &aws_sdk_lambda::Client, name: &str) -> Result<Vec<Source>, String> {
    let mut pages = client.list_event_source_mappings().function_name(name).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Fault::of(&error).why)?;
        found.extend(page.event_source_mappings().iter().filter_map(|mapping| {
            let queue = mapping.event_source_arn().filter(|arn| arn.contains(":sqs:"))?.to_owned();
            Some(Source {
                queue,
                state: mapping.state().unwrap_or_default().to_owned(),
                partial: mapping.function_response_types().contains(&FunctionResponseType::ReportBatchItemFailures),
            })
        }));
    }
    Ok(found)
}

async fn queue(client: &aws_sdk_sqs::Client, arn: &str) -> Result<QueueFacts, String> {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let url = client.get_queue_url().queue_name(name).send().await.map_err(|error| Fault::of(&error).why)?;
    let read = client
        .get_queue_attributes()
        .queue_url(url.queue_url().unwrap_or_default())
        .attribute_names(QueueAttributeName::RedrivePolicy)
        .send()
        .await;
    let attributes = read.map_err(|error| Fault::of(&error).why)?.attributes.unwrap_or_default();
    let policy = attributes.get(&QueueAttributeName::RedrivePolicy).map(String::as_str).unwrap_or_default();
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
    let dead_letters = policy.get("deadLetterTargetArn").and_then(serde_json::Value::as_str);
    Ok(QueueFacts { arn: arn.to_owned(), dead_letters: dead_letters.map(str::to_owned) })
}
