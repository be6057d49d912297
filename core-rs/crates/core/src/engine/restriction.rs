//! What restricts a rule beside its pattern: conditions on commands, on the agent, and the date.

use std::borrow::Cow;

use super::Engine;
use super::outgoing::Destination;
use crate::condition::fit;
use crate::decision::Verdict;
use crate::event::{Event, EventKind};
use crate::policy::{Origin, Rule};

/// The built-in rule about secrets that leave.
const EGRESS_RULE: &str = "secret-in-egress";

/// What restricts a rule, in a form that is quick to look at: most rules have nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Restriction(u8);

impl Restriction {
    /// Nothing restricts the rule.
    pub(super) const NONE: Self = Self(0);
    /// It asks for an agent, or expires.
    const AGENT_OR_DATE: u8 = 1;
    /// It asks for a command.
    const COMMAND: u8 = 2;
    /// It allows single commands only.
    const LIMITED: u8 = 4;
    /// It has exceptions.
    const UNLESS: u8 = 8;
    /// It asks for an effect.
    const EFFECT: u8 = 16;
    /// It asks for the call of a tool.
    const CALL: u8 = 32;
    /// It looks for secrets that leave.
    const SECRET: u8 = 64;

    pub(super) fn of(rule: &Rule) -> Self {
        let conditions = &rule.conditions;
        let has_agents = !conditions.agents.is_empty();
        let is_limited = conditions.is_by_command() || has_agents;
        let bits = [
            (
                Self::AGENT_OR_DATE,
                has_agents || conditions.expires.is_some(),
            ),
            (Self::COMMAND, conditions.is_by_command()),
            (Self::CALL, conditions.asks_for_call()),
            (Self::EFFECT, !conditions.effects.is_empty()),
            (Self::LIMITED, is_limited && rule.verdict == Verdict::Allow),
            (Self::UNLESS, !conditions.unless.is_empty()),
            (
                Self::SECRET,
                rule.origin == Origin::Builtin && rule.name == EGRESS_RULE,
            ),
        ];
        Self(
            bits.iter()
                .fold(0, |all, (bit, is_set)| all | (bit * u8::from(*is_set))),
        )
    }

    fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

impl Engine {
    fn restriction(&self, at: usize) -> Restriction {
        self.restrictions
            .get(at)
            .copied()
            .unwrap_or(Restriction::NONE)
    }

    /// Whether a rule asks for a command, code or an effect.
    pub(super) fn asks_for_command(&self, at: usize) -> bool {
        self.restriction(at).has(Restriction::COMMAND)
    }

    /// Whether a rule is an `allow` that covers single commands only.
    pub(super) fn is_limited_allow(&self, at: usize) -> bool {
        self.restriction(at).has(Restriction::LIMITED)
    }

    /// Whether a rule may fit one command of an event and not another.
    pub(super) fn is_by_command(&self, at: usize) -> bool {
        let bits = Restriction::COMMAND | Restriction::LIMITED | Restriction::UNLESS;
        self.restriction(at).has(bits)
    }

    /// Whether a rule applies to an event as a whole, if its pattern matches.
    pub(super) fn applies(&self, at: usize, event: &Event<'_>) -> bool {
        let restriction = self.restriction(at);
        let Some(rule) = self
            .policy
            .rules
            .get(at)
            .filter(|_| restriction != Restriction::NONE)
        else {
            return restriction == Restriction::NONE;
        };
        let is_by_command = restriction.has(Restriction::COMMAND);
        let is_by_event = restriction.has(Restriction::EFFECT) && event.kind != EventKind::ToolExec;
        (!is_by_command || is_by_event)
            && self.is_in_force(rule, event)
            && (!restriction.has(Restriction::CALL) || self.is_call(at, rule, event))
            && (!is_by_event || self.has_effects(at, rule, event))
            && !(restriction.has(Restriction::UNLESS) && is_excepted(rule, event))
    }

    /// Whether a rule is about secrets that leave, so that [`Self::is_harmless`] is asked.
    pub(super) fn looks_for_secrets(&self, at: usize) -> bool {
        self.restriction(at).has(Restriction::SECRET)
    }

    /// Whether all that a rule about secrets finds in a content is none that leaves: a provider's
    /// key on its way there, or a token of a page.
    pub(super) fn is_harmless(&self, at: usize, event: &Event<'_>) -> bool {
        if !self.looks_for_secrets(at) {
            return false;
        }
        let to = Destination::of(event.subject, event.provider().as_deref());
        let mut all = std::iter::once(event.subject).chain(event.other_names());
        all.all(|text| {
            let rest = to.without_harmless(text);
            !self.matching(event.kind, &rest).contains(&at)
        })
    }

    /// Whether an event that is no command has the effects that a rule asks for.
    pub(super) fn has_effects(&self, at: usize, rule: &Rule, event: &Event<'_>) -> bool {
        let index = &self.compiled.index;
        index.fits_event(at, rule, event, self.expressions())
    }

    /// Whether an event is a call that a rule asks for.
    pub(super) fn is_call(&self, at: usize, rule: &Rule, event: &Event<'_>) -> bool {
        let index = &self.compiled.index;
        index.fits_call(at, rule, event, self.expressions())
    }

    /// Whether a rule is in force: for the agent of the event, and on the date that the host gave.
    pub(super) fn is_in_force(&self, rule: &Rule, event: &Event<'_>) -> bool {
        let conditions = &rule.conditions;
        let is_allow = rule.verdict == Verdict::Allow;
        rule.is_in_force(self.date())
            && (conditions.agents.is_empty() || has_agent(rule, is_allow, event))
    }
}

/// Whether the event is of an agent that the rule asks for. For an allow, only an identity that the
/// host vouches for counts.
fn has_agent(rule: &Rule, is_allow: bool, event: &Event<'_>) -> bool {
    let Some(agent) = event.agent() else {
        return false;
    };
    let mut agents = rule.conditions.agents.iter();
    agents.any(|glob| sentry_command::fits(glob.as_str(), &agent))
        && (!is_allow || is_vouched_for(&agent))
}

/// Whether a name is that of a pod or a container. Any other may be one that a process gave itself.
pub(crate) fn is_vouched_for(agent: &str) -> bool {
    let is_hex = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let lengths = agent.split('-').map(str::len);
    let is_pod = || lengths.eq([8, 4, 4, 4, 12]) && agent.split('-').all(is_hex);
    matches!(agent.len(), 12 | 64) && is_hex(agent) || is_pod()
}

/// Whether an event that is no command is excepted from a rule. Only the program that the kernel
/// reported counts, and no condition asks for anything but a program.
fn is_excepted(rule: &Rule, event: &Event<'_>) -> bool {
    if event.kind == EventKind::ToolExec {
        return false;
    }
    let exe: Option<Cow<'_, str>> = event.exe();
    exe.is_some_and(|exe| {
        let mut unless = rule.conditions.unless.iter();
        unless.any(|condition| {
            condition.asks_for_program_alone() && fit::is_path_of(&exe, &condition.program)
        })
    })
}
