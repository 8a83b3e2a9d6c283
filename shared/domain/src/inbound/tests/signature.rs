use jiff::SignedDuration;

use super::*;
use crate::inbound::signature::{Unproven, pagerduty, slack};

const BODY: &[u8] = b"payload=%7B%7D";

/// What becomes of a request that was signed as it should be, `ahead` seconds from now.
fn dated(ahead: i64) -> Result<(), Unproven> {
    let timestamp = (now().as_second() + ahead).to_string();
    let signature = signed_by_slack(SECRET, &timestamp, BODY);
    slack(&[key(SECRET)], Some(&timestamp), Some(&signature), BODY, now()).map(|_| ())
}

/// What becomes of a request with this time and signature.
fn verdict(keys: &[Key], timestamp: &str, signature: &str) -> Result<(), Unproven> {
    slack(keys, Some(timestamp), Some(signature), BODY, now()).map(|_| ())
}

#[test]
fn the_example_of_slacks_documentation_is_genuine() {
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    let then = Timestamp::from_second(1_531_420_618).unwrap();
    let request = slack(&[key(SECRET)], Some("1531420618"), Some(signature), body, then).unwrap();
    assert_eq!(request.body(), body);
}

#[test]
fn a_request_is_good_for_five_minutes_either_way() {
    for ahead in [-300, -299, 0, 299, 300] {
        assert_eq!(dated(ahead), Ok(()), "{ahead}");
    }
    for ahead in [-301, 301, -86_400, 86_400] {
        assert_eq!(dated(ahead), Err(Unproven::Stale), "{ahead}");
    }
    let later = now() + SignedDuration::from_nanos(1);
    let timestamp = (now().as_second() - 300).to_string();
    let signature = signed_by_slack(SECRET, &timestamp, BODY);
    let verdict = slack(&[key(SECRET)], Some(&timestamp), Some(&signature), BODY, later).map(|_| ());
    assert_eq!(verdict, Err(Unproven::Stale), "the window is no nanosecond longer");
}

#[test]
fn the_previous_secret_is_good_while_it_is_known() {
    let timestamp = now().as_second().to_string();
    let signature = signed_by_slack("previous", &timestamp, BODY);
    assert_eq!(verdict(&[key(SECRET), key("previous")], &timestamp, &signature), Ok(()));
    assert_eq!(verdict(&[key(SECRET)], &timestamp, &signature), Err(Unproven::Forged));
}

#[test]
fn no_bit_of_time_or_signature_or_body_can_be_changed() {
    let timestamp = now().as_second().to_string();
    let signature = signed_by_slack(SECRET, &timestamp, BODY);
    let keys = [key(SECRET)];
    let flips = |text: &[u8]| {
        let text = text.to_vec();
        (0..text.len() * 8).map(move |bit| {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        })
    };
    for flipped in flips(timestamp.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
        assert!(verdict(&keys, &flipped, &signature).is_err(), "{flipped:?}");
    }
    for flipped in flips(signature.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
        assert!(verdict(&keys, &timestamp, &flipped).is_err(), "{flipped:?}");
    }
    for flipped in flips(BODY) {
        assert!(slack(&keys, Some(&timestamp), Some(&signature), &flipped, now()).is_err(), "{flipped:?}");
    }
}

#[test]
fn an_empty_secret_proves_nothing() {
    for empty in ["", " ", "\n\t"] {
        assert!(Key::new(empty).is_none(), "{empty:?}");
    }
    let timestamp = now().as_second().to_string();
    let signature = signed_by_slack("", &timestamp, BODY);
    assert_eq!(verdict(&[], &timestamp, &signature), Err(Unproven::NoKey));
    assert_eq!(verdict(&[key(SECRET)], &timestamp, &signature), Err(Unproven::Forged));
}

#[test]
fn a_time_is_digits_and_nothing_else() {
    let second = now().as_second();
    let odd = [
        String::new(),
        format!("+{second}"),
        format!("-{second}"),
        format!(" {second}"),
        format!("{second}\n"),
        format!("{second}.0"),
        format!("{second}\0"),
        format!("{second},{second}"),
        "99999999999999999999".to_owned(),
        "١٧٧٢٣٣٤٠٠٠".to_owned(),
        "0x69a3ac20".to_owned(),
        "9".repeat(100_000),
    ];
    for timestamp in odd {
        let signature = signed_by_slack(SECRET, &timestamp, BODY);
        assert_eq!(verdict(&[key(SECRET)], &timestamp, &signature), Err(Unproven::Undated), "{timestamp:.40}");
    }
    let signature = signed_by_slack(SECRET, "", BODY);
    let verdict = slack(&[key(SECRET)], None, Some(&signature), BODY, now()).map(|_| ());
    assert_eq!(verdict, Err(Unproven::Undated));
}

#[test]
fn a_signature_is_written_in_one_way_only() {
    let timestamp = now().as_second().to_string();
    let signature = signed_by_slack(SECRET, &timestamp, BODY);
    let bare = signature.strip_prefix("v0=").unwrap();
    let odd = [
        String::new(),
        "v0=".to_owned(),
        bare.to_owned(),
        format!("v1={bare}"),
        format!("V0={bare}"),
        format!("v0={}", bare.to_uppercase()),
        format!("v0={}", &bare[1..]),
        format!("v0={bare}0"),
        format!("v0={bare},v0={bare}"),
        format!("v0={} ", &bare[1..]),
        format!("v0=é{}", &bare[2..]),
        "v0=".to_owned() + &"a".repeat(100_000),
    ];
    for odd in odd {
        assert_eq!(verdict(&[key(SECRET)], &timestamp, &odd), Err(Unproven::Unsigned), "{odd:.80}");
    }
}

#[test]
fn pagerduty_may_sign_with_several_secrets_at_once() {
    let (old, new) = (hex("old", &[BODY]), hex(SECRET, &[BODY]));
    let keys = [key(SECRET)];
    let both = format!("v1={old},v1={new}");
    for header in [&both, &format!("v1={new}"), &format!("v1={old}, v1={new}"), &format!("v2=x,v1={new}")] {
        assert!(pagerduty(&keys, Some(header), BODY).is_ok(), "{header}");
    }
    assert_eq!(pagerduty(&keys, Some(&format!("v1={old}")), BODY).map(|_| ()), Err(Unproven::Forged));
    assert_eq!(pagerduty(&keys, Some(&both), b"other").map(|_| ()), Err(Unproven::Forged));
    assert_eq!(pagerduty(&[], Some(&both), BODY).map(|_| ()), Err(Unproven::NoKey));
    for header in [None, Some(""), Some(new.as_str()), Some("v1=,v1="), Some(",,,")] {
        assert_eq!(pagerduty(&keys, header, BODY).map(|_| ()), Err(Unproven::Unsigned), "{header:?}");
    }
}

#[test]
fn a_flood_of_signatures_in_one_request_is_not_compared_for_ever() {
    let wrong = format!("v1={},", "0".repeat(64)).repeat(8);
    let header = format!("{wrong}v1={}", hex(SECRET, &[BODY]));
    assert_eq!(pagerduty(&[key(SECRET)], Some(&header), BODY).map(|_| ()), Err(Unproven::Forged));
}

#[test]
fn a_key_is_not_printed() {
    assert_eq!(format!("{:?}", key(SECRET)), "Key(not shown)");
}
