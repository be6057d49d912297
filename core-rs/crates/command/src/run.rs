//! A command that is complete: what it runs, behind shells and wrappers.

use crate::data::{self, Kinds};
use crate::draft::Draft;
use crate::limits::VALUES_OF_A_VARIABLE;
use crate::names::Namespace;
use crate::output::output_of;
use crate::reader::Reader;
use crate::reading::{
    Assignment, Command, Folder, Input, Opaque, Origin, Redirect, RedirectKind, Word, program_name,
};
use crate::sources::CodeSources;
use crate::split::quote;
use crate::wrappers::{Peeled, behind, peel};
use std::rc::Rc;

/// Wrappers around one command.
pub(crate) const WRAPPERS_AT_MOST: usize = 64;

/// Programs that are known to be shells, though the value of the variable is not.
const SHELL_VARIABLES: [&str; 5] = ["$SHELL", "${SHELL}", "$BASH", "${BASH}", "$0"];

/// A command while its wrappers are taken off.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub words: Vec<Word>,
    pub assignments: Vec<Assignment>,
    pub redirects: Vec<Redirect>,
    pub wrappers: Vec<String>,
    pub input: Input,
    pub folder: Folder,
    pub code_from: CodeSources,
    pub calls_itself: bool,
}

impl Call {
    pub fn new(words: Vec<Word>, input: Input, folder: Folder) -> Self {
        Self {
            words,
            assignments: Vec::new(),
            redirects: Vec::new(),
            wrappers: Vec::new(),
            input,
            folder,
            code_from: CodeSources::NONE,
            calls_itself: false,
        }
    }

    /// Whether a shell reads what its user types, as far as the text says.
    fn is_on_terminal(&self) -> bool {
        matches!(self.input, Input::Inherited)
            && self.redirects.is_empty()
            && self.code_from.is_empty()
    }

    /// The same command, whose code comes from these sources.
    pub fn with_code_from(self, code_from: CodeSources) -> Self {
        Self { code_from, ..self }
    }

    /// The same command with the first words taken away.
    pub fn behind(mut self, wrapper: &str, words: usize) -> Self {
        self.words.drain(..words.min(self.words.len()));
        self.wrappers.push(wrapper.to_owned());
        self
    }

    /// The command that begins at a word, behind the wrapper that the first word names.
    pub fn behind_itself(self, at: usize) -> Self {
        let name = self
            .words
            .first()
            .map_or("", |word| program_name(&word.text));
        let name = name.to_owned();
        self.behind(&name, at)
    }

    /// The text that these words are for a shell: what `eval` and `ssh` make of their arguments.
    pub fn joined(words: &[Word]) -> Word {
        Self::joined_words(&words.iter().collect::<Vec<_>>())
    }

    /// The same, of words that are held elsewhere.
    pub fn joined_words(words: &[&Word]) -> Word {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Word {
            text: texts.join(" "),
            known: words.iter().all(|word| word.known),
            quoted: true,
            glob: false,
            lists: words
                .iter()
                .flat_map(|word| word.lists.iter().copied())
                .collect(),
            content: None,
            from: (words.iter()).fold(CodeSources::NONE, |from, word| from.with(word.from)),
        }
    }

    /// Where what the command reads as its program comes from.
    pub fn program_from(&self) -> CodeSources {
        match &self.input {
            Input::Inherited => CodeSources::NONE,
            Input::Unknown(from) if from.is_empty() => CodeSources::INPUT,
            input => input.sources(),
        }
    }

    /// A here-document or here-string that is not wholly known.
    pub fn document(&self) -> Option<&Word> {
        let mut redirects = self.redirects.iter().rev();
        let redirect = redirects.find(|redirect| input_of(redirect).is_some())?;
        let is_text = redirect.kind == RedirectKind::Text && !redirect.target.known;
        is_text.then_some(&redirect.target)
    }
}

