//! A command while it is read: its words, assignments and redirections, and the pipe it stands in.

use crate::field::{Field, is_name};
use crate::limits::VALUES_OF_A_VARIABLE;
use crate::list::{End, List, Mode};
use crate::names::Definition;
use crate::output::Output;
use crate::reader::Reader;
use crate::reading::{Assignment, Opaque, Pipeline, Redirect, RedirectKind, Word, sources_of};
use crate::variables::{Certainty, Value};
use std::ops::Range;
use std::rc::Rc;

/// A reserved word whose words are no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    For,
    Case,
    Function,
}

/// A command while it is read.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub words: Vec<Word>,
    /// Other values of a part of a word: the word, where, and the values.
    pub choice: Option<(usize, Range<usize>, Vec<Rc<str>>)>,
    pub assignments: Vec<Assignment>,
    pub redirects: Vec<Redirect>,
    /// A redirection whose target comes next.
    pub redirect: Option<(Option<u32>, RedirectKind)>,
    pub keyword: Option<Keyword>,
    /// A group stands in place of words.
    pub is_group: bool,
    /// The group, which is read again if a redirection behind it says what it reads.
    pub group: Option<Group>,
}

/// A group that has ended.
#[derive(Debug)]
pub(crate) struct Group {
    pub body: Definition,
    /// What had been found before it.
    pub commands: usize,
    pub pipelines: usize,
    pub code: usize,
    pub reads: Reads,
    pub keeps_folder: bool,
}

/// What a list reads from its standard input.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reads {
    #[default]
    Nothing,
    /// Words or lines.
    Data,
    /// Text or code that is run.
    Program,
}

impl Draft {
    fn is_at_start(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty() && self.redirect.is_none()
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.words.is_empty()
            && self.assignments.is_empty()
            && self.redirects.is_empty()
            && self.keyword.is_none()
            && self.redirect.is_none()
    }
}

impl Reader {
    /// Ends the word that is read and adds it to the command.
    pub(crate) fn end_field(&mut self) {
        let Some(field) = self.fields.last_mut().and_then(Option::take) else {
            return;
        };
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        if list.end == End::Array {
            field.add_to(&mut list.draft.words);
            return;
        }
        if let Some((descriptor, kind)) = list.draft.redirect.take() {
            let target = field.into_word();
            let kind = if kind == RedirectKind::Duplicate && is_file(&target) {
                RedirectKind::Write
            } else {
                kind
            };
            self.add_redirect(Redirect {
                descriptor,
                kind,
                target,
            });
            return;
        }
        if list.mode == Mode::Pattern {
            if field.is_plain() && field.text == "esac" {
                self.close_compound(End::Case);
            }
            return;
        }
        if list.mode == Mode::Condition {
            if field.is_plain() && field.text == "]]" {
                list.mode = Mode::Commands;
                list.draft = Draft {
                    is_group: true,
                    ..Draft::default()
                };
            }
            return;
        }
        if list.draft.is_at_start() && field.is_plain() && self.reserved(&field) {
            return;
        }
        self.add_words(field);
    }

    pub(crate) fn add_words(&mut self, field: Field) {
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let draft = &mut list.draft;
        if let Some(value_at) = field
            .value_at
            .filter(|_| draft.words.is_empty() && draft.keyword.is_none())
        {
            self.assign(field, value_at);
            return;
        }
        let mut field = field;
        let choice = field.choice.take();
        let from = draft.words.len();
        field.add_to(&mut draft.words);
        let added = draft.words.get(from..).unwrap_or_default();
        let bytes = added.iter().skip(1).map(|word| word.text.len() + 16).sum();
        let count = added.len();
        if !self.spend_words(count, bytes) {
            return;
        }
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let draft = &mut list.draft;
        let mut is_followed = true;
        if let Some(choice) = choice.filter(|_| count > 0) {
            match &draft.choice {
                None => draft.choice = Some((from, choice.at, choice.others)),
                Some((.., others)) => is_followed = *others == choice.others,
            }
        }
        if count == 0 && draft.keyword.is_some() {
            draft.words.push(Word::constant(""));
        }
        if !is_followed {
            self.opaque(Opaque::Values);
        }
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let draft = &mut list.draft;
        match (draft.keyword, draft.words.len()) {
            (Some(Keyword::Case), 2)
                if draft.words.last().is_some_and(|word| word.text == "in") =>
            {
                list.draft = Draft::default();
                list.mode = Mode::Pattern;
            }
            (Some(Keyword::Function), 1) => {
                let at = self.sources.last().map_or(0, |source| source.at);
                if let Some(name) = draft.words.pop() {
                    list.function = Some((name.text, at));
                }
                list.draft = Draft::default();
            }
            (Some(Keyword::For), 2) if draft.words.last().is_some_and(|word| word.text == "do") => {
                list.draft = Draft::default();
            }
            _ => {}
        }
    }

