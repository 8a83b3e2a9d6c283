//! Auto-scaling does not work. Sources: "Scaling activities for Application Auto Scaling" and "Target tracking scaling
//! policies", Application Auto Scaling User Guide.

use jiff::SignedDuration;

use super::{Answer, Answered, Issue, Read, not_the_case, the_case, undecided};
use crate::diagnosis::load::cpu_saturated_scaling_blocked::{LATELY, cooling_down, failure};
use crate::diagnosis::load::{Aim, aim};
use crate::diagnosis::{Cause, Chapter};
use crate::evidence::{ActivityStatus, Evidence, Follows, Reading, ScalingActivity, ScalingPolicy, Source};

/// What tells how the service is scaled, besides what its policies follow.
const NEEDED: &[Source] = &[Source::Service, Source::Scaling, Source::Activities];
/// How long ago scaling may have acted to be at work.
const AT_WORK: SignedDuration = SignedDuration::from_mins(10);
/// What is said where there is no scalable target.
const NOT_SCALED: &str = "nothing scales the service";

pub(super) fn answered(read: Read<'_>) -> Answered {
    Answered {
        chapter: Chapter::ScalingNotWorking,
        answer: whole(read),
        issues: vec![
            (Issue::CooldownActive, cooldown(read)),
            (Issue::AtMaximumCapacity, at_maximum(read)),
            (Issue::MetricNotBreached, not_breached(read)),
        ],
    }
}

fn is_blocked(cause: Cause) -> bool {
    matches!(cause, Cause::CpuSaturatedAtMaxCapacity | Cause::CpuSaturatedScalingBlocked)
}

fn whole(read: Read<'_>) -> Answer {
    let evidence = read.evidence;
    if let Some(finding) = read.sure(is_blocked) {
        return the_case(Some(finding.cause), finding.facts.clone());
    }
    if evidence.scaling.read().is_some_and(|scaling| scaling.scale_out_suspended) {
        return the_case(None, ["scaling out is suspended".to_owned()]);
    }
    if let Some(failure) = newest(evidence).filter(|it| age(evidence, it) < LATELY).and_then(failure) {
        return the_case(None, [failure]);
    }
    let needed: Vec<Source> = NEEDED.iter().copied().chain(followed(read)).collect();
    if let Some(answer) = read.unless_read(&needed).or_else(|| read.possibly(is_blocked)) {
        return answer;
    }
    if evidence.scaling == Reading::NotConfigured {
        return not_the_case(NOT_SCALED);
    }
    match aims(evidence).iter().find(|(_, aim)| aim.as_ref().is_some_and(Aim::is_missed)) {
        Some((policy, Some(aim))) => wanted(evidence, aim.told(policy)),
        _ => match not_breached(read) {
            Answer::TheCase { facts, .. } => not_the_case(format!("nothing asks for more tasks: {}", facts.join("; "))),
            Answer::NotTheCase { facts } | Answer::CannotBeTold { facts, .. } => Answer::NotTheCase {
                facts: facts.into_iter().chain(["no attempt to scale failed lately".to_owned()]).collect(),
            },
        },
    }
}

/// Whether what asks for more tasks gets them.
fn wanted(evidence: &Evidence, missed: String) -> Answer {
    if let Some(fact) = full(evidence) {
        return the_case(None, [missed, fact]);
    }
    let activities = evidence.activities.read().map_or(&[][..], Vec::as_slice);
    if let Some(fact) = cooling_down(evidence, activities) {
        return the_case(None, [missed, fact]);
    }
    match acted(evidence).filter(|it| age(evidence, it) < AT_WORK) {
        Some(activity) => not_the_case(format!("{missed}; scaling is at it: {}", activity.description)),
        None => undecided([missed, "scaling has not acted upon it yet".to_owned()]),
    }
}

fn newest(evidence: &Evidence) -> Option<&ScalingActivity> {
    evidence.activities.read()?.first()
}

/// The last time that scaling did something.
fn acted(evidence: &Evidence) -> Option<&ScalingActivity> {
    let did = |it: &&ScalingActivity| matches!(it.status, ActivityStatus::Successful | ActivityStatus::InProgress);
    evidence.activities.read()?.iter().find(did)
}

fn age(evidence: &Evidence, activity: &ScalingActivity) -> SignedDuration {
    evidence.gathered_at.duration_since(activity.at)
}

