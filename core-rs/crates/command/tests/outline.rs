//! The outline of arguments against what the reader finds: there may be none, but one must never
//! miss a word, a pipe or a redirection.
#![allow(clippy::indexing_slicing)]

use sentry_command::{CodeSources, Folder, Outline, Reading, RedirectKind};
use sentry_testing::Random;

/// What texts are made of: words, operators, and what joins words to others.
const PARTS: [&str; 157] = [
    "cd",
    "ls",
    "rm",
    "-rf",
    "/",
    "~",
    "~/x",
    ".",
    "..",
    "/tmp/x",
    "x.sh",
    "./x.sh",
    "src/a.ts",
    "*.ts",
    "/*",
    "?",
    "[ab]",
    "git",
    "-c",
    "core.pager=reboot",
    "alias.x=!id",
    "push",
    "log",
    "--exec",
    "--mirr",
    "--forc",
    "--output=x",
    "curl",
    "-o",
    "-O",
    "-s",
    "http://h/x",
    "wget",
    "jq",
    ".a",
    "xargs",
    "-I",
    "-n1",
    "find",
    "-name",
    "'*.ts'",
    "-exec",
    "-delete",
    "sudo",
    "-u",
    "env",
    "A=b",
    "PATH=/x",
    "X=rm",
    "nohup",
    "time",
    "timeout",
    "5",
    "nice",
    "bash",
    "sh",
    "-lc",
    "/bin/sh",
    "python3",
    "node",
    "run.py",
    "-e",
    "'print(1)'",
    "perl",
    "awk",
    "docker",
    "run",
    "exec",
    "app",
    "npx",
    "npm",
    "base64",
    "-d",
    "rev",
    "tr",
    "a",
    "b",
    "printf",
    "echo",
    "'rm -rf /'",
    "\"a b\"",
    "tee",
    "cp",
    "mv",
    "dd",
    "of=/x",
    "of=/dev/sda",
    "tar",
    "-xzf",
    "--to-command=id",
    "su",
    "-creboot",
    "source",
    "eval",
    "trap",
    "exit",
    "alias",
    "x=rm",
    "export",
    "set",
    "read",
    "ssh",
    "host",
    "crontab",
    "at",
    "builtin",
    "command",
    "-v",
    "kubectl",
    "true",
    "if",
    "then",
    "fi",
    "mkfifo",
    "x",
    "xz",
    "+x",
    "+",
    "=x",
    "-bash",
    "cfI",
    "bisect",
    "submodule",
    "foreach",
    "rebase",
    "-x",
    "-C",
    "--git-dir",
    "vagrant",
    "multipass",
    "--command",
    "-o",
    "$x",
    "$HOME/x",
    "$PWD",
    "\"$x\"",
    "\"a $x/b\"",
    "x=$x",
    "\\(",
    "\\)",
    "\\!",
    "<",
    "</x",
    "<<x",
    "printf",
    "-v",
    "$1",
    "declare",
    "unset",
    "let",
    "{}",
    "{}",
    "\\;",
    "';'",
    "-execdir",
    "find",
    "id_rsa",
];

/// What follows `find` in texts of the second kind.
const OF_FIND: [&str; 24] = [
    "/",
    "/etc",
    "~",
    "$HOME",
    "$x",
    ".",
    "src",
    "-name",
    "id_rsa",
    "'*.ts'",
    "-type f",
    "-delete",
    "-exec rm",
    "-exec sh",
    "-execdir cat",
    "-ok mv",
    "{}",
    "{}",
    "{}.bak",
    "'{}'",
    "\\;",
    "+",
    "> x",
    "| xargs rm",
];
const OPERATORS: [&str; 16] = [
    "|",
    "|",
    "&&",
    "&&",
    "||",
    ";",
    "&",
    "\n",
    ">",
    ">>",
    "2>",
    "2>&1",
    ">/dev/null",
    "&>",
    ";;",
    "!",
];

const FLAGS: [&str; 11] = [
    "-delete",
    "-exec",
    "-x",
    "--force",
    "--recursive",
    "--to-command",
    "--exec",
    "-rf",
    "--mirror",
    "--x*",
    "--output=x",
];

