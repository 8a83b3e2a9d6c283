//! What SNS says of the topics, and of SMS.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_sns::Client;
use futures::future::join_all;
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::{SmsFacts, Subscription, Topic, TopicFacts};

use super::{Whereabouts, in_time};
use crate::fault::Fault;

/// What an unconfirmed subscription has instead of an ARN ("ListSubscriptionsByTopic", Amazon SNS API Reference).
const UNCONFIRMED: &str = "PendingConfirmation";
/// AWS's own monthly limit in US dollars, where the account has set none ("SetSMSAttributes", Amazon SNS API Reference).
const OWN_LIMIT: f64 = 1.0;

pub(super) async fn read(
    client: &Client,
    place: &Whereabouts,
    within: Duration,
) -> BTreeMap<Topic, Reading<TopicFacts>> {
    let reads = place.topics.iter().map(|(topic, arn)| async move {
        let facts = in_time(within, facts(client, *topic, arn)).await;
        (*topic, facts.map_or_else(|why| Reading::Unread { why }, Reading::Read))
    });
    join_all(reads).await.into_iter().collect()
}

async fn facts(client: &Client, topic: Topic, arn: &str) -> Result<TopicFacts, String> {
    let attributes = client.get_topic_attributes().topic_arn(arn).send();
    let subscriptions = subscriptions(client, topic, arn);
    let (attributes, subscriptions) = futures::join!(attributes, subscriptions);
    let attributes = attributes.map_err(|error| Fault::of(&error).why)?.attributes.unwrap_or_default();
    let attribute = |name: &str| attributes.get(name).filter(|value| !value.is_empty()).cloned();
    Ok(TopicFacts {
        arn: arn.to_owned(),
        key: attribute("KmsMasterKeyId"),
        policy: attribute("Policy"),
        subscriptions: subscriptions?,
    })
}

async fn subscriptions(client: &Client, topic: Topic, arn: &str) -> Result<Vec<Subscription>, String> {
    let mut pages = client.list_subscriptions_by_topic().topic_arn(arn).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Fault::of(&error).why)?;
        for subscription in page.subscriptions() {
            let own_arn = subscription.subscription_arn().unwrap_or(UNCONFIRMED);
            // A deleted endpoint lingers as "Deleted".
            let confirmed = own_arn.starts_with("arn:");
            // Only there is anybody told apart by the filter.
            let people = match topic == Topic::People && confirmed {
                true => people(client, own_arn).await?,
                false => BTreeSet::new(),
            };
            found.push(Subscription {
                protocol: subscription.protocol().unwrap_or_default().to_owned(),
                endpoint: subscription.endpoint().unwrap_or_default().to_owned(),
                confirmed,
                people,
            });
        }
    }
    Ok(found)
}

/// Whom a subscription of the people topic is for: the values of `to` in its filter policy.
async fn people(client: &Client, subscription: &str) -> Result<BTreeSet<String>, String> {
    let read = client.get_subscription_attributes().subscription_arn(subscription).send().await;
    let attributes = read.map_err(|error| Fault::of(&error).why)?.attributes.unwrap_or_default();
    let policy = attributes.get("FilterPolicy").map(String::as_str).unwrap_or_default();
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
    let to = policy.get("to").and_then(serde_json::Value::as_array);
    Ok(to.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

/// What AWS allows by SMS; not asked where nobody gets any.
pub(super) async fn sms(
    client: &Client,
    topics: &BTreeMap<Topic, Reading<TopicFacts>>,
    within: Duration,
) -> Reading<SmsFacts> {
    let read = topics.values().filter_map(Reading::read);
    if !read.flat_map(|topic| &topic.subscriptions).any(|subscription| subscription.protocol == "sms") {
        return Reading::NotConfigured;
    }
    in_time(within, sms_facts(client)).await.map_or_else(|why| Reading::Unread { why }, Reading::Read)
}

async fn sms_facts(client: &Client) -> Result<SmsFacts, String> {
    let status = client.get_sms_sandbox_account_status().send();
    let attributes = client.get_sms_attributes().attributes("MonthlySpendLimit").send();
    let (status, attributes) = futures::join!(status, attributes);
    let in_sandbox = status.map_err(|error| Fault::of(&error).why)?.is_in_sandbox();
    let attributes = attributes.map_err(|error| Fault::of(&error).why)?.attributes.unwrap_or_default();
    let limit = attributes.get("MonthlySpendLimit").and_then(|limit| limit.parse().ok());
    let verified = if in_sandbox { verified(client).await? } else { BTreeSet::new() };
    Ok(SmsFacts { in_sandbox, verified, monthly_limit: limit.unwrap_or(OWN_LIMIT) })
}

async fn verified(client: &Client) -> Result<BTreeSet<String>, String> {
    let mut pages = client.list_sms_sandbox_phone_numbers().into_paginator().send();
    let mut numbers = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Fault::of(&error).why)?;
        let verified = page.phone_numbers().iter().filter(|number| {
            number.status() == Some(&aws_sdk_sns::types::SmsSandboxPhoneNumberVerificationStatus::Verified)
        });
        numbers.extend(verified.filter_map(|number| number.phone_number().map(str::to_owned)));
    }
    Ok(numbers)
}
