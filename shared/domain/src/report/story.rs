//! What an engineer who was just woken needs to know, line by line.

use serde::Serialize;

use super::button::{Button, buttons};
use super::line::{Label, Line, cause, duration, line, list, list_of, moment, unread};
use super::{scene, titled};
use crate::alarm::text;
use crate::config::Service;
use crate::escalation::Found;
use crate::guardrail::{Guardrail, Objection};
use crate::incident::{AlarmRecord, Incident, Phase, RemedyRecord};
use crate::picture::{Link, Picture, Place, links};
use crate::remedy::Proposal;
use crate::verification::Outcome;

/// The digest of a storm is cut after so many services.
const DIGEST: usize = 100;

/// An incident in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Severity, service and the leading alarm.
    pub headline: String,
    /// Whether it goes on.
    pub status: Status,
    /// What is known, in the order in which it matters.
    pub lines: Vec<Line>,
    /// Where to go.
    pub links: Vec<Link>,
    /// What can be pressed, where the channel has such a thing. Not for others, who could not sign a press.
    #[serde(skip)]
    pub buttons: Vec<Button>,
}

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// At least one alarm has not recovered.
    Firing,
    /// The same, and somebody is at it.
    Acknowledged,
    /// The same, and nobody is told.
    Silenced,
    /// All have, or a person said so.
    Resolved,
}

impl Status {
    /// In a word.
    pub fn words(self) -> &'static str {
        match self {
            Self::Firing => "FIRING",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Silenced => "SILENCED",
            Self::Resolved => "RESOLVED",
        }
    }
}

/// Tells the incident. `service` is its configuration, where there is one.
pub fn story(incident: &Incident, service: Option<&Service>) -> Story {
    let leading = incident.leading().map_or("no alarm", |alarm| alarm.name.as_str());
    let diagnosis = incident.explanation.as_ref().map(|explanation| &explanation.diagnosis);
    let picture = incident.explanation.as_ref().and_then(|explanation| explanation.picture.as_deref());
    // What it was when it was read, and what to do about it, is over with it.
    let present = picture.filter(|_| incident.is_open());
    let mut lines = vec![what(incident), scene::since(incident.opened_at, picture)];
    lines.extend(present.and_then(|picture| scene::affected(&picture.affected)));
    lines.extend(standing(incident));
    lines.extend(path(incident));
    lines.extend(diagnosis.map(cause));
    lines.extend(picture.and_then(scene::changed));
    lines.extend(remedy(incident, present));
    lines.extend(present.map(scene::next).unwrap_or_default());
    lines.extend(diagnosis.and_then(unread));
    lines.extend(resolved(incident));
    let owner = incident.route.owner.as_deref().or(service.and_then(|service| service.owner.as_deref()));
    lines.extend(owner.map(|owner| line(Label::Owner, owner.to_owned())));
    if incident.route.is_unrouted() {
        lines.push(line(Label::Route, incident.route.sentence()));
    }
    Story {
        headline: text::bounded(&titled(incident, leading), 140),
        status: status(incident),
        lines,
        links: places(incident, service),
        buttons: buttons(incident, service),
    }
}

fn status(incident: &Incident) -> Status {
    match (incident.is_open(), &incident.silenced, &incident.ack) {
        (false, ..) => Status::Resolved,
        (true, Some(_), _) => Status::Silenced,
        (true, None, Some(_)) => Status::Acknowledged,
        (true, None, None) => Status::Firing,
    }
}

/// Who is at it, whether it is silenced, whether it flaps.
fn standing(incident: &Incident) -> Vec<Line> {
    let open = incident.is_open();
    let acked = incident.ack.as_ref().filter(|_| open).map(|ack| {
        line(Label::Acked, format!("by {} at {}; paged again after {}", ack.by, moment(ack.at), moment(ack.until)))
    });
    let silenced = incident.silenced.as_ref().map(|silence| {
        let words = format!("until {} by {}: {}", moment(silence.until), silence.by, silence.reason);
        line(Label::Silenced, words)
    });
    let flapping = incident.flapping.as_ref().map(|flapping| {
        let words = format!("flapping ×{}: told once, remedies wait, resolved when calm", flapping.turns);
        line(Label::Flapping, words)
    });
    [flapping, acked, silenced].into_iter().flatten().collect()
}

fn resolved(incident: &Incident) -> Option<Line> {
    let at = incident.over_at()?;
    let mut words = format!("{} after {}", moment(at), duration(at.duration_since(incident.opened_at).as_secs()));
    if let Phase::Dismissed { by, .. } = &incident.phase {
        words.push_str(&format!(", by {by}"));
    }
    Some(line(Label::Resolved, words))
}

