//! Each format in the table of tokens is found, in any text around it. The samples are made up here
//! from the table, so that no scanner takes this file for a leak.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sentry_core::policy::{Imported, SECRET_KINDS, check};
use sentry_core::redact::{Detectors, Part};
use sentry_testing::Random;

const TABLE: &str = include_str!("../data/tokens.txt");

fn detectors(policy: &str) -> Detectors {
    let policy = check(policy, &|_| None).policy.unwrap();
    Detectors::new(&policy.redact, Imported::default()).unwrap()
}

/// The finds, as kinds and texts.
fn found(detectors: &mut Detectors, text: &str) -> Vec<(String, String)> {
    let scan = detectors
        .scan(&mut text.as_bytes().to_vec(), Part::WHOLE)
        .unwrap();
    let named = |find: &sentry_core::redact::Find| {
        let kind = detectors.kinds()[find.kind as usize].clone();
        (kind, text[find.start..find.end].to_owned())
    };
    scan.finds.iter().map(named).collect()
}

/// The lines of the table: the kind, and the parts of the format.
fn formats() -> Vec<(&'static str, Vec<&'static str>)> {
    let lines = TABLE.lines().map(|line| line.split('#').next().unwrap());
    let lines = lines.filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

fn characters(class: &str) -> String {
    let letters: String = ('a'..='z').collect();
    let upper = letters.to_ascii_uppercase();
    let alnum = format!("0123456789{letters}{upper}");
    match class {
        "digit" => "0123456789".to_owned(),
        "hex" => "0123456789abcdef".to_owned(),
        "HEX" => "0123456789abcdefABCDEF".to_owned(),
        "lower" => format!("0123456789{letters}"),
        "upper" => format!("0123456789{upper}"),
        "base32" => format!("234567{upper}"),
        "letter" => format!("{letters}{upper}"),
        "alnum" | "slack" | "path" | "base64" => alnum,
        "word" | "base64url" | "url" | "azure" => format!("{alnum}_-"),
        other => {
            assert!(other.is_empty(), "unknown class {other}");
            String::new()
        }
    }
}

/// A token of a format, of the least length.
fn sample(random: &mut Random, parts: &[&str]) -> String {
    let mut token = String::new();
    for part in parts {
        match part.strip_suffix('}').and_then(|part| part.split_once('{')) {
            Some((class, count)) => {
                let least: usize = count.split(',').next().unwrap().parse().unwrap();
                let from: Vec<String> = characters(class).chars().map(String::from).collect();
                let from: Vec<&str> = from.iter().map(String::as_str).collect();
                for _ in 0..least {
                    token.push_str(random.pick(&from));
                }
            }
            None => token.push_str(part.trim_matches('"')),
        }
    }
    token
}

#[test]
fn the_table_has_at_least_250_formats_with_valid_kinds() {
    let formats = formats();
    assert!(formats.len() >= 250, "{}", formats.len());
    for (kind, _) in formats {
        assert!(SECRET_KINDS.contains(&kind), "{kind}");
    }
}

#[test]
fn each_format_is_found_as_a_whole_in_any_text() {
    let mut random = Random(3);
    let mut detectors = detectors("");
    for (kind, parts) in formats() {
        for (before, after) in [
            ("", ""),
            ("it is ", ", believe me"),
            (r#"{"a":"{\"b\":\""#, r#"\"}"}"#),
            (r"x\n", r"\ny"),
            ("x%3D", "&y=1"),
            ("data: {\"text\":\"", "\"}\n\n"),
        ] {
            // A random token may look like one of another kind, or like words.
            let is_found = (0..4).any(|_| {
                let token = sample(&mut random, &parts);
                let text = format!("{before}{token}{after}");
                found(&mut detectors, &text) == [(kind.to_owned(), token)]
            });
            assert!(
                is_found,
                "{kind}: {parts:?} between {before:?} and {after:?}"
            );
        }
    }
}

#[test]
fn a_kind_that_is_off_is_not_found() {
    let mut random = Random(4);
    let mut detectors = detectors("redact { off = [\"groq_key\"] }");
    let token = sample(&mut random, &["gsk_", "alnum{52}"]);
    assert_eq!(found(&mut detectors, &format!("use {token} now")), []);
}

#[test]
fn placeholders_in_the_form_of_a_token_stay() {
    let mut detectors = detectors("");
    for text in [
        format!("ghp_{}", "x".repeat(36)),
        format!("npm_{}", "X".repeat(36)),
        format!("AKIA{}", "X".repeat(16)),
        format!("AKIA{}EXAMPLE", "QIZ7JN5XW"),
        format!("dop_v1_{}", "*".repeat(64)),
        "sk-ant-api03-your-key-goes-here".to_owned(),
    ] {
        assert_eq!(found(&mut detectors, &text), [], "{text}");
    }
}

#[test]
fn payment_cards_and_bank_accounts_are_found_on_request_by_their_check_digits() {
    let text = "card 4000 0000 0000 0002, 4000000000000003, 3782-822463-10005; \
                account DE02 1203 0000 0000 2020 51, DE03120300000000202051, GB33BUKB20201555555555.";
    assert_eq!(found(&mut detectors(""), text), []);
    let mut both = detectors("redact { on = [\"payment_card\", \"iban\"] }");
    let expected = [
        ("payment_card", "4000 0000 0000 0002"),
        ("payment_card", "3782-822463-10005"),
        ("iban", "DE02 1203 0000 0000 2020 51"),
        ("iban", "GB33BUKB20201555555555"),
    ];
    let expected = expected.map(|(kind, text)| (kind.to_owned(), text.to_owned()));
    assert_eq!(found(&mut both, text), expected);
    let mut cards = detectors("redact { on = [\"payment_card\"] }");
    assert_eq!(found(&mut cards, text), expected[..2]);
}

/// A text with its secrets between `«` and `»`.
fn verify(marked: &str) {
    let mut detectors = detectors("");
    let text = marked.replace(['«', '»'], "");
    let found: Vec<String> = found(&mut detectors, &text)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let expected = marked.split('«').skip(1);
    let expected: Vec<&str> = expected
        .map(|rest| rest.split('»').next().unwrap())
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_secret_is_found_where_its_place_says_so() {
    for marked in [
        "postgres://ada:«Kite4Lamp8»@db.corp.test:5432/shop",
        "mongodb+srv://ada:«Kite:4/Lamp».x@h/y"
            .replace("/Lamp».x", "$Lamp»")
            .as_str(),
        "redis://:«Kite4Lamp8»@10.1.2.3",
        "git clone https://«q7Gd2mZx9Kp4Rt6Wb1Ns»@git.corp.test/a",
        "Authorization: Basic «YWRhOktpdGU0TGFtcDg=»",
        r#"{"headers":{"Authorization":"Token «q7Gd2mZx9Kp4Rt6W»"}}"#,
        "Cookie: theme=dark; session=«q7Gd2mZx9Kp4Rt6W»; lang=en",
        "curl -su ada:«Kite4Lamp8» https://x.test"
            .replace("-su", "-u")
            .as_str(),
        "mysql -u ada -p«Kite4Lamp8» shop",
        "tool login --db-password «Kite4Lamp8»",
        "env:\n  - name: API_KEY\n    value: «q7Gd2mZx9Kp4Rt6W»",
        r#"[{"Name":"DB_PASSWORD","Value":"«q7Gd2mZx9Kp4Rt6W»"}]"#,
        r#"connect("db_password", "«q7Gd2mZx9Kp4Rt6W»")"#,
        r#"<add key="ApiKey" value="«q7Gd2mZx9Kp4Rt6W»"/>"#,
        "<clientSecret>\n  «q7Gd2mZx9Kp4Rt6W»\n</clientSecret>",
        "ARG NPM_TOKEN «q7Gd2mZx9Kp4Rt6W»",
        "CREATE USER ada IDENTIFIED BY '«Kite4Lamp8»'",
        "login,password,team\nada,«Kite4Lamp8»,red\nbob,«Moon7Fern2»,blue\n",
        "Kennwort: «q7Gd2mZx9Kp4Rt6W»",
        "Server=db;Password=«Kite4;Lamp8Rain»;Database=shop",
        "DB_PASSWORD=«Kite4Lamp&8Rain»",
        r"\u0070assword=«Kite4Lamp8Rain»",
        r#"{"\u0070\u0061ssword":"«Kite4Lamp8Rain»"}"#,
        "%70assword=«Kite4Lamp8Rain»&x=1",
        r#"{"x":"{\"\\u0070assword\":\"«Kite4Lamp8Rain»\"}"}"#,
    ] {
        verify(marked);
    }
}

#[test]
fn a_private_key_is_found_whatever_is_in_front_of_its_lines() {
    let line = "MIIEowIBAAKCAQEAq7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTiOkQwXzBvNmq7";
    let begin = ["-----BEGIN RSA PRIVATE", "KEY-----"].join(" ");
    let end = ["-----END RSA PRIVATE", "KEY-----"].join(" ");
    for front in [
        "",
        "  12→",
        "12: ",
        "> ",
        "+",
        "\u{1b}[32m",
        "2026-01-02T03:04:05Z host app[7]: ",
        "# ",
        "    ",
    ] {
        let inner = [line, line, "Zm9vYmFy"].map(|line| format!("{front}{line}\n"));
        verify(&format!(
            "{front}«{begin}\n{}{front}{end}»\n",
            inner.concat()
        ));
        verify(&format!(
            "see {front}«{begin}\n{front}{line}\n{front}{line}»\nThat was it."
        ));
    }
    // Without its first line.
    verify(&format!("«{line}\n{line}\n{end}»"));
}

#[test]
fn code_placeholders_references_and_hosts_stay() {
    for text in [
        "connect(password=password, api_key=settings_api_key)",
        "this.token = Kind.EndOfStream; const privateKey = keys.privateKey(7);",
        "password: ${{ secrets.DEPLOY_PASSWORD }}",
        "TOKEN=your_access_token api_key: \"<your-api-key>\" secret=CHANGE_ME_NOW",
        "token: \"op://Team/Deploy/token\" secret: arn:aws:secretsmanager:eu-west-1:1:secret:a/b-Zk4Qw9",
        "postgres://user:password@localhost/db postgres://u:${PGPASSWORD}@h/db postgres://app:app@h/db",
        "the token: is-not-quite-what-it-was; unexpected token: end-of-input-here",
        "ssh ada@web.corp.test; scp a ada@web.corp.test:/srv; ada@web.corp.test:repo.git",
        "lodash@4.17.21.tgz postgresql@15.service return@map.first x@linalg.inv(y)",
        "docker run -u 1000:1000 -p 8080:80 img; cp -p a b; tar -u root:root",
        "Cookie: theme=dark; lang=en",
        "Authorization: Basic authentication is required",
    ] {
        verify(text);
    }
}