impl Reader {
    /// Runs what was read: each variant of it, where a variable may have several values.
    pub(crate) fn run_draft(&mut self, draft: Draft) {
        let input = self
            .lists
            .last()
            .map_or(Input::Inherited, crate::list::List::current_input);
        let input = draft
            .redirects
            .iter()
            .filter_map(input_of)
            .next_back()
            .unwrap_or(input);
        let file = draft.redirects.iter().rfind(|redirect| {
            matches!(
                redirect.kind,
                RedirectKind::Read | RedirectKind::ReadWrite | RedirectKind::Duplicate
            ) && redirect.descriptor.is_none_or(|descriptor| descriptor == 0)
        });
        let input = match (input, file) {
            (Input::Unknown(from), Some(file)) => {
                let descriptor = descriptor_key(&file.target.text);
                let path = match file.kind {
                    RedirectKind::Duplicate => descriptor.as_str(),
                    _ => file.target.text.as_str(),
                };
                match self.file(&self.folder, path) {
                    Some(file) => Input::Known(file.body().into(), file.sources),
                    None => Input::Unknown(from.with(self.sources_of_file(&self.folder, path))),
                }
            }
            (input, _) => input,
        };
        let call = Call {
            words: draft.words,
            assignments: draft.assignments,
            redirects: draft.redirects,
            wrappers: Vec::new(),
            input,
            folder: self.folder.clone(),
            code_from: CodeSources::NONE,
            calls_itself: false,
        };
        if let Some((word, at, others)) = draft.choice {
            if others.len() > VALUES_OF_A_VARIABLE {
                self.opaque(Opaque::Values);
            }
            for other in others.iter().take(VALUES_OF_A_VARIABLE) {
                let mut variant = call.clone();
                if !self.spend(
                    variant
                        .words
                        .iter()
                        .map(|word| word.text.len())
                        .sum::<usize>()
                        + 64,
                ) {
                    return;
                }
                if let Some(mut changed) = variant.words.get(word).cloned() {
                    if changed.text.get(at.clone()).is_none() {
                        continue;
                    }
                    changed.text.replace_range(at.clone(), other);
                    // Without quotes, blanks end a word.
                    let words = if changed.quoted {
                        vec![changed]
                    } else {
                        let parts = changed.text.split_ascii_whitespace();
                        parts.map(|part| changed.with_text(part)).collect()
                    };
                    variant.words.splice(word..=word, words);
                }
                self.start(variant);
            }
        }
        if let Some(group) = draft.group.filter(|_| call.words.is_empty())
            && self.read_group_again(&group, &call)
        {
            return;
        }
        if draft.is_group && call.words.is_empty() {
            let output = self.lists.last().map(|list| list.last_output.clone());
            self.start(call);
            if let (Some(list), Some(output)) = (self.lists.last_mut(), output) {
                list.last_output = output;
            }
            return;
        }
        self.run_variables(&call);
        self.start(call);
        self.open_later();
    }

    /// Takes shells and wrappers off a command, and reads or reports what it runs.
    pub(crate) fn start(&mut self, mut call: Call) {
        for taken_off in 0.. {
            let Some(first) = call.words.first() else {
                break;
            };
            if taken_off == WRAPPERS_AT_MOST {
                self.opaque(Opaque::Depth);
                break;
            }
            let is_shell = SHELL_VARIABLES.contains(&first.text.as_str());
            if !first.known && !is_shell && first.text.contains('$') {
                self.unknown_program(&mut call);
                break;
            }
            let is_glob = first.glob && first.text != "[";
            if (!first.known || is_glob) && !is_shell {
                self.opaque(Opaque::UnknownProgram);
                call.code_from = call.code_from.with(CodeSources::UNKNOWN);
            }
            let path = if is_shell {
                "sh".to_owned()
            } else {
                first.text.clone()
            };
            let name = program_name(&path);
            if !path.contains('/') && self.start_definition(name, &call) {
                return;
            }
            let kinds = data::kinds(name);
            let builtin = (kinds.is(Kinds::BUILTIN)).then(|| self.builtin(name, &mut call));
            match builtin.flatten() {
                Some(Next::Again) => continue,
                Some(Next::Done) => return,
                None => {}
            }
            if kinds.is(Kinds::SHELL) {
                if self.shell(name, &mut call) || self.is_session_elsewhere(&call) {
                    return;
                }
                break;
            }
            if kinds.is(Kinds::TEXT_OPTIONS) {
                self.run_options(name, &call);
            }
            if kinds.is(Kinds::INTERPRETER) {
                return self.interpreter(data::interpreter(name).unwrap_or_default(), call);
            }
            if matches!(name, "crontab" | "at" | "batch") && self.scheduler(name, &mut call) {
                return;
            }
            let wrapper = (kinds.is(Kinds::WRAPPER)).then(|| data::wrapper(name));
            let Some(wrapper) = wrapper.flatten() else {
                if path.contains('/') {
                    if let Some(words) = self.first_line(&path, &call) {
                        self.emit(call.clone(), None);
                        call.words.splice(0..0, words);
                        continue;
                    }
                    return self.run_file(&path, call);
                }
                break;
            };
            let peeled = peel(wrapper, &call);
            let is_known = matches!(call.input, Input::Known(..));
            if wrapper.has(b'i') && (is_known || !matches!(peeled, Peeled::Input)) {
                if matches!(peeled, Peeled::Nothing) {
                    break;
                }
                self.emit(call.clone(), None);
            }
            match peeled {
                Peeled::Nothing => break,
                Peeled::Input => {
                    let inner = call.clone().behind(name, 0);
                    if self.program_on_input(inner, &mut call) {
                        return;
                    }
                    break;
                }
                Peeled::Command(at) => {
                    call = behind(wrapper, call, at);
                    if wrapper.has(b'a') {
                        self.run_variables(&call);
                    }
                }
                Peeled::Commands(texts) => {
                    call.wrappers.push(name.to_owned());
                    self.open_texts(texts, call.wrappers);
                    return;
                }
                Peeled::Text(text) => {
                    self.run_text(&text, call.behind(name, 0), Rc::default());
                    return;
                }
            }
        }
        self.emit(call, None);
    }

