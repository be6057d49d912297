//! The call of a tool: its name, and its arguments by their names.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::ControlFlow;

use super::json::{Scanned, Scanner};
use super::raw::RawStr;

/// A call, borrowed from its line.
#[derive(Debug)]
pub struct ToolCall<'a> {
    tool: RawStr<'a>,
    /// Valid JSON.
    pub(super) args: &'a [u8],
    /// Where the key and the value of each argument begin, once a rule asks for one.
    members: OnceCell<Vec<(usize, usize)>>,
}

impl<'a> ToolCall<'a> {
    pub(super) fn new(tool: RawStr<'a>, args: &'a [u8]) -> Self {
        let members = OnceCell::new();
        Self {
            tool,
            args,
            members,
        }
    }

    /// The tool's name.
    pub fn tool(&self) -> Cow<'a, str> {
        self.tool.decode()
    }

    fn scanner_at(&self, at: usize) -> Scanner<'a> {
        let mut scanner = Scanner::new(self.args);
        scanner.at = at;
        scanner
    }

    /// Calls `each` for the texts of the arguments with this name, until it breaks: for a string,
    /// a number, a boolean and `null` its text, for a list each of its elements. An object, or a
    /// list in a list, has no text: `None`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sentry_event::{Scratch, parse};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"event":{"ToolCall":{"tool":"t","args":{"paths":["/a", 7, {}]}}}}"#;
    /// let event = parse(line, &mut scratch).unwrap();
    /// let mut found = Vec::new();
    /// event.call().unwrap().each_text("paths", &mut |text| {
    ///     found.push(text.map(str::to_owned));
    ///     ControlFlow::Continue(())
    /// });
    /// assert_eq!(found, [Some("/a".to_owned()), Some("7".to_owned()), None]);
    /// ```
    pub fn each_text(&self, name: &str, each: &mut dyn FnMut(Option<&str>) -> ControlFlow<()>) {
        let members = self
            .members
            .get_or_init(|| members(self.args).unwrap_or_default());
        for &(key, value) in members {
            let key = self.scanner_at(key).string();
            let is_named = key.is_ok_and(|key| key.decode() == name);
            if is_named && texts(&mut self.scanner_at(value), each).is_break() {
                return;
            }
        }
    }
}

/// Where the keys and the values of an object begin.
fn members(object: &[u8]) -> Scanned<Vec<(usize, usize)>> {
    let mut scanner = Scanner::new(object);
    let mut members = Vec::new();
    scanner.expect(b'{')?;
    while scanner.peek() == b'"' {
        let key = scanner.at;
        scanner.skip_string()?;
        scanner.expect(b':')?;
        members.push((key, scanner.at));
        scanner.skip()?;
        scanner.eat(b',');
    }
    Ok(members)
}

/// Passes the texts of the next value on.
fn texts(
    scanner: &mut Scanner<'_>,
    each: &mut dyn FnMut(Option<&str>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if scanner.peek() != b'[' {
        return text(scanner, each);
    }
    scanner.eat(b'[');
    while !matches!(scanner.peek(), b']' | 0) {
        text(scanner, each)?;
        scanner.eat(b',');
    }
    ControlFlow::Continue(())
}

/// Passes the text of the next value on.
fn text(
    scanner: &mut Scanner<'_>,
    each: &mut dyn FnMut(Option<&str>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let decoded = if scanner.peek() == b'"' {
        scanner.string().ok().map(RawStr::decode)
    } else {
        let value = scanner.skipped().ok().flatten().unwrap_or_default();
        let is_text = !matches!(value.first(), None | Some(b'{' | b'['));
        is_text.then(|| String::from_utf8_lossy(value))
    };
    debug_assert!(scanner.at <= scanner.line.len(), "the value is valid JSON");
    each(decoded.as_deref())
}
