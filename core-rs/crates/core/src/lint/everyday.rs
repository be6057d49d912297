//! Rules that match everyday work, which they were probably not meant for: short patterns, empty
//! ones, and all that block or escalate an everyday command.

use std::ops::ControlFlow;

use regex_syntax::hir::{Hir, HirKind, Look, LookSet};
use sentry_pattern::Finder;
use sentry_pattern::matcher::Visitor;
use sentry_text::diagnostic::{Code, Diagnostic};

use super::fitting::is_word;
use super::sample::{contains, sample};
use super::{Finding, site_rules};
use crate::decision::{Verdict, Word};
use crate::engine::Engine;
use crate::event::EventKind;
use crate::policy::{Origin, Rule};

/// Everyday subjects: one a line, after a line `[<kind>]`. Lines that begin with `#` are comments.
const LIST: &str = include_str!("everyday.txt");
/// A match of at most this many bytes is short.
const SHORT: usize = 4;
/// The most examples in a message.
const EXAMPLES: usize = 3;

/// The everyday subjects that each rule decides, or would decide without rules before it that do not
/// allow them.
pub(super) struct Everyday {
    /// The subjects of kinds that the site has rules on, as far as they have not been judged.
    subjects: std::vec::IntoIter<(EventKind, &'static str)>,
    matches: Vec<Vec<(EventKind, &'static str)>>,
}

impl Everyday {
    /// No subject has been judged yet.
    pub(super) fn new(engine: &Engine) -> Self {
        let rules = &engine.policy().rules;
        let has_rules = |kind: EventKind| {
            let mut site = site_rules(rules);
            site.any(|(_, rule)| rule.on.contains(&kind))
        };
        let kinds = EventKind::ALL.map(has_rules);
        let subjects = subjects().filter(|(kind, _)| kinds.get(kind.index()) == Some(&true));
        Self {
            subjects: subjects.collect::<Vec<_>>().into_iter(),
            matches: vec![Vec::new(); rules.len()],
        }
    }

    /// Judges the next subject. Returns whether all have been judged.
    pub(super) fn step(&mut self, engine: &Engine) -> bool {
        let Some((kind, subject)) = self.subjects.next() else {
            return true;
        };
        let rules = &engine.policy().rules;
        let mut found = if kind == EventKind::ToolExec && has_conditions(rules) {
            let lists = engine.matching_each(kind, subject).into_iter();
            lists.flat_map(|list| up_to_allow(rules, list)).collect()
        } else {
            let found = Vec::new();
            let mut deciders = Deciders { rules, found };
            engine.visit(kind, subject, &mut deciders);
            deciders.found
        };
        found.dedup();
        for at in found {
            if let Some(matches) = self.matches.get_mut(at) {
                matches.push((kind, subject));
            }
        }
        false
    }

    /// The warning about rule `at`, which has conditions beside its pattern, if it fits an everyday
    /// command.
    pub(super) fn fitted_by(&self, at: usize, rule: &Rule) -> Option<Finding> {
        let commands: Vec<_> = on(self.matches.get(at)?, EventKind::ToolExec).collect();
        if commands.is_empty() {
            return None;
        }
        let warning = everyday(rule, &commands);
        Some(if rule.verdict == Verdict::Block {
            Finding::grave(warning)
        } else {
            Finding::minor(warning)
        })
    }

    /// The warning about rule `at` if its pattern is empty, or short and without boundaries, or if it
    /// matches an everyday command. A rule whose pattern means any text is left alone.
    pub(super) fn matched_by(&self, at: usize, rule: &Rule, pattern: &Hir) -> Option<Finding> {
        if matches_everything(pattern) {
            return Some(Finding::grave(everything(rule)));
        }
        if is_any(pattern) {
            return None;
        }
        let matches = self.matches.get(at).map_or(&[][..], Vec::as_slice);
        let commands: Vec<_> = on(matches, EventKind::ToolExec).collect();
        let warning = match short(rule, matches) {
            Some(short) => short,
            None if commands.is_empty() => return None,
            None => everyday(rule, &commands),
        };
        if rule.verdict == Verdict::Block && !commands.is_empty() {
            Some(Finding::grave(warning))
        } else {
            Some(Finding::minor(warning))
        }
    }
}

/// The site rules that match a subject, up to the first `allow`. Built-in rules are not even tried.
struct Deciders<'p> {
    rules: &'p [Rule],
    found: Vec<usize>,
}

impl Visitor for Deciders<'_> {
    fn wants(&self, rule: usize) -> bool {
        let rule = self.rules.get(rule);
        rule.is_some_and(|rule| rule.origin == Origin::Site && rule.is_by_pattern_alone())
    }

