//! One view of two notations: the items of a block and the entries of an object.

use super::value::Reader;
use sentry_acl::{Block, Entry, Item, Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

/// A name and what follows it.
#[derive(Clone, Copy)]
pub(super) struct Field<'t> {
    pub(super) name: &'t Name,
    pub(super) body: Body<'t>,
}

/// What follows a name.
#[derive(Clone, Copy)]
pub(super) enum Body<'t> {
    Value(&'t Value),
    Block(&'t Block),
}

/// The fields of a document or a block.
pub(super) fn of_items(items: &[Item]) -> impl Iterator<Item = Field<'_>> {
    items.iter().map(|item| match item {
        Item::Attribute(attribute) => Field {
            name: &attribute.name,
            body: Body::Value(&attribute.value),
        },
        Item::Block(block) => Field {
            name: &block.name,
            body: Body::Block(block),
        },
    })
}

/// The fields of an object.
pub(super) fn of_entries(entries: &[Entry]) -> impl Iterator<Item = Field<'_>> {
    entries.iter().map(|entry| Field {
        name: &entry.key,
        body: Body::Value(&entry.value),
    })
}

/// The fields of a section, written as `name { … }` or `name = { … }`.
#[inline(never)]
pub(super) fn of_section<'t>(reader: &mut Reader<'_>, field: Field<'t>) -> Vec<Field<'t>> {
    match field.body {
        Body::Block(block) => {
            if let Some(label) = block.labels.first() {
                reader.report(
                    Diagnostic::new(
                        Code::UnexpectedLabel,
                        label.span,
                        format!("`{}` takes no label", field.name.text),
                    )
                    .help("remove the text between the name and `{`"),
                );
            }
            of_items(&block.items).collect()
        }
        Body::Value(value) => match &value.kind {
            ValueKind::Object(entries) => of_entries(entries).collect(),
            ValueKind::Invalid => Vec::new(),
            _ => {
                reader.wrong_type(&field.name.text, "a block", value);
                Vec::new()
            }
        },
    }
}

/// The value of a field that must not be a block.
#[inline(never)]
pub(super) fn value_of<'t>(reader: &mut Reader<'_>, field: Field<'t>) -> Option<&'t Value> {
    match field.body {
        Body::Value(value) => Some(value),
        Body::Block(block) => {
            reader.report(
                Diagnostic::new(
                    Code::WrongType,
                    block.span,
                    format!("`{}` takes a value, not a block", field.name.text),
                )
                .help(format!("write `{} = …`", field.name.text)),
            );
            None
        }
    }
}

/// The block of a repeatable field, written as `name "label" { … }`. `list` is the name of the
/// field that takes the same as a list of objects.
#[inline(never)]
pub(super) fn labelled<'t>(
    reader: &mut Reader<'_>,
    field: Field<'t>,
    list: &str,
) -> Option<&'t Block> {
    let name = &field.name.text;
    let Body::Block(block) = field.body else {
        reader.report(
            Diagnostic::new(
                Code::WrongType,
                field.name.span,
                format!("`{name}` takes a block, not a value"),
            )
            .help(format!(
                "write `{name} \"name\" {{ … }}`, or list objects in `{list} = [ … ]`"
            )),
        );
        return None;
    };
    if let Some(second) = block.labels.get(1) {
        reader.report(Diagnostic::new(
            Code::UnexpectedLabel,
            second.span,
            format!("`{name}` takes one label, its name"),
        ));
    }
    Some(block)
}

/// The objects of a field whose value is a list of objects, each with its place.
#[inline(never)]
pub(super) fn objects<'t>(
    reader: &mut Reader<'_>,
    field: Field<'t>,
) -> Vec<(Span, Vec<Field<'t>>)> {
    let name = &field.name.text;
    let Some(value) = value_of(reader, field) else {
        return Vec::new();
    };
    let ValueKind::List(elements) = &value.kind else {
        reader.wrong_type(name, "a list of objects", value);
        return Vec::new();
    };
    let mut objects = Vec::with_capacity(elements.len());
    for element in elements {
        if let ValueKind::Object(entries) = &element.kind {
            objects.push((element.span, of_entries(entries).collect()));
        } else {
            reader.wrong_type(name, "a list of objects", element);
        }
    }
    objects
}
