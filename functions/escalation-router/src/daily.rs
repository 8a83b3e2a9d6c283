//! The doctor's daily look at the way of an alarm. What it finds is told through something else than what is broken: by an
//! incident of our own, or, where the pages themselves are the matter, on the watchdog topic.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Found, Profile, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, Region, ServiceName};
use paramedic_domain::incident::{Event, Incident};
use paramedic_domain::proof::{self as domain, Check, Expected, Finding, Voice};
use paramedic_domain::severity::Severity;
use paramedic_edge::proof::{Whereabouts, router_arn};
use paramedic_edge::store::StoreError;

use crate::proof::Proof;
use crate::{Desk, carry};

/// The name under which the doctor's findings are an incident. A configured service cannot be mistaken for it: names of
/// services have no spaces.
const DOCTOR: &str = "paramedic doctor";
/// How often all is looked at.
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// How often while something is known to be broken, so that its end is seen.
const HOURLY: SignedDuration = SignedDuration::from_hours(1);
/// How long each read may take. The whole tick has ten seconds.
const EACH_READ: Duration = Duration::from_secs(4);

/// Looks, if it is time, and tells what is broken. The first time is a day after the first deployment: until then people
/// confirm their subscriptions, and whoever deploys runs `infra-bootstrap doctor`.
pub(crate) async fn look(desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let Some(proof) = &desk.proof else { return Ok(()) };
    if !desk.store.take_turn("doctor hourly", HOURLY, now).await? {
        return Ok(());
    }
    let known = desk.store.load(&ServiceName::from(DOCTOR)).await?.filter(Incident::is_open);
    let looked_before = desk.store.turn_taken_at("doctor").await?.is_some();
    let is_due = desk.store.take_turn("doctor", DAILY, now).await?;
    if !looked_before || (!is_due && known.is_none()) {
        return Ok(());
    }
    let findings = examine(desk, proof, now).await;
    for finding in findings.iter().filter(|finding| finding.verdict != domain::Verdict::Pass) {
        tracing::warn!(check = %finding.check, verdict = finding.verdict.words(), evidence = ?finding.evidence, "doctor");
    }
    let voice = Voice::of(&findings);
    speak(proof, &voice.watchdog).await;
    let events = events(&voice, known.as_ref(), &proof.place, now);
    if events.is_empty() {
        return Ok(());
    }
    carry::carry(desk, &ServiceName::from(DOCTOR), &events).await.map(drop)
}

async fn examine(desk: &Desk, proof: &Proof, now: Timestamp) -> Vec<Finding> {
    let place = &proof.place;
    let expected = Expected::of(&desk.config, &place.account, &router_arn(place), place.heartbeat_alarm.as_deref());
    let readings = proof.doctor.read(&desk.config, place, &desk.store, now, EACH_READ).await;
    domain::examine(&expected, &readings, now)
}

/// Tells what is wrong with the pages past everything that pages.
async fn speak(proof: &Proof, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let Some(watchdog) = &proof.watchdog else {
        tracing::error!("the pages are broken, and this stack has no watchdog topic to say so");
        return;
    };
    let text = domain::text(&proof.place.words(), findings);
    if let Err(failure) = watchdog.speak("Paramedic: pages may reach nobody", &text).await {
        tracing::error!(why = failure.why(), "what is wrong with the pages could not be told");
    }
}

/// What the findings are to the incident about them: each failed check is an alarm of it, which recovers when the check
/// passes.
fn events(voice: &Voice, known: Option<&Incident>, place: &Whereabouts, now: Timestamp) -> Vec<Event> {
    let failed = voice
        .incident
        .iter()
        .map(|(finding, severity)| Event::Seen(Box::new(sighting(finding, *severity, place, now))));
    let recovered = voice.passed.iter().map(|check| alarm(*check)).filter(|alarm| {
        let record = known.and_then(|incident| incident.alarms.get(alarm));
        record.is_some_and(|record| record.state != AlarmState::Ok)
    });
    failed.chain(recovered.map(|alarm| Event::Settled { alarm, at: now })).collect()
}

fn alarm(check: Check) -> Arn {
    Arn::new(format!("paramedic:doctor:{check}"))
}

fn sighting(finding: &Finding, severity: Severity, place: &Whereabouts, now: Timestamp) -> Sighting {
    let hint = finding.hint.as_deref().unwrap_or_default();
    Sighting {
        route: Route::new(ServiceName::from(DOCTOR), false, severity),
        alarm: alarm(finding.check),
        name: format!("doctor: {}", finding.check),
        account: AccountId::from(place.account.as_str()),
        region: Region::from(place.region.as_str()),
        state: AlarmState::Alarm,
        changed_at: now,
        reason: format!("{}; hint: {hint}", finding.evidence.join("; ")),
        found: Found::Delivered,
        profile: Profile::default(),
    }
}
