#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;

use super::*;
use crate::id::{PersonName, RotationName, ServiceName};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOON: &str = "2026-03-01T12:00:00Z";

fn silence() -> Silence {
    Silence::of_service(&ServiceName::from("web"), SignedDuration::from_hours(2), "lin (Slack)", "deploy", at(NOON))
}

fn cover() -> Override {
    let (rotation, person) = (RotationName::from("primary"), PersonName::from("ada"));
    let (from, until) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T20:00:00Z"));
    Override::new(rotation, person, from, until, "lin (command line)", "swap", at(NOON))
}

fn end_silence(when: &str) -> Order {
    Order::EndSilence { id: silence().id, by: "ada (Slack)".to_owned(), at: at(when) }
}

fn end_cover(when: &str) -> Order {
    Order::EndOverride { id: cover().id, by: "ada (Slack)".to_owned(), at: at(when) }
}

#[test]
fn an_order_travels_under_its_name() {
    let orders = [Order::AddSilence(silence()), end_silence(NOON), Order::AddOverride(cover()), end_cover(NOON)];
    for order in &orders {
        let json = serde_json::to_value(order).unwrap();
        assert_eq!(json["event"], Order::EVENT);
        assert_eq!(serde_json::from_value::<Order>(json).unwrap(), *order);
    }
    let lines: Vec<String> = orders.iter().map(|order| serde_json::to_string(order).unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    {"event":"ordered","order":{"add_silence":{"id":"sil-1400dd884849","matcher":{"service":"web"},"window":{"once":{"from":"2026-03-01T12:00:00Z","until":"2026-03-01T14:00:00Z"}},"by":"lin (Slack)","reason":"deploy","created":"2026-03-01T12:00:00Z"}}}
    {"event":"ordered","order":{"end_silence":{"id":"sil-1400dd884849","by":"ada (Slack)","at":"2026-03-01T12:00:00Z"}}}
    {"event":"ordered","order":{"add_override":{"id":"ovr-192622131208","rotation":"primary","person":"ada","from":"2026-03-02T08:00:00Z","until":"2026-03-02T20:00:00Z","by":"lin (command line)","reason":"swap","created":"2026-03-01T12:00:00Z"}}}
    {"event":"ordered","order":{"end_override":{"id":"ovr-192622131208","by":"ada (Slack)","at":"2026-03-01T12:00:00Z"}}}
    "#);
}

#[test]
fn what_was_ordered_twice_stands_once() {
    let mut standing = Standing::default();
    let order = Order::AddSilence(silence());
    assert_eq!(standing.apply(&order, at(NOON)), Ok(Changed::Silence(silence())));
    assert_eq!(standing.apply(&order, at("2026-03-01T12:00:05Z")), Ok(Changed::Nothing));
    let order = Order::AddOverride(cover());
    assert_eq!(standing.apply(&order, at(NOON)), Ok(Changed::Override(cover())));
    assert_eq!(standing.apply(&order, at("2026-03-01T12:00:05Z")), Ok(Changed::Nothing));
    assert_eq!((standing.silences.len(), standing.overrides.len()), (1, 1));
}

#[test]
fn what_was_ended_does_not_come_back_with_a_late_delivery() {
    let mut standing = Standing::default();
    standing.apply(&Order::AddSilence(silence()), at(NOON)).unwrap();
    let changed = standing.apply(&end_silence("2026-03-01T12:30:00Z"), at("2026-03-01T12:30:01Z")).unwrap();
    let Changed::Silence(ended) = changed else { panic!("{changed:?}") };
    assert_eq!(ended.ended, Some(Ended { by: "ada (Slack)".to_owned(), at: at("2026-03-01T12:30:00Z") }));
    let late = at("2026-03-01T12:31:00Z");
    assert_eq!(standing.apply(&Order::AddSilence(silence()), late), Ok(Changed::Nothing));
    assert_eq!(standing.silences[0].holds_until(late), None);
    assert_eq!(standing.apply(&end_silence("2026-03-01T12:40:00Z"), at("2026-03-01T12:41:00Z")), Ok(Changed::Nothing));
}

#[test]
fn an_override_that_is_ended_before_it_began_never_holds() {
    let mut standing = Standing::default();
    standing.apply(&Order::AddOverride(cover()), at(NOON)).unwrap();
    standing.apply(&end_cover("2026-03-01T13:00:00Z"), at("2026-03-01T13:00:00Z")).unwrap();
    assert!(!standing.overrides[0].holds(at("2026-03-02T09:00:00Z")));
}

#[test]
fn a_clock_that_is_ahead_does_not_end_anything_later() {
    let mut standing = Standing::default();
    standing.apply(&Order::AddSilence(silence()), at(NOON)).unwrap();
    standing.apply(&end_silence("2026-03-01T13:00:00Z"), at("2026-03-01T12:10:00Z")).unwrap();
    assert_eq!(standing.silences[0].over_at(), Some(at("2026-03-01T12:10:00Z")));
}

#[test]
fn what_is_over_ends_no_more() {
    let mut standing = Standing::default();
    standing.apply(&Order::AddSilence(silence()), at(NOON)).unwrap();
    let after = "2026-03-01T14:00:00Z";
    assert_eq!(standing.apply(&end_silence(after), at(after)), Ok(Changed::Nothing));
    assert_eq!(standing.silences[0].ended, None);
}

#[test]
fn what_cannot_be_done_changes_nothing_and_says_why() {
    let mut standing = Standing::default();
    let week_later = at("2026-03-08T12:00:00Z");
    let orders = [end_silence(NOON), end_cover(NOON), Order::AddSilence(silence()), Order::AddOverride(cover())];
    let why: Vec<String> =
        orders.iter().map(|order| standing.apply(order, week_later).unwrap_err().to_string()).collect();
    assert_snapshot!(why.join("\n"), @r#"
    there is no standing silence "sil-1400dd884849"
      hint: `infra-bootstrap silence list` has them; a [[maintenance]] window is ended in paramedic.toml
    there is no standing override "ovr-192622131208"
      hint: `infra-bootstrap oncall show` has them
    the silence was over at 2026-03-01T14:00:00Z
      hint: give an end that is still to come
    the override was over at 2026-03-02T20:00:00Z
      hint: give an end that is still to come
    "#);
    assert_eq!(standing, Standing::default());
}

#[test]
fn orders_that_nobody_reads_any_more_are_too_many() {
    let mut standing = Standing::default();
    let nth = |n: usize| {
        let service = ServiceName::new(format!("service-{n}"));
        Order::AddSilence(Silence::of_service(&service, SignedDuration::from_hours(2), "lin", "storm", at(NOON)))
    };
    for n in 0..MOST {
        standing.apply(&nth(n), at(NOON)).unwrap();
    }
    let refused = standing.apply(&nth(MOST), at(NOON)).unwrap_err();
    assert_snapshot!(refused, @r"
    200 silences stand already
      hint: end some, or match more alarms with one
    ");
    let over = at("2026-03-01T14:00:00Z");
    let later = Silence::of_service(&ServiceName::from("web"), SignedDuration::from_hours(2), "lin", "again", over);
    assert!(standing.apply(&Order::AddSilence(later), over).is_ok(), "those that are over do not count");
}

#[test]
fn what_is_over_is_forgotten_when_no_delivery_can_be_that_late() {
    let mut standing = Standing::default();
    standing.apply(&Order::AddSilence(silence()), at(NOON)).unwrap();
    standing.apply(&Order::AddOverride(cover()), at(NOON)).unwrap();
    let over = at("2026-03-01T14:00:00Z");
    assert_eq!(kept_until(Some(over)), Some(at("2026-03-31T14:00:00Z")));
    assert_eq!(standing.prune(at("2026-03-31T13:59:59Z")), []);
    assert_eq!(standing.prune(at("2026-03-31T14:00:00Z")), [Forgotten::Silence(silence().id)]);
    assert_eq!(standing.prune(at("2026-04-02T00:00:00Z")), [Forgotten::Override(cover().id)]);
    assert_eq!(standing, Standing::default());
}
