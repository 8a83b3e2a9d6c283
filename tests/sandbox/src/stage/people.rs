//! What people do on a stage, and what befalls the services that Paramedic needs itself.

use super::{Stage, StageError};
use crate::observed::Observed;
use crate::overlay::{Outage, UrlAnswer};
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

    fn note(&self, detail: String) {
        self.overlay().log.add(Observed::Fault { service: self.target.service.clone(), detail });
    }
}
