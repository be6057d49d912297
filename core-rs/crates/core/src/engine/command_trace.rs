//! The commands of an event and the decision on each, for an explanation.

use sentry_command::{Command, Folder, Opaque, Reading};
use serde::Serialize;

use super::Engine;
use super::explain::{Explained, Side};
use super::judgement::Denial;
use crate::condition::fit::{Commands, Facts};
use crate::decision::Verdict;
use crate::event::{Event, TargetFrom};
use crate::redact::LazyDetectors;

/// The most commands that an explanation lists.
const LISTED: usize = 100;

/// The most words of one command that are listed.
const WORDS: usize = 1024;

/// What a `ToolExec` event runs.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct CommandsTrace {
    /// The commands, innermost first; at most 100.
    pub commands: Vec<CommandTrace>,
    /// How many more there are.
    pub more: u32,
    /// What was not understood, in words. Empty if everything was.
    pub opaque: Vec<String>,
    /// The index of the command whose decision is that on the event: of those with the gravest
    /// verdict the first.
    pub decided: Option<u32>,
}

/// One command: a program with its words, whatever their spelling was.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct CommandTrace {
    /// The program and its arguments, without quotes. What is not known keeps its spelling. Of more than 1,024,
    /// the last says how many there are more.
    pub words: Vec<String>,
    /// Programs that only pass the command on, outermost first.
    pub wrappers: Vec<String>,
    /// The folder that the text changed to before the command.
    pub folder: Option<String>,
    /// Whether the command reads what the one before it in a pipe writes.
    pub piped: bool,
    /// Whether every word is known.
    pub understood: bool,
    /// What the command does to files and hosts.
    pub effects: Vec<EffectTrace>,
    /// The decision on the command.
    pub verdict: Verdict,
    /// The rule that decides.
    pub rule: Option<String>,
    /// The first of the site's rules that fits the command.
    pub site: Option<Side>,
    /// Of the built-in rules that fit it and are not overridden, the one with the gravest verdict.
    pub builtin: Option<Side>,
    /// Why the rule decides, in words.
    pub why: String,
    /// The allows that fit the command and do not cover it, and why, in words.
    pub uncovered: Vec<String>,
    /// The target that the rule denies, if it has an action.
    pub target: Option<String>,
    /// How the target is known; absent if a site rule asks for it.
    pub target_from: Option<TargetFrom>,
}

/// An effect of a command.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct EffectTrace {
    /// What is done, as rules name it: `reads`, `writes`, `deletes`, `connects`, `sends`,
    /// `mentions`.
    pub effect: &'static str,
    /// The path or host, as the command spells it.
    pub of: String,
}

impl CommandsTrace {
    /// Replaces the secrets in words by placeholders, except e-mail addresses: those of the words
    /// alone, and those that the words around them tell (`-p PASSWORD`). Of a word at most 4 KiB are
    /// kept.
    pub fn hide_secrets(&mut self, detectors: &mut LazyDetectors) {
        for command in &mut self.commands {
            let secrets = crate::audit_text::secrets(&command.words.join(" "), detectors);
            let effects = command.effects.iter_mut().map(|effect| &mut effect.of);
            for word in command.words.iter_mut().chain(effects) {
                *word = crate::audit_text::shown(word, detectors);
                for (kind, secret) in &secrets {
                    if secret.len() > 3 && word.contains(secret) {
                        let placeholder = format!("{{{{A3S_REDACTED:{kind}:1}}}}");
                        *word = word.replace(secret, &placeholder);
                    }
                }
            }
        }
    }
}

/// The commands of an event. `decisions` has the rules for each of them, and `decided` is the index
/// of the one that decides.
pub(super) fn trace(
    engine: &Engine,
    event: &Event<'_>,
    reading: &Reading,
    decisions: &[Explained<'_>],
    decided: Option<usize>,
) -> CommandsTrace {
    let facts = Commands::new(reading, event);
    let commands = reading.commands.iter().zip(decisions).enumerate();
    let commands = commands.take(LISTED).map(|(at, (command, decision))| {
        let rule = decision.sides.decider();
        let denied = rule.map(|rule| engine.denied_command(rule, event, reading, Some(at)));
        let denied = denied.filter(|denied| denied.by != Denial::None);
        CommandTrace {
            words: words(command),
            wrappers: command.wrappers.clone(),
            folder: folder(command),
            piped: is_piped(reading, at),
            understood: command.is_understood(),
            effects: facts.get(at).map_or_else(Vec::new, |facts| effects(&facts)),
            verdict: engine.verdict(rule),
            rule: decision.side(rule).map(|side| side.rule),
            site: decision.side(decision.sides.site),
            builtin: decision.side(decision.sides.builtin),
            why: decision.why(),
            uncovered: decision.not_covering(),
            target_from: denied.as_ref().and_then(|denied| match denied.by {
                Denial::BySentry(from) => Some(from),
                Denial::None | Denial::Asked | Denial::AskedByName => None,
            }),
            target: denied.and_then(|denied| denied.target(event)),
        }
    });
    let opaque = reading.opaque.iter();
    CommandsTrace {
        commands: commands.collect(),
        more: u32::try_from(reading.commands.len().saturating_sub(LISTED)).unwrap_or(u32::MAX),
        opaque: opaque.map(|opaque| words_of(*opaque).to_owned()).collect(),
        decided: decided.and_then(|at| u32::try_from(at).ok()),
    }
}

/// The words of a command, up to a limit.
fn words(command: &Command) -> Vec<String> {
    let all = command.texts();
    let more = all.len().saturating_sub(WORDS);
    let more = (more > 0).then(|| format!("… {more} more"));
    let words = all.into_iter().take(WORDS).map(ToOwned::to_owned);
    words.chain(more).collect()
}

/// The effects of a command, each once.
fn effects(facts: &Facts<'_>) -> Vec<EffectTrace> {
    let mut all: Vec<EffectTrace> = Vec::new();
    for effect in facts.effects() {
        let (name, of) = (effect.kind.name(), &effect.text);
        if all.len() < LISTED && !all.iter().any(|one| one.effect == name && one.of == *of) {
            all.push(EffectTrace {
                effect: name,
                of: of.clone(),
            });
        }
    }
    all
}

fn folder(command: &Command) -> Option<String> {
    match &command.folder {
        Folder::Event => None,
        Folder::At(path) => Some(path.to_string()),
        Folder::Unknown => Some("a folder that is not known".to_owned()),
    }
}

fn is_piped(reading: &Reading, at: usize) -> bool {
    reading.pipelines.iter().any(|pipeline| {
        pipeline
            .stages
            .iter()
            .skip(1)
            .any(|stage| stage.contains(&at))
    })
}

fn words_of(opaque: Opaque) -> &'static str {
    match opaque {
        Opaque::Depth => "constructs within one another too deep to follow",
        Opaque::Work => "more work than a text of this length may cost",
        Opaque::Commands => "more commands than are read",
        Opaque::Unfinished => "a quote or group that does not end",
        Opaque::Syntax => "an operator where the shell has none",
        Opaque::Values => "more values of a variable than are followed",
        Opaque::UnknownText => "a text that is run and not known",
        Opaque::UnknownProgram => "a program whose name is not known",
    }
}
