//! Actions that deny nothing: on an `allow`, without a deny-file, or without a target.

use regex_syntax::hir::Hir;
use sentry_pattern::language::Overlap;
use sentry_text::diagnostic::{Code, Diagnostic};

use super::forms::Forms;
use super::site_rules;
use crate::decision::{ActionKind, Verdict, Word};
use crate::policy::{Deny, Policy, Rule};

impl Deny {
    /// The deny-file for a kind of action.
    pub(super) fn file_for(&self, action: ActionKind) -> Option<&str> {
        match action {
            ActionKind::DenyEgress => self.egress.as_deref(),
            ActionKind::DenyFile => self.file.as_deref(),
            ActionKind::DenyExec => self.exec.as_deref(),
        }
    }
}

/// One warning for each kind of action that rules have but the policy has no deny-file for.
pub(super) fn without_deny_file(policy: &Policy) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (word, action) in ActionKind::WORDS {
        if policy.deny.file_for(*action).is_some() {
            continue;
        }
        let has_action =
            |rule: &&Rule| rule.action == Some(*action) && rule.verdict != Verdict::Allow;
        let mut rules = site_rules(&policy.rules)
            .map(|(_, rule)| rule)
            .filter(has_action);
        let Some(first) = rules.next() else {
            continue;
        };
        let more = match rules.count() {
            0 => String::new(),
            1 => " and 1 more rule".to_owned(),
            count => format!(" and {count} more rules"),
        };
        let (name, key) = (&first.name, key_of(*action));
        let message = format!(
            "the `{word}` of rule `{name}`{more} denies nothing: the policy has no deny-file for it"
        );
        found.push(
            Diagnostic::new(Code::ActionDeniesNothing, first.span, message).help(format!(
                "add `deny {{ {key} = \"{key}-deny.txt\" }}`, or name a file with `run --{key}-deny`"
            )),
        );
    }
    found
}

/// The warning about an `allow` with an action.
pub(super) fn on_allow(rule: &Rule) -> Option<Diagnostic> {
    let message = format!(
        "the `{}` of rule `{}` denies nothing: its verdict is `allow`",
        rule.action?.as_word(),
        rule.name
    );
    let warning = Diagnostic::new(Code::ActionDeniesNothing, rule.span, message);
    Some(warning.help("remove the action"))
}

/// The warning about a rule whose action never has a target that a deny-file can contain.
pub(super) fn without_target(forms: &mut Forms, rule: &Rule, pattern: &Hir) -> Option<Diagnostic> {
    let action = rule.action?;
    let name = &rule.name;
    let mut kinds = rule.on.iter().filter(|kind| kind.action() == Some(action));
    let has_target = kinds.any(|&kind| {
        forms.of(kind).is_none_or(|(form, steps)| {
            // Another warning is about patterns that never match.
            form.deniable_overlap(pattern, steps) != Overlap::None
                || form.overlap(pattern, steps) == Overlap::None
        })
    });
    if has_target {
        return None;
    }
    let (why, help) = match action {
        ActionKind::DenyEgress => (
            "no peer that it matches is an IPv4 address or a name",
            "a deny-file can contain no other peers; remove the action",
        ),
        ActionKind::DenyFile => (
            "no path that it matches is absolute",
            "a deny-file contains absolute paths only: let the pattern begin with `(^|/)`",
        ),
        // The program is not part of the subject: collectors report it beside the arguments.
        ActionKind::DenyExec => return None,
    };
    let message = format!(
        "the `{}` of rule `{name}` denies nothing: {why}",
        action.as_word()
    );
    Some(Diagnostic::new(Code::ActionDeniesNothing, rule.span, message).help(help))
}

fn key_of(action: ActionKind) -> &'static str {
    match action {
        ActionKind::DenyEgress => "egress",
        ActionKind::DenyFile => "file",
        ActionKind::DenyExec => "exec",
    }
}
