//! Groups and substitutions of a text: commands within commands.

use std::borrow::Cow;

use super::commands::Current;
use super::text::Scanner;
use super::word::Unfinished;

/// The most groups and substitutions within one another.
const MAX_LEVELS: usize = 16;

/// What stands around commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(…)`
    Parentheses,
    /// `{ …; }`
    Braces,
    /// `if …; fi`
    If,
    /// `while …; done`
    Loop,
    /// `$(…)`
    Substitution,
    /// `` `…` ``
    Backticks,
}

/// A group or substitution that is open, and what was read of the command around it.
pub(super) struct Level<'a> {
    pub kind: Kind,
    /// The number of commands before it, and of their words.
    found: (usize, usize),
    /// Where the text around it ends.
    end: usize,
    current: Current,
    words: Vec<Cow<'a, str>>,
    word: Unfinished,
}

impl<'a> Scanner<'a> {
    /// Opens a group in place of a command.
    pub fn open_group(&mut self, kind: Kind) -> Option<()> {
        self.open(kind, Vec::new())
    }

    /// Opens a substitution in a word. Its text ends at `end` at the latest.
    pub fn open_substitution(&mut self, kind: Kind, end: usize) -> Option<()> {
        self.redirect.is_none().then_some(())?;
        self.commands.facts.has_substitution = true;
        let words = self.commands.take_words();
        self.open(kind, words)?;
        self.end = end;
        Some(())
    }

    fn open(&mut self, kind: Kind, words: Vec<Cow<'a, str>>) -> Option<()> {
        let found = (self.commands.count, self.commands.outline.words.len());
        let current = self.commands.begin();
        self.levels.push(Level {
            kind,
            found,
            end: self.end,
            current,
            words,
            word: std::mem::take(&mut self.word),
        });
        (self.levels.len() <= MAX_LEVELS).then_some(())
    }

    /// `)`
    pub fn close_parenthesis(&mut self) -> Option<()> {
        if self.is_in(Kind::Substitution) {
            return self.close_substitution();
        }
        self.at += 1;
        self.close_group(Kind::Parentheses)
    }

    /// Closes a group of this kind. Redirections may follow.
    pub fn close_group(&mut self, kind: Kind) -> Option<()> {
        if !self.is_in(kind) {
            return None;
        }
        self.close()?;
        self.commands.begin();
        self.commands.current.has_begun = true;
        self.commands.current.is_behind_group = true;
        Some(())
    }

    /// Closes a substitution, and goes on with the word that it is in.
    pub fn close_substitution(&mut self) -> Option<()> {
        let level = self.close()?;
        let (count, from) = level.found;
        let words = self.commands.outline.words.get(from..)?;
        let is_document =
            count + 1 == self.commands.count && matches!(words, [one] if one == "cat");
        let document = self.commands.last.document.take();
        self.at += 1;
        self.end = level.end;
        self.word = level.word;
        match document.filter(|_| is_document && self.word.is_in_quotes) {
            Some(body) => self.word.push(self.text, body),
            None if self.commands.last.has_unknown_output => self.word.push_text(self.text, "$()"),
            None => return None,
        }
        self.commands.resume(level.current, level.words);
        self.go_on_with_word()
    }

    /// Ends the commands of the innermost level, of which there is one at least.
    fn close(&mut self) -> Option<Level<'a>> {
        self.end_list()?;
        let level = self.levels.pop()?;
        (level.found.0 < self.commands.count).then_some(level)
    }
}
