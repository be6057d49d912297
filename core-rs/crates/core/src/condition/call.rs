//! Whether the call of a tool fulfils the conditions of a rule on `tool` and `args`.

use std::ops::ControlFlow;

use super::fit::operand;
use super::index::count;
use super::path::{Path, near};
use super::texts::Expressions;
use crate::decision::Verdict;
use crate::event::Event;
use crate::policy::{ArgCondition, Rule};

/// Whether an event is a call that a rule asks for. `first` is the text of the first expression of
/// the rule's arguments. A rule that allows must fit every text of an argument, any other rule one.
pub(super) fn fits(
    rule: &Rule,
    event: &Event<'_>,
    first: usize,
    expressions: Expressions<'_>,
) -> bool {
    let Some(call) = event.call() else {
        return false;
    };
    let conditions = &rule.conditions;
    let tool = call.tool();
    let mut globs = conditions.tool.iter();
    if !conditions.tool.is_empty() && !globs.any(|glob| sentry_command::fits(glob.as_str(), &tool))
    {
        return false;
    }
    if conditions.args.is_empty() {
        return true;
    }
    let folder = event.folder().and_then(near);
    let within = folder.as_deref().map(|folder| Path::new(folder, None));
    let needs_all = rule.verdict == Verdict::Allow;
    let mut next = first;
    conditions
        .args
        .iter()
        .all(|ArgCondition { name, patterns }| {
            let first = next;
            next += count(patterns);
            let mut result = None;
            call.each_text(name, &mut |text| {
                let fits = text.is_some_and(|text| {
                    operand(text, within.as_ref()).fits(patterns, first, expressions)
                });
                result = Some(fits);
                if fits == needs_all {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            result.unwrap_or(false)
        })
}
