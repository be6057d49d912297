//! What runs beside a command: texts of variables and options, a group whose input becomes known,
//! and what is run later.

use crate::arguments::part;
use crate::code::code_on_input;
use crate::data;
use crate::draft::{Group, Reads};
use crate::output::Output;
use crate::reader::Reader;
use crate::reading::{Assignment, Input, Opaque, Word};
use crate::run::Call;
use std::rc::Rc;

/// The most jobs of a table that are read.
const JOBS_AT_MOST: usize = 64;

impl Reader {
    /// Reads a group again, now that a redirection behind it says what its standard input is. False
    /// if that makes no difference.
    pub(crate) fn read_group_again(&mut self, group: &Group, call: &Call) -> bool {
        let outer = self.lists.last().map(crate::list::List::current_input);
        let is_news = match &call.input {
            Input::Inherited => false,
            Input::Known(..) => group.reads != Reads::Nothing,
            Input::Unknown(from) => {
                group.reads == Reads::Program || group.reads == Reads::Data && !from.is_empty()
            }
        };
        if !is_news || outer.as_ref() == Some(&call.input) {
            return false;
        }
        self.out.commands.truncate(group.commands);
        self.out.pipelines.truncate(group.pipelines);
        self.out.code.truncate(group.code);
        self.emit(call.clone(), None);
        let positional = (self.lists.last()).map(|list| Rc::clone(&list.positional));
        if self.open_text(
            Rc::from(group.body.body()),
            call.input.clone(),
            positional.unwrap_or_default(),
        ) && let Some(list) = self.list()
        {
            list.keeps_folder = group.keeps_folder;
        }
        true
    }

    /// Runs the texts of variables that the command sets: `GIT_SSH_COMMAND=…`, `PS4='$(…)'`.
    pub(crate) fn run_variables(&mut self, call: &Call) {
        let is_risky = |one: &Assignment| data::is_risky_variable(&one.name);
        if !call.assignments.iter().any(is_risky) {
            return;
        }
        self.is_environment_changed |= call.words.is_empty();
        for one in &call.assignments {
            self.run_variable(&one.name, &one.value);
            // Rules ask for these by the command that sets them for all that follows.
            if moves_settings(&one.name) && !one.value.text.contains('\'') {
                let text = ["export ", &one.name, "='", &one.value.text, "'"].concat();
                self.later.0.push(Word::constant(text));
            }
        }
    }

    /// The text of a variable that a shell runs is read behind the command.
    pub(crate) fn run_variable(&mut self, name: &str, value: &Word) {
        let text = match name {
            _ if value.text.is_empty() || value.text.starts_with('$') && !value.known => return,
            "BASH_ENV" | "ENV" | "PS0" | "PS1" | "PS2" | "PS4" => {
                if !crate::expand::has_substitution(value.text.as_bytes()) {
                    return;
                }
                [": \"", &value.text.replace('"', ""), "\""].concat()
            }
            _ if data::holds_command(name) => value.text.clone(),
            _ => return,
        };
        self.later.0.push(value.with_text(&text));
        self.later.1 = vec![name.to_owned()];
    }

    /// Opens the texts that run beside the command.
    pub(crate) fn open_later(&mut self) {
        let (texts, wrappers) = std::mem::take(&mut self.later);
        if texts.is_empty() {
            return;
        }
        let own = self.list().map(|list| list.last_output.clone());
        self.open_beside(texts, wrappers, own);
    }

    /// Opens texts that run beside a command, which wrote this itself.
    pub(crate) fn open_beside(
        &mut self,
        texts: Vec<Word>,
        wrappers: Vec<String>,
        own: Option<Output>,
    ) {
        let depth = self.lists.len();
        self.open_texts(texts, wrappers);
        if self.lists.len() > depth
            && let Some(list) = self.list()
        {
            list.beside = own;
        }
    }

