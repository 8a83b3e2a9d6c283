//! What people do on a stage, and what befalls the services that Paramedic needs itself.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Stage, StageError};
use crate::cloud::{ApiFault, FaultKind};
use crate::functions::Function;
use crate::observed::{Gesture, Observed};
use crate::overlay::{How, Interruption, Moment, Outage, UrlAnswer};
use crate::sinks::Mood;

impl Stage {
    /// Somebody clicks on the newest button with this action id that Slack shows. `user` is a user id, such as
    /// `U0SANDBOXADA`.
    ///
    /// # Errors
    /// When Slack shows no such button, or the function URL does not answer.
    pub async fn click(&self, action_id: &str, user: &str) -> Result<UrlAnswer, StageError> {
        Ok(self.overlay().click(action_id, None, user).await?)
    }

    /// Somebody acknowledges in PagerDuty the open incident of a key; whether there was one. The webhook follows.
    pub fn acknowledge_in_pagerduty(&self, dedup_key: &str, who: &str) -> bool {
        self.overlay().pagerduty.acknowledge(dedup_key, who)
    }

    /// Somebody resolves in PagerDuty the open incident of a key; whether there was one. The webhook follows.
    pub fn resolve_in_pagerduty(&self, dedup_key: &str, who: &str) -> bool {
        self.overlay().pagerduty.resolve(dedup_key, who)
    }

    /// Somebody acknowledges on the command line, which invokes the router and waits for its answer.
    ///
    /// # Errors
    /// When the router fails.
    pub async fn acknowledge_on_command_line(&self, who: &str) -> Result<(), StageError> {
        self.petition("ack", &json!("ack"), who).await
    }

    /// Somebody runs `infra-bootstrap` with these arguments; one that fails makes the verdict worthless.
    pub async fn run_by_hand(&self, arguments: &[&str]) {
        match self.command_line(arguments).await {
            Ok(ran) if ran.code == Some(0) => {}
            Ok(ran) => self.overlay().complain(format!("{arguments:?} ended with {:?}: {}", ran.code, ran.err)),
            Err(error) => self.overlay().complain(format!("{arguments:?}: {error}")),
        }
    }

    /// The next call of this action fails.
    pub fn fail_next(&self, action: &str, kind: FaultKind) {
        self.overlay().cloud().inject(ApiFault { action: action.to_owned(), kind, count: 1 });
    }

    /// Whoever makes the next call of this action is killed in the middle of it.
    pub fn kill_caller(&self, action: &str, moment: Moment) {
        self.overlay().interrupt(Some(Interruption::of_next(action, How::Killed(moment))));
    }

    /// Somebody silences the service on the command line, for so long.
    ///
    /// # Errors
    /// When the router fails.
    pub async fn silence(&self, lasts: Duration, reason: &str) -> Result<(), StageError> {
        let ask = json!({"silence": {"lasts": format!("PT{}S", lasts.as_secs()), "reason": reason}});
        self.petition("silence", &ask, "cat").await
    }

    async fn petition(&self, what: &str, ask: &Value, who: &str) -> Result<(), StageError> {
        let service = &self.target.service;
        let petition = json!({
            "event": "requested",
            "whose": {"service": {"service": service}},
            "request": {"ask": ask, "by": {"name": who, "via": "cli"}, "at": Timestamp::now().to_string()},
        });
        let started = Instant::now();
        let answer = self.overlay().calls.ask(self.deployed_name(Function::Router), &petition).await;
        let is_heard = |answer: &Value| answer.pointer("/outcomes/0/outcome").is_some();
        self.overlay().log.add(Observed::ByPerson(Gesture {
            place: "the command line",
            who: who.to_owned(),
            what: what.to_owned(),
            whose: service.clone(),
            status: if answer.as_ref().is_ok_and(is_heard) { 200 } else { 500 },
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }));
        answer?;
        Ok(())
    }

    /// From now on Slack answers like this.
    pub fn slack_is(&self, mood: Mood) {
        self.note(format!("Slack is {mood:?} from now on"));
        self.overlay().slack.set_mood(mood);
    }

    /// From now on PagerDuty answers like this.
    pub fn pagerduty_is(&self, mood: Mood) {
        self.note(format!("PagerDuty is {mood:?} from now on"));
        self.overlay().pagerduty.set_mood(mood);
    }

    /// From now on a service fails for the functions, by its signing name: `dynamodb`, `secretsmanager`.
    pub fn break_service(&self, service: &str, outage: Outage) {
        self.note(format!("{service} fails for the functions ({outage:?})"));
        self.overlay().break_service(service, outage);
    }

    /// From now on the service answers again.
    pub fn mend_service(&self, service: &str) {
        self.note(format!("{service} answers again"));
        self.overlay().mend_service(service);
    }

    /// Notes what befalls the service, where a scenario does it by itself.
    pub fn note(&self, detail: String) {
        self.overlay().log.add(Observed::Fault { service: self.target.service.clone(), detail });
    }
}
