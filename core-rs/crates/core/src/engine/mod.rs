//! L1: a policy that is compiled once, and then judges one event after another.
//!
//! The interface is narrow: [`Engine::new`], [`Engine::judge`], and [`Engine::explain`], which uses
//! the same matcher. The matcher itself is in `sentry_pattern`.

mod explain;
pub(crate) mod judgement;
pub(crate) mod order;
mod stream;

pub use explain::{Outcome, RuleTrace, Side, Trace};
pub use judgement::{Judgement, MAX_RULES};
pub use stream::{Counters, LineStream, MAX_LINE, Row};

use sentry_pattern::Pattern;
use sentry_pattern::matcher::{MatchRule, Matcher, TooLarge};
use sentry_pattern::prefilter::MAX_BYTES;

use crate::decision::{Severity, Verdict, Word};
use crate::event::{self, Event, EventKind, Scratch};
use crate::policy::{Policy, Rule};
use order::Sides;
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

/// A compiled policy.
///
/// ```
/// use sentry_core::{engine::Engine, event::Scratch, policy::check};
/// let policy = check("", &|_| None).policy.unwrap();
/// let engine = Engine::new(policy).unwrap();
/// let line = br#"{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}"#;
/// let judgement = engine.judge(line, &mut Scratch::default());
/// let rule = &engine.policy().rules[judgement.rule().unwrap()];
/// assert_eq!(rule.name, "cloud-metadata");
/// assert!(judgement.has_target());
/// ```
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    matcher: Matcher,
    /// For each rule, whether its decisions need attention: any but an allow of severity `info`.
    needs_attention: Vec<bool>,
}

impl Engine {
    /// Compiles a policy.
    ///
    /// # Errors
    /// A diagnostic if there are more than [`MAX_RULES`] rules, or if the literals that the
    /// patterns on one kind of event require take more than 64 MiB.
    #[inline(never)]
    pub fn new(policy: Policy) -> Result<Self, Box<Diagnostic>> {
        if policy.rules.len() > MAX_RULES {
            return Err(Box::new(too_many_rules(&policy)));
        }
        let matcher = Matcher::new(&policy.rules, EventKind::ALL.len())
            .map_err(|problem| Box::new(too_much(&policy, &problem)))?;
        let needs_attention = policy
            .rules
            .iter()
            .map(|rule| rule.verdict != Verdict::Allow || rule.severity > Severity::Info)
            .collect();
        Ok(Self {
            policy,
            matcher,
            needs_attention,
        })
    }

    /// The policy that was compiled.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges one line. [`order`] says which of the rules that apply to its kind and match its
    /// subject decides.
    pub fn judge(&self, line: &[u8], scratch: &mut Scratch) -> Judgement {
        self.judge_and(line, scratch, |_, _| ())
    }

    /// Judges one line, and calls `keep` if it is an event, so that a caller can keep parts of the
    /// event without parsing the line again.
    pub fn judge_and(
        &self,
        line: &[u8],
        scratch: &mut Scratch,
        keep: impl FnOnce(&Event<'_>, Judgement),
    ) -> Judgement {
        match event::parse(line, scratch) {
            Ok(event) => {
                let judgement = self.judge_event(&event);
                keep(&event, judgement);
                judgement
            }
            Err(why) => Judgement::of_not_event(why),
        }
    }

    /// Whether the judgement is of an event, and escalates it.
    pub fn escalates(&self, judgement: Judgement) -> bool {
        let rule = judgement.rule().and_then(|at| self.policy.rules.get(at));
        let verdict = rule.map_or(self.policy.default, |rule| rule.verdict);
        verdict == Verdict::Escalate && judgement.not_event().is_none()
    }

    fn judge_event(&self, event: &Event<'_>) -> Judgement {
        let rules = &self.policy.rules;
        let mut sides = Sides::new(rules);
        self.matcher
            .visit(rules, event.kind.index(), event.subject, &mut sides);
        let rule = sides.decider();
        let has_target = rule
            .and_then(|at| self.policy.rules.get(at))
            .is_some_and(|rule| {
                rule.action.is_some() && rule.action == event.kind.action() && event.has_target()
            });
        Judgement::of_event(event.kind, event.evidence, rule, has_target)
    }

    /// The indices of all rules that match a subject, ascending. [`Sides::of`] says which one
    /// decides.
    pub(crate) fn matching(&self, kind: EventKind, subject: &str) -> Vec<usize> {
        self.matcher.all(&self.policy.rules, kind.index(), subject)
    }

    /// Whether a judgement is of an event, and anything but an allow of severity `info`.
    fn needs_attention(&self, judgement: Judgement) -> bool {
        let Some(at) = judgement.rule() else {
            return self.policy.default != Verdict::Allow && judgement.not_event().is_none();
        };
        let needs_attention = self.needs_attention.get(at);
        debug_assert!(needs_attention.is_some(), "the judgement is of this policy");
        needs_attention.copied().unwrap_or(true)
    }
}

impl MatchRule for Rule {
    fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    fn applies_to(&self, kind: usize) -> bool {
        self.on.iter().any(|on| on.index() == kind)
    }

    /// If the automaton of a rule cannot be built, the rule blocks too much rather than too little.
    fn matches_if_unknown(&self) -> bool {
        self.verdict != Verdict::Allow
    }
}

fn too_many_rules(policy: &Policy) -> Diagnostic {
    let span = policy
        .rules
        .last()
        .map_or_else(Span::default, |rule| rule.span);
    let problem = format!("the policy has more than {MAX_RULES} rules");
    Diagnostic::new(Code::PatternTooLarge, span, problem).help("split it")
}

fn too_much(policy: &Policy, TooLarge { kind, rule }: &TooLarge) -> Diagnostic {
    let rule = policy.rules.get(*rule);
    let (name, span) = rule.map_or(("", Span::default()), |rule| (&rule.name, rule.span));
    let kind = EventKind::ALL.get(*kind).map_or("", |kind| kind.as_word());
    let problem = format!(
        "the patterns on `{kind}` are too large: with that of rule `{name}`, what they look for takes more than {} MiB",
        MAX_BYTES >> 20
    );
    Diagnostic::new(Code::PatternTooLarge, span, problem)
        .help("split the policy, or make patterns smaller")
}
