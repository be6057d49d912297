//! What a rule asks for beside its pattern: conditions on commands, code, the agent and the date.

use sentry_command::{CodeSources, EffectKind};
use sentry_pattern::Pattern;

use super::Date;

/// The conditions of a rule beside its pattern. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// The command must fit one of these; without any, each does.
    pub command: Vec<CommandCondition>,
    /// The command must be given code that fits one of these; without any, none is asked for.
    pub code: Vec<CodeCondition>,
    /// What a command, or an event of another kind, must do.
    pub effects: EffectCondition,
    /// A command that fits one of these, and is understood whole, does not fit the rule.
    pub unless: Vec<CommandCondition>,
    /// Paths that do not count as effects.
    pub unless_paths: Vec<PathPattern>,
    /// The name of the called tool must fit one of these; without any, each does.
    pub tool: Vec<Glob>,
    /// Arguments that the called tool must have.
    pub args: Vec<ArgCondition>,
    /// Names of agents; without any, each fits.
    pub agents: Vec<Glob>,
    /// The last day of the rule.
    pub expires: Option<Date>,
}

impl Conditions {
    /// Whether the rule is about commands: it can fit only a `ToolExec` event.
    pub fn asks_for_command(&self) -> bool {
        !self.command.is_empty() || !self.code.is_empty()
    }

    /// Whether the rule is about calls of tools: it can fit only a `ToolCall` event.
    pub fn asks_for_call(&self) -> bool {
        !self.tool.is_empty() || !self.args.is_empty()
    }

    /// Whether the rule looks at single commands of a `ToolExec` event: for a command, code or an
    /// effect.
    pub fn is_by_command(&self) -> bool {
        self.asks_for_command() || !self.effects.is_empty()
    }

    /// The names of the conditions that are given, but for `expires`.
    pub fn names(&self) -> Vec<&'static str> {
        let has_unless = !(self.unless.is_empty() && self.unless_paths.is_empty());
        let all = [
            ("command", !self.command.is_empty()),
            ("code", !self.code.is_empty()),
            ("tool", !self.tool.is_empty()),
            ("args", !self.args.is_empty()),
            ("runs_download", self.effects.runs_download),
            ("unless", has_unless),
            ("agents", !self.agents.is_empty()),
        ];
        let given = all.into_iter().filter(|(_, is_given)| *is_given);
        let mut names: Vec<&str> = given.map(|(name, _)| name).collect();
        names.extend(self.effects.of.iter().map(|(kind, _)| kind.name()));
        names
    }
}

/// An argument of a called tool. One of its texts must fit a pattern; for an `allow`, each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgCondition {
    /// The argument's name.
    pub name: String,
    /// Patterns, of which one must fit.
    pub patterns: Vec<PathPattern>,
}

/// What one command, or an event of another kind, must do. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EffectCondition {
    /// Kinds of effects, each with patterns of which one must fit a path, or of `connects` a host.
    pub of: Vec<(EffectKind, Vec<PathPattern>)>,
    /// Whether the command runs what was downloaded.
    pub runs_download: bool,
}

impl EffectCondition {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty() && !self.runs_download
    }

    /// All patterns, in order.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &PathPattern> {
        self.of.iter().flat_map(|(_, patterns)| patterns)
    }
}

/// One command that has all of this. A list that is empty asks for nothing; of any other one
/// element must fit, but for `words`, of which all must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandCondition {
    /// The program.
    pub program: Vec<ProgramPattern>,
    /// Words in this order among those that are neither options nor their values, behind the
    /// program's global options.
    pub words: Vec<Glob>,
    /// Options, with their dashes. `*` is a wildcard.
    pub flags: Vec<Glob>,
    /// Words that are no option, values of options, and files that redirections read.
    pub operands: Vec<PathPattern>,
    /// Files that a redirection of the command writes to.
    pub redirects: Vec<PathPattern>,
    /// A program before the command in its pipe.
    pub from: Vec<ProgramPattern>,
    /// A program behind the command in its pipe.
    pub to: Vec<ProgramPattern>,
    /// The sources of the code that the command runs.
    pub code_from: CodeSources,
    /// Whether it is a function that calls itself in a pipe or in the background.
    pub calls_itself: bool,
    /// Code that it is given.
    pub code: Vec<CodeCondition>,
}

impl CommandCondition {
    /// Whether it asks for nothing but the program.
    pub fn asks_for_program_alone(&self) -> bool {
        self.words.is_empty()
            && self.flags.is_empty()
            && self.operands.is_empty()
            && self.redirects.is_empty()
            && self.from.is_empty()
            && self.to.is_empty()
            && self.code_from.is_empty()
            && !self.calls_itself
            && self.code.is_empty()
    }
}

/// Code that a command gives to an interpreter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodeCondition {
    /// The languages, in lower case; without any, each fits.
    pub language: Vec<String>,
    /// What the text of the code must match.
    pub pattern: Option<Pattern>,
}

/// A text in which `*` stands for any characters, also none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// A glob as it is written.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A program: a base name, or a path if it has a `/`. `*` stays within a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramPattern {
    /// Fits the last segment of the program's path.
    Name(Glob),
    /// Fits the whole path.
    Path(Glob),
}

/// A pattern of paths, or of hosts.
#[derive(Clone, Debug, PartialEq)]
pub enum PathPattern {
    /// Fits a normalised path. `~` is the home folder of any user; `*` stays within a segment, `**`
    /// crosses segments. Of a host, `*` stands for any characters.
    Path(Glob),
    /// Fits the text of a word as it is.
    Regex(Pattern),
}
