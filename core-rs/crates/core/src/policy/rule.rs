//! Reads one rule, written as a block or as an object.

use std::collections::HashMap;

use super::fields::{self, Field};
use super::pattern;
use super::schema::missing;
use super::value::Reader;
use super::{BUILTIN_RULES, Conditions, Origin, Rule};
use crate::decision::{ActionKind, Verdict, Word};
use crate::event::EventKind;
use sentry_acl::{Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

const KEYS: [&str; 9] = [
    "name",
    "on",
    "match",
    "verdict",
    "severity",
    "reason",
    "action",
    "risk",
    "overrides",
];
const REQUIRED: [&str; 6] = ["name", "on", "match", "verdict", "severity", "reason"];

/// Reads a rule. `label` is the label of a block, which is the rule's name; `place` is underlined
/// if no better place is known.
pub(super) fn read(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    place: Span,
    inner: Vec<Field<'_>>,
    origin: Origin,
) -> Option<Rule> {
    let values = values(reader, label, inner);
    let owner = label.map_or(place, |label| label.span);
    for key in REQUIRED {
        let named_by_label = key == "name" && label.is_some();
        if !named_by_label && !values.contains_key(key) {
            missing(reader, owner, "rule", key);
        }
    }
    let value = |key: &str| values.get(key).copied().flatten();

    let (name, span) = match label {
        Some(label) if label.text.trim().is_empty() => {
            reader.report(Diagnostic::new(
                Code::BadValue,
                label.span,
                "`name` must not be empty",
            ));
            (None, label.span)
        }
        Some(label) => (Some(label.text.clone()), label.span),
        None => {
            let name = value("name");
            let text = name.and_then(|name| reader.text("name", name));
            (text, name.map_or(place, |name| name.span))
        }
    };
    let on = value("on").and_then(|value| kinds(reader, value));
    let owner = name
        .as_ref()
        .map_or_else(|| "the rule".to_owned(), |name| format!("rule `{name}`"));
    let pattern = value("match").and_then(|value| pattern::read(reader, &owner, value));
    let verdict = value("verdict").and_then(|value| reader.word("verdict", value));
    let severity = value("severity").and_then(|value| reader.word("severity", value));
    let reason = value("reason").and_then(|value| reader.text("reason", value));
    let risk = value("risk").and_then(|value| reader.word("risk", value));
    let action = value("action").and_then(|value| {
        let action = reader.word("action", value)?;
        if let Some(on) = &on {
            fits(reader, action, value.span, on);
        }
        Some(action)
    });
    let overrides = value("overrides").map_or_else(Vec::new, |value| {
        if verdict == Some(Verdict::Block) {
            overridden_by_block(reader, value.span);
        }
        overrides(reader, value)
    });
    Some(Rule {
        name: name?,
        origin,
        on: on?,
        pattern: Some(pattern?),
        conditions: Conditions::default(),
        owner: None,
        verdict: verdict?,
        severity: severity?,
        reason: reason?,
        action,
        risk,
        overrides,
        span,
    })
}

/// The values by key; `None` for a key that is set but has no usable value.
fn values<'t>(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    inner: Vec<Field<'t>>,
) -> HashMap<&'t str, Option<&'t Value>> {
    let mut values = HashMap::new();
    for field in inner {
        let key = field.name.text.as_str();
        if !KEYS.contains(&key) {
            reader.unknown(
                Code::UnknownKey,
                field.name.span,
                format!("unknown setting `{key}` in a rule"),
                key,
                &KEYS,
            );
        } else if key == "name" && label.is_some() {
            reader.report(
                Diagnostic::new(
                    Code::UnknownKey,
                    field.name.span,
                    "the rule's label is its name already",
                )
                .help("remove one of the two"),
            );
        } else {
            let value = fields::value_of(reader, field);
            values.entry(key).or_insert(value);
        }
    }
    values
}

/// Reads a kind, a list of kinds, or `"*"`.
fn kinds(reader: &mut Reader<'_>, value: &Value) -> Option<Vec<EventKind>> {
    let mut on = Vec::new();
    let mut sound = true;
    let elements = match &value.kind {
        ValueKind::List(elements) => elements.as_slice(),
        _ => std::slice::from_ref(value),
    };
    if elements.is_empty() {
        reader.bad_value(
            "on",
            "has no kind of event, so the rule would never fire",
            value,
        );
        return None;
    }
    for element in elements {
        let Some(text) = reader.string("on", element) else {
            sound = false;
            continue;
        };
        if text == "*" {
            on.extend(EventKind::ALL);
        } else if let Some(kind) = EventKind::from_word(&text) {
            on.push(kind);
        } else {
            sound = false;
            reader.unknown(
                Code::UnknownWord,
                element.span,
                "unknown kind of event in `on`".to_owned(),
                &text,
                &EventKind::words(),
            );
        }
    }
    sentry_sort::unstable(&mut on, |a, b| a < b);
    on.dedup();
    sound.then_some(on)
}

/// Reads the names of built-in rules.
fn overrides(reader: &mut Reader<'_>, value: &Value) -> Vec<String> {
    let ValueKind::List(elements) = &value.kind else {
        reader.wrong_type("overrides", "a list of names of built-in rules", value);
        return Vec::new();
    };
    let mut names = Vec::new();
    for element in elements {
        let Some(name) = reader.string("overrides", element) else {
            continue;
        };
        if BUILTIN_RULES.contains(&name.as_str()) {
            names.push(name);
        } else {
            reader.unknown(
                Code::UnknownBuiltin,
                element.span,
                format!("`{name}` in `overrides` is not a built-in rule"),
                &name,
                &BUILTIN_RULES,
            );
        }
    }
    names
}

/// Reports `overrides` on a rule that nothing takes precedence over.
fn overridden_by_block(reader: &mut Reader<'_>, span: Span) {
    reader.report(
        Diagnostic::new(
            Code::OverridesOnBlock,
            span,
            "a `block` decides before all built-in rules, so it has nothing to override",
        )
        .help("remove `overrides`, or escalate or allow what the built-in rules block"),
    );
}

/// Reports an action for which no event of the rule's kinds can have a target.
fn fits(reader: &mut Reader<'_>, action: ActionKind, span: Span, on: &[EventKind]) {
    if on.iter().any(|kind| kind.action() == Some(action)) {
        return;
    }
    let kinds: Vec<_> = EventKind::ALL
        .into_iter()
        .filter(|kind| kind.action() == Some(action))
        .map(|kind| format!("`{}`", kind.as_word()))
        .collect();
    reader.report(
        Diagnostic::new(
            Code::ActionNeverFits,
            span,
            format!(
                "no kind in this rule's `on` has a target for `{}`",
                action.as_word()
            ),
        )
        .help(format!(
            "add {} to `on`, or remove the action",
            kinds.join(" or ")
        )),
    );
}
