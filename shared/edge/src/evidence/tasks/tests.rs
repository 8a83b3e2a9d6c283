#![allow(clippy::unwrap_used)]

use aws_sdk_ecs::types::Failure;

use super::*;

fn arn(id: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:task/main/{id}")
}

fn list(ids: &[&str]) -> Reading<List> {
    Reading::Read(List { arns: ids.iter().map(|id| arn(id)).collect(), more: false })
}

fn many(count: usize) -> Reading<List> {
    Reading::Read(List { arns: (0..count).map(|n| arn(&format!("t{n}"))).collect(), more: false })
}

fn task(id: &str, status: &str) -> types::Task {
    types::Task::builder().task_arn(arn(id)).last_status(status).build()
}

fn described(tasks: &[(&str, &str)]) -> DescribeTasksOutput {
    DescribeTasksOutput::builder().set_tasks(Some(tasks.iter().map(|(id, status)| task(id, status)).collect())).build()
}

fn unread(why: &str) -> Reading<List> {
    Reading::Unread { why: why.to_owned() }
}

#[test]
fn what_stopped_between_the_two_calls_is_among_the_stopped() {
    let wanted = Wanted::of(list(&["a", "b"]), list(&["c"]));
    let answer = described(&[("a", "RUNNING"), ("b", "STOPPED"), ("c", "STOPPED")]);
    let (running, stopped) = wanted.sorted(&Reading::Read(answer));
    assert_eq!(running.read().unwrap().len(), 1);
    assert_eq!(stopped.read().unwrap().len(), 2);
}

#[test]
fn an_answer_that_leaves_out_a_running_task_is_no_reading_of_them() {
    let wanted = Wanted::of(list(&["a", "b"]), list(&["c"]));
    let (running, stopped) = wanted.sorted(&Reading::Read(described(&[("a", "RUNNING"), ("c", "STOPPED")])));
    assert_eq!(running.why_unread(), Some("ECS described 1 of 2 tasks"));
    assert!(stopped.read().is_some());
}

#[test]
fn a_task_that_ecs_does_not_know_any_more_is_gone() {
    let missing = Failure::builder().arn(arn("b")).reason("MISSING").build();
    let answer = DescribeTasksOutput::builder().tasks(task("a", "RUNNING")).failures(missing).build();
    let (running, stopped) = Wanted::of(list(&["a", "b"]), list(&[])).sorted(&Reading::Read(answer));
    assert_eq!(running.read().unwrap().len(), 1);
    assert_eq!(stopped, Reading::Read(Vec::new()));
}

#[test]
fn one_list_that_could_not_be_read_leaves_the_other_one_whole() {
    let wanted = Wanted::of(list(&["a"]), unread("timed out"));
    let (running, stopped) = wanted.sorted(&Reading::Read(described(&[("a", "RUNNING")])));
    assert!(running.read().is_some());
    assert_eq!(stopped.why_unread(), Some("timed out"));
}

#[test]
fn more_running_tasks_than_one_call_describes_are_no_reading() {
    let long = Reading::Read(List { arns: vec![arn("a")], more: true });
    let (running, stopped) = Wanted::of(long, list(&["c"])).sorted(&Reading::Read(described(&[("c", "STOPPED")])));
    assert!(running.why_unread().unwrap().contains("more than 100 tasks"));
    assert!(stopped.read().is_some());
}

#[test]
fn running_tasks_come_first_where_one_call_has_no_room_for_all() {
    assert_eq!(Wanted::of(many(90), many(50)).arns().count(), 100);
    let full = Wanted::of(many(100), list(&["c"]));
    assert_eq!(full.arns().count(), 100);
    let (_, stopped) = full.sorted(&Reading::Unread { why: "timed out".to_owned() });
    assert_eq!(stopped.why_unread(), Some("there was no room for them beside 100 tasks that run"));
}

#[test]
fn an_empty_page_of_a_longer_list_is_not_an_empty_list() {
    let begun = Reading::Read(List { arns: Vec::new(), more: true });
    let (_, stopped) = Wanted::of(list(&[]), begun).sorted(&Reading::NotConfigured);
    assert!(stopped.why_unread().unwrap().contains("still listing"));
}

#[test]
fn no_tasks_at_all_are_a_fact_and_not_a_failure() {
    let (running, stopped) = Wanted::of(list(&[]), list(&[])).sorted(&Reading::NotConfigured);
    assert_eq!((running, stopped), (Reading::Read(Vec::new()), Reading::Read(Vec::new())));
}
