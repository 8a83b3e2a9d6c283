//! The heartbeat's calls.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit, StateValue};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::escalation::Failure;
use paramedic_domain::proof::heartbeat::{Outside, reason};

use crate::fault::Fault;
use crate::http::Https;
use crate::secrets::Secrets;

/// The field of the secret that holds the address outside.
const FIELD: &str = "url";
/// The namespace of Paramedic's own metrics; the router's role may write to no other.
const NAMESPACE: &str = "Paramedic";

/// A heartbeat that could not be sent or counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call} failed: {why}")]
pub struct HeartError {
    /// The call, as IAM names it.
    pub call: &'static str,
    /// Why.
    pub why: String,
}

/// Sends heartbeats and counts those that came back.
#[derive(Clone, Debug)]
pub struct Heart {
    client: Client,
    https: Https,
    secrets: Secrets,
}

impl Heart {
    pub(crate) fn new(client: Client, https: Https, secrets: Secrets) -> Self {
        Self { client, https, secrets }
    }

    /// Sends one: sets the alarm to ALARM. First to OK, since an alarm acts only when its state changes, and the last beat
    /// may not have fallen back yet: "When the updated state differs from the previous value, the action configured for the
    /// appropriate state is invoked … Metric alarms returns to their actual state quickly, often within seconds"
    /// (SetAlarmState, Amazon CloudWatch API Reference).
    ///
    /// # Errors
    ///
    /// CloudWatch did not take it.
    pub async fn beat(&self, alarm: &str, now: Timestamp) -> Result<(), HeartError> {
        self.set(alarm, StateValue::Ok, "Paramedic's heartbeat begins anew").await?;
        self.set(alarm, StateValue::Alarm, &reason(now)).await
    }

    /// Sets an alarm to ALARM or back to OK, as the drill does.
    ///
    /// # Errors
    ///
    /// CloudWatch did not take it.
    pub async fn drill(&self, alarm: &str, goes_off: bool, reason: &str) -> Result<(), HeartError> {
        self.set(alarm, if goes_off { StateValue::Alarm } else { StateValue::Ok }, reason).await
    }