    /// A program that runs later what it reads. False if it is a command of its own.
    pub(crate) fn scheduler(&mut self, name: &str, call: &mut Call) -> bool {
        let arguments = crate::arguments::arguments_of(&call.words);
        let file = match name {
            "crontab" => arguments.words.first().copied(),
            _ => (arguments.options.iter())
                .find(|option| option.name.is("-f"))
                .map(|option| option.word),
        };
        let is_input = file.is_none_or(|file| file.text == "-");
        match file.filter(|_| !is_input).cloned() {
            None if name == "crontab"
                && file.is_none()
                && !matches!(call.input, Input::Known(..)) => {}
            file if name == "crontab" => {
                let jobs = match file {
                    Some(file) => self.code_of_file(&file, call),
                    None => code_on_input(call),
                };
                if let Some(jobs) = jobs {
                    call.code_from = call.code_from.with(jobs.from);
                    self.run_lines(name, &jobs.text, &job);
                }
            }
            Some(file) => call.code_from = self.script_from(&file, call),
            None => {
                if matches!(call.input, Input::Known(..)) {
                    self.emit(call.clone(), None);
                }
                let wrapped = call.clone().behind(name, 0);
                return self.program_on_input(wrapped, call);
            }
        }
        false
    }

    /// Reads behind the command the texts that it runs by lines of its own language.
    fn run_lines(&mut self, name: &str, text: &str, command: &dyn Fn(&str) -> Option<Word>) {
        for text in text.split('\n').filter_map(command) {
            if self.later.0.len() == JOBS_AT_MOST {
                self.opaque(Opaque::Commands);
                break;
            }
            self.later.0.push(text);
        }
        self.later.1 = vec![name.to_owned()];
    }

    /// The values of options and lines of input that a shell runs are read behind the command.
    pub(crate) fn run_options(&mut self, name: &str, call: &Call) {
        let words = crate::reading::texts_of(call.words.get(1..).unwrap_or_default());
        if let Some(rows) = data::reads_lines(name, &words)
            && let Input::Known(text, _) = &call.input
        {
            self.run_lines(name, text, &|line| {
                let line = line.trim_start().trim_start_matches(['@', '-']);
                let mut beginnings = rows.all(b'i').next()?.split(' ');
                let text = beginnings.find_map(|start| part(line, start))?;
                Some(Word::constant(text))
            });
        }
        if !crate::arguments::may_have_text(name, &words) {
            return;
        }
        let arguments = crate::arguments::arguments_of(&call.words);
        let mut texts = arguments.shell_texts();
        if let ("git", [first, second, ..]) = (name, arguments.words.as_slice())
            && matches!(
                (&*first.text, &*second.text),
                ("bisect", "run") | ("submodule", "foreach")
            )
        {
            let mut words = call.words.iter();
            words.find(|word| std::ptr::eq(*word, *second));
            texts.push(match (&*first.text, words.as_slice()) {
                ("bisect", words @ [_, _, ..]) => crate::split::as_text(words),
                // The first is shell text, and has the others as its arguments.
                (_, words) => Call::joined(words),
            });
        }
        if !texts.is_empty() {
            self.later.0.extend(texts);
            self.later.1.clone_from(&call.wrappers);
            self.later.1.push(name.to_owned());
        }
    }
}

/// Whether the variable loads a library, or says where an agent has its settings.
fn moves_settings(name: &str) -> bool {
    let suffixes = [
        "_CONFIG_DIR",
        "_PRELOAD",
        "_HOME",
        "_CONFIG",
        "_PATH",
        "_AUDIT",
    ];
    let prefixes = [
        "CLAUDE_",
        "CODEX_",
        "COPILOT_",
        "CURSOR_",
        "GEMINI_",
        "LD_",
        "OPENCODE_",
    ];
    prefixes.iter().any(|one| name.starts_with(one))
        && suffixes.iter().any(|one| name.ends_with(one))
}

/// The text of a job in a line of a crontab: behind five fields or `@reboot`.
fn job(line: &str) -> Option<Word> {
    let line = line.trim_start();
    if line.starts_with('#') {
        return None;
    }
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let mut rest = line;
    for _ in 0..fields {
        rest = rest.split_once([' ', '\t'])?.1.trim_start();
    }
    Some(Word::constant(rest))
}
