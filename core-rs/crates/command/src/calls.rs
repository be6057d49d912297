//! Calls in code that run a command: `os.system("…")`, `subprocess.run([…])`, backticks.
//!
//! The languages are not parsed. A lexer finds comments, literals and names; a table has the names
//! of calls. What is not a constant in the arguments of a call is unknown in its command.

use crate::data::{self, Rows};
use crate::output::{Escapes, unescape};
use crate::reading::Word;
use crate::split::quote;

/// The most calls of one code that are read.
pub(crate) const CALLS_AT_MOST: usize = 64;

/// How far the list is behind the brace that an object begins with.
const OBJECT_AT_MOST: usize = 4096;

/// A text that code holds, and whether it is certain.
pub(crate) struct Literal {
    pub text: String,
    pub known: bool,
}

/// The shell texts that calls in code run, whatever its language.
pub(crate) fn calls_in_any(code: &str) -> Vec<Word> {
    calls(data::interpreter("elixir").unwrap_or_default(), "", code)
}

/// The shell texts that the calls of the code run, [`CALLS_AT_MOST`] if there may be more.
pub(crate) fn calls(rows: Rows, language: &str, code: &str) -> Vec<Word> {
    let mut texts = Vec::new();
    add_calls(rows, language, code, &mut texts);
    let word = |literal: Literal| Word {
        known: literal.known,
        ..Word::constant(literal.text)
    };
    texts.into_iter().map(word).collect()
}

fn add_calls(rows: Rows, language: &str, code: &str, texts: &mut Vec<Literal>) {
    if language == "javascript"
        && !["child_process", "Bun", "Deno", "$`"]
            .iter()
            .any(|name| code.contains(name))
    {
        return;
    }
    let mut lexer = Lexer {
        comment: rows.words(b'#').next().unwrap_or("#"),
        has_ticks: rows.lists(b's', "`"),
        ..Lexer::new(code, language)
    };
    while let Some(byte) = lexer.peek()
        && texts.len() < CALLS_AT_MOST
    {
        let before = lexer.before();
        if lexer.skip_comment() {
            continue;
        }
        let text = match byte {
            b'`' if lexer.has_ticks || before == Some(b'$') => lexer.literal(),
            b'\'' | b'"' | b'`' => lexer.piped(before),
            b'%' if language == "ruby" && lexer.rest().starts_with("%x") => {
                lexer.at += 2;
                lexer.delimited()
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                let name = lexer.name();
                let is_code = name == "eval" || name == "exec" && language == "python";
                if is_code && let Some(code) = lexer.code() {
                    add_calls(rows, language, &code, texts);
                    continue;
                }
                lexer.call(rows, name)
            }
            _ => {
                lexer.skip_char();
                continue;
            }
        };
        texts.extend(text);
    }
}

impl Literal {
    fn constant(text: String) -> Self {
        Self { text, known: true }
    }
}

