//! The regular expressions of a policy, all in one matcher: those of rules, on the subjects of
//! events, and those of conditions, on operands and code.

use std::ops::{ControlFlow, Range};

use sentry_pattern::Pattern;
use sentry_pattern::matcher::{MatchRule, Matcher, Visitor};

use crate::event::EventKind;

/// The kinds of text that the matcher distinguishes: the subjects of each kind of event, operands,
/// and code.
pub(crate) const KINDS: usize = EXCEPTED + 1;
const OPERAND: usize = EventKind::ALL.len();
const CODE: usize = OPERAND + 1;
/// Operands of commands that a rule excepts. Few commands get there.
const EXCEPTED: usize = CODE + 1;

/// What a text must match. The texts of a policy are those of its rules, by their indices, and then
/// those of conditions, by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The expression; a rule may have none.
    pub(crate) pattern: Option<Pattern>,
    /// Bit n is set if it is for texts of kind n.
    kinds: u16,
    /// Whether the rule allows.
    is_of_allow: bool,
}

impl Text {
    /// The pattern of a rule on these kinds of event.
    pub(crate) fn of_rule(pattern: Option<&Pattern>, on: &[EventKind], is_of_allow: bool) -> Self {
        Self {
            pattern: pattern.cloned(),
            kinds: on.iter().fold(0, |kinds, kind| kinds | 1 << kind.index()),
            is_of_allow,
        }
    }

    /// An expression on operands.
    pub(crate) fn on_operands(pattern: &Pattern, is_of_allow: bool) -> Self {
        Self {
            pattern: Some(pattern.clone()),
            kinds: 1 << OPERAND,
            is_of_allow,
        }
    }

    /// Takes an expression on operands for one of an exception.
    pub(crate) fn except(&mut self) {
        if self.kinds == 1 << OPERAND {
            self.kinds = 1 << EXCEPTED;
        }
    }

    /// An expression on code.
    pub(crate) fn on_code(pattern: &Pattern, is_of_allow: bool) -> Self {
        Self {
            kinds: 1 << CODE,
            ..Self::on_operands(pattern, is_of_allow)
        }
    }
}

impl MatchRule for Text {
    fn pattern(&self) -> Option<&Pattern> {
        self.pattern.as_ref()
    }

    fn applies_to(&self, kind: usize) -> bool {
        self.kinds & 1 << kind != 0
    }

    /// If the automaton of a rule cannot be built, the rule blocks too much rather than too little.
    fn matches_if_unknown(&self) -> bool {
        !self.is_of_allow
    }
}

/// The expressions of conditions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expressions<'p> {
    pub(crate) matcher: &'p Matcher,
    pub(crate) texts: &'p [Text],
}

impl Expressions<'_> {
    /// The indices of the texts that match an operand, ascending.
    pub(super) fn of_operand(self, operand: &str) -> Vec<usize> {
        let mut matching = self.matcher.all(self.texts, OPERAND, operand);
        matching.extend(self.matcher.all(self.texts, EXCEPTED, operand));
        sentry_sort::unstable(&mut matching, |a, b| a < b);
        matching
    }

    /// Whether one of these texts matches an operand; none of them is of an exception.
    pub(super) fn any_matches(self, wanted: &Range<usize>, operand: &str) -> bool {
        let mut visitor = AnyOf {
            wanted,
            has_found: false,
        };
        (self.matcher).visit(self.texts, OPERAND, operand, &mut visitor);
        visitor.has_found
    }

    /// The indices of the texts that match code, ascending.
    pub(super) fn of_code(self, code: &str) -> Vec<usize> {
        self.matcher.all(self.texts, CODE, code)
    }
}

/// Finds out whether one of some texts matches.
struct AnyOf<'w> {
    wanted: &'w Range<usize>,
    has_found: bool,
}

impl Visitor for AnyOf<'_> {
    fn wants(&self, text: usize) -> bool {
        self.wanted.contains(&text)
    }

    fn take(&mut self, text: usize) -> ControlFlow<()> {
        self.has_found |= self.wanted.contains(&text);
        if self.has_found {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
