#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::Timestamp;

use super::*;
use crate::diagnosis::cases;
use crate::diagnosis::staged::{healthy, now, pin_images, stale};
use crate::evidence::{Reading, ServiceEvent};
use crate::guardrail::{Guardrail, Switch};
use crate::id::ServiceName;
use crate::ledger::Ledger;
use crate::ledger::tests::subject;
use crate::remedy::RemedyKind;

pub(crate) fn config(mode: &str) -> Config {
    let text = format!("version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\ndefault_mode = \"{mode}\"\n");
    Config::parse(&text, "paramedic.toml").unwrap()
}

/// A case in which acting is right.
pub(crate) fn right() -> Case {
    let mut evidence = stale();
    pin_images(&mut evidence);
    Case {
        subject: subject("inc-1"),
        told: diagnose(&evidence),
        approval: None,
        evidence,
        incident: Present { open: true, ..Present::default() },
        services_in_trouble: Some(1),
        ledger: Some(Ledger::empty(ServiceName::from("web"))),
        account_actions: Some(0),
        switch: Switch::On,
        time_left: SignedDuration::from_secs(20),
        now: now() + SignedDuration::from_secs(1),
    }
}

fn guardrails(decision: &Decision) -> Vec<Guardrail> {
    decision.objections().iter().map(|objection| objection.guardrail).collect()
}

fn approved(at: Timestamp) -> Case {
    let plan = decide(&right(), &config("approve")).plan().unwrap().digest();
    Case { approval: Some(Approval { plan, at }), ..right() }
}

#[test]
fn a_certain_case_proceeds_where_the_mode_allows_it() {
    let decision = decide(&right(), &config("auto"));
    assert_eq!(decision.ruling, Ruling::Proceed);
    assert_eq!(decision.plan().unwrap().remedy(), RemedyKind::ForceRedeploy);
    assert_eq!(guardrails(&decide(&right(), &config("suggest"))), [Guardrail::Mode]);
}

#[test]
fn a_persons_word_holds_for_its_plan_and_for_ten_minutes() {
    let case = approved(right().now - SignedDuration::from_mins(9));
    assert_eq!(decide(&case, &config("approve")).ruling, Ruling::Proceed);
    let late = approved(right().now - SignedDuration::from_mins(10));
    assert!(matches!(decide(&late, &config("approve")).ruling, Ruling::NeedsApproval(_)));
    let other = Approval { plan: "another".to_owned(), at: right().now };
    let other = Case { approval: Some(other), ..right() };
    assert!(matches!(decide(&other, &config("approve")).ruling, Ruling::NeedsApproval(_)));
}

#[test]
fn without_the_count_of_actions_the_ledger_counts_as_unread() {
    let case = Case { account_actions: None, ..right() };
    assert_eq!(guardrails(&decide(&case, &config("auto"))), [Guardrail::LedgerRead]);
}

#[test]
fn where_there_is_no_plan_nothing_is_ruled_on() {
    let decision = decide(&Case { evidence: healthy(), ..right() }, &config("auto"));
    assert!(matches!(decision.proposal, Proposal::Suggest(_)));
    assert_eq!(decision.ruling, Ruling::Refuse(Vec::new()));
}

#[test]
fn a_service_that_left_the_configuration_is_left_alone() {
    let none = Config::parse("version = 1", "paramedic.toml").unwrap();
    let decision = decide(&right(), &none);
    assert!(matches!(decision.proposal, Proposal::LeaveAlone(why) if why == "web is not in paramedic.toml"));
    assert_eq!(decision.ruling, Ruling::Refuse(Vec::new()));
}

#[test]
fn redacting_takes_secrets_and_no_cause() {
    let mut case = right();
    let Reading::Read(service) = &mut case.evidence.service else { panic!("staged evidence is read") };
    service
        .events
        .push(ServiceEvent { at: now(), message: "could not log in with password=hunter2hunter2".to_owned() });
    let json = serde_json::to_string(&case.redacted()).unwrap();
    assert!(!json.contains("hunter2") && json.contains("could not log in"), "{json}");
    for staged in cases::all() {
        let seen = |evidence: &_| diagnose(evidence).top().cause;
        assert_eq!(seen(&staged.evidence.clone().redacted()), seen(&staged.evidence), "{}", staged.name);
    }
}

#[test]
fn the_digest_of_a_variable_is_not_kept_and_a_changed_one_is_still_seen() {
    let mut evidence = healthy();
    let (Reading::Read(present), mut before) = (&mut evidence.definition, crate::diagnosis::staged::definition())
    else {
        panic!("staged evidence is read")
    };
    present.containers[0].environment.insert("LEVEL".to_owned(), "c0ffee01".to_owned());
    before.containers[0].environment.insert("LEVEL".to_owned(), "c0ffee02".to_owned());
    let differences = present.against(&before);
    evidence.previous = Reading::Read(before);
    let kept = evidence.redacted();
    assert!(!serde_json::to_string(&kept).unwrap().contains("c0ffee"));
    assert_eq!(kept.definition.read().unwrap().against(kept.previous.read().unwrap()), differences);
}

#[test]
fn another_configuration_is_told_from_the_one_that_was() {
    let kept = |mode| Kept::of(right(), &decide(&right(), &config(mode)));
    let change = |then, now| replay(&kept(then), &config(now)).change();
    assert_eq!(change("suggest", "suggest"), Change::Same);
    assert_eq!(change("suggest", "auto"), Change::WouldAct);
    assert_eq!(change("auto", "suggest"), Change::WouldRefuse);
    assert_eq!(change("suggest", "approve"), Change::WouldAsk);
    assert_eq!(change("suggest", "off"), Change::Otherwise);
    let lost = Kept { case: None, ..kept("auto") };
    assert_eq!(replay(&lost, &config("auto")).change(), Change::Unknown);
}

#[test]
fn the_digest_is_that_of_the_evidence_and_of_nothing_else() {
    let digest = |case: Case| Kept::of(case.clone(), &decide(&case, &config("auto"))).evidence;
    assert_eq!(digest(right()).len(), 16);
    assert_eq!(digest(right()), digest(Case { switch: Switch::Off, ..right() }));
    assert_ne!(digest(right()), digest(Case { evidence: healthy(), ..right() }));
}
