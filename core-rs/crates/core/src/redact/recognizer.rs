//! Finds the secrets of the built-in kinds: one pass over a text finds the places where one may
//! begin, and each is read by the code for its format.

use std::ops::Range;

use super::anchors::{Anchor, Anchors, MAX_ANCHOR};
use super::find::{Find, Found};
use super::labels::{self, Label};
use super::tables::Tables;
use super::text::{Text, is_word};
use super::tokens::{self, Format};
use super::{Part, email, keys, personal, web};
use crate::policy::{Redact, SECRET_KINDS};
use sentry_pattern::search::MAX_PARTIAL_MATCH;

/// The places of kinds in [`SECRET_KINDS`].
mod kind {
    pub(super) const PRIVATE_KEY: usize = 0;
    pub(super) const JWT: usize = 7;
    pub(super) const AWS_SECRET: usize = 8;
    pub(super) const BEARER: usize = 9;
    pub(super) const GENERIC_SECRET: usize = 10;
    pub(super) const EMAIL: usize = 11;
    pub(super) const AUTHORIZATION: usize = 12;
    pub(super) const COOKIE: usize = 13;
    pub(super) const URL_CREDENTIALS: usize = 14;
    /// Behind them.
    pub(super) const PLACEHOLDER: usize = usize::MAX;
    /// Of [`personal::find`](super::personal::find).
    pub(super) const FIRST_NUMBER: usize = 15;
}

/// What is looked for besides tokens and labels: the text, whether letters may be of either case, and
/// what begins there.
const FIXED: [(&str, bool, Reader); 23] = [
    ("eyJ", false, Reader::Jwt),
    ("-----BEGIN", false, Reader::ArmouredKey),
    ("MII", false, Reader::BareKey),
    ("MHc", false, Reader::BareKey),
    ("MHQ", false, Reader::BareKey),
    ("MIG", false, Reader::BareKey),
    ("MIH", false, Reader::BareKey),
    ("MC4", false, Reader::BareKey),
    ("b3BlbnNz", false, Reader::BareKey),
    ("://", false, Reader::Url),
    ("authorization", true, Reader::Authorization),
    ("bearer", true, Reader::Bearer),
    ("cookie", true, Reader::Cookie),
    ("-u", false, Reader::User),
    ("--user", false, Reader::User),
    ("identified by ", true, Reader::Identified),
    (":5432:", false, Reader::Pgpass),
    ("-p", false, Reader::Flag),
    ("-P ", false, Reader::Flag),
    ("-a ", false, Reader::Flag),
    ("-w ", false, Reader::Flag),
    ("pass:", false, Reader::Flag),
    ("{{A3S_REDACTED:", false, Reader::Placeholder),
];

/// The code for what begins at an anchor.
#[derive(Clone, Copy, Debug)]
enum Reader {
    /// A format of tokens, by its place.
    Token(usize),
    Jwt,
    ArmouredKey,
    BareKey,
    Label(Label),
    Url,
    Authorization,
    Bearer,
    Cookie,
    User,
    Flag,
    /// A password of SQL: `identified by '…'`.
    Identified,
    Pgpass,
    /// The placeholder of a secret that was masked before. See
    /// `packages/core/src/redact/placeholder.ts`.
    Placeholder,
}

/// The built-in kinds, as the policy has them.
#[derive(Debug)]
pub(super) struct Recognizer {
    formats: Vec<Format>,
    readers: Vec<Reader>,
    anchors: Anchors,
    /// Whether each kind is masked.
    is_on: Vec<bool>,
    /// The number of the kind of placeholders.
    placeholder: u32,
}

/// What was read of a text, and need not be read again.
#[derive(Debug, Default)]
struct Known {
    /// Without dots: no JSON Web Token begins here.
    dotless: Range<usize>,
    tables: Tables,
}

/// What was found, and where a secret may begin that more text could complete.
#[derive(Debug)]
pub(super) struct Recognized {
    /// Tokens and keys, then values that a label or their place makes a secret, then addresses, then
    /// personal data, by kind.
    pub(super) found: Vec<Found>,
    pub(super) placeholders: Found,
    pub(super) partial: usize,
}

impl Recognizer {
    pub(super) fn new(redact: &Redact, placeholder: u32) -> Self {
        let formats = tokens::formats();
        let mut readers = Vec::new();
        let mut anchors = Vec::new();
        let tokens = formats.iter().enumerate();
        let tokens = tokens.map(|(place, format)| (format.anchor, false, Reader::Token(place)));
        let fixed = FIXED.map(|(text, is_folded, reader)| (text.as_bytes(), is_folded, reader));
        let labels = labels::LABELS;
        let labels = labels.map(|(text, label)| (text.as_bytes(), true, Reader::Label(label)));
        for (text, is_folded, reader) in tokens.chain(fixed).chain(labels) {
            readers.push(reader);
            anchors.push(Anchor { text, is_folded });
        }
        debug_assert!(anchors.iter().all(|anchor| anchor.text.len() < MAX_ANCHOR));
        Self {
            anchors: Anchors::new(anchors),
            is_on: (0..SECRET_KINDS.len())
                .map(|kind| redact.masks(kind))
                .collect(),
            placeholder,
            formats,
            readers,
        }
    }

    /// The number of a kind at a place in [`SECRET_KINDS`], or of that of placeholders; `None` if it
    /// is not masked.
    fn number_of(&self, kind: usize) -> Option<u32> {
        if kind == kind::PLACEHOLDER {
            return Some(self.placeholder);
        }
        let is_on = self.is_on.get(kind).copied().unwrap_or_default();
        u32::try_from(kind).ok().filter(|_| is_on)
    }

