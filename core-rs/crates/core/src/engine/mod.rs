//! L1: a policy that is compiled once, and then judges one event after another.
//!
//! The interface is narrow: [`Engine::new`], [`Engine::judge`], and [`Engine::explain`], which uses
//! the same matcher. The matcher itself is in `sentry_pattern`.

mod building;
mod commands;
mod explain;
pub(crate) mod judgement;
pub(crate) mod order;
mod stream;

pub use building::Building;
pub use commands::{CommandTrace, CommandsTrace};
pub use explain::{Outcome, RuleTrace, Side, Trace};
pub use judgement::{Judgement, MAX_RULES, SAME_LINE};
pub use stream::{Counters, LineStream, MAX_LINE, OVERSIZED_KEPT, Row};

use std::cell::OnceCell;
use std::rc::Rc;

use sentry_pattern::Pattern;
use sentry_pattern::matcher::{MatchRule, Matcher, TooLarge, Visitor};
use sentry_pattern::prefilter::MAX_BYTES;

use crate::decision::{Verdict, Word};
use crate::event::{self, Event, EventKind, Scratch};
use crate::policy::{self, Origin, Policy, Rule};
use judgement::Denial;
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
    matcher: Rc<Matcher>,
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
        Building::new(policy)?.finish()
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
        if event.other_names().next().is_some() {
            sides = Sides::of(rules, &self.matching_event(event));
        } else {
            self.visit(event.kind, event.subject, &mut sides);
        }
        let rule = sides.decider();
        let denial = rule.map_or(Denial::None, |at| self.denial(at, event));
        Judgement::of_event(event.kind, event.evidence, rule, denial)
    }

    /// What the deciding rule denies. A site rule asks for the target by its own action, with two
    /// exceptions. If it matches what a shell, interpreter or wrapper was given to run, that program
    /// is not the one that was judged. And if the program runs under another name than its own, the
    /// rule asks only for that name, and only if the name is a path that it matches.
    fn denial(&self, at: usize, event: &Event<'_>) -> Denial {
        let Some(rule) = self.policy.rules.get(at) else {
            return Denial::None;
        };
        if rule.action.is_none() || rule.action != event.kind.action() {
            return Denial::None;
        }
        if event.kind == EventKind::Egress && !self.matches_peer(at, event) {
            return Denial::None;
        }
        let Some(from) = event.target_from() else {
            return Denial::None;
        };
        if rule.origin != Origin::Site {
            return Denial::BySentry(from);
        }
        let matches = |text: &str| self.matching(event.kind, text).contains(&at);
        if let Some(name) = event.assumed_name() {
            if name.starts_with('/') && matches(&name) {
                return Denial::AskedByName;
            }
            return Denial::BySentry(from);
        }
        if event.passed_on().is_some_and(matches) {
            return Denial::BySentry(from);
        }
        Denial::Asked
    }

    /// The indices of all rules that match an event, ascending. An `allow` must match the subject:
    /// an agent chooses the server name of its connections, and which notation it uses.
    pub(crate) fn matching_event(&self, event: &Event<'_>) -> Vec<usize> {
        let mut matching = self.matching(event.kind, event.subject);
        for name in event.other_names() {
            let more = self.matching(event.kind, name);
            matching.extend(more.into_iter().filter(|&at| {
                let rule = self.policy.rules.get(at);
                rule.is_some_and(|rule| rule.verdict != Verdict::Allow)
            }));
        }
        sentry_sort::unstable(&mut matching, |a, b| a < b);
        matching.dedup();
        matching
    }

    /// Whether a rule matches the peer of a connection, and not only the server name: an agent
    /// could name any server to have any peer denied.
    fn matches_peer(&self, at: usize, event: &Event<'_>) -> bool {
        let matches = |text: &str| self.matching(event.kind, text).contains(&at);
        event.other_names().next().is_none()
            || matches(event.subject)
            || event.names_of_peer().any(matches)
    }

    /// The indices of all rules that match a subject, ascending. [`Sides::of`] says which one
    /// decides.
    pub(crate) fn matching(&self, kind: EventKind, subject: &str) -> Vec<usize> {
        self.matcher.all(&self.policy.rules, kind.index(), subject)
    }

    /// Lets a visitor see the rules that match a subject.
    pub(crate) fn visit(&self, kind: EventKind, subject: &str, visitor: &mut impl Visitor) {
        self.matcher
            .visit(&self.policy.rules, kind.index(), subject, visitor);
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

thread_local! {
    /// The matcher for the built-in rules alone, once a policy needed it.
    static BUILTIN: OnceCell<Rc<Matcher>> = const { OnceCell::new() };
}

/// Reads and compiles what all policies share: the built-in rules, and their automata for ASCII
/// texts.
pub fn prepare() {
    let engine = policy::check("", &|_| None).policy.map(Engine::new);
    if let Some(Ok(engine)) = engine {
        engine.matcher.compile(&engine.policy.rules);
    }
}

impl MatchRule for Rule {
    fn pattern(&self) -> Option<&Pattern> {
        self.pattern.as_ref()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(source: &str) -> Engine {
        Engine::new(policy::check(source, &|_| None).policy.unwrap()).unwrap()
    }

    /// Runs in a thread that has compiled nothing yet.
    fn judgements(of: impl Fn() + Send + 'static) -> Vec<u32> {
        let judge = move || {
            of();
            let (engine, mut scratch) = (engine(""), Scratch::default());
            let lines = include_str!("../../../../../examples/session.ndjson").lines();
            let judgements = lines.map(|line| engine.judge(line.as_bytes(), &mut scratch).code());
            judgements.collect()
        };
        std::thread::spawn(judge).join().unwrap()
    }

    #[test]
    fn policies_without_rules_of_their_own_share_a_matcher() {
        let (first, second) = (engine(""), engine("dry_run = true"));
        assert!(Rc::ptr_eq(&first.matcher, &second.matcher));
        let own = "rule \"a\" {\n  on = \"Dns\"\n  match = \"a\"\n  verdict = \"block\"\n  severity = \"low\"\n  reason = \"a\"\n}";
        assert!(!Rc::ptr_eq(&first.matcher, &engine(own).matcher));
    }

    #[test]
    fn prepared_automata_judge_as_those_that_are_compiled_on_demand() {
        let on_demand = judgements(|| ());
        assert!(on_demand.iter().any(|code| *code != 0));
        assert_eq!(judgements(prepare), on_demand);
    }

    #[test]
    fn the_automaton_that_confirms_a_rule_shows_the_same_match_as_its_pattern() {
        let (engine, mut scratch) = (engine(""), Scratch::default());
        let rules = &engine.policy.rules;
        let mut compared = 0;
        for line in include_str!("../../../../../examples/session.ndjson").lines() {
            let Ok(event) = event::parse(line.as_bytes(), &mut scratch) else {
                continue;
            };
            for at in engine.matching(event.kind, event.subject) {
                let found = engine.matcher.find(rules, at, event.subject);
                assert_eq!(
                    found,
                    rules[at].pattern.as_ref().unwrap().find(event.subject),
                    "{line}"
                );
                compared += usize::from(event.subject.is_ascii());
            }
        }
        assert!(compared > 10, "{compared}");
    }
}
