//! What the text defines by name: variables, functions, aliases, files. One kind of
//! table for all, which keeps the wasm module small.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::sources::CodeSources;
use crate::variables::{Certainty, Value};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Of a file: where its content comes from.
    pub sources: CodeSources,
}

impl Definition {
    pub fn whole(text: impl Into<Rc<str>>) -> Self {
        let text = text.into();
        Self {
            from: 0,
            to: text.len(),
            text,
            sources: CodeSources::NONE,
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

/// One table for each namespace.
#[derive(Debug, Default)]
pub(crate) struct Names([BTreeMap<Rc<str>, Meaning>; 4]);

impl Names {
    fn get(&self, namespace: Namespace, name: &str) -> Option<&Meaning> {
        self.0.get(namespace as usize)?.get(name)
    }

    fn set(&mut self, namespace: Namespace, name: &str, meaning: Meaning) {
        if let Some(table) = self.0.get_mut(namespace as usize) {
            table.insert(Rc::from(name), meaning);
        }
    }

    pub fn variable(&self, name: &str) -> Option<&Value> {
        match self.get(Namespace::Variable, name)? {
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
        self.set(Namespace::Variable, name, Meaning::Value(value));
    }

    /// The variable may not have been set.
    pub fn doubt(&mut self, name: &str) {
        if let Some(value) = self.variable(name).cloned() {
            let value = Value {
                is_certain: false,
                ..value
            };
            self.set(Namespace::Variable, name, Meaning::Value(value));
        }
    }

    pub fn text(&self, namespace: Namespace, name: &str) -> Option<Definition> {
        match self.get(namespace, name)? {
            Meaning::Text(definition) => Some(definition.clone()),
            Meaning::Value(_) => None,
        }
    }

    pub fn define(&mut self, namespace: Namespace, name: &str, definition: Definition) {
        self.set(namespace, name, Meaning::Text(definition));
    }

    /// The text writes a file whose content is not known.
    pub fn store(&mut self, path: &str, from: CodeSources) {
        self.set(
            Namespace::File,
            path,
            Meaning::Value(Value::unknown().from(from)),
        );
    }

    /// Where the content of a file comes from, if the text writes it.
    pub fn sources_of_file(&self, path: &str) -> CodeSources {
        match self.get(Namespace::File, path) {
            Some(Meaning::Value(value)) => value.from,
            Some(Meaning::Text(definition)) => definition.sources,
            None => CodeSources::NONE,
        }
    }

    /// Whether the text writes no file.
    pub fn has_no_files(&self) -> bool {
        self.0
            .get(Namespace::File as usize)
            .is_none_or(BTreeMap::is_empty)
    }

    /// Forgets a name, by taking its meaning: an entry is never removed, since that would need more
    /// code of the table.
    pub fn forget(&mut self, namespace: Namespace, name: &str) {
        let meaning = match namespace {
            Namespace::Variable => Meaning::Text(Definition::whole("")),
            _ => Meaning::Value(Value::unknown()),
        };
        if self.get(namespace, name).is_some() {
            self.set(namespace, name, meaning);
        }
    }
}
