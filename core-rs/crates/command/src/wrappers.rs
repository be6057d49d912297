//! Programs that run what their arguments say: where the command begins behind their options.

use crate::data::Rows;
use crate::reading::{Assignment, Word};
use crate::run::Call;

/// What a wrapper runs.
pub(crate) enum Peeled {
    /// Nothing: the wrapper is a command of its own.
    Nothing,
    /// What it reads from standard input, since it has no command.
    Input,
    /// The command that begins at this word.
    Command(usize),
    /// Several commands, of `find`, as texts.
    Commands(Vec<Word>),
    /// A text for a shell.
    Text(Word),
}

/// Where the options of a wrapper lead.
pub(crate) enum Found {
    /// The wrapper is a command of its own.
    Nothing,
    /// It reads its command from standard input.
    Input,
    /// To the word at this place, if there is one, with which a command or a text begins.
    Command(usize),
    /// To a text in the word at this place, from this byte on if it is not all of the word.
    Text(usize, Option<usize>),
}

/// Follows the options of the wrapper of this name, by its rows in `data/wrappers.txt`;
/// `WRAPPER_KEYS` in build.rs has their keys. `word` gives its words by their places; at 0 is its name.
pub(crate) fn follow<'a>(wrapper: Rows, word: &dyn Fn(usize) -> Option<&'a str>) -> Found {
    let mut at = 1;
    let digit = wrapper.all(b'o').next().and_then(|row| row.parse().ok());
    let mut operands: usize = digit.unwrap_or_default();
    let mut anywhere = wrapper.has(b'w');
    let mut needs_subcommand = wrapper.has(b's');
    while let Some(text) = word(at) {
        if text == "--" {
            at += 1;
            if needs_subcommand {
                return Found::Nothing;
            }
            if !wrapper.has(b's') {
                at += operands;
            }
            return Found::Command(at);
        }
        if let Some(option) = option(wrapper, text) {
            match option {
                Meaning::Alone => at += 1,
                Meaning::WithValue => {
                    if word(at + 1).is_some_and(|value| wrapper.lists(b'n', value)) {
                        return Found::Nothing;
                    }
                    // `runuser -u USER COMMAND`, unlike `runuser USER -c TEXT`.
                    anywhere &= !matches!(text, "-u" | "--user");
                    at += 2;
                }
                Meaning::WithTwo => at += 3,
                Meaning::Forbids => return Found::Nothing,
                Meaning::Text(None) if word(at + 1).is_none() => return Found::Nothing,
                Meaning::Text(None) => return Found::Text(at + 1, None),
                Meaning::Text(inline) => return Found::Text(at, inline),
            }
            continue;
        }
        if wrapper.has(b'a') && is_assignment(text) {
            at += 1;
            continue;
        }
        if needs_subcommand {
            if wrapper.lists(b's', text) {
                needs_subcommand = false;
            } else if !wrapper.lists(b'g', text) {
                return Found::Nothing;
            }
            at += 1;
            continue;
        }
        if operands > 0 || anywhere {
            operands = operands.saturating_sub(1);
            at += 1;
            if operands == 0 && names_program(word, at) {
                break;
            }
            continue;
        }
        break;
    }
    match (needs_subcommand, anywhere) {
        (false, false) => Found::Command(at),
        (false, true) if wrapper.has(b'I') => Found::Input,
        _ => Found::Nothing,
    }
}

/// Whether an option before a place names the program that `docker run` runs.
fn names_program<'a>(word: &dyn Fn(usize) -> Option<&'a str>, before: usize) -> bool {
    (0..before).any(|at| {
        let value = word(at).and_then(|word| word.strip_prefix("--entrypoint"));
        value.is_some_and(|value| value.starts_with('=') || at + 1 < before)
    })
}

