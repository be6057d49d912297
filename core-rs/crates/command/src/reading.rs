//! What the reader found: commands, how they are connected, and what could not be understood.

use crate::sources::CodeSources;
use std::rc::Rc;

/// The list of commands that a command belongs to: the text itself, a group or a substitution.
pub type ListId = u32;

/// All that one input runs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Simple commands, innermost first: a substitution comes before the command that uses it.
    pub commands: Vec<Command>,
    /// Pipes between them.
    pub pipelines: Vec<Pipeline>,
    /// Code that interpreters are given: by an option, or on standard input.
    pub code: Vec<Code>,
    /// What was not understood. Empty if the whole input was.
    pub opaque: Vec<Opaque>,
}

/// One program with its words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments. Empty where a redirection stands alone.
    pub words: Vec<Word>,
    /// Assignments in front of the program, its own and those of `env`.
    pub assignments: Vec<Assignment>,
    /// Redirections of this command and of the groups around it.
    pub redirects: Vec<Redirect>,
    /// Programs that only pass on, outermost first: `sudo`, `bash`.
    pub wrappers: Vec<String>,
    /// The list that the command belongs to.
    pub list: ListId,
    /// Where relative paths of the command lie.
    pub folder: Folder,
    /// Where the command's standard input comes from.
    pub input: Input,
    /// The word whose text the command runs as shell text, where that text is not known:
    /// `eval "$(curl …)"`. The text's commands are not in the reading.
    pub unknown_text: Option<Word>,
    /// Whether the command stands in the arguments of the event or in a text.
    pub origin: Origin,
    /// Where the shell text or code that the command runs comes from.
    pub code_from: CodeSources,
    /// Whether the same text, before this command, set a variable that makes programs run code or
    /// read a configuration: `PATH`, `LD_PRELOAD`.
    pub is_environment_changed: bool,
    /// Whether the command is the call of a function by itself, in a pipe or in the background: a
    /// fork bomb.
    pub calls_itself: bool,
}

impl Command {
    /// The texts of the words.
    pub fn texts(&self) -> Vec<&str> {
        texts_of(&self.words)
    }

    /// The program's name without its folder; empty if there is no program.
    #[must_use]
    pub fn program(&self) -> &str {
        (self.words.first()).map_or("", |word| program_name(&word.text))
    }

    /// Whether every word, assignment and redirection is known.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.unknown_text.is_none()
            && self.words.iter().all(|word| word.known)
            && self
                .assignments
                .iter()
                .all(|assignment| assignment.value.known)
            && self.redirects.iter().all(|redirect| redirect.target.known)
    }
}

/// Where a command stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the arguments of the event. Without wrappers it is the event's own program.
    #[default]
    Arguments,
    /// In a text that a shell or an interpreter runs.
    Text,
}

/// Code in another language than the shell's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The language: `python`, `perl`, `ruby`, `javascript`, `php`, `lua`, `awk`, `applescript`,
    /// `powershell`.
    pub language: &'static str,
    /// The code. What is unknown keeps its spelling.
    pub text: Rc<str>,
    /// Whether the text is certain.
    pub known: bool,
    /// The interpreter, in [`Reading::commands`].
    pub command: usize,
}

