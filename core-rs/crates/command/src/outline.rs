//! A quick look at arguments that can be understood without following a shell: the words that their
//! commands have, but not which command has which.

use std::ops::Range;

use memchr::memchr;

use crate::arguments::may_have_text;
use crate::data::{self, Kinds};
use crate::reading::{base_name, program_name};
use crate::{code, split};

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 4096;

/// The most words that are looked at.
const MAX_WORDS: usize = 128;

/// What arguments run, in outline. Each word of each command that [`crate::read`] finds is among
/// `words`, nothing is opaque, and no command is given code or text to run.
///
/// ```
/// use sentry_command::Outline;
/// let text = ["bash", "-c", "cd src && grep -rn 'x y' lib | wc -l"];
/// let outline = Outline::of(text.into_iter()).unwrap();
/// assert_eq!(outline.words, ["cd", "src", "grep", "-rn", "x y", "lib", "wc", "-l"]);
/// assert!(outline.has_pipes && !outline.has_one_command);
/// assert!(Outline::of(["bash", "-c", "$(x)"].into_iter()).is_none());
/// ```
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub struct Outline<'a> {
    /// Words of commands, in order.
    pub words: Vec<&'a str>,
    /// Files that redirections write to.
    pub files: Vec<&'a str>,
    /// Whether there is one command, whose program is the first word.
    pub has_one_command: bool,
    /// Whether commands are joined by pipes.
    pub has_pipes: bool,
    /// Whether a command may change the folder of others.
    pub moves: bool,
}

impl<'a> Outline<'a> {
    /// The outline of arguments, of which the first is the program; `None` if only a reading shows
    /// what they run.
    pub fn of(arguments: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        let mut rest = arguments.clone();
        let program = rest.next()?;
        let name = program_name(program);
        let kinds = data::kinds(name);
        if split::has_syntax(program, rest.clone()) {
            return None;
        }
        if kinds.is(Kinds::SHELL) {
            return of_shell(arguments, rest);
        }
        if kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, rest.clone())
            || kinds.is(Kinds::TEXT_OPTIONS) && may_have_text(name, &rest)
        {
            return None;
        }
        let has_one_command = !kinds.is(Kinds::WRAPPER | Kinds::BUILTIN);
        if has_one_command {
            let mut words = Vec::with_capacity(16);
            words.extend(arguments);
            return Some(Self {
                words,
                has_one_command,
                ..Self::default()
            });
        }
        let mut commands = Commands::default();
        for word in arguments {
            // A tilde means a home folder to shells alone.
            if word.starts_with('~') {
                return None;
            }
            if LITERALS.contains(&word) {
                commands.add_literal(word)?;
            } else if word.is_empty() || !word.bytes().all(is_plain) {
                commands.add_quoted(word)?;
            } else {
                commands.add(word)?;
            }
        }
        commands.end_command()?;
        commands.outline()
    }
}

impl Outline<'_> {
    /// Whether a command may have this flag, as [`crate::Arguments::has_flag`] has it. Never says no
    /// to one that has it.
    ///
    /// ```
    /// use sentry_command::Outline;
    /// let outline = Outline::of(["git", "push", "--mirr"].into_iter()).unwrap();
    /// assert!(outline.may_have_flag("--mirror") && !outline.may_have_flag("--no-such-option"));
    /// ```
    #[must_use]
    pub fn may_have_flag(&self, flag: &str) -> bool {
        let name = flag.split('=').next().unwrap_or_default();
        if !name.starts_with('-') || flag.contains('*') || data::may_have_spellings(name) {
            return true;
        }
        let options = || self.words.iter().filter(|word| word.starts_with('-'));
        let mut begins = options().map(|word| word.split('=').next().unwrap_or_default());
        if begins.any(|given| name.starts_with(given)) {
            return true;
        }
        // Letters of short options, which need no dash for some programs: `tar xf`.
        let need_no_dash = |word: &&str| {
            let table = data::program(program_name(word));
            table.is_some_and(|table| table.has(b'B'))
        };
        !name.starts_with("--")
            && (name
                .chars()
                .skip(1)
                .all(|letter| options().any(|word| word.contains(letter)))
                || self.words.iter().any(need_no_dash))
    }
}