/// That there are as many tasks as there may be.
fn full(evidence: &Evidence) -> Option<String> {
    let (service, scaling) = (evidence.service.read()?, evidence.scaling.read()?);
    (service.desired >= scaling.max).then(|| counts(service.desired, scaling.max))
}

fn counts(desired: u32, max: u32) -> String {
    format!("{desired} tasks are wanted and {max} are the maximum")
}

fn cooldown(read: Read<'_>) -> Answer {
    let evidence = read.evidence;
    if let Some(fact) = evidence.activities.read().and_then(|activities| cooling_down(evidence, activities)) {
        let because = read.sure(|cause| cause == Cause::CpuSaturatedScalingBlocked).map(|finding| finding.cause);
        return the_case(because, [fact]);
    }
    if let Some(answer) = read.unless_read(&[Source::Policies, Source::Activities]) {
        return answer;
    }
    let last = match acted(evidence) {
        Some(last) => format!("scaling acted last {} minutes ago", age(evidence, last).as_mins().max(0)),
        None => "scaling did nothing lately".to_owned(),
    };
    let policies = evidence.policies.read().map_or(&[][..], Vec::as_slice);
    not_the_case(match policies.iter().filter_map(|policy| policy.scale_out_cooldown).max() {
        Some(cooldown) => format!("{last}, and the longest cooldown is {} s", cooldown.as_secs()),
        None => format!("{last}, and no policy names a cooldown"),
    })
}

fn at_maximum(read: Read<'_>) -> Answer {
    let evidence = read.evidence;
    if evidence.scaling == Reading::NotConfigured {
        return not_the_case(NOT_SCALED);
    }
    if let Some(fact) = full(evidence) {
        let because = read.sure(|cause| cause == Cause::CpuSaturatedAtMaxCapacity).map(|finding| finding.cause);
        return the_case(because, [fact]);
    }
    read.unless_read(&[Source::Service, Source::Scaling]).unwrap_or_else(|| {
        match evidence.service.read().zip(evidence.scaling.read()) {
            Some((service, scaling)) => not_the_case(counts(service.desired, scaling.max)),
            None => undecided([]),
        }
    })
}

/// Each policy with what it keeps something at and what was measured of that, where it is among what was read.
fn aims(evidence: &Evidence) -> Vec<(&ScalingPolicy, Option<Aim>)> {
    let policies = evidence.policies.read().map_or(&[][..], Vec::as_slice);
    policies.iter().map(|policy| (policy, aim(evidence, &policy.follows))).collect()
}

/// What tells of what the policies follow.
fn followed(read: Read<'_>) -> Vec<Source> {
    let policies = read.evidence.policies.read().map_or(&[][..], Vec::as_slice);
    let of_targets = policies.iter().any(|policy| matches!(policy.follows, Follows::RequestsPerTarget(_)));
    let targets = of_targets.then(|| read.source_of_health());
    [Source::Policies, Source::Metrics].into_iter().chain(targets).collect()
}

/// The policy's target against what was measured.
fn not_breached(read: Read<'_>) -> Answer {
    let aims = aims(read.evidence);
    let told = |missed: bool| {
        aims.iter()
            .filter_map(move |(policy, aim)| Some((policy, aim.as_ref().filter(|aim| aim.is_missed() == missed)?)))
    };
    let missed: Vec<String> = told(true).map(|(policy, aim)| aim.told(policy)).collect();
    if !missed.is_empty() {
        return Answer::NotTheCase { facts: missed };
    }
    if let Some(answer) = read.unless_read(&followed(read)) {
        return answer;
    }
    if aims.is_empty() {
        return not_the_case("no policy follows a metric");
    }
    let kept = told(false).map(|(policy, aim)| aim.told(policy));
    let unknown: Vec<String> =
        aims.iter().filter(|(_, aim)| aim.is_none()).map(|(policy, _)| not_measured(policy)).collect();
    if unknown.is_empty() { the_case(None, kept) } else { undecided(kept.chain(unknown)) }
}

/// Why nothing is known of what a policy follows.
fn not_measured(policy: &ScalingPolicy) -> String {
    let name = &policy.name;
    match &policy.follows {
        Follows::Steps => format!("policy {name} takes steps when its alarms ring, which are not read"),
        Follows::Other { metric, target } => {
            format!("policy {name} keeps {metric} at {target:.0}, which is not among the metrics that are read")
        }
        Follows::Cpu(_) | Follows::Memory(_) | Follows::RequestsPerTarget(_) => {
            format!("there is no fresh value of what policy {name} follows")
        }
    }
}
