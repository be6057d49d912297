//! The code that interpreters are given, and the commands that it runs.

use sentry_command::{Reading, read, read_text};

fn code(reading: &Reading) -> Vec<String> {
    let code = reading.code.iter();
    code.map(|code| format!("{}: {}", code.language, code.text))
        .collect()
}

fn check(cases: &[(&str, &[&str])], seen: &dyn Fn(&Reading) -> Vec<String>) {
    let wrong: Vec<String> = (cases.iter())
        .filter(|(text, wanted)| seen(&read_text(text)) != *wanted)
        .map(|(text, wanted)| {
            format!(
                "{text:?}\n  {:?}\n  wanted {wanted:?}",
                seen(&read_text(text))
            )
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn inline_code_is_found() {
    check(
        &[
            ("python3 -c 'import os'", &["python: import os"]),
            ("python3.12 -Bc 'import os' x", &["python: import os"]),
            ("/usr/bin/env python -c x", &["python: x"]),
            ("perl -e 'print 1'", &["perl: print 1"]),
            ("perl -lane 'print'", &["perl: print"]),
            ("perl -pi.bak -e 's/a/b/' f", &["perl: s/a/b/"]),
            ("perl -MSocket -e x -e y", &["perl: x\ny"]),
            ("ruby -rsocket -e x", &["ruby: x"]),
            ("node -e x", &["javascript: x"]),
            ("node --eval=x", &["javascript: x"]),
            ("node -pe x", &["javascript: x"]),
            ("node -p x", &["javascript: x"]),
            ("deno eval x", &["javascript: x"]),
            ("bun -e x", &["javascript: x"]),
            ("php -r x", &["php: x"]),
            ("lua5.4 -e x", &["lua: x"]),
            ("awk -F: '{print}' f", &["awk: {print}"]),
            ("awk -v a=b 'BEGIN{x}'", &["awk: BEGIN{x}"]),
            ("awk -f x.awk f", &[]),
            ("osascript -e x -e y", &["applescript: x\ny"]),
            (
                "pwsh -NoProfile -Command Get-Item x",
                &["powershell: Get-Item x"],
            ),
            ("powershell -c x", &["powershell: x"]),
            ("powershell -EncodedCommand bABzAA==", &["powershell: ls"]),
            ("echo x | python3", &["python: x\n"]),
            ("python3 <<< x", &["python: x"]),
            (
                "python3 - a <<'EOF'\nimport os\nEOF",
                &["python: import os\n"],
            ),
            ("python3 <<EOF\nprint($x)\nEOF", &["python: print($x)\n"]),
            ("cat <<'EOF' | node\nx\nEOF", &["javascript: x\n"]),
            ("echo x > a.py; python3 a.py", &["python: x\n"]),
            (
                "printf '#!/usr/bin/env python3\\nx' > a; ./a",
                &["python: #!/usr/bin/env python3\nx"],
            ),
            ("python3 script.py -c x", &[]),
            ("python3 -m pytest -c x", &[]),
            ("node server.js -e x", &[]),
            ("sudo -u x timeout 5 python3 -c x", &["python: x"]),
        ],
        &code,
    );
}

/// The commands behind that of the interpreter.
fn commands_in_code(reading: &Reading) -> Vec<String> {
    let commands = reading.commands.iter().skip(1);
    commands.map(|command| command.texts().join("|")).collect()
}

#[test]
fn calls_with_constants_give_commands() {
    check(
        &[
            (
                "python3 -c 'import os; os.system(\"rm -rf /\")'",
                &["rm|-rf|/"],
            ),
            ("python3 -c 'os.popen(\"ls; id\").read()'", &["ls", "id"]),
            (
                "python3 -c 'subprocess.run([\"rm\", \"-rf\", \"/ x\"])'",
                &["rm|-rf|/ x"],
            ),
            (
                "python3 -c 'subprocess.run(\"rm -rf /\", shell=True)'",
                &["rm|-rf|/"],
            ),
            ("python3 -c 'subprocess.Popen((\"a\"))'", &[]),
            (
                "python3 -c 'os.execlp(\"rm\", \"rm\", \"-rf\", \"/\")'",
                &["rm|-rf|/"],
            ),
            (
                "python3 -c 'os.execv(\"/bin/rm\", [\"rm\", \"-rf\", \"/\"])'",
                &["/bin/rm|-rf|/"],
            ),
            ("python3 -c 'pty.spawn(\"/bin/bash\")'", &["/bin/bash"]),
            ("python3 -c 'os.system(\"rm -rf \" + \"/\")'", &["rm|-rf|/"]),
            ("python3 -c 'os.system(\"rm -rf \" \"/\")'", &["rm|-rf|/"]),
            ("python3 -c 'os.system(\"rm -rf \" + p)'", &["rm|-rf|$()"]),
            ("python3 -c 'os.system(f\"rm -rf {p}\")'", &["rm|-rf|{p}"]),
            ("python3 -c 'os.system(r\"rm -rf /\")'", &["rm|-rf|/"]),
            (
                "python3 -c 'os.system(\"\"\"rm -rf /\"\"\")'",
                &["rm|-rf|/"],
            ),
            ("python3 -c 'os.system(\"\\x72m -rf /\")'", &["rm|-rf|/"]),
            ("python3 -c '# os.system(\"rm -rf /\")'", &[]),
            ("python3 -c 'print(\"os.system(1)\"); x = \"system\"'", &[]),
            (
                "python3 -c 'os.system(\"echo \\\"\"); os.system(\"rm -rf /\")'",
                &["echo|", "rm|-rf|/"],
            ),
            (
                "node -e 'require(\"child_process\").execSync(\"rm -rf /\")'",
                &["rm|-rf|/"],
            ),
            (
                "node -e 'require(\"child_process\").spawn(\"rm\", [\"-rf\", \"/\"])'",
                &["rm|-rf|/"],
            ),
            ("node -e '/x/.exec(\"rm\")'", &[]),
            (
                "node -e 'const {exec} = require(\"child_process\"); exec(`rm -rf /`)'",
                &["rm|-rf|/"],
            ),
            ("perl -e 'system(\"rm -rf /\")'", &["rm|-rf|/"]),
            ("perl -e 'system \"rm\", \"-rf\", \"/\"'", &["rm|-rf|/"]),
            ("perl -e 'exec \"/bin/sh -c id\"'", &["id"]),
            ("perl -e 'system(q{rm -rf /})'", &["rm|-rf|/"]),
            ("perl -e 'exec qw(rm -rf /)'", &["rm|-rf|/"]),
            ("perl -e 'print `id`'", &["id"]),
            ("perl -e 'print qx(id)'", &["id"]),
            ("perl -e 'print qx{id}'", &["id"]),
            ("ruby -e 'system \"rm -rf /\"'", &["rm|-rf|/"]),
            ("ruby -e 'puts %x(id)'", &["id"]),
            ("ruby -e '`id`'", &["id"]),
            ("php -r 'system(\"id\");'", &["id"]),
            ("php -r 'echo `id`;'", &["id"]),
            ("lua -e 'os.execute(\"id\")'", &["id"]),
            ("awk 'BEGIN{system(\"id\")}'", &["id"]),
            ("awk 'BEGIN{\"id\" | getline x}'", &["id"]),
            ("awk '{print $1 | \"sh\"}'", &["sh"]),
            ("osascript -e 'do shell script \"id\"'", &["id"]),
            (
                "python3 <<'EOF'\nimport os\nos.system('rm -rf /')\nEOF",
                &["rm|-rf|/"],
            ),
        ],
        &commands_in_code,
    );
    let reading = read(&["python3", "-c", "os.system('sudo rm x')"]);
    let rm = reading
        .commands
        .last()
        .map(|command| command.wrappers.join(" "));
    assert_eq!(rm.as_deref(), Some("python3 sudo"));
}

#[test]
fn calls_in_more_forms_give_commands() {
    check(
        &[
            ("lua -e 'os.execute \"id\"'", &["id"]),
            ("gawk 'BEGIN{\"id\" |& getline}'", &["id"]),
            ("perl -e 'open(F, \"id |\")'", &["id"]),
            ("ruby -e 'open(\"|id\")'", &["id"]),
            ("ruby -e 'puts [\"a\"].join(\" | \")'", &[]),
            ("python3 -c 'Popen(args=[\"id\", \"-u\"])'", &["id|-u"]),
            ("python3 -c 'exec(\"os.system(\\\"id\\\")\")'", &["id"]),
            (
                "deno eval 'new Deno.Command(\"sh\", { stdin: \"x\", args: [\"-c\", \"id\"] })'",
                &["id"],
            ),
            ("deno eval 'Deno.run({cmd: [\"id\", \"-u\"]})'", &["id|-u"]),
            ("bun -e 'await Bun.$`id`.text()'", &["id"]),
            ("bun -e 'Bun.spawn({cmd: [\"id\"]})'", &["id"]),
            ("zx --eval 'await $`id`'", &["id"]),
            ("expect -c 'spawn id; interact'", &["id"]),
            ("expect -c 'spawn -noecho sh -c {id}; interact'", &["id"]),
            ("expect -c 'system \"id -u\"'", &["id|-u"]),
            ("tclsh <<< 'puts [exec id]'", &["id"]),
            ("elixir -e 'System.cmd(\"id\", [\"-u\"])'", &["id|-u"]),
            ("guile -c '(system \"id\")'", &["id"]),
            ("rails runner 'system(\"id\")'", &["id"]),
            ("php --run 'system(\"id\");'", &["id"]),
        ],
        &commands_in_code,
    );
}

#[test]
fn options_without_a_value_do_not_take_the_option_of_the_code_for_one() {
    for options in [
        "python3 -I -c",
        "python3 -E -c",
        "python3 -Ic",
        "python3 -x -c",
        "perl -W -e",
        "perl -c -e",
        "perl -f -e",
        "perl -I lib -e",
        "perl -Ilib -e",
        "ruby -W -e",
        "lua -W -e",
        "lua -E -e",
        "php -n -r",
        "vim -e -s -c",
        "ex -s -c",
    ] {
        let is_editor = options.ends_with("-s -c");
        let text = if is_editor {
            "!id"
        } else {
            "system('id') or execute('id')"
        };
        let arguments: Vec<&str> = options.split(' ').chain([text]).collect();
        let reading = read(&arguments);
        let last = reading.commands.last().map(sentry_command::Command::texts);
        assert_eq!(last, Some(vec!["id"]), "{options}");
    }
}

#[test]
fn what_only_looks_like_a_command_in_a_script_is_none() {
    for text in [
        "sed -i '/RUN/a RUN set -e; e rm -rf /' f",
        "sed 's/x/rm -rf \\//we' f",
        "perl -e 'print(\"| rm -rf / |\")'",
        "awk '{ if (a && \"rm -rf /\") print }' f",
        "vim -c '%s/!important/rm -rf \\//' f",
    ] {
        let reading = read(&["bash", "-c", text]);
        assert!(
            !reading.commands.iter().any(|one| one.program() == "rm"),
            "{text}"
        );
    }
}