    /// Whether a shell is only what a session on another machine ends in: `ssh -t host 'bash -i'`.
    fn is_session_elsewhere(&self, call: &Call) -> bool {
        let of_lists = self.lists.iter().flat_map(|list| &list.wrappers);
        of_lists.chain(&call.wrappers).any(|name| name == "ssh") && call.is_on_terminal()
    }

    /// Reads a text that a shell runs. An unknown text is reported with the command.
    pub(crate) fn run_text(&mut self, text: &Word, call: Call, positional: Rc<[Word]>) {
        let is_blind = !text.known && text.text.trim_start().starts_with('$');
        let from = call.code_from.with(text.from);
        if is_blind && self.is_output_of_programs(text) {
            self.emit(call, Some(text.clone()));
            return;
        }
        if is_blind {
            self.opaque(Opaque::UnknownText);
            let from = if from.is_empty() {
                CodeSources::UNKNOWN
            } else {
                from
            };
            let mut call = call.with_code_from(from);
            call.wrappers.pop();
            self.emit(call, Some(text.clone()));
            return;
        }
        if !text.known {
            self.opaque(Opaque::UnknownText);
        }
        if !from.is_empty() {
            // The shell is a command of its own where its text comes from elsewhere.
            let mut shell = call.clone().with_code_from(from);
            shell.wrappers.pop();
            self.emit(shell, None);
        }
        if self.open_text(Rc::from(text.text.as_str()), call.input, positional)
            && let Some(list) = self.lists.last_mut()
        {
            let last = call.wrappers.last().map_or("", String::as_str);
            list.keeps_folder = matches!(last, "eval" | "source" | "." | "trap");
            list.wrappers.extend(call.wrappers);
        }
    }

    /// Whether the text is what programs write of their own, such as `$(starship init bash)`, or
    /// commands that are made of a list of files: `$(ls | sed …)`.
    fn is_output_of_programs(&self, text: &Word) -> bool {
        let commands = || {
            let all = self.out.commands.iter();
            all.filter(|command| text.lists.contains(&command.list))
        };
        let first = commands().next().map_or("", Command::program);
        let is_list = matches!(first, "find" | "ls" | "seq");
        let is_allowed = |program: &str| {
            !data::writes_text(program)
                || is_list
                    && data::is_one_of("find ls seq sed awk grep sort uniq cut head tail", program)
        };
        text.text.trim() == "$()"
            && text.from.is_empty()
            && !first.is_empty()
            && commands().all(|command| {
                let is_known = command.words.first().is_some_and(|word| word.known);
                is_known && command.code_from.is_empty() && is_allowed(command.program())
            })
    }

    /// A call of a function or alias that the text defines.
    fn start_definition(&mut self, name: &str, call: &Call) -> bool {
        let is_open = |list: &crate::list::List| list.alias.as_deref() == Some(name);
        let alias = self.names.text(Namespace::Alias, name);
        if let Some(body) = alias.filter(|_| !self.lists.iter().any(is_open)) {
            let rest: Vec<String> = call
                .words
                .iter()
                .skip(1)
                .map(|word| quote(&word.text))
                .collect();
            let text = [body.body(), " ", &rest.join(" ")].concat();
            if self.open_text(Rc::from(text), call.input.clone(), Rc::from([]))
                && let Some(list) = self.list()
            {
                list.alias = Some(name.to_owned());
                list.keeps_folder = true;
            }
            return true;
        }
        let Some(definition) = self.names.text(Namespace::Function, name) else {
            return false;
        };
        let body = definition.body();
        if self.sources.iter().any(|source| &*source.text == body) {
            let next = (self.peek(0), self.peek(1));
            let calls_itself = (self.lists.last()).is_some_and(|list| !list.stages.is_empty())
                || matches!(next, (Some(b'|'), other) if other != Some(b'|'))
                || matches!(next, (Some(b'&'), other) if other != Some(b'&'));
            self.emit(
                Call {
                    calls_itself,
                    ..call.clone()
                },
                None,
            );
            return true;
        }
        let positional: Rc<[Word]> = Rc::from(call.words.as_slice());
        if self.open_text(Rc::from(body), call.input.clone(), positional)
            && let Some(list) = self.list()
        {
            list.keeps_folder = true;
        }
        true
    }

