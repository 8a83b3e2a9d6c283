//! When scaling was tried lately, with what was not carried out and why. "DescribeScalingActivities", Application Auto
//! Scaling API Reference, and "Scaling activities for Application Auto Scaling" in its user guide.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{self, ScalableDimension, ScalingActivityStatusCode, ServiceNamespace};
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{ActivityStatus, Reading, ScalingActivity};

use super::resource;
use crate::alarms::moment;
use crate::evidence::{Read, why};

/// Activities of one page, the most that the call gives.
const PAGE: i32 = 50;
/// Activities that are kept, the newest ones.
const ACTIVITIES: usize = 20;
/// The longest text of one that is kept.
const WORDS: usize = 400;
/// The longest code of a reason.
const CODE: usize = 80;

pub(in crate::evidence) async fn read(client: &Client, service: &Service) -> Read<Vec<ScalingActivity>> {
    let call = client
        .describe_scaling_activities()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(resource(service))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .include_not_scaled_activities(true)
        .max_results(PAGE);
    let answer = call.send().await.map_err(why)?;
    let mut activities: Vec<_> = answer.scaling_activities().iter().filter_map(activity).collect();
    activities.sort_by_key(|activity| std::cmp::Reverse(activity.at));
    activities.truncate(ACTIVITIES);
    Ok(Reading::Read(activities))
}

fn activity(described: &types::ScalingActivity) -> Option<ScalingActivity> {
    Some(ScalingActivity {
        at: moment(described.start_time())?,
        status: match described.status_code() {
            ScalingActivityStatusCode::Successful => ActivityStatus::Successful,
            ScalingActivityStatusCode::Unfulfilled => ActivityStatus::Unfulfilled,
            ScalingActivityStatusCode::Overridden => ActivityStatus::Overridden,
            ScalingActivityStatusCode::Failed => ActivityStatus::Failed,
            // Pending, in progress, or a state that did not exist yet: not one that ended.
            _ => ActivityStatus::InProgress,
        },
        cause: text::escaped(described.cause(), WORDS),
        description: text::escaped(described.description(), WORDS),
        message: text::escaped(described.status_message().unwrap_or_default(), WORDS),
        not_scaled: described.not_scaled_reasons().iter().map(|reason| text::escaped(reason.code(), CODE)).collect(),
    })
}
