//! The reader against another parser of bash, the crate `rable`: each simple command that it finds
//! in a generated script has to be in the reading.

mod scripts;

use std::env;

use sentry_command::read_text;
use sentry_testing::Random;

const SCRIPTS: usize = 1000;

/// The numbers behind `P` in the simple commands of a syntax tree.
fn numbers(tree: &[rable::Node]) -> Vec<String> {
    // The debug form has the values of all words, those within substitutions too.
    let tree = format!("{tree:?}");
    let value = |text: &str| -> Option<(String, usize)> {
        let from = text.find("value: \"")? + 8;
        let length = text.get(from..)?.find('"')?;
        Some((text.get(from..from + length)?.to_owned(), from + length))
    };
    let mut numbers = Vec::new();
    for (at, _) in tree.match_indices("words: [") {
        let rest = tree.get(at..).unwrap_or_default();
        let Some((program, end)) = value(rest) else {
            continue;
        };
        let rest = rest.get(end..).unwrap_or_default();
        let number = std::iter::successors(value(rest), |(_, end)| {
            value(rest.get(*end..).unwrap_or_default()).map(|(text, more)| (text, end + more))
        });
        let number = number.map(|(text, _)| text).find(|text| text != "P");
        if program == "P"
            && let Some(number) = number.filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        {
            numbers.push(number);
        }
    }
    numbers
}

#[test]
fn finds_what_rable_finds() {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let mut random = Random(number("SENTRY_SEED").unwrap_or(1));
    let count = number("SENTRY_SCRIPTS").and_then(|count| usize::try_from(count).ok());
    let (mut found, mut missed) = (0, Vec::new());
    for round in 0..count.unwrap_or(SCRIPTS) {
        let script = scripts::script(&mut random, round % 4);
        let Ok(tree) = rable::parse(&script, false) else {
            continue;
        };
        let reading = read_text(&script);
        let numbers = numbers(&tree);
        found += numbers.len();
        missed.extend(numbers.iter().filter_map(|number| {
            let is_read = reading.commands.iter().any(|command| {
                command.program() == "P"
                    && command
                        .words
                        .get(1)
                        .is_some_and(|word| word.text == *number)
            });
            (!is_read).then(|| format!("{script}\n  rable found P {number}"))
        }));
    }
    eprintln!(
        "rable found {found} commands, {} of which are missed",
        missed.len()
    );
    assert!(
        found > SCRIPTS || count.is_some(),
        "too few commands: {found}"
    );
    missed.sort_by_key(String::len);
    // A known gap: comments with quotes in `((` that turns out to be no arithmetic.
    let is_tolerable = missed.len() * 200 <= found;
    missed.truncate(4);
    assert!(is_tolerable, "{}", missed.join("\n---\n"));
}
