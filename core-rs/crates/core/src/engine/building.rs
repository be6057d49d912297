//! Compiling a checked policy, one kind of event after another.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use sentry_pattern::matcher::Builder;

use super::judgement::MAX_RULES;
use super::restriction::Restriction;
use super::{BUILTIN, Compiled, Engine, too_many_rules, too_much};
use crate::condition::texts::KINDS;
use crate::condition::{Index, Text};
use crate::decision::{Severity, Verdict};
use crate::policy::{Origin, Policy, Rule};
use sentry_text::diagnostic::Diagnostic;

/// The built-in rule that commands beside an opaque part fit.
const OPAQUE: &str = "rce-primitive";

/// A policy that is being compiled.
#[derive(Debug)]
pub struct Building {
    policy: Policy,
    texts: Vec<Text>,
    index: Index,
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
        let mut building = Self {
            policy,
            texts: Vec::new(),
            index: Index::default(),
            matcher: Builder::default(),
        };
        if !building.is_shared() {
            building.add_conditions();
        }
        Ok(building)
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
        let compiled = if self.is_shared() {
            self.shared()?
        } else {
            Rc::new(self.build()?)
        };
        let rules = &self.policy.rules;
        let opaque_rule = rules
            .iter()
            .rposition(|rule| rule.origin == Origin::Builtin && rule.name == OPAQUE);
        let restrictions = rules.iter().map(Restriction::of).collect();
        let needs_attention = self
            .policy
            .rules
            .iter()
            .map(|rule| rule.verdict != Verdict::Allow || rule.severity > Severity::Info)
            .collect();
        Ok(Engine {
            policy: self.policy,
            compiled,
            needs_attention,
            restrictions,
            opaque_rule,
            date: Cell::new(None),
            known: RefCell::default(),
        })
    }

    /// Whether the policy has no rules of its own and the default packs, and shares the matcher for the built-in rules.
    fn is_shared(&self) -> bool {
        let mut rules = self.policy.rules.iter();
        self.policy.has_default_packs() && !rules.any(|rule| rule.origin == Origin::Site)
    }

    fn shared(&mut self) -> Result<Rc<Compiled>, Box<Diagnostic>> {
        if let Some(compiled) = BUILTIN.with(|shared| shared.get().map(Rc::clone)) {
            return Ok(compiled);
        }
        self.add_conditions();
        let compiled = Rc::new(self.build()?);
        Ok(BUILTIN.with(|shared| Rc::clone(shared.get_or_init(|| compiled))))
    }

    fn add_conditions(&mut self) {
        let rules = &self.policy.rules;
        let text = |rule: &Rule| {
            let is_of_allow = rule.verdict == Verdict::Allow;
            Text::of_rule(rule.pattern.as_ref(), &rule.on, is_of_allow)
        };
        self.texts = rules.iter().map(text).collect();
        self.index = Index::new(rules, &mut self.texts);
    }

    fn build(&mut self) -> Result<Compiled, Box<Diagnostic>> {
        while !self.has_all_kinds() {
            self.add_kind()?;
        }
        let has_none = |rule: &Rule| rule.pattern.is_none() && !rule.conditions.is_by_command();
        let rules = self.policy.rules.iter();
        let beyond = rules.filter(|rule| has_none(rule) || rule.conditions.asks_for_call());
        let kinds = beyond.flat_map(|rule| &rule.on);
        let rules = self.policy.rules.iter().enumerate();
        let without_pattern = rules.filter(|(_, rule)| has_none(rule));
        Ok(Compiled {
            kinds_beyond_patterns: kinds.fold(0, |kinds, kind| kinds | 1 << kind.index()),
            without_pattern: without_pattern.map(|(at, _)| at).collect(),
            matcher: std::mem::take(&mut self.matcher).build(&self.texts),
            texts: std::mem::take(&mut self.texts),
            index: std::mem::take(&mut self.index),
        })
    }

    fn add_kind(&mut self) -> Result<(), Box<Diagnostic>> {
        let added = self.matcher.add_kind(&self.texts);
        added.map_err(|problem| Box::new(too_much(&self.policy, problem)))
    }

    fn has_all_kinds(&self) -> bool {
        self.matcher.kinds() == KINDS
    }
}
