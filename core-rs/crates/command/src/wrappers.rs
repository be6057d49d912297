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
    /// One command.
    Command(Call),
    /// Several commands, of `find`.
    Commands(Vec<Call>),
    /// A text for a shell, with what is around it.
    Text(Word, Call),
}

/// Takes the wrapper off, by its rows in `data/wrappers.txt`; `WRAPPER_KEYS` in build.rs has their keys.
pub(crate) fn peel(wrapper: Rows, call: &Call) -> Peeled {
    if wrapper.has(b'c') {
        return commands_behind(wrapper, call);
    }
    let name = call
        .words
        .first()
        .map(|word| crate::reading::program_name(&word.text))
        .unwrap_or_default();
    let mut at = 1;
    let digit = wrapper.all(b'o').next().and_then(|row| row.parse().ok());
    let mut operands: usize = digit.unwrap_or_default();
    let mut anywhere = wrapper.has(b'w');
    let mut needs_subcommand = wrapper.has(b's');
    while let Some(word) = call.words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            if needs_subcommand {
                return Peeled::Nothing;
            }
            if !wrapper.has(b's') {
                at += operands;
            }
            return begin(wrapper, call, name, at);
        }
        if let Some(option) = option(wrapper, text) {
            match option {
                Meaning::Alone => at += 1,
                Meaning::WithValue => {
                    // `runuser -u USER COMMAND`, unlike `runuser USER -c TEXT`.
                    anywhere &= !matches!(text, "-u" | "--user");
                    at += 2;
                }
                Meaning::WithTwo => at += 3,
                Meaning::Forbids => return Peeled::Nothing,
                Meaning::Text(inline) => {
                    let value = match inline {
                        Some(from) => Word {
                            text: text.get(from..).unwrap_or_default().to_owned(),
                            ..word.clone()
                        },
                        None => match call.words.get(at + 1) {
                            Some(value) => value.clone(),
                            None => return Peeled::Nothing,
                        },
                    };
                    let mut value = value;
                    if name == "env" {
                        // The words behind the text are arguments of its command.
                        let rest = call.words.get(at + 1 + usize::from(inline.is_none())..);
                        let rest = crate::split::as_text(rest.unwrap_or_default());
                        value.text = [&*value.text, " ", &rest.text].concat();
                    }
                    return Peeled::Text(value, call.clone().behind(name, 0));
                }
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
                return Peeled::Nothing;
            }
            at += 1;
            continue;
        }
        if operands > 0 || anywhere {
            operands = operands.saturating_sub(1);
            at += 1;
            if operands == 0 && entrypoint(call.words.get(..at).unwrap_or_default()).is_some() {
                break;
            }
            continue;
        }
        break;
    }
    if needs_subcommand || anywhere && !wrapper.has(b'I') {
        return Peeled::Nothing;
    }
    if anywhere {
        return Peeled::Input;
    }
    begin(wrapper, call, name, at)
}

/// The command or text that begins at this word.
fn begin(wrapper: Rows, call: &Call, name: &str, at: usize) -> Peeled {
    let words = call.words.get(at..).unwrap_or_default();
    if let Some(program) = entrypoint(call.words.get(..at).unwrap_or_default())
        && wrapper.lists(b's', "run")
    {
        let mut inner = call.clone().behind(name, at);
        inner.words.insert(0, program);
        return Peeled::Command(inner);
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
        return Peeled::Text(parallel(words, from), call.clone().behind(name, 0));
    }
    if wrapper.has(b'r') {
        return Peeled::Text(Call::joined(words), call.clone().behind(name, 0));
    }
    let mut inner = call.clone().behind(name, at);
    if wrapper.has(b'a') {
        let words = call.words.get(1..at).unwrap_or_default().iter();
        inner.assignments.extend(words.filter_map(|word| {
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
    Peeled::Command(inner)
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
pub(crate) fn narrows(words: &[&str]) -> bool {
    let picks = |value: &&str| !value.chars().all(|char| "*?.".contains(char));
    words.iter().enumerate().any(|(at, word)| match *word {
        "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex" | "-size"
        | "-mtime" | "-mmin" | "-atime" | "-amin" | "-ctime" | "-cmin" | "-newer" | "-perm"
        | "-inum" | "-samefile" | "-user" | "-group" | "-links" => {
            words.get(at + 1).is_some_and(picks)
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
            let mut command = call.clone().behind("find", 0);
            command.words = inner;
            commands.push(command);
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
