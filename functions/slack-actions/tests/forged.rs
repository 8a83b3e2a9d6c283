//! 100,000 requests that nobody sent as they are, among 1,000 that Slack did: none of the former is heard, each of the
//! latter once. In one process and on one clock of its own, over four hours of that clock; the same seed does the same.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod sender;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::inbound::seen::{Heard, REMEMBER_CLICKS, Recent};
use paramedic_domain::inbound::signature::{self, Key};
use paramedic_domain::inbound::slack::{self, Pressed};
use sender::{Chance, PREVIOUS, SECRET, Sent, signed_as};
use slack_actions::call::{Call, Door};

const GENUINE: usize = 1_000;
const FORGED: usize = 100_000;

/// The decision, with the memory of one sandbox: the incident that is asked about, or why the request is not heard.
fn hear(event: &[u8], keys: &[Key], recent: &mut Recent, now: Timestamp) -> Result<String, String> {
    let call = Call::read(event).map_err(|error| error.to_string())?;
    if call.door() != Some(Door::Slack) {
        return Err("another door".to_owned());
    }
    let (signed_at, signed) = (call.header("x-slack-request-timestamp"), call.header("x-slack-signature"));
    let request = signature::slack(keys, signed_at, signed, &call.body, now).map_err(|error| error.to_string())?;
    let Pressed::Asks(click) = slack::read(&request, now).map_err(|error| error.to_string())? else {
        return Err("a link".to_owned());
    };
    match recent.take(&click.mark, REMEMBER_CLICKS, now) {
        Heard::First => Ok(click.incident_id.to_string()),
        Heard::Again | Heard::Unknown => Err("it came before".to_owned()),
    }
}

/// A request that Slack did not send as it is, and its kind.
fn forge(chance: &mut Chance, past: &[Sent], coming: &Sent, now: Timestamp) -> (&'static str, Sent) {
    // What an attacker may have seen: what was heard, mostly of late, and what is still on its way.
    let recent = past.len().saturating_sub(20);
    let seen = match chance.below(4) {
        0 => coming,
        1 => &past[chance.below(past.len())],
        _ => &past[recent + chance.below(past.len() - recent)],
    };
    let replayed = &past[recent + chance.below(past.len() - recent)];
    let (current, body) = (now.as_second().to_string(), &coming.body);
    match chance.below(13) {
        0 => ("replayed", replayed.clone()),
        1 => ("replayed after a while", past[chance.below(past.len())].clone()),
        2 => ("altered body", Sent { body: chance.flipped(&seen.body), ..seen.clone() }),
        3 => ("altered signature", Sent { signature: chance.flipped_text(&seen.signature), ..seen.clone() }),
        4 => ("altered time", Sent { timestamp: chance.flipped_text(&seen.timestamp), ..seen.clone() }),
        5 => ("dated anew", Sent { timestamp: current, ..replayed.clone() }),
        6 => {
            let away = 301 + i64::try_from(chance.below(3)).unwrap().pow(10);
            let away = if chance.below(4) == 0 { -away } else { away };
            ("stale", signed_as("v0", SECRET, &(now.as_second() - away).to_string(), body))
        }
        7 => {
            let wrong = ["", " ", "x", &SECRET[1..], &format!("{SECRET} "), "retired-secret", &SECRET.to_uppercase()]
                [chance.below(7)]
            .to_owned();
            ("wrong secret", signed_as("v0", &wrong, &current, body))
        }
        8 => ("wrong version", signed_as(["v1", "V0", "v", "v00"][chance.below(4)], SECRET, &current, body)),
        9 => {
            let signed = signed_as("v0", SECRET, &current, body);
            let bare = signed.signature.trim_start_matches("v0=").to_owned();
            let odd = [
                bare.clone(),
                format!("v0={}", bare.to_uppercase()),
                format!("v1={bare}"),
                format!("v0={bare},v0={bare}"),
            ];
            ("another spelling", Sent { signature: odd[chance.below(4)].clone(), ..signed })
        }
        10 => ("another's signature", Sent { signature: replayed.signature.clone(), ..coming.clone() }),
        11 => ("no signature", Sent { signature: String::new(), ..seen.clone() }),
        _ => {
            let odd = [
                format!("+{current}"),
                format!(" {current}"),
                format!("-{current}"),
                format!("{current}.0"),
                String::new(),
            ];
            ("no time", signed_as("v0", SECRET, &odd[chance.below(5)], body))
        }
    }
}

#[test]
fn none_of_100_000_forged_requests_is_heard_and_each_of_1_000_genuine_ones_once() {
    let mut chance = Chance::new(20_260_301);
    let keys = [Key::new(SECRET).unwrap(), Key::new(PREVIOUS).unwrap()];
    let mut recent = Recent::default();
    let start: Timestamp = "2026-03-01T03:00:00Z".parse().unwrap();
    let (mut past, mut refused) = (Vec::new(), BTreeMap::<(&str, String), usize>::new());
    for n in 0..GENUINE {
        let due = start + SignedDuration::from_millis(i64::try_from(n * 14_400).unwrap());
        let coming = chance.genuine(n, due);
        if !past.is_empty() {
            let share = FORGED / (GENUINE - 1) + usize::from(n <= FORGED % (GENUINE - 1));
            for _ in 0..share {
                let (kind, forged) = forge(&mut chance, &past, &coming, due);
                match hear(&chance.event(&forged), &keys, &mut recent, due) {
                    Err(why) => *refused.entry((kind, why)).or_default() += 1,
                    Ok(incident) => panic!("{kind} was heard, about {incident}: {forged:?}"),
                }
            }
        }
        assert_eq!(hear(&chance.event(&coming), &keys, &mut recent, due), Ok(format!("inc-{n}")), "{coming:?}");
        past.push(coming);
    }
    assert_eq!(past.len(), GENUINE);
    assert_eq!(refused.values().sum::<usize>(), FORGED);
    // Each kind was refused for what is wrong with it: had all of them been unreadable, nothing would be shown.
    let count = |kind: &str, why: &str| {
        refused.iter().filter(|((k, w), _)| *k == kind && w.contains(why)).map(|(_, count)| count).sum::<usize>()
    };
    let enough = FORGED / 13 / 3;
    for (kind, why) in [
        ("replayed", "came before"),
        ("replayed after a while", "from now"),
        ("altered body", "not the sender's"),
        ("dated anew", "not the sender's"),
        ("stale", "from now"),
        ("wrong secret", "not the sender's"),
        ("wrong version", "bears no signature"),
        ("another spelling", "bears no signature"),
        ("another's signature", "not the sender's"),
        ("no signature", "bears no signature"),
        ("no time", "bears no time"),
    ] {
        assert!(count(kind, why) > enough, "{kind}: {refused:#?}");
    }
    // A flipped bit mostly leaves no digit behind.
    for kind in ["altered time", "altered signature"] {
        assert!(count(kind, "not the sender's") > 100, "{kind}: {refused:#?}");
    }
}