/// The outline of a shell with these arguments.
fn of_shell<'a>(
    arguments: impl Iterator<Item = &'a str>,
    mut rest: impl Iterator<Item = &'a str> + Clone,
) -> Option<Outline<'a>> {
    let first = rest.next()?;
    if !first.starts_with(['-', '+']) {
        let is_file =
            !first.is_empty() && !first.starts_with("/dev/") && !first.starts_with("/proc/");
        return is_file.then(|| Outline {
            words: arguments.collect(),
            has_one_command: true,
            ..Outline::default()
        });
    }
    let (text, more) = (rest.next()?, rest.next());
    let is_text = matches!(
        first,
        "-c" | "-lc" | "-ec" | "-lec" | "-elc" | "-exc" | "-euc" | "-euxc"
    );
    if !is_text || more.is_some() || text.starts_with(['-', '+']) {
        return None;
    }
    of_text(text)
}

/// The outline of a text that a shell runs.
fn of_text(text: &str) -> Option<Outline<'_>> {
    let mut commands = Commands::default();
    let bytes = text.as_bytes();
    if bytes.len() > MAX_TEXT {
        return None;
    }
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let mut at = 0;
    while at < bytes.len() {
        match byte(at) {
            b' ' | b'\t' => at += 1,
            b'\n' if !commands.has_begun => at += 1,
            b'\n' | b';' => {
                commands.end_command()?;
                at += 1;
            }
            b'&' if byte(at + 1) == b'>' => at += 1,
            b'|' | b'&' => {
                let operator = byte(at);
                let is_double = byte(at + 1) == operator;
                commands.end_command()?;
                commands.outline.has_pipes |= operator == b'|' && !is_double;
                commands.must_go_on |= is_double || operator == b'|';
                at += if is_double || operator == b'|' && byte(at + 1) == b'&' {
                    2
                } else {
                    1
                };
            }
            b'>' => {
                if commands.is_at_program() {
                    return None;
                }
                at += 1;
                let is_duplicate = byte(at) == b'&';
                at += usize::from(matches!(byte(at), b'>' | b'|' | b'&'));
                let file = file_from(text, at)?;
                at = file.end;
                let file = text.get(file)?;
                if !(is_duplicate && (file == "-" || is_number(file))) {
                    commands.add_file(file)?;
                }
            }
            b'<' if !matches!(byte(at + 1), b'<' | b'>' | b'&' | b'(') => {
                if commands.is_at_program() {
                    return None;
                }
                let file = file_from(text, at + 1)?;
                at = file.end;
                commands.reads_file = true;
                commands.push(text.get(file)?)?;
            }
            b'\\'
                if matches!(byte(at + 1), b'(' | b')' | b'!' | b';') && ends_word(byte(at + 2)) =>
            {
                commands.add_literal(text.get(at + 1..at + 2)?)?;
                at += 2;
            }
            b'{' if byte(at + 1) == b'}' && ends_word(byte(at + 2)) => {
                commands.add_literal(text.get(at..at + 2)?)?;
                at += 2;
            }
            quote @ (b'\'' | b'"') => at = commands.add_in_quotes(text, at, quote)?,
            b'$' => {
                let length = length(bytes, at, |byte| byte == b'$' || is_plain(byte));
                let word = text.get(at..at + length)?;
                at += length;
                if !ends_word(byte(at)) || word.contains(['*', '?', '[', '~']) {
                    return None;
                }
                commands.add_double_quoted(word)?;
            }
            first if is_plain(first) => {
                let length = length(bytes, at, is_plain);
                let word = text.get(at..at + length)?;
                at += length;
                if !ends_word(byte(at)) {
                    return None;
                }
                let is_descriptor = byte(at) == b'>' && is_number(word);
                if !is_descriptor {
                    commands.add(word)?;
                }
            }
            _ => return None,
        }
    }
    if commands.has_begun || commands.must_go_on {
        commands.end_command()?;
    }
    commands.outline()
}

