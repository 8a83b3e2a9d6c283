//! Which one task is ill where the others are well, and which revision ran well before: what a remedy may be aimed at.

use jiff::SignedDuration;

use super::{ERRORS_MATTER_PERCENT, ErrorShape, Evidence, Point, TargetHealth, Task};

/// A line of the log that is older than this may be over.
const FRESH: SignedDuration = SignedDuration::from_mins(3);
/// How much more than its share of the requests may fail where one task is the reason: load balancers do not share evenly.
const UNEVENLY: f64 = 1.3;
/// A revision has proved itself if one of its tasks ran for so many periods of the metrics.
const PROVEN: i32 = 10;
/// How far back the flight recorder is asked what ran.
const LATELY: SignedDuration = SignedDuration::from_hours(24);
/// So many periods before a deployment tell how the service was.
const PERIODS: usize = 3;

impl Evidence {
    /// The one running task of several that fails requests while all pass their health check: it writes nearly all of the
    /// most frequent error, and no more requests fail than one task gets.
    pub fn failing_task(&self) -> Option<&Task> {
        let all_well = self.sick().is_some_and(|sick| sick.of > 1 && sick.sick == 0);
        let running: Vec<&Task> = self.running()?.collect();
        let shape = self.errors.read()?.iter().max_by_key(|shape| shape.count)?;
        let fresh = self.gathered_at.duration_since(shape.last_at) <= FRESH;
        let share = self.metrics.read()?.target_error_share();
        let newest = share.last().filter(|share| share.value > ERRORS_MATTER_PERCENT)?;
        let one_share = 100.0 / running.len() as f64;
        if !all_well
            || running.len() < 2
            || !fresh
            || !shape.is_surely_from_one()
            || newest.value > one_share * UNEVENLY
        {
            return None;
        }
        // The stream of the awslogs driver ends in the task's id ("awslogs-stream-prefix", Amazon ECS Developer Guide).
        running.into_iter().find(|task| shape.busiest.rsplit('/').next() == Some(task.id.as_str()))
    }

    /// The one running task of several that fails its health check.
    pub fn only_sick_task(&self) -> Option<&Task> {
        let sick = self.sick().filter(|sick| sick.sick == 1 && sick.of > 1)?;
        let target = self
            .targets
            .read()
            .and_then(|targets| targets.iter().find(|target| target.health == TargetHealth::Unhealthy));
        let is_it = |task: &&Task| match target {
            Some(target) => task.placement.address.as_deref() == Some(target.id.as_str()),
            None => task.unhealthy,
        };
        self.running()?.find(is_it).filter(|_| sick.healthy() > 0)
    }

    /// The revision before the present one, if it is known to have run well: its tasks ran until the deployment replaced them,
    /// and requests did not fail until then.
    pub fn proven_revision(&self) -> Option<&str> {
        let revision = self.previous.read()?.name.as_str();
        let primary = self.service.read()?.primary()?;
        // "Scaling activity initiated by (deployment ecs-svc/…)", "Viewing Amazon ECS stopped task errors", Amazon ECS Developer
        // Guide: what a task is told that a deployment replaces, and no sick task.
        let metrics = self.metrics.read()?;
        let proven = metrics.requests.spacing()? * PROVEN;
        let replaced = self.ended(LATELY).into_iter().any(|task| {
            task.placement.task_definition == revision
                && task.reason.starts_with("Scaling activity initiated by")
                && task.lived().is_some_and(|lived| lived >= proven)
        });
        let share = metrics.error_share();
        let before: Vec<&Point> = share.iter().filter(|point| point.at < primary.created_at).collect();
        let good = before.iter().rev().skip(1).take(PERIODS).filter(|point| point.value <= ERRORS_MATTER_PERCENT);
        (replaced && revision != primary.task_definition && good.count() == PERIODS).then_some(revision)
    }

    fn running(&self) -> Option<impl Iterator<Item = &Task>> {
        Some(self.tasks.read()?.iter().filter(|task| task.status == "RUNNING" && task.started_at.is_some()))
    }
}

impl ErrorShape {
    /// With at least this many lines it can be told where they come from.
    const ENOUGH: u32 = 10;

    /// Whether so much of it was written that it tells where it comes from.
    pub fn is_telling(&self) -> bool {
        self.count >= Self::ENOUGH
    }

    /// Whether one task writes so much of so many lines that it is no chance: of two tasks that write alike, one writes nineteen
    /// of twenty lines less than once in ten thousand times, and eight of ten every ninth time.
    pub fn is_surely_from_one(&self) -> bool {
        self.count >= 2 * Self::ENOUGH && self.most_in_one * 20 >= self.count * 19
    }

