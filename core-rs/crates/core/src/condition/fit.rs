//! Whether one command fulfils a condition.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use sentry_command::{
    Arguments, Code, CodeSources, Command, Folder, Origin as Stands, Reading, RedirectKind,
    arguments, fits,
};

use super::effects::Effect;
use super::index::count;
use super::path::{Forms, Path, is_near, near};
use super::pipes::{Answers, Pipes, Side};
use super::texts::Expressions;
use crate::event::Event;
use crate::policy::{CodeCondition, CommandCondition, Glob, Origin, PathPattern, ProgramPattern};

/// The commands of an event.
pub(crate) struct Commands<'r> {
    pub(crate) reading: &'r Reading,
    event: &'r Event<'r>,
    pipes: Pipes,
    /// The folder of the event, if it is known.
    folder: OnceCell<Option<String>>,
    answers: RefCell<Answers>,
    /// For each code, the expressions that match it.
    code: Vec<OnceCell<Vec<usize>>>,
    /// Conditions on what is sent that some command may fulfil ([`Facts::sent`]).
    sent: OnceCell<Vec<u32>>,
}

impl<'r> Commands<'r> {
    pub(crate) fn new(reading: &'r Reading, event: &'r Event<'r>) -> Self {
        Self {
            reading,
            event,
            pipes: Pipes::of(reading),
            folder: OnceCell::new(),
            answers: RefCell::default(),
            code: reading.code.iter().map(|_| OnceCell::new()).collect(),
            sent: OnceCell::new(),
        }
    }

    /// The command with this index.
    pub(crate) fn get(&self, at: usize) -> Option<Facts<'_>> {
        let command = self.reading.commands.get(at)?;
        Some(Facts {
            commands: self,
            at,
            command,
            arguments: OnceCell::new(),
            operands: OnceCell::new(),
            written: OnceCell::new(),
            effects: OnceCell::new(),
            folder: OnceCell::new(),
        })
    }
}

/// One command and what conditions ask about it.
pub(crate) struct Facts<'r> {
    commands: &'r Commands<'r>,
    /// Its index in the reading.
    pub(crate) at: usize,
    pub(crate) command: &'r Command,
    arguments: OnceCell<Arguments<'r>>,
    operands: OnceCell<Vec<Operand<'r>>>,
    written: OnceCell<Vec<Operand<'r>>>,
    effects: OnceCell<Vec<Effect>>,
    folder: OnceCell<Option<Path<'r>>>,
}

/// A word that may be a path.
pub(crate) struct Operand<'r> {
    pub(super) text: &'r str,
    forms: Forms<'r>,
    /// The expressions that match it.
    matching: OnceCell<Vec<usize>>,
}

impl Operand<'_> {
    /// The forms in which patterns see it.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter()
    }

    /// Whether it fits one of these patterns. `first` is the text of the first expression among
    /// them.
    pub(crate) fn fits(
        &self,
        patterns: &[PathPattern],
        first: usize,
        expressions: Expressions<'_>,
    ) -> bool {
        let mut next = first;
        patterns.iter().any(|one| match one {
            PathPattern::Path(glob) => self.forms.fit(glob.as_str()),
            PathPattern::Regex(pattern) => {
                next += 1;
                let matching = || {
                    self.matching
                        .get_or_init(|| expressions.of_operand(self.text))
                };
                pattern.may_match(self.text) && matching().binary_search(&(next - 1)).is_ok()
            }
        })
    }
}

