//! Pieces of texts in which an effect has its anchor: segments, their extensions, and the last two
//! labels of names.
//!
//! Most pieces are no anchor, and their shape tells it: only those of a shape that an anchor has are
//! hashed.

use sentry_command::EffectKind;

use super::anchor::{Anchor, Hash, Role};
use super::effects::{self, split_port};
use super::shape::Shapes;
use crate::event::{Event, host_names, may_be_disguised};
use crate::policy::PathPattern;

/// What a byte is in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A part of a segment.
    Inner,
    Dot,
    /// A part of a character that is not ASCII.
    Foreign,
    /// The end of a segment.
    End,
}

static CLASSES: [Class; 256] = classes();

#[allow(clippy::indexing_slicing)] // `byte` is below 256.
const fn classes() -> [Class; 256] {
    let mut all = [Class::End; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let char = byte as u8;
        all[byte] = match char {
            b'.' => Class::Dot,
            b'_' | b'-' | b'+' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Class::Inner,
            0x80.. => Class::Foreign,
            _ => Class::End,
        };
        byte += 1;
    }
    all
}

/// Calls `each` with the hashes of what a text may have of a path or host: its segments, their
/// extensions, and the last two labels of names. A pattern that fits an effect has the anchor of one
/// of them, whatever the text's spelling. Pieces of a shape that `shapes` lacks may be left out.
pub(super) fn each_hash(text: &str, shapes: &Shapes, each: &mut dyn FnMut(Hash)) {
    let mut segment = Segment::default();
    let mut colons = 0;
    for (at, byte) in text.bytes().enumerate() {
        match CLASSES.get(usize::from(byte)) {
            Some(Class::Inner) => {}
            Some(Class::Dot) => {
                segment.behind_dots = (segment.behind_dots.1, at + 1);
            }
            Some(Class::Foreign) => segment.is_foreign = true,
            Some(Class::End) | None => {
                colons += usize::from(byte == b':');
                segment.each_hash(text, at, shapes, each);
                segment = Segment::at(at + 1);
            }
        }
    }
    segment.each_hash(text, text.len(), shapes, each);
    if colons > 1 {
        each_hash_of_ipv6(text, each);
    }
    if text.starts_with(['~', '$']) {
        // The folder above a home folder.
        each_hash_of_segment(b"home", each);
    }
}

/// The same of what an event does that is no command, by all of its names.
pub(super) fn each_hash_of_event(event: &Event<'_>, shapes: &Shapes, each: &mut dyn FnMut(Hash)) {
    if !effects::has_effects(event.kind) {
        return;
    }
    for text in std::iter::once(event.subject).chain(event.other_names()) {
        each_hash(text, shapes, each);
    }
}

/// A segment of a text.
#[derive(Clone, Copy, Default)]
struct Segment {
    from: usize,
    /// Where the text goes on behind its last two dots; of a dot that it lacks, 0.
    behind_dots: (usize, usize),
    is_foreign: bool,
}

impl Segment {
    fn at(from: usize) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    /// Calls `each` with the hashes of the segment, which ends at `to`.
    #[inline]
    fn each_hash(self, text: &str, to: usize, shapes: &Shapes, each: &mut dyn FnMut(Hash)) {
        let bytes = text.as_bytes();
        let piece = |from: usize| bytes.get(from..to).unwrap_or_default();
        let whole = piece(self.from);
        let Some(first) = whole.first() else {
            return;
        };
        let (before, last) = self.behind_dots;
        if self.is_foreign || last != 0 || first.is_ascii_digit() {
            let segment = text.get(self.from..to).unwrap_or_default();
            if last == to || may_be_disguised(segment) {
                each_hash_of_unusual(segment, each);
                return;
            }
        }
        let mut look_at = |piece: &[u8]| {
            if shapes.may_have(piece) {
                each(lower(piece));
            }
        };
        look_at(whole);
        if last != 0 {
            look_at(piece(last - 1));
        }
        if before != 0 {
            look_at(piece(before));
        }
    }
}

