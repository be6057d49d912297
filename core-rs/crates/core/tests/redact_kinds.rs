//! What each built-in kind finds, and what it ignores. The secrets are invented, and composed of
//! parts so that scanners do not report them as leaks.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sentry_core::policy::{Imported, check};
use sentry_core::redact::{Detectors, Part};

fn detectors(policy: &str) -> Detectors {
    let policy = check(policy, &|_| None).policy.unwrap();
    Detectors::new(&policy.redact, Imported::default()).unwrap()
}

/// The finds, as kinds and texts.
fn found(detectors: &mut Detectors, text: &str) -> Vec<(String, String)> {
    let scan = detectors
        .scan(&mut text.as_bytes().to_vec(), Part::WHOLE)
        .unwrap();
    assert_eq!(scan.stable_until, text.len());
    let named = |find: &sentry_core::redact::Find| {
        let kind = detectors.kinds()[find.kind as usize].clone();
        (kind, text[find.start..find.end].to_owned())
    };
    scan.finds.iter().map(named).collect()
}

const ALNUM: &str = "q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTiOkQwXzBvNm";

/// `n` letters and digits.
fn some(n: usize) -> String {
    ALNUM.chars().cycle().take(n).collect()
}

fn pem(label: &str, newline: &str) -> String {
    let line = some(64);
    [
        &format!("-----BEGIN {label}-----"),
        line.as_str(),
        &line,
        "AbC+/9==",
        &format!("-----END {label}-----"),
    ]
    .join(newline)
}

/// A text with its secret between `«` and `»`.
fn verify(kind: &str, marked: &str) {
    let mut detectors = detectors("");
    let text = marked.replace(['«', '»'], "");
    let expected: Vec<_> = marked
        .split('«')
        .skip(1)
        .map(|rest| (kind.to_owned(), rest.split('»').next().unwrap().to_owned()))
        .collect();
    assert_eq!(found(&mut detectors, &text), expected, "{text}");
}

