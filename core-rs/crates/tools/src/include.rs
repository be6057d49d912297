//! Takes a document apart at its includes, so that the host can splice other files in.

use sentry_acl::{Attribute, Document, Entry, Item, Parsed, Value, ValueKind, parse};
use sentry_core::wire::{self, Diagnostic, SourceSpan};
use sentry_text::Span;
use sentry_text::diagnostic::{self, Code};
use serde::Serialize;

use crate::reader::{Field, Reader};

/// The place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the policy itself. The core reports its problems, and this only those of its includes.
    Policy,
    /// It is included.
    Included,
}

/// A part of the text with the includes spliced in.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Part {
    /// A part of the document.
    Text {
        /// Where it is.
        span: SourceSpan,
    },
    /// Text that is not in the document.
    Insert {
        /// The text.
        text: String,
    },
    /// The files of an include.
    Include {
        /// The place of the include.
        span: SourceSpan,
        /// Patterns of paths, which count from the folder of the document.
        files: Vec<FilePattern>,
    },
}

/// A pattern of paths.
#[derive(Debug, PartialEq, Serialize)]
pub struct FilePattern {
    /// The pattern.
    pub pattern: String,
    /// Where it is written.
    pub span: SourceSpan,
}

/// A document in parts, and its problems. With problems, its parts are of no use.
#[derive(Debug, PartialEq, Serialize)]
pub struct Parts {
    /// The parts in order.
    pub parts: Vec<Part>,
    /// The problems in the order of the document.
    pub diagnostics: Vec<Diagnostic>,
}

/// What an included file may hold.
const INCLUDED: [&str; 7] = ["rule", "rules", "list", "lists", "test", "tests", "include"];

/// Takes a document apart. Each object in `rules`, `lists` and `tests` of an included file becomes a
/// block of its own, since a document has such a list only once.
///
/// ```
/// use sentry_tools::{Part, Place, include_parts};
/// let read = include_parts("site.acl", r#"include { files = ["shared/*.acl"] } dry_run = true"#, Place::Policy);
/// let Part::Include { files, .. } = &read.parts[0] else { unreachable!() };
/// assert_eq!(files[0].pattern, "shared/*.acl");
/// ```
pub fn include_parts(name: &str, source: &str, place: Place) -> Parts {
    let Parsed {
        document,
        diagnostics: syntax,
        ..
    } = parse(source);
    let whole = Span::new(0, sentry_text::offset(source.len()));
    let mut cut = Cut::default();
    let mut reader = Reader::default();
    if syntax.is_empty() {
        cut.document(&mut reader, source, &document, place);
    } else if place == Place::Included {
        reader = Reader::new(syntax);
    }
    cut.text(whole.end);
    let mut problems = reader.into_problems();
    diagnostic::sort(&mut problems);
    Parts {
        parts: cut.into_parts(source),
        diagnostics: wire::diagnostics(name, source, &problems),
    }
}

/// A part whose places are in bytes.
enum Cutting {
    Text(Span),
    Insert(String),
    Include(Span, Vec<(String, Span)>),
}

#[derive(Default)]
struct Cut {
    parts: Vec<Cutting>,
    /// Where the last part ends.
    end: u32,
}

impl Cut {
    fn document(&mut self, reader: &mut Reader, source: &str, document: &Document, place: Place) {
        for item in &document.items {
            let (name, span) = match item {
                Item::Attribute(attribute) => (
                    &attribute.name,
                    attribute.name.span.to(attribute.value.span),
                ),
                Item::Block(block) => (&block.name, block.span),
            };
            match (name.text.as_str(), item) {
                ("include", _) => {
                    let files = files(reader, item);
                    self.text(span.start);
                    self.parts.push(Cutting::Include(span, files));
                    self.end = span.end;
                }
                (key @ ("rules" | "lists" | "tests"), Item::Attribute(attribute))
                    if place == Place::Included =>
                {
                    let block = key.trim_end_matches('s');
                    self.objects(reader, source, attribute, block);
                }
                (key, _) if place == Place::Included && !INCLUDED.contains(&key) => {
                    let message =
                        format!("an included file holds rules, lists and tests, not `{key}`");
                    let help = "move it to the policy that includes this file";
                    reader.error_with_help(Code::IncludeSetting, name.span, &message, help);
                }
                _ => {}
            }
        }
    }

