//! A text that only events with the same judgement share.

use super::{Event, EventKind, Evidence};

impl Event<'_> {
    /// Sets `out` to a text that two events share only if they differ in nothing but their process
    /// number and other facts that this crate gives to nobody. Returns whether there is one of at
    /// most `limit` bytes; there is none for calls, prompts and features.
    ///
    /// ```
    /// use sentry_event::{Scratch, parse};
    /// let key = |argv: &str| {
    ///     let line = format!(r#"{{"event":{{"ToolExec":{{"pid":7,"argv":{argv}}}}}}}"#);
    ///     let mut key = Vec::new();
    ///     parse(line.as_bytes(), &mut Scratch::default()).unwrap().write_key(64, &mut key).then_some(key)
    /// };
    /// assert!(key(r#"["ls","a b"]"#).is_some());
    /// assert_eq!(key(r#"["ls","a b"]"#), key(r#"[ "ls", "a b" ]"#));
    /// assert_ne!(key(r#"["ls","a b"]"#), key(r#"["ls","a","b"]"#));
    /// ```
    pub fn write_key(&self, limit: usize, out: &mut Vec<u8>) -> bool {
        // A new field must be part of the text, unless judging never sees it.
        let Self {
            kind,
            pid: _,
            write,
            subject,
            evidence,
            features: _,
            ends,
            natural,
            names,
            call: _,
            folder,
            process,
            agent,
            provider,
        } = self;
        out.clear();
        let has_key = !matches!(
            kind,
            EventKind::ToolCall | EventKind::SslContent | EventKind::LlmActivations
        );
        if !has_key || subject.len() > limit {
            return false;
        }
        let is_partial = *evidence == Evidence::Partial;
        let flags = u32::from(*write) << 1 | u32::from(is_partial);
        number(kind.index() << 2, flags, out);
        number(ends.len(), 0, out);
        number(names.iter().count(), 0, out);
        number(names.of_peer().count(), 0, out);
        ends.iter().for_each(|end| number(*end, 0, out));
        names
            .iter()
            .for_each(|name| text(Some(name.as_bytes()), out));
        text(Some(subject.as_bytes()), out);
        // As they are written in the line: the same text in another spelling is new.
        for raw in [
            *natural,
            *agent,
            *provider,
            *folder,
            process.folder,
            process.exe,
        ] {
            text(raw.map(|raw| raw.text), out);
        }
        out.len() <= limit
    }
}

/// Appends a text and its length, so that no two lists of texts are the same.
fn text(text: Option<&[u8]>, out: &mut Vec<u8>) {
    number(text.map_or(0, |text| text.len() + 1), 0, out);
    out.extend_from_slice(text.unwrap_or_default());
}

/// Appends a number and flags in its lowest bits.
fn number(number: usize, flags: u32, out: &mut Vec<u8>) {
    let number = u32::try_from(number).unwrap_or(u32::MAX) | flags;
    out.extend_from_slice(&number.to_le_bytes());
}
