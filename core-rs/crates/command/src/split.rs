//! Argument lists that carry shell syntax as separate words.

use crate::reading::Word;

/// Programs for which `;`, `<`, `>` and `|` are arguments of their own.
const OWN_SYNTAX: [&str; 9] = [
    "[", "expr", "find", "jq", "test", "tmux", "bc", "psql", "ssh",
];

/// Whether the list of a program and its arguments is a command line that was split at blanks: an
/// operator stands between words, and a word follows it.
pub(crate) fn has_syntax<'a>(program: &str, arguments: impl Iterator<Item = &'a str>) -> bool {
    let mut is_behind = false;
    for argument in arguments {
        if is_behind {
            return !OWN_SYNTAX.contains(&crate::reading::program_name(program));
        }
        is_behind = is_operator(argument);
    }
    false
}

fn is_operator(argument: &str) -> bool {
    matches!(
        argument,
        "|" | "||" | "&&" | ";" | "&" | "|&" | ">" | ">>" | "<" | "2>" | "&>" | "2>&1" | "<<<"
    )
}

/// The list as shell text: operators as they are, all else quoted.
pub(crate) fn to_text(arguments: &[&str]) -> String {
    let mut text = String::new();
    for argument in arguments {
        if is_operator(argument) {
            text.push_str(argument);
        } else {
            text.push_str(&quote(argument));
        }
        text.push(' ');
    }
    text
}

/// Words as the text of a command. A word that is not known stays so.
pub(crate) fn as_text(words: &[Word]) -> Word {
    let mut text = String::new();
    for word in words {
        if word.known {
            text.push_str(&quote(&word.text));
        } else {
            text.push('"');
            for char in word.text.chars() {
                if matches!(char, '"' | '\\' | '`') {
                    text.push('\\');
                }
                text.push(char);
            }
            text.push('"');
        }
        text.push(' ');
    }
    Word::constant(text)
}

/// The text as one quoted word of a shell.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for (at, part) in text.split('\'').enumerate() {
        if at > 0 {
            quoted.push_str("'\\''");
        }
        quoted.push_str(part);
    }
    quoted.push('\'');
    quoted
}