/// The hashes of a segment that ends with a dot, or may be a host in a notation that is not its
/// usual one.
#[inline(never)]
fn each_hash_of_unusual(segment: &str, each: &mut dyn FnMut(Hash)) {
    each_hash_of_segment(segment.as_bytes(), each);
    if may_be_disguised(segment) {
        for name in host_names(segment, None) {
            each_hash_of_segment(name.as_bytes(), each);
        }
    }
}

/// The hashes of the IPv6 addresses in a text, whose usual notation may have other parts.
#[inline(never)]
fn each_hash_of_ipv6(text: &str, each: &mut dyn FnMut(Hash)) {
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
    for part in text.split(|c| !is_part(c)) {
        if part.bytes().filter(|byte| *byte == b':').count() > 1 {
            for name in host_names(part, None) {
                let segments = name.split(is_split);
                segments.for_each(|segment| each_hash_of_segment(segment.as_bytes(), each));
            }
        }
    }
}

fn each_hash_of_segment(segment: &[u8], each: &mut dyn FnMut(Hash)) {
    let segment = segment.strip_suffix(b".").unwrap_or(segment);
    each(lower(segment));
    let mut dots = memchr::memrchr_iter(b'.', segment);
    let (Some(last), before) = (dots.next(), dots.next()) else {
        return;
    };
    each(lower(segment.get(last..).unwrap_or_default()));
    if let Some(before) = before {
        each(lower(segment.get(before + 1..).unwrap_or_default()));
    }
}

/// The hash of a text in small letters.
fn lower(text: &[u8]) -> Hash {
    let bytes = text.iter().map(u8::to_ascii_lowercase);
    bytes.fold(Hash::new(Role::Effect), Hash::with)
}

/// The anchor of a pattern of paths or hosts; `None` if it may fit any text.
pub(super) fn anchor(kind: EffectKind, pattern: &PathPattern) -> Option<Anchor> {
    let PathPattern::Path(glob) = pattern else {
        return None;
    };
    let lower = |text: &str| {
        let text = text.strip_suffix('.').unwrap_or(text).as_bytes();
        Anchor::of_hash(lower(text), text)
    };
    if kind == EffectKind::Connects {
        let host = glob.as_str();
        let host = split_port(host).0;
        if host.contains([':', '[']) {
            return host
                .split([':', '[', ']'])
                .max_by_key(|part| part.len())
                .map(lower);
        }
        if !host.contains('*') {
            return Some(lower(labels(host).unwrap_or(host)));
        }
        let fixed = host.rsplit('*').next().unwrap_or_default();
        let from = fixed.find('.')?;
        let name = fixed.get(from + 1..)?;
        // Of a name with one label behind the wildcard, the dot is a part of the anchor.
        return Some(lower(labels(name).unwrap_or(fixed.get(from..)?)));
    }
    let path = glob.as_str().trim_start_matches('$');
    if matches!(path, "/" | "~") {
        return None;
    }
    let segments = path.split('/').filter(|segment| !segment.contains('*'));
    let pieces = segments.flat_map(|segment| segment.split(is_split));
    let pieces = pieces.filter(|piece| !piece.trim_matches('.').is_empty());
    let longest = pieces.clone().max_by_key(|piece| piece.len());
    if let Some(longest) = longest {
        let others = pieces.filter(|piece| *piece != longest);
        let next = others.max_by_key(|piece| piece.len());
        return Some(lower(longest).beside(next.map(lower)));
    }
    let last = path.rsplit(['/', '*']).next()?;
    let dot = last.rfind('.')?;
    (!last.contains(is_split)).then(|| lower(last.get(dot..).unwrap_or_default()))
}

/// Whether a character ends a segment of a text.
fn is_split(char: char) -> bool {
    let class = u8::try_from(char)
        .ok()
        .and_then(|byte| CLASSES.get(usize::from(byte)));
    class == Some(&Class::End)
}

/// The last two labels of a name.
fn labels(name: &str) -> Option<&str> {
    let (before, _) = name.rsplit_once('.')?;
    let from = before.rfind('.').map_or(0, |at| at + 1);
    name.get(from..)
}