fn what(incident: &Incident) -> Line {
    let describe = |alarm: &AlarmRecord| format!("{} ({}): {}", alarm.name, alarm.severity, alarm.reason);
    let firing = incident.firing();
    let Some((leading, others)) = firing.split_first() else {
        return line(Label::What, incident.leading().map_or_else(|| "all alarms recovered".to_owned(), describe));
    };
    if incident.is_digest() {
        // The digest names every one of them.
        let services = firing.iter().map(|alarm| format!("{}: {}", alarm.name, alarm.reason));
        let text = format!("{} services page at once; each has its own message", firing.len());
        return Line { details: list_of(services, DIGEST), ..line(Label::What, text) };
    }
    Line { details: list(others.iter().map(|alarm| describe(alarm))), ..line(Label::What, describe(leading)) }
}

fn path(incident: &Incident) -> Option<Line> {
    incident.alarms.values().find_map(|alarm| match &alarm.found {
        Found::Delivered => None,
        Found::Reconciled { broken_path } => {
            Some(line(Label::Path, format!("{} was found by reconciliation: {broken_path}", alarm.name)))
        }
    })
}

/// What was done, or why nothing was. A suggestion in words gives way to the picture's steps, which have the commands.
fn remedy(incident: &Incident, picture: Option<&Picture>) -> Vec<Line> {
    match &incident.remedy {
        None => Vec::new(),
        Some(RemedyRecord::Refused { proposal: Proposal::LeaveAlone(why), .. }) => {
            vec![line(Label::NotTouched, why.clone())]
        }
        Some(RemedyRecord::Refused { proposal: Proposal::Suggest(text), objections }) => {
            let steps = picture.is_some_and(|picture| !picture.steps.is_empty());
            let mut lines = if steps { Vec::new() } else { vec![line(Label::Next, text.clone())] };
            lines.extend(objections.first().map(|objection| line(Label::NotTouched, objection.why.clone())));
            lines
        }
        Some(RemedyRecord::Refused { proposal: Proposal::Act(plan), objections }) => {
            let would = Line {
                command: Some(plan.command()),
                details: list(std::iter::once(plan.because.clone())),
                ..line(Label::WouldDo, plan.sentence())
            };
            let (first, others) = match objections.split_first() {
                Some((first, others)) => (first.why.clone(), others),
                None => ("nothing was decided".to_owned(), objections.as_slice()),
            };
            let refused =
                Line { details: list(others.iter().map(|o| o.why.clone())), ..line(Label::NotTouched, first) };
            // What a person may safely do is shown; what the guardrails hold to be wrong is not offered as a command.
            let permission_only =
                |o: &Objection| matches!(o.guardrail, Guardrail::Mode | Guardrail::OptIn | Guardrail::Urgency);
            if objections.iter().all(permission_only) { vec![would, refused] } else { vec![refused] }
        }
        Some(RemedyRecord::Acted { plan, at }) => {
            vec![line(Label::Did, format!("{} at {}; waiting for its effect", plan.sentence(), moment(*at)))]
        }
        Some(RemedyRecord::Verified { plan, outcome }) => {
            let verdict = match outcome {
                Outcome::Recovered { after_s } => format!("recovered after {}", duration(*after_s as i64)),
                Outcome::Partly { why } => format!("it helped in part: {why}"),
                Outcome::Failed { why } => format!("it did not help: {why}"),
                Outcome::Worse { why } => format!("it is worse than before: {why}; {}", plan.action.undoing()),
                Outcome::Unknown { why } => {
                    format!("nobody knows whether it was carried out; a person must look before anything else: {why}")
                }
            };
            vec![line(Label::Did, plan.sentence()), line(Label::Verified, verdict)]
        }
    }
}

/// Where to go. The router knows the configuration and the alarms, so they are there before any picture is.
fn places(incident: &Incident, service: Option<&Service>) -> Vec<Link> {
    let leading: Vec<&str> = incident.leading().map(|alarm| alarm.name.as_str()).into_iter().collect();
    let place = Place::new(incident.account.clone(), incident.region.clone());
    let mut there = links(service, &place, &leading);
    if let Some(url) = incident.route.runbook.clone() {
        there.retain(|link| link.text != "Runbook");
        there.insert(0, Link { text: "Runbook".to_owned(), url });
    }
    there
}
