//! The tasks that ended lately, by what ECS still knows of them and by what the flight recorder kept.

use jiff::SignedDuration;

use super::{Evidence, StoppedTask};

impl Evidence {
    /// The tasks that stopped within that time, each once, newest first. ECS forgets them after about an hour; the flight
    /// recorder keeps them longer, and knows of some before ECS lists them.
    pub fn ended(&self, within: SignedDuration) -> Vec<&StoppedTask> {
        let known = self.stopped.read().into_iter().flatten();
        let recorded = self.record.read().into_iter().flat_map(|record| &record.stopped);
        let mut ended: Vec<&StoppedTask> = Vec::new();
        for task in known.chain(recorded) {
            let recent = task.stopped_at.is_some_and(|at| self.gathered_at.duration_since(at) < within);
            if recent && ended.iter().all(|other| other.id != task.id) {
                ended.push(task);
            }
        }
        ended.sort_by_key(|task| std::cmp::Reverse(task.stopped_at));
        ended
    }

    /// Whether fewer tasks run than there should be; `None` where the service was not read.
    pub fn short_of_tasks(&self) -> Option<bool> {
        self.service.read().map(|service| service.running < service.desired)
    }
}

impl StoppedTask {
    /// The first of its own reason and its containers' reasons that `is_it` holds for.
    pub fn says(&self, is_it: impl Fn(&str) -> bool) -> Option<&str> {
        let containers = self.containers.iter().filter_map(|container| container.reason.as_deref());
        std::iter::once(self.reason.as_str()).chain(containers).find(|reason| is_it(reason))
    }

    /// Whether it ended for lack of memory. The reason decides, not the exit code: `OutOfMemoryError` may come with exit
    /// code 0 ("Stopped task error messages", Amazon ECS Developer Guide).
    pub fn out_of_memory(&self) -> bool {
        self.says(|reason| reason.contains("OutOfMemory") || reason.contains("OOMKilled")).is_some()
    }

    /// Whether ECS, AWS or a person asked it to end, so that its exit code tells how it obeyed.
    pub fn was_asked(&self) -> bool {
        matches!(
            self.code.as_str(),
            "ServiceSchedulerInitiated" | "UserInitiated" | "SpotInterruption" | "TerminationNotice"
        )
    }

    /// How long it ran, if its containers ever started.
    pub fn lived(&self) -> Option<SignedDuration> {
        Some(self.stopped_at?.duration_since(self.started_at?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use jiff::SignedDuration;

    use crate::diagnosis::staged::{ended, healthy};
    use crate::evidence::{Reading, Record};

    #[test]
    fn a_task_that_ecs_and_the_recorder_both_know_counts_once() {
        let mut evidence = healthy();
        evidence.stopped = Reading::Read(vec![ended("x1", 3)]);
        evidence.record = Reading::Read(Record { stopped: vec![ended("x1", 3), ended("x2", 1)], ..Record::default() });
        let found = evidence.ended(SignedDuration::from_mins(15));
        assert_eq!(found.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["x2", "x1"], "newest first");
    }

    #[test]
    fn what_ecs_forgot_is_known_to_the_recorder() {
        let mut evidence = healthy();
        evidence.record = Reading::Read(Record { stopped: vec![ended("x1", 90)], ..Record::default() });
        assert!(evidence.ended(SignedDuration::from_mins(60)).is_empty());
        assert_eq!(evidence.ended(SignedDuration::from_mins(120))[0].id.as_str(), "x1");
    }
}
