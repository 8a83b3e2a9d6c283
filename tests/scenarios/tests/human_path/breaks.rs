//! Things that break on the way to a person, each made where it breaks in an account, and mended again.

use sandbox::faults;
use sandbox::functions::Function;
use sandbox::observed::PeopleTopic;
use sandbox::overlay::CallFailed;
use sandbox::sinks::Mood;
use sandbox::stage::Stage;
use serde_json::{Value, json};

/// One thing that breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Break {
    /// Nobody hears a topic of people any more.
    Unsubscribed(PeopleTopic),
    /// The router's queue no longer hears the alarms topic.
    QueueUnsubscribed,
    /// Somebody who likes encryption puts the alarms topic under the key that CloudWatch may not use.
    UnderAwsKey,
    /// The watchdog topic's policy no longer admits CloudWatch.
    ShutOut,
    /// Somebody wanted quiet and disabled an alarm's actions.
    ActionsDisabled,
    /// The alarm that misses the heartbeat acts no longer.
    WatchdogMuted,
    /// The enricher's queue feeds nobody.
    MappingDisabled,
    /// PagerDuty's secret lost its key in a rotation.
    FieldGone,
    /// The Slack app was installed anew, without its right to write.
    ScopeGone,
    /// PagerDuty knows the key no more.
    KeyRefused,
    /// The alarm of the router's dead letters was deleted.
    LettersUnwatched,
}

/// Each break, and the one check that finds it. What cannot be mended comes last.
pub(crate) const BREAKS: [(Break, &str); 14] = [
    (Break::Unsubscribed(PeopleTopic::Pages), "pages-subscribed"),
    (Break::Unsubscribed(PeopleTopic::Mail), "mail-subscribed"),
    (Break::Unsubscribed(PeopleTopic::People), "people-subscribed"),
    (Break::Unsubscribed(PeopleTopic::Watchdog), "watchdog-subscribed"),
    (Break::QueueUnsubscribed, "alarms-reach-router"),
    (Break::UnderAwsKey, "topic-encryption"),
    (Break::ShutOut, "topic-policy"),
    (Break::ActionsDisabled, "alarm-actions"),
    (Break::WatchdogMuted, "heartbeat-watched"),
    (Break::MappingDisabled, "functions"),
    (Break::FieldGone, "secrets"),
    (Break::ScopeGone, "slack-token"),
    (Break::KeyRefused, "pagerduty-key"),
    (Break::LettersUnwatched, "dead-letters"),
];

const SCOPES: &str = "chat:write,channels:read,files:write";
const PAGERDUTY: &str = "paramedic/pagerduty";

impl Break {
    /// Breaks it.
    pub(crate) async fn make(self, stage: &Stage) -> Result<(), CallFailed> {
        let overlay = stage.overlay();
        match self {
            Self::Unsubscribed(topic) => unsubscribe(stage, stage.topic(topic), "").await,
            Self::QueueUnsubscribed => unsubscribe(stage, &stage.target.alarms_topic, "RouterQueue").await,
            Self::UnderAwsKey => {
                topic_attribute(stage, &stage.target.alarms_topic, "KmsMasterKeyId", "alias/aws/sns").await
            }
            Self::ShutOut => {
                let policy = json!({"Version": "2012-10-17", "Statement": []}).to_string();
                topic_attribute(stage, stage.topic(PeopleTopic::Watchdog), "Policy", &policy).await
            }
            Self::ActionsDisabled => {
                faults::enable_actions(overlay, &alarm_of(stage, "-P0-alb-5xx"), false);
                Ok(())
            }
            Self::WatchdogMuted => {
                faults::enable_actions(overlay, &alarm_of(stage, "-watchdog-heartbeat-missing"), false);
                Ok(())
            }
            Self::MappingDisabled => overlay.calls.enable_event_sources(enricher(stage), false).await,
            Self::FieldGone => secret(stage, &json!({"webhook_secret": stage.names.webhook_secret})).await,
            Self::ScopeGone => {
                overlay.slack.set_scopes("channels:read");
                Ok(())
            }
            Self::KeyRefused => {
                overlay.pagerduty.set_mood(Mood::Refuses("'routing_key' is not a valid integration key".to_owned()));
                Ok(())
            }
            Self::LettersUnwatched => {
                faults::delete_alarm(overlay, &alarm_of(stage, "-watchdog-router-dead-letters"));
                Ok(())
            }
        }
    }

