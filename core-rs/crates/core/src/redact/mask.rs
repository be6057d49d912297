//! A text for people to read: secrets are replaced by placeholders.

use std::fmt::Write;

use super::find::merged;
use super::{Detectors, Find, Part};
use sentry_text::truncate;

/// The most secrets whose other places are looked for, and the fewest bytes of one.
const REPEATED: usize = 16;
const MIN_REPEATED: usize = 8;

/// Finds, and the other places in the text at which one of the secrets stands, by their beginnings.
fn with_other_places(mut finds: Vec<Find>, text: &str) -> Vec<Find> {
    let known = finds.len().min(REPEATED);
    for at in 0..known {
        let Some(find) = finds.get(at).cloned() else {
            break;
        };
        let secret = text.get(find.start..find.end);
        let secret = secret.filter(|secret| secret.len() >= MIN_REPEATED);
        let places = secret
            .into_iter()
            .flat_map(|secret| text.match_indices(secret));
        finds.extend(places.map(|(start, secret)| Find {
            start,
            end: start + secret.len(),
            ..find.clone()
        }));
    }
    // Of finds that begin at one place, the first is the longest of those that were merged.
    sentry_sort::stable(&mut finds, |a, b| a.start < b.start);
    finds
}

impl Detectors {
    /// The beginning of a text, at most `max_bytes` bytes of it, with a placeholder for each secret
    /// that is not of a `readable` kind: `{{A3S_REDACTED:<kind>:<n>}}`, numbered by kind from 1. If
    /// a longer text is cut, a possible secret at the cut is left out. `None` if nothing is known
    /// of the text.
    ///
    /// ```
    /// use sentry_core::{policy::{Imported, check}, redact::Detectors};
    /// let policy = check("", &|_| None).policy.unwrap();
    /// let mut detectors = Detectors::new(&policy.redact, Imported::default()).unwrap();
    /// let value = "x7Kp2mQ9vL4w";
    /// let shown = detectors.mask(&format!("token={value} to ada@example.org"), 99, &[]).unwrap();
    /// assert_eq!(shown, "token={{A3S_REDACTED:generic_secret:1}} to {{A3S_REDACTED:email:1}}");
    /// let shown = detectors.mask("scp a ada@example.org:b", 99, &["email"]).unwrap();
    /// assert_eq!(shown, "scp a ada@example.org:b");
    /// let shown = detectors.mask(&format!("login {value} --token {value}"), 99, &[]).unwrap();
    /// assert!(!shown.contains(value));
    /// ```
    pub fn mask(&mut self, text: &str, max_bytes: usize, readable: &[&str]) -> Option<String> {
        let (text, finds, until) = self.finds(text, max_bytes, readable)?;
        let finds = with_other_places(finds, text);
        let mut counts = vec![0_u32; self.kinds.len()];
        let mut out = String::new();
        let mut from = 0;
        for find in finds {
            if find.start > until {
                break;
            }
            if find.start < from {
                continue;
            }
            let kind = find.kind as usize;
            let (name, count) = (self.kinds.get(kind)?, counts.get_mut(kind)?);
            *count += 1;
            out.push_str(text.get(from..find.start)?);
            // Writing to a `String` cannot fail.
            let _ = write!(out, "{{{{A3S_REDACTED:{name}:{count}}}}}");
            from = find.end;
        }
        out.push_str(text.get(from..until).unwrap_or_default());
        Some(out)
    }

    /// The secrets that [`Self::mask`] replaces, in order, each with its kind.
    ///
    /// ```
    /// use sentry_core::{policy::{Imported, check}, redact::Detectors};
    /// let policy = check("", &|_| None).policy.unwrap();
    /// let mut detectors = Detectors::new(&policy.redact, Imported::default()).unwrap();
    /// let value = "x7Kp2mQ9vL4w";
    /// let found = detectors.secrets(&format!("curl -u ada:{value} https://x.test"), 99, &[]).unwrap();
    /// assert_eq!(found, [("generic_secret".to_owned(), value.to_owned())]);
    /// ```
    pub fn secrets(
        &mut self,
        text: &str,
        max_bytes: usize,
        readable: &[&str],
    ) -> Option<Vec<(String, String)>> {
        let (text, finds, _) = self.finds(text, max_bytes, readable)?;
        let secret = |find: Find| {
            let kind = self.kinds.get(find.kind as usize)?;
            Some((kind.clone(), text.get(find.start..find.end)?.to_owned()))
        };
        Some(finds.into_iter().filter_map(secret).collect())
    }

    /// The beginning of a text, the secrets in it, and up to where it is known.
    fn finds<'t>(
        &mut self,
        text: &'t str,
        max_bytes: usize,
        readable: &[&str],
    ) -> Option<(&'t str, Vec<Find>, usize)> {
        let all = text.len();
        let text = truncate(text, max_bytes);
        let part = Part {
            is_last: text.len() == all,
            ..Part::WHOLE
        };
        let (mut found, until) = self.search(&mut text.as_bytes().to_vec(), part)?;
        // Removed before they are merged: a readable find must not make a secret that it overlaps
        // readable.
        let kinds = &self.kinds;
        let is_readable = |find: &Find| {
            let kind = kinds.get(find.kind as usize);
            kind.is_some_and(|kind| readable.contains(&kind.as_str()))
        };
        for one in &mut found {
            one.secrets.retain(|find| !is_readable(find));
        }
        Some((text, merged(&found), until))
    }
}
