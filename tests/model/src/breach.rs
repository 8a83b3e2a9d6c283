//! What must never be, each with the sentence that is the name of its property.

use stateright::Property;

use crate::world::{Router, World};

/// One rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Breach {
    /// A page was owed although no step was due.
    NotDue,
    /// One due step was paged more than once or under two keys.
    TwoKeys,
    /// A change that was known or outdated did something.
    OldChange,
    /// A page went to PagerDuty after its resolve.
    ResolveOvertook,
    /// An incident is over and PagerDuty still has a page of it open.
    PageLeftOpen,
    /// An open P0 was not paged on two channels, or not heard on them.
    OneChannel,
    /// Something that was due was never told.
    NotTold,
    /// An incident began or became worse and nobody was paged.
    NotPaged,
    /// A request about an incident that was over did something.
    LateAck,
    /// Somebody was paged although somebody is at it.
    PagedThoughAcked,
    /// An acknowledgement expired and nobody was paged.
    AckOutlived,
    /// A new P0 alarm joined and an acknowledgement from before kept it quiet.
    AckOutlastsNewAlarm,
    /// A step was owed before the one before it had an answer.
    StepOvertook,
    /// Nobody took it in time and the next step was not owed.
    StepMissed,
    /// A notification counts as sent although its channel never said so.
    SentWithoutOk,
    /// A channel was asked again before the time it had named.
    Hurried,
    /// Two workers claimed the same notification.
    ClaimedTwice,
    /// An incident goes on or not, against what its alarms and people say.
    WrongPhase,
    /// What goes up and down was paged each time.
    FlappingPaged,
}

impl Breach {
    /// The rule it breaks.
    pub fn rule(self) -> &'static str {
        match self {
            Self::NotDue => "nobody is paged unless a step is due",
            Self::TwoKeys => "a due step is never paged under two keys",
            Self::OldChange => "a repeated or outdated change does nothing",
            Self::ResolveOvertook => "a resolve never overtakes its page",
            Self::PageLeftOpen => "the pages of an incident that is over are resolved in the end",
            Self::OneChannel => "an open P0 is paged on two channels, and heard on both in the end",
            Self::NotTold => "whatever is owed is told in the end",
            Self::NotPaged => "an incident that begins or becomes worse is paged",
            Self::LateAck => "a request that comes after the end changes nothing",
            Self::PagedThoughAcked => "an acknowledgement stops the paging",
            Self::AckOutlived => "an acknowledgement that expires is followed by a page",
            Self::AckOutlastsNewAlarm => "a new P0 alarm voids an acknowledgement",
            Self::StepOvertook => "no step is owed before the one before it has an answer",
            Self::StepMissed => "the next step is owed when nobody came in time",
            Self::SentWithoutOk => "nothing counts as sent without the channel's ok",
            Self::Hurried => "a channel is left alone for as long as it asked",
            Self::ClaimedTwice => "two workers never claim the same notification",
            Self::WrongPhase => "an incident goes on exactly while its alarms do",
            Self::FlappingPaged => "what goes up and down is paged once as that",
        }
    }
}

/// The rules that were broken on the way to a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Breaches(u32);

impl Breaches {
    /// Notes one.
    pub fn note(&mut self, breach: Breach) {
        self.0 |= 1 << breach as u8;
    }

    /// Notes one unless the rule was kept.
    pub fn require(&mut self, kept: bool, breach: Breach) {
        if !kept {
            self.note(breach);
        }
    }

    /// Whether the rule of this number was broken.
    pub fn has(self, breach: u8) -> bool {
        self.0 & (1 << breach) != 0
    }
}

/// Every rule, as a property of all states.
pub(crate) fn properties() -> Vec<Property<Router>> {
    use Breach as B;
    vec![
        Property::always(B::NotDue.rule(), kept::<{ B::NotDue as u8 }>),
        Property::always(B::TwoKeys.rule(), kept::<{ B::TwoKeys as u8 }>),
        Property::always(B::OldChange.rule(), kept::<{ B::OldChange as u8 }>),
        Property::always(B::ResolveOvertook.rule(), kept::<{ B::ResolveOvertook as u8 }>),
        Property::always(B::PageLeftOpen.rule(), kept::<{ B::PageLeftOpen as u8 }>),
        Property::always(B::OneChannel.rule(), kept::<{ B::OneChannel as u8 }>),
        Property::always(B::NotTold.rule(), kept::<{ B::NotTold as u8 }>),
        Property::always(B::NotPaged.rule(), kept::<{ B::NotPaged as u8 }>),
        Property::always(B::LateAck.rule(), kept::<{ B::LateAck as u8 }>),
        Property::always(B::PagedThoughAcked.rule(), kept::<{ B::PagedThoughAcked as u8 }>),
        Property::always(B::AckOutlived.rule(), kept::<{ B::AckOutlived as u8 }>),
        Property::always(B::AckOutlastsNewAlarm.rule(), kept::<{ B::AckOutlastsNewAlarm as u8 }>),
        Property::always(B::StepOvertook.rule(), kept::<{ B::StepOvertook as u8 }>),
        Property::always(B::StepMissed.rule(), kept::<{ B::StepMissed as u8 }>),
        Property::always(B::SentWithoutOk.rule(), kept::<{ B::SentWithoutOk as u8 }>),
        Property::always(B::Hurried.rule(), kept::<{ B::Hurried as u8 }>),
        Property::always(B::ClaimedTwice.rule(), kept::<{ B::ClaimedTwice as u8 }>),
        Property::always(B::WrongPhase.rule(), kept::<{ B::WrongPhase as u8 }>),
        Property::always(B::FlappingPaged.rule(), kept::<{ B::FlappingPaged as u8 }>),
        // What never comes to its end shows nothing.
        Property::sometimes("it comes to its end", |_, world: &World| world.is_over()),
    ]
}

fn kept<const BREACH: u8>(_: &Router, world: &World) -> bool {
    !world.breaches().has(BREACH)
}
