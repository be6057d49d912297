//! Reads the conditions of a rule, and reports those that nothing can fit.

use super::fields::{self, Body, Field};
use super::lists::Text;
use super::value::Reader;
use super::{
    ArgCondition, CodeCondition, CommandCondition, Conditions, Date, Glob, PathPattern,
    ProgramPattern, pattern,
};
use crate::condition::effects::kinds_of;
use crate::condition::path;
use crate::decision::Word;
use crate::event::EventKind;
use sentry_acl::{Value, ValueKind};
use sentry_command::{CodeSources, EffectKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

/// The keys of `command`.
pub(super) const COMMAND_KEYS: [&str; 10] = [
    "program",
    "words",
    "flags",
    "operands",
    "redirects",
    "from",
    "to",
    "code_from",
    "calls_itself",
    "code",
];
const CODE_KEYS: [&str; 2] = ["language", "match"];
/// The languages of code.
const LANGUAGES: [&str; 9] = [
    "applescript",
    "awk",
    "javascript",
    "lua",
    "perl",
    "php",
    "powershell",
    "python",
    "ruby",
];

/// The key of rules on commands that run what was downloaded.
const RUNS_DOWNLOAD: &str = "runs_download";

/// Whether a key of a rule asks for an effect.
pub(super) fn is_effect(key: &str) -> bool {
    EffectKind::named(key).is_some() || key == RUNS_DOWNLOAD
}

/// The conditions of one rule as they are read.
pub(super) struct Draft<'o> {
    /// The rule in messages.
    owner: &'o str,
    pub(super) conditions: Conditions,
    /// The place of the first `unless`.
    unless: Option<Span>,
    /// The place of the first `paths` in an `unless`.
    paths_place: Option<Span>,
}

impl<'o> Draft<'o> {
    pub(super) fn new(owner: &'o str) -> Self {
        Self {
            owner,
            conditions: Conditions::default(),
            unless: None,
            paths_place: None,
        }
    }

    /// Reads `args`: a block or an object. `command`, `code` and `unless` may be a list of objects.
    pub(super) fn section(&mut self, reader: &mut Reader<'_>, field: Field<'_>) {
        let name = field.name.text.as_str();
        if name == "args" {
            self.args(reader, field);
            return;
        }
        for (place, inner) in sections(reader, field) {
            if inner.is_empty() {
                empty(reader, place, name);
                continue;
            }
            match name {
                "command" => {
                    let condition = self.command(reader, &inner);
                    self.conditions.command.push(condition);
                }
                "code" => {
                    let condition = self.code(reader, &inner);
                    self.conditions.code.push(condition);
                }
                _ => {
                    self.unless.get_or_insert(place);
                    for field in inner {
                        self.exception(reader, field);
                    }
                }
            }
        }
    }

    /// Reads the arguments that a tool must have.
    fn args(&mut self, reader: &mut Reader<'_>, field: Field<'_>) {
        let inner = fields::of_section(reader, field);
        let is_section = match field.body {
            Body::Block(_) => true,
            Body::Value(value) => matches!(value.kind, ValueKind::Object(_)),
        };
        if is_section && inner.is_empty() {
            let problem = "`args` asks for nothing";
            let diagnostic = Diagnostic::new(Code::EmptyCondition, field.name.span, problem);
            reader.report(diagnostic.help("write `args = { path = \"/srv/**\" }`"));
        }
        for field in inner {
            let name = field.name.text.as_str();
            if let Some(value) = fields::value_of(reader, field) {
                let patterns = self.paths(reader, name, value);
                self.conditions.args.push(ArgCondition {
                    name: name.to_owned(),
                    patterns,
                });
            }
        }
    }

    /// Reads the names of tools.
    pub(super) fn tool(&mut self, reader: &mut Reader<'_>, value: &Value) {
        let texts = reader.list("tool", value, true).unwrap_or_default();
        self.conditions.tool = texts.into_iter().map(|text| Glob::new(text.text)).collect();
    }

    /// Reports conditions that no kind of event can fit. `owner` is the place of the rule.
    pub(super) fn check_possible(&self, reader: &mut Reader<'_>, owner: Span) {
        if self.kinds().is_empty() {
            let problem =
                "a `ToolCall` event has no commands and no effects, so the rule would never fire";
            let diagnostic = Diagnostic::new(Code::ConditionNeverFits, owner, problem);
            reader.report(diagnostic.help(
                "remove `tool` and `args`: a call is judged also as the commands, files and hosts that it is about",
            ));
        }
    }

