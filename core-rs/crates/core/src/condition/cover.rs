//! What an `allow` covers that asks for a command or an agent: one command that is harmless but for
//! what the rule asks for.

use sentry_command::{CodeSources, EffectKind, has_known_effects, is_shell, runs_code_by_option};

use super::effects::Asked;
use super::fit::{Facts, Operand};
use super::index::count;
use super::texts::Expressions;
use crate::event::Evidence;
use crate::policy::{CommandCondition, PathPattern};

/// Why an `allow` does not cover a command that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncovered {
    Opaque,
    Partial,
    AssumedName,
    Wrapper,
    RunsCode,
    Source,
    Written,
    Operand,
    Unknown,
    Effect(EffectKind),
}

impl Uncovered {
    /// The reason, in words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "a part of the command is not understood",
            Self::Partial => "the collector cut the event",
            Self::AssumedName => "the program runs under another name than its own",
            Self::Wrapper => "another program runs the command",
            Self::RunsCode => "an option or a variable makes the program run code",
            Self::Source => "the command runs code from a source that the rule does not ask for",
            Self::Written => "the command writes to a file that the rule does not ask for",
            Self::Operand => "the command has an operand that the rule does not ask for",
            Self::Unknown => "the effects of the program are not known",
            Self::Effect(kind) => match kind {
                EffectKind::Reads => "the command reads a file that the rule does not ask for",
                EffectKind::Writes => "the command writes to a file that the rule does not ask for",
                EffectKind::Deletes => "the command deletes a file that the rule does not ask for",
                EffectKind::Connects => {
                    "the command connects to a host that the rule does not ask for"
                }
                EffectKind::Sends => "the command sends something that the rule does not ask for",
                EffectKind::Mentions => "the command names a path that the rule does not ask for",
            },
        }
    }
}

/// Wrappers that change nothing about what a command does.
const HARMLESS_WRAPPERS: [&str; 4] = ["nice", "nohup", "time", "timeout"];

/// Files that a command may always write to.
const HARMLESS_FILES: [&str; 4] = ["/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"];

/// Whether an effect on this file does no harm.
pub(super) fn is_harmless(file: &str) -> bool {
    HARMLESS_FILES.contains(&file)
}

/// Why no `allow` covers a command, whatever it asks for. `is_renamed`: the event's program runs
/// under another name than its own.
pub(crate) fn never(facts: &Facts<'_>, evidence: Evidence, is_renamed: bool) -> Option<Uncovered> {
    let is_harmless =
        |wrapper: &String| HARMLESS_WRAPPERS.contains(&wrapper.as_str()) || is_shell(wrapper);
    if !facts.is_understood() {
        Some(Uncovered::Opaque)
    } else if evidence == Evidence::Partial {
        Some(Uncovered::Partial)
    } else if is_renamed && facts.is_own() {
        Some(Uncovered::AssumedName)
    } else if !facts.command.wrappers.iter().all(is_harmless) {
        Some(Uncovered::Wrapper)
    } else if runs_code_by_option(facts.command) {
        Some(Uncovered::RunsCode)
    } else {
        None
    }
}

/// What an allowed command does that its rule, which asks for effects, does not ask for.
pub(crate) fn beyond_effects(
    facts: &Facts<'_>,
    asked: &Asked<'_>,
    expressions: Expressions<'_>,
) -> Option<Uncovered> {
    let sources = facts.command.code_from;
    let is_asked = asked.condition.runs_download && CodeSources::DOWNLOAD.contains(sources);
    if !sources.is_empty() && !is_asked {
        return Some(Uncovered::Source);
    }
    if facts.code().next().is_some() {
        return Some(Uncovered::RunsCode);
    }
    let program = facts.command.program();
    if !program.is_empty() && !has_known_effects(program) {
        return Some(Uncovered::Unknown);
    }
    let beyond = asked.first_beyond(facts.effects(), expressions)?;
    Some(Uncovered::Effect(beyond.kind))
}

/// What an allowed command does that its condition does not ask for. `first` is the text of the
/// condition's first expression.
pub(crate) fn beyond(
    facts: &Facts<'_>,
    condition: &CommandCondition,
    first: usize,
    expressions: Expressions<'_>,
) -> Option<Uncovered> {
    let CommandCondition {
        words,
        operands,
        redirects,
        code_from,
        ..
    } = condition;
    if !code_from.contains(facts.command.code_from) {
        return Some(Uncovered::Source);
    }
    let behind_operands = first + count(operands);
    let is_asked = |operand: &Operand<'_>, patterns: &[PathPattern], first| {
        operand.fits(patterns, first, expressions)
    };
    let mut written = facts.written().iter();
    if written.any(|file| {
        !HARMLESS_FILES.contains(&file.text) && !is_asked(file, redirects, behind_operands)
    }) {
        return Some(Uncovered::Written);
    }
    if operands.is_empty() {
        return None;
    }
    let is_word = |text: &str| {
        words
            .iter()
            .any(|glob| sentry_command::fits(glob.as_str(), text))
    };
    let words = facts.arguments().words.len();
    let mut named = facts.operands().iter().enumerate();
    let mut read = facts.read();
    let is_beyond = named.any(|(at, operand)| {
        // A value that is no path, such as a message, does nothing by itself.
        let is_value =
            at >= words && !operand.text.contains('/') && !operand.text.starts_with(['~', '@']);
        let is_pair = || {
            let value = operand.text.split_once('=');
            value.is_some_and(|(_, value)| is_asked(&facts.operand(value), operands, first))
        };
        !is_value && !is_asked(operand, operands, first) && !is_word(operand.text) && !is_pair()
    });
    if is_beyond || read.any(|file| !is_asked(&facts.operand(file), operands, first)) {
        Some(Uncovered::Operand)
    } else {
        None
    }
}
