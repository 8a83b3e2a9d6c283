#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use super::*;
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{
    at_maximum, cache_away, failing_deployment, healthy, replaced_by_a_worse, scaled_by_nobody, sicken, stale, wedged,
};
use crate::evidence::Reading;
use crate::id::{ClusterName, DeploymentId, EcsServiceName, ServiceName, TaskId};

fn web() -> Service {
    Service::new("web", "main")
}

fn proposal(evidence: &Evidence, service: &Service) -> Proposal {
    plan(&diagnose(evidence), evidence, service, &[])
}

fn planned(evidence: &Evidence) -> Plan {
    let service = web().with_most_tasks(12);
    let Proposal::Act(plan) = proposal(evidence, &service) else { panic!("no plan") };
    plan
}

#[test]
fn stale_tasks_are_redeployed_as_they_are() {
    let plan = planned(&stale());
    assert_eq!(plan.expected_deployment.as_str(), "ecs-svc/1000000000000000001");
    assert_eq!(plan.action, Action::ForceRedeploy { task_definition: "web:7".to_owned() });
    assert_eq!(plan.command(), "aws ecs update-service --cluster main --service web --force-new-deployment");
}

#[test]
fn a_name_in_a_command_is_one_word_to_a_shell() {
    let mut service = web();
    service.ecs_service = EcsServiceName::from("web'; reboot #");
    let Proposal::Act(plan) = proposal(&stale(), &service) else { panic!("no plan") };
    assert!(plan.command().contains(r"--service 'web'\''; reboot #' --force"), "{}", plan.command());
}

#[test]
fn whatever_changes_in_a_plan_makes_another_digest() {
    let plan = planned(&stale());
    let others = [
        Plan { action: Action::RollBack { from: "web:7".to_owned(), to: "web:6".to_owned() }, ..plan.clone() },
        Plan { action: Action::RollBack { from: "web:7".to_owned(), to: "web:5".to_owned() }, ..plan.clone() },
        Plan { action: Action::ReplaceTask { task: TaskId::from("a1") }, ..plan.clone() },
        Plan { service: ServiceName::from("api"), ..plan.clone() },
        Plan { cluster: ClusterName::from("other"), ..plan.clone() },
        Plan { ecs_service: EcsServiceName::from("api"), ..plan.clone() },
        Plan { expected_deployment: DeploymentId::from("ecs-svc/2"), ..plan.clone() },
        Plan { action: Action::ForceRedeploy { task_definition: "web:8".to_owned() }, ..plan.clone() },
        Plan { cause: Cause::HealthCheckFailing, ..plan.clone() },
    ];
    let digests: std::collections::BTreeSet<String> = others.iter().chain([&plan]).map(Plan::digest).collect();
    assert_eq!(digests.len(), others.len() + 1);
    assert_eq!(plan.clone().digest(), plan.digest());
    assert_eq!(plan.digest().len(), 32);
}

#[test]
fn what_a_missing_cache_makes_sick_is_planned_for_so_that_the_refusal_can_be_explained() {
    let plan = planned(&cache_away());
    assert_eq!(plan.cause, Cause::HealthCheckFailing);
}

#[test]
fn a_remedy_that_is_off_is_not_planned() {
    let service = web().with_mode(RemedyKind::ForceRedeploy, Mode::Off);
    assert!(matches!(proposal(&stale(), &service), Proposal::Suggest(_)));
}

#[test]
fn what_ecs_repairs_is_left_alone_on_purpose() {
    let mut evidence = healthy();
    if let Reading::Read(service) = &mut evidence.service {
        service.pending = 1;
        service.events = vec![crate::evidence::ServiceEvent {
            at: evidence.gathered_at,
            message: "(service web) (port 3000) is unhealthy in (target-group …)".to_owned(),
        }];
    }
    assert!(
        matches!(proposal(&evidence, &web()), Proposal::LeaveAlone(why) if why.contains("replaces them by itself"))
    );
}

#[test]
fn nothing_is_planned_for_a_service_that_was_not_read() {
    let mut evidence = stale();
    evidence.service = Reading::Unread { why: "AccessDenied".to_owned() };
    assert!(matches!(proposal(&evidence, &web()), Proposal::Suggest(_)));
}

#[test]
fn nothing_is_planned_for_what_is_not_understood() {
    assert!(matches!(proposal(&healthy(), &web()), Proposal::Suggest(text) if text.contains("describe-services")));
}

#[test]
fn the_one_task_that_fails_is_replaced_and_no_other() {
    let plan = planned(&wedged());
    assert_eq!(plan.action, Action::ReplaceTask { task: TaskId::from("b2") });
    assert_eq!(plan.sentence(), "stop task b2 of web, so that ECS starts another in its place");
    assert_eq!(plan.command(), "aws ecs stop-task --cluster main --task b2");
}

#[test]
fn a_deployment_that_completed_and_then_failed_is_rolled_back_to_what_ran_well() {
    let plan = planned(&replaced_by_a_worse());
    assert_eq!(plan.action, Action::RollBack { from: "web:7".to_owned(), to: "web:6".to_owned() });
    assert_eq!(plan.sentence(), "roll web back from web:7 to web:6");
    assert_eq!(plan.command(), "aws ecs update-service --cluster main --service web --task-definition web:6");
}

