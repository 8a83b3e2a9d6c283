//! Secrets Manager answers nothing but errors, and the router has just started anew: neither Slack nor PagerDuty can be
//! told. The pages topic needs no secret, and the trouble with the secrets is told there too.

use super::drive::{DWELL, dwell, received};
use super::{Driven, Scenario};
use crate::faults;
use crate::functions::Function;
use crate::judge::{Case, Expectation, Way, between, exactly, only_then, told};
use crate::overlay::Outage;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "secrets-down",
    shows: "no secret can be read: people are still reached by the pages topic, and told that the other channels are broken",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    // One SMS for the service and one for each secret; a mail when the secrets are back.
    expects: &[between(2, 3, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        stage.break_service("secretsmanager", Outage::InternalError);
        // What is read already is remembered.
        stage.start_anew(Function::Router).await?;
        faults::set_off(overlay, target, &alarm);
        if received(stage, 2, Way::Sms, 30).await {
            dwell(DWELL).await;
        }
        stage.mend_service("secretsmanager");
        received(stage, 1, Way::Mail, 15).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let back = case.fault(3).unwrap_or(jiff::Timestamp::MAX);
    let down = case.between(case.fault_at, back);
    let after = case.since(back);
    vec![
        told(&down, Way::Sms, &[&case.subject.service, "checkout"], "the trouble reaches people by the pages topic"),
        told(
            &down,
            Way::Sms,
            &["paramedic itself", "cannot be read"],
            "that a secret cannot be read reaches people too",
        ),
        only_then(
            &down,
            "nothing else is said twice, and nothing comes through the channels that need a secret",
            &[between(2, 3, Way::Sms)],
        ),
        told(&after, Way::Mail, &["paramedic itself", "RESOLVED"], "when the secrets can be read again, that is told"),
    ]
}
