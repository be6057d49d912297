//! Interpreters: the code that they are given, and where it comes from.

use crate::arguments::{Arguments, Flag, arguments_of};
use crate::calls::{CALLS_AT_MOST, calls};
use crate::data::{self, Rows};
use crate::draft::Reads;
use crate::list::List;
use crate::output::base64;
use crate::reader::Reader;
use crate::reading::{Code, Input, Opaque, Word, program_name};
use crate::run::Call;
use crate::sources::CodeSources;
use std::rc::Rc;

/// What an interpreter runs.
enum Program {
    /// Nothing that is given here.
    None,
    Code(Word),
    File(Word),
    Input,
}

impl Reader {
    /// Reports an interpreter with its code, and reads the commands that the code runs.
    pub(crate) fn interpreter(&mut self, rows: Rows, mut call: Call) {
        let language = rows.words(b'l').next().unwrap_or_default();
        let code = match program(rows, &arguments_of(&call.words)) {
            Program::None => None,
            Program::Code(code) => Some(code),
            Program::File(script) => self.code_of_file(&script, &mut call),
            Program::Input => {
                self.reads(Reads::Program);
                code_on_input(&mut call)
            }
        };
        let Some(code) = code.filter(|code| self.spend(code.text.len())) else {
            return self.emit(call, None);
        };
        let is_unknown = !code.known && code.text.trim_start().starts_with('$');
        call.code_from = call.code_from.with(code.from);
        if is_unknown && call.code_from.is_empty() {
            call.code_from = CodeSources::UNKNOWN;
        }
        let texts = calls(rows, language, &code.text);
        if texts.len() >= CALLS_AT_MOST {
            self.opaque(Opaque::Commands);
        }
        let mut wrappers = Vec::new();
        if !texts.is_empty() {
            let name = call.words.first().map(|word| program_name(&word.text));
            wrappers.clone_from(&call.wrappers);
            wrappers.push(name.unwrap_or_default().to_owned());
        }
        self.emit(call, None);
        self.out.code.push(Code {
            language,
            text: Rc::from(code.text),
            known: code.known,
            command: self.out.commands.len().saturating_sub(1),
        });
        // What code writes is what its commands write, unless it may pass on what it reads.
        let own = self.list().map(|list| list.last_output.clone());
        self.open_beside(texts, wrappers, own.filter(|own| !own.from.is_empty()));
    }

    /// Opens texts that are read one after the other, with these wrappers around them.
    pub(crate) fn open_texts(&mut self, mut texts: Vec<Word>, wrappers: Vec<String>) {
        texts.reverse();
        let Some(first) = texts.pop() else { return };
        if self.open_text(first.text.into(), Input::Inherited, Rc::default())
            && let Some(list) = self.list()
        {
            list.wrappers.extend(wrappers);
            list.next_texts = texts;
        }
    }

    /// Goes on with the next text of a list of texts. False if the list has ended.
    pub(crate) fn next_text(&mut self) -> bool {
        let next = self
            .list()
            .and_then(|list: &mut List| list.next_texts.pop());
        let Some(next) = next.filter(|next| self.spend(next.text.len())) else {
            return false;
        };
        if let Some(source) = self.sources.last_mut() {
            *source = crate::reader::Source::new(next.text.into());
        }
        true
    }

    pub(crate) fn code_of_file(&mut self, script: &Word, call: &mut Call) -> Option<Word> {
        if matches!(
            &*script.text,
            "/dev/stdin" | "/proc/self/fd/0" | "/dev/fd/0"
        ) {
            return code_on_input(call);
        }
        if let Some(content) = &script.content {
            return Some(Word::from_sources(content, script.from));
        }
        if let Some(file) = self.file(&call.folder, &script.text) {
            return Some(Word::from_sources(file.body(), file.sources));
        }
        call.code_from = self.script_from(script, call);
        None
    }
}

