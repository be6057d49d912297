//! The reader against bash: generated scripts, whose commands a harmless function records, are run
//! in an empty folder. Each command that bash ran has to be in the reading, with the same words
//! where the reading says that they are known.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

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

struct Script<'a> {
    random: &'a mut Random,
    next: usize,
    documents: Vec<String>,
}

impl Script<'_> {
    fn pick<'b>(&mut self, from: &[&'b str]) -> &'b str {
        from[self.random.below(from.len())]
    }

    fn line_end(&mut self) -> String {
        let documents = std::mem::take(&mut self.documents);
        ["\n".to_owned(), documents.concat()].concat()
    }

    fn list(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(3) {
            text.push_str(&self.pipeline(depth));
            let separator = self.pick(&["; ", "\n", " && ", " || ", "\n\n", " # x ' $(\n", ";"]);
            if separator.contains('\n') {
                text.push_str(separator.trim_end_matches('\n'));
                text.push_str(&self.line_end());
            } else {
                text.push_str(separator);
            }
        }
        text.push_str(&self.simple(depth));
        text.push_str(&self.line_end());
        text
    }

    fn pipeline(&mut self, depth: usize) -> String {
        let first = self.command(depth);
        if self.random.below(5) == 0 {
            format!("{first} | {}", self.command(depth))
        } else {
            first
        }
    }

    fn command(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.simple(depth);
        }
        let depth = depth - 1;
        match self.random.below(14) {
            0 => format!("{{ {} }}", self.list(depth)),
            1 => format!("({})", self.list(depth)),
            2 => format!(
                "if {} then {} else {} fi",
                self.list(depth),
                self.list(depth),
                self.list(depth)
            ),
            3 => format!(
                "for v in {} {}; do {} done",
                self.word(depth),
                self.word(depth),
                self.list(depth)
            ),
            4 => format!(
                "case {} in a) {} ;; (*|b) {};; esac",
                self.word(depth),
                self.list(depth),
                self.list(depth)
            ),
            5 => format!(
                "while {} false; do {} done",
                self.list(depth),
                self.list(depth)
            ),
            6 => {
                let name = self.pick(&["f", "g"]);
                format!(
                    "{name}() {{ {} }}; {name} {}",
                    self.list(depth),
                    self.word(depth)
                )
            }
            7 => format!("eval {}", self.word(depth)),
            8 => format!("eval '{}'", self.list(depth).replace('\'', "'\\''")),
            9 => format!("[[ {} == b && -n {} ]]", self.word(depth), self.word(depth)),
            10 => format!("x={}", self.word(depth)),
            _ => self.simple(depth),
        }
    }

    fn simple(&mut self, depth: usize) -> String {
        self.next += 1;
        let mut text = String::new();
        if self.random.below(6) == 0 {
            text.extend(["A=", &self.word(depth), " "]);
        }
        text.extend(["P ", &self.next.to_string()]);
        for _ in 0..self.random.below(4) {
            text.push_str(self.pick(&[" ", "  ", "\t", " \\\n"]));
            text.push_str(&self.word(depth));
        }
        match self.random.below(10) {
            0 => text.push_str(" >/dev/null"),
            1 => text.push_str(" 2>&1"),
            2 => text.push_str(" <<< 'P a'"),
            3 => {
                let quoted = self.random.below(2) == 0;
                text.push_str(if quoted { " <<'E'" } else { " <<E" });
                let body = if depth > 0 && !quoted {
                    format!("$({})", self.simple(0))
                } else {
                    "P 1 \" '".to_owned()
                };
                self.documents.push(format!("{body}\nE\n"));
            }
            _ => {}
        }
        text
    }

    fn word(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(3) {
            text.push_str(&self.part(depth));
        }
        text
    }

    fn part(&mut self, depth: usize) -> String {
        let constant = self.pick(&[
            "a",
            "b",
            "c1",
            "'d e'",
            "\"f g\"",
            "\\h",
            "\\ ",
            "$x",
            "\"$x\"",
            "${x}",
            "${x:-k}",
            "\"${y:-l m}\"",
            "$'n\\x41'",
            "{o,p}",
            "{1..3}",
            "#",
            "''",
            "\"\\$q\"",
            "*",
            "=",
            "~r",
            "$1",
            "\"$@\"",
            "${x#a}",
            "${x%b}",
            "${x/a/b}",
            "$((1+2))",
            "'$x'",
            "\"'\"",
            "\\'",
            "${x:1}",
            "\\\"",
            "{a",
            "b}",
            ",",
            "${x^^}",
            "\\\\",
            "é",
        ]);
        if depth > 0 && self.random.below(6) == 0 {
            let inner = self.simple(depth - 1);
            let documents = self.line_end();
            return match self.random.below(4) {
                0 => format!("$({inner}{documents})"),
                1 => format!("\"$({inner}{documents})\""),
                2 if documents == "\n" && !inner.contains(['`', '\\', '"', '\'']) => {
                    format!("`{inner}`")
                }
                _ => format!("${{z:-$({inner}{documents})}}"),
            };
        }
        constant.to_owned()
    }
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
    let scripts = env::var("SENTRY_SCRIPTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(SCRIPTS);
    let mut random = Random(seed);
    let (mut ran, mut exact) = (0, 0);
    let mut missed = Vec::new();
    for round in 0..scripts {
        let script = Script {
            random: &mut random,
            next: 0,
            documents: Vec::new(),
        }
        .list(round % 4);
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
    assert!(ran > scripts, "the scripts run too little: {ran}");
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
