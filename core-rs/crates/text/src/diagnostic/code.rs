//! The table of diagnostic codes. It defines their names, levels and documentation.

/// The severity of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The policy cannot be used.
    Error,
    /// The policy can be used, but probably does not do what its author meant.
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

/// Generates [`Code`] and its methods from one table: variant, stable name, level, meaning.
macro_rules! codes {
    ($($variant:ident $name:literal $level:ident $meaning:literal)+) => {
        /// The kind of a problem. Names are an interface: they stay, and never change their
        /// meaning.
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

            /// The meaning of the code, in one line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    UnexpectedToken "acl/unexpected-token" Error "An unexpected token. The message says what is expected."
    ExpectedValue "acl/expected-value" Error "A value is missing."
    ExpectedEquals "acl/expected-equals" Error "The `=` between a name and its value is missing."
    BadOperator "acl/bad-operator" Error "An operator that the language does not have, such as `:=` or `+=`."
    BareWord "acl/bare-word" Error "Text is not in quotes."
    QuotedName "acl/quoted-name" Error "The name of an attribute or a block is in quotes."
    StrayCharacter "acl/stray-character" Error "A character that the language does not use."
    Unclosed "acl/unclosed" Error "A `{`, `[` or `(` is never closed."
    UnmatchedCloser "acl/unmatched-closer" Error "A `}`, `]` or `)` has no opening bracket."
    UnterminatedString "acl/unterminated-string" Error "A string has no closing quote."
    UnterminatedHeredoc "acl/unterminated-heredoc" Error "A heredoc has no line with its closing name."
    UnterminatedComment "acl/unterminated-comment" Error "A `/*` comment has no `*/`."
    BadHeredoc "acl/bad-heredoc" Error "`<<` is not followed by a name and the end of the line."
    UnknownEscape "acl/unknown-escape" Error "A backslash in a double-quoted string is followed by a character that it does not escape."
    BadUnicodeEscape "acl/bad-unicode-escape" Error "A `\\u` escape is malformed or does not stand for a character."
    BadNumber "acl/bad-number" Error "A malformed number."
    NumberRange "acl/number-range" Error "A number is too large for a 64-bit float."
    DuplicateAttribute "acl/duplicate-attribute" Error "An attribute is set twice in one scope."
    DuplicateKey "acl/duplicate-key" Error "An object has a key twice."
    LimitDocument "acl/limit-document" Error "The document is larger than 1 MiB."
    LimitNesting "acl/limit-nesting" Error "Blocks, lists, objects and calls are nested more than 64 deep."
    LimitItems "acl/limit-items" Error "A document, block, list, object or call holds more than 100,000 items."
    LimitToken "acl/limit-token" Error "A name, number or string is longer than 256 KiB."
    UnknownKey "policy/unknown-key" Error "A name that is not in the schema."
    MissingKey "policy/missing-key" Error "A required name is not set."
    WrongType "policy/wrong-type" Error "A value has a type that the schema does not allow."
    UnknownWord "policy/unknown-word" Error "A text is not one of the allowed words."
    BadValue "policy/bad-value" Error "A value has the right type but is not allowed."
    DuplicateSection "policy/duplicate-section" Error "A section is written twice."
    UnexpectedLabel "policy/unexpected-label" Error "A block has a label but takes none."
    UnknownFunction "policy/unknown-function" Error "A call of an unknown function. There are `env`, `file`, `list` and `concat`."
    BadCall "policy/bad-call" Error "A call with the wrong arguments."
    UnsetVariable "policy/unset-variable" Error "`env` names a variable that is not set, and has no default."
    BadPattern "policy/bad-pattern" Error "A `match` is not a regular expression of the `regex` crate, or cannot be used there."
    PatternTooLarge "policy/pattern-too-large" Error "A pattern takes too much memory once compiled, or all patterns together take too much memory or too long to compile."
    ActionNeverFits "policy/action-never-fits" Error "No kind of event that the rule is on has a target for its `action`."
    UnknownBuiltin "policy/unknown-builtin" Error "A name in `overrides` is not that of a built-in rule."
    OverridesOnBlock "policy/overrides-on-block" Error "A `block` has `overrides`, which only weaken: they belong on an `escalate` or `allow`."
    DuplicatePattern "policy/duplicate-pattern" Error "A pattern of `redact` has the name of another pattern or of a built-in kind."
    UnknownList "policy/unknown-list" Error "`list` names a list that the policy does not have."
    DuplicateList "policy/duplicate-list" Error "Two lists have the same name."
    ListCycle "policy/list-cycle" Error "A list contains itself."
    ListTooLarge "policy/list-too-large" Error "The lists of a policy take more than 16 MiB together. A list counts each time it is used."
    EmptyCondition "policy/empty-condition" Error "A `command`, `code` or `unless` asks for nothing."
    ConditionNeverFits "policy/condition-never-fits" Error "No event of the kinds that a rule is on can fit one of its conditions."
    BadGlob "policy/bad-glob" Error "No program, option, word or path can fit a pattern as it is written."
    BadDate "policy/bad-date" Error "A date is not a day of the calendar, written as `2027-03-31`."
    IncludeSetting "include/setting" Error "An included file has a setting that only the policy may have."
    IncludeNoFile "include/no-file" Error "A pattern of `include` matches no file, or no file can be read here."
    IncludeRefused "include/refused" Error "An included file is not trusted: a link leads out of the folder, or other users may write to it."
    IncludeCycle "include/cycle" Error "A file includes itself, directly or through others."
    IncludeDepth "include/depth" Error "Files include each other more than 8 deep."
    BrokenBuiltin "policy/broken-builtin" Error "The built-in rules do not load. This is a bug in sentry."
    SaeSyntax "sae/syntax" Error "A dictionary of features is not valid JSON. The message says what is expected."
    SaeWrongType "sae/wrong-type" Error "A value in a dictionary has the wrong type."
    SaeBadId "sae/bad-id" Error "A feature's id is not an unsigned 32-bit integer."
    SaeDuplicate "sae/duplicate" Error "A dictionary has a feature twice, or a feature has a key twice."
    SaeUnknownKey "sae/unknown-key" Error "A feature has an unknown key."
    SaeMissingKey "sae/missing-key" Error "A feature lacks a required key."
    SaeBadValue "sae/bad-value" Error "A weight is not finite, a severity is unknown, or a name is empty or too long."
    SaeLimit "sae/limit" Error "A dictionary is larger than 16 MiB, or has more than 200,000 features or 100 categories."
    UnusedList "lint/unused-list" Warning "No rule and no other list refers to a list."
    ExpiredRule "lint/expired-rule" Warning "The last day of a rule, `expires`, is over."
    UnreachableRule "lint/unreachable-rule" Warning "A rule can never fire, because earlier rules of the site, or built-in rules that block, decide all of its events."
    DuplicateName "lint/duplicate-name" Warning "Two rules have the same name, so a decision does not show which one fired."
    NeverMatches "lint/never-matches" Warning "No event of a kind that a rule is on can match its pattern."
    NeverFits "lint/never-fits" Warning "No event can fit a condition of a rule, or its `unless` takes out all that it asks for."
    AllowByMatch "lint/allow-by-match" Warning "An `allow` on `ToolExec` by `match` alone lets whole command lines pass."
    WrapperAsProgram "lint/wrapper-as-program" Warning "A rule asks for a program that only runs other programs, such as `sudo`."
    UnknownWrapper "lint/unknown-wrapper" Warning "A rule asks for a program that runs others and that no table knows, so other rules do not see what it runs."
    MatchesEverything "lint/matches-everything" Warning "A pattern matches the empty text, and so every event."
    ShortPattern "lint/short-pattern" Warning "A pattern of at most four characters without anchors or word boundaries also matches inside longer words."
    EverydayCommand "lint/everyday-command" Warning "A rule blocks or escalates everyday commands such as `git status`."
    LooksLikeGlob "lint/looks-like-glob" Warning "A pattern is probably meant as a glob: in a regular expression `/*` repeats the slash."
    ActionDeniesNothing "lint/action-denies-nothing" Warning "The `action` of a rule denies nothing: there is no deny-file for it, the rule allows, or no event that it matches has a target that a deny-file can contain."
    DropsBuiltinAction "lint/drops-builtin-action" Warning "A `block` without an `action` decides events that a built-in rule would write to a deny-file."
    EscalateBelowBuiltin "lint/escalate-below-builtin" Warning "An `escalate` rule matches events that a built-in rule blocks, and a block takes precedence."
    AllowShadowsBuiltin "lint/allow-shadows-builtin" Warning "An `allow` rule lets events pass that a built-in rule would block."
}
