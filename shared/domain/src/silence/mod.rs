//! Silences: a matcher and a time in which an incident is recorded, but nobody is notified.
//!
//! Maintenance windows are silences that the configuration holds; the others are ordered by people while it runs. None
//! lasts for ever: what is to be told to nobody at all is an alarm to change, not to silence.

mod window;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::window::{NoWindow, Recurring, Window};
use crate::alarm::text::bounded;
use crate::escalation::{Matcher, Pattern, Patterns, Profile};
use crate::id::{ServiceName, SilenceId, derived};
use crate::standing::Ended;

/// The longest name of an author and the longest reason, in characters.
const AUTHOR: usize = 200;
const REASON: usize = 500;

/// Nobody is told of the alarms that fit, while its window is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its id: made of what it says, or the name of a maintenance window.
    pub id: SilenceId,
    /// Which alarms.
    pub matcher: Matcher,
    /// When.
    pub window: Window,
    /// Who ordered it: data from outside.
    pub by: String,
    /// Why: data from outside.
    pub reason: String,
    /// When it was ordered; `None` for what the configuration holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Who ended it before its time, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// The silence that holds for an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// Its id.
    pub id: SilenceId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Until when nobody is told: the end of this silence and of those that take over from it without a moment between.
    pub until: Timestamp,
}

/// Why a silence cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSilence {
    /// It asks nothing of an alarm.
    #[error(
        "the silence would match every alarm, those of services to come too\n  hint: match something, such as service=web; a [[maintenance]] window with all = true can hold for everything"
    )]
    Everything,
    /// Its window is not possible.
    #[error("the silence cannot be had: {0}")]
    Window(#[from] NoWindow),
    /// It would not change anything any more.
    #[error("the silence was over at {0}\n  hint: give an end that is still to come")]
    Past(Timestamp),
    /// Nobody is named as its author, or no reason is given, or its id is not what it says.
    #[error(
        "the silence lacks its author or its reason, or its id is not made of what it says\n  hint: say who silences and why; `infra-bootstrap silence` makes the id"
    )]
    Unsound,
}

impl Silence {
    /// A silence ordered by somebody at a time. Author and reason are cut to what can be kept.
    pub fn new(matcher: Matcher, window: Window, by: &str, reason: &str, created: Timestamp) -> Self {
        let mut new = Self {
            id: SilenceId::from(""),
            matcher,
            window,
            by: bounded(by.trim(), AUTHOR),
            reason: bounded(reason.trim(), REASON),
            created: Some(created),
            ended: None,
        };
        new.id = new.made_of();
        new
    }

    /// A silence for all alarms of a service from now on.
    pub fn of_service(service: &ServiceName, lasts: SignedDuration, by: &str, reason: &str, now: Timestamp) -> Self {
        let matcher = Matcher { service: Some(Patterns::One(Pattern::new(service.as_str()))), ..Matcher::default() };
        let until = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        Self::new(matcher, Window::Once { from: now, until }, by, reason, now)
    }

    /// Whether people may order it.
    ///
    /// # Errors
    ///
    /// It would hold for everything, for too long or no more, or is not what its id says.
    pub fn check(&self, now: Timestamp) -> Result<(), NoSilence> {
        if matches_everything(&self.matcher) {
            return Err(NoSilence::Everything);
        }
        self.window.check()?;
        if let Some(over) = self.window.over_at().filter(|over| *over <= now) {
            return Err(NoSilence::Past(over));
        }
        let told = |text: &str, limit: usize| !text.is_empty() && text.chars().count() <= limit;
        if !told(&self.by, AUTHOR) || !told(&self.reason, REASON) || self.id != self.made_of() || self.ended.is_some() {
            return Err(NoSilence::Unsound);
        }
        Ok(())
    }

    /// When it holds no more for good; `None` for one without an end.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.window.over_at().into_iter().chain(self.ended.as_ref().map(|ended| ended.at)).min()
    }

    /// Until when it holds, if it does now.
    pub fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.window.holds_until(now)?;
        match &self.ended {
            None => Some(until),
            Some(ended) => (now < ended.at).then(|| until.min(ended.at)),
        }
    }

    fn made_of(&self) -> SilenceId {
        // Both are plain data in a fixed order, which JSON always holds.
        let matcher = serde_json::to_string(&self.matcher).unwrap_or_default();
        let window = serde_json::to_string(&self.window).unwrap_or_default();
        let created = self.created.map(|time| time.to_string()).unwrap_or_default();
        SilenceId::new(derived("sil", &[&matcher, &window, &self.by, &self.reason, &created]))
    }
}

/// Whether a matcher asks nothing, or nothing but that there be something which every alarm has. Tags and dimensions are
/// what some have and some have not.
pub(crate) fn matches_everything(matcher: &Matcher) -> bool {
    let stars = |wanted: &str| !wanted.is_empty() && wanted.bytes().all(|byte| byte == b'*');
    let asks = matcher.asks(&Profile::default());
    asks.iter().all(|asked| !asked.what.contains('.') && asked.wanted.split(" | ").any(stars))
}

/// The silence that holds for an alarm now: of several the one that ends last.
///
/// Its end is looked for no further than [`Window::LONGEST`] ahead, where maintenance windows may go on following each
/// other; whoever comes back then finds the next.
pub fn active<'a>(
    silences: impl IntoIterator<Item = &'a Silence>,
    profile: &Profile,
    now: Timestamp,
) -> Option<Active> {
    let matching: Vec<&Silence> = silences.into_iter().filter(|silence| silence.matcher.matches(profile)).collect();
    let held = |at: Timestamp| {
        let holding = matching.iter().filter_map(|silence| Some((silence.holds_until(at)?, *silence)));
        holding.max_by(|(until, one), (other_until, other)| until.cmp(other_until).then_with(|| one.id.cmp(&other.id)))
    };
    let (mut until, silence) = held(now)?;
    let horizon = now.checked_add(Window::LONGEST).unwrap_or(Timestamp::MAX);
    while until < horizon {
        match held(until) {
            Some((further, _)) => until = further,
            None => break,
        }
    }
    Some(Active { id: silence.id.clone(), reason: silence.reason.clone(), by: silence.by.clone(), until })
}

#[cfg(test)]
mod tests;