    async fn set(&self, alarm: &str, state: StateValue, reason: &str) -> Result<(), HeartError> {
        let set = self.client.set_alarm_state().alarm_name(alarm).state_value(state).state_reason(reason);
        match set.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(HeartError { call: "cloudwatch:SetAlarmState", why: Fault::of(&error).why }),
        }
    }

    /// Counts one that came back, as the metric `HeartbeatRoundTrip` (milliseconds) of the namespace `Paramedic`.
    ///
    /// # Errors
    ///
    /// CloudWatch did not take it.
    pub async fn count(&self, stack: &str, round_trip: SignedDuration, now: Timestamp) -> Result<(), HeartError> {
        let dimension = Dimension::builder().name("Stack").value(stack).build();
        let datum = MetricDatum::builder()
            .metric_name("HeartbeatRoundTrip")
            .dimensions(dimension)
            .timestamp(aws_smithy_types::DateTime::from_millis(now.as_millisecond()))
            .value(round_trip.as_millis_f64())
            .unit(StandardUnit::Milliseconds)
            .build();
        match self.client.put_metric_data().namespace(NAMESPACE).metric_data(datum).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(HeartError { call: "cloudwatch:PutMetricData", why: Fault::of(&error).why }),
        }
    }

    /// Calls the address outside. The address is a secret, since whoever calls it can keep it quiet: it appears in no message.
    pub async fn call_outside(&self, secret: &str) -> Outside {
        match self.call(secret).await {
            Ok(()) => Outside::Called,
            Err(why) => Outside::Refused { why },
        }
    }

    async fn call(&self, secret: &str) -> Result<(), String> {
        let url = self.secrets.field(secret, FIELD).await.map_err(|failure| failure.why().to_owned())?;
        let answer = self.https.post(url.reveal(), None, b"{}".to_vec()).await;
        match answer {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) => {
                // The address may have been changed; the next beat reads it anew.
                let _renewed = self.secrets.fresh(secret, FIELD).await;
                Err(format!("HTTP {}", answer.status))
            }
            Err(Failure::Permanent { .. }) => Err("the url in the secret is no https:// address".to_owned()),
            Err(failure) => Err(failure.why().replace(url.reveal(), "(the address)")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use ciborium::{Value, cbor};
    use serde_json::json;

    use super::*;
    use crate::aws::Aws;
    use crate::staged::now;
    use crate::stub::{Asked, Reply, Stub, patient};

    async fn heart(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Heart) {
        let stub = Stub::start(script).await;
        let aws = Aws::with(patient(&stub.url));
        let heart = aws.heart(Https::new().unwrap(), aws.secrets());
        (stub, heart)
    }

    fn done() -> Reply {
        Reply::cbor(&cbor!({}).unwrap())
    }

    fn sent(asked: &Asked) -> Value {
        ciborium::from_reader(asked.body.as_ref()).unwrap()
    }

    fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
        let fields = value.as_map().unwrap();
        fields.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value).unwrap()
    }

    /// A world in which CloudWatch takes everything, and the secret names this address outside.
    fn with_outside(url: String, status: u16) -> impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static {
        move |asked, _| match asked.operation().as_str() {
            "GetSecretValue" => Reply::json(200, &json!({ "SecretString": json!({ "url": url }).to_string() })),
            "beat-me" => Reply::json(status, &json!({})),
            _ => done(),
        }
    }

    #[tokio::test]
    async fn a_beat_is_a_change_to_alarm_whatever_the_state_was() {
        let (stub, heart) = heart(|_, _| done()).await;
        heart.beat("paramedic-heartbeat", now()).await.unwrap();
        let asked: Vec<Value> = stub.asked().iter().map(sent).collect();
        let states: Vec<_> = asked.iter().map(|asked| field(asked, "StateValue").as_text().unwrap()).collect();
        assert_eq!(states, ["OK", "ALARM"]);
        assert_eq!(field(&asked[1], "AlarmName").as_text(), Some("paramedic-heartbeat"));
        assert_eq!(field(&asked[1], "StateReason").as_text(), Some(reason(now()).as_str()));
    }

    #[tokio::test]
    async fn a_beat_that_came_back_is_counted_in_milliseconds() {
        let (stub, heart) = heart(|_, _| done()).await;
        heart.count("paramedic", SignedDuration::from_millis(740), now()).await.unwrap();
        let asked = sent(&stub.asked()[0]);
        assert_eq!(field(&asked, "Namespace").as_text(), Some("Paramedic"));
        let datum = &field(&asked, "MetricData").as_array().unwrap()[0];
        assert_eq!(field(datum, "MetricName").as_text(), Some("HeartbeatRoundTrip"));
        assert_eq!(field(datum, "Value").as_float(), Some(740.0));
        assert_eq!(field(datum, "Unit").as_text(), Some("Milliseconds"));
    }

    #[tokio::test]
    async fn a_heartbeat_that_cloudwatch_refuses_says_which_call_failed() {
        let (_stub, heart) = heart(|_, _| Reply::Says(500, vec![], vec![])).await;
        assert_eq!(heart.beat("paramedic-heartbeat", now()).await.unwrap_err().call, "cloudwatch:SetAlarmState");
    }

    #[tokio::test]
    async fn the_address_outside_is_called() {
        let (outside, _) = heart(with_outside(String::new(), 200)).await;
        let (_stub, heart) = heart(with_outside(format!("{}/beat-me", outside.url), 200)).await;
        assert_eq!(heart.call_outside("paramedic/heartbeat").await, Outside::Called);
        assert_eq!(outside.operations(), ["beat-me"]);
    }

    #[tokio::test]
    async fn an_address_outside_that_refuses_is_told_without_the_address() {
        let (outside, _) = heart(with_outside(String::new(), 404)).await;
        let (_stub, heart) = heart(with_outside(format!("{}/beat-me", outside.url), 200)).await;
        assert_eq!(
            heart.call_outside("paramedic/heartbeat").await,
            Outside::Refused { why: "HTTP 404 Not Found".to_owned() }
        );
    }

    #[tokio::test]
    async fn an_address_that_is_not_encrypted_is_not_called_and_not_told() {
        let (_stub, heart) = heart(with_outside("http://beats.example.com/token-1".to_owned(), 200)).await;
        let Outside::Refused { why } = heart.call_outside("paramedic/heartbeat").await else { panic!("it is refused") };
        assert!(why.contains("https") && !why.contains("token-1"), "{why}");
    }

    #[tokio::test]
    async fn an_address_where_nobody_listens_is_not_told_either() {
        let nobody = format!("{}/token-1", Stub::nobody().await);
        let (_stub, heart) = heart(with_outside(nobody, 200)).await;
        let Outside::Refused { why } = heart.call_outside("paramedic/heartbeat").await else { panic!("it is refused") };
        assert!(!why.contains("token-1"), "{why}");
    }
}
