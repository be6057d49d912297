//! Groups: reserved words, functions, subshells and substitutions, and what ends them.

use crate::draft::{Draft, Group, Keyword};
use crate::field::Field;
use crate::list::{End, List, Mode};
use crate::names::{Definition, Namespace};
use crate::output::Output;
use crate::reader::Reader;
use crate::reading::{ListId, Opaque, Word, sources_of, texts_of};

/// The length of the longest reserved word, `function`.
const LONGEST_RESERVED: usize = 8;

impl Reader {
    /// `()` behind the name of a function.
    pub(crate) fn function_parentheses(&mut self) -> bool {
        let (text, at) = self.source();
        let rest = text.get(at + 1..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let Some(list) = self.lists.last_mut() else {
            return false;
        };
        if !rest.get(blanks..).unwrap_or_default().starts_with(')') || list.draft.words.len() > 1 {
            return false;
        }
        let body = at + 1 + blanks + 1;
        if let Some(name) = list.draft.words.pop() {
            list.function = Some((name.text, body));
        } else if let Some((_, from)) = &mut list.function {
            *from = body;
        } else {
            return false;
        }
        list.draft = Draft::default();
        self.go_to(body);
        true
    }

    /// Whether the word was a reserved one, which is done with.
    pub(crate) fn reserved(&mut self, field: &Field) -> bool {
        let Some(list) = self.lists.last_mut() else {
            return false;
        };
        if list.draft.keyword.is_some() {
            return false;
        }
        if field.text.len() > LONGEST_RESERVED {
            return false;
        }
        let length = field.text.len();
        match field.text.as_str() {
            "then" | "elif" | "else" | "do" | "!" => {}
            "time" => self.skip_word(&|word, _| matches!(word, "-p" | "--")),
            "coproc" => self.skip_word(&|word, next| {
                crate::field::is_name(word)
                    && (next.starts_with('(')
                        || next.split_ascii_whitespace().next().is_some_and(|next| {
                            matches!(next, "{" | "if" | "while" | "until" | "for" | "case")
                        }))
            }),
            "if" => self.open_compound(End::If, None, length),
            "while" | "until" => self.open_compound(End::Loop, None, length),
            "for" | "select" => self.open_compound(End::Loop, Some(Keyword::For), length),
            "case" => self.open_compound(End::Case, Some(Keyword::Case), length),
            "{" => self.open_compound(End::Brace, None, length),
            "}" => return self.close_compound(End::Brace),
            "fi" => return self.close_compound(End::If),
            "done" => return self.close_compound(End::Loop),
            "esac" => return self.close_compound(End::Case),
            "function" => list.draft.keyword = Some(Keyword::Function),
            "[[" => list.mode = Mode::Condition,
            _ => return false,
        }
        true
    }

    /// Skips the next word if it belongs to the reserved one, which its text and what follows say.
    fn skip_word(&mut self, belongs: &dyn Fn(&str, &str) -> bool) {
        let (text, at) = self.source();
        let rest = text.get(at..).unwrap_or_default();
        let blanks = [' ', '\t'];
        let Some(from) = rest
            .bytes()
            .position(|byte| !blanks.contains(&char::from(byte)))
        else {
            return;
        };
        let rest = rest.get(from..).unwrap_or_default();
        let length = rest.bytes().position(|byte| byte.is_ascii_whitespace());
        let length = length.unwrap_or(rest.len());
        let (word, next) = rest.split_at_checked(length).unwrap_or_default();
        if belongs(word, next.trim_start_matches(blanks)) {
            self.advance(from + length);
        }
    }

    pub(crate) fn open_compound(&mut self, end: End, keyword: Option<Keyword>, length: usize) {
        if self.open_list(end)
            && let Some(list) = self.list()
        {
            // The reserved word is a part of the group.
            list.from = list.from.saturating_sub(length);
            list.draft.keyword = keyword;
        }
    }

    /// Closes a compound at its last word. In another place the word is a plain one.
    pub(crate) fn close_compound(&mut self, end: End) -> bool {
        if self.lists.last().is_none_or(|list| list.end != end) {
            return false;
        }
        self.end_command();
        self.end_pipeline();
        self.close_list();
        true
    }

    /// Forgets a pattern of `case`. True if it was `esac`, which ends the `case`.
    pub(crate) fn drop_pattern(&mut self) -> bool {
        match self.fields.last_mut().map(Option::take) {
            Some(Some(field)) if field.is_plain() && field.text == "esac" => {
                self.close_compound(End::Case)
            }
            _ => false,
        }
    }

    pub(crate) fn close_parenthesis(&mut self, mode: Mode) {
        if mode == Mode::Pattern {
            if self.drop_pattern() {
                return;
            }
            self.advance(1);
            if let Some(list) = self.list() {
                list.mode = Mode::Commands;
            }
            return;
        }
        let end = self.lists.last().map_or(End::Text, |list| list.end);
        let open = self.lists.len();
        if end == End::Array {
            self.end_field();
        } else if !self.end_command() || self.lists.len() < open {
            // The word ran a text, or closed a group: the parenthesis is that of what is around it.
            return;
        }
        if matches!(
            end,
            End::Subshell | End::Substitution | End::Process | End::Array
        ) {
            self.end_pipeline();
            self.advance(1);
            self.close_list();
        } else {
            self.opaque(Opaque::Syntax);
            self.end_pipeline();
            self.advance(1);
        }
    }

    pub(crate) fn end_of_text(&mut self) {
        self.end_pipeline();
        let end = self.lists.last().map_or(End::Text, |list| list.end);
        if end == End::Text && self.next_text() {
            return;
        }
        if !matches!(end, End::Text | End::Backticks) {
            self.opaque(Opaque::Unfinished);
        }
        self.close_list();
    }

    /// Ends the list, and gives what it wrote to what is around it.
    pub(crate) fn close_list(&mut self) {
        let Some(list) = self.lists.pop() else { return };
        self.frames.pop();
        self.fields.pop();
        if matches!(
            list.end,
            End::Subshell | End::Substitution | End::Backticks | End::Process
        ) || list.end == End::Text && !list.keeps_folder
        {
            self.folder.clone_from(&list.folder);
        }
        match list.end {
            End::Text => {
                self.sources.pop();
                if let Some(outer) = self.list() {
                    outer.reads = outer.reads.max(list.reads);
                    outer.last_output = match list.beside {
                        Some(mut own) => {
                            own.from = own.from.with(list.output.from);
                            own
                        }
                        None => list.output,
                    };
                    if list
                        .wrappers
                        .last()
                        .is_some_and(|wrapper| wrapper == "eval")
                    {
                        outer.positional = list.positional;
                    }
                }
            }
            End::Backticks => {
                self.sources.pop();
                self.add_output(&list.output, list.id);
            }
            End::Substitution => self.add_output(&list.output, list.id),
            End::Process => {
                let content = list.output.as_text();
                let field = self.field();
                field.text.push_str("/dev/fd/63");
                field.unknown = true;
                field.expanded = true;
                field.lists.push(list.id);
                field.content = content;
                field.from = field.from.with(list.output.from);
            }
            End::Array => {
                let is_one =
                    |word: &Word| !word.text.is_empty() && !word.text.contains([' ', '\t', '\n']);
                let known = (list.draft.words.iter()).all(|word| word.known && is_one(word));
                let field = self.field();
                field.push_quoted(&texts_of(&list.draft.words).join(" "));
                field.unknown |= !known;
                field.from = sources_of(&list.draft.words);
            }
            End::Subshell | End::Brace | End::If | End::Loop | End::Case => self.close_group(list),
        }
    }

    pub(crate) fn close_group(&mut self, list: List) {
        let (text, at) = self.source();
        let Some(outer) = self.lists.last_mut() else {
            return;
        };
        outer.draft.is_group = true;
        if let Some((name, from)) = outer.function.take() {
            outer.last_output = Output::empty();
            let body = Definition {
                from,
                to: at,
                ..Definition::whole(text)
            };
            self.names.define(Namespace::Function, &name, body);
        } else {
            let (commands, pipelines, code) = list.found;
            outer.draft.group = Some(Group {
                body: Definition {
                    from: list.from,
                    to: at,
                    ..Definition::whole(text)
                },
                commands,
                pipelines,
                code,
                reads: list.reads,
                keeps_folder: list.end != End::Subshell,
            });
            outer.reads = outer.reads.max(list.reads);
            outer.last_output = list.output;
        }
    }

    /// Adds the output of a substitution to the word.
    pub(crate) fn add_output(&mut self, output: &Output, id: ListId) {
        let quoted = self.is_quoted();
        match output.as_text() {
            Some(text) if self.spend(text.len()) => {
                let text = text.trim_end_matches('\n');
                self.add_value_from(text, quoted, output.from);
                self.field().lists.push(id);
            }
            _ => {
                let field = self.field();
                field.push_quoted("$()");
                field.unknown = true;
                field.from = field.from.with(output.from);
                field.lists.push(id);
            }
        }
    }
}
