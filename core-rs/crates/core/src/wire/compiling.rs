//! Compiling a source: the policy and the problems, in steps of some milliseconds.

use serde::Serialize;

use super::diagnostic::{Diagnostic, in_words};
use super::policy_info::PolicyInfo;
use super::rule_info::RuleInfos;
use crate::engine::{Building, Engine};
use crate::lint;
use crate::policy::{self, Date, Environment, PatternsAhead};
use crate::sae;
use sentry_text::Span;
use sentry_text::diagnostic;

/// The result of compiling a source.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct CompileReport {
    /// The problems in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
    /// The policy; `null` if a diagnostic is an error, or the source is not a policy.
    pub policy: Option<PolicyInfo>,
}

/// Compiles ACL text. `name` is its name in code frames. With `lints`, warnings about rules are
/// added.
///
/// ```
/// use sentry_core::wire::compile;
/// let (engine, report) = compile("a.acl", "dry_run = 1", &|_| None, false);
/// assert!(engine.is_none());
/// assert_eq!(report.diagnostics[0].code, "policy/wrong-type");
/// ```
#[inline(never)]
pub fn compile(
    name: &str,
    source: &str,
    environment: &Environment<'_>,
    lints: bool,
) -> (Option<Engine>, CompileReport) {
    let mut compiling = Compiling::new(name, source, lints, None);
    let (engine, mut report) = loop {
        if let Some(compiled) = compiling.step(environment) {
            break compiled;
        }
    };
    if let (Some(engine), Some(info)) = (&engine, &mut report.policy) {
        info.rules = RuleInfos::from(engine.policy().rules.as_slice());
    }
    (engine, report)
}

/// What [`compile`] does, in steps of some milliseconds.
///
/// ```
/// use sentry_core::wire::Compiling;
/// let mut compiling = Compiling::new("a.acl", "dry_run = true", false, None);
/// let (engine, report) = loop {
///     if let Some(compiled) = compiling.step(&|_| None) {
///         break compiled;
///     }
/// };
/// assert!(engine.is_some() && report.policy.unwrap().dry_run);
/// ```
pub struct Compiling {
    name: String,
    source: String,
    lints: bool,
    today: Option<Date>,
    stage: Stage,
    diagnostics: Vec<diagnostic::Diagnostic>,
    /// The places of secrets in the source.
    secrets: Vec<Span>,
}

enum Stage {
    Unparsed,
    Patterns(Box<PatternsAhead>),
    Rules(Box<Building>),
    Compiled(Option<Box<Engine>>),
}

impl Compiling {
    /// Nothing is read yet. The arguments are those of [`compile`]. `today` is the day of
    /// judgement, if it is known.
    pub fn new(name: &str, source: &str, lints: bool, today: Option<Date>) -> Self {
        Self {
            name: name.to_owned(),
            source: source.to_owned(),
            lints,
            today,
            stage: Stage::Unparsed,
            diagnostics: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Takes the next step. Returns the result of [`compile`] on the last one, without the rules
    /// (see [`RuleInfos::at`]).
    pub fn step(
        &mut self,
        environment: &Environment<'_>,
    ) -> Option<(Option<Engine>, CompileReport)> {
        match std::mem::replace(&mut self.stage, Stage::Compiled(None)) {
            Stage::Unparsed => {
                self.stage = Stage::Patterns(Box::new(PatternsAhead::new(&self.source)));
            }
            Stage::Patterns(mut patterns) => {
                self.stage = if patterns.step() {
                    self.check(*patterns, environment)
                } else {
                    Stage::Patterns(patterns)
                };
            }
            Stage::Rules(mut rules) => {
                self.stage = match rules.step() {
                    Ok(false) => Stage::Rules(rules),
                    Ok(true) => self.compiled(rules.finish()),
                    Err(fault) => self.compiled(Err(fault)),
                };
            }
            Stage::Compiled(engine) => return Some(self.finish(engine.map(|engine| *engine))),
        }
        None
    }

    fn check(&mut self, patterns: PatternsAhead, environment: &Environment<'_>) -> Stage {
        let checked = policy::check_read(&self.source, patterns, environment);
        self.diagnostics = checked.diagnostics;
        self.secrets = checked.secrets;
        match checked.policy.map(Building::new) {
            Some(Ok(rules)) => Stage::Rules(Box::new(rules)),
            Some(Err(fault)) => self.compiled(Err(fault)),
            None => Stage::Compiled(None),
        }
    }

    fn compiled(&mut self, result: Result<Engine, Box<diagnostic::Diagnostic>>) -> Stage {
        match result {
            Ok(engine) => Stage::Compiled(Some(Box::new(engine))),
            Err(fault) => {
                self.diagnostics.push(*fault);
                Stage::Compiled(None)
            }
        }
    }

    fn finish(&mut self, engine: Option<Engine>) -> (Option<Engine>, CompileReport) {
        if let Some(engine) = &engine {
            engine.set_date(self.today);
        }
        if let Some(engine) = engine.as_ref().filter(|_| self.lints) {
            self.diagnostics.extend(lint::lint(engine));
            diagnostic::sort(&mut self.diagnostics);
        }
        let report = CompileReport {
            diagnostics: in_words(&self.name, &self.source, &self.diagnostics, &self.secrets),
            policy: engine.as_ref().map(Engine::policy).map(PolicyInfo::from),
        };
        (engine, report)
    }
}

/// Reads a dictionary of features; see [`sae::Dictionary::read`]. `name` is its name in code
/// frames. The report has no policy.
///
/// ```
/// use sentry_core::wire::dictionary;
/// let (dictionary, report) = dictionary("features.json", "{\"8801\": {}}");
/// assert!(dictionary.is_none());
/// assert_eq!(report.diagnostics[0].code, "sae/missing-key");
/// ```
#[inline(never)]
pub fn dictionary(name: &str, text: &str) -> (Option<sae::Dictionary>, CompileReport) {
    let (dictionary, problems) = match sae::Dictionary::read(text) {
        Ok(dictionary) => (Some(dictionary), Vec::new()),
        Err(problems) => (None, problems),
    };
    let report = CompileReport {
        diagnostics: in_words(name, text, &problems, &[]),
        policy: None,
    };
    (dictionary, report)
}