    fn take(&mut self, rule: usize) -> ControlFlow<()> {
        let verdict = self.rules.get(rule).map(|rule| rule.verdict);
        if verdict == Some(Verdict::Allow) {
            return ControlFlow::Break(());
        }
        self.found.push(rule);
        ControlFlow::Continue(())
    }
}

/// Whether a site rule asks for more than a pattern.
fn has_conditions(rules: &[Rule]) -> bool {
    let mut site = site_rules(rules);
    site.any(|(_, rule)| !rule.is_by_pattern_alone())
}

/// The site rules of a list, up to the first `allow`.
fn up_to_allow(rules: &[Rule], list: Vec<usize>) -> impl Iterator<Item = usize> {
    let rule = |at: usize| rules.get(at).filter(|rule| rule.origin == Origin::Site);
    let verdict = move |at: &usize| rule(*at).map(|rule| rule.verdict);
    list.into_iter()
        .take_while(move |at| verdict(at).is_some_and(|verdict| verdict != Verdict::Allow))
}

/// The everyday subjects with their kinds.
fn subjects() -> impl Iterator<Item = (EventKind, &'static str)> {
    let mut kind = None;
    LIST.lines().filter_map(move |line| {
        let heading = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Some(heading) = heading {
            kind = EventKind::from_word(heading);
            return None;
        }
        let kind = kind.filter(|_| !line.starts_with('#'))?;
        Some((kind, line))
    })
}

fn on<'m>(
    matches: &'m [(EventKind, &'static str)],
    kind: EventKind,
) -> impl Iterator<Item = &'static str> + 'm {
    let on_kind = matches.iter().filter(move |(on, _)| *on == kind);
    on_kind.map(|(_, subject)| *subject)
}

/// Whether a pattern matches every text because it matches the empty text, and was not written to
/// match any text.
fn matches_everything(pattern: &Hir) -> bool {
    let looks = pattern.properties().look_set();
    let one_end = [
        LookSet::empty(),
        LookSet::singleton(Look::Start),
        LookSet::singleton(Look::End),
    ];
    pattern.properties().minimum_len() == Some(0) && one_end.contains(&looks) && !is_any(pattern)
}

/// Whether a pattern is `.*` or `.+`, perhaps between `^` and `$`.
fn is_any(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Capture(capture) => is_any(&capture.sub),
        HirKind::Concat(parts) => {
            let mut parts = parts
                .iter()
                .filter(|part| !matches!(part.kind(), HirKind::Look(Look::Start | Look::End)));
            parts.next().is_some_and(is_any) && parts.next().is_none()
        }
        HirKind::Repetition(repetition) => {
            repetition.min <= 1 && repetition.max.is_none() && is_any_character(&repetition.sub)
        }
        _ => false,
    }
}

fn is_any_character(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Capture(capture) => is_any_character(&capture.sub),
        HirKind::Class(class) => ['a', 'Z', '0', ' ', '/', '.', 'é']
            .into_iter()
            .all(|character| contains(class, character)),
        _ => false,
    }
}

fn everything(rule: &Rule) -> Diagnostic {
    let kinds: Vec<_> = rule.on.iter().map(|kind| kind.as_word()).collect();
    let message = format!(
        "the pattern of rule `{}` matches every event on {}",
        rule.name,
        kinds.join(", ")
    );
    Diagnostic::new(Code::MatchesEverything, rule.span, message)
        .help("it matches the empty text; if the rule is meant for all events, write `.*`")
}

