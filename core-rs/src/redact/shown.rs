//! A text as people may see it: without its secrets.

use std::fmt::Write;

use super::{Detectors, Part};
use crate::brief::beginning;

/// Bytes of a text that are looked through. What is shown of it is far shorter.
const LOOKED_AT: usize = 4096;

impl Detectors {
    /// The beginning of a text, at most 4 KiB of it, with a placeholder for each secret: `{{A3S_REDACTED:<kind>:<n>}}`,
    /// numbered by kind from 1. `None` where nothing is known of the text.
    ///
    /// ```
    /// use sentry_core::{policy::{Imported, check}, redact::Detectors};
    /// let policy = check("", &|_| None).policy.unwrap();
    /// let mut detectors = Detectors::new(&policy.redact, Imported::default()).unwrap();
    /// let shown = detectors.shown("to ada@example.org and bob@example.org").unwrap();
    /// assert_eq!(shown, "to {{A3S_REDACTED:email:1}} and {{A3S_REDACTED:email:2}}");
    /// ```
    pub fn shown(&mut self, text: &str) -> Option<String> {
        let text = beginning(text, LOOKED_AT);
        let finds = self.scan(&mut text.as_bytes().to_vec(), Part::WHOLE)?.finds;
        let mut counts = vec![0_u32; self.kinds.len()];
        let mut out = String::new();
        let mut from = 0;
        for find in finds {
            let kind = find.kind as usize;
            let (name, count) = (self.kinds.get(kind)?, counts.get_mut(kind)?);
            *count += 1;
            out.push_str(text.get(from..find.start)?);
            // A `String` takes whatever is written to it.
            let _ = write!(out, "{{{{A3S_REDACTED:{name}:{count}}}}}");
            from = find.end;
        }
        out.push_str(text.get(from..)?);
        Some(out)
    }
}