impl<'r> Facts<'r> {
    /// Its arguments, taken apart.
    pub(super) fn arguments(&self) -> &Arguments<'r> {
        self.arguments.get_or_init(|| arguments(self.command))
    }

    /// Words that are no option, values of options, and files that redirections read.
    pub(crate) fn operands(&self) -> &[Operand<'r>] {
        self.operands.get_or_init(|| {
            let texts = self.arguments().operands().map(|(text, _)| text);
            self.forms(texts.chain(self.read()))
        })
    }

    /// What the command does.
    pub(crate) fn effects(&self) -> &[Effect] {
        self.effects.get_or_init(|| {
            let reading = self.commands.reading;
            let all = sentry_command::effects(reading, self.at, self.arguments());
            let within = self.folder();
            let all = all.iter();
            all.map(|one| Effect::of_command(one, within)).collect()
        })
    }

    /// Whether the command runs what was downloaded.
    pub(crate) fn runs_download(&self) -> bool {
        self.command.code_from.intersects(CodeSources::DOWNLOAD)
    }

    /// Calls `each` with the texts of the command in which paths and hosts may stand.
    pub(super) fn each_text(&self, each: &mut dyn FnMut(&str)) {
        each_text(self.command, each);
        if self.code().next().is_some() {
            self.effects().iter().for_each(|effect| each(&effect.text));
        }
        if let Folder::At(folder) = &self.command.folder {
            each(folder);
        }
        if let Some(folder) = self.folder_of_event() {
            each(folder);
        }
    }

    /// The same of all commands of the event.
    pub(super) fn each_text_of_all(&self, each: &mut dyn FnMut(&str)) {
        for command in &self.commands.reading.commands {
            each_text(command, each);
            if let Folder::At(folder) = &command.folder {
                each(folder);
            }
        }
        for code in &self.commands.reading.code {
            each(&code.text);
        }
        if let Some(folder) = self.folder_of_event() {
            each(folder);
        }
    }

    /// What `find` finds for the event, which is found once.
    pub(super) fn sent(&self, find: &dyn Fn() -> Vec<u32>) -> &[u32] {
        self.commands.sent.get_or_init(find)
    }

    /// Files that redirections write to.
    pub(crate) fn written(&self) -> &[Operand<'r>] {
        self.written
            .get_or_init(|| self.forms(written(self.command)))
    }

    /// Files that redirections read.
    pub(super) fn read(&self) -> impl Iterator<Item = &'r str> {
        let redirects = self.command.redirects.iter();
        redirects.filter_map(|redirect| match redirect.kind {
            RedirectKind::Read | RedirectKind::ReadWrite => Some(redirect.target.text.as_str()),
            // Input from where the output goes, or the other way round: both are the terminal.
            RedirectKind::Duplicate => {
                let ends = (redirect.descriptor.unwrap_or(0), &*redirect.target.text);
                matches!(ends, (0, "1" | "2") | (1, "0")).then_some("/dev/tty")
            }
            _ => None,
        })
    }

    /// A text as an operand.
    pub(super) fn operand(&self, text: &'r str) -> Operand<'r> {
        operand(text, self.folder())
    }

    fn forms(&self, texts: impl Iterator<Item = &'r str>) -> Vec<Operand<'r>> {
        let mut texts = texts.peekable();
        let within = texts.peek().and_then(|_| self.folder());
        texts.map(|text| operand(text, within)).collect()
    }

    /// Whether the command and all that runs with it are known.
    pub(crate) fn is_understood(&self) -> bool {
        self.commands.reading.opaque.is_empty() && self.command.is_understood()
    }

    /// The same, but for words of the home folder, which is known to be one.
    pub(crate) fn is_understood_but_for_home(&self) -> bool {
        let is_home = |text: &str| matches!(text, "$HOME" | "${HOME}");
        let mut words = self.command.words.iter();
        self.is_understood()
            || self.commands.reading.opaque.is_empty()
                && words.all(|word| word.known || is_home(&word.text))
    }

    /// Whether a rule may take the command for understood.
    pub(crate) fn is_understood_for(&self, origin: Origin) -> bool {
        match origin {
            Origin::Site => self.is_understood(),
            Origin::Builtin => self.is_understood_but_for_home(),
        }
    }

    /// Whether the command is the event's own program, not one that it runs.
    pub(crate) fn is_own(&self) -> bool {
        is_own(self.command)
    }

    /// The folder that relative paths of the command lie in, if it is known.
    fn folder(&self) -> Option<&Path<'r>> {
        let folder = self.folder.get_or_init(|| {
            let of_event = || self.folder_of_event().map(|path| Path::new(path, None));
            match &self.command.folder {
                Folder::Event => of_event(),
                Folder::At(path) if is_near(path) => Some(Path::new(path, of_event().as_ref())),
                Folder::At(_) | Folder::Unknown => None,
            }
        });
        folder.as_ref()
    }

    fn folder_of_event(&self) -> Option<&'r str> {
        let Commands { folder, event, .. } = self.commands;
        let of_event = folder.get_or_init(|| event.folder().and_then(near).map(Cow::into_owned));
        of_event.as_deref()
    }

    /// Whether the command has the program of one of these patterns.
    pub(crate) fn has_program(&self, patterns: &[ProgramPattern]) -> bool {
        is_program(self.command, patterns)
    }

    /// Whether the command fulfils a condition. `first` is the number of the condition's first
    /// regular expression.
    pub(crate) fn fulfils(
        &self,
        condition: &CommandCondition,
        first: usize,
        expressions: Expressions<'_>,
    ) -> bool {
        self.lacks(condition, first, expressions).is_none()
    }

    /// The first part of a condition that the command does not fulfil.
    pub(crate) fn lacks(
        &self,
        condition: &CommandCondition,
        first: usize,
        expressions: Expressions<'_>,
    ) -> Option<Lack> {
        let CommandCondition {
            program,
            words,
            flags,
            operands,
            redirects,
            from,
            to,
            code_from,
            calls_itself,
            code,
        } = condition;
        let behind_operands = first + count(operands);
        let behind_redirects = behind_operands + count(redirects);
        let any = |all: &[Operand<'_>], patterns: &[PathPattern], first| {
            all.iter()
                .any(|operand| operand.fits(patterns, first, expressions))
        };
        if !program.is_empty() && !self.has_program(program) {
            Some(Lack::Program)
        } else if *calls_itself && !self.command.calls_itself {
            Some(Lack::CallsItself)
        } else if !code_from.is_empty() && !code_from.intersects(self.command.code_from) {
            Some(Lack::CodeFrom)
        } else if !self.has_words(words) {
            Some(Lack::Words)
        } else if !flags.is_empty() && !self.has_flag(flags) {
            Some(Lack::Flags)
        } else if !redirects.is_empty() && !any(self.written(), redirects, behind_operands) {
            Some(Lack::Redirects)
        } else if !operands.is_empty() && !any(self.operands(), operands, first) {
            Some(Lack::Operands)
        } else if !from.is_empty() && !self.has_in_pipe(Side::Before, from) {
            Some(Lack::From)
        } else if !to.is_empty() && !self.has_in_pipe(Side::Behind, to) {
            Some(Lack::To)
        } else if !code.is_empty() && !self.has_any_code(code, behind_redirects, expressions) {
            Some(Lack::Code)
        } else {
            None
        }
    }

    /// Whether the command has one of these options.
    pub(crate) fn has_flag(&self, flags: &[Glob]) -> bool {
        let mut flags = flags.iter();
        flags.any(|flag| self.arguments().has_flag(flag.as_str()))
    }

    /// Whether words that are no option fit these globs, in their order.
    pub(crate) fn has_words(&self, globs: &[Glob]) -> bool {
        let mut words = self.arguments().words.iter();
        globs
            .iter()
            .all(|glob| words.any(|word| fits(glob.as_str(), &word.text)))
    }

    fn has_in_pipe(&self, side: Side, patterns: &[ProgramPattern]) -> bool {
        let commands = &self.commands.reading.commands;
        let has = |at: usize| (commands.get(at)).is_some_and(|one| is_program(one, patterns));
        // The same patterns ask the same, and those of two conditions have two places.
        let question = (patterns.as_ptr() as usize, side);
        let of = (self.commands.reading, &self.commands.pipes);
        (self.commands.answers.borrow_mut()).any(of, self.at, question, &has)
    }

    /// Whether the command is in a pipe.
    pub(super) fn is_piped(&self) -> bool {
        self.commands.pipes.is_piped(self.at)
    }

    /// The code that the command is given.
    pub(super) fn code(&self) -> impl Iterator<Item = &'r Code> {
        self.numbered_code().map(|(_, code)| code)
    }

    fn numbered_code(&self) -> impl Iterator<Item = (usize, &'r Code)> {
        let all = &self.commands.reading.code;
        let from = all.partition_point(|code| code.command < self.at);
        let rest = all.iter().enumerate().skip(from);
        rest.take_while(|(_, code)| code.command == self.at)
    }

    /// Whether the command is given code that fulfils one of these conditions. `first` is the text
    /// of the first expression among them.
    pub(crate) fn has_any_code(
        &self,
        conditions: &[CodeCondition],
        first: usize,
        expressions: Expressions<'_>,
    ) -> bool {
        let mut next = first;
        conditions.iter().any(|condition| {
            let first = next;
            next += usize::from(condition.pattern.is_some());
            self.has_code(condition, first, expressions)
        })
    }

    /// Whether the command is given code that fulfils a condition. `expression` is the text of the
    /// condition's expression.
    pub(crate) fn has_code(
        &self,
        condition: &CodeCondition,
        expression: usize,
        expressions: Expressions<'_>,
    ) -> bool {
        let CodeCondition { language, pattern } = condition;
        let matches = |at: usize, code: &Code| {
            let known = self.commands.code.get(at);
            known.is_some_and(|known| {
                let matching = known.get_or_init(|| expressions.of_code(&code.text));
                matching.binary_search(&expression).is_ok()
            })
        };
        let mut code = self.numbered_code();
        code.any(|(at, code)| {
            (language.is_empty() || language.iter().any(|name| name == code.language))
                && (pattern.is_none() || matches(at, code))
        })
    }
}

