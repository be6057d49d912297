//! The reader against bash: generated scripts, whose commands a harmless function records, are run
//! in an empty folder. Each command that bash ran has to be in the reading, with the same words
//! where the reading says that they are known.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod scripts;

use std::process::{Command, Stdio};
use std::{env, fs};

use sentry_command::{Reading, read_text};
use sentry_testing::Random;

const SCRIPTS: usize = 400;

/// Runs a script and gives the words of each call of `P`.
fn commands_of_bash(script: &str, folder: &std::path::Path) -> Vec<Vec<String>> {
    let log = folder.with_extension("log");
    fs::write(&log, "").expect("writes the log");
    let preamble =
        r#"P() { printf '%s\0' "$@" $'\1' >> "$LOG"; }; LOG=$1; S=$2; set --; eval "$S""#;
    Command::new("timeout")
        .args(["3", "bash", "--norc", "--noprofile", "-c", preamble, "bash"])
        .arg(&log)
        .arg(script)
        .current_dir(folder)
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("bash runs");
    let logged = fs::read(&log).expect("reads the log");
    let logged = String::from_utf8_lossy(&logged);
    let mut commands = Vec::new();
    let mut words = Vec::new();
    for word in logged.split_terminator('\0') {
        if word == "\u{1}" {
            commands.push(std::mem::take(&mut words));
        } else {
            words.push(word.to_owned());
        }
    }
    commands
}

/// Whether the reading has the command: the same number behind `P`, and the same words if known.
fn has(reading: &Reading, words: &[String]) -> bool {
    let numbered = |command: &&sentry_command::Command| {
        command.program() == "P" && command.words.get(1).map(|word| &word.text) == words.first()
    };
    reading
        .commands
        .iter()
        .filter(numbered)
        .any(|command| !command.is_understood() || same(&command.texts()[1..], words))
}

/// The reader spells a file of the name `~` as `./~`.
fn same(read: &[&str], ran: &[String]) -> bool {
    let plain = |word: &str| {
        if word.starts_with("./~") {
            word[2..].to_owned()
        } else {
            word.to_owned()
        }
    };
    read.iter().map(|word| plain(word)).eq(ran.iter().cloned())
}

#[test]
fn finds_what_bash_runs() {
    if Command::new("bash")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        eprintln!("skipped: there is no bash");
        return;
    }
    let folder = env::temp_dir().join(format!("sentry-command-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("makes an empty folder");
    let seed = env::var("SENTRY_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let count = env::var("SENTRY_SCRIPTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(SCRIPTS);
    let mut random = Random(seed);
    let (mut ran, mut exact) = (0, 0);
    let mut missed = Vec::new();
    for round in 0..count {
        let script = scripts::script(&mut random, round % 4);
        let reading = read_text(&script);
        let mut commands = commands_of_bash(&script, &folder);
        commands.sort();
        commands.dedup();
        ran += commands.len();
        for words in commands.iter().filter(|words| !has(&reading, words)) {
            missed.push(format!("{script}\n  bash ran {words:?}"));
        }
        exact += reading
            .commands
            .iter()
            .filter(|command| command.is_understood())
            .count();
    }
    fs::remove_dir_all(&folder).expect("removes the folder");
    fs::remove_file(folder.with_extension("log")).expect("removes the log");
    eprintln!("bash ran {ran} commands; the reader knows all words of {exact}");
    assert!(ran > count, "the scripts run too little: {ran}");
    missed.sort_by_key(String::len);
    // Known gaps: functions that define themselves anew, and here-documents that begin within the
    // arguments of a command whose line ends elsewhere.
    assert!(
        missed.len() * 400 <= ran,
        "{} of {ran} missed, the shortest:\n{}",
        missed.len(),
        missed
            .iter()
            .take(6)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n---\n")
    );
}
