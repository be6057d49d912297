//! A command that is complete: what it runs, behind shells and wrappers.

use crate::data;
use crate::draft::Draft;
use crate::names::{Definition, Namespace};
use crate::output::{output_of, written_file};
use crate::reader::Reader;
use crate::reading::{
    Assignment, Command, Folder, Input, Opaque, Origin, Redirect, RedirectKind, Word, base_name,
    texts_of,
};
use crate::sources::CodeSources;
use crate::split::quote;
use crate::wrappers::{Peeled, peel};
use std::rc::Rc;

/// Wrappers around one command.
const WRAPPERS_AT_MOST: usize = 64;

/// A command while its wrappers are taken off.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub words: Vec<Word>,
    pub assignments: Vec<Assignment>,
    pub redirects: Vec<Redirect>,
    pub wrappers: Vec<String>,
    pub input: Input,
    pub folder: Folder,
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
        }
    }

    /// The same command with the first words taken away.
    pub fn behind(mut self, wrapper: &str, words: usize) -> Self {
        self.words.drain(..words.min(self.words.len()));
        self.wrappers.push(wrapper.to_owned());
        self
    }

    /// The text that these words are for a shell: what `eval` and `ssh` make of their arguments.
    pub fn joined(words: &[Word]) -> Word {
        Word {
            text: texts_of(words).join(" "),
            known: words.iter().all(|word| word.known),
            quoted: true,
            glob: false,
            lists: words
                .iter()
                .flat_map(|word| word.lists.iter().copied())
                .collect(),
            content: None,
        }
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
            redirect.kind == RedirectKind::Read
                && redirect.descriptor.is_none_or(|descriptor| descriptor == 0)
                && redirect.target.known
        });
        let file =
            file.and_then(|file| (self.names).text(Namespace::File, file_key(&file.target.text)));
        let input = match (input, file) {
            (Input::Unknown, Some(file)) => Input::Known(file.text),
            (input, _) => input,
        };
        let call = Call {
            words: draft.words,
            assignments: draft.assignments,
            redirects: draft.redirects,
            wrappers: Vec::new(),
            input,
            folder: self.folder.clone(),
        };
        if let Some((word, at, others)) = draft.choice {
            for other in others.iter().take(crate::limits::VALUES_OF_A_VARIABLE) {
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
                if let Some(changed) = variant.words.get_mut(word) {
                    if changed.text.get(at.clone()).is_none() {
                        continue;
                    }
                    changed.text.replace_range(at.clone(), other);
                    if changed.text.is_empty() && !changed.quoted {
                        variant.words.remove(word);
                    }
                }
                self.start(variant);
            }
        }
        if draft.is_group && call.words.is_empty() {
            let output = self.lists.last().map(|list| list.last_output.clone());
            self.start(call);
            if let (Some(list), Some(output)) = (self.lists.last_mut(), output) {
                list.last_output = output;
            }
            return;
        }
        self.start(call);
    }

    /// Takes shells and wrappers off a command, and reads or reports what it runs.
    pub(crate) fn start(&mut self, mut call: Call) {
        for _ in 0..WRAPPERS_AT_MOST {
            let Some(first) = call.words.first() else {
                break;
            };
            if !first.known && first.text.contains('$') {
                self.unknown_program(&call);
                break;
            }
            if !first.known {
                self.opaque(Opaque::UnknownProgram);
            }
            let path = first.text.clone();
            let name = base_name(&path).to_owned();
            if !path.contains('/') && self.start_definition(&name, &call) {
                return;
            }
            if let Some(next) = self.builtin(&name, &mut call) {
                match next {
                    Next::Again => continue,
                    Next::Done => return,
                }
            }
            if data::is_shell(&name) {
                if self.shell(&name, &call) {
                    return;
                }
                break;
            }
            let Some(wrapper) = data::wrapper(&name) else {
                let file = self.names.text(Namespace::File, file_key(&path));
                if let Some(file) = file.filter(|_| path.contains('/')) {
                    self.emit(call.clone(), None);
                    self.open_text(file.text, call.input, call.words.into());
                    return;
                }
                break;
            };
            if wrapper.is_itself {
                self.emit(call.clone(), None);
            }
            match peel(wrapper, &call) {
                Peeled::Nothing if wrapper.is_itself => return,
                Peeled::Nothing => break,
                Peeled::Command(inner) => call = inner,
                Peeled::Commands(all) => {
                    for inner in all {
                        self.start_inner(inner);
                    }
                    return;
                }
                Peeled::Text(text, inner) => {
                    self.run_text(&text, inner, Rc::from([]));
                    return;
                }
            }
        }
        self.emit(call, None);
    }

    /// Starts one of several commands that a wrapper runs. They have no wrapper with several of its
    /// own.
    fn start_inner(&mut self, call: Call) {
        let text = crate::split::to_text(&texts_of(&call.words));
        if call.words.iter().all(|word| word.known) {
            self.run_text(&Word::constant(text), call, Rc::from([]));
        } else {
            self.emit(call, None);
        }
    }

    /// Reads a text that a shell runs. An unknown text is reported with the command.
    pub(crate) fn run_text(&mut self, text: &Word, call: Call, positional: Rc<[Word]>) {
        let is_blind = !text.known && text.text.trim_start().starts_with('$');
        if is_blind {
            self.opaque(Opaque::UnknownText);
            self.emit(call, Some(text.clone()));
            return;
        }
        if !text.known {
            self.opaque(Opaque::UnknownText);
        }
        if self.open_text(Rc::from(text.text.as_str()), call.input, positional)
            && let Some(list) = self.lists.last_mut()
        {
            list.wrappers.extend(call.wrappers);
        }
    }

    /// A call of a function or alias that the text defines.
    fn start_definition(&mut self, name: &str, call: &Call) -> bool {
        if let Some(body) = self.names.text(Namespace::Alias, name) {
            let rest: Vec<String> = call
                .words
                .iter()
                .skip(1)
                .map(|word| quote(&word.text))
                .collect();
            let text = [body.body(), " ", &rest.join(" ")].concat();
            self.names.forget(Namespace::Alias, name);
            self.open_text(Rc::from(text), call.input.clone(), Rc::from([]));
            return true;
        }
        let Some(definition) = self.names.text(Namespace::Function, name) else {
            return false;
        };
        let body = definition.body();
        if self.sources.iter().any(|source| &*source.text == body) {
            // A function that calls itself.
            self.emit(call.clone(), None);
            return true;
        }
        let positional: Rc<[Word]> = Rc::from(call.words.as_slice());
        self.open_text(Rc::from(body), call.input.clone(), positional);
        true
    }

    /// A shell: its text, its script, or what it reads. False if it is a command of its own.
    fn shell(&mut self, name: &str, call: &Call) -> bool {
        let mut operands = call.words.iter().enumerate().skip(1);
        let mut has_text = false;
        let mut reads_input = false;
        let operand = loop {
            let Some((at, word)) = operands.next() else {
                break None;
            };
            let text = word.text.as_str();
            match text {
                "--" | "-" => break operands.next().map(|(at, _)| at),
                "-o" | "-O" | "+o" | "+O" | "--rcfile" | "--init-file" => {
                    operands.next();
                }
                _ if text.starts_with("--") => has_text |= text == "--command",
                _ if text.starts_with('-') || text.starts_with('+') => {
                    has_text |= text.starts_with('-') && text.contains('c');
                    reads_input |= text.starts_with('-') && text.contains('s');
                    if text.ends_with(['o', 'O']) {
                        operands.next();
                    }
                }
                _ => break Some(at),
            }
        };
        let wrapped = || call.clone().behind(name, 0);
        match operand {
            Some(at) if has_text => {
                let Some(text) = call.words.get(at) else {
                    return false;
                };
                let positional = call.words.get(at + 1..).unwrap_or_default().into();
                self.run_text(text, wrapped(), positional);
                true
            }
            Some(at) if !reads_input => {
                let Some(script) = call.words.get(at) else {
                    return false;
                };
                self.script(
                    script,
                    wrapped(),
                    call.words.get(at..).unwrap_or_default().into(),
                )
            }
            _ => match &call.input {
                Input::Known(text) => {
                    let text = Word::constant(&**text);
                    self.run_text(
                        &text,
                        Call {
                            input: Input::Inherited,
                            ..wrapped()
                        },
                        Rc::from([]),
                    );
                    true
                }
                _ => false,
            },
        }
    }

    /// A script whose content the text itself has written. False if the content is not known.
    pub(crate) fn script(&mut self, script: &Word, call: Call, positional: Rc<[Word]>) -> bool {
        let content = match (&script.content, script.text.as_str(), &call.input) {
            (Some(content), _, _) => Some(Rc::clone(content)),
            (None, "/dev/stdin" | "/proc/self/fd/0" | "/dev/fd/0", Input::Known(text)) => {
                Some(Rc::clone(text))
            }
            (None, path, _) => self
                .names
                .text(Namespace::File, file_key(path))
                .map(|file| file.text),
        };
        let Some(content) = content else { return false };
        self.run_text(&Word::constant(&*content), call, positional);
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
        let command = Command {
            words: call.words,
            assignments: call.assignments,
            redirects: call.redirects,
            wrappers,
            list: list.id,
            folder: call.folder,
            input: call.input,
            unknown_text,
            origin: if self.reads_arguments && self.lists.len() == 1 {
                Origin::Arguments
            } else {
                Origin::Text
            },
            code_from: CodeSources::NONE,
            calls_itself: false,
        };
        if let Some((path, content)) = written_file(&command) {
            let path = file_key(&path);
            let appends = (command.redirects.iter()).any(|r| r.kind == RedirectKind::Append);
            let former = self.names.text(Namespace::File, path).filter(|_| appends);
            let former = former.as_ref().map_or("", Definition::body);
            if self.spend(former.len() + content.len()) {
                let content = [former, &*content].concat();
                self.names
                    .define(Namespace::File, path, Definition::whole(content));
            }
        }
        let output = output_of(&command);
        if let Some(list) = self.lists.last_mut() {
            list.last_output = output;
        }
        self.out.commands.push(command);
    }

    /// A program whose name holds something unknown. What is not set is likely empty: that variant
    /// is read too.
    fn unknown_program(&mut self, call: &Call) {
        self.opaque(Opaque::UnknownProgram);
        let Some(first) = call.words.first() else {
            return;
        };
        let without = without_variables(&first.text);
        if without.is_empty() || without == first.text || without.contains("$(") {
            return;
        }
        let mut variant = call.clone();
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

/// The path under which the content of a file is kept.
fn file_key(path: &str) -> &str {
    path.trim_start_matches("./")
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
        RedirectKind::Text if redirect.target.known => {
            Some(Input::Known(Rc::from(redirect.target.text.as_str())))
        }
        RedirectKind::Text | RedirectKind::ReadWrite => Some(Input::Unknown),
        RedirectKind::Read => Some(
            redirect
                .target
                .content
                .as_ref()
                .map_or(Input::Unknown, |content| Input::Known(Rc::clone(content))),
        ),
        _ => None,
    }
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
