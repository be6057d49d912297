//! Reads one rule, written as a block or as an object.

use super::condition_reader::{COMMAND_KEYS, Draft, is_effect};
use super::fields::{self, Field};
use super::lists::Text;
use super::pattern;
use super::schema::missing;
use super::value::Reader;
use super::{Origin, Rule};
use crate::decision::{ActionKind, Verdict, Word};
use crate::event::EventKind;
use sentry_acl::{Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

const KEYS: [&str; 25] = [
    "name",
    "on",
    "match",
    "command",
    "code",
    "tool",
    "args",
    "reads",
    "writes",
    "deletes",
    "connects",
    "sends",
    "mentions",
    "runs_download",
    "unless",
    "agents",
    "verdict",
    "severity",
    "reason",
    "action",
    "fleet",
    "risk",
    "overrides",
    "owner",
    "expires",
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
    let owner = label.map_or(place, |label| label.span);
    let (sections, values) = values(reader, label, inner);
    let asks = |key: &str| sections.iter().any(|field| field.name.text == key);
    let has = |key: &str| values.iter().any(|(other, _)| *other == key);
    let asks_for_call = asks("args") || has("tool");
    let asks_for_command = asks("command") || asks("code");
    let has_own_kinds =
        asks_for_command || asks_for_call || values.iter().any(|(key, _)| is_effect(key));
    let is_given = |key: &str| match key {
        "name" => label.is_some(),
        "on" => has_own_kinds,
        "match" => has_own_kinds || has("agents"),
        _ => false,
    };
    for key in REQUIRED {
        if !is_given(key) && !has(key) {
            report_missing(reader, owner, key);
        }
    }
    let value = |key: &str| values.iter().find(|(other, _)| *other == key)?.1;

    let (name, span) = name_of(reader, label, value("name"), place);
    let shown = name
        .as_ref()
        .map_or_else(|| "the rule".to_owned(), |name| format!("rule `{name}`"));
    let pattern = value("match").and_then(|value| pattern::read(reader, &shown, value));
    let mut draft = Draft::new(&shown);
    for field in sections {
        draft.section(reader, field);
    }
    draft.effects(reader, value);
    if let Some(value) = value("tool") {
        draft.tool(reader, value);
    }
    draft.check_possible(reader, owner);
    if let Some(value) = value("agents") {
        draft.agents(reader, value);
    }
    if let Some(value) = value("expires") {
        draft.expires(reader, value);
    }
    let on = match value("on") {
        Some(value) => {
            let on = kinds(reader, value);
            if let Some(on) = &on {
                draft.check_kinds(reader, on, value.span);
            }
            on
        }
        None => (has_own_kinds && !has("on")).then(|| draft.kinds()),
    };
    let verdict = value("verdict").and_then(|value| reader.word("verdict", value));
    let severity = value("severity").and_then(|value| reader.word("severity", value));
    let reason = value("reason").and_then(|value| reader.text("reason", value));
    let risk = value("risk").and_then(|value| reader.word("risk", value));
    let owner = value("owner").and_then(|value| reader.text("owner", value));
    let action = value("action").and_then(|value| {
        let action = reader.word("action", value)?;
        if let Some(on) = &on {
            fits(reader, action, value.span, on);
        }
        Some(action)
    });
    let fleet = value("fleet").is_some_and(|value| {
        let fleet = reader.boolean("fleet", value) == Some(true);
        if fleet && (verdict.is_some_and(|of| of != Verdict::Block) || action.is_none()) {
            reader.bad_value("fleet", "needs a `block` with an `action`", value);
        }
        fleet
    });
    let overrides = value("overrides").map_or_else(Vec::new, |value| {
        if verdict == Some(Verdict::Block) {
            overridden_by_block(reader, value.span);
        }
        overrides(reader, value)
    });
    let mut on = on?;
    if has_own_kinds {
        let possible = draft.kinds();
        on.retain(|kind| possible.contains(kind));
    } else if pattern.is_some() && value("on").is_some_and(is_every_kind) {
        // An expression that was meant for commands must not start to match the JSON of calls.
        on.retain(|kind| *kind != EventKind::ToolCall);
    }
    Some(Rule {
        name: name?,
        origin,
        on,
        pattern,
        conditions: draft.conditions,
        fleet,
        pack: None,
        owner,
        verdict: verdict?,
        severity: severity?,
        reason: reason?,
        action,
        risk,
        overrides,
        span,
    })
}

/// The name of a rule, and its place: its label, or its key `name`.
fn name_of(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    name: Option<&Value>,
    place: Span,
) -> (Option<String>, Span) {
    match label {
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
            let text = name.and_then(|name| reader.text("name", name));
            (text, name.map_or(place, |name| name.span))
        }
    }
}