/// Where the file of a redirection stands whose operator ends at `from`.
fn file_from(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = from + length(bytes, from, |byte| matches!(byte, b' ' | b'\t'));
    let end = start + length(bytes, start, is_plain);
    (start < end && bytes.get(end).is_none_or(|byte| ends_word(*byte))).then_some(start..end)
}

/// How many bytes from `at` on are of this kind.
fn length(bytes: &[u8], at: usize, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| is_of_kind(**byte)).count()
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the byte stands for itself in a word of a shell, and a word that it is part of for itself
/// or for names of files.
fn is_plain(byte: u8) -> bool {
    !byte.is_ascii() || PLAIN >> byte & 1 != 0
}

/// A bit for each plain ASCII character.
const PLAIN: u128 = {
    let mut plain = 0;
    let mut byte = 0_u8;
    while byte < 128 {
        let is_plain = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'-'
                    | b'.'
                    | b'/'
                    | b':'
                    | b'='
                    | b'@'
                    | b'%'
                    | b'+'
                    | b','
                    | b'~'
                    | b'^'
                    | b'*'
                    | b'?'
                    | b'['
                    | b']'
            );
        if is_plain {
            plain |= 1 << byte;
        }
        byte += 1;
    }
    plain
};

fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'>' | b'<'
    )
}

/// Words that begin or end a compound command.
const RESERVED: [&str; 16] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "select", "then", "time", "until", "while",
];

/// Words that have a meaning where they are not quoted.
const LITERALS: [&str; 5] = ["(", ")", "!", ";", "{}"];

/// The commands of a text, as they are found.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
struct Commands<'a> {
    outline: Outline<'a>,
    /// Where the words of the present command begin, if it has any.
    from: usize,
    /// Whether the present command has a word, an assignment or a redirection.
    has_begun: bool,
    /// The number of commands.
    count: usize,
    /// Whether an operator asks for another command.
    must_go_on: bool,
    /// Whether a word names an interpreter.
    is_interpreted: bool,
    /// Whether a command may run another one, which its words or its input say.
    passes_on: bool,
    /// Whether one that does is not `xargs`.
    passes_input_on: bool,
    /// Whether `xargs` makes words of what it reads.
    reads_words: bool,
    /// Whether the output of a command, or a file that it writes, may be the program of another.
    makes_text: bool,
    /// Whether a command may write other words than those of the text.
    makes_words: bool,
    /// Whether a word of the present command holds other than plain characters, or stands for names
    /// of files.
    has_text: bool,
    /// Whether a command begins with a path.
    runs_path: bool,
    /// Whether a word has a variable.
    has_variable: bool,
    /// Whether a variable may be set.
    sets_variable: bool,
    /// Whether a command reads a file as its input.
    reads_file: bool,
}

impl<'a> Commands<'a> {
    fn push(&mut self, word: &'a str) -> Option<()> {
        self.outline.words.push(word);
        self.has_begun = true;
        (self.outline.words.len() <= MAX_WORDS).then_some(())
    }

    /// Adds the file of a redirection.
    fn add_file(&mut self, file: &'a str) -> Option<()> {
        self.makes_text |= file != "/dev/null";
        self.outline.files.push(file);
        (self.outline.files.len() <= MAX_WORDS).then_some(())
    }