    /// Reads a field of `unless`.
    fn exception(&mut self, reader: &mut Reader<'_>, field: Field<'_>) {
        let name = field.name.text.as_str();
        if name == "paths" {
            if let Some(value) = fields::value_of(reader, field) {
                let paths = self.paths(reader, name, value);
                self.conditions.unless_paths.extend(paths);
                self.paths_place.get_or_insert(field.name.span);
            }
            return;
        }
        if name != "command" {
            let message = format!("unknown setting `{name}` in `unless`");
            let mut unknown = Diagnostic::new(Code::UnknownKey, field.name.span, message);
            unknown = unknown.help(if COMMAND_KEYS.contains(&name) {
                format!("write `unless {{ command {{ {name} = … }} }}`")
            } else {
                "`unless` takes `command { … }` and `paths = […]`".to_owned()
            });
            reader.report(unknown);
            return;
        }
        for (place, inner) in sections(reader, field) {
            if inner.is_empty() {
                empty(reader, place, name);
            } else {
                let condition = self.command(reader, &inner);
                self.conditions.unless.push(condition);
            }
        }
    }

    fn command(&mut self, reader: &mut Reader<'_>, inner: &[Field<'_>]) -> CommandCondition {
        let mut condition = CommandCondition::default();
        let is_code = |field: &&Field<'_>| field.name.text == "code";
        for field in inner.iter().filter(is_code) {
            for (place, inner) in sections(reader, *field) {
                if inner.is_empty() {
                    empty(reader, place, "code");
                } else {
                    let code = self.code(reader, &inner);
                    condition.code.push(code);
                }
            }
        }
        let others = inner.iter().filter(|field| !is_code(field));
        for (key, value) in known(reader, "command", &COMMAND_KEYS, others) {
            match key {
                "calls_itself" => match reader.boolean(key, value) {
                    Some(false) => reader.bad_value(key, "can only be `true`: leave it out", value),
                    _ => condition.calls_itself = true,
                },
                "code_from" => condition.code_from = sources(reader, value),
                "program" => condition.program = programs(reader, key, value),
                "from" => condition.from = programs(reader, key, value),
                "to" => condition.to = programs(reader, key, value),
                "words" => condition.words = words(reader, value),
                "flags" => condition.flags = flags(reader, value),
                "operands" => condition.operands = self.paths(reader, key, value),
                _ => condition.redirects = self.paths(reader, key, value),
            }
        }
        condition
    }

    fn code(&mut self, reader: &mut Reader<'_>, inner: &[Field<'_>]) -> CodeCondition {
        let mut condition = CodeCondition::default();
        for (key, value) in known(reader, "code", &CODE_KEYS, inner.iter()) {
            if key == "match" {
                condition.pattern = pattern::read(reader, self.owner, value);
                continue;
            }
            for text in reader.list(key, value, true).unwrap_or_default() {
                if LANGUAGES.contains(&text.text.as_str()) {
                    condition.language.push(text.text);
                } else {
                    let message = format!("unknown value of `{key}`");
                    reader.unknown(
                        Code::UnknownWord,
                        text.span,
                        message,
                        &text.text,
                        &LANGUAGES,
                    );
                }
            }
        }
        condition
    }

    /// Reads patterns of paths.
    fn paths(&mut self, reader: &mut Reader<'_>, key: &str, value: &Value) -> Vec<PathPattern> {
        let mut patterns = Vec::new();
        for Text { text, span } in reader.list(key, value, true).unwrap_or_default() {
            if text.starts_with(REGEX) {
                let compiled = pattern::read_at(reader, self.owner, &text, REGEX.len(), span);
                patterns.extend(compiled.map(PathPattern::Regex));
            } else if let Some((problem, help)) = path_fault(&text) {
                bad_glob(reader, span, &format!("`{key}` {problem}"), help);
            } else {
                patterns.push(PathPattern::Path(Glob::new(path::pattern(&text))));
            }
        }
        patterns
    }

    /// Reads the effects that a rule asks for.
    pub(super) fn effects<'v>(
        &mut self,
        reader: &mut Reader<'_>,
        value: impl Fn(&str) -> Option<&'v Value>,
    ) {
        for (key, kind) in EffectKind::ALL {
            if let Some(value) = value(key) {
                self.effect(reader, kind, value);
            }
        }
        if let Some(value) = value(RUNS_DOWNLOAD) {
            if reader.boolean(RUNS_DOWNLOAD, value) == Some(false) {
                reader.bad_value(RUNS_DOWNLOAD, "can only be `true`: leave it out", value);
            }
            self.conditions.effects.runs_download = true;
        }
        if let Some(paths) = self.paths_place
            && self.conditions.effects.of.is_empty()
        {
            let problem = "`paths` in `unless` excepts nothing: the rule asks for no effect";
            let diagnostic = Diagnostic::new(Code::ConditionNeverFits, paths, problem);
            reader.report(diagnostic.help("ask for an effect, such as `reads = […]`"));
        }
    }

    fn effect(&mut self, reader: &mut Reader<'_>, kind: EffectKind, value: &Value) {
        let patterns = if kind == EffectKind::Connects {
            self.hosts(reader, kind.name(), value)
        } else {
            self.paths(reader, kind.name(), value)
        };
        self.conditions.effects.of.push((kind, patterns));
    }

    /// Reads patterns of hosts.
    fn hosts(&mut self, reader: &mut Reader<'_>, key: &str, value: &Value) -> Vec<PathPattern> {
        let mut patterns = Vec::new();
        for Text { text, span } in reader.list(key, value, true).unwrap_or_default() {
            if text.starts_with(REGEX) {
                let compiled = pattern::read_at(reader, self.owner, &text, REGEX.len(), span);
                patterns.extend(compiled.map(PathPattern::Regex));
            } else if let Some((problem, help)) = host_fault(&text) {
                bad_glob(reader, span, &format!("`{key}` {problem}"), help);
            } else {
                patterns.push(PathPattern::Path(Glob::new(host_pattern(&text))));
            }
        }
        patterns
    }

    /// The kinds of event that can fit the conditions.
    pub(super) fn kinds(&self) -> Vec<EventKind> {
        let effects = &self.conditions.effects;
        let only_call = self.conditions.asks_for_call();
        let only_command = self.conditions.asks_for_command() || effects.runs_download;
        let mut kinds = EventKind::ALL.to_vec();
        kinds.retain(|kind| {
            let is_command = *kind == EventKind::ToolExec;
            let mut asked = effects.of.iter();
            (is_command || !only_command)
                && (*kind == EventKind::ToolCall || !only_call)
                && asked.all(|(effect, _)| kinds_of(*effect).contains(kind))
        });
        kinds
    }

    /// Reads `agents`.
    pub(super) fn agents(&mut self, reader: &mut Reader<'_>, value: &Value) {
        let texts = reader.list("agents", value, true).unwrap_or_default();
        self.conditions.agents = texts.into_iter().map(|text| Glob::new(text.text)).collect();
    }

    /// Reads `expires`.
    pub(super) fn expires(&mut self, reader: &mut Reader<'_>, value: &Value) {
        let Some(text) = reader.string("expires", value) else {
            return;
        };
        self.conditions.expires = Date::parse(&text);
        if self.conditions.expires.is_none() {
            let problem = "`expires` is not a day of the calendar";
            let diagnostic = Diagnostic::new(Code::BadDate, value.span, problem);
            reader.report(diagnostic.help("write it as `\"2027-03-31\"`: year, month, day"));
        }
    }

    /// Reports conditions that nothing can fit on the kinds of the rule. `place` is that of `on`.
    pub(super) fn check_kinds(&self, reader: &mut Reader<'_>, on: &[EventKind], place: Span) {
        let others: Vec<String> = on
            .iter()
            .filter(|kind| **kind != EventKind::ToolExec)
            .map(|kind| format!("`{}`", kind.as_word()))
            .collect();
        let never = |problem: String| Diagnostic::new(Code::ConditionNeverFits, place, problem);
        if self.conditions.asks_for_call() {
            if on.len() < EventKind::ALL.len() && on != [EventKind::ToolCall] {
                let problem = "only a `ToolCall` event has a tool and arguments".to_owned();
                reader.report(never(problem).help("write `on = \"ToolCall\"`, or leave `on` out"));
            }
            return;
        }
        if !self.conditions.effects.is_empty() && !self.conditions.asks_for_command() {
            let possible = self.kinds();
            let others = on.iter().filter(|kind| !possible.contains(kind));
            let others: Vec<String> = others.map(|kind| format!("`{}`", kind.as_word())).collect();
            if !others.is_empty() && on.len() < EventKind::ALL.len() {
                let problem = format!("{} never has what the rule asks for", others.join(", "));
                let possible: Vec<_> = possible
                    .iter()
                    .map(|kind| format!("`{}`", kind.as_word()))
                    .collect();
                let help = format!("write {}, or leave `on` out", possible.join(" or "));
                reader.report(never(problem).help(help));
            }
            return;
        }
        if self.conditions.asks_for_command() {
            if !others.is_empty() && on.len() < EventKind::ALL.len() {
                let others = others.join(", ");
                let problem = format!("only a `ToolExec` event has commands, never {others}");
                reader.report(never(problem).help("write `on = \"ToolExec\"`, or leave `on` out"));
            }
        } else if let Some(unless) = self.unless {
            // Of other events only the program is known.
            let only_program = |condition: &CommandCondition| {
                !condition.program.is_empty() && condition.asks_for_program_alone()
            };
            let is_never = !on.contains(&EventKind::ToolExec)
                && !self.conditions.unless.is_empty()
                && !self.conditions.unless.iter().any(only_program);
            if is_never {
                let problem =
                    "`unless` can never hold: of these events only the `program` is known";
                let diagnostic = Diagnostic::new(Code::ConditionNeverFits, unless, problem);
                reader.report(
                    diagnostic
                        .related(place, "the kinds of the rule")
                        .help("ask for `program` alone"),
                );
            }
        }
    }
}

