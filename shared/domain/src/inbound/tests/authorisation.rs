use crate::config::{Config, SlackConfig};
use crate::inbound::authorisation::{Denied, permit};
use crate::inbound::slack::{Person, SILENCE, UserId};
use crate::request::Ask;

fn slack(lists: &str) -> SlackConfig {
    let text = format!("version = 1\n[slack]\nsecret = \"s\"\nchannel = \"#c\"\n{lists}");
    Config::parse(&text, "paramedic.toml").unwrap().slack.unwrap()
}

fn person(id: &str) -> Person {
    Person { id: UserId::try_from(id.to_owned()).unwrap(), name: "ada".to_owned(), is_from_elsewhere: false }
}

fn ask(word: &str) -> Ask {
    match word {
        "ack" => Ask::Ack,
        "silence" => Ask::Silence { lasts: SILENCE, reason: String::new() },
        "approve" => Ask::Approve { plan: "plan".to_owned() },
        _ => Ask::Refuse { plan: "plan".to_owned() },
    }
}

#[test]
fn without_lists_everybody_of_the_workspace_may_ack_silence_and_refuse_and_nobody_approve() {
    let slack = slack("");
    for word in ["ack", "silence", "refuse"] {
        assert_eq!(permit(&slack, &person("U111"), &ask(word)), Ok(()), "{word}");
    }
    assert_eq!(permit(&slack, &person("U111"), &ask("approve")), Err(Denied::NotAnApprover));
}

#[test]
fn named_responders_and_no_others_may_ack_silence_and_refuse() {
    let slack = slack("responders = [\"U111\"]\n");
    for word in ["ack", "silence", "refuse"] {
        assert_eq!(permit(&slack, &person("U111"), &ask(word)), Ok(()), "{word}");
        assert_eq!(permit(&slack, &person("U222"), &ask(word)), Err(Denied::NotAResponder), "{word}");
    }
    assert_eq!(permit(&slack, &person("U111"), &ask("approve")), Err(Denied::NotAnApprover));
}

#[test]
fn an_empty_list_of_responders_names_nobody() {
    assert_eq!(permit(&slack("responders = []\n"), &person("U111"), &ask("ack")), Err(Denied::NotAResponder));
}

#[test]
fn an_approver_may_do_all_of_it() {
    let slack = slack("responders = [\"U111\"]\napprovers = [\"W222\"]\n");
    for word in ["ack", "silence", "approve", "refuse"] {
        assert_eq!(permit(&slack, &person("W222"), &ask(word)), Ok(()), "{word}");
    }
}

#[test]
fn people_of_another_workspace_have_to_be_named() {
    let stranger = Person { is_from_elsewhere: true, ..person("U111") };
    assert_eq!(permit(&slack(""), &stranger, &ask("ack")), Err(Denied::Stranger));
    assert_eq!(permit(&slack("responders = [\"U111\"]\n"), &stranger, &ask("ack")), Ok(()));
}

#[test]
fn a_name_in_place_of_an_id_is_refused_where_it_stands() {
    for (lists, wrong) in [("responders = [\"U111\", \"@ada\"]\n", "@ada"), ("approvers = [\"ada\"]\n", "ada")] {
        let text = format!("version = 1\n[slack]\nsecret = \"s\"\nchannel = \"#c\"\n{lists}");
        let refusal = Config::parse(&text, "paramedic.toml").unwrap_err().to_string();
        assert!(refusal.starts_with("paramedic.toml:5:") && refusal.contains(wrong), "{refusal}");
        assert!(refusal.contains("hint: expected one such as U012ABCDEF"), "{refusal}");
    }
}

#[test]
fn whoever_is_denied_reads_that_nothing_was_done_and_who_can_help() {
    for denied in [Denied::NotAnApprover, Denied::NotAResponder, Denied::Stranger] {
        let text = denied.to_string();
        assert!(text.starts_with("Nothing was done") && text.contains("paramedic.toml"), "{text}");
    }
}
