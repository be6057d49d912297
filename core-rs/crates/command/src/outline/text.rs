//! The outline of a text that a shell runs: its operators, redirections and groups, in one pass.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::Outline;
use super::commands::Commands;
use super::level::{Kind, Level};
use super::word::{Unfinished, ends_word, length};

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 4096;

/// The outline of a text that a shell runs.
pub(super) fn of_text(text: &str) -> Option<Outline<'_>> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let scanner = Scanner {
        text,
        at: 0,
        end: text.len(),
        commands: Commands::default(),
        levels: Vec::new(),
        word: Unfinished::default(),
        redirect: None,
        descriptor: None,
        documents: None,
    };
    scanner.outline()
}

/// What a redirection does with the word behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Redirect {
    /// `<`
    Reads,
    /// `>` and the like.
    Writes,
    /// `>&`: writes, unless the word is a descriptor.
    Duplicates,
}

/// Looks at one text.
pub(super) struct Scanner<'a> {
    pub text: &'a str,
    pub at: usize,
    /// Where the text ends, or that between backticks.
    pub end: usize,
    pub commands: Commands<'a>,
    /// The groups and substitutions that are open, outermost first.
    pub levels: Vec<Level<'a>>,
    /// The word that is read.
    pub word: Unfinished,
    /// The redirection whose word comes next.
    pub redirect: Option<Redirect>,
    /// The descriptor right before a redirection.
    pub descriptor: Option<&'a str>,
    /// Where the line ends behind which here-documents begin, and where they end.
    documents: Option<(usize, usize)>,
}

