//! Lists of texts, and the lists of a policy that have a name: `list "NAME" { values = […] }`.

use std::collections::HashMap;
use std::rc::Rc;

use super::fields::{self, Body, Field};
use super::schema::{is_repeated, missing};
use super::value::Reader;
use sentry_acl::{Call, Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::closest;
use sentry_text::diagnostic::{Code, Diagnostic};

/// The most bytes that the lists of a policy may take. A list counts each time it is used.
const MAX_BYTES: usize = 16 << 20;
/// What an element takes beside its text. A reference to a list takes as much.
const ELEMENT_BYTES: usize = 64;

/// The most names that an unknown one is compared with.
const MAX_COMPARED: usize = 500;

/// Stands for the missing values of a list, which is known nevertheless, so that what refers to it
/// has no problem of its own.
static NOTHING: Value = Value {
    span: Span::new(0, 0),
    kind: ValueKind::Invalid,
};

/// A text of a list.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    /// Its place, which may be in a list with a name.
    pub(super) span: Span,
}

/// A list with a name.
#[derive(Clone, Debug)]
pub struct NamedList {
    /// The name.
    pub name: String,
    /// The place of the name.
    pub span: Span,
    /// Whether a rule or another list refers to it.
    pub is_used: bool,
}

/// The lists of a document.
#[derive(Default)]
pub(super) struct Lists {
    /// In the order of the document.
    pub(super) named: Vec<NamedList>,
    places: HashMap<String, usize>,
    /// The texts of each; `None` if it has a problem, or has not been read yet.
    texts: Vec<Option<Rc<[Text]>>>,
    bytes: usize,
}

/// Reads the lists of a document, before anything refers to them.
#[inline(never)]
pub(super) fn read_all<'t>(reader: &mut Reader<'_>, document: impl Iterator<Item = Field<'t>>) {
    let mut values = Vec::new();
    for field in document {
        match field.name.text.as_str() {
            "list" => {
                if let Some(block) = fields::labelled(reader, field, "lists") {
                    let inner = fields::of_items(&block.items).collect();
                    let (label, place) = (block.labels.first(), block.name.span);
                    values.extend(one(reader, label, place, inner));
                }
            }
            "lists" => {
                for (place, inner) in fields::objects(reader, field) {
                    values.extend(one(reader, None, place, inner));
                }
            }
            _ => {}
        }
    }
    resolve(reader, &values);
}

/// Reads the name of a list and adds it. Returns the list's value.
fn one<'t>(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    place: Span,
    inner: Vec<Field<'t>>,
) -> Option<&'t Value> {
    const KNOWN: [&str; 2] = ["values", "name"];
    let known = KNOWN.get(..2 - usize::from(label.is_some()))?;
    let mut present = HashMap::new();
    for field in inner {
        let key = field.name.text.as_str();
        if !known.contains(&key) {
            let message = format!("unknown setting `{key}` in a list");
            reader.unknown(Code::UnknownKey, field.name.span, message, key, known);
        } else if !is_repeated(reader, &mut present, field) {
            fields::value_of(reader, field);
        }
    }
    let owner = label.map_or(place, |label| label.span);
    for key in known {
        if !present.contains_key(key) {
            missing(reader, owner, "list", key);
        }
    }
    let value = |key: &str| match present.get(key)?.body {
        Body::Value(value) => Some(value),
        Body::Block(_) => None,
    };
    let (name, span) = if let Some(label) = label {
        (label.text.clone(), label.span)
    } else {
        let name = value("name")?;
        (reader.text("name", name)?, name.span)
    };
    if name.trim().is_empty() {
        let problem = "`name` must not be empty";
        reader.report(Diagnostic::new(Code::BadValue, span, problem));
        return None;
    }
    let lists = &mut reader.lists;
    if let Some(first) = lists.places.get(&name).and_then(|&at| lists.named.get(at)) {
        let problem = format!("two lists are named `{name}`");
        let diagnostic = Diagnostic::new(Code::DuplicateList, span, problem)
            .related(first.span, "the other one")
            .help("give each list its own name, or merge the two");
        reader.report(diagnostic);
        return None;
    }
    lists.places.insert(name.clone(), lists.named.len());
    lists.named.push(NamedList {
        name,
        span,
        is_used: false,
    });
    lists.texts.push(None);
    Some(value("values").unwrap_or(&NOTHING))
}

/// Reads the texts of all lists, those first that others refer to.
fn resolve(reader: &mut Reader<'_>, values: &[&Value]) {
    /// A list, and the next of its references.
    struct Visit<'t> {
        at: usize,
        references: std::vec::IntoIter<(&'t str, Span)>,
    }
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Read,
    }
    let visit = |at: usize| Visit {
        at,
        references: values
            .get(at)
            .map_or_else(Vec::new, |value| references(value))
            .into_iter(),
    };
    let mut states = vec![State::New; values.len()];
    for first in 0..values.len() {
        let mut path = vec![visit(first)];
        while let Some(top) = path.last_mut() {
            let at = top.at;
            let Some(state) = states.get_mut(at) else {
                break;
            };
            if *state == State::Read {
                path.pop();
                continue;
            }
            *state = State::Open;
            let Some((name, span)) = top.references.next() else {
                *state = State::Read;
                path.pop();
                let texts = values
                    .get(at)
                    .and_then(|value| reader.list("values", value, true));
                if let Some(slot) = reader.lists.texts.get_mut(at) {
                    *slot = texts.map(Rc::from);
                }
                continue;
            };
            let Some(&next) = reader.lists.places.get(name) else {
                continue;
            };
            match states.get(next) {
                Some(State::New) => path.push(visit(next)),
                Some(State::Open) => {
                    // Both get no texts: the cycle is the one problem that is reported.
                    let problem = format!("the list `{name}` contains itself");
                    let cycle = Diagnostic::new(Code::ListCycle, span, problem);
                    reader.report(cycle.help("remove one of the references"));
                    if let Some(state) = states.get_mut(at) {
                        *state = State::Read;
                    }
                }
                _ => {}
            }
        }
    }
}