    /// `NAME=value`. It counts at once, for what stands behind it.
    pub(crate) fn assign(&mut self, field: Field, value_at: usize) {
        let name_end = value_at.saturating_sub(1);
        let mut name = field.text.get(..name_end).unwrap_or_default().to_owned();
        let appends = name.ends_with('+');
        if appends {
            name.pop();
        }
        let is_element = name.contains('[');
        if let Some((base, _)) = name.split_once('[') {
            name.truncate(base.len());
        }
        let choice = field.choice.clone();
        let is_home =
            field.marks.contains(&value_at) && field.text.get(value_at..).is_some_and(is_in_home);
        let mut value = Word {
            glob: false,
            ..field.into_word()
        };
        value.text.drain(..value_at.min(value.text.len()));
        if is_home {
            // The shell looks at the tilde here, not where the variable is used.
            value.text.replace_range(..1, "$HOME");
        }
        let certainty = self.lists.last().map_or(Certainty::Sure, List::certainty);
        let mut texts = vec![Rc::from(value.text.as_str())];
        texts.extend(choice.into_iter().flat_map(|choice| choice.others));
        let mut new = Value {
            texts,
            is_certain: value.known,
            is_cut: false,
            from: value.from,
        };
        if value.text.contains('$') && !value.known {
            new = Value::unknown().from(value.from);
        }
        if is_element {
            // Elements are not kept apart; which are set is not known.
            new = Value::unknown().from(value.from);
        }
        if appends {
            let old = self.names.variable(&name).cloned().unwrap_or_default();
            new = if self
                .spend(value.text.len() + old.texts.iter().map(|text| text.len()).sum::<usize>())
            {
                let pairs = old.texts.len() * new.texts.len();
                Value {
                    texts: joined_texts(&old.texts, &new.texts),
                    is_certain: old.is_certain && new.is_certain,
                    is_cut: old.is_cut || new.is_cut || pairs > VALUES_OF_A_VARIABLE,
                    from: old.from.with(new.from),
                }
            } else {
                Value::unknown()
            };
        }
        self.names.set_variable(&name, new, certainty);
        self.assigned.push(name.clone());
        if let Some(list) = self.list() {
            list.draft.assignments.push(Assignment { name, value });
        }
    }

    /// Ends the command. False if a text was opened that has to be read first.
    pub(crate) fn end_command(&mut self) -> bool {
        self.end_field();
        let frames = self.frames.len();
        let Some(list) = self.lists.last_mut() else {
            return true;
        };
        if list.mode != Mode::Commands {
            return true;
        }
        if list.draft.is_blank() {
            list.draft.is_group = false;
            list.draft.group = None;
            return true;
        }
        let draft = std::mem::take(&mut list.draft);
        if draft.redirect.is_some() {
            self.opaque(Opaque::Syntax);
        }
        match draft.keyword {
            Some(Keyword::For) => self.for_header(&draft),
            Some(_) => self.opaque(Opaque::Syntax),
            None => self.run_draft(draft),
        }
        self.frames.len() == frames
    }

    /// `for NAME in words`: the variable is one of the words.
    pub(crate) fn for_header(&mut self, draft: &Draft) {
        let Some(name) = draft.words.first().filter(|name| is_name(&name.text)) else {
            return;
        };
        let values: Vec<Rc<str>> = draft
            .words
            .iter()
            .skip(2)
            .filter(|word| word.known)
            .map(|word| word.text.as_str().into())
            .collect();
        let has_glob = draft.words.iter().any(|word| word.glob);
        let all_known = values.len() + 2 == draft.words.len() && !has_glob;
        let from = sources_of(&draft.words);
        let value = if all_known {
            Value::one_of(values).from(from)
        } else {
            Value {
                texts: values,
                from,
                ..Value::default()
            }
        };
        self.names.set_variable(&name.text, value, Certainty::Sure);
    }

    /// `|`: what comes next reads what came before.
    pub(crate) fn next_stage(&mut self) {
        let commands = self.out.commands.len();
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        let from = std::mem::replace(&mut list.stage_from, commands);
        list.stages.push(from..commands);
        list.next_input =
            Some(std::mem::replace(&mut list.last_output, Output::empty()).into_input());
        // The shell forgets what a stage sets.
        for name in self.assigned.get(list.assigned_from..).unwrap_or_default() {
            self.names.doubt(name);
        }
    }

    /// Ends the pipeline: its last output is added to the list's.
    pub(crate) fn end_pipeline(&mut self) {
        let commands = self.out.commands.len();
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        list.next_input = None;
        list.assigned_from = self.assigned.len();
        let from = std::mem::replace(&mut list.stage_from, commands);
        if !list.stages.is_empty() {
            let mut stages = std::mem::take(&mut list.stages);
            stages.push(from..commands);
            self.out.pipelines.push(Pipeline { stages });
        }
        let written = std::mem::replace(&mut list.last_output, Output::empty());
        list.output.append(written);
    }

    /// Adds a redirection. `>(…)` and `<(…)` are words.
    pub(crate) fn add_redirect(&mut self, redirect: Redirect) {
        if let Some(list) = self.list() {
            list.draft.redirects.push(redirect);
        }
    }
}

/// Whether `>&` before the word opens a file: the word is neither a descriptor (`1`, `1-`) nor `-`.
fn is_file(target: &Word) -> bool {
    let descriptor = target.text.strip_suffix('-').unwrap_or(&target.text);
    target.known && !descriptor.bytes().all(|byte| byte.is_ascii_digit())
}

/// Each old value with each new one behind it, up to the limit.
fn joined_texts(old: &[Rc<str>], new: &[Rc<str>]) -> Vec<Rc<str>> {
    let pairs = old.iter().flat_map(|old| {
        new.iter()
            .map(move |new| Rc::from([&**old, &**new].concat()))
    });
    pairs.take(VALUES_OF_A_VARIABLE).collect()
}

/// Whether the text is `~` or begins with `~/`.
fn is_in_home(text: &str) -> bool {
    text == "~" || text.starts_with("~/")
}
