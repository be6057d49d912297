//! Reads the patterns of a policy before everything else, some at a time: they are most of the time
//! that reading a policy takes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sentry_acl::{Parsed, ValueKind};
use sentry_pattern::{Pattern, PatternError};

use super::fields::{self, Body, Field};
use super::pattern::MAX_TOTAL_COST;

/// What the patterns of one step cost (see [`Pattern::cost`]): about a millisecond of CPU time,
/// unless a single pattern takes longer.
const STEP_COST: usize = 512 << 10;
/// The least that a pattern counts in a step.
const MIN_COST: usize = 16 << 10;

/// The results for the texts of patterns.
pub(super) type Read = HashMap<String, Result<Pattern, PatternError>>;

/// A document whose patterns are being read.
#[derive(Debug)]
pub struct PatternsAhead {
    parsed: Parsed,
    texts: std::vec::IntoIter<String>,
    read: Read,
    /// What may still be spent. The check of the document reports that it is not enough.
    left: usize,
}

impl PatternsAhead {
    /// Parses a document. No pattern is read yet.
    pub fn new(source: &str) -> Self {
        let parsed = sentry_acl::parse(source);
        let texts: Vec<String> = fields::of_items(&parsed.document.items)
            .flat_map(rules)
            .flatten()
            .filter_map(pattern)
            .collect();
        Self {
            parsed,
            texts: texts.into_iter(),
            read: HashMap::new(),
            left: MAX_TOTAL_COST,
        }
    }

    /// Reads the next patterns. Returns whether all have been read.
    pub fn step(&mut self) -> bool {
        let mut spent = 0_usize;
        while spent < STEP_COST && self.left > 0 {
            let Some(text) = self.texts.next() else {
                return true;
            };
            let cost = match self.read.entry(text) {
                Entry::Occupied(_) => 0,
                Entry::Vacant(entry) => {
                    let result = Pattern::parse(entry.key());
                    let cost = cost_of(&result);
                    entry.insert(result);
                    cost
                }
            };
            self.left = self.left.saturating_sub(cost);
            spent = spent.saturating_add(cost.max(MIN_COST));
        }
        self.left == 0
    }

    pub(super) fn into_parts(self) -> (Parsed, Read) {
        (self.parsed, self.read)
    }
}

/// What it has cost to read a pattern.
pub(super) fn cost_of(result: &Result<Pattern, PatternError>) -> usize {
    match result {
        Ok(pattern) => pattern.cost(),
        Err(PatternError::TooLarge) => Pattern::COST_TO_COMPILE,
        Err(PatternError::Syntax(_)) => 0,
    }
}

/// The fields of each rule in a field of a document.
fn rules(field: Field<'_>) -> Vec<Vec<Field<'_>>> {
    match (field.name.text.as_str(), field.body) {
        ("rule", Body::Block(block)) => vec![fields::of_items(&block.items).collect()],
        ("rules", Body::Value(value)) => match &value.kind {
            ValueKind::List(elements) => elements
                .iter()
                .filter_map(|element| match &element.kind {
                    ValueKind::Object(entries) => Some(fields::of_entries(entries).collect()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The text of a rule's field, if it is the pattern. The result of a call is read with the rule.
fn pattern(field: Field<'_>) -> Option<String> {
    let Body::Value(value) = field.body else {
        return None;
    };
    match &value.kind {
        ValueKind::String(text) if field.name.text == "match" => Some(text.clone()),
        _ => None,
    }
}