fn report_missing(reader: &mut Reader<'_>, owner: Span, key: &str) {
    if key == "match" {
        let problem = "`rule` needs `match`, or another condition";
        let nothing = Diagnostic::new(Code::MissingKey, owner, problem);
        let help = "add `match = …`, `command { … }`, `code { … }`, `tool = …`, or an effect such as `reads = …`";
        reader.report(nothing.help(help));
    } else {
        missing(reader, owner, "rule", key);
    }
}

/// The values of a rule by key, first value only; `None` for a key that is set but has no usable value.
type Values<'t> = Vec<(&'t str, Option<&'t Value>)>;

/// The sections with conditions, and the values.
fn values<'t>(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    inner: Vec<Field<'t>>,
) -> (Vec<Field<'t>>, Values<'t>) {
    let mut values = Values::new();
    let mut sections = Vec::new();
    for field in inner {
        let key = field.name.text.as_str();
        if COMMAND_KEYS.contains(&key) && !KEYS.contains(&key) {
            let message = format!("unknown setting `{key}` in a rule");
            let unknown = Diagnostic::new(Code::UnknownKey, field.name.span, message);
            reader.report(unknown.help(format!("write `command {{ {key} = … }}`")));
        } else if !KEYS.contains(&key) {
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
        } else if matches!(key, "command" | "code" | "unless" | "args") {
            sections.push(field);
        } else {
            let value = fields::value_of(reader, field);
            if values.iter().all(|(other, _)| *other != key) {
                values.push((key, value));
            }
        }
    }
    (sections, values)
}

/// Whether `on` is `"*"`, and names no kind.
fn is_every_kind(on: &Value) -> bool {
    let is_star = |value: &Value| matches!(&value.kind, ValueKind::String(text) if text == "*");
    match &on.kind {
        ValueKind::List(values) => values.iter().all(is_star),
        _ => is_star(on),
    }
}

/// Reads a kind, a list of kinds, or `"*"`.
fn kinds(reader: &mut Reader<'_>, value: &Value) -> Option<Vec<EventKind>> {
    let mut on = Vec::new();
    let mut sound = true;
    if matches!(&value.kind, ValueKind::List(elements) if elements.is_empty()) {
        reader.bad_value(
            "on",
            "has no kind of event, so the rule would never fire",
            value,
        );
        return None;
    }
    for Text { text, span } in reader.list("on", value, true)? {
        if text == "*" {
            on.extend(EventKind::ALL);
        } else if let Some(kind) = EventKind::from_word(&text) {
            on.push(kind);
        } else {
            sound = false;
            reader.unknown(
                Code::UnknownWord,
                span,
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
    let mut names = Vec::new();
    let known: Vec<&str> = super::builtin_rules()
        .iter()
        .map(|rule| &*rule.name)
        .collect();
    for Text { text: name, span } in reader.list("overrides", value, false).unwrap_or_default() {
        if known.contains(&name.as_str()) {
            names.push(name);
        } else {
            reader.unknown(
                Code::UnknownBuiltin,
                span,
                format!("`{name}` in `overrides` is not a built-in rule"),
                &name,
                &known,
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
