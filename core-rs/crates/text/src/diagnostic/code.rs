//! The registry of diagnostic codes: one table, from which names, levels and the documentation are made.

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The policy cannot be used.
    Error,
    /// The policy can be used, but is probably not what was meant.
    Warning,
}

impl Level {
    /// `error` or `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Makes [`Code`] and its methods out of one table: variant, stable name, level, meaning.
macro_rules! codes {
    ($($variant:ident $name:literal $level:ident $meaning:literal)+) => {
        /// The kind of a problem. Names are an interface: they stay, and never change their meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name, such as `acl/unknown-escape`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Whether problems of this kind are errors or warnings.
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// What the code says, in one line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    UnexpectedToken "acl/unexpected-token" Error "Something else belongs here; the message says what."
    ExpectedValue "acl/expected-value" Error "A value is missing."
    ExpectedEquals "acl/expected-equals" Error "The `=` between a name and its value is missing."
    BadOperator "acl/bad-operator" Error "An operator that the language does not have, such as `:=` or `+=`."
    BareWord "acl/bare-word" Error "Text stands without quotes."
    QuotedName "acl/quoted-name" Error "The name of an attribute or a block stands in quotes."
    StrayCharacter "acl/stray-character" Error "A character that starts nothing in the language."
    Unclosed "acl/unclosed" Error "A `{`, `[` or `(` is never closed."
    UnmatchedCloser "acl/unmatched-closer" Error "A `}`, `]` or `)` closes nothing."
    UnterminatedString "acl/unterminated-string" Error "A string has no closing quote."
    UnterminatedHeredoc "acl/unterminated-heredoc" Error "A heredoc has no line with its closing name."
    UnterminatedComment "acl/unterminated-comment" Error "A `/*` comment has no `*/`."
    BadHeredoc "acl/bad-heredoc" Error "`<<` is not followed by a name and the end of the line."
    UnknownEscape "acl/unknown-escape" Error "A backslash in a double-quoted string is followed by a character that it does not escape."
    BadUnicodeEscape "acl/bad-unicode-escape" Error "A `\\u` escape is malformed or names no character."
    BadNumber "acl/bad-number" Error "Something starts like a number and is none."
    NumberRange "acl/number-range" Error "A number is too large for a 64-bit float."
    DuplicateAttribute "acl/duplicate-attribute" Error "An attribute is set twice in one scope."
    DuplicateKey "acl/duplicate-key" Error "An object has a key twice."
    LimitDocument "acl/limit-document" Error "The document is larger than 1 MiB."
    LimitNesting "acl/limit-nesting" Error "Blocks, lists, objects and calls are nested more than 64 deep."
    LimitItems "acl/limit-items" Error "A document, block, list, object or call holds more than 100,000 items."
    LimitToken "acl/limit-token" Error "A name, number or string is longer than 256 KiB."
    UnknownKey "policy/unknown-key" Error "A name that the schema does not have."
    MissingKey "policy/missing-key" Error "A name that must be set is not."
    WrongType "policy/wrong-type" Error "A value of another type than the schema asks for."
    UnknownWord "policy/unknown-word" Error "A text that is not one of the words that may stand there."
    BadValue "policy/bad-value" Error "A value of the right type that cannot be used."
    DuplicateSection "policy/duplicate-section" Error "A section is there twice."
    UnexpectedLabel "policy/unexpected-label" Error "A block has a label that means nothing."
    UnknownFunction "policy/unknown-function" Error "A call of a function that is neither `env` nor `concat`."
    BadCall "policy/bad-call" Error "A call with the wrong arguments."
    UnsetVariable "policy/unset-variable" Error "`env` names a variable that is not set, and gives no default."
    BadPattern "policy/bad-pattern" Error "A `match` is not a regular expression of the `regex` crate, or not one that can be used there."
    PatternTooLarge "policy/pattern-too-large" Error "A pattern, or all patterns for a kind of event together, take too much memory once compiled."
    ActionNeverFits "policy/action-never-fits" Error "A rule's `action` has no target in any kind of event that the rule is on."
    DuplicatePattern "policy/duplicate-pattern" Error "A pattern of `redact` has the name of another one, or of a built-in kind."
    BrokenBuiltin "policy/broken-builtin" Error "The built-in rules do not load: a fault of this program."
    SaeSyntax "sae/syntax" Error "A dictionary of features is not JSON; the message says what belongs there."
    SaeWrongType "sae/wrong-type" Error "A value in a dictionary has another type than it must."
    SaeBadId "sae/bad-id" Error "A feature's id is no unsigned 32-bit integer."
    SaeDuplicate "sae/duplicate" Error "A dictionary has a feature twice, or a feature has a key twice."
    SaeUnknownKey "sae/unknown-key" Error "A key that no feature has."
    SaeMissingKey "sae/missing-key" Error "A feature lacks a key that it must have."
    SaeBadValue "sae/bad-value" Error "A weight that is not finite, a severity that is none, or a name that is empty or too long."
    SaeLimit "sae/limit" Error "A dictionary is larger than 16 MiB, or has more than 200,000 features or 100 categories."
    UnreachableRule "lint/unreachable-rule" Warning "A rule can never fire, because earlier ones take all of its events."
    DuplicateName "lint/duplicate-name" Warning "Two rules have the same name, so a decision does not tell which one it was."
    AllowShadowsBuiltin "lint/allow-shadows-builtin" Warning "An `allow` rule lets events pass that a built-in rule would block."
}
