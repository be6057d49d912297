//! The built-in kinds of secret and their patterns.
//!
//! The patterns use verbose mode, and match a text whose escapes are replaced (see
//! [`super::escapes`]). White space and the letters of labels are ASCII only, which keeps the
//! automata small.

use super::check::Check;
use crate::policy::SECRET_KINDS;
use sentry_pattern::search::ValueGroup;

/// A kind of secret.
pub(super) struct Builtin {
    pub(super) kind: &'static str,
    pub(super) pattern: &'static str,
    pub(super) value: ValueGroup,
    pub(super) check: Check,
}

const fn of(place: usize, pattern: &'static str, value: ValueGroup, check: Check) -> Builtin {
    Builtin {
        kind: kind(place),
        pattern,
        value,
        check,
    }
}

#[allow(clippy::indexing_slicing)]
const fn kind(place: usize) -> &'static str {
    SECRET_KINDS[place]
}

/// In the order of [`SECRET_KINDS`].
pub(super) const ALL: [Builtin; 12] = [
    of(0, PRIVATE_KEY, ValueGroup::Whole, Check::Nothing),
    of(1, OPENAI_KEY, ValueGroup::First, Check::Nothing),
    of(2, STRIPE_KEY, ValueGroup::First, Check::Nothing),
    of(3, GOOGLE_API_KEY, ValueGroup::First, Check::Nothing),
    of(4, AWS_ACCESS_KEY_ID, ValueGroup::First, Check::Nothing),
    of(5, GITHUB_TOKEN, ValueGroup::First, Check::Nothing),
    of(6, SLACK_TOKEN, ValueGroup::First, Check::Nothing),
    of(7, JWT, ValueGroup::First, Check::Nothing),
    of(8, AWS_SECRET, ValueGroup::First, Check::Nothing),
    of(9, BEARER, ValueGroup::First, Check::Bearer),
    of(10, GENERIC_SECRET, ValueGroup::First, Check::Generic),
    of(11, EMAIL, ValueGroup::Whole, Check::Email),
];

/// The placeholder of a secret that was masked before. See
/// `packages/core/src/redact/placeholder.ts`.
pub(super) const PLACEHOLDER: Builtin = Builtin {
    kind: "placeholder",
    pattern: r"\{\{A3S_REDACTED:[0-9A-Za-z_.-]{1,64}:[0-9]{1,15}\}\}",
    value: ValueGroup::Whole,
    check: Check::Nothing,
};

/// PEM and `OpenPGP` armour. Up to the end line; if that is missing, the base64 lines after the
/// first line, or base64 on the first line itself. It does not end with a blank, which may be the
/// backslash of a quote.
const PRIVATE_KEY: &str = r#"(?x)
    -----BEGIN [\ +%0-9A-Z]{0,40} PRIVATE (?: [\ +] | %20 ) KEY (?: (?: [\ +] | %20 ) BLOCK )? -----
    (?: [0-9A-Za-z+/=\s"'`,:.()|<>\#*_@%\\-]*? -----END [\ +%0-9A-Z]{0,40} PRIVATE (?: [\ +] | %20 ) KEY
        (?: (?: [\ +] | %20 ) BLOCK )? -----
      | (?: [\ \t\r]* \n (?: [\ \t]* (?: [0-9A-Za-z-]+ :\ (?: [^\n"]{0,100} [^\n"\ ] )? | [0-9A-Za-z+/=]+ ) )? )+
      | [\ \t]* [0-9A-Za-z+/=]{16} (?: [\ \t\r\n]* [0-9A-Za-z+/=]+ )*
    )"#;

/// Keys of `OpenAI`, and of services with the same format. Here and below, a `_` or a
/// percent-encoded character before a key is not part of it.
const OPENAI_KEY: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} )
    ( sk- (?: (?: proj | svcacct | admin | None | ant | or | lf ) - [0-9A-Za-z_-]{16,}
            | [0-9A-Za-z]{20,} [0-9A-Za-z_-]* ) )";

const STRIPE_KEY: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} )
    ( [spr]k_ (?: live | test ) _ [0-9A-Za-z]{10,} | whsec_ [0-9A-Za-z+/=]{24,} )";

