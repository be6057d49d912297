//! How the arguments of programs are taken apart.

#![allow(clippy::indexing_slicing)]

use sentry_command::{Name, arguments, read_text, runs_code_by_option};

/// Words, and options with their values, of the only command of a text.
fn taken_apart(text: &str) -> String {
    let reading = read_text(text);
    let arguments = arguments(&reading.commands[0]);
    let words: Vec<&str> = (arguments.words.iter())
        .map(|word| word.text.as_str())
        .collect();
    let options: Vec<String> = (arguments.options.iter())
        .map(|option| {
            let name = match option.name {
                Name::Short(letter) => format!("-{letter}"),
                Name::Long(name) => name.to_owned(),
            };
            option
                .value
                .map_or(name.clone(), |value| format!("{name}={value}"))
        })
        .collect();
    [words.join(" "), options.join(" ")].join(" | ")
}

#[test]
fn options_take_their_values_and_clusters_are_split() {
    let cases = [
        ("rm -rf -- -x /", "-x / | -r -f"),
        (
            "git -C /srv -c a.b=c push -fo x origin",
            "push origin | -C=/srv -c=a.b=c -f -o=x",
        ),
        (
            "git commit -am fix --author=me",
            "commit | -a -m=fix --author=me",
        ),
        ("git commit -mfix", "commit | -m=fix"),
        ("git --git-dir /x status -s", "status | --git-dir=/x -s"),
        (
            "curl -sSLo /tmp/x https://x.test",
            "https://x.test | -s -S -L -o=/tmp/x",
        ),
        ("tar xzf a.tgz -C /", " | -x -z -f=a.tgz -C=/"),
        ("tar -xzf a.tgz", " | -x -z -f=a.tgz"),
        ("dd if=a of=/dev/sda", "if=a of=/dev/sda | if=a of=/dev/sda"),
        ("find / -name x -delete", "/ | -name=x -delete"),
        ("sed -i.bak -e s/a/b/ f", "f | -i=.bak -e=s/a/b/"),
        (
            "unknown-program -Dx=1 -I/usr -ab c",
            "c | -D -x=1 -I=/usr -a -b",
        ),
        ("python3 -m json.tool -c x", " | -m=json.tool -c=x"),
        ("python3 script.py -c x", "script.py -c x | "),
        (
            "docker run -it -v /:/host --rm img rm -rf /",
            "run img rm -rf / | -i -t -v=/:/host --rm",
        ),
        (
            "docker -H x container run -e A=b img -f",
            "container run img -f | -H=x -e=A=b",
        ),
        ("kubectl -n prod delete pod x", "delete pod x | -n=prod"),
        ("chmod +x -R f", "+x f | -R"),
        ("kill -9 1", "1 | -9"),
    ];
    let wrong: Vec<String> = (cases.iter())
        .filter(|(text, wanted)| taken_apart(text) != *wanted)
        .map(|(text, wanted)| format!("{text}: {}\n  wanted: {wanted}", taken_apart(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flags_are_found_in_every_spelling() {
    for (text, flag) in [
        ("git push -f", "--force"),
        ("git push --force origin", "-f"),
        ("git push origin +main", "-f"),
        ("git push origin +main", "+*"),
        ("git push origin --forc", "--force"),
        ("git push origin :old", "--delete"),
        ("rm -fvr /x", "-r"),
        ("rm -fvr /x", "-rf"),
        ("rm -Rf /x", "--recursive"),
        ("rm --recurs /x", "-r"),
        ("find . -delete", "-delete"),
        ("some-tool -delete", "-delete"),
        ("docker run --privileged img", "--privileged"),
        ("docker run --net=host img", "--network=host"),
        ("docker run --network host img", "--network=host"),
        ("docker run --pid=host img", "--pid=host"),
        ("curl -sk https://x", "--insecure"),
        ("tar xPf a", "--absolute-names"),
        ("terraform destroy -auto-approve", "--auto-approve"),
        ("kill -9 1", "-9"),
        ("kill -SIGKILL 1", "-9"),
        ("setlock - /bin/sh", "-*"),
    ] {
        let reading = read_text(text);
        assert!(
            arguments(&reading.commands[0]).has_flag(flag),
            "{text}: {flag}"
        );
    }
    for (text, flag) in [
        ("git push --force-with-lease", "--force"),
        ("git commit -m -f", "-f"),
        ("git commit -mfix", "-f"),
        ("rm -- -rf", "-r"),
        ("git push origin main", "--force"),
        ("docker run img --privileged", "--privileged"),
        ("docker run --privileged=false img", "--privileged"),
        ("find . -name -delete", "-delete"),
        ("rm -r x", "-rf"),
        ("git", "--force"),
    ] {
        let reading = read_text(text);
        assert!(
            !arguments(&reading.commands[0]).has_flag(flag),
            "{text}: {flag}"
        );
    }
}

#[test]
fn options_that_run_code_or_read_a_configuration_are_known() {
    for text in [
        "git -c core.sshCommand=x fetch",
        "git clone --upload-pack=x u",
        "git --config-env=core.pager=X log",
        "git rebase --exec x",
        "git rebase -x y main",
        "GIT_SSH_COMMAND=x git fetch",
        "LD_PRELOAD=/x ls",
        "PATH=/tmp:$PATH git status",
        "ssh -o ProxyCommand=x host",
        "ssh -oproxycommand=x host",
        "ssh -F /tmp/x host",
        "tar -I x -cf a b",
        "tar cf a b --checkpoint=1 --checkpoint-action=exec=x",
        "tar xf a --to-command=x",
        "tar xf a --to-comm=x",
        "curl -K /tmp/x",
        "curl --config x",
        "rsync -e x a b",
        "vim -c :x f",
        "vim +x f",
        "man -P x ls",
        "find . -exec x ;",
        "npm exec x",
        "node -e x",
        "python3 -c x",
        "awk -f x",
        "sort --compress-program=x",
        "socat TCP:x EXEC:sh",
    ] {
        assert!(runs_code_by_option(&read_text(text).commands[0]), "{text}");
    }
    for text in [
        "git status",
        "git push origin main",
        "git commit -m -c",
        "FOO=1 ls",
        "ssh -o StrictHostKeyChecking=no host",
        "tar xzf a",
        "curl -sSL https://x",
        "find . -name x",
        "npm test",
        "rg --pretty x",
        "kubectl get pods -o json",
    ] {
        assert!(!runs_code_by_option(&read_text(text).commands[0]), "{text}");
    }
}
