//! Whether SMS would arrive ("SMS sandbox" and "Setting SMS messaging preferences", Amazon SNS Developer Guide).

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::readings::{SmsFacts, Subscription};
use super::super::{Expected, Readings};
use crate::evidence::Reading;

/// AWS's own monthly limit in US dollars. It is spent after some ten messages in many countries, and then SNS is silent.
const TOO_LITTLE: f64 = 1.0;

/// In the SMS sandbox only numbers get anything that were verified there.
pub(super) fn sandbox(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let (numbers, facts) = match subject(readings) {
        Ok(subject) => subject,
        Err(says) => return says,
    };
    if !facts.in_sandbox {
        return Says::pass("the account is out of the SMS sandbox");
    }
    let unverified = numbers.iter().filter(|number| !facts.verified.contains(&number.endpoint));
    let problems =
        unverified.map(|number| format!("{} is not verified, and the account is in the SMS sandbox", number.masked()));
    let hint = "verify the number in the SNS console, or ask AWS to move the account out of the SMS sandbox";
    Says::all(problems.collect(), Vec::new(), "every number is verified in the SMS sandbox".to_owned(), hint)
}

/// The monthly limit is above AWS's own.
pub(super) fn spending(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let (_, facts) = match subject(readings) {
        Ok(subject) => subject,
        Err(says) => return says,
    };
    let limit = format!("SMS may cost {} USD a month", facts.monthly_limit);
    if facts.monthly_limit > TOO_LITTLE {
        return Says::pass(limit);
    }
    let hint =
        "ask AWS Support for a higher SMS spending quota and set MonthlySpendLimit (SNS, text messaging preferences)";
    Says::fail(format!("{limit}, which a few pages use up; then SNS sends none"), hint)
}

fn subject(readings: &Readings) -> Result<(Vec<&Subscription>, &SmsFacts), Says> {
    let topics = readings.topics.values().filter_map(Reading::read);
    let numbers: Vec<&Subscription> =
        topics.flat_map(|topic| &topic.subscriptions).filter(|subscription| subscription.protocol == "sms").collect();
    if numbers.is_empty() {
        return Err(Says::skip("nobody is told by SMS"));
    }
    match &readings.sms {
        Reading::Read(facts) => Ok((numbers, facts)),
        Reading::NotConfigured => Err(Says::skip("nobody is told by SMS")),
        Reading::Unread { why } => Err(Says::unread("SNS's SMS settings", why)),
    }
}
