//! Effects as rules see them: what a command, or an event of another kind, does to paths and hosts.

use std::cell::OnceCell;

use sentry_command::EffectKind;

use super::glob;
use super::path::{Forms, Path};
use super::texts::Expressions;
use crate::event::{Event, EventKind, host_names};
use crate::policy::{EffectCondition, PathPattern};

/// One effect with the forms in which patterns see its path or host.
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    /// Its path or host, as the event spells it.
    pub(crate) text: String,
    /// Whether the text is certain, but for the home folder.
    is_known: bool,
    /// Whether a process could choose it freely: the name that it asks a server for.
    is_claimed: bool,
    forms: Vec<String>,
    /// The expressions that match one of the forms.
    matching: OnceCell<Vec<usize>>,
}

impl Effect {
    /// An effect of a command. `within` is the folder that its paths lie in if they are relative.
    pub(super) fn of_command(
        effect: &sentry_command::Effect<'_>,
        within: Option<&Path<'_>>,
    ) -> Self {
        let text = effect.text.as_ref();
        let forms = if effect.kind == EffectKind::Connects {
            let (host, port) = split_port(text);
            host_names(host, port)
        } else {
            let forms = Forms::of(text, within);
            forms.iter().map(str::to_owned).collect()
        };
        let bare = text.strip_prefix("$HOME").or(text.strip_prefix("${HOME}"));
        Self {
            is_known: effect.known || bare.is_some_and(|rest| !rest.contains(['$', '`'])),
            ..Self::new(effect.kind, text, forms)
        }
    }

    fn new(kind: EffectKind, text: &str, forms: Vec<String>) -> Self {
        Self {
            kind,
            text: text.to_owned(),
            is_known: true,
            is_claimed: false,
            forms,
            matching: OnceCell::new(),
        }
    }

    /// Whether a rule that asks for effects of a kind means this one: each path is mentioned.
    fn is(&self, asked: EffectKind) -> bool {
        self.kind == asked || asked == EffectKind::Mentions && self.kind != EffectKind::Connects
    }

    /// Whether it fits one of these patterns. `first` is the text of the first expression among
    /// them.
    fn fits(&self, patterns: &[PathPattern], first: usize, expressions: Expressions<'_>) -> bool {
        let mut next = first;
        let is_host = self.kind == EffectKind::Connects;
        patterns.iter().any(|one| match one {
            PathPattern::Path(glob) => self.forms.iter().any(|form| {
                if is_host {
                    sentry_command::fits(glob.as_str(), form)
                } else {
                    glob::fits(glob.as_str(), form)
                }
            }),
            PathPattern::Regex(pattern) => {
                next += 1;
                if !self.forms.iter().any(|form| pattern.may_match(form)) {
                    return false;
                }
                let matching = self.matching.get_or_init(|| {
                    let forms = self.forms.iter();
                    forms
                        .flat_map(|form| expressions.of_operand(form))
                        .collect()
                });
                matching.contains(&(next - 1))
            }
        })
    }
}

/// A host and its port.
pub(super) fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || (!host.contains(':') && !host.is_empty()) => {
            (host, Some(port))
        }
        _ => (text, None),
    }
}

/// The effects of an event that is no command.
pub(crate) fn of_event(event: &Event<'_>) -> Vec<Effect> {
    let path = |kind| {
        let forms = Forms::of(event.subject, None);
        vec![Effect::new(
            kind,
            event.subject,
            forms.iter().map(str::to_owned).collect(),
        )]
    };
    match event.kind {
        EventKind::FileAccess if event.write => path(EffectKind::Writes),
        EventKind::FileAccess => path(EffectKind::Reads),
        EventKind::FileDelete => path(EffectKind::Deletes),
        EventKind::Dns => {
            let mut all = vec![host(event.subject, None)];
            all.extend(event.other_names().map(|name| host(name, None)));
            all
        }
        EventKind::Egress => {
            let of_peer = event.names_of_peer().count();
            let names = std::iter::once(event.subject).chain(event.other_names());
            let mut all: Vec<Effect> = names
                .map(|name| match name.rsplit_once(':') {
                    Some((bare, port)) => host(bare, Some(port)),
                    None => host(name, None),
                })
                .collect();
            for name in all.iter_mut().skip(1 + of_peer) {
                name.is_claimed = true;
            }
            all
        }
        EventKind::ToolExec
        | EventKind::SslContent
        | EventKind::SecurityAction
        | EventKind::LlmActivations
        | EventKind::ToolCall => Vec::new(),
    }
}

/// Whether an event of a kind, which is no command, has effects ([`of_event`]).
pub(super) fn has_effects(kind: EventKind) -> bool {
    match kind {
        EventKind::FileAccess | EventKind::FileDelete | EventKind::Dns | EventKind::Egress => true,
        EventKind::ToolExec
        | EventKind::SslContent
        | EventKind::SecurityAction
        | EventKind::LlmActivations
        | EventKind::ToolCall => false,
    }
}

fn host(name: &str, port: Option<&str>) -> Effect {
    Effect::new(EffectKind::Connects, name, host_names(name, port))
}

/// The kinds of event that can have an effect.
pub(crate) fn kinds_of(kind: EffectKind) -> &'static [EventKind] {
    match kind {
        EffectKind::Reads | EffectKind::Writes => &[EventKind::ToolExec, EventKind::FileAccess],
        EffectKind::Deletes => &[EventKind::ToolExec, EventKind::FileDelete],
        EffectKind::Connects => &[EventKind::ToolExec, EventKind::Egress, EventKind::Dns],
        EffectKind::Sends | EffectKind::Mentions => &[EventKind::ToolExec],
    }
}

/// What of an effect counts for a rule.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'r> {
    pub(crate) condition: &'r EffectCondition,
    /// The paths that `unless` excepts, if it may except any.
    pub(crate) unless: &'r [PathPattern],
    /// The text of the first expression of the condition; those of `unless` follow.
    pub(crate) first: usize,
    /// Whether names count that a process could choose freely.
    pub(crate) takes_claims: bool,
}

impl Asked<'_> {
    /// Whether effects are all that is asked for.
    pub(crate) fn holds(
        &self,
        effects: &[Effect],
        runs_download: bool,
        expressions: Expressions<'_>,
    ) -> bool {
        let behind = self.first + super::index::count_all(self.condition.patterns());
        let mut next = self.first;
        (runs_download || !self.condition.runs_download)
            && self.condition.of.iter().all(|(kind, patterns)| {
                let first = next;
                next += super::index::count(patterns);
                effects.iter().any(|one| {
                    one.is(*kind)
                        && (self.takes_claims || !one.is_claimed)
                        && one.fits(patterns, first, expressions)
                        && !(one.is_known && one.fits(self.unless, behind, expressions))
                })
            })
    }

    /// The first effect that is not asked for. What is only mentioned may be asked for as anything.
    pub(crate) fn first_beyond<'e>(
        &self,
        effects: &'e [Effect],
        expressions: Expressions<'_>,
    ) -> Option<&'e Effect> {
        effects.iter().find(|one| {
            let mut next = self.first;
            !super::cover::is_harmless(&one.text)
                && !self.condition.of.iter().any(|(kind, patterns)| {
                    let first = next;
                    next += super::index::count(patterns);
                    let is_kind = one.is(*kind)
                        || one.kind == EffectKind::Mentions && *kind != EffectKind::Connects;
                    is_kind && one.fits(patterns, first, expressions)
                })
        })
    }
}
