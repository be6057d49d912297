//! Words of a text: quotes, escapes, and expansions that stay as they are spelt.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::level::Kind;
use super::text::Scanner;
use crate::data;
use crate::field::is_name;

/// A word while it is read: a part of the text, as long as one part is all of it.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub(super) struct Unfinished {
    part: Range<usize>,
    own: Option<String>,
    /// The classes of its plain characters.
    classes: u8,
    /// Whether a part is quoted, escaped or an expansion.
    is_expanded: bool,
    is_quoted: bool,
    /// Whether the next part is within double quotes.
    pub is_in_quotes: bool,
    /// Whether it begins with a tilde that stands for a folder.
    is_in_home: bool,
}

impl Unfinished {
    /// Adds a part of the text.
    pub fn push(&mut self, text: &str, part: Range<usize>) {
        if self.own.is_none() && self.part.is_empty() {
            self.part = part;
        } else if self.own.is_none() && self.part.end == part.start {
            self.part.end = part.end;
        } else {
            self.push_text(text, text.get(part).unwrap_or_default());
        }
    }

    /// Adds what is no part of the text.
    pub fn push_text(&mut self, text: &str, more: &str) {
        let part = text.get(self.part.clone()).unwrap_or_default();
        self.own
            .get_or_insert_with(|| part.to_owned())
            .push_str(more);
    }

    fn is_empty(&self) -> bool {
        self.own
            .as_ref()
            .map_or(self.part.is_empty(), String::is_empty)
    }
}

