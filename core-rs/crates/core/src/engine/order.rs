//! The order of rules: which of the rules that match decides, for an event or for each command.
//!
//! The first site rule that matches takes part, and of the built-in rules the one with the gravest
//! verdict, the first of equal ones. A site `allow` decides as an exception. Otherwise the graver
//! verdict of the two decides, the site's if they are equal.

use std::ops::ControlFlow;

use crate::decision::Verdict;
use crate::policy::{Origin, Rule};

/// The rule of each side, from rules that are taken in the order of the policy. Indices are those
/// of the policy.
#[derive(Debug)]
pub(crate) struct Sides<'p> {
    rules: &'p [Rule],
    /// The first site rule that matches.
    pub(crate) site: Option<usize>,
    /// The built-in rule with the gravest verdict.
    pub(crate) builtin: Option<usize>,
}

impl<'p> Sides<'p> {
    pub(super) fn new(rules: &'p [Rule]) -> Self {
        Self {
            rules,
            site: None,
            builtin: None,
        }
    }

    /// The sides of all rules that match. Here the built-in side is complete even if the site's
    /// rule makes it irrelevant.
    pub(crate) fn of(rules: &'p [Rule], matching: &[usize]) -> Self {
        let mut sides = Self::new(rules);
        for &at in matching {
            sides.add(at);
        }
        sides
    }

    /// The index of the deciding rule.
    pub(crate) fn decider(&self) -> Option<usize> {
        let (Some(site), Some(builtin)) = (self.site, self.builtin) else {
            return self.site.or(self.builtin);
        };
        let (site_says, builtin_says) = (self.verdict(site), self.verdict(builtin));
        let is_exception = site_says == Some(Verdict::Allow);
        if !is_exception && is_graver(builtin_says, site_says) {
            Some(builtin)
        } else {
            Some(site)
        }
    }

    fn add(&mut self, at: usize) {
        let Some(rule) = self.rules.get(at) else {
            return;
        };
        match rule.origin {
            Origin::Site => self.site = self.site.or(Some(at)),
            Origin::Builtin if self.is_overridden(rule) => {}
            Origin::Builtin => {
                let best = self.builtin.and_then(|best| self.verdict(best));
                if self.builtin.is_none() || is_graver(Some(rule.verdict), best) {
                    self.builtin = Some(at);
                }
            }
        }
    }

    /// Whether the site's rule overrides this built-in rule.
    pub(crate) fn is_overridden(&self, builtin: &Rule) -> bool {
        let site = self.site.and_then(|at| self.rules.get(at));
        site.is_some_and(|site| site.overrides(builtin))
    }

    fn verdict(&self, at: usize) -> Option<Verdict> {
        self.rules.get(at).map(|rule| rule.verdict)
    }
}

fn is_graver(verdict: Option<Verdict>, other: Option<Verdict>) -> bool {
    verdict
        .zip(other)
        .is_some_and(|(verdict, other)| verdict.is_graver_than(other))
}

impl Sides<'_> {
    /// No rule is tried that cannot decide: after a site rule, only built-in rules with a graver
    /// verdict.
    pub(super) fn wants(&self, rule: usize) -> bool {
        let Some(rule) = self.rules.get(rule) else {
            return false;
        };
        let beats = |at: Option<usize>| {
            let verdict = at.and_then(|at| self.verdict(at));
            verdict.is_none_or(|verdict| rule.verdict.is_graver_than(verdict))
        };
        match rule.origin {
            Origin::Site => self.site.is_none(),
            Origin::Builtin => beats(self.site) && beats(self.builtin) && !self.is_overridden(rule),
        }
    }

    /// Breaks unless a later rule can have a graver verdict.
    pub(super) fn take(&mut self, rule: usize) -> ControlFlow<()> {
        self.add(rule);
        match self.verdict(rule) {
            Some(Verdict::Escalate) => ControlFlow::Continue(()),
            Some(Verdict::Allow) if self.site.is_none() => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}