/// What a pattern of paths begins with if it is a regular expression.
const REGEX: &str = "regex:";

/// The sections of a field, each with its place: a block, an object, or the objects of a list.
fn sections<'t>(reader: &mut Reader<'_>, field: Field<'t>) -> Vec<(Span, Vec<Field<'t>>)> {
    match field.body {
        Body::Value(value) if matches!(&value.kind, ValueKind::List(_)) => {
            if matches!(&value.kind, ValueKind::List(elements) if elements.is_empty()) {
                empty(reader, value.span, &field.name.text);
            }
            fields::objects(reader, field)
        }
        Body::Value(value) if !matches!(value.kind, ValueKind::Object(_)) => {
            let expected = "a block, or a list of objects";
            reader.wrong_type(&field.name.text, expected, value);
            Vec::new()
        }
        _ => vec![(field.name.span, fields::of_section(reader, field))],
    }
}

fn empty(reader: &mut Reader<'_>, place: Span, name: &str) {
    let problem = format!("`{name}` asks for nothing");
    let keys: &[&str] = match name {
        "command" => &COMMAND_KEYS,
        "code" => &CODE_KEYS,
        _ => &["command", "paths"],
    };
    let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    let help = format!("add one of {}", keys.join(", "));
    reader.report(Diagnostic::new(Code::EmptyCondition, place, problem).help(help));
}

