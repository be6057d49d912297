//! L1: a policy compiled once, then asked about one event after the other.
//!
//! The engine is one narrow interface: [`Engine::new`], [`Engine::judge`], and [`Engine::explain`],
//! which asks the same matcher. How the matcher works is known to `matcher.rs` alone.

mod explain;
mod judgement;
mod matcher;
mod stream;

pub use explain::{Outcome, RuleTrace, Trace};
pub use judgement::{Judgement, MAX_RULES};
pub use stream::{Counters, LineStream, MAX_LINE, Row};

use matcher::{Matcher, TooLarge};

use crate::decision::{Severity, Verdict, Word};
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{self, Event, EventKind, Scratch};
use crate::policy::Policy;
use crate::text::Span;

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
    matchers: Vec<Matcher>,
    /// For each rule, whether a decision of it is more than a plain allow.
    needs_attention: Vec<bool>,
}

impl Engine {
    /// Compiles a policy.
    ///
    /// # Errors
    /// One diagnostic where there are more than [`MAX_RULES`] rules, or where the patterns of one
    /// kind of event take too much memory together.
    pub fn new(policy: Policy) -> Result<Self, Box<Diagnostic>> {
        if policy.rules.len() > MAX_RULES {
            let problem = format!("more than {MAX_RULES} rules");
            return Err(Box::new(too_large(&policy, &problem)));
        }
        let mut matchers = Vec::with_capacity(EventKind::ALL.len());
        for kind in EventKind::ALL {
            let rules = policy.rules.iter().enumerate();
            let patterns = rules
                .filter(|(_, rule)| rule.on.contains(&kind))
                .map(|(at, rule)| (at, rule.pattern.as_str()));
            let matcher = Matcher::new(patterns).map_err(|TooLarge| {
                let limit = matcher::MAX_COMPILED_SET >> 20;
                let kind = kind.as_word();
                let problem =
                    format!("the patterns on `{kind}` take more than {limit} MiB together");
                Box::new(too_large(&policy, &problem))
            })?;
            matchers.push(matcher);
        }
        let needs_attention = policy
            .rules
            .iter()
            .map(|rule| rule.verdict != Verdict::Allow || rule.severity > Severity::Info)
            .collect();
        Ok(Self {
            policy,
            matchers,
            needs_attention,
        })
    }

    /// The policy that was compiled.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges one line: the first rule whose kind and pattern fit decides.
    pub fn judge(&self, line: &[u8], scratch: &mut Scratch) -> Judgement {
        match event::parse(line, scratch) {
            Ok(event) => self.judge_event(&event),
            Err(why) => Judgement::of_other(why),
        }
    }

    fn judge_event(&self, event: &Event<'_>) -> Judgement {
        let rule = self.fitting(event.kind, event.subject).next();
        let has_target = rule
            .and_then(|at| self.policy.rules.get(at))
            .is_some_and(|rule| {
                rule.action.is_some() && rule.action == event.kind.action() && event.has_target()
            });
        Judgement::of_event(event.kind, event.evidence, rule, has_target)
    }

    /// The rules that fit a subject, as places in the policy, the deciding one first.
    pub(crate) fn fitting(&self, kind: EventKind, subject: &str) -> impl Iterator<Item = usize> {
        let matcher = self.matchers.get(kind.index());
        matcher
            .into_iter()
            .flat_map(move |matcher| matcher.fitting(subject))
    }

    /// Whether a judgement is more than a plain allow of severity `info`.
    fn needs_attention(&self, judgement: Judgement) -> bool {
        judgement
            .rule()
            .is_some_and(|at| self.needs_attention.get(at).copied().unwrap_or(true))
    }
}

fn too_large(policy: &Policy, problem: &str) -> Diagnostic {
    let longest = policy.rules.iter().max_by_key(|rule| rule.pattern.len());
    let (name, span) = longest.map_or(("", Span::default()), |rule| (&rule.name, rule.span));
    Diagnostic::new(
        Code::PatternTooLarge,
        span,
        format!("the policy is too large: {problem}"),
    )
    .help(format!(
        "split it, or make patterns smaller; the longest is that of `{name}`"
    ))
}
