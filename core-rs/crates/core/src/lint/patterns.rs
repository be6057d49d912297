//! Warnings about patterns that mean something else than they seem to, found in steps.

use super::everyday::Everyday;
use super::forms::Forms;
use super::{Finding, glob, never};
use crate::engine::Engine;
use crate::policy::Origin;
use sentry_pattern::Pattern;
use sentry_text::diagnostic::MAX_DIAGNOSTICS;

/// The check of the patterns of a policy. Each step takes the same engine.
pub(super) struct Patterns {
    everyday: Everyday,
    forms: Forms,
    /// The index of the next rule.
    next: usize,
    found: Vec<Finding>,
}

impl Patterns {
    pub(super) fn new(engine: &Engine) -> Self {
        Self {
            everyday: Everyday::new(engine),
            forms: Forms::new(),
            next: 0,
            found: Vec::new(),
        }
    }

    /// Judges an everyday subject or checks a rule. Returns whether all is done: there may also be
    /// [`MAX_DIAGNOSTICS`] warnings.
    pub(super) fn step(&mut self, engine: &Engine) -> bool {
        if self.next == 0 && !self.everyday.step(engine) {
            return false;
        }
        let at = self.next;
        let Some(rule) = engine.policy().rules.get(at) else {
            return true;
        };
        self.next += 1;
        if rule.origin == Origin::Builtin {
            return false;
        }
        let asks_for_more = !rule.is_by_pattern_alone();
        if asks_for_more {
            self.found.extend(self.everyday.fitted_by(at, rule));
        }
        let Some(pattern) = rule.pattern.as_ref().and_then(Pattern::parsed) else {
            return self.found.len() >= MAX_DIAGNOSTICS;
        };
        let never_on = never::never_on(&mut self.forms, rule, &pattern);
        if !never_on.is_empty() {
            let warning = never::never_matches(&mut self.forms, rule, &pattern, &never_on);
            self.found.push(warning);
        }
        if never_on.len() < rule.on.len() {
            let glob = glob::looks_like_glob(rule, &pattern);
            self.found.extend(glob.map(Finding::minor));
            if !asks_for_more {
                self.found
                    .extend(self.everyday.matched_by(at, rule, &pattern));
            }
        }
        self.found.len() >= MAX_DIAGNOSTICS
    }

    /// The warnings found so far, in the order of the rules.
    pub(super) fn into_found(self) -> Vec<Finding> {
        self.found
    }
}