/// What a value refers to, if it is `list("NAME")`, or `{ list = "NAME" }` in formats without
/// calls.
fn reference(value: &Value) -> Option<&Value> {
    match &value.kind {
        ValueKind::Call(Call { name, args }) => match args.as_slice() {
            [argument] if name.text == "list" => Some(argument),
            _ => None,
        },
        ValueKind::Object(entries) => match entries.as_slice() {
            [entry] if entry.key.text == "list" => Some(&entry.value),
            _ => None,
        },
        _ => None,
    }
}

/// The names of all lists that a value refers to.
fn references(value: &Value) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match (reference(value), &value.kind) {
            (Some(argument), _) => {
                if let ValueKind::String(name) = &argument.kind {
                    found.push((name.as_str(), argument.span));
                }
            }
            (None, ValueKind::List(inner)) => open.extend(inner),
            (None, ValueKind::Call(call)) => open.extend(&call.args),
            _ => {}
        }
    }
    found
}

/// Whether a call is a `concat` of lists: one of its arguments is a list.
fn joins_lists(call: &Call) -> bool {
    let mut open = vec![call];
    while let Some(call) = open.pop() {
        if call.name.text != "concat" {
            continue;
        }
        for argument in &call.args {
            match &argument.kind {
                ValueKind::List(_) => return true,
                _ if reference(argument).is_some() => return true,
                ValueKind::Call(inner) => open.push(inner),
                _ => {}
            }
        }
    }
    false
}

impl Reader<'_> {
    /// Reads texts that are not blank: a list, a reference to one, several joined by `concat`, or
    /// with `or_text` a single text, where the list must not be empty. `None` if a problem was
    /// reported.
    #[inline(never)]
    pub(super) fn list(&mut self, name: &str, value: &Value, or_text: bool) -> Option<Vec<Text>> {
        let is_list = match &value.kind {
            ValueKind::List(_) => true,
            ValueKind::Call(call) => call.name.text == "list" || joins_lists(call),
            _ => reference(value).is_some(),
        };
        if !is_list && !or_text {
            self.wrong_type(name, "a list of strings", value);
            return None;
        }
        let mut texts = Vec::new();
        let mut sound = true;
        let mut open = vec![(value, true)];
        while let Some((value, may_be_list)) = open.pop() {
            match &value.kind {
                ValueKind::List(inner) if may_be_list => {
                    open.extend(inner.iter().rev().map(|element| (element, false)));
                }
                ValueKind::Call(call) if joins_lists(call) => {
                    open.extend(call.args.iter().rev().map(|argument| (argument, true)));
                }
                _ => {
                    let found = match reference(value) {
                        Some(argument) => self.named_list(argument),
                        None => self.text(name, value).map(|text| {
                            let span = value.span;
                            Rc::from([Text { text, span }])
                        }),
                    };
                    match found {
                        Some(found) if self.has_room(&found, value.span) => {
                            texts.extend_from_slice(&found);
                        }
                        _ => sound = false,
                    }
                }
            }
        }
        if sound && texts.is_empty() && or_text {
            self.bad_value(name, "must not be empty", value);
            return None;
        }
        sound.then_some(texts)
    }

    /// The list with the name that `argument` is.
    fn named_list(&mut self, argument: &Value) -> Option<Rc<[Text]>> {
        let ValueKind::String(name) = &argument.kind else {
            self.wrong_type("the name of a list", "a string", argument);
            return None;
        };
        let Some(&at) = self.lists.places.get(name) else {
            if !self.is_full() {
                let named = self.lists.named.iter().take(MAX_COMPARED);
                let known: Vec<&str> = named.map(|list| &*list.name).collect();
                let help = closest(name, &known).map_or_else(
                    || format!("add `list \"{name}\" {{ values = […] }}`"),
                    |known| format!("did you mean `{known}`?"),
                );
                let problem = format!("no list is named `{name}`");
                let unknown = Diagnostic::new(Code::UnknownList, argument.span, problem);
                self.report(unknown.help(help));
            }
            return None;
        };
        if let Some(list) = self.lists.named.get_mut(at) {
            list.is_used = true;
        }
        self.lists.texts.get(at)?.clone()
    }

    /// Counts texts that are used at a place. Reports once that all take too much.
    fn has_room(&mut self, texts: &[Text], place: Span) -> bool {
        let size = |text: &Text| text.text.len() + ELEMENT_BYTES;
        let bytes = ELEMENT_BYTES + texts.iter().map(size).sum::<usize>();
        let before = self.lists.bytes;
        self.lists.bytes = before.saturating_add(bytes);
        if self.lists.bytes <= MAX_BYTES {
            return true;
        }
        if before <= MAX_BYTES {
            let problem = "the lists of the policy take more than 16 MiB together";
            let diagnostic = Diagnostic::new(Code::ListTooLarge, place, problem);
            self.report(
                diagnostic.help("a list counts each time it is used: use long lists less often"),
            );
        }
        false
    }
}
