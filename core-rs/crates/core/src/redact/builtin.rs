//! The built-in kinds that are found by patterns: addresses and placeholders.
//!
//! The patterns use verbose mode, and match a text whose escapes are replaced (see
//! [`super::escapes`]). Letters are ASCII only, which keeps the automata small.

use super::check::Check;
use sentry_pattern::search::ValueGroup;

/// A kind of secret.
pub(super) struct Builtin {
    pub(super) kind: &'static str,
    pub(super) pattern: &'static str,
    pub(super) value: ValueGroup,
    pub(super) check: Check,
}

/// The place of [`EMAIL`] in [`SECRET_KINDS`](crate::policy::SECRET_KINDS).
pub(super) const EMAIL_PLACE: usize = 11;

pub(super) const EMAIL: Builtin = Builtin {
    kind: "email",
    pattern: r"(?x)
    [0-9A-Za-z_%+-] [0-9A-Za-z._%+-]{0,63} (?: @ | %40 )
    (?: [0-9A-Za-z] (?: [0-9A-Za-z-]{0,61} [0-9A-Za-z] )? \. )+ [A-Za-z]{2,24} (?-u:\b)",
    value: ValueGroup::Whole,
    check: Check::Email,
};

/// The placeholder of a secret that was masked before. See
/// `packages/core/src/redact/placeholder.ts`.
pub(super) const PLACEHOLDER: Builtin = Builtin {
    kind: "placeholder",
    pattern: r"\{\{A3S_REDACTED:[0-9A-Za-z_.-]{1,64}:[0-9]{1,15}\}\}",
    value: ValueGroup::Whole,
    check: Check::Nothing,
};

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_pattern::Pattern;

    #[test]
    fn every_pattern_compiles_and_requires_a_literal() {
        for builtin in [EMAIL, PLACEHOLDER] {
            let pattern = Pattern::parse(builtin.pattern).unwrap();
            let kind = builtin.kind;
            let hir = pattern.parsed().unwrap();
            assert!(hir.properties().minimum_len() > Some(5), "{kind}");
            for required in pattern.requirements() {
                assert!(!required.literals.is_empty(), "{kind}");
            }
        }
    }
}
