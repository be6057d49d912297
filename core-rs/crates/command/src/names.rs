//! What the text defines by name: variables, functions, aliases, files. One table for all, which
//! keeps the wasm module small.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::variables::{Certainty, Value};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Namespace {
    Variable,
    Function,
    Alias,
    /// A file that the text writes with known content.
    File,
}

/// A text, or a part of one.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub text: Rc<str>,
    pub from: usize,
    pub to: usize,
}

impl Definition {
    pub fn whole(text: impl Into<Rc<str>>) -> Self {
        let text = text.into();
        Self {
            from: 0,
            to: text.len(),
            text,
        }
    }

    pub fn body(&self) -> &str {
        self.text.get(self.from..self.to).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
enum Meaning {
    Value(Value),
    Text(Definition),
}

/// The table, in the order of the text.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<(Namespace, Rc<str>), Meaning>);

impl Names {
    pub fn variable(&self, name: &str) -> Option<&Value> {
        match self.0.get(&(Namespace::Variable, Rc::from(name)))? {
            Meaning::Value(value) => Some(value),
            Meaning::Text(_) => None,
        }
    }

    /// Sets a variable. A value that may not come about stands before the former ones.
    pub fn set_variable(&mut self, name: &str, mut value: Value, certainty: Certainty) {
        if certainty == Certainty::Maybe {
            let former = self.variable(name).cloned().unwrap_or_default();
            value.is_certain = false;
            value.add(former);
        }
        self.0
            .insert((Namespace::Variable, Rc::from(name)), Meaning::Value(value));
    }

    /// The variable may not have been set.
    pub fn doubt(&mut self, name: &str) {
        if let Some(value) = self.variable(name).cloned() {
            let value = Value {
                is_certain: false,
                ..value
            };
            self.0
                .insert((Namespace::Variable, Rc::from(name)), Meaning::Value(value));
        }
    }

    pub fn text(&self, namespace: Namespace, name: &str) -> Option<Definition> {
        match self.0.get(&(namespace, Rc::from(name)))? {
            Meaning::Text(definition) => Some(definition.clone()),
            Meaning::Value(_) => None,
        }
    }

    pub fn define(&mut self, namespace: Namespace, name: &str, definition: Definition) {
        self.0
            .insert((namespace, Rc::from(name)), Meaning::Text(definition));
    }

    /// Forgets a name, by taking its meaning: an entry is never removed, since that would need more
    /// code of the table.
    pub fn forget(&mut self, namespace: Namespace, name: &str) {
        if let Some(meaning) = self.0.get_mut(&(namespace, Rc::from(name))) {
            *meaning = match namespace {
                Namespace::Variable => Meaning::Text(Definition::whole("")),
                _ => Meaning::Value(Value::unknown()),
            };
        }
    }
}