    /// Whether one task writes nearly all of it.
    pub fn is_from_one(&self) -> bool {
        self.is_telling() && self.most_in_one * 5 >= self.count * 4
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::diagnosis::staged::{errors, healthy, replaced_by_a_worse, sicken, wedged};
    use crate::evidence::{Metrics, Reading};

    fn metrics(evidence: &mut Evidence) -> &mut Metrics {
        let Reading::Read(metrics) = &mut evidence.metrics else { panic!("staged evidence is read") };
        metrics
    }

    fn shape(evidence: &mut Evidence) -> &mut ErrorShape {
        let Reading::Read(shapes) = &mut evidence.errors else { panic!("staged evidence is read") };
        &mut shapes[0]
    }

    fn failing(evidence: &Evidence) -> Option<&str> {
        evidence.failing_task().map(|task| task.id.as_str())
    }

    #[test]
    fn the_task_that_writes_nearly_all_errors_is_singled_out() {
        assert_eq!(failing(&wedged()), Some("b2"));
        assert_eq!(failing(&healthy()), None);
    }

    type Spoil = fn(&mut Evidence);

    #[test]
    fn no_task_is_singled_out_where_another_reading_is_possible() {
        let cases: &[(&str, Spoil)] = &[
            ("more requests fail than one task gets", |e| metrics(e).target_5xx = errors_of(300.0)),
            ("another task writes some of it", |e| shape(e).most_in_one = 28),
            ("too few lines", |e| (shape(e).count, shape(e).most_in_one) = (19, 19)),
            ("the last line is old", |e| shape(e).last_at = e_minutes_ago(4)),
            ("a target is sick besides", |e| sicken(e, 1)),
            ("the stream is of no running task", |e| shape(e).busiest = "web/web/gone".to_owned()),
            ("the tasks were not read", |e| e.tasks = Reading::Unread { why: "no".to_owned() }),
            ("the targets were not read", |e| e.targets = Reading::Unread { why: "no".to_owned() }),
            ("requests do not fail any more", |e| metrics(e).target_5xx = errors_of(0.0)),
        ];
        for (what, spoil) in cases {
            let mut evidence = wedged();
            spoil(&mut evidence);
            assert_eq!(failing(&evidence), None, "{what}");
        }
    }

    fn errors_of(a_minute: f64) -> crate::evidence::Series {
        crate::diagnosis::staged::series(&[a_minute; 5])
    }

    fn e_minutes_ago(minutes: i64) -> jiff::Timestamp {
        crate::diagnosis::staged::minutes_ago(minutes)
    }

    #[test]
    fn one_sick_task_is_found_by_its_address_or_by_its_own_check_and_two_are_not_one() {
        let mut evidence = healthy();
        assert!(evidence.only_sick_task().is_none());
        sicken(&mut evidence, 1);
        assert_eq!(evidence.only_sick_task().unwrap().id.as_str(), "a1");
        sicken(&mut evidence, 2);
        assert!(evidence.only_sick_task().is_none());
        let mut alone = healthy();
        alone.targets = Reading::NotConfigured;
        let Reading::Read(tasks) = &mut alone.tasks else { panic!("staged evidence is read") };
        tasks[2].unhealthy = true;
        assert_eq!(alone.only_sick_task().unwrap().id.as_str(), "c3");
    }

    #[test]
    fn a_revision_is_proven_by_tasks_that_ran_until_they_were_replaced_and_by_requests_that_did_not_fail() {
        assert_eq!(replaced_by_a_worse().proven_revision(), Some("web:6"));
        let cases: &[(&str, Spoil)] = &[
            ("its tasks ended by themselves", |e| stopped(e).reason = "Essential container in task exited".to_owned()),
            ("its tasks ran for a few minutes only", |e| stopped(e).started_at = stopped(e).stopped_at),
            ("what ran was another revision", |e| stopped(e).placement.task_definition = "web:5".to_owned()),
            ("requests failed before, too", |e| errors(e, 60)),
            ("nobody knows how it was before", |e| {
                metrics(e).requests = crate::diagnosis::staged::series(&[600.0; 10])
            }),
            ("there was none", |e| e.previous = Reading::NotConfigured),
        ];
        for (what, spoil) in cases {
            let mut evidence = replaced_by_a_worse();
            spoil(&mut evidence);
            assert_eq!(evidence.proven_revision(), None, "{what}");
        }
    }

    fn stopped(evidence: &mut Evidence) -> &mut crate::evidence::StoppedTask {
        let Reading::Read(stopped) = &mut evidence.stopped else { panic!("staged evidence is read") };
        &mut stopped[0]
    }
}
