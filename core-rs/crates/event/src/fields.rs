//! Reads the judged fields of each variant from its JSON object.

use super::json::{Malformed, Scanned, Scanner};
use super::keys::keys;
use super::raw::RawStr;
use super::scratch::Parts;
use super::sorted_json;
use super::tool_call::ToolCall;
use super::{EventKind, Feature};

/// A field that may occur at most once.
struct UniqueField<T>(Option<T>);

impl<T> UniqueField<T> {
    fn set(&mut self, value: Scanned<T>) -> Scanned<()> {
        match self.0.replace(value?) {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    fn required(self) -> Scanned<T> {
        self.0.ok_or(Malformed)
    }
}

impl<T> UniqueField<Option<T>> {
    /// The value of an optional field; `None` if it is absent or `null`.
    fn optional(self) -> Option<T> {
        self.0.flatten()
    }
}

impl<'a> UniqueField<RawStr<'a>> {
    /// A required text, which must not be empty.
    fn non_empty(self) -> Scanned<RawStr<'a>> {
        self.0.filter(|text| !text.is_empty()).ok_or(Malformed)
    }
}

/// The fields of a variant. Texts are as written in the line.
pub(super) struct Fields<'a> {
    pub(super) pid: u32,
    pub(super) partial: bool,
    pub(super) subject: Subject<'a>,
    /// The program, peer or path that a deny action would deny.
    pub(super) natural: Option<RawStr<'a>>,
    /// The name of the server that a connection asked for.
    pub(super) server: Option<RawStr<'a>>,
    /// The call of a tool.
    pub(super) call: Option<ToolCall<'a>>,
    /// The folder that a command runs in, or that paths of a call are in.
    pub(super) folder: Option<RawStr<'a>>,
    /// Whether a file was opened for writing.
    pub(super) write: bool,
}

/// Where the text that rules match is stored. It has not been validated as UTF-8.
pub(super) enum Subject<'a> {
    /// Verbatim in the line.
    Line(&'a [u8]),
    /// In the scratch.
    Scratch,
}

impl<'a> Subject<'a> {
    /// The subject that [`Scanner::text`] returned.
    fn of(text: RawStr<'a>) -> Self {
        text.plain().map_or(Self::Scratch, Self::Line)
    }
}

/// Copies a text to `out`, and clears that first.
fn copy_text<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<RawStr<'a>> {
    out.clear();
    scanner.append(out)
}

/// Reads the object of a variant of `kind`. Skips fields that are not judged. A judged field that
/// occurs twice is an error.
pub(super) fn read<'a>(
    kind: EventKind,
    scanner: &mut Scanner<'a>,
    out: &mut Parts,
) -> Scanned<Fields<'a>> {
    match kind {
        EventKind::ToolExec => tool_exec(scanner, out),
        EventKind::SslContent => ssl_content(scanner, out),
        EventKind::SecurityAction => security_action(scanner, out),
        EventKind::Egress => egress(scanner, out),
        EventKind::Dns => dns(scanner, out),
        EventKind::FileAccess | EventKind::FileDelete => file(kind, scanner, out),
        EventKind::LlmActivations => activations(scanner, out),
        EventKind::ToolCall => tool_call(scanner, out),
    }
}

keys! {
    enum ToolExecKey {
        Pid = "pid",
        Argv = "argv",
        Ppid = "ppid",
        Uid = "uid",
        Cwd = "cwd",
        ArgvTruncated = "argv_truncated",
        ArgvIncomplete = "argv_incomplete",
    }
}

fn tool_exec<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut argv) = (UniqueField(None), UniqueField(None));
    let (mut parent, mut uid, mut cwd) = (UniqueField(None), UniqueField(None), UniqueField(None));
    let (mut truncated, mut incomplete) = (UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        ToolExecKey::Pid => pid.set(scanner.unsigned()),
        ToolExecKey::Argv => argv.set(arguments(scanner, out)),
        ToolExecKey::Ppid => parent.set(or_null(scanner, Scanner::unsigned::<u32>)),
        ToolExecKey::Uid => uid.set(or_null(scanner, Scanner::unsigned::<u32>)),
        ToolExecKey::Cwd => cwd.set(or_null(scanner, Scanner::string)),
        ToolExecKey::ArgvTruncated => truncated.set(or_null(scanner, Scanner::boolean)),
        ToolExecKey::ArgvIncomplete => incomplete.set(or_null(scanner, Scanner::boolean)),
        ToolExecKey::Other => scanner.skip(),
    })?;
    Ok(Fields {
        pid: pid.required()?,
        partial: truncated.optional() == Some(true) || incomplete.optional() == Some(true),
        subject: Subject::Scratch,
        natural: Some(argv.required()?),
        server: None,
        call: None,
        folder: cwd.optional(),
        write: false,
    })
}

