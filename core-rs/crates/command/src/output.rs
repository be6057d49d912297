//! What commands write when all they read is known: `echo`, `printf`, `base64 -d` and the like.

use crate::data::{self, Kinds};
use crate::reading::{Command, Input, RedirectKind, Word};
use crate::sources::CodeSources;
use std::rc::Rc;

/// The longest output that is kept, in bytes.
const LONGEST: usize = 256 * 1024;

/// What commands have written: known bytes, or something unknown.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    bytes: Option<Vec<u8>>,
    /// Where the bytes come from, of what rules ask for.
    pub from: CodeSources,
}

impl Output {
    pub fn empty() -> Self {
        Self::new(Some(Vec::new()), CodeSources::NONE)
    }

    fn new(bytes: Option<Vec<u8>>, from: CodeSources) -> Self {
        Self { bytes, from }
    }

    pub fn append(&mut self, more: Self) {
        self.from = self.from.with(more.from);
        self.bytes = match (self.bytes.take(), more.bytes) {
            (Some(mut bytes), Some(more)) if bytes.len() + more.len() <= LONGEST => {
                bytes.extend(more);
                Some(bytes)
            }
            _ => None,
        };
    }

    pub fn as_text(&self) -> Option<Rc<str>> {
        self.bytes
            .as_ref()
            .map(|bytes| Rc::from(String::from_utf8_lossy(bytes)))
    }

    pub fn into_input(self) -> Input {
        match self.as_text() {
            Some(text) => Input::Known(text, self.from),
            None => Input::Unknown(self.from),
        }
    }
}

/// Which escapes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Of `$'…'`.
    Quotes,
    /// Of `echo -e` and `%b`: octal numbers begin with 0.
    Echo,
}

/// What the command writes to its standard output, and where that comes from, if what it reads comes
/// from these sources.
pub(crate) fn output_of(command: &Command, kinds: Kinds, reads: CodeSources) -> Output {
    if writes_elsewhere(command) {
        return Output::empty();
    }
    let from = reads.with(crate::flow::added(command, kinds));
    Output::new(bytes_of(command, kinds), from)
}

/// Whether standard output goes to a file.
fn writes_elsewhere(command: &Command) -> bool {
    command.redirects.iter().any(|redirect| {
        matches!(redirect.kind, RedirectKind::Write | RedirectKind::Append)
            && redirect.descriptor.is_none_or(|fd| fd == 1)
    })
}

/// The bytes that the command writes, where they are known.
fn bytes_of(command: &Command, kinds: Kinds) -> Option<Vec<u8>> {
    if !command.words.is_empty() && !kinds.is(Kinds::OUTPUT) {
        return None;
    }
    let is_home = |word: &Word| matches!(word.text.as_str(), "$HOME" | "${HOME}");
    let is_known = command.is_understood()
        || command.program() == "find"
            && command.words.iter().all(|word| word.known || is_home(word));
    if !is_known || command.words.iter().any(|word| word.glob) {
        return None;
    }
    let texts = command.texts();
    let Some((_, arguments)) = texts.split_first() else {
        return Some(Vec::new());
    };
    let input = match &command.input {
        Input::Known(text, _) => Some(&**text),
        _ => None,
    };
    match command.program() {
        // One line of `yes` stands for all.
        "echo" | "yes" => Some(echo(arguments)),
        "printf" => printf(arguments),
        "cat" | "tee" if reads_input_only(arguments) => input.map(|text| text.as_bytes().to_vec()),
        "base64" | "gbase64"
            if arguments
                .iter()
                .any(|a| matches!(*a, "-d" | "-D" | "--decode" | "-di" | "-id")) =>
        {
            input.filter(|_| reads_input_only(arguments)).map(base64)
        }
        "openssl"
            if arguments.contains(&"-d") && arguments.iter().any(|a| a.contains("base64")) =>
        {
            input.map(base64)
        }
        "xxd" if arguments.iter().any(|a| a.starts_with("-r")) => input.map(hex),
        "find" => found(arguments),
        "which" => looked_up(arguments),
        "command" if arguments.first() == Some(&"-v") => looked_up(arguments),
        "type" if matches!(arguments.first(), Some(&("-p" | "-P"))) => looked_up(arguments),
        "rev" if arguments.is_empty() => input.map(reversed_lines),
        "tac" if arguments.is_empty() => input.map(lines_from_the_end),
        "tr" => input.and_then(|text| translate(text, arguments)),
        name => {
            let is_silent =
                data::is_one_of("true : cd pushd set export test [ sleep mkdir rm", name);
            is_silent.then(Vec::new)
        }
    }
}