/// The texts of words.
pub(crate) fn texts_of(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// The sources of all words.
pub(crate) fn sources_of(words: &[Word]) -> CodeSources {
    (words.iter()).fold(CodeSources::NONE, |from, word| from.with(word.from))
}

/// The part of a path behind the last `/`.
pub(crate) fn base_name(path: &str) -> &str {
    let slash = path.bytes().rposition(|byte| byte == b'/');
    slash.and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

/// The name of a program without its folder, and without the dash that stands before the name of a
/// shell at login.
///
/// ```
/// assert_eq!(sentry_command::program_name("/bin/sh"), "sh");
/// assert_eq!(sentry_command::program_name("-bash"), "bash");
/// ```
#[must_use]
pub fn program_name(path: &str) -> &str {
    let name = base_name(path);
    match name.as_bytes() {
        [b'-', first, ..] if first.is_ascii_alphabetic() => name.get(1..).unwrap_or(name),
        _ => name,
    }
}

/// A word after quotes, escapes and expansions.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text. What is unknown keeps its spelling: `$NAME`, `$()` for a substitution.
    pub text: String,
    /// Whether the text is certain.
    pub known: bool,
    /// Whether a part of the word was quoted. An unquoted word may be a pattern of file names.
    pub quoted: bool,
    /// Whether the word holds an unquoted `*`, `?` or `[`.
    pub glob: bool,
    /// Substitutions whose output is part of the word.
    pub lists: Vec<ListId>,
    /// For `<(…)`: what the substitution writes, where that is known.
    pub content: Option<Rc<str>>,
    /// Where the text comes from, of what rules ask for: a download in `$(curl …)`.
    pub from: CodeSources,
}

impl Word {
    /// A word that is known and has this text.
    pub(crate) fn constant(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            known: true,
            quoted: true,
            ..Self::default()
        }
    }

    /// A word that is known and has this text, which comes from these sources.
    pub(crate) fn from_sources(text: &str, from: CodeSources) -> Self {
        Self {
            from,
            ..Self::constant(text)
        }
    }

    /// The word with another text.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            lists: self.lists.clone(),
            content: self.content.clone(),
            ..*self
        }
    }
}

/// `NAME=value` in front of a command, or alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: Word,
}

/// A redirection of a file descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The descriptor, where one is given: `2` in `2>file`. That of `>&` is 1 if none is.
    pub descriptor: Option<u32>,
    /// What the redirection does.
    pub kind: RedirectKind,
    /// The file, the descriptor, or the text of a here-document or here-string.
    pub target: Word,
}

/// What a redirection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// `<`
    Read,
    /// `>`, `>|`, `&>`, and `>&` before a file
    Write,
    /// `>>`, `&>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `>&`, `<&`: the target is a descriptor or `-`
    Duplicate,
    /// `<<`, `<<-`, `<<<`: the target is the text itself
    Text,
}

/// Where a command's standard input comes from.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Input {
    /// From the program that started the shell.
    #[default]
    Inherited,
    /// From a pipe or a here-document, with known content.
    Known(Rc<str>, CodeSources),
    /// From a pipe, a file or a here-document, with unknown content.
    Unknown(CodeSources),
}

impl Input {
    /// Where the content comes from, of what rules ask for.
    #[must_use]
    pub fn sources(&self) -> CodeSources {
        match self {
            Self::Inherited => CodeSources::NONE,
            Self::Known(_, from) | Self::Unknown(from) => *from,
        }
    }
}

/// Where relative paths of a command lie.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Folder {
    /// In the folder of the event.
    #[default]
    Event,
    /// In this folder, absolute, or relative to the folder of the event. `~` is the user's home.
    At(Rc<str>),
    /// In a folder that is not known.
    Unknown,
}

/// Commands joined by pipes. A stage is a range of [`Reading::commands`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// The stages, from the first writer to the last reader; at least two.
    pub stages: Vec<std::ops::Range<usize>>,
}

impl Reading {
    /// Whether the input goes on where the reader stopped.
    ///
    /// ```
    /// let text = ["( ".repeat(300), "true".to_owned()].concat();
    /// let reading = sentry_command::read(&["sh", "-c", &text]);
    /// assert!(reading.is_cut_short() && reading.commands.is_empty());
    /// ```
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        let stops =
            |opaque: &Opaque| matches!(opaque, Opaque::Depth | Opaque::Work | Opaque::Commands);
        self.opaque.iter().any(stops)
    }
}

/// Why a part of the input is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opaque {
    /// Constructs stand within one another deeper than [`crate::limits::DEPTH`], or texts deeper
    /// than [`crate::limits::TEXTS_WITHIN`].
    Depth,
    /// More work than the input's length allows.
    Work,
    /// More than [`crate::limits::COMMANDS`] commands, or [`crate::limits::WORDS`] words; or more calls, jobs or
    /// files with downloaded content than are followed.
    Commands,
    /// A quote, substitution or group that does not end.
    Unfinished,
    /// An operator or reserved word where the grammar has none.
    Syntax,
    /// More values of a variable than are followed.
    Values,
    /// Shell text that is not known: `eval "$x"`.
    UnknownText,
    /// A program whose name is not known: `$x -rf /`.
    UnknownProgram,
}