/// Joins an array of strings with single spaces in `out`, which keeps where each ends. Returns the
/// first string. An empty array is an error.
fn arguments<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<RawStr<'a>> {
    let mut program = None;
    out.clear();
    scanner.array(|scanner| {
        if program.is_some() {
            out.push_char(' ');
        }
        let argument = scanner.append(out)?;
        out.ends.push(out.len());
        program.get_or_insert(argument);
        Ok(())
    })?;
    program.ok_or(Malformed)
}

/// Reads an optional value: collectors write `null` if they do not know it.
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

keys! {
    enum SslContentKey {
        Pid = "pid",
        IsRead = "is_read",
        Content = "content",
    }
}

fn ssl_content<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut is_read, mut content) =
        (UniqueField(None), UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        SslContentKey::Pid => pid.set(scanner.unsigned()),
        SslContentKey::IsRead => is_read.set(scanner.boolean()),
        SslContentKey::Content => content.set(scanner.text(out)),
        SslContentKey::Other => scanner.skip(),
    })?;
    Ok(whole(
        pid.required()?,
        Subject::of(content.required()?),
        None,
    ))
}

keys! {
    enum SecurityActionKey {
        Pid = "pid",
        Kind = "kind",
        Detail = "detail",
    }
}

fn security_action<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut kind, mut detail) = (UniqueField(None), UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        SecurityActionKey::Pid => pid.set(scanner.unsigned()),
        SecurityActionKey::Kind => kind.set(copy_text(scanner, out)),
        SecurityActionKey::Detail => detail.set(or_null(scanner, Scanner::unsigned)),
        SecurityActionKey::Other => scanner.skip(),
    })?;
    kind.non_empty()?;
    out.push_char(' ');
    out.push_number(detail.optional().unwrap_or(0));
    Ok(whole(pid.required()?, Subject::Scratch, None))
}

keys! {
    enum EgressKey {
        Pid = "pid",
        Peer = "peer",
        Port = "port",
        Sni = "sni",
    }
}

fn egress<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut peer, mut port, mut sni) = (
        UniqueField(None),
        UniqueField(None),
        UniqueField(None),
        UniqueField(None),
    );
    scanner.object(|scanner, key| match key {
        EgressKey::Pid => pid.set(scanner.unsigned()),
        EgressKey::Peer => peer.set(copy_text(scanner, out)),
        EgressKey::Port => port.set(or_null(scanner, Scanner::unsigned::<u16>)),
        EgressKey::Sni => sni.set(or_null(scanner, Scanner::string)),
        EgressKey::Other => scanner.skip(),
    })?;
    let peer = peer.non_empty()?;
    out.push_char(':');
    out.push_number(u64::from(port.optional().unwrap_or(0)));
    Ok(Fields {
        server: sni.optional().filter(|name| !name.is_empty()),
        ..whole(pid.required()?, Subject::Scratch, Some(peer))
    })
}

keys! {
    enum DnsKey {
        Pid = "pid",
        Query = "query",
    }
}

fn dns<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut query) = (UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        DnsKey::Pid => pid.set(scanner.unsigned()),
        DnsKey::Query => query.set(scanner.text(out)),
        DnsKey::Other => scanner.skip(),
    })?;
    Ok(whole(
        pid.required()?,
        Subject::of(query.non_empty()?),
        None,
    ))
}

keys! {
    enum FileKey {
        Pid = "pid",
        Path = "path",
        Write = "write",
    }
}

fn file<'a>(kind: EventKind, scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut path, mut write) = (UniqueField(None), UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        FileKey::Pid => pid.set(scanner.unsigned()),
        FileKey::Path => path.set(scanner.text(out)),
        FileKey::Write if kind == EventKind::FileAccess => write.set(scanner.boolean()),
        FileKey::Write | FileKey::Other => scanner.skip(),
    })?;
    let path = path.non_empty()?;
    Ok(Fields {
        write: write.0.unwrap_or(false),
        ..whole(pid.required()?, Subject::of(path), Some(path))
    })
}