impl Scanner<'_> {
    /// Reads a word up to its end or to a substitution in it.
    pub fn go_on_with_word(&mut self) -> Option<()> {
        let depth = self.levels.len();
        loop {
            if self.word.is_in_quotes {
                self.quoted_part()?;
            } else {
                let Some(byte) = self.byte(self.at).filter(|byte| !ends_word(*byte)) else {
                    return self.end_word();
                };
                self.part(byte)?;
            }
            if self.levels.len() != depth {
                return Some(());
            }
        }
    }

    /// Reads a part of a word that is not within double quotes.
    fn part(&mut self, byte: u8) -> Option<()> {
        let at = self.at;
        match byte {
            b'\'' => {
                let rest = self.text.as_bytes().get(at + 1..self.end)?;
                let end = at + 1 + memchr(b'\'', rest)?;
                self.quote(at + 1..end);
                self.at = end + 1;
            }
            b'"' => {
                self.quote(at..at);
                self.word.is_in_quotes = true;
                self.at += 1;
            }
            b'\\' if self.byte(at + 1)? == b'\n' => self.at += 2,
            b'\\' => {
                let next = self.text.get(at + 1..self.end)?.chars().next()?;
                let end = at + 1 + next.len_utf8();
                self.quote(at + 1..end);
                self.at = end;
            }
            b'$' => return self.dollar(),
            b'`' => return self.backticks(),
            b'{' if self.byte(at + 1) == Some(b'}') => {
                self.word.push(self.text, at..at + 2);
                self.word.classes |= BRACES;
                self.at += 2;
            }
            _ => {
                let mut classes = 0;
                let mut end = at;
                while let Some(class) = self.byte(end).map(class).filter(|class| *class != 0) {
                    classes |= class;
                    end += 1;
                }
                if end == at {
                    return None;
                }
                let word = &mut self.word;
                word.is_in_home |= byte == b'~' && word.is_empty();
                // Behind a quote, `=` ends no name.
                word.classes |= if word.is_expanded {
                    classes & !EQUALS
                } else {
                    classes
                };
                word.push(self.text, at..end);
                self.at = end;
            }
        }
        Some(())
    }

    /// Adds a quoted part.
    fn quote(&mut self, part: Range<usize>) {
        self.word.is_quoted = true;
        self.expand(part);
    }

    /// Adds a part whose characters have no meaning to the shell.
    fn expand(&mut self, part: Range<usize>) {
        self.word.is_expanded = true;
        self.word.push(self.text, part);
    }

    /// Reads a part of a word within double quotes.
    fn quoted_part(&mut self) -> Option<()> {
        let at = self.at;
        match self.byte(at)? {
            b'"' => {
                self.word.is_in_quotes = false;
                self.at += 1;
            }
            b'\\' => match self.byte(at + 1)? {
                b'\n' => self.at += 2,
                b'\\' | b'`' | b'$' | b'"' => {
                    self.expand(at + 1..at + 2);
                    self.at += 2;
                }
                _ => {
                    self.expand(at..at + 1);
                    self.at += 1;
                }
            },
            b'$' => return self.dollar(),
            b'`' => return self.backticks(),
            _ => {
                let bytes = self.text.as_bytes().get(..self.end)?;
                let run = length(bytes, at, |byte| {
                    !matches!(byte, b'"' | b'\\' | b'$' | b'`')
                });
                self.expand(at..at + run);
                self.at += run;
            }
        }
        Some(())
    }

    /// An expansion at `$`.
    fn dollar(&mut self) -> Option<()> {
        let at = self.at;
        let is_quoted = self.word.is_in_quotes;
        let rest = self.text.get(at + 1..self.end)?;
        let bytes = rest.as_bytes();
        let name = |from: usize| {
            let end = from
                + length(bytes, from, |byte| {
                    byte.is_ascii_alphanumeric() || byte == b'_'
                });
            rest.get(from..end).unwrap_or_default()
        };
        self.word.is_expanded = true;
        let next = bytes.first().copied();
        let used = match next {
            Some(b'(') if bytes.get(1) == Some(&b')') => 2,
            Some(b'(') if bytes.get(1) != Some(&b'(') => {
                self.at += 2;
                return self.open_substitution(Kind::Substitution, self.end);
            }
            Some(b'{') => {
                let name = name(1);
                self.add_variable(name)?;
                if bytes.get(name.len() + 1) != Some(&b'}') || !is_name(name) {
                    return None;
                }
                if name == "HOME" {
                    self.word.push_text(self.text, "$HOME");
                    self.at += "${HOME}".len();
                    return Some(());
                }
                name.len() + 2
            }
            Some(b'1'..=b'9' | b'@' | b'*') => {
                // There are no arguments.
                self.commands.facts.has_variable = true;
                self.at += 2;
                return Some(());
            }
            Some(b'0' | b'#' | b'?' | b'$' | b'!' | b'-') => 1,
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let name = name(0);
                self.add_variable(name)?;
                name.len()
            }
            Some(b'(' | b'[') => return None,
            Some(b'\'' | b'"') if !is_quoted => return None,
            _ => 0,
        };
        self.expand(at..at + 1 + used);
        self.at += 1 + used;
        Some(())
    }

    /// The value of a variable is not known; neither is whether the text sets it.
    fn add_variable(&mut self, name: &str) -> Option<()> {
        self.commands.facts.has_variable = true;
        (!matches!(name, "IFS" | "PWD" | "OLDPWD")).then_some(())
    }

    /// `` `…` ``, without escapes.
    fn backticks(&mut self) -> Option<()> {
        let from = self.at + 1;
        let rest = self.text.as_bytes().get(from..self.end)?;
        let inner = rest.get(..memchr(b'`', rest)?)?;
        if inner.contains(&b'\\') {
            return None;
        }
        self.word.is_expanded = true;
        self.at = from;
        self.open_substitution(Kind::Backticks, from + inner.len())
    }

    /// Ends the word, which is one of a command, the file of a redirection, a descriptor, or a
    /// reserved word.
    fn end_word(&mut self) -> Option<()> {
        let word = std::mem::take(&mut self.word);
        let is_quoted = word.is_quoted;
        let text = match word.own {
            Some(own) => Cow::Owned(own),
            None => Cow::Borrowed(self.text.get(word.part)?),
        };
        if !word.is_expanded
            && matches!(self.byte(self.at), Some(b'<' | b'>'))
            && word.classes == DIGIT
            && let Cow::Borrowed(text) = text
        {
            self.descriptor = Some(text);
            return (self.redirect.is_none() && text.len() < 9).then_some(());
        }
        let is_nothing = text.is_empty() && !is_quoted;
        let text = if text.starts_with('~') && !word.is_in_home {
            // A quoted tilde is a file of that name.
            Cow::Owned(["./", &text].concat())
        } else {
            text
        };
        if let Some(redirect) = self.redirect.take() {
            return (!is_nothing).then(|| self.add_redirect(redirect, text))?;
        }
        if is_nothing {
            return Some(());
        }
        if word.is_expanded {
            return self.commands.add_expanded(text, word.classes);
        }
        if self.begins_command() && self.reserved(&text)? {
            return Some(());
        }
        self.commands.add(text, word.classes)
    }

    /// Whether a word is a reserved one, which is done with; `None` if it is one that is not
    /// followed.
    fn reserved(&mut self, word: &str) -> Option<bool> {
        match word {
            "if" => self.open_group(Kind::If)?,
            "while" | "until" => self.open_group(Kind::Loop)?,
            "fi" => self.close_group(Kind::If)?,
            "done" => self.close_group(Kind::Loop)?,
            "then" | "elif" | "else" if self.is_in(Kind::If) => {
                self.commands.current.must_go_on = true;
            }
            "do" if self.is_in(Kind::Loop) => self.commands.current.must_go_on = true,
            "!" => self.commands.current.must_go_on = true,
            "time" => {
                let rest = self.text.get(self.at..self.end)?;
                if rest.trim_start_matches([' ', '\t']).starts_with('-') {
                    return None;
                }
                self.commands.current.must_go_on = true;
            }
            word if data::is_one_of(
                "case coproc do elif else esac for function select then",
                word,
            ) =>
            {
                return None;
            }
            _ => return Some(false),
        }
        Some(true)
    }
}

