//! The built-in rules, written in the language itself in `builtin.acl`.

use std::sync::LazyLock;

use super::packs::PACKS;
use super::{Origin, PatternsAhead, Rule, builtin_fault, check_alone};
use sentry_text::diagnostic::Diagnostic;

/// The text of the built-in rules, without comments, and with codes for phrases.
const SOURCE: &str = include_str!(concat!(env!("OUT_DIR"), "/builtin.acl"));

/// The phrases that texts of rules have codes for.
static PHRASES: &str = include_str!(concat!(env!("OUT_DIR"), "/phrases.txt"));

/// The names of the built-in rules, in their order.
pub const NAMES: [&str; 14] = [
    "privesc-setuid",
    "process-injection",
    "bind-listener",
    "pipe-to-shell",
    "reverse-shell",
    "destructive-rm",
    "disk-overwrite",
    "rce-primitive",
    "read-credentials",
    "secret-in-egress",
    "prompt-injection",
    "cloud-metadata",
    "oob-exfil-dns",
    "suspicious-dns",
];

/// All policies share them, and most processes need nothing else, so they are read once.
static RULES: LazyLock<Result<Vec<Rule>, Diagnostic>> = LazyLock::new(read);

/// The built-in rules in order. An error is a bug in this crate; its tests check that there is
/// none.
pub(super) fn rules() -> Result<&'static [Rule], &'static Diagnostic> {
    RULES.as_deref()
}

/// The built-in rules in order, for a policy that has been checked with them.
pub(crate) fn all() -> &'static [Rule] {
    rules().unwrap_or_default()
}

fn read() -> Result<Vec<Rule>, Diagnostic> {
    let mut rules = read_from(SOURCE, None)?;
    for pack in &PACKS {
        rules.extend(read_from(pack.source, Some(pack.name))?);
    }
    Ok(rules)
}

fn read_from(source: &str, pack: Option<&'static str>) -> Result<Vec<Rule>, Diagnostic> {
    let source = &without_codes(source);
    let patterns = PatternsAhead::new(source);
    let checked = check_alone(source, patterns, &|_| None, Origin::Builtin);
    match (checked.policy, checked.diagnostics.first()) {
        (Some(policy), _) => {
            let rules = policy.rules.into_iter();
            Ok(rules.map(|rule| Rule { pack, ..rule }).collect())
        }
        (None, Some(first)) => Err(builtin_fault(first)),
        (None, None) => Ok(Vec::new()),
    }
}

/// The text with phrases in place of their codes, which are control characters.
fn without_codes(text: &str) -> String {
    let phrases: Vec<&str> = PHRASES.split('\0').collect();
    let mut whole = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(|char| char < ' ' && char != '\n') {
        let (before, behind) = rest.split_at(at);
        let code = behind.bytes().next().map_or(0, usize::from);
        whole.push_str(before);
        whole.push_str(
            phrases
                .get(code.wrapping_sub(1 + usize::from(code > 10)))
                .unwrap_or(&""),
        );
        rest = behind.get(1..).unwrap_or_default();
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Word;

    #[test]
    fn names_are_those_of_the_rules() {
        let rules = rules().unwrap();
        let always = rules.iter().filter(|rule| rule.pack.is_none());
        let names: Vec<&str> = always.map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, NAMES);
    }

    #[test]
    fn nothing_but_comments_and_blanks_is_left_out() {
        let bare = |text: &str| -> String {
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'));
            lines.flat_map(str::split_whitespace).collect()
        };
        assert_eq!(
            bare(&without_codes(SOURCE)),
            bare(include_str!("builtin.acl"))
        );
    }

    #[test]
    fn the_table_of_the_contract_is_an_interface() {
        let table: Vec<String> = rules()
            .unwrap()
            .iter()
            .filter(|rule| rule.pack.is_none())
            .map(|rule| {
                let on: Vec<_> = rule.on.iter().map(|kind| kind.as_word()).collect();
                let action = rule.action.map_or("", Word::as_word);
                format!(
                    "{} | {} | {} {} {action} | {}",
                    rule.name,
                    on.join(","),
                    rule.verdict.as_word(),
                    rule.severity.as_word(),
                    rule.reason
                )
            })
            .collect();
        assert_eq!(
            table,
            [
                "privesc-setuid | SecurityAction | block high  | privilege escalation to root",
                "process-injection | SecurityAction | block high  | ptrace process injection",
                "bind-listener | SecurityAction | escalate medium  | opened a listening port — possible backdoor",
                "pipe-to-shell | ToolExec | block high deny-exec | remote payload piped to an interpreter",
                "reverse-shell | ToolExec | block critical deny-exec | reverse-shell pattern",
                "destructive-rm | ToolExec | block high  | destructive delete / fork bomb",
                "disk-overwrite | ToolExec | block critical  | raw disk overwrite",
                "rce-primitive | ToolExec | escalate medium  | exec contains an RCE/exfil primitive — needs review",
                "read-credentials | FileAccess | escalate high deny-file | access to a credential file",
                "secret-in-egress | SslContent | escalate high  | possible secret in outbound content",
                "prompt-injection | SslContent | escalate medium  | possible prompt injection / jailbreak",
                "cloud-metadata | Egress | block high deny-egress | cloud instance-metadata access (SSRF/cred theft)",
                "oob-exfil-dns | Egress,Dns | block high  | out-of-band exfil / callback domain",
                "suspicious-dns | Egress,Dns | escalate medium  | cloud metadata DNS",
            ]
        );
    }
}