    /// Makes a block of each object of a list.
    fn objects(&mut self, reader: &mut Reader, source: &str, attribute: &Attribute, block: &str) {
        let Attribute { name, value } = attribute;
        let ValueKind::List(elements) = &value.kind else {
            return reader.wrong_type(&name.text, "a list of objects", value);
        };
        self.text(name.span.start);
        for element in elements {
            let ValueKind::Object(entries) = &element.kind else {
                reader.wrong_type(&name.text, "a list of objects", element);
                continue;
            };
            self.parts.push(Cutting::Insert(format!("\n{block} ")));
            self.end = element.span.start;
            self.unquoted(source, entries);
            self.text(element.span.end);
        }
        self.end = value.span.end;
    }

    /// The keys of an object may be in quotes, the names in a block may not.
    fn unquoted(&mut self, source: &str, entries: &[Entry]) {
        for Entry { key, .. } in entries {
            if key.span.of(source) != key.text {
                self.text(key.span.start);
                self.parts.push(Cutting::Insert(key.text.clone()));
                self.end = key.span.end;
            }
        }
    }

    /// The text from the end of the last part.
    fn text(&mut self, end: u32) {
        if self.end < end {
            self.parts.push(Cutting::Text(Span::new(self.end, end)));
        }
        self.end = end;
    }

    fn into_parts(self, source: &str) -> Vec<Part> {
        let places = self.parts.iter().flat_map(|part| match part {
            Cutting::Text(span) => vec![*span],
            Cutting::Insert(_) => Vec::new(),
            Cutting::Include(span, files) => {
                let mut places = vec![*span];
                places.extend(files.iter().map(|(_, span)| *span));
                places
            }
        });
        let places: Vec<Span> = places.collect();
        let mut spans = wire::spans(source, &places).into_iter();
        let mut next = || spans.next().unwrap_or(wire::NOWHERE);
        let parts = self.parts.into_iter().map(|part| match part {
            Cutting::Text(_) => Part::Text { span: next() },
            Cutting::Insert(text) => Part::Insert { text },
            Cutting::Include(_, files) => {
                let span = next();
                let files = files.into_iter().map(|(pattern, _)| FilePattern {
                    pattern,
                    span: next(),
                });
                Part::Include {
                    span,
                    files: files.collect(),
                }
            }
        });
        parts.collect()
    }
}

/// The patterns of `include { files = [ … ] }` with their places.
fn files(reader: &mut Reader, item: &Item) -> Vec<(String, Span)> {
    let (name, fields): (_, Vec<Field<'_>>) = match item {
        Item::Block(block) => {
            if let Some(label) = block.labels.first() {
                reader.error(
                    Code::UnexpectedLabel,
                    label.span,
                    "`include` takes no label",
                );
            }
            (
                &block.name,
                block.items.iter().map(Field::of_item).collect(),
            )
        }
        Item::Attribute(Attribute { name, value }) => {
            let ValueKind::Object(entries) = &value.kind else {
                reader.wrong_type("include", "a block", value);
                return Vec::new();
            };
            (name, entries.iter().map(Field::of_entry).collect())
        }
    };
    let values = reader.values("include", &fields, &["files"]);
    let Some((_, value)) = values.first() else {
        reader.missing("include", "files", name.span);
        return Vec::new();
    };
    let ValueKind::List(elements) = &value.kind else {
        reader.wrong_type("files", "a list of paths or patterns", value);
        return Vec::new();
    };
    elements
        .iter()
        .filter_map(|element| pattern(reader, element))
        .collect()
}

fn pattern(reader: &mut Reader, value: &Value) -> Option<(String, Span)> {
    let pattern = reader.text("files", value)?;
    if pattern.trim().is_empty() {
        reader.error(
            Code::BadValue,
            value.span,
            "`files` must not have an empty path",
        );
        return None;
    }
    Some((pattern, value.span))
}
