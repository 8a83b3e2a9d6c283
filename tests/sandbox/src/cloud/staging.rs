//! What is done to the cloud that no API of AWS does: what goes wrong.

use super::application::{Affliction, Ailment, Whom};
use super::clock::Moment;
use super::ecs::{self, StopCause};
use super::turn::Turn;
use super::{ApiFault, CacheTrouble, Cloud};
use jiff::Timestamp;

impl Cloud {
    /// Lets the next matching calls fail.
    pub fn inject(&mut self, fault: ApiFault) {
        self.faults.push(fault);
    }

    /// No call fails any more that was to.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// From now on something is wrong with tasks of the service.
    pub fn afflict(&mut self, service: &str, whom: Whom, ailment: Ailment, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.afflictions.push(Affliction { ailment, whom, since: Moment::from(now) });
        }
    }

    /// Nothing is wrong any more with the service's tasks, and as many people come as usual.
    pub fn cure(&mut self, service: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.afflictions.clear();
            service.application.surge = 1.0;
            service.shortage = None;
        }
    }

    /// From now on so many times the usual number of people come.
    pub fn surge(&mut self, service: &str, times: f64, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.surge = times;
        }
    }

    /// From now on the application writes so many times as many lines about errors.
    pub fn talk_more(&mut self, service: &str, times: f64, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.talks = times;
        }
    }

    /// From now on the application writes secrets into its log, every other line one; gives them.
    pub fn spill_secrets(&mut self, service: &str, now: Timestamp) -> Vec<String> {
        self.advance(Moment::from(now));
        match self.ecs.service_named_mut(service) {
            Some(service) => service.application.spill(&mut self.chance),
            None => Vec::new(),
        }
    }

    /// From now on no task can be placed, for a reason in the words of a service event; `None` ends it.
    pub fn refuse_placement(&mut self, service: &str, reason: Option<&str>, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.shortage = reason.map(str::to_owned);
            service.complained_at = None;
        }
    }

    /// Takes up to so many running tasks of the service away for Spot (ECS Developer Guide, "Amazon ECS clusters for
    /// Fargate": "Fargate Spot termination notices"); gives their ids.
    pub fn interrupt_spot(&mut self, service: &str, count: usize, now: Timestamp) -> Vec<String> {
        let cause = StopCause { code: "SpotInterruption", reason: "Your Spot Task was interrupted.".to_owned() };
        self.take_away(service, count, &cause, now)
    }

    /// Retires up to so many running tasks of the service (ECS Developer Guide, "Task retirement and maintenance for AWS
    /// Fargate on Amazon ECS", and "Stopped task error messages" for the words); gives their ids.
    pub fn retire_tasks(&mut self, service: &str, count: usize, now: Timestamp) -> Vec<String> {
        let reason = "ECS is performing maintenance on the underlying infrastructure hosting the task.".to_owned();
        self.take_away(service, count, &StopCause { code: "TerminationNotice", reason }, now)
    }

    fn take_away(&mut self, service: &str, count: usize, cause: &StopCause, now: Timestamp) -> Vec<String> {
        self.advance(Moment::from(now));
        let Cloud { names, pace, chance, outbox, ecs, balancing, .. } = self;
        let mut turn = Turn { now: Moment::from(now), lasts: 0, pace: *pace, names, chance, outbox };
        let Some(service) = ecs.service_named_mut(service) else { return Vec::new() };
        let running = service.tasks.iter().filter(|task| task.is_running());
        let ids: Vec<String> = running.take(count).map(|task| task.id.clone()).collect();
        for id in &ids {
            service.stop_task(id, cause.clone(), balancing, &mut turn);
        }
        ids
    }

    /// From now on something is wrong with the service's cache, or nothing any more.
    pub fn trouble_cache(&mut self, service: &str, trouble: Option<CacheTrouble>, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(cache) = self.cache_of(service).and_then(|id| self.caches.find_mut(&id)) {
            cache.trouble = trouble;
        }
    }

    /// The primary node of the service's cache fails; a replica takes over where there is one.
    pub fn fail_cache_node(&mut self, service: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        let Some(id) = self.cache_of(service) else { return };
        let Cloud { names, pace, chance, outbox, caches, .. } = self;
        caches.fail_primary(&id, &Turn { now: Moment::from(now), lasts: 0, pace: *pace, names, chance, outbox });
    }

    /// The id of the cache that a service uses.
    fn cache_of(&self, service: &str) -> Option<String> {
        let definition =
            self.ecs.service_named(service).and_then(ecs::Service::primary).map(|primary| &primary.definition);
        let used = self.caches.used_by(service, definition.map(std::sync::Arc::as_ref));
        used.map(|cache| cache.id().to_owned())
    }

    /// From now on scaling policies scale, or do so no longer.
    pub fn let_policies_act(&mut self, act: bool) {
        self.scaling.acts = act;
    }

    /// Sets the service's desired count and both of its bounds as a scheduled action does.
    pub fn scale_on_schedule(&mut self, service: &str, to: u32, now: Timestamp) {
        self.advance(Moment::from(now));
        let Cloud { names, pace, chance, outbox, ecs, scaling, .. } = self;
        let mut turn = Turn { now: Moment::from(now), lasts: 0, pace: *pace, names, chance, outbox };
        if let Some(service) = ecs.service_named(service) {
            let resource = format!("service/{}/{}", service.cluster, service.name);
            scaling.act_on_schedule(ecs, &resource, to, &mut turn);
        }
    }

    /// From now on requests fail in every task of the service that started before; those tasks still pass `/healthz`.
    pub fn rotate_credential(&mut self, service: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.rotated_at = Some(Moment::from(now));
        }
    }

    /// From now on one healthy running task of the service fails its health check; returns its id.
    pub fn break_task(&mut self, service: &str, now: Timestamp) -> Option<String> {
        self.advance(Moment::from(now));
        let service = self.ecs.service_named_mut(service)?;
        let candidates: Vec<String> =
            service.tasks.iter().filter(|task| task.is_running() && !task.sick).map(|task| task.id.clone()).collect();
        let id = self.chance.pick(&candidates)?.clone();
        service.tasks.iter_mut().filter(|task| task.id == id).for_each(|task| task.sick = true);
        Some(id)
    }

    /// From now on every running task of a deployment fails its health check.
    pub fn break_deployment(&mut self, service: &str, deployment: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            let ours = service.tasks.iter_mut().filter(|task| task.deployment == deployment);
            ours.for_each(|task| task.sick = true);
        }
    }

    /// Takes the cache away that the service uses.
    pub fn cache_down(&mut self, service: &str, now: Timestamp) {
        self.switch_cache(service, false, now);
    }

    /// Gives the cache back.
    pub fn cache_up(&mut self, service: &str, now: Timestamp) {
        self.switch_cache(service, true, now);
    }

    fn switch_cache(&mut self, service: &str, is_up: bool, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(id) = self.cache_of(service) {
            self.caches.switch(&id, is_up, Moment::from(now));
        }
    }
}