fn everyday(rule: &Rule, commands: &[&'static str]) -> Diagnostic {
    let message = format!(
        "`{}` rule `{}` matches everyday commands",
        rule.verdict.as_word(),
        rule.name
    );
    let help = format!(
        "for example {}; {}",
        quoted(commands.iter().copied()),
        if rule.is_by_pattern_alone() {
            "narrow the pattern, for example with `^` and `\\b`"
        } else {
            "ask for more, for example for `words` or `operands`"
        }
    );
    Diagnostic::new(Code::EverydayCommand, rule.span, message).help(help)
}

/// The warning about a rule with an alternative that matches at most [`SHORT`] bytes wherever they
/// are. It is certain to match inside a longer word if it is a word; otherwise an everyday subject
/// must prove that it matches too much.
fn short(rule: &Rule, matches: &[(EventKind, &'static str)]) -> Option<Diagnostic> {
    // The subjects of these kinds have few words.
    let kind = rule
        .on
        .iter()
        .copied()
        .find(|kind| !matches!(kind, EventKind::SecurityAction | EventKind::LlmActivations))?;
    let alternatives = rule.pattern.as_ref()?.alternatives();
    let (text, examples) = alternatives.iter().find_map(|alternative| {
        let text = short_text(alternative)?;
        let examples = examples(alternative, matches);
        let mut letters = text.chars();
        let first = letters.next()?;
        let is_word = is_word(first) && is_word(letters.next_back().unwrap_or(first));
        (is_word || !examples.is_empty()).then_some((text, examples))
    })?;
    let message = format!(
        "the pattern of rule `{}` is short and without boundaries, so it also matches inside longer words",
        rule.name
    );
    let also = if examples.is_empty() {
        String::new()
    } else {
        format!("it also matches {}; ", quoted(examples.into_iter()))
    };
    let advice = match kind {
        EventKind::Egress if text.starts_with(':') => format!("write `{text}$` for the port"),
        EventKind::Egress => "begin a peer with `^`, and end it with `:`".to_owned(),
        EventKind::Dns => "write `(^|\\.)` before a name, and `\\.?$` after it".to_owned(),
        EventKind::FileAccess | EventKind::FileDelete => {
            "begin a path with `^/`, and end a name with `$`".to_owned()
        }
        _ => "write `\\b` before and after a word".to_owned(),
    };
    Some(Diagnostic::new(Code::ShortPattern, rule.span, message).help(format!("{also}{advice}")))
}

/// A text that a short alternative without assertions matches.
fn short_text(alternative: &Hir) -> Option<String> {
    let properties = alternative.properties();
    let is_short = properties.maximum_len().is_some_and(|len| len <= SHORT)
        && properties.minimum_len() > Some(0)
        && properties.look_set().is_empty();
    is_short.then(|| sample(alternative)).flatten()
}

/// Everyday subjects that an alternative of the rule matches, within a word if there are such.
fn examples(alternative: &Hir, matches: &[(EventKind, &'static str)]) -> Vec<&'static str> {
    let finder = Finder::new(alternative);
    let mut within = Vec::new();
    let mut others = Vec::new();
    for &(_, subject) in matches {
        let Some((start, end)) = finder.as_ref().and_then(|finder| finder.find(subject)) else {
            continue;
        };
        if is_within_word(subject, start) || is_within_word(subject, end) {
            within.push(subject);
        } else {
            others.push(subject);
        }
    }
    if within.is_empty() { others } else { within }
}

fn is_within_word(text: &str, at: usize) -> bool {
    text.split_at_checked(at).is_some_and(|(before, after)| {
        before.chars().next_back().is_some_and(is_word) && after.chars().next().is_some_and(is_word)
    })
}

/// The shortest texts in backticks, with different first words if there are such.
fn quoted(texts: impl Iterator<Item = &'static str>) -> String {
    let mut texts: Vec<&str> = texts.collect();
    sentry_sort::stable(&mut texts, |a, b| a.len() < b.len());
    let mut chosen: Vec<&str> = Vec::new();
    let word = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    for text in &texts {
        if chosen.iter().all(|other| word(other) != word(text)) {
            chosen.push(text);
        }
    }
    if chosen.len() == 1 {
        chosen = texts;
    }
    chosen.truncate(EXAMPLES);
    let quoted: Vec<String> = chosen.iter().map(|text| format!("`{text}`")).collect();
    quoted.join(", ")
}
