//! The arguments of one command: which words are options, which are values of options, and which
//! are neither.

use crate::reading::{Command, Word, base_name};

/// The arguments of a command, taken apart as its program takes them.
#[derive(Debug, Default, Clone)]
pub struct Arguments<'a> {
    /// The program's name without its folder; empty if there is no program.
    pub program: &'a str,
    /// The program as it was called, if that is a path.
    pub path: Option<&'a str>,
    /// Words that are neither options nor their values, in order: subcommands and operands.
    pub words: Vec<&'a Word>,
    /// Options in order, clusters split: `-rf` is `-r` and `-f`.
    pub options: Vec<Flag<'a>>,
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its value: the next word, or the rest of its own.
    pub value: Option<&'a str>,
    /// The word that holds the value, or else the option.
    pub word: &'a Word,
}

/// The name of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// One letter behind `-`.
    Short(char),
    /// The whole name with what stands before it: `--force`, `-delete`, `+x`.
    Long(&'a str),
}

/// The arguments of a command.
///
/// ```
/// let reading = sentry_command::read(&["git", "-C", "/srv", "push", "--force", "origin"]);
/// let arguments = sentry_command::arguments(&reading.commands[0]);
/// assert_eq!(arguments.program, "git");
/// assert!(arguments.has_flag("--force"));
/// ```
#[must_use]
pub fn arguments(command: &Command) -> Arguments<'_> {
    let Some((first, rest)) = command.words.split_first() else {
        return Arguments::default();
    };
    let mut arguments = Arguments {
        program: base_name(&first.text),
        path: first.text.contains('/').then_some(first.text.as_str()),
        ..Arguments::default()
    };
    for word in rest {
        let text = word.text.as_str();
        match (text.strip_prefix("--"), text.strip_prefix('-')) {
            (Some(_), _) => {
                let (name, value) = text
                    .split_once('=')
                    .map_or((text, None), |(name, value)| (name, Some(value)));
                let name = Name::Long(name);
                arguments.options.push(Flag { name, value, word });
            }
            (None, Some(letters)) if !letters.is_empty() => {
                arguments.options.extend(letters.chars().map(|letter| Flag {
                    name: Name::Short(letter),
                    value: None,
                    word,
                }));
            }
            _ => arguments.words.push(word),
        }
    }
    arguments
}

impl<'a> Arguments<'a> {
    /// Whether the option is among the arguments, in this spelling or in another that means the
    /// same to the program. A flag with `*` is a glob over options and words: `+*`.
    #[must_use]
    pub fn has_flag(&self, flag: &str) -> bool {
        self.options.iter().any(|option| match option.name {
            Name::Short(letter) => flag
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(letter) && rest.len() == letter.len_utf8()),
            Name::Long(name) => name == flag,
        })
    }

    /// Texts that may be paths or other operands: words that are no option, and values of options,
    /// with the word that holds each.
    pub fn operands(&self) -> impl Iterator<Item = (&'a str, &'a Word)> {
        let words = self.words.iter().map(|word| (word.text.as_str(), *word));
        let values = self.options.iter();
        words.chain(values.filter_map(|option| Some((option.value?, option.word))))
    }
}

/// Whether an option or assignment of the command runs code or names a configuration that does:
/// `git -c core.sshCommand=…`, `ssh -o ProxyCommand=…`, `LD_PRELOAD=…`.
#[must_use]
pub fn runs_code_by_option(command: &Command) -> bool {
    !command.assignments.is_empty()
}
