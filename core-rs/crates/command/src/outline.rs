//! A quick look at arguments that can be understood without following a shell: the words that their
//! commands have, but not which command has which.

mod commands;
mod level;
mod runs;
mod text;
mod word;

use std::borrow::Cow;

use crate::arguments::{fits, may_have_text};
use crate::data::{self, Kinds};
use crate::reading::program_name;
use crate::{code, split};
use commands::{Commands, LITERALS};
use text::of_text;
use word::{class, is_plain};

/// What arguments run, in outline. Each word of each command that [`crate::read`] finds is among
/// `words`, nothing is opaque, and no command is given code or text to run.
///
/// ```
/// use sentry_command::Outline;
/// let text = ["bash", "-c", "cd src && grep -rn 'x y' lib | wc -l"];
/// let outline = Outline::of(text.into_iter()).unwrap();
/// assert_eq!(outline.words, ["cd", "src", "grep", "-rn", "x y", "lib", "wc", "-l"]);
/// assert!(outline.has_pipes && !outline.has_one_command);
/// assert!(Outline::of(["bash", "-c", "$(x)"].into_iter()).is_none());
/// ```
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub struct Outline<'a> {
    /// Words of commands, in order.
    pub words: Vec<Cow<'a, str>>,
    /// Files that redirections write to.
    pub files: Vec<Cow<'a, str>>,
    /// Whether there is one command, whose program is the first word.
    pub has_one_command: bool,
    /// Whether commands are joined by pipes.
    pub has_pipes: bool,
    /// Whether a command may change the folder of others.
    pub moves: bool,
}

impl<'a> Outline<'a> {
    /// The outline of arguments, of which the first is the program; `None` if only a reading shows
    /// what they run.
    pub fn of(arguments: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        let mut rest = arguments.clone();
        let program = rest.next()?;
        let name = program_name(program);
        let kinds = data::kinds(name);
        // The name of a variable may stand for a shell.
        if program.starts_with('$') || split::has_syntax(program, rest.clone()) {
            return None;
        }
        if kinds.is(Kinds::SHELL) {
            return of_shell(arguments, rest);
        }
        if kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, rest.clone())
            || kinds.is(Kinds::TEXT_OPTIONS)
                && may_have_text(name, &rest.clone().collect::<Vec<_>>())
        {
            return None;
        }
        let has_one_command = !kinds.is(Kinds::WRAPPER | Kinds::BUILTIN);
        if has_one_command {
            let mut words = Vec::with_capacity(16);
            words.extend(arguments.map(Cow::Borrowed));
            return Some(Self {
                words,
                has_one_command,
                ..Self::default()
            });
        }
        let mut commands = Commands::default();
        for word in arguments {
            // A tilde means a home folder to shells alone.
            if word.starts_with('~') {
                return None;
            }
            if LITERALS.contains(&word) {
                commands.add_literal(word)?;
            } else if word.is_empty() || !word.bytes().all(is_plain) {
                commands.add_quoted(Cow::Borrowed(word))?;
            } else {
                let classes = word.bytes().fold(0, |classes, byte| classes | class(byte));
                commands.add(Cow::Borrowed(word), classes)?;
            }
        }
        commands.end_command()?;
        commands.outline()
    }
}

impl Outline<'_> {
    /// Whether a command may have this flag, as [`crate::Arguments::has_flag`] has it. Never says no
    /// to one that has it.
    ///
    /// ```
    /// use sentry_command::Outline;
    /// let outline = Outline::of(["git", "push", "--mirr"].into_iter()).unwrap();
    /// assert!(outline.may_have_flag("--mirror") && !outline.may_have_flag("--no-such-option"));
    /// ```
    #[must_use]
    pub fn may_have_flag(&self, flag: &str) -> bool {
        let name = flag.split('=').next().unwrap_or_default();
        if data::may_have_spellings(name) {
            return true;
        }
        if !name.starts_with('-') || name.contains('*') {
            let glob = if flag.starts_with('-') { name } else { flag };
            return self.words.iter().any(|word| fits(glob, word));
        }
        let options = || self.words.iter().filter(|word| word.starts_with('-'));
        let mut begins = options().map(|word| word.split('=').next().unwrap_or_default());
        if begins.any(|given| name.starts_with(given)) {
            return true;
        }
        // Letters of short options, which need no dash for some programs: `tar xf`.
        let need_no_dash = |word: &Cow<'_, str>| {
            let table = data::program(program_name(word));
            table.is_some_and(|table| table.has(b'B'))
        };
        !name.starts_with("--")
            && (name
                .chars()
                .skip(1)
                .all(|letter| options().any(|word| word.contains(letter)))
                || self.words.iter().any(need_no_dash))
    }
}

/// The outline of a shell with these arguments.
fn of_shell<'a>(
    arguments: impl Iterator<Item = &'a str>,
    mut rest: impl Iterator<Item = &'a str> + Clone,
) -> Option<Outline<'a>> {
    let first = rest.next()?;
    if !first.starts_with(['-', '+']) {
        let is_file =
            !first.is_empty() && !first.starts_with("/dev/") && !first.starts_with("/proc/");
        return is_file.then(|| Outline {
            words: arguments.map(Cow::Borrowed).collect(),
            has_one_command: true,
            ..Outline::default()
        });
    }
    let (text, more) = (rest.next()?, rest.next());
    let is_text = matches!(
        first,
        "-c" | "-lc" | "-ec" | "-lec" | "-elc" | "-exc" | "-euc" | "-euxc"
    );
    if !is_text || more.is_some() || text.starts_with(['-', '+']) {
        return None;
    }
    of_text(text)
}