/// Where programs that are looked up probably are.
fn looked_up(arguments: &[&str]) -> Option<Vec<u8>> {
    let names = arguments.iter().filter(|name| !name.starts_with('-'));
    let places = names.flat_map(|name| {
        let folder = if name.contains('/') { "" } else { "/usr/bin/" };
        [folder, name, "\n"]
    });
    let places: String = places.collect();
    (!places.is_empty()).then(|| places.into_bytes())
}

/// The places that `find` searches, which stand for all that it finds, if no test narrows that.
fn found(arguments: &[&str]) -> Option<Vec<u8>> {
    let places = arguments
        .iter()
        .take_while(|argument| !argument.starts_with(['-', '(', '!']));
    let is_plain = !crate::wrappers::narrows(arguments)
        && !arguments.iter().any(|argument| {
            argument.starts_with("-exec")
                || argument.starts_with("-ok")
                || argument.contains("print") && *argument != "-print" && *argument != "-print0"
        });
    let end = if arguments.contains(&"-print0") {
        '\0'
    } else {
        '\n'
    };
    let mut written = String::new();
    for place in places {
        written.push_str(place);
        written.push(end);
    }
    (is_plain && !written.is_empty()).then(|| written.into_bytes())
}

fn reads_input_only(arguments: &[&str]) -> bool {
    arguments.iter().all(|argument| argument.starts_with('-'))
}

fn echo(arguments: &[&str]) -> Vec<u8> {
    let mut escapes = false;
    let mut line_break = true;
    let mut arguments = arguments;
    while let Some((first, rest)) = arguments.split_first() {
        let flags = first.strip_prefix('-').unwrap_or_default();
        if flags.is_empty() || !flags.bytes().all(|flag| b"neE".contains(&flag)) {
            break;
        }
        escapes |= flags.contains('e');
        line_break &= !flags.contains('n');
        arguments = rest;
    }
    let text = arguments.join(" ");
    let mut written = if escapes {
        unescape(&text, Escapes::Echo)
    } else {
        text.into_bytes()
    };
    if line_break {
        written.push(b'\n');
    }
    written
}

fn printf(arguments: &[&str]) -> Option<Vec<u8>> {
    let (format, mut values) = arguments.split_first()?;
    let format = match *format {
        "--" => {
            let (format, rest) = values.split_first()?;
            values = rest;
            format
        }
        format if format.starts_with('-') => return None,
        format => format,
    };
    let mut values = values.iter();
    let mut written = Vec::new();
    let count = values.len();
    loop {
        let before = values.len();
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            written.extend(unescape(rest.get(..at)?, Escapes::Quotes));
            let spec = rest.get(at + 1..)?;
            let length = spec
                .bytes()
                .position(|byte| byte.is_ascii_alphabetic() || byte == b'%')?;
            match spec.as_bytes().get(length)? {
                b'%' => written.push(b'%'),
                b's' | b'd' | b'i' | b'u' => {
                    written.extend(values.next().copied().unwrap_or_default().bytes());
                }
                b'c' => written.extend(values.next().and_then(|value| value.bytes().next())),
                b'b' => written.extend(unescape(
                    values.next().copied().unwrap_or_default(),
                    Escapes::Echo,
                )),
                _ => return None,
            }
            rest = spec.get(length + 1..)?;
        }
        written.extend(unescape(rest, Escapes::Quotes));
        if values.len() == 0 || values.len() == before || written.len() > LONGEST || count == 0 {
            return Some(written);
        }
    }
}