/// A part of a condition that a command does not fulfil, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    Program,
    CallsItself,
    CodeFrom,
    Words,
    Flags,
    Redirects,
    Operands,
    From,
    To,
    Code,
    Effects,
}

impl Lack {
    /// Why a rule fits no command, if this is what the closest one lacks.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Program => "no command has its `program`",
            Self::CallsItself => "the closest command does not fit its `calls_itself`",
            Self::CodeFrom => "the closest command does not fit its `code_from`",
            Self::Words => "the closest command does not fit its `words`",
            Self::Flags => "the closest command does not fit its `flags`",
            Self::Redirects => "the closest command does not fit its `redirects`",
            Self::Operands => "the closest command does not fit its `operands`",
            Self::From => "the closest command does not fit its `from`",
            Self::To => "the closest command does not fit its `to`",
            Self::Code => "no command is given its `code`",
            Self::Effects => "no command has the effect that it asks for",
        }
    }
}

pub(super) fn operand<'t>(text: &'t str, within: Option<&Path<'t>>) -> Operand<'t> {
    Operand {
        text,
        forms: Forms::of(text, within),
        matching: OnceCell::new(),
    }
}

/// Whether a command is the event's own program, not one that it runs.
pub(crate) fn is_own(command: &Command) -> bool {
    command.origin == Stands::Arguments && command.wrappers.is_empty()
}

