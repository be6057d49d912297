//! The commands of an event, as the reader of commands reads them, for an explanation.

use sentry_command::{Command, Folder, Opaque, Reading};
use serde::Serialize;

use crate::event::{Event, EventKind};

/// The most commands that an explanation lists.
const LISTED: usize = 100;

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
}

/// One command: a program with its words, whatever their spelling was.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct CommandTrace {
    /// The program and its arguments, without quotes. What is not known keeps its spelling.
    pub words: Vec<String>,
    /// Programs that only pass the command on, outermost first.
    pub wrappers: Vec<String>,
    /// The folder that the text changed to before the command.
    pub folder: Option<String>,
    /// Whether the command reads what the one before it in a pipe writes.
    pub piped: bool,
    /// Whether every word is known.
    pub understood: bool,
}

/// The commands of an event; `None` for other kinds than `ToolExec`.
pub(super) fn trace(event: &Event) -> Option<CommandsTrace> {
    if event.kind != EventKind::ToolExec {
        return None;
    }
    let arguments: Vec<&str> = event.arguments().collect();
    let reading = sentry_command::read(&arguments);
    let commands: Vec<CommandTrace> = reading
        .commands
        .iter()
        .enumerate()
        .take(LISTED)
        .map(|(at, command)| command_trace(command, is_piped(&reading, at)))
        .collect();
    Some(CommandsTrace {
        more: u32::try_from(reading.commands.len() - commands.len()).unwrap_or(u32::MAX),
        commands,
        opaque: reading
            .opaque
            .iter()
            .map(|opaque| words_of(*opaque).to_owned())
            .collect(),
    })
}

fn command_trace(command: &Command, piped: bool) -> CommandTrace {
    CommandTrace {
        words: command.texts().into_iter().map(ToOwned::to_owned).collect(),
        wrappers: command.wrappers.clone(),
        folder: match &command.folder {
            Folder::Event => None,
            Folder::At(path) => Some(path.to_string()),
            Folder::Unknown => Some("a folder that is not known".to_owned()),
        },
        piped,
        understood: command.is_understood(),
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
        Opaque::UnknownText => "a text that is run and not known",
        Opaque::UnknownProgram => "a program whose name is not known",
    }
}
