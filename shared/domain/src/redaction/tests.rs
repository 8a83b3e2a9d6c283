#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

#[test]
fn keys_of_a_known_form_go_wherever_they_stand() {
    for key in [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "sk-abcdef1234567890abcdef1234567890",
        "sk-proj-Ab12Cd34Ef56Gh78Ij90",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "xoxb-2403-2403-4uFqkLkZ1bXa",
    ] {
        for text in [
            key.to_owned(),
            format!("ERROR sent {key} to x"),
            format!("tried ({key}), then gave up"),
            format!(r#"{{"level":"error","what":"{key}"}}"#),
            format!("https://x.example/?a={key}&b=1"),
            format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{key}"),
        ] {
            let kept = redacted(&text);
            assert!(!kept.contains(key) && kept.contains(GONE), "{text} -> {kept}");
        }
    }
}

#[test]
fn a_value_goes_with_its_name_telling_what_it_is() {
    for (text, kept) in [
        ("humble-compass: Alarm-P0-5XX rings", "humble-compass: Alarm-P0-5XX rings"),
        ("dbPass: Hunter2x", "dbPass: ***"),
        ("ERROR login password=hunter2! failed", "ERROR login password=*** failed"),
        ("DB_PASSWORD: swordfish", "DB_PASSWORD: ***"),
        ("sent Bearer abc.def to x", "sent Bearer *** to x"),
        ("Authorization: Basic YWxhZGRpbjpvcGVu", "Authorization: ***"),
        ("Cookie: a=1; b=2", "Cookie: ***"),
        (r#"{"api_key":"se, same","msg":"no"}"#, r#"{"api_key":"***","msg":"no"}"#),
        (r#"{"body":"{\"token\":\"ab c\",\"n\":1}"}"#, r#"{"body":"{\"token\":\"***\",\"n\":1}"}"#),
        (r#"token='ab\'c' n=1"#, "token='***' n=1"),
        ("client_secret=abc&x=1", "client_secret=***&x=1"),
        ("secret => s3cr3t", "secret => ***"),
        ("?X-Amz-Signature=0123456789abcdef&x=1", "?X-Amz-Signature=***&x=1"),
    ] {
        assert_eq!(redacted(text), kept);
    }
}

#[test]
fn the_user_and_password_of_an_address_go() {
    for (text, kept) in [
        ("redis://app:hun/ter2@cache refused", "redis://***@cache refused"),
        ("postgres://u:p@ss@db:5432/x", "postgres://***@db:5432/x"),
        ("root:pa55@tcp(db:3306)/shop", "root:***@tcp(db:3306)/shop"),
        (r#"url="amqps://u:p@mq/""#, r#"url="amqps://***@mq/""#),
    ] {
        assert_eq!(redacted(text), kept);
    }
}

#[test]
fn a_pem_block_goes_over_all_of_its_lines_however_they_end() {
    let block = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEA\nx1Y=\n-----END RSA PRIVATE KEY-----";
    assert_eq!(redacted(&format!("before\n{block} after\nlast")), "before\n***\n\n\n\n\n after\nlast");
    assert_eq!(redacted(&format!(r#"{{"k":"{}"}}"#, block.replace('\n', r"\n"))), r#"{"k":"***"}"#);
}

#[test]
fn a_block_that_comes_as_separate_lines_goes_too_and_one_that_is_cut_off_hides_nothing_after_it() {
    let mut redactor = Redactor::default();
    let lines = ["key is -----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg", "kq=", "ERROR cannot connect", "MIIE"];
    let kept: Vec<String> = lines.iter().map(|line| redactor.line(line)).collect();
    assert_eq!(kept, ["key is ***", "", "", "ERROR cannot connect", "MIIE"]);
}

#[test]
fn a_secret_that_is_wrapped_goes_on_over_the_end_of_the_line() {
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\n  eyJzdWIiOiIxMjM0\n  NTY3ODkwIn0";
    assert_eq!(redacted(&format!("got {token}\nERROR refused")), "got ***\n***\n***\nERROR refused");
    assert_eq!(redacted("\"password\":\n  \"hunter2\",\n\"n\": 1"), "\"password\":\n  \"***\",\n\"n\": 1");
}

#[test]
fn what_an_engineer_needs_to_read_stays() {
    for text in [
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm",
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/auth:1.5@sha256:0f3c7d5c2b9a4e8e8f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60: not found",
        "image of auth: shop/auth:1.4 → shop/auth:1.5",
        "memory of token: 1024 MiB → 512 MiB",
        "deployment of auth:7 → auth:8",
        "secret web/token changed at 02:55",
        "ERROR token expired for client",
        "Error: no secret: ",
        "Threshold Crossed: 1 out of the last 1 datapoints [33.3 (01/03/26 02:59:00)] was greater than the threshold (5.0).",
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef",
        "ecs-svc/1234567890123456789 task 0af3b2c4aa114e2c9f001234567890ab",
        "Error: connect ETIMEDOUT web-redis.x1y2z3.0001.euw1.cache.amazonaws.com:6379",
        "AngularPizaProductionServiceTaskDefinition1 at /ecs/AngularPiza/Production2",
        "task sk-learn-service in desk-top",
        "2026-03-01T03:00:00.123Z (service web) was unable to place a task.",
    ] {
        assert_eq!(redacted(text), text);
    }
}

proptest! {
    #[test]
    fn a_key_goes_from_within_any_prose(before in "[a-zA-Z ,.:=\"']{0,40}[ \"'=:(]", after in "[ \"',;)\n][a-z ,.:]{0,40}") {
        for key in ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "sk-Ab12Cd34Ef56Gh78"] {
            let text = format!("{before}{key}{after}");
            prop_assert!(!redacted(&text).contains(key), "{}", text);
        }
    }

    #[test]
    fn what_was_redacted_once_stays_as_it_is(text in "(password=|token: |://|@|-----BEGIN X-----|-----END X-----|sk-A1b2C3d4|[ -~]|\n){0,30}") {
        let once = redacted(&text);
        let twice = redacted(&once);
        prop_assert!(twice.len() <= once.len() + 3, "{once:?} -> {twice:?}");
    }

    #[test]
    fn any_text_keeps_its_lines(text in "\\PC{0,200}(\n\\PC{0,50}){0,4}") {
        prop_assert_eq!(redacted(&text).split('\n').count(), text.split('\n').count());
    }
}