/// The values of the known keys of a section.
fn known<'f, 't: 'f>(
    reader: &mut Reader<'_>,
    section: &str,
    known: &[&str],
    inner: impl Iterator<Item = &'f Field<'t>>,
) -> Vec<(&'t str, &'t Value)> {
    let mut values: Vec<(&str, &Value)> = Vec::new();
    for &field in inner {
        let key = field.name.text.as_str();
        if !known.contains(&key) {
            let message = format!("unknown setting `{key}` in `{section}`");
            reader.unknown(Code::UnknownKey, field.name.span, message, key, known);
        } else if let Some(value) = fields::value_of(reader, field) {
            // The parser reports a key that is set twice.
            if values.iter().all(|(before, _)| *before != key) {
                values.push((key, value));
            }
        }
    }
    values
}

/// Reads the sources of code.
fn sources(reader: &mut Reader<'_>, value: &Value) -> CodeSources {
    let mut sources = CodeSources::NONE;
    for text in reader.list("code_from", value, true).unwrap_or_default() {
        match CodeSources::named(&text.text) {
            Some(source) => sources = sources.with(source),
            None => reader.unknown(
                Code::UnknownWord,
                text.span,
                "unknown value of `code_from`".to_owned(),
                &text.text,
                CodeSources::NAMES,
            ),
        }
    }
    sources
}

