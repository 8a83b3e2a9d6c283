//! The messages of a staged incident, sent as the router sends them. Slack's and PagerDuty's side of the sandbox refuse what is
//! too long or malformed, as the real ones do.

use std::time::Duration;

use jiff::Timestamp;
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Channel, Failure, Found, Kind, Profile, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, Region};
use paramedic_domain::incident::{Event, Incident, Policy, apply};
use paramedic_domain::picture::Place;
use paramedic_domain::report::story;
use paramedic_domain::standing::Standing;
use paramedic_edge::notifier::{Note, Notifiers};

use super::Played;

/// So often a channel is waited for that asks to come back later.
const ASKED_TO_WAIT: usize = 3;

/// What speaks to people, as the stage configures it.
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) notifiers: Notifiers,
    pub(super) config: Config,
    pub(super) account: AccountId,
    pub(super) region: Region,
}

impl Messages {
    /// Where the service runs.
    pub(super) fn place(&self) -> Place {
        Place::new(self.account.clone(), self.region.clone())
    }

    /// Tells an incident that these readings explain on Slack, to the pager and by SMS and mail. Gives what was refused.
    pub(super) async fn tell(&self, played: &Played, route: Route, number: u64) -> Vec<(Channel, Failure)> {
        let Some(incident) = self.incident(played, route, number) else {
            return vec![(Channel::Incidents, Failure::Permanent { why: "there is no incident to tell".to_owned() })];
        };
        let story = story(&incident, self.config.service(&incident.service));
        let ways = [
            (Channel::Slack, Kind::Post),
            (Channel::PagerDuty, Kind::Page),
            (Channel::Pages, Kind::Page),
            (Channel::Mail, Kind::Page),
        ];
        let mut refused = Vec::new();
        for (number, (channel, kind)) in (1..).zip(ways) {
            let severity = incident.severity;
            let note = Note { incident: &incident, story: &story, channel: &channel, kind, severity, page: 1, number };
            if let Err(failure) = self.send(&note).await {
                refused.push((channel, failure));
            }
        }
        refused
    }

    /// A hundred incidents are told within minutes, which is more than Slack takes: it says when it takes the next.
    async fn send(&self, note: &Note<'_>) -> Result<(), Failure> {
        let mut sent = self.notifiers.send(note).await;
        for _ in 0..ASKED_TO_WAIT {
            let Err(Failure::Transient { retry_after_s: Some(seconds), .. }) = &sent else { break };
            tokio::time::sleep(Duration::from_secs(u64::from(*seconds))).await;
            sent = self.notifiers.send(note).await;
        }
        sent.map(drop)
    }

    pub(super) fn incident(&self, played: &Played, route: Route, number: u64) -> Option<Incident> {
        let now = played.evidence.gathered_at;
        let name = format!("{}-P0-staged-{number}", route.service);
        let alarm = Event::Seen(Box::new(Sighting {
            route,
            alarm: Arn::new(format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", self.region, self.account)),
            name,
            account: self.account.clone(),
            region: self.region.clone(),
            state: AlarmState::Alarm,
            changed_at: now,
            reason: "Threshold Crossed: 1 datapoint was greater than the threshold.".to_owned(),
            found: Found::Delivered,
            profile: Profile::default(),
        }));
        let began = self.step(None, &alarm, now)?;
        let told = Event::Told(Box::new(Bulletin::Diagnosed {
            subject: began.subject(),
            gathered_at: now,
            diagnosis: played.diagnosis.clone(),
            picture: Some(Box::new(played.picture.clone())),
        }));
        self.step(Some(began), &told, now)
    }

    fn step(&self, incident: Option<Incident>, event: &Event, now: Timestamp) -> Option<Incident> {
        let policy = Policy::of(&self.config, &Standing::default(), now);
        apply(incident, std::slice::from_ref(event), &policy, now).incident
    }
}
