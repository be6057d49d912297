//! The judged fields of each variant, read out of its JSON object.

use std::fmt::Write;

use super::EventKind;
use super::json::{Malformed, Scanner};
use super::raw::RawStr;

type Scanned<T> = Result<T, Malformed>;

/// A field that may come once.
struct Once<T>(Option<T>);

impl<T> Once<T> {
    fn set(&mut self, value: Scanned<T>) -> Scanned<()> {
        match self.0.replace(value?) {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    fn required(self) -> Scanned<T> {
        self.0.ok_or(Malformed)
    }

    fn or(self, default: T) -> T {
        self.0.unwrap_or(default)
    }
}

/// What a variant says, its texts still as they stand in the line.
pub(super) struct Fields<'a> {
    pub(super) pid: u32,
    pub(super) partial: bool,
    pub(super) subject: Subject<'a>,
    /// The program, peer or path that a deny action would name.
    pub(super) natural: Option<RawStr<'a>>,
}

/// Where the text that rules match comes from.
pub(super) enum Subject<'a> {
    /// One string field.
    Text(RawStr<'a>),
    /// An array of strings, as it stands, to be joined by spaces.
    Arguments(&'a str),
    /// A string field, a separator and a number.
    Numbered(RawStr<'a>, char, u64),
    /// A number of features and a layer.
    Features(usize, u32),
}

impl<'a> Subject<'a> {
    /// The text itself where it stands in the line word for word.
    pub(super) fn plain(&self) -> Option<&'a str> {
        match self {
            Self::Text(raw) => raw.plain(),
            _ => None,
        }
    }

    /// Writes the text to `out`, which is cleared first.
    pub(super) fn write(&self, out: &mut String) {
        out.clear();
        match self {
            Self::Text(raw) => raw.decode_into(out),
            Self::Arguments(array) => join(array, out),
            Self::Numbered(raw, separator, number) => {
                raw.decode_into(out);
                // Writing to a `String` cannot fail.
                let _ = write!(out, "{separator}{number}");
            }
            Self::Features(count, layer) => {
                let _ = write!(out, "{count} sae features @L{layer}");
            }
        }
    }
}

/// Joins the strings of a JSON array, known to be valid, by single spaces.
fn join(array: &str, out: &mut String) {
    let mut first = true;
    // The array was read once already, so this cannot fail.
    let _ = Scanner::new(array).array(|scanner| {
        if !first {
            out.push(' ');
        }
        first = false;
        scanner.string()?.decode_into(out);
        Ok(())
    });
}

/// Reads the object of a variant of `kind`. Fields that are not judged are skipped, a judged field
/// that comes twice is an error.
pub(super) fn read<'a>(kind: EventKind, scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    match kind {
        EventKind::ToolExec => tool_exec(scanner),
        EventKind::SslContent => ssl_content(scanner),
        EventKind::SecurityAction => security_action(scanner),
        EventKind::Egress => egress(scanner),
        EventKind::Dns => dns(scanner),
        EventKind::FileAccess | EventKind::FileDelete => file(kind, scanner),
        EventKind::LlmActivations => activations(scanner),
    }
}

fn tool_exec<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut argv) = (Once(None), Once(None));
    let (mut parent, mut uid, mut cwd) = (Once(None), Once(None), Once(None));
    let (mut truncated, mut incomplete) = (Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "argv" => argv.set(arguments(scanner)),
        "ppid" => parent.set(or_null(scanner, Scanner::unsigned::<u32>)),
        "uid" => uid.set(or_null(scanner, Scanner::unsigned::<u32>)),
        "cwd" => cwd.set(or_null(scanner, Scanner::string)),
        "argv_truncated" => truncated.set(or_null(scanner, Scanner::boolean)),
        "argv_incomplete" => incomplete.set(or_null(scanner, Scanner::boolean)),
        _ => scanner.skip(),
    })?;
    let (array, program) = argv.or(("[]", None));
    Ok(Fields {
        pid: pid.required()?,
        partial: truncated.or(None) == Some(true) || incomplete.or(None) == Some(true),
        subject: Subject::Arguments(array),
        natural: program,
    })
}