#[test]
fn secrets_of_all_kinds_are_found_completely() {
    let hex = "3f9a1c7e5b2d8046".repeat(2);
    for (kind, secret) in [
        ("openai_key", format!("sk-proj-{}_{}-x", some(20), some(40))),
        ("openai_key", format!("sk-{}", some(48))),
        ("openai_key", format!("sk-svcacct-{}", some(60))),
        (
            "anthropic_key",
            format!("sk-ant-api03-{}-{}AA", some(46), some(46)),
        ),
        ("openai_key", format!("sk-or-v1-{hex}")),
        ("stripe_key", format!("sk_live_{}", some(24))),
        ("stripe_key", format!("rk_test_{}", some(99))),
        ("stripe_key", format!("pk_live_{}", some(24))),
        ("stripe_key", format!("whsec_{}", some(32))),
        ("google_api_key", format!("AIza{}", some(35))),
        ("aws_access_key_id", format!("AKIA{}", "Q3EGRIZ7JN5XW2TB")),
        ("aws_access_key_id", format!("ASIA{}", "Q3EGRIZ7JN5XW2TB")),
        ("github_token", format!("ghp_{}", some(36))),
        ("github_token", format!("gho_{}", some(36))),
        ("github_token", format!("ghs_{}", some(36))),
        ("github_token", format!("ghr_{}", some(76))),
        (
            "github_token",
            format!("github_pat_{}_{}", some(22), some(59)),
        ),
        (
            "slack_token",
            format!("xoxb-{}-{}", "123456789012", some(24)),
        ),
        ("slack_token", format!("xoxe.xoxp-1-{}", some(60))),
        (
            "slack_token",
            format!("xapp-1-A0123456789-1234567890123-{hex}"),
        ),
        (
            "jwt",
            format!("eyJ{}.eyJ{}.{}", some(17), some(30), some(43)),
        ),
        ("jwt", format!("eyJ{}.e30.", some(17))),
        ("private_key", pem("PRIVATE KEY", "\n")),
        ("private_key", pem("RSA PRIVATE KEY", "\r\n")),
        ("private_key", pem("EC PRIVATE KEY", r"\n")),
        ("private_key", pem("OPENSSH PRIVATE KEY", r"\\n")),
        ("private_key", pem("ENCRYPTED PRIVATE KEY", r"\r\n")),
        ("private_key", pem("PGP PRIVATE KEY BLOCK", "\n")),
        ("private_key", pem("PRIVATE KEY", " ")),
        ("private_key", pem("PRIVATE KEY", "\\n\" +\n  \"")),
        (
            "email",
            "bob.o'neil".replace('\'', "") + "+spam@mail.example.co.uk",
        ),
    ] {
        for (before, behind) in [
            ("", ""),
            ("it is ", ", believe me"),
            (r#"{"content":"it is:\n"#, r#"\nAnd on."}"#),
            (r#"{"a":"{\"b\":\""#, r#"\"}"}"#),
            ("X=", "\n"),
            ("('", "')"),
            ("é", "é"),
        ] {
            verify(kind, &format!("{before}«{secret}»{behind}"));
        }
    }
}

#[test]
fn only_the_value_after_a_label_is_found() {
    let forty = &some(40);
    let long = &format!("{}.{}_~+/-x==", some(20), some(20));
    for (kind, marked) in [
        ("aws_secret", format!("aws_secret_access_key = «{forty}»\n")),
        (
            "aws_secret",
            format!("AWS_SECRET_ACCESS_KEY=«{}/+{}»", some(20), some(18)),
        ),
        (
            "aws_secret",
            format!(r#"{{"SecretAccessKey":"«{forty}»"}}"#),
        ),
        (
            "aws_secret",
            format!(r#"{{"x":"{{\"aws_secret_access_key\": \"«{forty}»\"}}"}}"#),
        ),
        (
            "aws_secret",
            format!("<SecretAccessKey>«{forty}»</SecretAccessKey>"),
        ),
        ("bearer", format!("Authorization: Bearer «{long}»\r\n")),
        (
            "bearer",
            format!("curl -H 'authorization: bearer «{forty}»' x"),
        ),
        ("bearer", format!(r#""Authorization": "Bearer «{forty}»""#)),
        (
            "bearer",
            "Authorization: Bearer «abcdefghijklmnop»".to_owned(),
        ),
        (
            "generic_secret",
            "api_key=«abcdef1234567890»&x=1".to_owned(),
        ),
        (
            "generic_secret",
            r#"{"api_key": "«correct.horse-battery»"}"#.to_owned(),
        ),
        (
            "generic_secret",
            r#"{\"password\":\"«hunter2hunter2»\"}"#.to_owned(),
        ),
        (
            "generic_secret",
            r#"{\\\"pwd\\\" : \\\"«hunter2hunter2»\\\"}"#.to_owned(),
        ),
        ("generic_secret", "X-Api-Key: «0123456789abcdef»".to_owned()),
        (
            "generic_secret",
            "clientSecret := '«s3cr3t-s3cr3t!»'".to_owned(),
        ),
        ("generic_secret", "passwd=«supersecretpassword»".to_owned()),
        (
            "generic_secret",
            "DB_PASSWORD=«CorrectHorseBattery»".to_owned(),
        ),
        (
            "generic_secret",
            "password: «Tr0ub4dor&3xyz!a»".replace('&', "%"),
        ),
        (
            "generic_secret",
            "?access_token=«1/fFAGRNJru1FTz70BzhT3Zg»".to_owned(),
        ),
        ("generic_secret", "token%3D«abcdef1234567890»".to_owned()),
        (
            "generic_secret",
            "\"password\": \"«schlüsselbundöffner»\"".to_owned(),
        ),
        ("generic_secret", "secret = `«$ecretPassw0rd!»`".to_owned()),
    ] {
        verify(kind, &marked);
    }
}

#[test]
fn a_value_after_a_label_is_found_in_any_notation() {
    for marked in [
        // Without quotes, letters and joining characters are a value, too.
        "passwd=«abc_def_ghij»",
        "token: «abcd3fGHIjkl»",
        "api_key = «abcdefghijkl»",
        "API key: «abcdefghijkl»",
        "password=«Abc.Def.Ghi.Jkl»",
        "password: «CorrectHorseBattery»",
        "PASSWORD=«my_secret_pass_word»",
        r"password=«abc\\defghijklmnop»",
        "password=«/abcdefghijklmnop»",
        // A quote inside.
        r#"{"password":"«abc\"def\"ghijklmn»"}"#,
        r#"{"x":"{\"password\":\"«abc\\\"def\\\"ghijklmn»\",\"y\":\"\"}"}"#,
        // Begins like a placeholder, but is not one.
        "password=\"«$ecretpassword»\"",
        "password=\"«${X}hunter2hunter2»\"",
        "password='«<hunter2hunter2>»'",
        // Notations.
        "**Password:** «hunter2hunter2»",
        "**Password**: `«hunter2hunter2»`",
        "password = \"\"\"«hunter2hunter2»\"\"\"",
        "password=b\"«hunter2hunter2»\"",
        "const PASSWORD: &'static str = \"«hunter2hunter2»\";",
        "password: >-\n  «hunter2hunter2»\n",
        r#"{"X-Api-Key":["«hunter2hunter2»"]}"#,
        // Percent-encoding, and numeric escapes of JSON.
        "x=password%3A%20«hunter2hunter2»&y=1",
        r#"{"x":"password\u003d«hunter2hunter2»\u0026y=1"}"#,
        r#"{"x":"{\u0022password\u0022:\u0022«hunter2hunter2»\u0022}"}"#,
        r#"{"password":"«schl\u00fcsselbund»"}"#,
        // Tables of Markdown, archives and `.pgpass`.
        "| user | ops |\n| password | «x7Kp2mQ9vL4w» |",
        "| **Admin password** | `«x7Kp2mQ9vL4w»` |",
        "| API key | «x7Kp2mQ9vL4w0T» | 2027 |",
        "zip -r -P «x7Kp2mQ9» out.zip secrets/",
        "unzip -P '«x7Kp2mQ9»' out.zip",
        "7z a -p«x7Kp2mQ9» out.7z secrets",
        "rar x -p«x7Kp2mQ9» out.rar",
        "db1.example.org:5432:shop:app:«x7Kp2mQ9»\n",
    ] {
        verify("generic_secret", marked);
    }
}

#[test]
fn a_key_is_found_after_an_escape() {
    for (kind, secret) in [
        ("openai_key", format!("sk-{}", some(48))),
        ("stripe_key", format!("sk_live_{}", some(24))),
        ("google_api_key", format!("AIza{}", some(35))),
        ("aws_access_key_id", format!("AKIA{}", "Q3EGRIZ7JN5XW2TB")),
        ("github_token", format!("ghp_{}", some(36))),
        ("slack_token", format!("xoxb-123456789012-{}", some(24))),
        (
            "jwt",
            format!("eyJ{}.eyJ{}.{}", some(17), some(30), some(43)),
        ),
    ] {
        for before in ["k%3D", "%20", r"\uff1a", r"\\u0020", r"x\u00e9", "id_"] {
            verify(kind, &format!("{before}«{secret}»"));
        }
    }
    let value = some(30);
    for before in ["Authorization%3A%20Bearer%20", "authorization=Bearer+"] {
        verify("bearer", &format!("{before}«{value}»"));
    }
    let pem = pem("RSA PRIVATE KEY", "%0A");
    verify("private_key", &format!("«{}»&x", pem.replace(' ', "%20")));
    verify("private_key", &format!("«{}»&x", pem.replace(' ', "+")));
    verify(
        "private_key",
        &format!("«-----BEGIN PRIVATE KEY-----{value}»"),
    );
    verify("email", "«bob@2x.example» to=«ada%40example.org»&x");
}

#[test]
fn similar_text_that_is_not_secret_is_not_found() {
    let mut detectors = detectors("");
    for text in [
        // Code and prose around labels.
        "\"max_tokens\": 4096, \"tokenizer\": \"cl100k_base_model\"",
        "password: short",
        "const token = getTokenFromRequest(request);",
        "token = request.headers.get(\"x\")",
        "secret: process.env.JWT_SECRET,",
        "api_key=os.environ[\"API_KEY_OF_SERVICE\"]",
        "token: CancellationToken",
        r#"{"x":"{\"a\":\"the token: \",\"\\\\abcdefghijkl\":\"\"}"}"#,
        "let token = input.parse::<Token>()?;",
        "fn f(token: vscode.CancellationToken)",
        "password: string; token: SecretStringLike | null",
        "password = my_password_variable",
        "password=${DB_PASSWORD_PROD}",
        "api_key: {{ vault.api_key_prod }}",
        "api_key: \"{{A3S_REDACTED:generic_secret:1}}\"",
        "token: <your-token-goes-here>",
        "password: xxxxxxxxxxxxxxxx",
        "TOKEN=$GITHUB_TOKEN_OF_BOT",
        "token=\"$github_token\" key=\"{{ api_key_of_service }}\" password='<your-password>'",
        "password=aaaaaaaaaaaaaaaa&token=\"000000000000\"",
        "password: settings.API_KEY_2, secret=config.secret_value",
        "PWD=/home/build/projects/thing",
        "how to make a secret: docs/runbook.md",
        "the secret is that nobody knows it",
        "| password | required | your password for the service |",
        "| token | Authentication | string |",
        "type A = string | token | \"authentication\" | null",
        "cat list | pass | xargs7argument",
        "a line is `host:5432:database:user:password`, host:5432:database:user:password",
        "2001:db8:5432:*:*:*:*:* and 10.0.0.1:5432:5432",
        "tcp://db:5432:shop:app:yes",
        "scp -P 22022 file host: && gzip -P 12345",
        "7z a -p out.7z photos2027/",
        "\"token\": \"https://example.com/tokens\"",
        "Forgot password? Reset your password: click the link.",
        "Use bearer authentication, or the bearer authorization-header.",
        "Bearer tokens are described in RFC 6750",
        // Prefixes of keys.
        "risk-based-management-of-everything sk-fading-circle task-1234567890abcdef12345678",
        "sk-short",
        "sk_live_short mask_live_0123456789abcd",
        "AIzaTooShort",
        "AKIASHORT AKIAlowercaseletters1",
        "ghp_tooshort ghx_q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTi",
        "xoxq-123456789012-abcdef",
        "eyJhbGciOiJIUzI1NiJ9 and eyJhbGciOiJIUzI1NiJ9. Then more.",
        "if (text.startsWith(\"-----BEGIN PRIVATE KEY-----\")) return;",
        "`-----BEGIN RSA PRIVATE KEY-----` begins a key",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        // Addresses that belong to nobody.
        "git@github.com:a/b.git icon@2x.png @types/node@20.1.2 user@localhost a@b.c @app.route",
    ] {
        assert_eq!(found(&mut detectors, text), [], "{text}");
    }
}

#[test]
fn an_unfinished_private_key_is_found_up_to_its_end() {
    let begin = "-----BEGIN RSA PRIVATE KEY-----";
    let line = some(64);
    verify("private_key", &format!("«{begin}\n{line}\n{}»", some(20)));
    verify("private_key", &format!("«{begin}\\n{line}»\\n"));
    let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n";
    verify("private_key", &format!("«{begin}\n{headers}{line}»"));
    verify("private_key", &format!("x «{begin} {line}» "));
    // The backslash of the following quote is not part of it.
    let key = format!("{begin}\\\\nMIIE+/AA");
    verify(
        "private_key",
        &format!(r#"{{"x":"{{\"k\":\"«{key}»\\\\n\"}}"}}"#),
    );
    let key = format!("{begin} {line}");
    verify(
        "private_key",
        &format!(r#"{{"x":"{{\"k\":\"«{key}»\"}}"}}"#),
    );
}

#[test]
fn overlapping_finds_are_merged_and_named_by_the_first_and_most_specific() {
    let jwt = format!("eyJ{}.eyJ{}.{}", some(17), some(30), some(43));
    verify("jwt", &format!("Authorization: Bearer «{jwt}»"));
    verify("github_token", &format!("token=«ghp_{}»", some(36)));
    verify("generic_secret", &format!("secret=«x1sk-{}»", some(48)));
    verify("generic_secret", "password=«me1@corp.test/and?more»");
}

#[test]
fn a_site_adds_patterns_and_disables_kinds() {
    let mut mine = detectors(
        r#"redact {
          off = ["email", "jwt"]
          pattern "employee" { match = `\bEMP-([0-9]{6})\b` value_group = 1 }
          pattern "email" { match = `[a-z]+@corp\.example` }
        }"#,
    );
    assert_eq!(
        found(
            &mut mine,
            "EMP-123456 bob@corp.example ann@example.com éEMP-654321é"
        ),
        [
            ("employee".to_owned(), "123456".to_owned()),
            ("email".to_owned(), "bob@corp.example".to_owned()),
            ("employee".to_owned(), "654321".to_owned())
        ]
    );
}

#[test]
fn a_secret_that_ends_after_the_cut_is_not_shown() {
    let mut detectors = detectors("");
    let mut shown = |text: String| detectors.mask(&text, 4096, &[]).unwrap();

    let token = format!("eyJ{}.{}.{}", some(30), some(4200), some(4));
    let text = format!("curl -H X: {token} example.org");
    assert_eq!(shown(text), "curl -H X: ");

    let long = format!("sk-proj-{}", some(4065));
    let two = format!("-d {long} -d AKIA{}", "Z".repeat(16));
    let first = "-d {{A3S_REDACTED:openai_key:1}} -d";
    assert_eq!(shown(two).trim_end(), first);
    let more = format!("{long} {}", "x ".repeat(4096));
    let beginning = "{{A3S_REDACTED:openai_key:1}} x x x";
    assert!(shown(more).starts_with(beginning));

    let endless = format!(
        "a -----BEGIN {} KEY-----\n{}",
        "PRIVATE",
        format!("{}\n", some(63)).repeat(200)
    );
    assert_eq!(shown(endless), "a {{A3S_REDACTED:private_key:1}}");
}

#[test]
fn passwords_have_labels_in_other_languages_also_where_json_escapes_their_letters() {
    let mut detectors = detectors("");
    for label in [
        "contraseña",
        "пароль",
        "ПАРОЛЬ",
        "密码",
        "口令",
        "パスワード",
        "şifre",
        "lösenord",
        "passord",
        "adgangskode",
        "salasana",
        "heslo",
        "jelszó",
        "parolă",
        "κωδικός",
        "كلمة المرور",
        "סיסמה",
        "पासवर्ड",
        "mật khẩu",
        "kata sandi",
        "รหัสผ่าน",
        "passcode",
    ] {
        let escape = |letter: char| {
            if letter.is_ascii() {
                letter.to_string()
            } else {
                format!("\\u{:04x}", u32::from(letter))
            }
        };
        let escaped: String = label.chars().map(escape).collect();
        let nested = escaped.replace('\\', "\\\\");
        for text in [
            format!("{label}: Kite4Lamp8xQ"),
            format!(r#"{{"{label}":"Kite4Lamp8xQ"}}"#),
            format!(r#"{{"é{escaped}":"Kite4Lamp8xQ","\u00e9":1}}"#),
            format!(r#"{{"a":"{{\"{nested}\":\"Kite4Lamp8xQ\"}}"}}"#),
        ] {
            let found: Vec<String> = found(&mut detectors, &text)
                .into_iter()
                .map(|(_, text)| text)
                .collect();
            assert_eq!(found, ["Kite4Lamp8xQ"], "{text}");
        }
    }
}

#[test]
fn a_value_is_found_behind_other_quotes() {
    let mut detectors = detectors("");
    for text in [
        "password = '''Kite4Lamp8xQ'''",
        "<password><![CDATA[Kite4Lamp8xQ]]></password>",
        "password%253DKite4Lamp8xQ",
    ] {
        let found = found(&mut detectors, text);
        assert!(
            found
                .iter()
                .any(|(_, found)| found.starts_with("Kite4Lamp8xQ")),
            "{text} {found:?}"
        );
    }
}
