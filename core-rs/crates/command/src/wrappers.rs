//! Programs that run what their arguments say: where the command begins behind their options.

use crate::data::{self, Rows, is_one_of};
use crate::reading::{Assignment, Word, program_name};
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
            if operands == 0 && names_program(wrapper, word, at) {
                break;
            }
            continue;
        }
        return Found::Command(at);
    }
    match (needs_subcommand, anywhere) {
        (false, false) => Found::Command(at),
        (false, true) if wrapper.has(b'I') => Found::Input,
        _ => Found::Nothing,
    }
}

/// Whether an option before a place names the program: `docker run --entrypoint PROGRAM`.
fn names_program<'a>(
    wrapper: Rows,
    word: &dyn Fn(usize) -> Option<&'a str>,
    before: usize,
) -> bool {
    wrapper.has(b'p')
        && (1..before).any(|at| {
            let option = word(at).filter(|word| is_program(wrapper, word));
            option.is_some_and(|option| option.contains('=') || at + 1 < before)
        })
}

/// Whether a word is an option that names the program.
pub(crate) fn is_program(wrapper: Rows, word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    wrapper.lists(b'p', name)
}

/// Takes the wrapper off.
pub(crate) fn peel(wrapper: Rows, call: &Call) -> Peeled {
    if wrapper.has(b'c') {
        return commands_behind(wrapper, call);
    }
    let name = call
        .words
        .first()
        .map(|word| program_name(&word.text))
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
        let is_shell = words
            .first()
            .is_some_and(|first| data::is_shell(program_name(&first.text)));
        // Where no other shell splits the words again, `sh -c` has its text in one.
        let has = |given: &str| {
            let before = call.words.get(..at).unwrap_or_default();
            before.iter().any(|word| is_one_of(given, &word.text))
        };
        let keeps_words = is_shell
            && match name {
                "tmux" => !has("send send-keys run run-shell if if-shell pipe-pane"),
                "watch" => has("-x --exec"),
                _ => false,
            };
        let is_key = |word: &Word| matches!(&*word.text, "Enter" | "C-m");
        let words = match words {
            [keys @ .., last] if name == "tmux" && is_key(last) => keys,
            words => words,
        };
        return Peeled::Text(if keeps_words {
            crate::split::as_text(words)
        } else {
            Call::joined(words)
        });
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
                value: word.with_text(value),
            })
        }));
    }
    call.behind_itself(at)
}

fn program_of_option(wrapper: Rows, call: &Call, at: usize) -> Option<Word> {
    let options = call.words.get(..at).filter(|_| wrapper.has(b'p'))?;
    let at = (options.iter()).position(|option| is_program(wrapper, &option.text))?;
    let option = options.get(at)?;
    match option.text.split_once('=') {
        Some((_, value)) => Some(option.with_text(value)),
        None => options.get(at + 1).cloned(),
    }
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

/// Tests of `find` that have a value.
const TESTS: &str = "-name -iname -path -ipath -wholename -regex -iregex -size -mtime -mmin -atime -amin \
                     -ctime -cmin -newer -perm -inum -samefile -user -group -links";

/// Whether tests of `find` pick some of the files of its places.
pub(crate) fn narrows(words: &[&str]) -> bool {
    let picks = |value: &str| !value.chars().all(|char| "*?.".contains(char));
    (words.iter().enumerate()).any(|(at, word)| {
        is_one_of(TESTS, word) && words.get(at + 1).is_some_and(|value| picks(value))
            || is_one_of("-empty -nouser -nogroup", word)
    })
}

/// What `{}` stands for in the commands of a program that finds files: the first place that it
/// searches, or files below that if tests pick some.
pub(crate) fn place_of(words: &[&str]) -> String {
    let is_find = words
        .first()
        .is_some_and(|word| program_name(word) == "find");
    let mut places = words.iter().skip(1).filter(|_| is_find);
    let place = places.find(|word| !word.starts_with('-'));
    let place = place.map_or(".", |place| *place);
    if is_find && !narrows(words) {
        return place.to_owned();
    }
    // Two levels below, since what is right below /home is a home.
    [place.trim_end_matches('/'), "/$()/$()"].concat()
}

/// `find … -exec COMMAND ;`: each command, with a place for `{}`.
fn commands_behind(wrapper: Rows, call: &Call) -> Peeled {
    let text = place_of(&crate::reading::texts_of(&call.words));
    let given = call.words.iter().find(|word| word.text == text);
    let place = Word {
        known: given.map_or(!text.contains('$'), |word| word.known),
        ..Word::constant(text)
    };
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
        match inner.as_slice() {
            [] => {}
            _ => commands.push(crate::split::as_text(&inner)),
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