/// Takes the wrapper off.
pub(crate) fn peel(wrapper: Rows, call: &Call) -> Peeled {
    if wrapper.has(b'c') {
        return commands_behind(wrapper, call);
    }
    let name = call
        .words
        .first()
        .map(|word| crate::reading::program_name(&word.text))
        .unwrap_or_default();
    let found = follow(wrapper, &|at| call.words.get(at).map(|word| &*word.text));
    let (at, from) = match found {
        Found::Nothing => return Peeled::Nothing,
        Found::Input => return Peeled::Input,
        Found::Command(at) => return begin(wrapper, call, name, at),
        Found::Text(at, from) => (at, from),
    };
    let Some(mut value) = call.words.get(at).cloned() else {
        return Peeled::Nothing;
    };
    if let Some(from) = from {
        value.text.drain(..from.min(value.text.len()));
    }
    if name == "env" {
        // The words behind the text are arguments of its command.
        let rest = call.words.get(at + 1..).unwrap_or_default();
        let rest = crate::split::as_text(rest);
        value.text = [&*value.text, " ", &rest.text].concat();
    }
    Peeled::Text(value)
}

/// The command or text that begins at this word.
fn begin(wrapper: Rows, call: &Call, name: &str, at: usize) -> Peeled {
    let words = call.words.get(at..).unwrap_or_default();
    if program_of_option(wrapper, call, at).is_some() {
        return Peeled::Command(at);
    }
    if words.is_empty() {
        return if wrapper.has(b'I') {
            Peeled::Input
        } else {
            Peeled::Nothing
        };
    }
    if let Some(from) = words
        .iter()
        .position(|word| word.text == ":::")
        .filter(|_| name == "parallel")
    {
        return Peeled::Text(parallel(words, from));
    }
    if wrapper.has(b'r') {
        return Peeled::Text(Call::joined(words));
    }
    Peeled::Command(at)
}

/// The command that begins at a word of the wrapper's, with the assignments before it.
pub(crate) fn behind(wrapper: Rows, mut call: Call, at: usize) -> Call {
    if let Some(program) = program_of_option(wrapper, &call, at) {
        let mut inner = call.behind_itself(at);
        inner.words.insert(0, program);
        return inner;
    }
    if wrapper.has(b'a') {
        let words = call.words.get(1..at).unwrap_or_default().iter();
        call.assignments.extend(words.filter_map(|word| {
            let (variable, value) = word.text.split_once('=')?;
            crate::field::is_name(variable).then(|| Assignment {
                name: variable.to_owned(),
                value: Word {
                    text: value.to_owned(),
                    ..word.clone()
                },
            })
        }));
    }
    call.behind_itself(at)
}

fn program_of_option(wrapper: Rows, call: &Call, at: usize) -> Option<Word> {
    let program = entrypoint(call.words.get(..at).unwrap_or_default())?;
    wrapper.lists(b's', "run").then_some(program)
}

/// The program that `docker run --entrypoint PROGRAM` runs in place of the image's own.
fn entrypoint(options: &[Word]) -> Option<Word> {
    options.iter().enumerate().find_map(|(at, word)| {
        let value = word.text.strip_prefix("--entrypoint")?;
        match value.strip_prefix('=') {
            Some(value) => Some(Word {
                text: value.to_owned(),
                ..word.clone()
            }),
            None => options.get(at + 1).cloned(),
        }
    })
}

/// `parallel COMMAND ::: ARGUMENT…`: the text for the first argument, which stands for all.
fn parallel(words: &[Word], from: usize) -> Word {
    let mut text = Call::joined(words.get(..from).unwrap_or_default());
    if let Some(argument) = words.get(from + 1) {
        text.known &= argument.known;
        if text.text.contains("{}") {
            text.text = text.text.replacen("{}", &argument.text, 2);
        } else {
            text.text.push(' ');
            text.text.push_str(&argument.text);
        }
    }
    text
}

enum Meaning {
    Alone,
    WithValue,
    WithTwo,
    Forbids,
    /// Its value is the text: the next word, or the rest of this one.
    Text(Option<usize>),
}

