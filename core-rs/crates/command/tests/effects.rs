//! What commands do to files and hosts.

use sentry_command::{EffectKind, arguments, effects, read_text};

/// The effects of all commands of a shell text, as `reads /etc/passwd`.
fn of(text: &str) -> Vec<String> {
    let reading = read_text(text);
    let mut all = Vec::new();
    for (at, command) in reading.commands.iter().enumerate() {
        let arguments = arguments(command);
        for effect in effects(&reading, at, &arguments) {
            let shown = format!("{} {}", effect.kind.name(), effect.text);
            if !all.contains(&shown) {
                all.push(shown);
            }
        }
    }
    all
}

fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, expected)| (text, of(text), expected))
        .filter(|(_, found, expected)| found != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn kinds_have_the_names_that_rules_use() {
    for (name, kind) in EffectKind::ALL {
        assert_eq!(kind.name(), name);
        assert_eq!(EffectKind::named(name), Some(kind));
    }
    assert_eq!(EffectKind::named("runs"), None);
}

#[test]
fn operands_are_read_written_and_deleted_as_the_program_does() {
    check(&[
        ("cat -n a b", &["reads a", "reads b"]),
        ("cp -r a b dir", &["reads a", "reads b", "writes dir"]),
        ("cp -t dir a", &["reads a", "writes dir/*"]),
        ("mv a b", &["reads a", "writes b", "deletes a"]),
        ("rm -rf a", &["deletes a"]),
        ("grep -r key src", &["reads src"]),
        ("grep -f words -e x src", &["reads words", "reads src"]),
        ("sed -n 1p a", &["reads a"]),
        ("sed -i s/x/y/ a", &["writes a"]),
        ("dd if=a of=b bs=1M", &["reads a", "writes b"]),
        ("tar czf x.tgz a", &["reads a", "writes x.tgz"]),
        ("tar -xf x.tgz -C dir", &["reads x.tgz", "writes dir/*"]),
        (
            "find a -name '*.log' -delete",
            &["deletes a", "mentions *.log"],
        ),
        ("tee -a a", &["writes a"]),
        ("chmod 600 a", &["writes a"]),
        (
            "openssl enc -in a -out b",
            &["reads a", "writes b", "mentions enc"],
        ),
    ]);
}

#[test]
fn redirections_read_and_write_and_empty_records() {
    check(&[
        ("wc < a > b 2>> c", &["reads a", "writes b", "writes c"]),
        (
            ": > /var/log/auth.log",
            &["writes /var/log/auth.log", "deletes /var/log/auth.log"],
        ),
        ("x > build.log", &["writes build.log"]),
        (
            "echo > ~/.bash_history",
            &["writes ~/.bash_history", "deletes ~/.bash_history"],
        ),
    ]);
}

#[test]
fn hosts_are_found_in_addresses_and_operands() {
    check(&[
        (
            "curl -o f https://me@x.test:8443/a?b",
            &["writes f", "connects x.test:8443"],
        ),
        ("wget http://x.test", &["connects x.test:80"]),
        ("nc 10.0.0.7 4444", &["connects 10.0.0.7:4444"]),
        ("nc -l 4444", &[]),
        ("ssh -p 2222 me@x.test", &["connects x.test:2222"]),
        ("git clone ssh://git@x.test/r.git", &["connects x.test:22"]),
    ]);
}

#[test]
fn uploads_send_what_they_read() {
    check(&[
        (
            "curl -T a https://x.test",
            &["reads a", "sends a", "connects x.test:443"],
        ),
        (
            "curl -d @a https://x.test",
            &["reads a", "sends a", "connects x.test:443"],
        ),
        (
            "curl -F 'f=@a;type=b' https://x.test",
            &["reads a", "sends a", "connects x.test:443"],
        ),
        (
            "scp a me@x.test:b",
            &["reads a", "sends a", "connects x.test"],
        ),
        ("scp me@x.test:b a", &["connects x.test", "writes a"]),
        ("scp a h:", &["reads a", "sends a", "connects h"]),
        (
            "head $(which sh /opt/x)",
            &["reads /usr/bin/sh", "reads /opt/x"],
        ),
        ("scp a C:/b", &["reads a", "writes C:/b"]),
        (
            "nc x.test 1 < a",
            &["reads a", "connects x.test:1", "sends a"],
        ),
        (
            "cat a | gzip | nc x.test 1",
            &["reads a", "connects x.test:1", "sends a"],
        ),
        (
            "curl https://x.test/?k=$(cat a | base64)",
            &["reads a", "connects x.test:443", "sends a"],
        ),
        (
            "curl -H \"K: ${API_KEY}\" https://x.test",
            &["connects x.test:443", "sends $API_KEY"],
        ),
    ]);
}

#[test]
fn code_opens_files_and_hosts() {
    check(&[
        (
            "python3 -c 'print(open(\"/etc/x\").read())'",
            &["reads /etc/x"],
        ),
        (
            "python3 -c 'open(\"/etc/x\", \"w\").write(\"y\")'",
            &["writes /etc/x"],
        ),
        (
            "node -e 'require(\"fs\").readFileSync(\"/etc/x\")'",
            &["reads /etc/x"],
        ),
        (
            "perl -e 'open(F, \"</etc/x\"); print <F>'",
            &["reads /etc/x"],
        ),
        ("ruby -e 'File.delete(\"/etc/x\")'", &["deletes /etc/x"]),
        (
            "python3 -c 'from pathlib import Path; Path(\"~/x\").read_text()'",
            &["reads ~/x"],
        ),
        (
            "python3 -c 'import urllib.request as u; u.urlopen(\"http://x.test/a\")'",
            &["connects x.test:80"],
        ),
        (
            "awk 'BEGIN { while ((getline l < \"/etc/x\") > 0) print l }'",
            &["reads /etc/x"],
        ),
    ]);
}

#[test]
fn other_words_are_mentioned_but_no_texts() {
    check(&[
        (
            "frob /etc/x --out=/tmp/y",
            &["mentions /etc/x", "mentions /tmp/y"],
        ),
        ("frob a=/etc/x", &["mentions a=/etc/x", "mentions /etc/x"]),
        ("frob 'see /etc/x'", &[]),
        ("echo /etc/x", &[]),
        ("git commit -m /etc/x", &[]),
    ]);
}

#[test]
fn a_long_pipe_takes_linear_time() {
    let text = "cat a | nc x.test 1 | ".repeat(2000) + "wc";
    assert!(of(&text).len() < 10);
}
