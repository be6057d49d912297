//! The dictionary of features: reads JSON text into labels by id, or reports all problems.

use std::borrow::Cow;

use crate::decision::{Severity, Word};
use crate::event::json::Scanner;
use crate::policy::closest;
use sentry_text::diagnostic::{self, Code, Diagnostic, MAX_DIAGNOSTICS};
use sentry_text::{Span, offset};

/// The largest dictionary, in bytes of text.
pub const MAX_TEXT: usize = 16 << 20;
/// The most features in a dictionary.
pub const MAX_FEATURES: usize = 200_000;
/// The most categories in a dictionary.
pub const MAX_CATEGORIES: usize = 100;
/// The longest name of a concept, in bytes.
const MAX_CONCEPT: usize = 256;
/// The longest name of a category, in bytes.
const MAX_CATEGORY: usize = 64;

const KEYS: [&str; 4] = ["concept", "category", "weight", "severity"];
/// The number of required keys: the first ones of [`KEYS`].
const REQUIRED: usize = 3;

/// The labels of a model's features.
///
/// ```
/// use sentry_core::sae::Dictionary;
/// let good = r#"{"8801": {"concept": "exploit code", "category": "cyber_offense", "weight": 0.9}}"#;
/// assert_eq!(Dictionary::read(good).unwrap().len(), 1);
/// let problems = Dictionary::read(&good.replace("weight", "wieght")).unwrap_err();
/// assert_eq!(problems[0].message, "a feature needs `weight`");
/// assert_eq!(problems[1].help.as_deref(), Some("did you mean `weight`?"));
/// ```
#[derive(Debug, Default)]
pub struct Dictionary {
    /// In ascending order.
    ids: Vec<u32>,
    /// One per id.
    labels: Vec<Label>,
    categories: Vec<String>,
}

/// The label of one feature.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) concept: String,
    /// An index into the dictionary's categories.
    pub(super) category: usize,
    /// Finite.
    pub(super) weight: f64,
    /// The severity of the concept.
    pub(super) severity: Option<Severity>,
}

impl Dictionary {
    /// Reads `{"8801": {"concept": …, "category": …, "weight": …, "severity": …}, …}`.
    ///
    /// # Errors
    /// All problems up to the first syntax error, at most [`MAX_DIAGNOSTICS`]: invalid JSON; an id
    /// that is duplicate or not an unsigned 32-bit integer; a key that is unknown, missing or
    /// duplicate; a value of the wrong type; a weight outside the range of a 64-bit float; an
    /// unknown severity; an exceeded limit.
    #[inline(never)]
    pub fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader::new(text);
        let whole = reader.document().is_ok();
        let entries = std::mem::take(&mut reader.entries);
        let mut ids: Vec<u32> = entries.iter().map(|entry| entry.id).collect();
        sentry_sort::unstable(&mut ids, |a, b| a < b);
        ids.dedup();
        let mut slots: Vec<Option<Entry>> = Vec::new();
        slots.resize_with(ids.len(), || None);
        for entry in entries {
            let found = ids.binary_search(&entry.id);
            debug_assert!(found.is_ok(), "`ids` has the id of every entry");
            let place = found.unwrap_or_default();
            match slots.get_mut(place) {
                Some(Some(first)) if whole => {
                    reader.report_duplicate(entry.span, first.span, "feature");
                }
                Some(slot) => *slot = Some(entry),
                None => {}
            }
        }
        let mut diagnostics = reader.diagnostics;
        diagnostic::sort(&mut diagnostics);
        diagnostics.truncate(MAX_DIAGNOSTICS);
        if diagnostics.is_empty() {
            Ok(Self {
                ids,
                labels: slots
                    .into_iter()
                    .flatten()
                    .map(|entry| entry.label)
                    .collect(),
                categories: reader.categories,
            })
        } else {
            Err(diagnostics)
        }
    }

    /// The number of labelled features.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no feature is labelled.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The index of a feature. Indices are in the order of ids.
    #[inline]
    pub(super) fn place(&self, id: u32) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    /// The id and the label at an index.
    pub(super) fn at(&self, place: usize) -> Option<(u32, &Label)> {
        Some((*self.ids.get(place)?, self.labels.get(place)?))
    }

    pub(super) fn categories(&self) -> &[String] {
        &self.categories
    }
}

/// One feature of the text.
struct Entry {
    id: u32,
    /// The place of its id.
    span: Span,
    label: Label,
}

/// A string of the document, and its place, including the quotes.
struct Text<'t> {
    text: Cow<'t, str>,
    span: Span,
}

/// Reading stopped at an error that has been reported.
struct Stop;