/// An array of strings as it stands, and its first string.
fn arguments<'a>(scanner: &mut Scanner<'a>) -> Scanned<(&'a str, Option<RawStr<'a>>)> {
    let mut program = None;
    let array = scanner.slice(|scanner| {
        scanner.array(|scanner| {
            let argument = scanner.string()?;
            program.get_or_insert(argument);
            Ok(())
        })
    })?;
    Ok((array, program))
}

/// Collectors write an unknown optional value as `null`.
fn or_null<'a, T>(
    scanner: &mut Scanner<'a>,
    read: impl FnOnce(&mut Scanner<'a>) -> Scanned<T>,
) -> Scanned<Option<T>> {
    if scanner.null() {
        Ok(None)
    } else {
        read(scanner).map(Some)
    }
}

fn ssl_content<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut is_read, mut content) = (Once(None), Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "is_read" => is_read.set(scanner.boolean()),
        "content" => content.set(scanner.string()),
        _ => scanner.skip(),
    })?;
    Ok(whole(
        pid.required()?,
        Subject::Text(content.or(RawStr::EMPTY)),
        None,
    ))
}

fn security_action<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut kind, mut detail) = (Once(None), Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "kind" => kind.set(scanner.string()),
        "detail" => detail.set(scanner.unsigned()),
        _ => scanner.skip(),
    })?;
    let subject = Subject::Numbered(kind.required()?, ' ', detail.or(0));
    Ok(whole(pid.required()?, subject, None))
}

fn egress<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut peer, mut port, mut sni) = (Once(None), Once(None), Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "peer" => peer.set(scanner.string()),
        "port" => port.set(scanner.unsigned::<u16>()),
        "sni" => sni.set(or_null(scanner, Scanner::string)),
        _ => scanner.skip(),
    })?;
    let peer = peer.required()?;
    let subject = Subject::Numbered(peer, ':', u64::from(port.or(0)));
    Ok(whole(pid.required()?, subject, Some(peer)))
}

fn dns<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut query) = (Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "query" => query.set(scanner.string()),
        _ => scanner.skip(),
    })?;
    Ok(whole(
        pid.required()?,
        Subject::Text(query.required()?),
        None,
    ))
}

fn file<'a>(kind: EventKind, scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut path, mut write) = (Once(None), Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "path" => path.set(scanner.string()),
        "write" if kind == EventKind::FileAccess => write.set(scanner.boolean()),
        _ => scanner.skip(),
    })?;
    let path = path.required()?;
    Ok(whole(pid.required()?, Subject::Text(path), Some(path)))
}

fn activations<'a>(scanner: &mut Scanner<'a>) -> Scanned<Fields<'a>> {
    let (mut pid, mut layer, mut features) = (Once(None), Once(None), Once(None));
    scanner.object(|scanner, key| match key {
        "pid" => pid.set(scanner.unsigned()),
        "layer" => layer.set(scanner.unsigned()),
        "features" => features.set(count_features(scanner)),
        _ => scanner.skip(),
    })?;
    let subject = Subject::Features(features.or(0), layer.or(0));
    Ok(whole(pid.required()?, subject, None))
}

/// Counts `[[id, activation], …]`. An activation that a 32-bit float cannot hold is an error.
fn count_features(scanner: &mut Scanner<'_>) -> Scanned<usize> {
    let mut count = 0;
    scanner.array(|scanner| {
        let mut part = 0;
        scanner.array(|scanner| {
            part += 1;
            match part {
                1 => scanner.unsigned::<u32>().map(|_| ()),
                2 if scanner.finite_number()?.abs() <= f64::from(f32::MAX) => Ok(()),
                _ => Err(Malformed),
            }
        })?;
        count += 1;
        if part == 2 { Ok(()) } else { Err(Malformed) }
    })?;
    Ok(count)
}

/// Fields of a variant that the collector has no way to mark as cut.
fn whole<'a>(pid: u32, subject: Subject<'a>, natural: Option<RawStr<'a>>) -> Fields<'a> {
    Fields {
        pid,
        partial: false,
        subject,
        natural,
    }
}