/// What an option of the wrapper means; `None` if the word is no option.
fn option(wrapper: Rows, text: &str) -> Option<Meaning> {
    if !text.starts_with('-') && !text.starts_with('+') || text.len() < 2 {
        return (text == "-").then_some(Meaning::Alone);
    }
    if wrapper.lists(b'n', text) {
        return Some(Meaning::Forbids);
    }
    if wrapper.lists(b't', text) {
        return Some(Meaning::Text(None));
    }
    if wrapper.lists(b'2', text) {
        return Some(Meaning::WithTwo);
    }
    if wrapper.lists(b'v', text) {
        return Some(Meaning::WithValue);
    }
    if let Some((name, _)) = text.split_once('=')
        && text.starts_with("--")
    {
        return Some(if wrapper.lists(b't', name) {
            Meaning::Text(Some(name.len() + 1))
        } else {
            Meaning::Alone
        });
    }
    if text.starts_with("--") {
        return Some(Meaning::Alone);
    }
    // A cluster: the first letter that takes a value takes the rest, or the next word.
    for (at, letter) in text.char_indices().skip(1) {
        let end = at + letter.len_utf8();
        let single = [b'-', u8::try_from(letter).unwrap_or(b'?')];
        let single = std::str::from_utf8(&single).unwrap_or("-?");
        if wrapper.lists(b't', single) {
            return Some(Meaning::Text((end < text.len()).then_some(end)));
        }
        if wrapper.lists(b'v', single) {
            return Some(if end < text.len() {
                Meaning::Alone
            } else {
                Meaning::WithValue
            });
        }
        if wrapper.lists(b'n', single) {
            return Some(Meaning::Forbids);
        }
    }
    Some(Meaning::Alone)
}

/// Whether tests of `find` pick some of the files of its places.
pub(crate) fn narrows(words: &[impl AsRef<str>]) -> bool {
    let picks = |value: &str| !value.chars().all(|char| "*?.".contains(char));
    words
        .iter()
        .enumerate()
        .any(|(at, word)| match word.as_ref() {
            "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex"
            | "-size" | "-mtime" | "-mmin" | "-atime" | "-amin" | "-ctime" | "-cmin" | "-newer"
            | "-perm" | "-inum" | "-samefile" | "-user" | "-group" | "-links" => {
                words.get(at + 1).is_some_and(|value| picks(value.as_ref()))
            }
            "-empty" | "-nouser" | "-nogroup" => true,
            _ => false,
        })
}

/// `find … -exec COMMAND ;`: each command, with the first place that is searched for `{}`, unless
/// tests pick some of the files there.
fn commands_behind(wrapper: Rows, call: &Call) -> Peeled {
    let place = call
        .words
        .iter()
        .skip(1)
        .find(|word| !word.text.starts_with('-'));
    let mut place = place.map_or_else(|| Word::constant("."), Clone::clone);
    if narrows(&crate::reading::texts_of(&call.words)) {
        // Two levels below, since what is right below /home is a home.
        place.text = [place.text.trim_end_matches('/'), "/$()/$()"].concat();
        place.known = false;
    }
    let mut commands = Vec::new();
    let mut words = call.words.iter();
    while let Some(word) = words.next() {
        if !wrapper.lists(b'c', word.text.as_str()) {
            continue;
        }
        let inner: Vec<Word> = words
            .by_ref()
            .take_while(|word| !matches!(word.text.as_str(), ";" | "+"))
            .map(|word| {
                if word.text == "{}" {
                    place.clone()
                } else {
                    Word {
                        text: word.text.replacen("{}", &place.text, 2),
                        known: word.known && (place.known || !word.text.contains("{}")),
                        ..word.clone()
                    }
                }
            })
            .collect();
        if !inner.is_empty() {
            commands.push(crate::split::as_text(&inner));
        }
    }
    if commands.is_empty() {
        Peeled::Nothing
    } else {
        Peeled::Commands(commands)
    }
}

/// `NAME=value`.
fn is_assignment(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(name, _)| crate::field::is_name(name))
}
