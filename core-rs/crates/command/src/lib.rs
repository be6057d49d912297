//! The reader of commands: what an argument list or a shell text runs, whatever its spelling.
//!
//! An argument list is exact and is never joined. Text that a shell would run is parsed: quotes,
//! expansions of constants, pipes, redirections, substitutions, compound commands. Shells and
//! wrappers (`bash -c`, `sudo`, `env`) give way to what they run. What cannot be known is reported
//! as opaque, never guessed.
//!
//! Known gaps. Reported as opaque or unknown, or missed:
//! - Elements of arrays that hold blanks, and those that `mapfile` and `read -a` set; references
//!   (`declare -n`); the text of `${x@P}`.
//! - Arithmetic in quotes: `let 'a[$(…)]'`; `mapfile -C`; comments with quotes in `((` that is no
//!   arithmetic.
//! - Escapes of `env -S`; of `parallel … :::` the first argument stands for all; lines of a file
//!   or of a program's output that a loop reads one after the other.
//! - The syntax of fish, and text that editors and other programs run on their own:
//!   `sed '1e …'`, `ed <<< '!…'`, `make -f -`.
//! - Names in code: `from os import system as s; s("…")`, `getattr(os, "system")("…")`, and
//!   commands that the code puts together.
//!
//! Read as something else than bash runs:
//! - `CDPATH`, and a `PATH` that leads to a file that the text has written.
//! - Variables and folders that a file sets which is read with `source`, or that a stage of a pipe
//!   or a branch sets: the branch counts as taken.
//! - Options `-C` of `env`, `-D` of `sudo` and `-w` of `docker exec` do not change the folder.
//!
//! The reader uses no recursion. Its work and memory are linear in the length of the input and
//! bounded by [`limits`].
//!
//! ```
//! let reading = sentry_command::read(&["bash", "-c", "cd /tmp && sudo r''m -rf \"$HOME\""]);
//! let rm = &reading.commands[1];
//! assert_eq!(rm.texts(), ["rm", "-rf", "$HOME"]);
//! assert_eq!(rm.wrappers, ["bash", "sudo"]);
//! ```

mod arguments;
mod beside;
mod builtins;
mod calls;
mod code;
mod code_effects;
mod data;
mod draft;
mod effects;
mod expand;
mod field;
mod flow;
mod folder;
mod group;
mod heredoc;
pub mod limits;
mod list;
mod names;
mod outline;
mod output;
mod parameter;
mod reader;
mod reading;
mod run;
mod sed;
mod shell;
mod sources;
mod split;
mod variables;
mod word;
mod wrappers;
mod xargs;

pub use arguments::{Arguments, Flag, Name, arguments, fits, runs_code_by_option};
use data::Kinds;
pub use data::{is_downloader, is_shell};
pub use effects::{Effect, EffectKind, effects, has_known_effects};
pub use folder::{is_process, normal as normal_folder};
pub use outline::Outline;
pub use reading::{
    Assignment, Code, Command, Folder, Input, ListId, Opaque, Origin, Pipeline, Reading, Redirect,
    RedirectKind, Word, program_name,
};
pub use sources::CodeSources;

/// What the program with these arguments runs. The first argument is the program.
///
/// A list that carries shell syntax as separate words (`["curl", "http://x", "|", "bash"]`, as some
/// collectors report it) is read as shell words that are already split.
#[must_use]
pub fn read(arguments: &[&str]) -> Reading {
    reader::Reader::new(arguments.iter().map(|a| a.len()).sum()).read_arguments(arguments)
}

/// What a shell runs when it is given this text.
#[must_use]
pub fn read_text(text: &str) -> Reading {
    reader::Reader::new(text.len()).read_text(text)
}

/// Whether the program of this name runs another program or a script: a shell, an interpreter or a
/// wrapper. A version at the end of the name does not count.
///
/// ```
/// assert!(sentry_command::runs_others("python3.12"));
/// assert!(!sentry_command::runs_others("git"));
/// ```
#[must_use]
pub fn runs_others(name: &str) -> bool {
    data::kinds(name).is(Kinds::SHELL | Kinds::WRAPPER | Kinds::INTERPRETER)
}

/// Whether a table has the program.
#[must_use]
pub fn is_known(name: &str) -> bool {
    data::kinds(name) != Kinds::default() || data::program(name).is_some()
}

/// Whether the program is a shell, an interpreter or a downloader.
#[must_use]
pub fn runs_or_fetches_code(name: &str) -> bool {
    data::kinds(name).is(Kinds::SHELL | Kinds::INTERPRETER | Kinds::DOWNLOADER)
}

/// Whether a program with these arguments may run anything but itself, judged by its name and the
/// form of its arguments. If not, [`read`] finds this one command, with these words.
///
/// ```
/// let may_run_more = |words: &[&'static str]| sentry_command::may_run_more(words.iter().copied());
/// assert!(!may_run_more(&["git", "push", "-f"]));
/// assert!(may_run_more(&["/usr/bin/sudo", "reboot"]));
/// assert!(may_run_more(&["git", "-c", "core.pager=reboot", "log"]));
/// assert!(may_run_more(&["cat", "x", "|", "sh"]));
/// ```
#[must_use]
pub fn may_run_more<'a>(mut arguments: impl Iterator<Item = &'a str> + Clone) -> bool {
    let Some(program) = arguments.next() else {
        return false;
    };
    let name = program_name(program);
    let kinds = data::kinds(name);
    kinds.is(Kinds::SHELL | Kinds::WRAPPER | Kinds::BUILTIN)
        || kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, arguments.clone())
        || kinds.is(Kinds::TEXT_OPTIONS)
            && arguments::may_have_text(name, &arguments.clone().collect::<Vec<_>>())
        || split::has_syntax(program, arguments)
}

/// What the program with these arguments runs, if that is itself alone ([`may_run_more`]). Takes
/// much less time than [`read`].
///
/// ```
/// let arguments = ["git", "push", "-f"];
/// assert_eq!(sentry_command::read_plain(&arguments), sentry_command::read(&arguments));
/// ```
#[must_use]
pub fn read_plain(arguments: &[&str]) -> Reading {
    let words = arguments.iter().map(|argument| Word::constant(*argument));
    let command = Command {
        words: words.collect(),
        ..Command::default()
    };
    Reading {
        commands: vec![command],
        ..Reading::default()
    }
}
