//! The rules, from a JSON file, each with a regular expression of its own.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::event::KINDS;

/// A rule as `sentry.policy.rules` tells it.
#[derive(Deserialize)]
pub struct Rule {
    pub name: String,
    on: Vec<String>,
    pattern: String,
    pub verdict: String,
    pub severity: String,
    pub reason: String,
    pub action: Option<String>,
    origin: String,
    /// Built-in rules that have no say in what this rule matches.
    #[serde(default)]
    overrides: Vec<String>,
    /// By kind of event.
    #[serde(default)]
    pub risks: HashMap<String, Risk>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct Risk {
    category: String,
    name: String,
    risk_type: String,
}

impl Rule {
    /// Anything but an allow of severity info.
    pub fn is_audited(&self) -> bool {
        self.verdict != "allow" || self.severity != "info"
    }
}

pub struct Rules {
    rules: Vec<Rule>,
    /// Of each kind, its patterns with their places in `rules`, rising.
    by_kind: [Vec<(Regex, usize)>; KINDS.len()],
}

impl Rules {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let rules: Vec<Rule> = serde_json::from_reader(BufReader::new(File::open(path)?))?;
        let mut by_kind: [Vec<(Regex, usize)>; KINDS.len()] = Default::default();
        for (place, rule) in rules.iter().enumerate() {
            let pattern = Regex::new(&rule.pattern)?;
            for (kind, patterns) in by_kind.iter_mut().enumerate() {
                if rule.on.iter().any(|on| on == KINDS[kind]) {
                    patterns.push((pattern.clone(), place));
                }
            }
        }
        Ok(Self { rules, by_kind })
    }

    /// The rule that decides: the first of the site, unless it escalates and a built-in rule
    /// blocks; otherwise the gravest of the built-in rules. The site's rules come first in the
    /// file.
    pub fn decider(&self, kind: usize, subject: &str) -> Option<&Rule> {
        let mut escalation: Option<&Rule> = None;
        for (pattern, place) in &self.by_kind[kind] {
            let rule = &self.rules[*place];
            // After an escalation, only a built-in block can make a difference.
            let is_irrelevant = |escalation: &Rule| {
                rule.origin == "site"
                    || rule.verdict != "block"
                    || escalation.overrides.contains(&rule.name)
            };
            if escalation.is_some_and(is_irrelevant) || !pattern.is_match(subject) {
                continue;
            }
            if rule.verdict != "escalate" {
                return Some(rule);
            }
            escalation = Some(rule);
        }
        escalation
    }
}