/// Reads names and paths of programs.
fn programs(reader: &mut Reader<'_>, key: &str, value: &Value) -> Vec<ProgramPattern> {
    let mut patterns = Vec::new();
    for Text { text, span } in reader.list(key, value, true).unwrap_or_default() {
        let is_path = text.contains('/');
        let fault = if is_path {
            path_fault(&text).or_else(|| {
                let is_anchored = text.starts_with(['/', '~', '*']);
                (!is_anchored).then_some((
                    "has a relative path",
                    "write a name, an absolute path, or `**/` before the path",
                ))
            })
        } else if text.contains(char::is_whitespace) {
            Some((
                "is one program without its arguments",
                "write the arguments in `words`, `flags` and `operands`",
            ))
        } else if text != "[" && text.contains(|c: char| "^$|()[]{}?\\;&<>'\"`=".contains(c)) {
            Some((
                "is neither a name nor a path",
                "it is no regular expression: list several programs, and write `*` for any characters",
            ))
        } else {
            None
        };
        if let Some((problem, help)) = fault {
            bad_glob(reader, span, &format!("`{key}` {problem}"), help);
        } else if is_path {
            patterns.push(ProgramPattern::Path(Glob::new(path::pattern(&text))));
        } else {
            patterns.push(ProgramPattern::Name(Glob::new(text)));
        }
    }
    patterns
}

/// Reads words, which are no options.
fn words(reader: &mut Reader<'_>, value: &Value) -> Vec<Glob> {
    let mut globs = Vec::new();
    for Text { text, span } in reader.list("words", value, true).unwrap_or_default() {
        if text.starts_with('-') && text.len() > 1 {
            let help = "write options in `flags`";
            bad_glob(
                reader,
                span,
                "`words` has an option, which is no word",
                help,
            );
        } else {
            globs.push(Glob::new(text));
        }
    }
    globs
}

/// Reads options.
fn flags(reader: &mut Reader<'_>, value: &Value) -> Vec<Glob> {
    let mut globs = Vec::new();
    for Text { text, span } in reader.list("flags", value, true).unwrap_or_default() {
        let fault = if !text.starts_with(['-', '+', '*', '/']) {
            Some((
                "has a text without dashes",
                "write options as `-f` and `--force`, and others in `words`",
            ))
        } else if text.contains(char::is_whitespace) {
            Some(("has a blank", "list the options one by one"))
        } else {
            None
        };
        match fault {
            Some((problem, help)) => bad_glob(reader, span, &format!("`flags` {problem}"), help),
            None => globs.push(Glob::new(text)),
        }
    }
    globs
}

/// A pattern of hosts as the names of hosts are written: in lower case, without a final dot.
fn host_pattern(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (host, port) = match lower.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (lower.as_str(), None),
    };
    let host = host.trim_end_matches('.');
    port.map_or_else(|| host.to_owned(), |port| [host, ":", port].concat())
}

/// Why no host fits a pattern, and what to write.
fn host_fault(pattern: &str) -> Option<(&'static str, &'static str)> {
    if pattern.contains("://") || pattern.contains('/') {
        Some((
            "has an address",
            "write the host alone, as `example.com` or `example.com:443`",
        ))
    } else if pattern.contains(char::is_whitespace) || pattern.contains(['@', '[', ']']) {
        Some((
            "is no host",
            "write a name or an address, as `*.example.com`, `10.0.0.7` or `fd00::1`",
        ))
    } else if (pattern.rsplit_once(':')).is_some_and(|(host, port)| {
        !host.contains(':')
            && port.len() > 4
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_err()
    }) {
        Some(("has a port above 65535", "write a port that there is"))
    } else {
        None
    }
}

/// Why no normalised path fits a pattern, and what to write.
fn path_fault(pattern: &str) -> Option<(&'static str, &'static str)> {
    if pattern.contains("://") {
        return None;
    }
    let mut segments = pattern.split('/').skip(1);
    let is_bare = matches!(pattern, "/" | "~");
    if pattern.starts_with("$HOME") || pattern.starts_with("${HOME}") {
        Some(("has a variable", "write `~` for the home of any user"))
    } else if !is_bare && pattern.ends_with('/') {
        Some((
            "has a slash at the end, which no path has",
            "write `/etc` for the folder, and `/etc/**` for everything in it",
        ))
    } else if segments.any(|segment| matches!(segment, "" | "." | "..") && !is_bare) {
        Some((
            "has `//`, `/./` or `/../`, which no path has",
            "write the path that it leads to: paths are compared without such detours",
        ))
    } else if pattern.starts_with("/private/etc") || pattern.starts_with("/proc/self/root/") {
        Some((
            "has a detour",
            "write the path that it leads to, such as `/etc`: paths are compared without detours",
        ))
    } else {
        None
    }
}

fn bad_glob(reader: &mut Reader<'_>, span: Span, problem: &str, help: &str) {
    reader.report(Diagnostic::new(Code::BadGlob, span, problem).help(help));
}
