//! The result of judging one event, packed into one integer so that it is cheap to pass to the
//! host.

use crate::event::{EventKind, Evidence, NotEvent, TargetFrom};

/// The judgement of one input. The bit layout of [`Judgement::code`] is the contract with the
/// TypeScript that reads it; the constants are generated for TypeScript (see [`crate::boundary`]).
///
/// | bits | meaning |
/// |---|---|
/// | 31 | set: the input is not an event; then bits 0 and 1 are the reason (0: malformed, 1: nothing to judge, 2: too long) |
/// | 0..=21 | 0: no rule; n: rule n - 1 of the policy |
/// | 22 | only of a row: the row before has the same line |
/// | 23..=26 | the index of the event's kind in [`EventKind::ALL`] |
/// | 27 | the collector cut the event |
/// | 28 | the rule's action has a target in this event |
/// | 29..=30 | why that target is denied: 0: a site rule asks for it; 1: it was observed; 2: it is from the arguments; 3: a site rule asks for the name in the arguments, which is not the program's own |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement(u32);

pub(crate) const NOT_EVENT: u32 = 1 << 31;
pub(crate) const UNMODELLED: u32 = 1;
pub(crate) const OVERSIZED: u32 = 2;
pub(crate) const RULE_MASK: u32 = (1 << 22) - 1;
/// The bit of a row's code that says that the row before has the same line.
pub const SAME_LINE: u32 = 1 << 22;
pub(crate) const KIND_SHIFT: u32 = 23;
pub(crate) const KIND_MASK: u32 = 15;
pub(crate) const PARTIAL: u32 = 1 << 27;
pub(crate) const TARGET: u32 = 1 << 28;
pub(crate) const OBSERVED: u32 = 1 << 29;
pub(crate) const ARGV: u32 = 1 << 30;

/// Whether a rule's action denies a target of an event, and at whose request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// There is nothing to deny.
    None,
    /// A site rule asks for it by its own action.
    Asked,
    /// A site rule asks for the name that the program runs under.
    AskedByName,
    /// Sentry chooses the target by itself.
    BySentry(TargetFrom),
}

/// The most rules that a judgement can distinguish.
pub const MAX_RULES: usize = RULE_MASK as usize - 1;

impl Judgement {
    /// The judgement of an event. `rule` is an index into the rules of the policy, at most
    /// [`MAX_RULES`].
    pub(super) fn of_event(
        kind: EventKind,
        evidence: Evidence,
        rule: Option<usize>,
        target: Denial,
    ) -> Self {
        debug_assert!(
            rule.is_none_or(|rule| rule <= MAX_RULES),
            "the engine limits the rules"
        );
        let rule = rule.and_then(|rule| u32::try_from(rule + 1).ok());
        let kind = u32::try_from(kind.index()).unwrap_or(0) << KIND_SHIFT;
        let partial = if evidence == Evidence::Partial {
            PARTIAL
        } else {
            0
        };
        let target = match target {
            Denial::None => 0,
            Denial::Asked => TARGET,
            Denial::AskedByName => TARGET | OBSERVED | ARGV,
            Denial::BySentry(TargetFrom::Observed) => TARGET | OBSERVED,
            Denial::BySentry(TargetFrom::Argv) => TARGET | ARGV,
        };
        Self(rule.unwrap_or(0) & RULE_MASK | kind | partial | target)
    }

    /// The judgement of an input that is not an event.
    pub(super) fn of_not_event(why: NotEvent) -> Self {
        Self(match why {
            NotEvent::Malformed => NOT_EVENT,
            NotEvent::Unmodelled => NOT_EVENT | UNMODELLED,
            NotEvent::Oversized => NOT_EVENT | OVERSIZED,
        })
    }

    /// The judgement of the same event by another rule. The target is not known.
    pub(super) fn with_rule(self, rule: Option<usize>) -> Self {
        let number = rule.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0);
        Self(self.0 & !(RULE_MASK | TARGET | OBSERVED | ARGV) | number & RULE_MASK)
    }

    /// The judgement of a packed form.
    pub fn from_code(code: u32) -> Self {
        Self(code)
    }

    /// The packed form.
    pub fn code(self) -> u32 {
        self.0
    }

    /// The reason why the input is not an event; `None` if it is one.
    pub fn not_event(self) -> Option<NotEvent> {
        if self.0 & NOT_EVENT == 0 {
            None
        } else if self.0 & OVERSIZED != 0 {
            Some(NotEvent::Oversized)
        } else if self.0 & UNMODELLED != 0 {
            Some(NotEvent::Unmodelled)
        } else {
            Some(NotEvent::Malformed)
        }
    }

    /// The index of the deciding rule in the policy.
    pub fn rule(self) -> Option<usize> {
        if self.not_event().is_some() {
            return None;
        }
        ((self.0 & RULE_MASK) as usize).checked_sub(1)
    }

    /// The event's kind.
    pub fn kind(self) -> Option<EventKind> {
        let kind = EventKind::ALL.get((self.0 >> KIND_SHIFT & KIND_MASK) as usize);
        kind.copied().filter(|_| self.not_event().is_none())
    }

    /// Whether the collector recorded the whole event.
    pub fn evidence(self) -> Evidence {
        if self.0 & PARTIAL != 0 {
            Evidence::Partial
        } else {
            Evidence::Complete
        }
    }

    /// Whether the rule's action has a target in this event.
    pub fn has_target(self) -> bool {
        self.not_event().is_none() && self.0 & TARGET != 0
    }

    /// How the target is known that sentry denies by itself. `None` without a target, and for a
    /// target that a site rule asks to deny.
    pub fn target_from(self) -> Option<TargetFrom> {
        let from = match self.0 & (OBSERVED | ARGV) {
            OBSERVED => TargetFrom::Observed,
            ARGV => TargetFrom::Argv,
            _ => return None,
        };
        self.has_target().then_some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_are_unpacked_unchanged() {
        for kind in EventKind::ALL {
            for rule in [None, Some(0), Some(13), Some(MAX_RULES)] {
                let cases = [
                    (Evidence::Complete, Denial::Asked),
                    (Evidence::Partial, Denial::AskedByName),
                    (Evidence::Complete, Denial::BySentry(TargetFrom::Observed)),
                    (Evidence::Partial, Denial::BySentry(TargetFrom::Argv)),
                    (Evidence::Partial, Denial::None),
                ];
                for (evidence, denial) in cases {
                    let packed = Judgement::of_event(kind, evidence, rule, denial);
                    assert_eq!(packed.kind(), Some(kind));
                    assert_eq!(packed.rule(), rule);
                    assert_eq!(Judgement::from_code(packed.code()), packed);
                    assert_eq!(packed.evidence(), evidence);
                    assert_eq!(packed.has_target(), denial != Denial::None);
                    let from = match denial {
                        Denial::BySentry(from) => Some(from),
                        Denial::None | Denial::Asked | Denial::AskedByName => None,
                    };
                    assert_eq!(packed.target_from(), from);
                    assert_eq!(packed.not_event(), None);
                }
            }
        }
        for why in [
            NotEvent::Malformed,
            NotEvent::Unmodelled,
            NotEvent::Oversized,
        ] {
            let packed = Judgement::of_not_event(why);
            assert_eq!(packed.not_event(), Some(why));
            assert_eq!((packed.kind(), packed.rule()), (None, None));
        }
    }
}