const GOOGLE_API_KEY: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} ) ( AIza [0-9A-Za-z_-]{35} ) (?-u:\b)";

const AWS_ACCESS_KEY_ID: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} ) ( (?: AKIA | ASIA ) [0-9A-Z]{16} ) (?-u:\b)";

const GITHUB_TOKEN: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} )
    ( gh[pousr]_[0-9A-Za-z]{36,} | github_pat_[0-9A-Za-z_]{22,} )";

const SLACK_TOKEN: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} )
    ( (?: xoxe\. )? xox[abeoprs] - [0-9A-Za-z-]{10,} | xapp-[0-9]+ - [0-9A-Za-z-]{10,} )";

/// Three parts of base64url, or five if it is encrypted. The first part begins with the encoding of
/// `{"`.
const JWT: &str = r"(?x)
    (?: (?-u:\b) | _ | %[0-9A-Fa-f]{2} )
    ( eyJ [0-9A-Za-z_-]{8,} \. [0-9A-Za-z_-]{2,} \. [0-9A-Za-z_-]*
      (?: \. [0-9A-Za-z_-]+ \. [0-9A-Za-z_-]+ )? )";

const AWS_SECRET: &str = r#"(?x)
    (?i-u: aws [\ _.-]? (?: secret [\ _.-]? (?: access [\ _.-]? )? key | secret ) | secret [\ _-]? access [\ _-]? key )
    [\ ]* (?: ["'] | %22 )? [\ \t\r\n]* (?: => | := | [:=>] | %3[aAdD] ) (?: [\ \t\r\n] | %20 )* (?: ["'`] | %22 )?
    ( (?: [0-9A-Za-z+/=] | %2[bBfF] | %3[dD] ){16,} )"#;

/// Any value in a header; elsewhere only values that do not look like words.
const BEARER: &str = r#"(?x)
    (?i-u: authorization [\ ]* ["']? [\ \t]* (?: [:=,] | %3a ) (?: [\ \t+] | %20 )* ["']? )?
    (?: (?-u:\b) | %[0-9A-Fa-f]{2} ) (?i-u: bearer ) (?: [\ \t+] | %20 )+
    ( [0-9A-Za-z._~+/=-]{12,} )"#;

/// A label, then a value: in quotes up to the closing quote, or without quotes up to the end of the
/// word. An escaped quote inside the value has blanks before it, and is not followed by what
/// follows a value in JSON.
const GENERIC_SECRET: &str = r#"(?x)
    (?i-u: (?: api | access | secret | private | auth | signing | encryption | account | master | service ) [\ _.-]? key
        | secret | token | passwd | password | pwd )
    [\ *]* (?: ["'`] | %22 )? [\ \t\r\n*]*
    (?: => | := | ==? | : | %3[aAdD] | : [\ &'0-9A-Za-z]{1,20} = )
    (?: [\ \t\r\n] | %20 )* (?: \*\* \ * )?
    (?: (?: \[ [\ \t\r\n]* | [bru] )? (?: (?: "" )? " ( [^"\s,:;\}\])] (?: [^"\s] | \ + " [^"\s,:;\}\])] ){11,} | [^"\s]{12,} )
          | ' ( [^'\s]{12,} ) | ` ( [^`\s]{12,} ) )
      | (?: %22 | [|>] [+-]? \ * \n \ * )?
        ( [^\s"'`\\,;:&<>(){}\[\]=] (?: \\* [^\s"'`\\,;&<>(){}\[\]] ){11,} ) )"#;

const EMAIL: &str = r"(?x)
    [0-9A-Za-z_%+-] [0-9A-Za-z._%+-]{0,63} (?: @ | %40 )
    (?: [0-9A-Za-z] (?: [0-9A-Za-z-]{0,61} [0-9A-Za-z] )? \. )+ [A-Za-z]{2,24} (?-u:\b)";

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_pattern::Pattern;

    #[test]
    fn every_pattern_compiles_and_requires_a_literal() {
        for builtin in ALL.iter().chain([&PLACEHOLDER]) {
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
