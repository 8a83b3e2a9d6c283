//! The ledger in every order of events, for each remedy: two remediators, deaths at every boundary, lost answers, somebody else
//! at work, and a clock.
#![allow(clippy::panic, clippy::print_stdout)]

use model::remediators::Remediators;
use paramedic_domain::id::{Arn, TaskId};
use paramedic_domain::remedy::Action;

fn holds(name: &str, action: Action) {
    for stranger in [false, true] {
        // A little longer than the lease of a claim, still within the cooldown, and beyond it.
        let waits = vec![91, 600, 300];
        let remediators = Remediators { action: action.clone(), stranger, diagnoses: 2, faults: 2, waits };
        match model::check::check(name, remediators) {
            Ok(figures) => println!("{figures}"),
            Err(broken) => panic!("{broken}"),
        }
    }
}

#[test]
fn a_task_is_replaced_at_most_once_whoever_dies_when() {
    holds("replace_task", Action::ReplaceTask { task: TaskId::from("t1") });
}

#[test]
fn a_maximum_is_raised_at_most_once_whoever_dies_when() {
    holds("raise_maximum", Action::RaiseMaximum { from: 6, to: 9 });
}

#[test]
fn tasks_are_added_at_most_once_whoever_dies_when() {
    holds("add_tasks", Action::AddTasks { from: 3, to: 5 });
}

#[test]
fn a_deployment_is_stopped_at_most_once_whoever_dies_when() {
    let service_deployment = Arn::new("sd/1");
    holds("stop_deployment", Action::StopDeployment { from: "web:7".to_owned(), service_deployment });
}

#[test]
fn a_release_is_rolled_back_at_most_once_whoever_dies_when() {
    holds("roll_back", Action::RollBack { from: "web:7".to_owned(), to: "web:6".to_owned() });
}

#[test]
fn a_service_is_redeployed_at_most_once_whoever_dies_when() {
    holds("force_redeploy", Action::ForceRedeploy { task_definition: "web:7".to_owned() });
}