pub(crate) struct Lexer<'a> {
    code: &'a str,
    at: usize,
    language: &'a str,
    comment: &'a str,
    has_ticks: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(code: &'a str, language: &'a str) -> Self {
        let comment = match language {
            "javascript" | "java" | "php" => "//",
            "lua" | "applescript" => "--",
            _ => "#",
        };
        Self {
            code,
            at: 0,
            language,
            comment,
            has_ticks: false,
        }
    }

    fn rest(&self) -> &'a str {
        self.code.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.code.as_bytes().get(self.at).copied()
    }

    /// The last byte before the offset that is no blank, of those on its left side.
    pub(crate) fn before(&self) -> Option<u8> {
        let before = self
            .code
            .as_bytes()
            .get(self.at.saturating_sub(8)..self.at)?;
        before.iter().rev().find(|byte| **byte != b' ').copied()
    }

    pub(crate) fn skip_char(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(crate) fn skip_comment(&mut self) -> bool {
        if !self.rest().starts_with(self.comment) {
            return false;
        }
        let before = self
            .at
            .checked_sub(1)
            .and_then(|at| self.code.as_bytes().get(at));
        if before.is_some_and(|byte| !b" \t\n;".contains(byte)) {
            return false;
        }
        let rest = self.rest().as_bytes();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        true
    }

    pub(crate) fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let end = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'_';
        let length = rest.bytes().position(end).unwrap_or(rest.len());
        self.at += length.max(1);
        rest.get(..length).unwrap_or_default()
    }

    /// A literal at a quote, with the literals that are joined to it.
    pub(crate) fn literal(&mut self) -> Option<Literal> {
        let mut word = self.single_literal()?;
        loop {
            let from = self.at;
            self.skip_blanks();
            let rest = self.rest();
            let operator = ["..", "+", "."].iter().find(|operator| {
                let is_dot = operator.starts_with('.');
                let has_dots = matches!(self.language, "php" | "perl" | "lua");
                rest.starts_with(**operator) && (!is_dot || has_dots)
            });
            if let Some(operator) = operator {
                self.at += operator.len();
                self.skip_blanks();
            }
            let is_quote = matches!(self.peek(), Some(b'\'' | b'"'));
            if is_quote
                && (operator.is_some() || matches!(self.language, "python" | "ruby" | "awk"))
            {
                let next = self.single_literal()?;
                word.text.push_str(&next.text);
                word.known &= next.known;
                continue;
            }
            if operator.is_some() || rest.starts_with('%') || rest.starts_with(".format") {
                if operator.is_some() {
                    word.text.push_str("$()");
                }
                word.known = false;
            } else if operator.is_none() {
                self.at = from;
            }
            return Some(word);
        }
    }

    fn single_literal(&mut self) -> Option<Literal> {
        let rest = self.rest();
        let quote = rest.get(..1)?;
        let triple = rest
            .get(..3)
            .filter(|start| self.language == "python" && *start == quote.repeat(3));
        let delimiter = triple.unwrap_or(quote);
        let mut end = delimiter.len();
        let bytes = rest.as_bytes();
        while end < bytes.len() && !bytes.get(end..)?.starts_with(delimiter.as_bytes()) {
            end += if bytes.get(end) == Some(&b'\\') { 2 } else { 1 };
        }
        let inner = rest.get(delimiter.len()..end.min(bytes.len()));
        self.at += (end + delimiter.len()).min(bytes.len());
        Some(self.value(inner.unwrap_or_default(), quote))
    }

    /// The value of a literal.
    fn value(&self, inner: &str, quote: &str) -> Literal {
        let is_interpolated = match self.language {
            "perl" | "php" => quote != "'" && inner.contains(['$', '@']),
            "ruby" => quote != "'" && inner.contains("#{"),
            "javascript" => quote == "`" && inner.contains("${"),
            _ => false,
        };
        let is_raw = quote == "'" && matches!(self.language, "perl" | "php" | "ruby");
        let text = if is_raw || quote == "`" {
            inner.replace("\\'", "'")
        } else {
            String::from_utf8_lossy(&unescape(inner, Escapes::Quotes)).into_owned()
        };
        Literal {
            known: !is_interpolated,
            text,
        }
    }

    /// The text up to the closing delimiter, at the opening one: `(…)`, `{…}`, `/…/`.
    fn delimited(&mut self) -> Option<Literal> {
        let open = self.rest().chars().next()?;
        let close = match open {
            '(' => ')',
            '{' => '}',
            '[' => ']',
            '<' => '>',
            other if other.is_ascii_punctuation() => other,
            _ => return None,
        };
        self.at += 1;
        let rest = self.rest();
        let length = rest.find(close).unwrap_or(rest.len());
        self.at += (length + 1).min(rest.len());
        Some(self.value(rest.get(..length)?, "`"))
    }

    /// The command in a literal that a pipe joins to the program: `"…" | getline` in awk, and
    /// `open("|…")` in other languages.
    fn piped(&mut self, before: Option<u8>) -> Option<Literal> {
        let from = self.code.get(..self.at).unwrap_or_default();
        let literal = self.literal()?;
        let is_argument = matches!(before, Some(b'(' | b',')) && self.code.contains("open");
        match self.language {
            "awk" => {
                self.skip_blanks();
                let runs = self.rest().trim_start_matches(['|', '&', ' ']);
                let is_read = self.peek() == Some(b'|') && runs.starts_with("getline");
                let is_run = before == Some(b'|') || from.trim_end().ends_with("|&");
                (is_read || is_run).then_some(literal)
            }
            "perl" | "ruby" if is_argument => {
                let command = literal.text.trim_matches([' ', '|']);
                if command.len() == literal.text.trim().len() {
                    return None;
                }
                Some(Literal {
                    text: command.to_owned(),
                    ..literal
                })
            }
            _ => None,
        }
    }

    /// The constant that a call takes as code.
    fn code(&mut self) -> Option<String> {
        let argument = self.rest().trim_start_matches(['(', ' ']);
        if !argument.starts_with(['\'', '"', '`']) {
            return None;
        }
        self.at = self.code.len() - argument.len();
        self.literal().map(|literal| literal.text)
    }

    /// The command behind `spawn` of Tcl, in the form of a shell: `{…}` are quotes.
    fn line(&mut self, name: &str) -> Literal {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| b";\n]}".contains(&byte));
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += text.len();
        let words = text.trim_start().trim_start_matches("-noecho");
        let prefix = if name == "system" { "eval " } else { "" };
        Literal::constant([prefix, words].concat().replace('{', "'"))
    }

    /// The text of a call, behind its name.
    fn call(&mut self, rows: Rows, name: &str) -> Option<Literal> {
        let is_text = rows.lists(b's', name);
        let is_list = rows.lists(b'i', name);
        let is_literal = matches!(self.peek(), Some(b'\'' | b'"'));
        if !is_text && !is_list {
            if is_literal && self.language == "python" && name.len() < 3 {
                // A prefix of a literal: `r"…"`.
                self.single_literal();
            }
            return None;
        }
        if name == "qx" {
            return self.delimited();
        }
        if self.language == "tcl" {
            return Some(self.line(name));
        }
        let from = self.at;
        self.skip_blanks();
        let is_call = self.peek() == Some(b'(');
        let is_quoted_list = self.language == "perl" && self.rest().starts_with('q');
        let is_bare =
            rows.has(b'b') && (is_quoted_list || matches!(self.peek(), Some(b'\'' | b'"')));
        if !is_call && !is_bare {
            self.at = from;
            return None;
        }
        if is_call {
            self.at += 1;
        }
        let arguments = self.arguments()?;
        let has_own_name = ["execl", "execv", "spawnl", "spawnv", "posix_spawn"]
            .iter()
            .any(|start| name.starts_with(start));
        if is_text && (!is_list || arguments.len() == 1 && !arguments.is_list) {
            return arguments.words.into_iter().next();
        }
        let mut words = arguments.words;
        if has_own_name && words.len() > 1 {
            words.remove(1);
        }
        let known = words.iter().all(|word| word.known);
        let words: Vec<String> = words
            .iter()
            .map(|word| {
                if word.known {
                    quote(&word.text)
                } else {
                    word.text.clone()
                }
            })
            .collect();
        Some(Literal {
            known,
            text: words.join(" "),
        })
    }

    /// The constants of a call's arguments, up to the first argument that is not constant. In a list,
    /// such an argument is an unknown word.
    fn arguments(&mut self) -> Option<CallArguments> {
        let mut found = CallArguments {
            words: Vec::new(),
            is_list: false,
        };
        for _ in 0..CALLS_AT_MOST {
            self.skip_blanks();
            match self.peek()? {
                b'\'' | b'"' | b'`' => found.words.extend(self.literal()),
                b'[' => {
                    found.is_list = true;
                    self.at += 1;
                    continue;
                }
                // `{ args: […] }` behind or in place of the program.
                b'{' if self.language == "javascript" => {
                    let mut near = self.rest().bytes().take(OBJECT_AT_MOST);
                    self.at += near
                        .position(|byte| b"[})".contains(&byte))
                        .unwrap_or_default();
                    if self.peek() == Some(b'[') {
                        continue;
                    }
                    break;
                }
                byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let from = self.at;
                    let name = self.name();
                    if self.language == "perl" && matches!(name, "q" | "qq" | "qw") {
                        let text = self.delimited()?;
                        if name == "qw" {
                            found.is_list = true;
                            let parts = text.text.split_ascii_whitespace();
                            found
                                .words
                                .extend(parts.map(|part| Literal::constant(part.to_owned())));
                        } else {
                            found.words.push(text);
                        }
                        break;
                    }
                    if matches!(name, "args" | "cmd") && self.peek() == Some(b'=') {
                        self.at += 1;
                        continue;
                    }
                    let is_prefix = name.len() < 3 && matches!(self.peek(), Some(b'\'' | b'"'));
                    if is_prefix {
                        let literal = self.literal()?;
                        let known = !name.contains(['f', 'F']) || !literal.text.contains('{');
                        found.words.push(Literal { known, ..literal });
                    } else if found.is_list && !found.words.is_empty() {
                        found.words.push(Literal {
                            known: false,
                            text: "$()".to_owned(),
                        });
                        let rest = self.rest().as_bytes();
                        let length = rest.iter().position(|byte| b",]\n".contains(byte));
                        self.at += length.unwrap_or(rest.len());
                    } else if self.rest().starts_with(".P_") || name.starts_with("P_") {
                        // The mode of `os.spawn…`.
                        let rest = self.rest().as_bytes();
                        let length = memchr::memchr(b',', rest);
                        self.at += length.unwrap_or(rest.len());
                    } else {
                        self.at = from;
                        break;
                    }
                }
                _ => break,
            }
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                _ => break,
            }
        }
        (!found.words.is_empty()).then_some(found)
    }
}

struct CallArguments {
    words: Vec<Literal>,
    is_list: bool,
}

impl CallArguments {
    fn len(&self) -> usize {
        self.words.len()
    }
}
