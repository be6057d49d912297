//! Lists of commands: operators, reserved words, groups, and what ends them.

use crate::data::Kinds;
use crate::draft::{Draft, Keyword, Reads};
use crate::output::Output;
use crate::reader::{Reader, Run};
use crate::reading::{Folder, Input, ListId, Opaque, RedirectKind, Word, base_name};
use crate::sources::CodeSources;
use crate::variables::Certainty;
use std::ops::Range;
use std::rc::Rc;

/// What ends a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The end of the text.
    Text,
    /// `)` of a subshell.
    Subshell,
    /// `)` of `$(…)`.
    Substitution,
    /// The end of the text between backticks.
    Backticks,
    /// `)` of `<(…)` or `>(…)`.
    Process,
    /// `)` of `NAME=(…)`.
    Array,
    /// `}`
    Brace,
    /// `fi`
    If,
    /// `done`
    Loop,
    /// `esac`
    Case,
}

/// How the list is read at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Commands,
    /// Between `in` or `;;` and `)` of a `case`.
    Pattern,
    /// Within `[[ … ]]`.
    Condition,
}

/// A list while it is read.
#[derive(Debug)]
pub(crate) struct List {
    pub id: ListId,
    pub end: End,
    pub mode: Mode,
    pub draft: Draft,
    /// Standard input of the list's commands that are not behind a pipe.
    pub input: Input,
    /// Standard input of the next command.
    pub next_input: Option<Input>,
    /// `$0`, `$1` and so on, where they are known.
    pub positional: Rc<[Word]>,
    /// Wrappers around the text, of a list that is a text.
    pub wrappers: Vec<String>,
    /// Where the list begins in its text.
    pub from: usize,
    /// What had been found before the list: commands, pipelines, code.
    pub found: (usize, usize, usize),
    pub reads: Reads,
    /// The alias whose call the list is.
    pub alias: Option<String>,
    /// Whether a change of the folder in the text remains behind it.
    pub keeps_folder: bool,
    /// Texts that are read after this one, the last one first.
    pub next_texts: Vec<Word>,
    /// What the command wrote beside which the list runs: what the list writes is not in its place.
    pub beside: Option<Output>,
    /// What the commands of the list have written.
    pub output: Output,
    /// What the last command has written.
    pub last_output: Output,
    /// The commands of the pipeline so far.
    pub stages: Vec<Range<usize>>,
    pub stage_from: usize,
    /// How many assignments had been made when the pipeline began.
    pub assigned_from: usize,
    /// The name of a function whose body comes next, and where the body begins.
    pub function: Option<(String, usize)>,
    /// The folder before the list, for those that run in a shell of their own.
    pub folder: Folder,
    /// Whether the list may not run: a branch, a loop, the body of a function.
    pub is_branch: bool,
    /// Whether the command stands behind `&&` or `||`.
    pub is_conditional: bool,
}

impl List {
    /// A list within another one. `from` counts the commands and assignments so far.
    pub fn within(
        outer: Option<&List>,
        id: ListId,
        end: End,
        from: (usize, usize),
        folder: Folder,
    ) -> Self {
        let input = outer.map_or(Input::Inherited, List::current_input);
        Self {
            id,
            end,
            mode: Mode::Commands,
            draft: Draft::default(),
            input,
            next_input: None,
            positional: outer.map_or_else(Rc::default, |outer| Rc::clone(&outer.positional)),
            wrappers: Vec::new(),
            from: 0,
            found: (0, 0, 0),
            reads: Reads::Nothing,
            alias: None,
            keeps_folder: false,
            next_texts: Vec::new(),
            beside: None,
            output: Output::empty(),
            last_output: Output::empty(),
            stages: Vec::new(),
            stage_from: from.0,
            assigned_from: from.1,
            function: None,
            folder,
            is_branch: !matches!(end, End::Text | End::Brace | End::Array)
                || outer.is_some_and(|outer| {
                    outer.certainty() == Certainty::Maybe || outer.function.is_some()
                }),
            is_conditional: false,
        }
    }

    /// Standard input of the command that is read.
    pub fn current_input(&self) -> Input {
        self.next_input
            .clone()
            .unwrap_or_else(|| self.input.clone())
    }

    /// Whether assignments at this place surely happen.
    pub fn certainty(&self) -> Certainty {
        let is_sure = !self.is_conditional && !self.is_branch && self.stages.is_empty();
        if is_sure {
            Certainty::Sure
        } else {
            Certainty::Maybe
        }
    }
}