    /// Mends it.
    pub(crate) async fn mend(self, stage: &Stage) -> Result<(), CallFailed> {
        let overlay = stage.overlay();
        match self {
            Self::Unsubscribed(topic) => subscribe(stage, topic).await,
            Self::QueueUnsubscribed => {
                let queue = format!("arn:aws:sqs:{}:{}:", stage.names.region, stage.names.account);
                let queue = format!("{queue}{}", router_queue(stage).await?);
                let fields = [
                    ("TopicArn", stage.target.alarms_topic.as_str()),
                    ("Protocol", "sqs"),
                    ("Endpoint", queue.as_str()),
                    ("Attributes.entry.1.key", "RawMessageDelivery"),
                    ("Attributes.entry.1.value", "true"),
                ];
                overlay.calls.query("sns", "Subscribe", &fields).await.map(drop)
            }
            Self::UnderAwsKey => topic_attribute(stage, &stage.target.alarms_topic, "KmsMasterKeyId", "").await,
            Self::ShutOut => {
                let topic = stage.topic(PeopleTopic::Watchdog);
                let cloudwatch = json!({"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": "sns:Publish", "Resource": topic,
                }]});
                topic_attribute(stage, topic, "Policy", &cloudwatch.to_string()).await
            }
            Self::ActionsDisabled => {
                faults::enable_actions(overlay, &alarm_of(stage, "-P0-alb-5xx"), true);
                Ok(())
            }
            Self::WatchdogMuted => {
                faults::enable_actions(overlay, &alarm_of(stage, "-watchdog-heartbeat-missing"), true);
                Ok(())
            }
            Self::MappingDisabled => overlay.calls.enable_event_sources(enricher(stage), true).await,
            Self::FieldGone => {
                let names = &stage.names;
                secret(stage, &json!({"routing_key": names.routing_key, "webhook_secret": names.webhook_secret})).await
            }
            Self::ScopeGone => {
                overlay.slack.set_scopes(SCOPES);
                Ok(())
            }
            Self::KeyRefused => {
                overlay.pagerduty.set_mood(Mood::Well);
                Ok(())
            }
            Self::LettersUnwatched => Ok(()),
        }
    }
}

/// Subscribes the sandbox's mailbox to a topic; to that of the persons as Ada, who is told from others by a filter.
pub(crate) async fn subscribe(stage: &Stage, topic: PeopleTopic) -> Result<(), CallFailed> {
    let mailbox = format!("{}/sinks/mail", stage.url());
    let only_ada = json!({"to": ["ada"]}).to_string();
    let mut fields = vec![("TopicArn", stage.topic(topic)), ("Protocol", "http"), ("Endpoint", mailbox.as_str())];
    if topic == PeopleTopic::People {
        fields.extend([("Attributes.entry.1.key", "FilterPolicy"), ("Attributes.entry.1.value", only_ada.as_str())]);
    }
    stage.overlay().calls.query("sns", "Subscribe", &fields).await.map(drop)
}

/// Ends the subscriptions of a topic whose endpoint contains a word.
pub(crate) async fn unsubscribe(stage: &Stage, topic: &str, endpoint: &str) -> Result<(), CallFailed> {
    let calls = &stage.overlay().calls;
    let listed = calls.query("sns", "ListSubscriptionsByTopic", &[("TopicArn", topic)]).await?;
    let between = |text: &str, tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
    };
    let of_interest = listed
        .split("<member>")
        .filter(|member| between(member, "Endpoint").is_some_and(|found| found.contains(endpoint)))
        .filter_map(|member| between(member, "SubscriptionArn"));
    let arns: Vec<String> = of_interest.collect();
    assert!(!arns.is_empty(), "nobody {endpoint:?} is subscribed to {topic}");
    for arn in arns {
        calls.query("sns", "Unsubscribe", &[("SubscriptionArn", &arn)]).await?;
    }
    Ok(())
}

async fn topic_attribute(stage: &Stage, topic: &str, name: &str, value: &str) -> Result<(), CallFailed> {
    let fields = [("TopicArn", topic), ("AttributeName", name), ("AttributeValue", value)];
    stage.overlay().calls.query("sns", "SetTopicAttributes", &fields).await.map(drop)
}

async fn secret(stage: &Stage, value: &Value) -> Result<(), CallFailed> {
    let body = json!({"SecretId": PAGERDUTY, "SecretString": value.to_string()});
    stage.overlay().calls.json("secretsmanager", "secretsmanager.PutSecretValue", &body).await.map(drop)
}

/// The name of the router's queue.
async fn router_queue(stage: &Stage) -> Result<String, CallFailed> {
    queue(stage, |name| name.contains("outer") && !name.to_lowercase().contains("dead")).await
}

/// The name of the one queue that fits.
pub(crate) async fn queue(stage: &Stage, fits: impl Fn(&str) -> bool) -> Result<String, CallFailed> {
    let listed = stage.overlay().calls.json("sqs", "AmazonSQS.ListQueues", &json!({})).await?;
    let urls = listed.get("QueueUrls").and_then(Value::as_array).cloned().unwrap_or_default();
    let names: Vec<String> = urls
        .iter()
        .filter_map(|url| Some(url.as_str()?.rsplit('/').next()?.to_owned()))
        .filter(|name| fits(name))
        .collect();
    assert_eq!(names.len(), 1, "one queue fits, not {names:?}");
    Ok(names.concat())
}

fn enricher(stage: &Stage) -> &str {
    stage.deployed_name(Function::Enricher)
}

/// The one alarm whose name ends so.
fn alarm_of(stage: &Stage, end: &str) -> String {
    let all = stage.overlay().cloud().alarms_view();
    let names: Vec<String> = all.into_iter().map(|alarm| alarm.name).filter(|name| name.ends_with(end)).collect();
    assert_eq!(names.len(), 1, "one alarm ends in {end}, not {names:?}");
    names.concat()
}