    /// Reports a command, and remembers what it writes.
    pub(crate) fn emit(&mut self, call: Call, unknown_text: Option<Word>) {
        let Some(list) = self.lists.last() else {
            return;
        };
        if call.words.is_empty() && call.redirects.is_empty() {
            return;
        }
        let mut wrappers: Vec<String> = self
            .lists
            .iter()
            .flat_map(|list| list.wrappers.iter().cloned())
            .collect();
        wrappers.extend(call.wrappers);
        let is_first = self.splits_arguments && self.out.commands.is_empty();
        let command = Command {
            words: call.words,
            assignments: call.assignments,
            redirects: call.redirects,
            wrappers,
            list: list.id,
            folder: call.folder,
            input: call.input,
            unknown_text,
            origin: if self.lists.len() == 1 && (self.reads_arguments || is_first) {
                Origin::Arguments
            } else {
                Origin::Text
            },
            code_from: call.code_from,
            calls_itself: call.calls_itself,
            is_environment_changed: self.is_environment_changed,
        };
        let reads = self.sources_read(&command);
        let kinds = data::kinds(command.program());
        self.remember_files(&command, kinds, reads);
        let output = output_of(&command, kinds, reads);
        if let Some(list) = self.lists.last_mut() {
            list.last_output = output;
        }
        self.out.commands.push(command);
    }

    /// A program whose name holds something unknown. What is not set is likely empty: that variant
    /// is read too.
    fn unknown_program(&mut self, call: &mut Call) {
        self.opaque(Opaque::UnknownProgram);
        let Some(first) = call.words.first() else {
            return;
        };
        call.code_from = call.code_from.with(first.from).with(CodeSources::UNKNOWN);
        let without = without_variables(&first.text);
        if without.is_empty() || without == first.text || without.contains("$(") {
            return;
        }
        let mut variant = call.clone().with_code_from(CodeSources::NONE);
        if let Some(first) = variant.words.first_mut() {
            *first = Word::constant(without);
        }
        self.start(variant);
    }
}

/// What comes after a builtin was looked at.
pub(crate) enum Next {
    /// The command changed: look at it again.
    Again,
    /// The command is done with.
    Done,
}

/// What a redirection makes of standard input.
fn input_of(redirect: &Redirect) -> Option<Input> {
    if redirect
        .descriptor
        .is_some_and(|descriptor| descriptor != 0)
    {
        return None;
    }
    match redirect.kind {
        RedirectKind::Text if redirect.target.known => Some(Input::Known(
            Rc::from(redirect.target.text.as_str()),
            redirect.target.from,
        )),
        RedirectKind::Duplicate if redirect.target.text.parse() != Ok(0_u32) => {
            Some(Input::Unknown(redirect.target.from))
        }
        RedirectKind::Text => Some(Input::Unknown(redirect.target.from)),
        RedirectKind::Read | RedirectKind::ReadWrite => Some(match &redirect.target.content {
            Some(content) => Input::Known(Rc::clone(content), redirect.target.from),
            None if is_network(&redirect.target.text) => Input::Unknown(CodeSources::DOWNLOAD),
            None => Input::Unknown(redirect.target.from),
        }),
        _ => None,
    }
}

/// The name under which what a descriptor reads is kept, as that of a file.
pub(crate) fn descriptor_key(descriptor: &str) -> String {
    ["~&", descriptor].concat()
}

/// Whether the path is a connection that bash opens.
pub(crate) fn is_network(path: &str) -> bool {
    path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/")
}

/// The text without `$NAME` and `${…}`.
fn without_variables(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        kept.push_str(before);
        rest = if let Some(braced) = behind.strip_prefix('{') {
            braced.split_once('}').map_or("", |(_, rest)| rest)
        } else if behind.starts_with('(') {
            kept.push('$');
            behind
        } else {
            behind.trim_start_matches(|char: char| {
                char.is_ascii_alphanumeric() || "_@*#?!-".contains(char)
            })
        };
    }
    kept.push_str(rest);
    kept
}
