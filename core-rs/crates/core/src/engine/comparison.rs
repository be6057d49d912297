//! Two policies that judge the same events. What they share is judged once: an event that none of the
//! rules fits in which they differ is decided by the same rule in both.

use std::rc::Rc;

use super::readings::Readings;
use super::{Building, Engine, Judgement};
use crate::decision::Verdict;
use crate::event::{self, Event, EventKind, Scratch};
use crate::policy::{Origin, Policy, Rule};

/// An older policy, as a newer one sees it.
#[derive(Debug)]
pub struct Comparison {
    before: Rc<Engine>,
    /// For each rule of the new policy, the index of the same rule in the old one.
    same: Vec<Option<usize>>,
    changed: Changed,
    /// Whether the policies decide differently about what no rule matches. Of an event with several
    /// commands this decides which of them counts.
    has_other_default: bool,
}

/// The rules that only one of two policies has.
#[derive(Debug)]
enum Changed {
    None,
    /// As blocks, which fit whatever they fit with another verdict.
    Rules(Box<Engine>),
    /// They do not compile together: each event is judged twice.
    TooLarge,
}

impl Comparison {
    /// Compares the rules of two policies.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use sentry_core::{engine::{Comparison, Engine}, event::Scratch, policy::check};
    /// let engine = |source| Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
    /// let rule = r#"rule "r" { on = "Dns" match = "^a$" verdict = "block" severity = "low" reason = "r" }"#;
    /// let (before, after) = (Rc::new(engine(rule)), engine(""));
    /// let comparison = Comparison::new(Rc::clone(&before), &after);
    /// let line = br#"{"event":{"Dns":{"pid":1,"query":"a"}}}"#;
    /// let (new, old) = comparison.judge(&after, line, &mut Scratch::default());
    /// assert_eq!((new.rule(), old.rule()), (None, Some(0)));
    /// ```
    pub fn new(before: Rc<Engine>, after: &Engine) -> Self {
        let (old, new) = (&before.policy.rules, &after.policy.rules);
        let same = same_rules(old, new);
        let only_new = new.iter().zip(&same).filter(|(_, old)| old.is_none());
        let only_new = only_new.map(|(rule, _)| rule);
        let mut is_in_both = vec![false; old.len()];
        for at in same.iter().flatten() {
            if let Some(is_in_both) = is_in_both.get_mut(*at) {
                *is_in_both = true;
            }
        }
        let only_old = old.iter().zip(is_in_both).filter(|(_, both)| !both);
        let changed = only_new.chain(only_old.map(|(rule, _)| rule));
        let changed = if before.policy.packs == after.policy.packs {
            Changed::of(changed.map(as_block).collect())
        } else {
            // Their built-in rules are not the same.
            Changed::TooLarge
        };
        Self {
            has_other_default: before.policy.default != after.policy.default,
            before,
            same,
            changed,
        }
    }

    /// The judgement of a line by the new policy, which must be the one compared with, and that by
    /// the old one. Of the latter only the rule, the kind and the evidence count.
    pub fn judge(
        &self,
        after: &Engine,
        line: &[u8],
        scratch: &mut Scratch,
    ) -> (Judgement, Judgement) {
        match event::parse(line, scratch) {
            Ok(event) => {
                let readings = Readings::default();
                let judgement = after.judge_read(&event, &readings);
                (judgement, self.before(&event, judgement, &readings))
            }
            Err(why) => [Judgement::of_not_event(why); 2].into(),
        }
    }

    fn before(&self, event: &Event<'_>, after: Judgement, readings: &Readings) -> Judgement {
        let may_differ = match &self.changed {
            _ if self.has_other_default && event.kind == EventKind::ToolExec => true,
            Changed::None => false,
            Changed::Rules(changed) => changed.judge_read(event, readings).rule().is_some(),
            Changed::TooLarge => true,
        };
        let rule = after.rule();
        let same = rule.and_then(|at| self.same.get(at).copied().flatten());
        if may_differ || rule.is_some() != same.is_some() {
            return self.before.judge_read(event, readings);
        }
        after.with_rule(same)
    }
}

/// For each new rule the index of the same old one. Both are in the same order in both policies.
fn same_rules(old: &[Rule], new: &[Rule]) -> Vec<Option<usize>> {
    let sites = |rules: &[Rule]| {
        let is_site = |rule: &&Rule| rule.origin == Origin::Site;
        rules.iter().take_while(is_site).count()
    };
    let (old_sites, new_sites) = (sites(old), sites(new));
    let pairs = old.iter().take(old_sites).rev();
    let pairs = pairs.zip(new.iter().take(new_sites).rev());
    let tail = pairs.take_while(|(old, new)| is_same(old, new)).count();
    let mut next = 0;
    let find = |(at, rule): (usize, &Rule)| {
        if at + tail >= new_sites {
            // The last site rules, and all built-in rules.
            return (at + old_sites)
                .checked_sub(new_sites)
                .filter(|at| *at < old.len());
        }
        let middle = old.iter().enumerate().take(old_sites.saturating_sub(tail));
        let (found, _) = middle.skip(next).find(|(_, old)| is_same(old, rule))?;
        next = found + 1;
        Some(found)
    };
    new.iter().enumerate().map(find).collect()
}

/// Whether two rules fit the same events, and decide the same about them.
fn is_same(old: &Rule, new: &Rule) -> bool {
    old.name == new.name
        && old.on == new.on
        && old.pattern == new.pattern
        && old.conditions == new.conditions
        && old.verdict == new.verdict
        && old.severity == new.severity
        && old.overrides == new.overrides
}

fn as_block(rule: &Rule) -> Rule {
    Rule {
        verdict: Verdict::Block,
        overrides: Vec::new(),
        ..rule.clone()
    }
}

impl Changed {
    fn of(rules: Vec<Rule>) -> Self {
        if rules.is_empty() {
            return Self::None;
        }
        let built = Building::new(Policy::of_rules(rules)).and_then(Building::finish);
        built.map_or(Self::TooLarge, |engine| Self::Rules(Box::new(engine)))
    }
}