pub(crate) fn code_on_input(call: &mut Call) -> Option<Word> {
    match (call.document(), &call.input) {
        (Some(document), _) => Some(document.clone()),
        (None, Input::Known(text, from)) => Some(Word::from_sources(text, *from)),
        _ => {
            call.code_from = call.code_from.with(call.program_from());
            None
        }
    }
}

/// Whether an interpreter with these arguments may be given code, judged by their form. Behind the
/// name of a file all arguments are those of the program in it.
pub(crate) fn may_be_given<'a>(name: &str, mut arguments: impl Iterator<Item = &'a str>) -> bool {
    let Some(rows) = data::interpreter(name) else {
        return false;
    };
    let mut first = arguments.next().unwrap_or_default();
    if rows.lists(b'k', first) {
        first = arguments.next().unwrap_or_default();
    }
    let is_input = first.starts_with("/dev/") || first.starts_with("/proc/");
    rows.has(b'o')
        || first.is_empty()
        || first.starts_with('-')
        || is_input
        || rows.lists(b'c', first)
}

/// What the interpreter with these arguments runs.
fn program(rows: Rows, arguments: &Arguments<'_>) -> Program {
    let is_powershell = rows.has(b'e');
    let is_option = |key: u8, option: &Flag<'_>| {
        let mut names = rows.words(key);
        names.any(|name| option.name.is(name) || is_powershell && is_short_for(option, name))
    };
    let mut code: Option<Word> = None;
    let mut has_code = false;
    for option in &arguments.options {
        if is_option(b'e', option) {
            let text = option.value.or_else(|| first_text(arguments));
            let bytes = base64(text.unwrap_or_default());
            // UTF-16 of a script holds a NUL for each character of ASCII.
            let text = String::from_utf8_lossy(&bytes).replace('\0', "");
            return Program::Code(Word::from_sources(&text, CodeSources::DECODED));
        }
        if is_option(b'c', option) {
            has_code = true;
            let Some(value) = option.value else { continue };
            let part = option.word.with_text(value);
            match &mut code {
                Some(code) => {
                    code.text = [&*code.text, "\n", &part.text].concat();
                    code.known &= part.known;
                    code.from = code.from.with(part.from);
                }
                None => code = Some(part),
            }
        } else if is_option(b'f', option) {
            return Program::File(option.word.clone());
        } else if is_option(b'm', option) {
            return Program::None;
        }
    }
    if has_code && code.is_none() && !arguments.words.is_empty() {
        let count = if is_powershell { usize::MAX } else { 1 };
        let words: Vec<&Word> = arguments.words.iter().copied().take(count).collect();
        code = Some(Call::joined_words(&words));
    }
    if let Some(code) = code {
        return Program::Code(code);
    }
    let mut words = arguments.words.iter();
    let Some(mut first) = words.next() else {
        let only_says = ["--version", "--help", "-V", "-h", "-v"];
        let is_said = only_says.iter().any(|option| arguments.has_flag(option));
        return if is_said || rows.has(b'o') {
            Program::None
        } else {
            Program::Input
        };
    };
    if rows.lists(b'c', &first.text) {
        return words
            .next()
            .map_or(Program::None, |code| Program::Code((*code).clone()));
    }
    if rows.lists(b'k', &first.text) {
        let Some(next) = words.next() else {
            return Program::None;
        };
        first = next;
    }
    match first.text.as_str() {
        _ if rows.has(b'o') => Program::Code((*first).clone()),
        "-" => Program::Input,
        _ => Program::File((*first).clone()),
    }
}

fn first_text<'a>(arguments: &Arguments<'a>) -> Option<&'a str> {
    arguments.words.first().map(|word| word.text.as_str())
}

/// Whether the option is a beginning of the name, in any case, as PowerShell takes it.
fn is_short_for(option: &Flag<'_>, name: &str) -> bool {
    let crate::arguments::Name::Long(spelling) = option.name else {
        return false;
    };
    let start = name.get(..spelling.len());
    spelling.len() > 1 && start.is_some_and(|start| start.eq_ignore_ascii_case(spelling))
}
