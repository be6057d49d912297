//! The outline of arguments against what the reader finds: there may be none, but one must never
//! miss a word, a pipe or a redirection.
#![allow(clippy::indexing_slicing)]

mod parts;

use parts::{OF_FIND, OPERATORS, PARTS};
use sentry_command::{CodeSources, Folder, Outline, Reading, RedirectKind};
use sentry_testing::Random;

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
            assert!(
                words.iter().any(|other| *other == word.text),
                "{} {shown}",
                word.text
            );
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
                // No rule asks for the text of a here-document.
                RedirectKind::Duplicate | RedirectKind::Text => {}
                RedirectKind::Read => assert!(words.iter().any(|word| word == target), "{shown}"),
                _ => assert!(files.iter().any(|file| file == target), "{shown}"),
            }
        }
    }
}

#[test]
fn an_outline_misses_nothing_that_the_reader_finds() {
    let (outlined, piped) = compare(0x0071, 400_000);
    assert!(outlined > 40_000 && piped > 1_000, "{outlined} {piped}");
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn an_outline_misses_nothing_in_more_texts() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    compare(seed.unwrap_or(1), 20_000_000);
}

/// Compares the outlines of random texts with what the reader finds. Returns how many have one, and
/// of these how many have pipes.
fn compare(seed: u64, count: usize) -> (usize, usize) {
    let mut random = Random(seed);
    let (mut outlined, mut piped) = (0, 0);
    let mut vocabulary: Vec<&str> = Vec::new();
    for at in 0..count {
        // Parts that are met again and again come together in more ways.
        if at % 100 == 0 {
            vocabulary = (0..12).map(|_| random.pick(PARTS)).collect();
        }
        let text = random_text(&mut random, &vocabulary);
        let shell = random.pick(&["-c", "-lc"]);
        let split: Vec<&str> = text.split(' ').collect();
        let arguments = if random.below(4) == 0 {
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
    (outlined, piped)
}

fn random_text(random: &mut Random, vocabulary: &[&str]) -> String {
    let of_find = random.below(6) == 0;
    let of_all = random.below(4) == 0;
    let mut text = String::from(if of_find { "find " } else { "" });
    for at in 0..=random.below(11) {
        let is_operator = at > 0 && random.below(5) == 0;
        let part = if of_find {
            random.pick(OF_FIND)
        } else if is_operator {
            random.pick(&OPERATORS)
        } else {
            random.pick(if of_all { PARTS } else { vocabulary })
        };
        if at > 0 && random.below(30) > 0 {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
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
fn words_that_xargs_reads_are_not_missed() {
    for text in ["xargs rm -rf <<'E'\n/\nE", "xargs rm -rf < f"] {
        let outline = Outline::of(["sh", "-c", text].into_iter());
        assert!(outline.is_none(), "{text}");
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
        "cut -d' ' -f1 \"$HOME/.cache/a b\" | sort -t\"/\" > \"$out/x.txt\"",
        "git log --since=\"2 days ago\" --format='%h %s' -- ${dir}/src # the last ones",
        "echo \"built on $(date +%F) by `whoami`\" && kill -HUP $(pgrep -n nginx)",
        "(cd web && npm ci); { make -j4; } 2>&1 | tee build.log",
        "if [ -f package.json ]; then npm test; else make test; fi",
        "find . -name '*.pyc' ! -path './.venv/*' -exec rm -f {} \\;",
        "cat > notes.md <<'EOF'\n# Notes\nIt's $5 now.\nEOF\ngit add notes.md",
        "git commit -m \"$(cat <<'EOF'\nRound once\n\nIt's simpler.\nEOF\n)\"",
    ] {
        assert!(
            Outline::of(["bash", "-c", text].into_iter()).is_some(),
            "{text}"
        );
    }
}