impl<'a> Scanner<'a> {
    fn outline(mut self) -> Option<Outline<'a>> {
        loop {
            let next = self.byte(self.at + 1);
            match self.byte(self.at) {
                None if self.is_in(Kind::Backticks) => self.close_substitution()?,
                None => break,
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if next == Some(b'\n') => self.at += 2,
                Some(b'\n') => self.end_line()?,
                Some(b'#') => {
                    let rest = self.text.as_bytes().get(self.at..self.end)?;
                    self.at += memchr(b'\n', rest).unwrap_or(rest.len());
                }
                Some(b';') => {
                    self.end_command()?;
                    self.at += 1;
                }
                Some(b'&') if next == Some(b'>') => self.at += 1,
                Some(operator @ (b'|' | b'&')) => self.operator(operator)?,
                Some(b'>') => self.begin_output()?,
                Some(b'<') => self.begin_input()?,
                Some(b'(') if self.begins_command() && next != Some(b'(') => {
                    self.at += 1;
                    self.open_group(Kind::Parentheses)?;
                }
                Some(b')') => self.close_parenthesis()?,
                Some(b'{') if self.begins_command() && matches!(next, Some(b' ' | b'\n')) => {
                    self.at += 1;
                    self.open_group(Kind::Braces)?;
                }
                Some(b'}') if self.begins_command() && next.is_none_or(ends_word) => {
                    self.at += 1;
                    self.close_group(Kind::Braces)?;
                }
                Some(_) => self.go_on_with_word()?,
            }
        }
        if !self.levels.is_empty() || self.documents.is_some() {
            return None;
        }
        self.end_list()?;
        self.commands.outline()
    }

    /// The byte at an offset, unless the text ends before it.
    pub fn byte(&self, at: usize) -> Option<u8> {
        let byte = self.text.as_bytes().get(at);
        byte.copied().filter(|_| at < self.end)
    }

    /// Whether the innermost group or substitution is of this kind.
    pub fn is_in(&self, kind: Kind) -> bool {
        self.levels.last().is_some_and(|level| level.kind == kind)
    }

    /// Whether the next word or group begins a command.
    pub fn begins_command(&self) -> bool {
        !self.commands.current.has_begun && self.redirect.is_none()
    }

    pub fn end_command(&mut self) -> Option<()> {
        self.redirect.is_none().then_some(())?;
        self.commands.end_command()
    }

    /// Ends the last command of a list.
    pub fn end_list(&mut self) -> Option<()> {
        let current = &self.commands.current;
        if current.has_begun || current.must_go_on || self.redirect.is_some() {
            self.end_command()?;
        }
        Some(())
    }

    fn end_line(&mut self) -> Option<()> {
        if !self.begins_command() {
            self.end_command()?;
        }
        match self.documents {
            Some((line_end, _)) if line_end < self.at => return None,
            Some((line_end, end)) if line_end == self.at => {
                self.at = end;
                self.documents = None;
            }
            _ => self.at += 1,
        }
        Some(())
    }

    /// `|`, `&`, and what begins with them.
    fn operator(&mut self, operator: u8) -> Option<()> {
        let next = self.byte(self.at + 1);
        let is_double = next == Some(operator);
        self.end_command()?;
        self.commands.outline.has_pipes |= operator == b'|' && !is_double;
        self.commands.current.must_go_on |= is_double || operator == b'|';
        let is_long = is_double || operator == b'|' && next == Some(b'&');
        self.at += 1 + usize::from(is_long);
        Some(())
    }

    /// `>` and what begins with it.
    fn begin_output(&mut self) -> Option<()> {
        self.may_redirect()?;
        self.at += 1;
        let next = self.byte(self.at);
        self.at += usize::from(matches!(next, Some(b'>' | b'|' | b'&')));
        self.redirect = Some(match next {
            Some(b'&') => Redirect::Duplicates,
            _ => Redirect::Writes,
        });
        Some(())
    }

    /// `<` before a file, and `<<` before the end of a here-document.
    fn begin_input(&mut self) -> Option<()> {
        self.may_redirect()?;
        match self.byte(self.at + 1) {
            Some(b'<') => return self.here_document(),
            Some(b'>' | b'&' | b'(') => return None,
            _ => {}
        }
        self.at += 1;
        self.redirect = Some(Redirect::Reads);
        self.descriptor = None;
        Some(())
    }

    /// A redirection stands behind the words of a command, or behind a group.
    fn may_redirect(&self) -> Option<()> {
        let is_in_front = self.commands.is_at_program() && !self.commands.current.is_behind_group;
        (!is_in_front && self.redirect.is_none()).then_some(())
    }

    /// Adds the word behind the operator of a redirection.
    pub fn add_redirect(&mut self, redirect: Redirect, word: Cow<'a, str>) -> Option<()> {
        let descriptor = self.descriptor.take();
        let is_descriptor = || word == "-" || word.bytes().all(|byte| byte.is_ascii_digit());
        match redirect {
            Redirect::Reads => self.commands.add_input(word),
            Redirect::Duplicates if is_descriptor() => Some(()),
            Redirect::Duplicates | Redirect::Writes => {
                self.commands.current.writes |= descriptor != Some("2");
                self.commands.add_file(word)
            }
        }
    }

    /// A here-document whose lines are constant.
    fn here_document(&mut self) -> Option<()> {
        if self.byte(self.at + 2) == Some(b'<') || self.descriptor.is_some() {
            return None;
        }
        let strips_tabs = self.byte(self.at + 2) == Some(b'-');
        self.at += 2 + usize::from(strips_tabs);
        let bytes = self.text.as_bytes().get(..self.end)?;
        self.at += length(bytes, self.at, |byte| matches!(byte, b' ' | b'\t'));
        let quote = self.byte(self.at)?;
        let is_quoted = matches!(quote, b'\'' | b'"');
        self.at += usize::from(is_quoted);
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let name = self.at..self.at + length(bytes, self.at, is_of_name);
        self.at = name.end;
        if is_quoted {
            (self.byte(self.at) == Some(quote)).then_some(())?;
            self.at += 1;
        }
        let name = self.text.get(name).filter(|name| !name.is_empty())?;
        let line_end = self.at + memchr(b'\n', bytes.get(self.at..)?)?;
        let rest = bytes.get(self.at..line_end)?;
        // What is open at the end of the line would go on behind it.
        let is_open = |byte: &u8| b"'\"`\\()#".contains(byte);
        if self.documents.is_some()
            || rest.iter().any(is_open)
            || !rest.first().is_none_or(|byte| ends_word(*byte))
        {
            return None;
        }
        let body = self.body_from(line_end + 1, name, strips_tabs)?;
        let text = self.text.get(body.clone())?;
        if !is_quoted && text.contains(['$', '`', '\\']) {
            return None;
        }
        let end = body.end
            + self
                .text
                .get(body.end..)?
                .find('\n')
                .map_or(self.end - body.end, |length| length + 1);
        self.documents = Some((line_end, end.min(self.end)));
        self.commands.facts.reads_file = true;
        self.commands.facts.writes_known = true;
        let text = text.trim_end_matches('\n');
        self.commands.current.document =
            (!strips_tabs).then_some(body.start..body.start + text.len());
        Some(())
    }

    /// The lines from an offset up to one that has this text alone.
    fn body_from(&self, from: usize, name: &str, strips_tabs: bool) -> Option<Range<usize>> {
        let mut at = from;
        loop {
            let rest = self
                .text
                .get(at..self.end)
                .filter(|rest| !rest.is_empty())?;
            let line = rest.split('\n').next()?;
            let shown = if strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if shown == name {
                return Some(from..at);
            }
            at += line.len() + 1;
        }
    }
}