impl Reader {
    /// Reads one token of a list, or a part of a word.
    pub(crate) fn list_step(&mut self) {
        let mode = self.lists.last().map_or(Mode::Commands, |list| list.mode);
        let Some(byte) = self.peek(0) else {
            if self.end_command() {
                self.end_of_text();
            }
            return;
        };
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.end_field();
                self.advance(1);
            }
            b'\n' => self.line_end(mode),
            b'#' if self.fields.last().is_none_or(Option::is_none) => self.comment(),
            b'\\' | b'\'' | b'"' | b'`' | b'$' => self.word_step(byte),
            b'<' | b'>' | b'&' | b'|' | b';' | b'(' | b')' if mode == Mode::Condition => {
                self.condition_operator();
            }
            b'<' | b'>' if mode == Mode::Commands => self.angle(byte),
            b'&' | b'|' | b';' if mode == Mode::Commands => self.operator(byte),
            b'|' | b';' | b'&' if mode == Mode::Pattern => {
                if !self.drop_pattern() {
                    self.advance(1);
                }
            }
            b'(' | b')' => self.parenthesis(byte, mode),
            _ => self.plain_run(),
        }
    }

    /// Takes a run of characters without a meaning of their own.
    fn plain_run(&mut self) {
        let (text, run) = self.take_run(Run::Word);
        let run = text.get(run).unwrap_or_default();
        self.field().push_plain(run);
        self.spend(run.len() / 8);
    }

    /// An operator within `[[ … ]]`, or right behind it.
    fn condition_operator(&mut self) {
        self.end_field();
        if self
            .lists
            .last()
            .is_some_and(|list| list.mode == Mode::Condition)
        {
            self.advance(1);
        }
    }

    fn comment(&mut self) {
        let (text, at) = self.source();
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.advance(length);
    }

    fn line_end(&mut self, mode: Mode) {
        if mode == Mode::Commands {
            let is_behind_pipe = self.is_behind_pipe();
            if !self.end_command() {
                return;
            }
            if !is_behind_pipe {
                self.end_pipeline();
                if let Some(list) = self.list() {
                    list.is_conditional = false;
                }
            }
        } else {
            self.end_field();
        }
        let Some(source) = self.sources.last_mut() else {
            return;
        };
        match source.jump.take() {
            Some((line_end, end)) if line_end == source.at => source.at = end,
            other => {
                source.jump = other;
                source.at += 1;
            }
        }
    }

    /// Whether nothing stands behind the last `|`: the next line goes on with the pipe.
    fn is_behind_pipe(&self) -> bool {
        let has_field = self.fields.last().is_some_and(Option::is_some);
        self.lists.last().is_some_and(|list| {
            list.next_input.is_some()
                && list.draft.is_blank()
                && list.stage_from == self.out.commands.len()
        }) && !has_field
    }

    /// `&`, `|`, `;` and what begins with them.
    fn operator(&mut self, byte: u8) {
        let next = self.peek(1);
        if byte == b'&' && next == Some(b'>') {
            self.end_field();
            self.advance(1);
            self.angle(b'>');
            return;
        }
        if !self.end_command() {
            return;
        }
        match (byte, next) {
            (b'|', Some(b'|')) | (b'&', Some(b'&')) => {
                self.end_pipeline();
                if let Some(list) = self.list() {
                    list.is_conditional = true;
                }
                self.advance(2);
            }
            (b'|', next) => {
                self.next_stage();
                self.advance(if next == Some(b'&') { 2 } else { 1 });
            }
            (b';', Some(b';' | b'&')) => {
                self.end_pipeline();
                if let Some(list) = self.list().filter(|list| list.end == End::Case) {
                    list.mode = Mode::Pattern;
                }
                self.advance(if self.peek(2) == Some(b'&') { 3 } else { 2 });
            }
            _ => {
                self.end_pipeline();
                if let Some(list) = self.list() {
                    list.is_conditional = false;
                }
                self.advance(1);
            }
        }
    }

    fn parenthesis(&mut self, byte: u8, mode: Mode) {
        if byte == b')' {
            return self.close_parenthesis(mode);
        }
        if mode == Mode::Pattern {
            if self.fields.last().is_none_or(Option::is_none) {
                self.advance(1);
            } else {
                self.plain_run();
            }
            return;
        }
        let has_field = self.fields.last().is_some_and(Option::is_some);
        if has_field {
            return self.parenthesis_in_word();
        }
        let Some(list) = self.lists.last() else {
            return;
        };
        let is_function =
            list.draft.words.len() == 1 || list.draft.keyword == Some(Keyword::Function);
        if is_function && self.function_parentheses() {
            return;
        }
        if self.peek(1) == Some(b'(') && self.may_be_arithmetic() {
            self.open_arithmetic(2);
            return;
        }
        self.advance(1);
        if self.open_list(End::Subshell)
            && let Some(list) = self.list()
        {
            list.from = list.from.saturating_sub(1);
        }
    }

    /// `(` behind a part of a word: an array, a function, or a pattern of names.
    fn parenthesis_in_word(&mut self) {
        let field = self.field();
        let is_array = field.value_at == Some(field.text.len());
        let is_pattern = field.text.ends_with(['?', '*', '+', '@', '!']);
        if is_array {
            self.advance(1);
            self.open_list(End::Array);
            return;
        }
        if is_pattern {
            let (text, at) = self.source();
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let length = memchr::memchr(b')', rest).map_or(rest.len(), |length| length + 1);
            if crate::expand::has_substitution(rest.get(..length).unwrap_or_default()) {
                self.opaque(Opaque::Syntax);
                self.advance(1);
                self.open_list(End::Subshell);
                return;
            }
            let field = self.field();
            field.unknown = true;
            self.advance(length);
            return;
        }
        self.end_field();
        if !self.function_parentheses() {
            self.opaque(Opaque::Syntax);
            self.advance(1);
            self.open_list(End::Subshell);
        }
    }

    /// `<`, `>` and what begins with them, with the descriptor in front.
    fn angle(&mut self, byte: u8) {
        if self.peek(1) == Some(b'(') {
            self.advance(2);
            return self.process(byte);
        }
        let descriptor = self.descriptor();
        self.end_field();
        let (kind, length) = match (byte, self.peek(1), self.peek(2)) {
            (b'<', Some(b'<'), Some(b'<')) => (RedirectKind::Text, 3),
            (b'<', Some(b'<'), next) => {
                let strips = next == Some(b'-');
                self.advance(if strips { 3 } else { 2 });
                self.here_document(descriptor, strips);
                return;
            }
            (b'<' | b'>', Some(b'&'), _) => (RedirectKind::Duplicate, 2),
            (b'<', Some(b'>'), _) => (RedirectKind::ReadWrite, 2),
            (b'<', _, _) => (RedirectKind::Read, 1),
            (_, Some(b'>'), _) => (RedirectKind::Append, 2),
            (_, Some(b'|'), _) => (RedirectKind::Write, 2),
            _ => (RedirectKind::Write, 1),
        };
        self.advance(length);
        // Of `<&` and `>&` the direction is known here alone.
        let descriptor = match (byte, kind) {
            (b'>', RedirectKind::Duplicate) => descriptor.or(Some(1)),
            _ => descriptor,
        };
        if let Some(list) = self.list() {
            list.draft.redirect = Some((descriptor, kind));
        }
    }

    /// Opens `<(…)` or `>(…)`.
    fn process(&mut self, byte: u8) {
        let Some(list) = self.lists.last() else {
            return;
        };
        let mut words = list.draft.words.iter();
        let downloads =
            words.any(|word| crate::data::kinds(base_name(&word.text)).is(Kinds::DOWNLOADER));
        let from = if downloads {
            CodeSources::DOWNLOAD
        } else {
            list.current_input().sources()
        };
        if self.open_list(End::Process)
            && byte == b'>'
            && let Some(list) = self.lists.last_mut()
        {
            list.input = Input::Unknown(from);
        }
    }

    /// Digits right before `<` or `>` are the descriptor.
    fn descriptor(&mut self) -> Option<u32> {
        let slot = self.fields.last_mut()?;
        let field = slot.as_ref()?;
        if let Some(name) = field
            .text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
            && field.is_plain()
            && crate::field::is_name(name)
        {
            // `{name}>`: the shell picks a descriptor that is free, none of the first ten.
            *slot = None;
            return Some(10);
        }
        if !field.is_plain()
            || field.text.is_empty()
            || !field.text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let descriptor = field.text.parse().ok()?;
        *slot = None;
        Some(descriptor)
    }
}