fn each_text(command: &Command, each: &mut dyn FnMut(&str)) {
    command.words.iter().for_each(|word| each(&word.text));
    // A value may stand in the word of its option: `-oFILE`.
    let is_cluster =
        |text: &str| text.len() > 2 && text.starts_with('-') && !text.starts_with("--");
    if command.words.iter().any(|word| is_cluster(&word.text)) {
        let options = arguments(command).options;
        let values = options.iter().filter_map(|option| option.value);
        values.for_each(&mut *each);
    }
    for redirect in &command.redirects {
        each(&redirect.target.text);
    }
}

/// The files that redirections of a command write to.
fn written(command: &Command) -> impl Iterator<Item = &str> {
    let redirects = command.redirects.iter();
    let writing = redirects.filter(|redirect| {
        use RedirectKind::{Append, ReadWrite, Write};
        matches!(redirect.kind, Write | Append | ReadWrite)
    });
    writing.map(|redirect| redirect.target.text.as_str())
}

/// Whether a program, by its path, is one of these.
pub(crate) fn is_path_of(program: &str, patterns: &[ProgramPattern]) -> bool {
    let name = sentry_command::program_name(program);
    patterns.iter().any(|one| match one {
        ProgramPattern::Name(glob) => fits(glob.as_str(), name),
        ProgramPattern::Path(glob) => {
            program.contains('/') && Forms::of(program, None).fit(glob.as_str())
        }
    })
}

/// Whether a command has the program of one of these patterns.
fn is_program(command: &Command, patterns: &[ProgramPattern]) -> bool {
    let called = command.words.first();
    called.is_some_and(|word| is_path_of(&word.text, patterns))
}
