//! Warnings about conditions that hold for less, or for more, than their author meant.

use sentry_text::diagnostic::{Code, Diagnostic, MAX_DIAGNOSTICS};

use super::{covered, site_rules};
use crate::decision::Verdict;
use crate::engine::{Engine, is_vouched_for};
use crate::event::EventKind;
use crate::policy::{CommandCondition, Glob, ProgramPattern, Rule};

/// Stands for a program that a wrapper runs.
const SAMPLE: &str = "a3s-sample";

/// Warnings about the conditions of site rules, at most [`MAX_DIAGNOSTICS`].
pub(super) fn about_conditions(engine: &Engine) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut steps = covered::MAX_STEPS;
    for (_, rule) in site_rules(&engine.policy().rules) {
        found.extend(excepted(rule, &mut steps));
        found.extend(allow_by_match(rule));
        found.extend(allow_for_no_agent(rule));
        for condition in &rule.conditions.command {
            found.extend(wrapper(rule, condition));
        }
        if found.len() >= MAX_DIAGNOSTICS {
            break;
        }
    }
    found
}

/// The warning about a rule whose `unless` takes out all that the rule asks for.
fn excepted(rule: &Rule, steps: &mut usize) -> Option<Diagnostic> {
    covered::by_exceptions(rule, steps).then(|| {
        let message = format!("`unless` takes out all that rule `{}` asks for", rule.name);
        Diagnostic::new(Code::NeverFits, rule.span, message)
            .help("ask for less in `unless`, or remove the rule")
    })
}

/// The warning about an `allow` that lets whole command lines pass by their text.
fn allow_by_match(rule: &Rule) -> Option<Diagnostic> {
    let conditions = &rule.conditions;
    let is_limited = conditions.asks_for_command()
        || !conditions.agents.is_empty()
        || !conditions.effects.is_empty();
    let is_by_match = rule.verdict == Verdict::Allow
        && rule.on.contains(&EventKind::ToolExec)
        && rule.on.len() < EventKind::OBSERVED.len()
        && !is_limited;
    is_by_match.then(|| {
        let message = format!(
            "`allow` rule `{}` lets every command of a line pass whose text it matches",
            rule.name
        );
        Diagnostic::new(Code::AllowByMatch, rule.span, message)
            .help("ask for the command that is meant: `command { program = … words = … }`")
    })
}

/// The warning about an `allow` for agents that no host vouches for.
fn allow_for_no_agent(rule: &Rule) -> Option<Diagnostic> {
    let agents = &rule.conditions.agents;
    let may_fit = |glob: &Glob| glob.as_str().contains('*') && is_hex(glob.as_str());
    let fits_none = rule.verdict == Verdict::Allow
        && !agents.is_empty()
        && !agents
            .iter()
            .any(|glob| may_fit(glob) || is_vouched_for(glob.as_str()));
    fits_none.then(|| {
        let message = format!(
            "`allow` rule `{}` fits no event: its `agents` are names that a process can choose",
            rule.name
        );
        Diagnostic::new(Code::NeverFits, rule.span, message)
            .help("on an `allow`, name the UID of a pod or the id of a container")
    })
}

/// Whether a glob has only characters of ids.
fn is_hex(glob: &str) -> bool {
    glob.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-' | b'*'))
}

/// The warning about a wrapper as the program, or about an unknown program in the place of one.
fn wrapper(rule: &Rule, condition: &CommandCondition) -> Option<Diagnostic> {
    let names: Vec<&str> = condition.program.iter().filter_map(name).collect();
    // A wrapper that runs what is not known as text, such as `eval "$x"`, is judged itself.
    let runs_known = condition.code_from.is_empty();
    let wrapper = names.iter().filter(|_| runs_known).find(|name| {
        let reading = sentry_command::read(&[name, SAMPLE]);
        let mut commands = reading.commands.iter();
        // Alone, `env` prints the variables.
        **name != "env"
            && !sentry_command::is_shell(name)
            && commands.any(|command| command.program() == SAMPLE)
    });
    let name = &rule.name;
    if let Some(wrapper) = wrapper {
        let message = format!("rule `{name}` asks for `{wrapper}`, which only runs other programs");
        let help = format!(
            "commands are judged without what runs them: ask for the program behind `{wrapper}`, or use `match`"
        );
        let warning = Diagnostic::new(Code::WrapperAsProgram, rule.span, message);
        return Some(warning.help(help));
    }
    let first = condition.words.first()?.as_str();
    let unknown = names.iter().find(|name| {
        sentry_command::runs_or_fetches_code(first) && !sentry_command::is_known(name)
    })?;
    let message = format!(
        "rule `{name}` asks for `{unknown}` before `{first}`, but `{unknown}` is not known to run other programs"
    );
    let help =
        format!("rules on `{first}` do not see what `{unknown}` runs: use `match` on the text");
    Some(Diagnostic::new(Code::UnknownWrapper, rule.span, message).help(help))
}

/// A program's name, if the pattern is one without wildcards.
fn name(program: &ProgramPattern) -> Option<&str> {
    match program {
        ProgramPattern::Name(name) if !name.as_str().contains('*') => Some(name.as_str()),
        _ => None,
    }
}