/// The bytes of a text with backslash escapes.
pub(crate) fn unescape(text: &str, escapes: Escapes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        bytes.extend(rest.get(..at).unwrap_or_default().bytes());
        rest = rest.get(at + 1..).unwrap_or_default();
        let used = escape(rest, escapes, &mut bytes);
        rest = rest.get(used..).unwrap_or_default();
    }
    bytes.extend(rest.bytes());
    bytes
}

/// Decodes the escape behind a backslash; gives how many bytes it has.
fn escape(rest: &str, escapes: Escapes, bytes: &mut Vec<u8>) -> usize {
    let digits = |from: usize, radix: u32, most: usize| {
        let digits = rest
            .get(from..)
            .unwrap_or_default()
            .chars()
            .take(most)
            .take_while(|char| char.is_digit(radix))
            .count();
        let value = rest
            .get(from..from + digits)
            .and_then(|text| u32::from_str_radix(text, radix).ok());
        value.map(|value| (value, from + digits))
    };
    let simple = match rest.bytes().next() {
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'e' | b'E') => 27,
        Some(b'f') => 12,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'v') => 11,
        Some(byte @ (b'\\' | b'\'' | b'"' | b'?')) => byte,
        Some(b'x') => return push_number(digits(1, 16, 2), bytes),
        Some(b'u') => return push_char(digits(1, 16, 4), bytes),
        Some(b'U') => return push_char(digits(1, 16, 8), bytes),
        Some(b'0') if escapes == Escapes::Echo => return push_number(digits(1, 8, 3), bytes),
        Some(b'0'..=b'7') => return push_number(digits(0, 8, 3), bytes),
        _ => {
            bytes.push(b'\\');
            return 0;
        }
    };
    bytes.push(simple);
    1
}

fn push_number(number: Option<(u32, usize)>, bytes: &mut Vec<u8>) -> usize {
    let Some((value, used)) = number else {
        bytes.push(b'\\');
        return 0;
    };
    bytes.push(u8::try_from(value & 0xff).unwrap_or(b'?'));
    used
}

fn push_char(number: Option<(u32, usize)>, bytes: &mut Vec<u8>) -> usize {
    let Some((value, used)) = number else {
        bytes.push(b'\\');
        return 0;
    };
    bytes.extend(
        char::from_u32(value)
            .unwrap_or('\u{fffd}')
            .encode_utf8(&mut [0; 4])
            .bytes(),
    );
    used
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        held = (held << 6 | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap_or_default());
        }
    }
    bytes
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|char| char.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |value, digit| value << 4 | digit))
        .collect()
}

fn reversed_lines(text: &str) -> Vec<u8> {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| line.chars().rev().collect())
        .collect();
    lines.join("\n").into_bytes()
}

fn lines_from_the_end(text: &str) -> Vec<u8> {
    let lines: Vec<&str> = text.split_inclusive('\n').rev().collect();
    lines.concat().into_bytes()
}

fn translate(text: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    match arguments {
        ["-d", set] => {
            let set = character_set(set)?;
            Some(
                text.chars()
                    .filter(|char| !set.contains(char))
                    .collect::<String>()
                    .into_bytes(),
            )
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (character_set(from)?, character_set(to)?);
            let last = to.last().copied()?;
            let translated: String = text
                .chars()
                .map(|char| match from.iter().rposition(|&other| other == char) {
                    Some(at) => to.get(at).copied().unwrap_or(last),
                    None => char,
                })
                .collect();
            Some(translated.into_bytes())
        }
        _ => None,
    }
}

/// The characters of a set of `tr`: ranges, escapes, two classes.
fn character_set(set: &str) -> Option<Vec<char>> {
    match set {
        "[:upper:]" => return Some(('A'..='Z').collect()),
        "[:lower:]" => return Some(('a'..='z').collect()),
        _ => {}
    }
    if set.contains("[:") || set.len() > 512 {
        return None;
    }
    let set = String::from_utf8(unescape(set, Escapes::Quotes)).ok()?;
    let mut chars: Vec<char> = Vec::new();
    let mut rest = set.chars().peekable();
    while let Some(char) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if char <= last => {
                if u32::from(last) - u32::from(char) > 512 {
                    return None;
                }
                chars.extend(char..=last);
                rest = ahead;
            }
            _ => chars.push(char),
        }
    }
    Some(chars)
}