#[test]
fn nobody_goes_back_to_what_is_not_known_to_have_run_well() {
    let mut unproven = replaced_by_a_worse();
    unproven.stopped = Reading::Read(Vec::new());
    assert!(matches!(proposal(&unproven, &web()), Proposal::Suggest(_)));
}

#[test]
fn one_sick_task_is_replaced_and_several_are_redeployed() {
    let mut evidence = healthy();
    sicken(&mut evidence, 1);
    assert_eq!(planned(&evidence).remedy(), RemedyKind::ReplaceTask);
    sicken(&mut evidence, 2);
    assert_eq!(planned(&evidence).remedy(), RemedyKind::ForceRedeploy);
}

#[test]
fn what_did_not_help_in_this_incident_gives_way_to_the_next_remedy_that_fits() {
    let mut evidence = healthy();
    sicken(&mut evidence, 1);
    let again = |tried: &[RemedyKind]| plan(&diagnose(&evidence), &evidence, &web(), tried);
    assert!(
        matches!(again(&[RemedyKind::ReplaceTask]), Proposal::Act(plan) if plan.remedy() == RemedyKind::ForceRedeploy)
    );
    assert!(matches!(again(&[RemedyKind::ReplaceTask, RemedyKind::ForceRedeploy]), Proposal::Suggest(_)));
}

#[test]
fn what_touches_least_is_asked_first() {
    let order: Vec<RemedyKind> = REMEDIES.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(order, RemedyKind::ALL);
}

#[test]
fn a_plan_is_stored_and_read_as_it_was() {
    let staged = [stale(), wedged(), replaced_by_a_worse(), failing_deployment(), at_maximum(), scaled_by_nobody()];
    for plan in staged.iter().map(planned) {
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan, "{text}");
    }
}

#[test]
fn a_deployment_under_way_whose_tasks_fail_is_stopped() {
    let plan = planned(&failing_deployment());
    assert_eq!(plan.remedy(), RemedyKind::StopDeployment);
    assert_eq!(plan.sentence(), "stop the deployment of web:7 to web, so that ECS goes back to what ran before");
    let arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/main/web/abc";
    let command = format!("aws ecs stop-service-deployment --stop-type ROLLBACK --service-deployment-arn {arn}");
    assert_eq!(plan.command(), command);
}

#[test]
fn a_deployment_whose_tasks_crash_is_stopped_as_well_and_not_for_a_crash_of_those_before_it() {
    let crashing = |by: &str| {
        let mut evidence = failing_deployment();
        let crashed = ["x1", "x2", "x3"].map(|id| crate::evidence::StoppedTask {
            started_by: Some(DeploymentId::from(by)),
            ..crate::diagnosis::staged::ended(id, 1)
        });
        evidence.stopped = Reading::Read(crashed.to_vec());
        evidence
    };
    let plan = planned(&crashing("ecs-svc/1000000000000000001"));
    assert_eq!((plan.remedy(), plan.cause), (RemedyKind::StopDeployment, crate::diagnosis::Cause::CrashLoop));
    let mut of_those_before = crashing("ecs-svc/0");
    if let Reading::Read(service) = &mut of_those_before.service {
        service.deployments[0].failed_tasks = 0;
    }
    assert!(matches!(proposal(&of_those_before, &web()), Proposal::Suggest(_)));
}

#[test]
fn a_deployment_is_not_stopped_where_nothing_is_known_to_go_back_to() {
    let mut evidence = failing_deployment();
    if let Reading::Read(targets) = &mut evidence.targets {
        targets.clear();
    }
    if let Reading::Read(service) = &mut evidence.service {
        service.deployments[0].failed_tasks = 3;
    }
    assert!(matches!(proposal(&evidence, &web()), Proposal::Suggest(_)));
}

#[test]
fn where_scaling_is_at_its_maximum_the_maximum_is_raised_by_half_up_to_what_is_allowed() {
    assert_eq!(planned(&at_maximum()).action, Action::RaiseMaximum { from: 3, to: 5 });
    let most = |most_tasks| proposal(&at_maximum(), &web().with_most_tasks(most_tasks));
    assert!(matches!(most(4), Proposal::Act(Plan { action: Action::RaiseMaximum { from: 3, to: 4 }, .. })));
    assert!(matches!(most(3), Proposal::Suggest(_)));
    assert!(matches!(proposal(&at_maximum(), &web()), Proposal::Suggest(_)));
}

#[test]
fn where_nobody_scales_tasks_are_added_within_the_maximum() {
    assert_eq!(planned(&scaled_by_nobody()).action, Action::AddTasks { from: 3, to: 5 });
    let mut narrow = scaled_by_nobody();
    if let Reading::Read(scaling) = &mut narrow.scaling {
        scaling.max = 4;
    }
    assert_eq!(planned(&narrow).action, Action::AddTasks { from: 3, to: 4 });
}

#[test]
fn suspended_scaling_is_a_persons_decision() {
    let mut evidence = at_maximum();
    if let Reading::Read(scaling) = &mut evidence.scaling {
        scaling.scale_out_suspended = true;
    }
    let service = web().with_most_tasks(12);
    assert!(matches!(proposal(&evidence, &service), Proposal::Suggest(_)));
}