struct Reader<'t> {
    scanner: Scanner<'t>,
    diagnostics: Vec<Diagnostic>,
    categories: Vec<String>,
    entries: Vec<Entry>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut scanner = Scanner::new(text.as_bytes());
        if text.starts_with('\u{feff}') {
            scanner.at = '\u{feff}'.len_utf8();
        }
        Self {
            scanner,
            diagnostics: Vec::new(),
            categories: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn document(&mut self) -> Result<(), Stop> {
        if self.scanner.line.len() > MAX_TEXT {
            return self.limit(
                Span::default(),
                "the dictionary is larger than 16 MiB".to_owned(),
            );
        }
        if self.peek() != b'{' {
            let span = self.skip("an object of features")?;
            let what = "a dictionary must be an object of features";
            self.report(Code::SaeWrongType, span, what.to_owned());
            return self.end();
        }
        let mut next = self.next_key(true)?;
        while let Some(key) = next {
            self.feature(&key)?;
            if self.diagnostics.len() >= MAX_DIAGNOSTICS {
                return Err(Stop);
            }
            next = self.next_key(false)?;
        }
        self.end()
    }

    fn end(&mut self) -> Result<(), Stop> {
        let start = self.place();
        match self.scanner.end() {
            Ok(()) => Ok(()),
            Err(_) => self.syntax(start, "the end"),
        }
    }

    /// The next key of an object, after its brace or after a value; `None` at the end of the
    /// object.
    #[inline(never)]
    fn next_key(&mut self, first: bool) -> Result<Option<Text<'t>>, Stop> {
        let is_end = if first {
            self.expect(b'{', "`{`")?;
            self.scanner.eat(b'}')
        } else if self.scanner.eat(b',') {
            false
        } else {
            self.expect(b'}', "`,` or `}`")?;
            true
        };
        if is_end {
            return Ok(None);
        }
        let key = self.text("a name in quotes")?;
        self.expect(b':', "`:`")?;
        Ok(Some(key))
    }

    #[inline(never)]
    fn feature(&mut self, key: &Text<'t>) -> Result<(), Stop> {
        let id = feature_id(&key.text);
        if id.is_none() {
            let what =
                "a feature id must be a whole number from 0 to 4294967295, without leading zeros";
            self.report(Code::SaeBadId, key.span, what.to_owned());
        }
        if self.entries.len() >= MAX_FEATURES {
            return self.limit(
                key.span,
                format!("the dictionary has more than {MAX_FEATURES} features"),
            );
        }
        if self.peek() != b'{' {
            let span = self.skip("an object")?;
            let what = "a feature must be an object with `concept`, `category` and `weight`";
            self.report(Code::SaeWrongType, span, what.to_owned());
            return Ok(());
        }
        let mut seen = [None; KEYS.len()];
        let (mut concept, mut category, mut weight, mut severity) = (None, None, None, None);
        let mut next = self.next_key(true)?;
        while let Some(key) = next {
            let known = KEYS.iter().position(|known| *known == key.text);
            match known.and_then(|at| seen.get_mut(at)) {
                Some(slot) => {
                    if let Some(first) = slot.replace(key.span) {
                        self.report_duplicate(key.span, first, "key");
                    }
                }
                None => self.unknown(&key),
            }
            match known {
                Some(0) => concept = self.name("concept", MAX_CONCEPT)?,
                Some(1) => {
                    let name = self.name("category", MAX_CATEGORY)?;
                    category = self.category(name, key.span)?;
                }
                Some(2) => weight = self.weight()?,
                Some(_) => severity = self.severity()?,
                None => drop(self.skip("a value")?),
            }
            next = self.next_key(false)?;
        }
        for (name, _) in KEYS
            .iter()
            .zip(seen)
            .take(REQUIRED)
            .filter(|(_, seen)| seen.is_none())
        {
            let what = format!("a feature needs `{name}`");
            self.report(Code::SaeMissingKey, key.span, what);
        }
        if let (Some(id), Some(concept), Some(category), Some(weight)) =
            (id, concept, category, weight)
        {
            self.entries.push(Entry {
                id,
                span: key.span,
                label: Label {
                    concept,
                    category,
                    weight,
                    severity,
                },
            });
        }
        Ok(())
    }

    /// Reads a name; `None` if it is invalid.
    #[inline(never)]
    fn name(&mut self, key: &str, most: usize) -> Result<Option<String>, Stop> {
        let Some(Text { text, span }) = self.text_value(key)? else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            self.report(
                Code::SaeBadValue,
                span,
                format!("`{key}` must not be empty"),
            );
        } else if text.len() > most {
            let what = format!("`{key}` must have at most {most} bytes");
            self.report(Code::SaeBadValue, span, what);
        } else {
            return Ok(Some(text.into_owned()));
        }
        Ok(None)
    }

    /// The index of a category, which is added if it is new.
    #[inline(never)]
    fn category(&mut self, name: Option<String>, span: Span) -> Result<Option<usize>, Stop> {
        let Some(name) = name else { return Ok(None) };
        let known = self.categories.iter().position(|known| *known == name);
        let place = known.unwrap_or(self.categories.len());
        if place >= MAX_CATEGORIES {
            let what = format!("the dictionary has more than {MAX_CATEGORIES} categories");
            return self.limit(span, what);
        }
        if known.is_none() {
            self.categories.push(name);
        }
        Ok(Some(place))
    }

    fn severity(&mut self) -> Result<Option<Severity>, Stop> {
        let Some(Text { text, span }) = self.text_value("severity")? else {
            return Ok(None);
        };
        let severity = Severity::from_word(&text);
        if severity.is_none() {
            let what =
                "`severity` must be `info`, `low`, `medium`, `high` or `critical`".to_owned();
            let problem = Diagnostic::new(Code::SaeBadValue, span, what);
            self.push(problem, closest(&text, &Severity::words()));
        }
        Ok(severity)
    }

    /// Reads a number within the range of a 64-bit float.
    fn weight(&mut self) -> Result<Option<f64>, Stop> {
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            let span = self.skip("a number (JSON has no `NaN` and no `Infinity`)")?;
            let what = "`weight` must be a number".to_owned();
            self.report(Code::SaeWrongType, span, what);
            return Ok(None);
        }
        let start = self.scanner.at;
        match self.scanner.finite_number() {
            Ok(weight) => Ok(Some(weight)),
            Err(_) if self.is_within() => {
                let what = "`weight` must be within the range of a 64-bit float";
                let span = self.since(start);
                self.report(Code::SaeBadValue, span, what.to_owned());
                Ok(None)
            }
            Err(_) => self.syntax(start, "a number"),
        }
    }

    /// Reads the string value of a key; `None` if the value is not a string.
    #[inline(never)]
    fn text_value(&mut self, key: &str) -> Result<Option<Text<'t>>, Stop> {
        if self.peek() == b'"' {
            return self.text("a string").map(Some);
        }
        let span = self.skip("a string")?;
        self.report(
            Code::SaeWrongType,
            span,
            format!("`{key}` must be a string"),
        );
        Ok(None)
    }

    #[inline(never)]
    fn text(&mut self, expected: &str) -> Result<Text<'t>, Stop> {
        let start = self.place();
        match self.scanner.string() {
            Ok(raw) => Ok(Text {
                text: raw.decode(),
                span: self.since(start),
            }),
            Err(_) => self.syntax(start, expected),
        }
    }

    /// Skips any value, and returns its place.
    #[inline(never)]
    fn skip(&mut self, expected: &str) -> Result<Span, Stop> {
        let start = self.place();
        // After an error, the scanner is past the end.
        match self.scanner.skip() {
            Ok(()) if self.is_within() => Ok(self.since(start)),
            _ => self.syntax(start, expected),
        }
    }

    #[inline(never)]
    fn expect(&mut self, byte: u8, expected: &str) -> Result<(), Stop> {
        if self.scanner.eat(byte) {
            return Ok(());
        }
        let start = self.place();
        self.syntax(start, expected)
    }

    /// The next byte that is not white space.
    #[inline(never)]
    fn peek(&mut self) -> u8 {
        self.scanner.peek()
    }

    /// The position of that byte.
    fn place(&mut self) -> usize {
        self.scanner.peek();
        self.scanner.at
    }

    fn is_within(&self) -> bool {
        self.scanner.at <= self.scanner.line.len()
    }

    fn since(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.scanner.at))
    }

    #[inline(never)]
    fn syntax<T>(&mut self, start: usize, expected: &str) -> Result<T, Stop> {
        let span = Span::new(offset(start), offset(start + 1));
        self.report(Code::SaeSyntax, span, format!("expected {expected}"));
        Err(Stop)
    }

    #[inline(never)]
    fn limit<T>(&mut self, span: Span, what: String) -> Result<T, Stop> {
        self.report(Code::SaeLimit, span, what);
        Err(Stop)
    }

    fn unknown(&mut self, key: &Text<'_>) {
        let what = "unknown key: a feature has `concept`, `category`, `weight` and `severity`";
        let problem = Diagnostic::new(Code::SaeUnknownKey, key.span, what);
        self.push(problem, closest(&key.text, &KEYS));
    }

    #[inline(never)]
    fn report_duplicate(&mut self, span: Span, first: Span, what: &str) {
        let problem = Diagnostic::new(Code::SaeDuplicate, span, format!("duplicate {what}"));
        self.push(problem.related(first, "first here"), None);
    }

    #[inline(never)]
    fn report(&mut self, code: Code, span: Span, what: String) {
        self.push(Diagnostic::new(code, span, what), None);
    }

    #[inline(never)]
    fn push(&mut self, problem: Diagnostic, meant: Option<&str>) {
        self.diagnostics.push(match meant {
            Some(word) => problem.help(format!("did you mean `{word}`?")),
            None => problem,
        });
    }
}

/// The id of a feature, which has only one valid spelling.
fn feature_id(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}
