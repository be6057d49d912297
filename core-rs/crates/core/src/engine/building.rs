//! Compiling a checked policy, one kind of event after another.

use std::rc::Rc;

use sentry_pattern::matcher::{Builder, Matcher};

use super::judgement::MAX_RULES;
use super::{BUILTIN, Engine, too_many_rules, too_much};
use crate::decision::{Severity, Verdict};
use crate::event::EventKind;
use crate::policy::{Origin, Policy, Rule};
use sentry_text::diagnostic::{Code, Diagnostic};

/// A policy that is being compiled.
#[derive(Debug)]
pub struct Building {
    policy: Policy,
    matcher: Builder,
}

impl Building {
    /// Begins to compile a policy.
    ///
    /// # Errors
    /// A diagnostic if there are more than [`MAX_RULES`] rules.
    pub fn new(policy: Policy) -> Result<Self, Box<Diagnostic>> {
        if policy.rules.len() > MAX_RULES {
            return Err(Box::new(too_many_rules(&policy)));
        }
        if let Some(rule) = policy.rules.iter().find(|rule| is_not_judged(rule)) {
            return Err(Box::new(not_judged(rule)));
        }
        Ok(Self {
            policy,
            matcher: Builder::default(),
        })
    }

    /// Compiles the rules on the next kind of event. Returns whether all are compiled.
    ///
    /// # Errors
    /// A diagnostic if the literals that the patterns on the kind require take more than 64 MiB.
    pub fn step(&mut self) -> Result<bool, Box<Diagnostic>> {
        if self.is_shared() {
            return Ok(true);
        }
        self.add_kind()?;
        Ok(self.has_all_kinds())
    }

    /// The compiled policy.
    ///
    /// # Errors
    /// As [`Self::step`], which it calls as often as necessary.
    pub fn finish(mut self) -> Result<Engine, Box<Diagnostic>> {
        let matcher = if self.is_shared() {
            self.shared()?
        } else {
            Rc::new(self.build()?)
        };
        let needs_attention = self
            .policy
            .rules
            .iter()
            .map(|rule| rule.verdict != Verdict::Allow || rule.severity > Severity::Info)
            .collect();
        Ok(Engine {
            policy: self.policy,
            matcher,
            needs_attention,
        })
    }

    /// Whether the policy has no rules of its own, and shares the matcher for the built-in rules.
    fn is_shared(&self) -> bool {
        let mut rules = self.policy.rules.iter();
        !rules.any(|rule| rule.origin == Origin::Site)
    }

    fn shared(&mut self) -> Result<Rc<Matcher>, Box<Diagnostic>> {
        if let Some(matcher) = BUILTIN.with(|shared| shared.get().map(Rc::clone)) {
            return Ok(matcher);
        }
        let matcher = Rc::new(self.build()?);
        Ok(BUILTIN.with(|shared| Rc::clone(shared.get_or_init(|| matcher))))
    }

    fn build(&mut self) -> Result<Matcher, Box<Diagnostic>> {
        while !self.has_all_kinds() {
            self.add_kind()?;
        }
        Ok(std::mem::take(&mut self.matcher).build(&self.policy.rules))
    }

    fn add_kind(&mut self) -> Result<(), Box<Diagnostic>> {
        let added = self.matcher.add_kind(&self.policy.rules);
        added.map_err(|problem| Box::new(too_much(&self.policy, &problem)))
    }

    fn has_all_kinds(&self) -> bool {
        self.matcher.kinds() == EventKind::ALL.len()
    }
}

/// Whether a rule has conditions that the engine cannot judge.
fn is_not_judged(rule: &Rule) -> bool {
    let conditions = &rule.conditions;
    rule.pattern.is_none()
        || !conditions.unless.is_empty()
        || !conditions.agents.is_empty()
        || conditions.asks_for_command()
}

fn not_judged(rule: &Rule) -> Diagnostic {
    let problem = format!(
        "rule `{}` has conditions that cannot be judged yet",
        rule.name
    );
    Diagnostic::new(Code::BadValue, rule.span, problem).help("use `match` alone")
}