keys! {
    enum LlmActivationsKey {
        Pid = "pid",
        Layer = "layer",
        Features = "features",
    }
}

fn activations<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut layer, mut features) =
        (UniqueField(None), UniqueField(None), UniqueField(None));
    out.features.clear();
    scanner.object(|scanner, key| match key {
        LlmActivationsKey::Pid => pid.set(scanner.unsigned()),
        LlmActivationsKey::Layer => layer.set(or_null(scanner, Scanner::unsigned::<u32>)),
        LlmActivationsKey::Features => features.set(read_features(scanner, out)),
        LlmActivationsKey::Other => scanner.skip(),
    })?;
    out.clear();
    out.push_number(out.features.len() as u64);
    out.push(b" sae features @L");
    out.push_number(u64::from(layer.optional().unwrap_or(0)));
    Ok(whole(pid.required()?, Subject::Scratch, None))
}

keys! {
    enum ToolCallKey {
        Pid = "pid",
        Tool = "tool",
        Args = "args",
        Server = "server",
        Cwd = "cwd",
    }
}

/// The subject is the tool's name, a space, and the arguments as compact JSON with sorted keys.
fn tool_call<'a>(scanner: &mut Scanner<'a>, out: &mut Parts) -> Scanned<Fields<'a>> {
    let (mut pid, mut tool, mut args) = (UniqueField(None), UniqueField(None), UniqueField(None));
    let (mut server, mut cwd) = (UniqueField(None), UniqueField(None));
    scanner.object(|scanner, key| match key {
        ToolCallKey::Pid => pid.set(or_null(scanner, Scanner::unsigned::<u32>)),
        ToolCallKey::Tool => tool.set(scanner.string()),
        ToolCallKey::Args => args.set(scanner.skipped()),
        ToolCallKey::Server => server.set(or_null(scanner, Scanner::string)),
        ToolCallKey::Cwd => cwd.set(or_null(scanner, Scanner::string)),
        ToolCallKey::Other => scanner.skip(),
    })?;
    let call = ToolCall::new(tool.non_empty()?, args.optional().ok_or(Malformed)?);
    out.clear();
    out.push(call.tool().as_bytes());
    out.push_char(' ');
    sorted_json::write(call.args, out)?;
    let pid = pid.optional().unwrap_or(0);
    Ok(Fields {
        call: Some(call),
        folder: cwd.optional(),
        ..whole(pid, Subject::Scratch, None)
    })
}

/// Succeeds for a list of features.
pub(super) fn is_feature_list(scanner: &mut Scanner<'_>) -> Scanned<()> {
    read_features(scanner, &mut Parts::default())
}

/// Reads `[[id, activation], …]`. An activation outside the range of a 32-bit float is an error.
fn read_features(scanner: &mut Scanner<'_>, out: &mut Parts) -> Scanned<()> {
    scanner.array(|scanner| {
        let (mut id, mut activation) = (None, None);
        scanner.array(|scanner| {
            match (id, activation) {
                (None, _) => id = Some(scanner.unsigned()?),
                (_, None) => activation = Some(in_f32_range(scanner.finite_number()?)?),
                _ => return Err(Malformed),
            }
            Ok(())
        })?;
        out.features.push(Feature {
            id: id.ok_or(Malformed)?,
            activation: activation.ok_or(Malformed)?,
        });
        Ok(())
    })
}

/// A number within the range of a 32-bit float.
fn in_f32_range(number: f64) -> Scanned<f64> {
    // A number out of range becomes infinite.
    #[allow(clippy::cast_possible_truncation)]
    let single = number as f32;
    if single.is_finite() {
        Ok(number)
    } else {
        Err(Malformed)
    }
}

/// The fields of a variant that the collector cannot mark as cut.
fn whole<'a>(pid: u32, subject: Subject<'a>, natural: Option<RawStr<'a>>) -> Fields<'a> {
    Fields {
        pid,
        partial: false,
        subject,
        natural,
        server: None,
        call: None,
        folder: None,
        write: false,
    }
}