/// What the outline must have of a reading.
fn check(arguments: &[&str], outline: &Outline<'_>, reading: &Reading) {
    let Outline {
        words,
        has_one_command,
        has_pipes,
        files,
        moves,
    } = outline;
    let shown = format!("{arguments:?} {reading:?}");
    assert!(
        reading.opaque.is_empty() && reading.code.is_empty(),
        "{shown}"
    );
    assert!(*has_pipes || reading.pipelines.is_empty(), "{shown}");
    assert!(!has_one_command || reading.commands.len() == 1, "{shown}");
    for command in &reading.commands {
        assert_eq!(command.code_from, CodeSources::NONE, "{shown}");
        assert!(
            !command.calls_itself && command.unknown_text.is_none(),
            "{shown}"
        );
        assert!(*moves || command.folder == Folder::Event, "{shown}");
        for word in &command.words {
            assert!(
                word.known || word.glob || word.text.contains('$') || word.text.starts_with('~'),
                "{shown}"
            );
            assert!(words.contains(&word.text.as_str()), "{} {shown}", word.text);
        }
        let taken_apart = sentry_command::arguments(command);
        for flag in FLAGS {
            let may_have = outline.may_have_flag(flag);
            assert!(may_have || !taken_apart.has_flag(flag), "{flag} {shown}");
        }
        if *has_one_command {
            assert_eq!(command.words[0].text, words[0], "{shown}");
        }
        for redirect in &command.redirects {
            let target = redirect.target.text.as_str();
            match redirect.kind {
                RedirectKind::Duplicate => {}
                RedirectKind::Read => assert!(words.contains(&target), "{shown}"),
                _ => assert!(files.contains(&target), "{shown}"),
            }
        }
    }
}

#[test]
fn an_outline_misses_nothing_that_the_reader_finds() {
    let mut random = Random(0x0071);
    let (mut outlined, mut piped) = (0, 0);
    for _ in 0..400_000 {
        let of_find = random.below(6) == 0;
        let mut text = String::from(if of_find { "find " } else { "" });
        for at in 0..=random.below(9) {
            let is_operator = at > 0 && random.below(4) == 0;
            let part = if of_find {
                random.pick(&OF_FIND)
            } else if is_operator {
                random.pick(&OPERATORS)
            } else {
                random.pick(&PARTS)
            };
            if at > 0 && random.below(40) > 0 {
                text.push(' ');
            }
            text.push_str(part);
        }
        let shell = random.pick(&["-c", "-lc"]);
        let split: Vec<&str> = text.split(' ').collect();
        let arguments = if random.below(3) == 0 {
            split
        } else {
            vec!["bash", shell, &text]
        };
        let Some(outline) = Outline::of(arguments.iter().copied()) else {
            continue;
        };
        outlined += 1;
        piped += usize::from(outline.has_pipes);
        check(&arguments, &outline, &sentry_command::read(&arguments));
    }
    assert!(outlined > 40_000 && piped > 1_000, "{outlined} {piped}");
}

#[test]
fn options_with_text_are_found_behind_values_of_others() {
    for arguments in [
        &["git", "-C", "/x", "clone", "-u", "id", "h:/r"][..],
        &["git", "-c", "core.pager=id", "log"],
        &["git", "--work-tree", "a", "fetch", "--upload-pack=id"],
        &["tar", "--to-comm=id", "-xf", "a"],
        &["rsync", "-aeid", "a", "h:b"],
    ] {
        let outline = Outline::of(arguments.iter().copied());
        assert!(outline.is_none(), "{arguments:?}");
        assert!(
            sentry_command::may_run_more(arguments.iter().copied()),
            "{arguments:?}"
        );
    }
}

#[test]
fn arguments_that_run_others_are_read() {
    let cases: [&[&str]; 10] = [
        &["bash", "+x", "-c", "reboot"],
        &["bash", "+o", "history", "-c", "reboot"],
        &["git", "bisect", "run", "reboot"],
        &["git", "submodule", "foreach", "reboot"],
        &["git", "-C", "x", "rebase", "-x", "reboot"],
        &["git", "--git-dir", "x", "fetch", "--upload-pack", "reboot"],
        &["tar", "cfI", "x.tar", "reboot"],
        &["sh", "-c", "tar cfI x.tar reboot"],
        &["vagrant", "-creboot"],
        &["-bash", "-ec", "$(reboot)"],
    ];
    for arguments in cases {
        let reading = sentry_command::read(arguments);
        let mut commands = reading.commands.iter();
        assert!(
            commands.any(|one| one.program() == "reboot"),
            "{arguments:?}"
        );
        assert!(
            Outline::of(arguments.iter().copied()).is_none(),
            "{arguments:?}"
        );
        assert!(
            sentry_command::may_run_more(arguments.iter().copied()),
            "{arguments:?}"
        );
    }
}

#[test]
fn everyday_commands_have_an_outline() {
    for text in [
        "npm test",
        "cd packages/core && npx vitest run test/a.test.ts 2>&1 | tail -n 20",
        "find src -name '*.ts' | xargs wc -l | sort -n | tail -n 5",
        "curl -s http://127.0.0.1:3000/api/cart/17 | jq .total",
        "rm -rf ./dist && npm run build > /tmp/build.log 2>/dev/null",
        "grep -rn 'round(' src | grep -v money.ts",
        "node install/check.js || npm run build",
        "NODE_ENV=production npm run build",
        "git commit -m 'Round the total once' && git push",
        "docker compose logs --tail=50 db",
        "python3 scripts/check.py --strict",
        "ls -la src/*.ts",
    ] {
        assert!(
            Outline::of(["bash", "-c", text].into_iter()).is_some(),
            "{text}"
        );
    }
}
