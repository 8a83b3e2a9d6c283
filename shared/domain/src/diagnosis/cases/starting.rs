use super::*;
use crate::evidence::{ActivityStatus, Record, RecordedChange, ScalingActivity, ServiceAction};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = image();
    cases.extend(secrets());
    cases.extend(placement());
    cases.extend(zero());
    cases
}

fn image() -> Vec<Case> {
    let cause = Cause::ImagePullFailed;
    vec![
        case(cause, "the tag does not exist", |e| {
            let reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref \
                          docker.io/shop/web:1.5: not found";
            stops(e, vec![unstarted("x1", 1, reason), unstarted("x2", 4, reason)], 2, 1);
        }),
        case(cause, "the registry refuses the login", |e| {
            let reason = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource \
                          retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 \
                          time(s): AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken";
            stops(e, vec![unstarted("x1", 2, reason)], 2, 0);
        }),
        case(cause, "the reason stands only with the container", |e| {
            let mut task = unstarted("x1", 3, "Task failed to start");
            task.containers = ended("x1", 3).containers;
            task.containers[0].exit_code = None;
            task.containers[0].reason =
                Some("CannotPullImageManifestError: Error response from daemon: manifest unknown".to_owned());
            stops(e, vec![task], 2, 0);
        }),
        case(cause, "the new revision of a deployment in flight names an image that is not there", |e| {
            deployed(e, 8, Rollout::InProgress, 0);
            let reason = "CannotPullContainerError: ref pull has been retried 1 time(s): not found";
            e.stopped = Reading::Read(vec![of_new(unstarted("x1", 1, reason)), of_new(unstarted("x2", 3, reason))]);
            service(e, |s| s.deployments[0].failed_tasks = 2);
        }),
        case(cause, "ECS went back from the release half an hour ago, and all is well again", |e| {
            let reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found";
            e.stopped = Reading::Read(vec![unstarted("x1", 33, reason), unstarted("x2", 35, reason)]);
            said(e, 32, "(service web) rolling back to (deployment ecs-svc/1000000000000000001).");
        }),
        case(cause, "ECS gave up trying for a while and only the flight recorder knows why", |e| {
            let reason = "CannotPullContainerError: pull command failed: unauthorized";
            stops(e, Vec::new(), 0, 0);
            let stopped = vec![unstarted("x1", 70, reason), unstarted("x2", 85, reason)];
            e.record = Reading::Read(Record { stopped, ..Record::default() });
        }),
    ]
}

fn secrets() -> Vec<Case> {
    let cause = Cause::SecretsUnavailable;
    vec![
        case(cause, "the execution role may not read the secret", |e| {
            let reason = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource \
                          retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): \
                          failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/token from \
                          secrets manager: AccessDeniedException";
            stops(e, vec![unstarted("x1", 1, reason), unstarted("x2", 3, reason)], 2, 1);
        }),
        case(cause, "the secret was deleted", |e| {
            let reason = "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret \
                          from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret.";
            stops(e, vec![unstarted("x1", 2, reason)], 1, 0);
        }),
        case(cause, "a parameter of SSM is missing", |e| {
            let reason = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource \
                          retrieval failed: unable to retrieve secrets from ssm: invalid parameters: /web/token";
            stops(e, vec![unstarted("x1", 2, reason), unstarted("x2", 6, reason)], 0, 1);
        }),
        case(cause, "on instances the agent fetches the secret", |e| {
            let reason = "Fetching secret data from AWS Secrets Manager in region eu-west-1: secret \
                          arn:aws:secretsmanager:…:web/token: AccessDeniedException";
            stops(e, vec![unstarted("x1", 2, reason)], 2, 0);
        }),
    ]
}

fn placement() -> Vec<Case> {
    let cause = Cause::PlacementFailed;
    vec![
        case(cause, "Fargate has no capacity in the zone", |e| {
            stops(e, Vec::new(), 1, 0);
            said(
                e,
                6,
                "(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again \
                 later or in a different availability zone.",
            );
        }),
        case(cause, "no instance has enough memory", |e| {
            stops(e, Vec::new(), 2, 0);
            said(
                e,
                20,
                "(service web) was unable to place a task because no container instance met all of its requirements. The \
                 closest matching (container-instance 0af3) has insufficient memory available.",
            );
        }),
        case(cause, "the account's limit of tasks is reached", |e| {
            stops(e, Vec::new(), 2, 0);
            said(
                e,
                3,
                "(service web) was unable to place a task. Reason: You've reached the limit on the number of tasks you can \
                 run concurrently.",
            );
        }),
        case(cause, "the subnets have no addresses left", |e| {
            let reason = "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment \
                          disabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet";
            stops(e, vec![unstarted("x1", 2, reason)], 2, 0);
        }),
        case(cause, "only the flight recorder heard of it", |e| {
            stops(e, Vec::new(), 2, 0);
            let action = ServiceAction {
                at: minutes_ago(8),
                name: "SERVICE_TASK_PLACEMENT_FAILURE".to_owned(),
                reason: Some("RESOURCE:FARGATE".to_owned()),
            };
            e.record = Reading::Read(Record { actions: vec![action], ..Record::default() });
        }),
    ]
}

fn zero() -> Vec<Case> {
    let cause = Cause::ScaledToZero;
    let empty = |e: &mut Evidence| {
        stops(e, Vec::new(), 0, 0);
        service(e, |s| s.desired = 0);
        metrics(e, |m| m.elb_5xx = series(&[600.0; 6]));
        metrics(e, |m| m.requests = Series::new(m.requests.points().iter().copied().take(68).collect()));
    };
    vec![
        case(cause, "somebody set the desired count to zero", move |e| {
            empty(e);
            let change = RecordedChange {
                at: minutes_ago(7),
                call: "ecs:UpdateService".to_owned(),
                by: "kim".to_owned(),
                on: "web".to_owned(),
                tasks: None,
            };
            e.record = Reading::Read(Record { changes: vec![change], ..Record::default() });
        }),
        case(cause, "a schedule scaled it in to nothing", move |e| {
            empty(e);
            change(&mut e.scaling, |scaling| scaling.min = 0);
            e.activities = Reading::Read(vec![ScalingActivity {
                at: minutes_ago(8),
                status: ActivityStatus::Successful,
                cause: "minimum capacity was set to 0 by scheduled action night".to_owned(),
                description: "Setting desired count to 0.".to_owned(),
                message: "Successfully set desired count to 0. Change successfully fulfilled by ecs.".to_owned(),
                not_scaled: Vec::new(),
            }]);
        }),
        case(cause, "it crashed, and then somebody took it away", move |e| {
            empty(e);
            e.stopped =
                Reading::Read(vec![ended("x1", 8), ended("x2", 9), ended("x3", 10), out_of_memory("x4", 9, 137)]);
        }),
    ]
}