    /// Adds a word that has no quotes.
    fn add(&mut self, word: &'a str) -> Option<()> {
        if self.is_at_program() {
            if word.contains(['*', '?', '[', '~']) || RESERVED.contains(&word) {
                return None;
            }
            if let Some((name, _)) = word.split_once('=') {
                self.has_begun = true;
                self.sets_variable = true;
                let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
                let is_name = !name.is_empty() && name.bytes().all(is_letter);
                return (is_name && !data::is_risky_variable(name)).then_some(());
            }
            self.runs_path |= word.contains('/');
        }
        self.has_text |= word.contains(['*', '?', '[']);
        self.push(word)?;
        // A value may become a program: `alias x=rm`.
        match word.split_once('=') {
            Some((_, value)) => self.push(value),
            None => Some(()),
        }
    }

    /// Adds the word in quotes that begins at `at`. Returns where it ends.
    fn add_in_quotes(&mut self, text: &'a str, at: usize, quote: u8) -> Option<usize> {
        let bytes = text.as_bytes();
        let end = at + 1 + memchr(quote, bytes.get(at + 1..)?)?;
        let word = text.get(at + 1..end)?;
        if bytes.get(end + 1).is_some_and(|byte| !ends_word(*byte)) {
            return None;
        }
        if quote == b'"' {
            self.add_double_quoted(word)?;
        } else {
            self.add_quoted(word)?;
        }
        Some(end + 1)
    }

    /// Adds a word that is quoted as a whole.
    fn add_quoted(&mut self, word: &'a str) -> Option<()> {
        if self.is_at_program() {
            return None;
        }
        let is_plain = |byte| is_plain(byte) && !matches!(byte, b'*' | b'?' | b'[');
        self.has_text |= word.is_empty() || !word.bytes().all(is_plain);
        self.push(word)
    }

    /// Adds a word that no shell changes.
    fn add_literal(&mut self, word: &'a str) -> Option<()> {
        (!self.is_at_program()).then_some(())?;
        self.push(word)
    }

    /// Adds a word that is quoted as a whole, or need not be, and may have variables.
    fn add_double_quoted(&mut self, word: &'a str) -> Option<()> {
        if word.contains(['`', '\\', '!']) {
            return None;
        }
        let mut parts = word.split('$');
        parts.next();
        for part in parts {
            let bytes = part.as_bytes();
            let length = length(bytes, 0, |byte| {
                byte.is_ascii_alphanumeric() || byte == b'_'
            });
            let name = part.get(..length)?;
            if name.starts_with(|first: char| first.is_ascii_digit())
                || matches!(name, "" | "IFS" | "PWD" | "OLDPWD")
            {
                return None;
            }
            self.has_variable = true;
        }
        self.add_quoted(word)
    }

    /// Whether the next word is a program.
    fn is_at_program(&self) -> bool {
        self.from == self.outline.words.len()
    }