    /// Searches a text, whose escapes were replaced.
    pub(super) fn search(&self, bytes: &[u8], part: Part) -> Recognized {
        let Part { from, is_last, .. } = part;
        let text = Text::new(bytes);
        let mut partial = bytes.len();
        let mut tracks = [Found::default(), Found::default(), Found::default()];
        let mut ends = [from; 3];
        let mut known = Known::default();
        self.anchors.find(&text, from, |place, number| {
            let Some(&reader) = self.readers.get(number) else {
                return;
            };
            let track = match reader {
                Reader::Token(_) | Reader::Jwt | Reader::ArmouredKey | Reader::BareKey => 0,
                Reader::Placeholder if part.placeholders => 2,
                Reader::Placeholder => return,
                _ => 1,
            };
            let (Some(end), Some(found)) = (ends.get_mut(track), tracks.get_mut(track)) else {
                return;
            };
            if place < *end {
                return;
            }
            let read = self.read(&text, place, number, reader, &mut known);
            if text.take_reached_end() {
                partial = partial.min(place);
            }
            let Some((kind, matched, secrets)) = read else {
                return;
            };
            if matched.start < *end {
                return;
            }
            *end = matched.end;
            found.matches.push(matched);
            if let Some(kind) = self.number_of(kind) {
                let finds = secrets.into_iter();
                let finds = finds.map(|Range { start, end }| Find { start, end, kind });
                found.secrets.extend(finds);
            }
        });
        let [tokens, values, placeholders] = tracks;
        let mut all = vec![tokens, values];
        if let Some(kind) = self.number_of(kind::EMAIL) {
            let mut found = Found::default();
            partial = partial.min(email::find(&text, from, kind, &mut found));
            all.push(found);
        }
        let kind_of = |place| self.number_of(kind::FIRST_NUMBER + place);
        partial = partial.min(personal::find(&text, from, &kind_of, &mut all));
        if is_last {
            partial = bytes.len();
        } else {
            let held = bytes.len().saturating_sub(tokens::MAX_BEFORE).max(from);
            let last = bytes.get(held..).unwrap_or_default();
            let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~:%".contains(byte);
            let word = last.iter().rposition(|byte| !is_inside(byte));
            partial = partial.min(held + word.map_or(0, |last| last + 1));
            partial = self
                .anchors
                .partial(bytes, from)
                .map_or(partial, |place| partial.min(place));
            partial = partial.max(bytes.len().saturating_sub(MAX_PARTIAL_MATCH));
        }
        Recognized {
            found: all,
            placeholders,
            partial,
        }
    }

    /// The kind, the match and the secrets in it of what begins at an anchor.
    fn read(
        &self,
        text: &Text<'_>,
        place: usize,
        number: usize,
        reader: Reader,
        known: &mut Known,
    ) -> Option<(usize, Range<usize>, Vec<Range<usize>>)> {
        let end = place + self.anchors.len_of(number);
        let whole = |kind, range: Range<usize>| Some((kind, range.clone(), vec![range]));
        let value = |kind, range: Range<usize>| Some((kind, place..range.end, vec![range]));
        let all = |kind, found: labels::Found| Some((kind, place..found.end, found.secrets));
        match reader {
            Reader::Token(format) => {
                let format = self.formats.get(format)?;
                let (range, is_secret) = format.token(text, place)?;
                let secrets = if is_secret {
                    vec![range.clone()]
                } else {
                    Vec::new()
                };
                Some((format.kind, range, secrets))
            }
            Reader::Jwt => whole(kind::JWT, tokens::jwt(text, place, &mut known.dotless)?),
            Reader::ArmouredKey => whole(kind::PRIVATE_KEY, keys::armoured(text, place)?),
            Reader::BareKey => whole(kind::PRIVATE_KEY, keys::bare(text, place)?),
            Reader::Url => value(kind::URL_CREDENTIALS, web::url(text, place)?),
            Reader::Authorization => all(kind::AUTHORIZATION, web::authorization(text, end)?),
            Reader::Bearer => all(kind::BEARER, web::bearer(text, place, end)?),
            Reader::Cookie => all(kind::COOKIE, web::cookies(text, end)?),
            Reader::User => value(kind::GENERIC_SECRET, web::user_flag(text, place, end)?),
            Reader::Flag => value(kind::GENERIC_SECRET, labels::flag(text, place)?),
            Reader::Identified => value(kind::GENERIC_SECRET, labels::identified(text, end)?),
            Reader::Pgpass => value(kind::GENERIC_SECRET, labels::pgpass(text, end)?),
            Reader::Placeholder => whole(kind::PLACEHOLDER, placeholder(text, place, end)?),
            Reader::Label(label) => {
                let found = labels::secret(text, place, end, label, &mut known.tables)?;
                let kind = if labels::is_aws(text, end) {
                    kind::AWS_SECRET
                } else {
                    kind::GENERIC_SECRET
                };
                all(kind, found)
            }
        }
    }
}

/// The placeholder at `place`, whose kind begins at `from`.
fn placeholder(text: &Text<'_>, place: usize, from: usize) -> Option<Range<usize>> {
    let is_kind = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-');
    let colon = text.run(from, 64, is_kind);
    let digits = colon + 1;
    let end = text.run(digits, 15, |byte| byte.is_ascii_digit());
    let is_whole =
        colon > from && text.at(colon) == Some(b':') && end > digits && text.has(end, b"}}");
    is_whole.then_some(place..end + 2)
}
