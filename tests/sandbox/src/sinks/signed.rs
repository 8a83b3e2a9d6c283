//! Signatures of what Slack and PagerDuty send.

use ring::hmac;

/// HMAC-SHA256 over some bytes, in hexadecimal digits.
pub(super) fn hmac_hex(secret: &str, signed: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, signed).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of `docs.slack.dev/authentication/verifying-requests-from-slack`.
    #[test]
    fn the_example_of_slacks_documentation_comes_out() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
                    &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
                    &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
                    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signed = format!("v0:1531420618:{body}");
        assert_eq!(
            hmac_hex("8f742231b10e8888abcd99yyyzzz85a5", signed.as_bytes()),
            "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }
}
