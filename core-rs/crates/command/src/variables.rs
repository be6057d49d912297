//! Values of variables that the text itself sets. The environment of the shell is not known.

use crate::limits::VALUES_OF_A_VARIABLE;
use crate::sources::CodeSources;
use std::rc::Rc;

/// What a variable may hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Value {
    /// Texts that it may have; none if nothing is known of it.
    pub texts: Vec<Rc<str>>,
    /// Whether it surely has the only one of `texts`.
    pub is_certain: bool,
    /// Whether it may have others, too, which are too many.
    pub is_cut: bool,
    /// Where the texts come from, of what rules ask for.
    pub from: CodeSources,
}

impl Value {
    pub fn certain(text: impl Into<Rc<str>>) -> Self {
        Self {
            texts: vec![text.into()],
            is_certain: true,
            ..Self::default()
        }
    }

    /// One of these texts.
    pub fn one_of(texts: Vec<Rc<str>>) -> Self {
        Self {
            is_certain: texts.len() == 1,
            texts,
            ..Self::default()
        }
    }

    pub fn unknown() -> Self {
        Self::default()
    }

    /// The same value, from these sources.
    pub fn from(self, from: CodeSources) -> Self {
        Self { from, ..self }
    }

    /// Adds the texts of another value, up to the limit.
    pub fn add(&mut self, other: Self) {
        self.from = self.from.with(other.from);
        self.is_cut |= other.is_cut;
        for text in other.texts {
            if self.texts.contains(&text) {
                continue;
            }
            if self.texts.len() < VALUES_OF_A_VARIABLE {
                self.texts.push(text);
            } else {
                self.is_cut = true;
            }
        }
    }
}

/// Whether an assignment surely happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// On the straight line of the text.
    Sure,
    /// In a condition, a loop, a subshell, or behind `&&` or `||`.
    Maybe,
}