/// How many bytes from `at` on are of this kind.
pub(super) fn length(bytes: &[u8], at: usize, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| is_of_kind(**byte)).count()
}

/// A digit, which stands for itself.
const DIGIT: u8 = 1;
/// Any other byte that stands for itself, or for names of files.
const OTHERS: u8 = 1 << 1;
/// `*`, `?`, `[`
pub(super) const GLOBS: u8 = 1 << 2;
pub(super) const TILDE: u8 = 1 << 3;
pub(super) const EQUALS: u8 = 1 << 4;
pub(super) const SLASH: u8 = 1 << 5;
/// `!` and `#`, which stand for themselves within a word.
pub(super) const MARKS: u8 = 1 << 6;
/// `{}`
pub(super) const BRACES: u8 = 1 << 7;

/// The classes of a byte in a word without quotes; 0 if it has another meaning.
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        let class = match byte {
            b'0'..=b'9' => DIGIT,
            b'*' | b'?' | b'[' => OTHERS | GLOBS,
            b'~' => OTHERS | TILDE,
            b'=' => OTHERS | EQUALS,
            b'/' => OTHERS | SLASH,
            b'!' | b'#' => OTHERS | MARKS,
            b'a'..=b'z'
            | b'A'..=b'Z'
            | 128..
            | b'_'
            | b'-'
            | b'.'
            | b':'
            | b'@'
            | b'%'
            | b'+'
            | b','
            | b'^'
            | b']' => OTHERS,
            _ => 0,
        };
        #[allow(clippy::indexing_slicing)] // Evaluated when it is compiled.
        {
            classes[byte as usize] = class;
        }
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

/// Whether the byte stands for itself in a word of a shell, and a word that it is part of for itself
/// or for names of files.
pub(super) fn is_plain(byte: u8) -> bool {
    class(byte) != 0 && class(byte) & MARKS == 0
}

pub(super) fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'>' | b'<' | b')'
    )
}

/// Whether a word is one to each shell, with or without quotes.
pub(super) fn is_constant(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| is_plain(byte) && class(byte) & GLOBS == 0)
}
