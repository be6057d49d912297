//! Renders a diagnostic as plain text, with the source lines and marks under the places.

use super::Diagnostic;
use super::display::{columns, push, safe};
use crate::{LineIndex, Position, Span, floor_char_boundary, offset};

/// The most columns of a source line that a frame shows.
const MAX_COLUMNS: usize = 160;
/// The most bytes of a source line that a frame shows, since some characters have no width.
const MAX_SHOWN: usize = 4 * MAX_COLUMNS;
/// The most columns that are shown before the place.
const LEAD_COLUMNS: usize = 60;

/// Renders a problem as plain text: level, code and message, the place, the source lines with marks
/// under the place (`^`) and under related places (`-`), and the help.
///
/// The text is safe to print for any source: control characters, terminal escapes and invisible
/// characters are replaced by symbols or escapes, tabs by spaces. Characters inside a span of
/// `secrets` are printed as `*`. A line of more than 160 columns is cut around the place. If a
/// place has several lines, only the first is shown. Columns count UTF-16 units, as editors do;
/// marks are aligned by the width of characters on a terminal. `name` is the name of the source.
/// For an example see [`Diagnostic`].
pub fn render(name: &str, source: &str, d: &Diagnostic, secrets: &[Span]) -> String {
    render_with(&LineIndex::new(source), name, source, d, secrets)
}

/// [`render`] with an index that was built before, for sources with many problems.
pub fn render_with(
    index: &LineIndex,
    name: &str,
    source: &str,
    d: &Diagnostic,
    secrets: &[Span],
) -> String {
    let frame = Frame {
        source,
        index,
        secrets,
    };
    let mut places = vec![Place {
        span: d.span,
        at: frame.position(d.span),
        mark: '^',
        label: "",
    }];
    for related in &d.related {
        let at = frame.position(related.span);
        places.push(Place {
            span: related.span,
            at,
            mark: '-',
            label: &related.message,
        });
    }
    let at = frame.position(d.span);
    let place = |place: &Place<'_>| (place.at.line, place.at.column);
    sentry_sort::stable(&mut places, |a, b| place(a) < place(b));
    let digits = places
        .iter()
        .map(|place| place.at.line.to_string().len())
        .max()
        .unwrap_or(1);
    let gutter = " ".repeat(digits);

    let mut out = String::new();
    let (level, code) = (d.level().as_str(), d.code.as_str());
    line(&mut out, &format!("{level}[{code}]: {}", safe(&d.message)));
    line(
        &mut out,
        &format!("{gutter}--> {}:{}:{}", safe(name), at.line, at.column),
    );
    line(&mut out, &format!("{gutter} |"));
    let mut last: Option<(u32, String)> = None;
    for place in &places {
        let (text, marks) = frame.excerpt(place);
        let here = Some((place.at.line, text));
        // Places on one line share its text, unless the line is so long that different parts are
        // shown.
        if here != last
            && let Some((number, text)) = &here
        {
            if last.is_some_and(|(before, _)| before + 1 < *number) {
                line(&mut out, "...");
            }
            line(&mut out, &format!("{number:digits$} | {text}"));
        }
        line(
            &mut out,
            &format!("{gutter} | {marks} {}", safe(place.label)),
        );
        last = here;
    }
    if let Some(help) = &d.help {
        line(&mut out, &format!("{gutter} = help: {}", safe(help)));
    }
    out
}

/// Appends a line without trailing spaces.
fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

struct Place<'a> {
    span: Span,
    at: Position,
    mark: char,
    label: &'a str,
}

struct Frame<'a> {
    source: &'a str,
    index: &'a LineIndex,
    secrets: &'a [Span],
}

impl Frame<'_> {
    fn position(&self, span: Span) -> Position {
        self.index.position(self.source, span.start)
    }

    /// The source line of a place, cut around the place if it is long, and the marks for the line
    /// below.
    fn excerpt(&self, place: &Place<'_>) -> (String, String) {
        let line_start = self.index.line_start(place.at.line) as usize;
        let rest = self.source.get(line_start..).unwrap_or_default();
        let line = rest
            .find('\n')
            .map_or(rest, |end| rest.get(..end).unwrap_or_default());
        let line = line.strip_suffix('\r').unwrap_or(line);
        let start =
            floor_char_boundary(line, (place.span.start as usize).saturating_sub(line_start));
        let end = floor_char_boundary(line, (place.span.end as usize).saturating_sub(line_start))
            .max(start);

        let (before, marked) = line.split_at_checked(start).unwrap_or((line, ""));
        let (marked, after) = marked.split_at_checked(end - start).unwrap_or((marked, ""));
        // A long line is not read beyond what fits, even if it has a megabyte.
        let fits = line.len() <= MAX_COLUMNS && columns(line) <= MAX_COLUMNS;
        let lead = if fits {
            before
        } else {
            tail(before, LEAD_COLUMNS)
        };
        let mut shown = Shown::default();
        if lead.len() < before.len() {
            shown.text.push('…');
            shown.columns = 1;
        }
        let place_start = line_start + start;
        self.push(&mut shown, place_start - lead.len(), lead);
        let pad = " ".repeat(shown.columns);
        let marks_start = shown.columns;
        self.push(&mut shown, place_start, marked);
        let marks = place
            .mark
            .to_string()
            .repeat((shown.columns - marks_start).max(1));
        self.push(&mut shown, place_start + marked.len(), after);
        (shown.text, pad + &marks)
    }

    /// Appends source text that starts at the byte `at`, as far as it fits.
    fn push(&self, shown: &mut Shown, at: usize, text: &str) {
        // There may be very many secrets; only those near the shown text matter.
        let end = at + text.len().min(MAX_SHOWN);
        let near = |span: &&Span| (span.start as usize) < end && (span.end as usize) > at;
        let secrets: Vec<&Span> = self.secrets.iter().filter(near).collect();
        for (index, c) in text.char_indices() {
            if shown.columns >= MAX_COLUMNS || index >= MAX_SHOWN {
                if !shown.cut {
                    shown.text.push('…');
                    shown.cut = true;
                }
                return;
            }
            let byte = offset(at + index);
            let secret = secrets.iter().any(|span| span.contains(byte));
            shown.columns += push(&mut shown.text, if secret { '*' } else { c });
        }
    }
}

/// The part of a source line that a frame shows.
#[derive(Default)]
struct Shown {
    text: String,
    columns: usize,
    /// Whether the end of the line was cut off.
    cut: bool,
}

/// The end of a text that fits into `room` columns.
fn tail(text: &str, room: usize) -> &str {
    let mut start = text.len();
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        start = at;
    }
    text.get(start..).unwrap_or_default()
}