    /// Ends a command; `None` if only a reading shows what it runs.
    fn end_command(&mut self) -> Option<()> {
        if !self.has_begun {
            return None;
        }
        let words = self.outline.words.get(self.from..)?;
        let (mut passes_on, mut names_shell, mut reads_words) = (false, false, false);
        // Where the words of the command begin that the first word passes on.
        let mut from = 0;
        for (at, word) in words.iter().enumerate() {
            // Only a wrapper or a builtin makes a program of another word.
            if at > 0 && !passes_on {
                break;
            }
            if at < from {
                continue;
            }
            // What `find` passes on is run without a shell, with paths in place of `{}`.
            if from > 0 && (word.starts_with('~') || word.contains("{}")) {
                return None;
            }
            let name = if at == 0 {
                program_name(word)
            } else {
                base_name(word)
            };
            let kinds = data::kinds(name);
            if kinds == Kinds::default() {
                continue;
            }
            let rest = words.get(at + 1..).unwrap_or_default();
            let arguments = || rest.iter().copied();
            let is_shell = kinds.is(Kinds::SHELL) || runs_text(name);
            let moves = matches!(name, "cd" | "pushd" | "popd");
            if at == 0 && kinds.is(Kinds::WRAPPER) {
                from = first_of_command(name, rest);
            }
            let is_wrapper = kinds.is(Kinds::WRAPPER) && may_pass_on(name, rest)
                || kinds.is(Kinds::BUILTIN) && !moves;
            if is_shell && at == 0
                || kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, arguments())
                || kinds.is(Kinds::TEXT_OPTIONS) && may_have_text(name, &arguments())
                || is_wrapper && may_hold_text(name, rest)
            {
                return None;
            }
            let has_output = kinds.is(Kinds::OUTPUT | Kinds::FILES) && name != "find";
            self.outline.moves |= moves;
            names_shell |= is_shell;
            passes_on |= is_wrapper;
            self.sets_variable |= kinds.is(Kinds::BUILTIN) && !moves;
            self.passes_input_on |= is_wrapper && (name != "xargs" || reads_words);
            reads_words |= name == "xargs";
            self.makes_text |= kinds.is(Kinds::DOWNLOADER | Kinds::DECODER)
                || kinds.is(Kinds::FILES) && !matches!(name, "echo" | "printf");
            self.makes_words |= kinds.is(Kinds::DECODER)
                || matches!(name, "printf" | "tr")
                || has_output && self.has_text;
            self.is_interpreted |= kinds.is(Kinds::INTERPRETER);
        }
        if passes_on && (names_shell || self.has_text) {
            return None;
        }
        self.passes_on |= passes_on;
        if reads_words {
            // What it reads is not known.
            self.reads_words = true;
            self.push("$()")?;
        }
        self.from = self.outline.words.len();
        (self.has_begun, self.has_text, self.must_go_on) = (false, false, false);
        self.count += 1;
        Some(())
    }

    fn outline(self) -> Option<Outline<'a>> {
        let may_run_text = (self.outline.has_pipes || self.reads_file) && self.passes_input_on
            || self.reads_file && self.is_interpreted
            || self.has_variable && self.sets_variable
            || self.reads_words && (self.passes_input_on || self.makes_words)
            || self.count > 1
                && self.makes_text
                && (self.passes_on || self.runs_path || self.is_interpreted);
        (!may_run_text).then_some(self.outline)
    }
}

/// Whether a builtin, or a program that runs later what it reads, runs text.
fn runs_text(name: &str) -> bool {
    matches!(
        name,
        "eval" | "source" | "." | "trap" | "crontab" | "at" | "batch"
    )
}

/// Whether a wrapper with these arguments may run another program.
fn may_pass_on(name: &str, arguments: &[&str]) -> bool {
    let Some(wrapper) = data::wrapper(name) else {
        return true;
    };
    let key = if wrapper.has(b's') { b's' } else { b'c' };
    !wrapper.has(key) || wrapper.has(b't') || arguments.iter().any(|word| wrapper.lists(key, word))
}

/// Which word, counted from the wrapper itself, may be the first one of a command that is passed on:
/// of `find . -exec ls`, the third.
fn first_of_command(name: &str, arguments: &[&str]) -> usize {
    let wrapper = data::wrapper(name).filter(|wrapper| wrapper.has(b'c') && !wrapper.has(b't'));
    let option = wrapper.and_then(|wrapper| {
        let mut words = arguments.iter();
        words.position(|word| wrapper.lists(b'c', word))
    });
    option.map_or(0, |at| at + 2)
}

/// Whether words may have the grammar of a shell, or be an option of a wrapper together with its
/// value, a text for a shell: `su -creboot`.
fn may_hold_text(name: &str, words: &[&str]) -> bool {
    data::wrapper(name).is_some_and(|wrapper| {
        let short = |text: &str| !text.starts_with("--");
        (wrapper.has(b'r') || wrapper.has(b't'))
            && words
                .iter()
                .any(|word| RESERVED.contains(word) || LITERALS.contains(word))
            || wrapper.words(b't').any(short)
                && (words.iter())
                    .any(|word| word.starts_with(['-', '+']) && short(word) && word.len() > 2)
    })
}
