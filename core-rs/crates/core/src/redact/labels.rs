//! Values after labels such as `password` and `api_key`, in settings, code, data and prose.

use std::ops::Range;

use super::tables::Tables;
use super::text::{Text, contains, ends_folded, is_listed, is_word};
use super::value::{self, How};
use super::words;

/// The shortest value, in bytes.
const MIN_VALUE: usize = 12;
/// The shortest password with letters and digits after a label that means nothing else.
const MIN_PASSWORD: usize = 6;
/// The shortest value of a key whose name says nothing.
const MIN_UNNAMED: usize = 20;
/// A rejected value that is longer is not searched again.
const MAX_RETRIED: usize = 128;

/// A word that labels secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// `password`, in several languages: means nothing else.
    Password,
    /// `pass`, which is a label at the end of a name alone.
    Pass,
    /// `secret`, `token`, `pwd`, `apikey`.
    Secret,
    /// `key`, which says something with the word before it.
    Key,
    /// `sig`, `signature`: in a URL.
    Signature,
}

/// The words, each with its meaning. Letters may be of either case.
pub(super) const LABELS: [(&str, Label); 55] = [
    ("password", Label::Password),
    ("passwd", Label::Password),
    ("passphrase", Label::Password),
    ("passwort", Label::Password),
    ("kennwort", Label::Password),
    ("contraseña", Label::Password),
    ("contrasena", Label::Password),
    ("senha", Label::Password),
    ("wachtwoord", Label::Password),
    ("motdepasse", Label::Password),
    ("mot_de_passe", Label::Password),
    ("mot de passe", Label::Password),
    ("parola", Label::Password),
    ("haslo", Label::Password),
    ("hasło", Label::Password),
    ("пароль", Label::Password),
    ("Пароль", Label::Password),
    ("密码", Label::Password),
    ("密碼", Label::Password),
    ("パスワード", Label::Password),
    ("비밀번호", Label::Password),
    ("ПАРОЛЬ", Label::Password),
    ("parolă", Label::Password),
    ("口令", Label::Password),
    ("şifre", Label::Password),
    ("lösenord", Label::Password),
    ("passord", Label::Password),
    ("adgangskode", Label::Password),
    ("salasana", Label::Password),
    ("heslo", Label::Password),
    ("jelszó", Label::Password),
    ("κωδικός", Label::Password),
    ("كلمة المرور", Label::Password),
    ("كلمة السر", Label::Password),
    ("סיסמה", Label::Password),
    ("पासवर्ड", Label::Password),
    ("mật khẩu", Label::Password),
    ("kata sandi", Label::Password),
    ("รหัสผ่าน", Label::Password),
    ("passcode", Label::Password),
    ("pswd", Label::Secret),
    ("psk", Label::Pass),
    ("pass", Label::Pass),
    ("_pw", Label::Pass),
    ("pwd", Label::Secret),
    ("secret", Label::Secret),
    ("token", Label::Secret),
    ("apikey", Label::Secret),
    ("api_key", Label::Secret),
    ("api key", Label::Secret),
    ("credential", Label::Secret),
    ("accessid", Label::Secret),
    ("key", Label::Key),
    ("signature", Label::Signature),
    ("sig", Label::Signature),
];

/// Words before `key` that make it a secret.
const OF_KEYS: &str = " api access secret private auth signing encryption account master service \
    subscription application app client license licence shared deploy webhook consumer session \
    cookie hmac jwt admin root server rapidapi write ingest personal tenant bot storage storagekey \
    security crypt cipher signature ";
/// Words before `key` that make it something else.
const NOT_OF_KEYS: &str = " public pub primary foreign partition sort cache object unique index map row \
    hash sha idempotency translation i18n hot host known group order shift ctrl alt enter arrow \
    query property lookup natural compound composite dedupe react item config ";
/// Endings of a name that says what a value is for, but not that it is a secret.
const NOT_SECRET: &str = " FILE PATH URL URI NAME ID TYPE LENGTH LEN TTL COUNT SIZE ARN VERSION EXPIRY \
    EXPIRES HASH HELP POLICY ENDPOINT REF LIMIT FIELD HEADER PREFIX PARAM ";

/// The secrets after a label.
#[derive(Debug)]
pub(super) struct Found {
    /// The end of the match.
    pub(super) end: usize,
    /// None if the value is not a secret, and too long to be searched again.
    pub(super) secrets: Vec<Range<usize>>,
}

impl Found {
    /// One value. `None` if it is not a secret, and short: it may contain labels of its own.
    pub(super) fn value(value: Range<usize>, is_secret: bool) -> Option<Self> {
        let end = value.end;
        if is_secret {
            let secrets = vec![value];
            return Some(Self { end, secrets });
        }
        Self::nothing(value)
    }

    /// A text without a secret. `None` if it is short.
    pub(super) fn nothing(text: Range<usize>) -> Option<Self> {
        (text.len() > MAX_RETRIED).then(|| Self {
            end: text.end,
            secrets: Vec::new(),
        })
    }
}

/// How a label and its value are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// By `=`, `:` or the like.
    Sign,
    /// As two arguments of a call, or as two elements: only a random text in quotes is a value.
    Comma,
    /// By a verb, or as the next cell of a table: only a random text is a value.
    Verb,
    /// By a blank, in a command line, a Dockerfile, SQL or `.netrc`.
    Blank,
}

/// Whether the label that ends at `end` is for a secret key of AWS.
pub(super) fn is_aws(text: &Text<'_>, end: usize) -> bool {
    let name = text.back(end, 32);
    let ends = |label: &&[u8]| {
        let letters = name.iter().filter(|byte| !b" _.-".contains(byte)).rev();
        let mut same = letters.zip(label.iter().rev());
        let mut count = 0;
        same.all(|(byte, letter)| {
            count += 1;
            byte.eq_ignore_ascii_case(letter)
        }) && count == label.len()
    };
    [&b"secretaccesskey"[..], b"awssecretkey", b"awssecret"]
        .iter()
        .any(ends)
}

/// Whether a text after such a label is a key: base64, and not one character alone. It may contain
/// words such as `EXAMPLE`.
fn is_aws_secret(value: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=%".contains(byte);
    value.iter().all(is_base64) && !words::is_filler(value)
}

/// The secret after the label at `place..end`.
pub(super) fn secret(
    text: &Text<'_>,
    place: usize,
    end: usize,
    label: Label,
    tables: &mut Tables,
) -> Option<Found> {
    let is_named = is_label(text, place, label)?;
    let end = end_of_name(text, end)?;
    if let Some(found) = tables.column(text, place, end) {
        return Some(found);
    }
    let (join, from) = join(text, place, end)?;
    let is_aws = is_aws(text, end);
    let is_certain = matches!(label, Label::Password | Label::Pass);
    let (value, how) = value_at(text, from, join)?;
    let shown = text.part(value.start..value.end.min(value.start + words::MAX_CHECKED));
    let has = |is_in: fn(&u8) -> bool| shown.iter().any(is_in);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_env = is_certain
        && text
            .before(end)
            .is_some_and(|byte| byte.is_ascii_uppercase());
    let is_long = match join {
        _ if !is_named => {
            words::is_random(shown, MIN_UNNAMED) && how != How::Spaced
                || words::is_random(shown, 32)
        }
        Join::Verb if is_certain => words::is_random(shown, 8) && is_mixed,
        Join::Verb | Join::Comma => words::is_random(shown, MIN_VALUE),
        Join::Sign | Join::Blank if is_aws => shown.len() >= 16,
        Join::Blank => {
            shown.len() >= MIN_PASSWORD
                && (is_mixed || shown.len() >= MIN_VALUE && how == How::Quoted)
        }
        Join::Sign if label == Label::Pass => is_mixed && words::is_random(shown, MIN_PASSWORD),
        Join::Sign => {
            shown.len() >= MIN_VALUE
                || is_certain
                    && is_mixed
                    && shown.len() >= MIN_PASSWORD
                    && (is_env && how != How::Spaced
                        || how == How::Quoted
                        || words::is_random(shown, 8))
        }
    };
    let is_secret = is_long
        && (label != Label::Signature || words::is_random(shown, 16))
        && (is_aws && is_aws_secret(shown)
            || value::is_value(text, value.clone(), how, is_certain))
        && !is_in_sentence(text, place, &value, how, shown);
    // A reference may contain labels of its own.
    if !is_secret && shown.starts_with(b"arn:") {
        let end = value.end;
        let secrets = Vec::new();
        return Some(Found { end, secrets });
    }
    Found::value(value, is_secret)
}

/// Whether the word at `place` is a label, and if so, whether it says by itself that its value is
/// a secret.
fn is_label(text: &Text<'_>, place: usize, label: Label) -> Option<bool> {
    let before = text.before(place);
    match label {
        Label::Password | Label::Secret => Some(true),
        Label::Pass => before
            .is_none_or(|byte| !byte.is_ascii_alphabetic() || byte == b'_')
            .then_some(true),
        Label::Signature => {
            let begin = text.back(place, 5);
            let is_signed = ends_folded(begin, b"-amz-") || ends_folded(begin, b"goog-");
            (is_signed || matches!(before, Some(b'?' | b'&'))).then_some(true)
        }
        Label::Key => {
            let mut name = text.back(place, 24);
            if let [rest @ .., b' ' | b'_' | b'.' | b'-'] = name {
                name = rest;
            }
            let letters = name
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
            let word = name.get(name.len() - letters..).unwrap_or_default();
            // `secretKey`: the last word in camel case.
            let is_camel = word.iter().any(u8::is_ascii_lowercase);
            let hump = word
                .iter()
                .rposition(u8::is_ascii_uppercase)
                .filter(|_| is_camel);
            let word = hump.map_or(word, |hump| word.get(hump..).unwrap_or_default());
            if word.len() <= 1 || is_listed(NOT_OF_KEYS, word) {
                return None;
            }
            let is_known = is_listed(OF_KEYS, word);
            let is_joined = before != Some(b' ');
            (is_known || is_joined).then_some(is_known)
        }
    }
}

/// The end of the name that a label is in. `None` if what follows gives it another meaning.
fn end_of_name(text: &Text<'_>, end: usize) -> Option<usize> {
    let digits = text.run(end, 3, |byte| byte.is_ascii_digit());
    match text.at(digits) {
        Some(b'_') => {}
        Some(byte) if byte.is_ascii_alphanumeric() => {
            let is_value = text.has(digits, b"Value");
            return (is_value && !text.at(digits + 5).is_some_and(is_word)).then_some(digits + 5);
        }
        _ => return Some(digits),
    }
    // `DB_PASSWORD_PROD`.
    let last = text.run(digits, 40, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
    });
    let word = text
        .part(digits..last)
        .rsplit(|&byte| byte == b'_')
        .next()?;
    let is_env = text.before(end)?.is_ascii_uppercase() && !text.at(last).is_some_and(is_word);
    (is_env && !word.is_empty() && !is_listed(NOT_SECRET, word)).then_some(last)
}

/// How the label that ends at `end` is joined to its value, and where that may begin.
fn join(text: &Text<'_>, place: usize, end: usize) -> Option<(Join, usize)> {
    let blanks = |from: usize| text.run(from, 64, |byte| matches!(byte, b' ' | b'\t' | b'*'));
    let space = |from: usize| text.run(from, 64, |byte| byte.is_ascii_whitespace() || byte == b'*');
    let quote = blanks(end);
    // A quote before a word opens the value.
    let closes = |next: u8| next.is_ascii_whitespace() || b":=,])>\\\"".contains(&next);
    let (mut at, is_quoted) = match text.at(quote) {
        Some(b'"' | b'\'' | b'`') if text.at(quote + 1).is_none_or(closes) => (quote + 1, true),
        Some(b'%') if text.has(quote, b"%22") => (quote + 3, true),
        _ => (quote, false),
    };
    if is_quoted && text.at(at) == Some(b']') {
        at += 1;
    }
    let sign = space(at);
    if let Some(from) = sign_at(text, sign, end) {
        return Some((Join::Sign, from));
    }
    match text.at(sign)? {
        b'>' if sign == end || is_quoted => Some((Join::Sign, sign + 1)),
        b'|' if is_cell(text, place, sign + 1) => Some((Join::Verb, sign + 1)),
        b',' if is_quoted => {
            let from = space(sign + 1);
            match value_name(text, from) {
                Some(from) => Some((Join::Sign, from)),
                None => matches!(text.at(from), Some(b'"' | b'\'')).then_some((Join::Comma, from)),
            }
        }
        b'<' if text.has(sign, b"</") => {
            let tag = text.run(sign + 2, 40, |byte| byte != b'>');
            let from = space(tag + 1);
            (text.at(from) == Some(b'<')).then_some(())?;
            value_name(text, from + 1).map(|from| (Join::Sign, from))
        }
        _ => {
            if let Some(from) = value_name(text, sign).filter(|_| sign > end) {
                return Some((Join::Sign, from));
            }
            if let Some(from) = verb(text, sign).filter(|_| sign > end) {
                return Some((Join::Verb, from));
            }
            let is_blank = sign > end && !is_quoted && !text.part(end..sign).contains(&b'\n');
            (is_blank && takes_blank(text, place, sign)).then_some((Join::Blank, sign))
        }
    }
}

/// Whether the label at `place` is all of a cell of a Markdown table, whose next begins at `next`.
fn is_cell(text: &Text<'_>, place: usize, next: usize) -> bool {
    let is_in = |byte: &&u8| is_word(**byte) || b" *`-".contains(byte);
    let before = text.back(place, 40).iter().rev().find(|byte| !is_in(byte));
    let end = text.run(next, 300, |byte| !b"|\n".contains(&byte));
    before == Some(&b'|') && text.at(end) == Some(b'|')
}

/// The password of a line of `.pgpass`, `host:5432:database:user:password`, whose port ends at `end`.
pub(super) fn pgpass(text: &Text<'_>, end: usize) -> Option<Range<usize>> {
    let field = |from: usize| {
        let is_in = |byte: u8| is_word(byte) || matches!(byte, b'*' | b'-' | b'.');
        let end = text.run(from, 64, is_in);
        (end > from && text.at(end) == Some(b':')).then_some(end + 1)
    };
    let start = field(field(end)?)?;
    let is_in = |byte: u8| byte.is_ascii_graphic() && !b":\"'`".contains(&byte);
    let end = text.run(start, 256, is_in);
    let is_secret = words::is_random(text.part(start..end), MIN_PASSWORD)
        && text.at(end).is_none_or(|byte| byte.is_ascii_whitespace())
        && value::is_value(text, start..end, How::Setting, true);
    is_secret.then_some(start..end)
}

/// The end of `=`, `:` and the like.
fn sign_at(text: &Text<'_>, at: usize, end: usize) -> Option<usize> {
    if !b"=:?+|%-\xef".contains(&text.at(at)?) {
        return None;
    }
    for sign in [
        "=>", ":=", "?=", "+=", "||=", "==", "=", "：", "%3a", "%3d", "%253a", "%253d", "->",
    ] {
        if text.has_folded(at, sign.as_bytes()) {
            return Some(at + sign.len());
        }
    }
    if text.at(at)? != b':' {
        return None;
    }
    // `password: &str = "…"`.
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'&' | b'\'');
    let kind = text.run(at + 1, 20, is_type);
    let has_type = text.at(kind) == Some(b'=') && text.at(kind + 1) == Some(b' ');
    if kind > at + 1 && has_type {
        return Some(kind + 1);
    }
    // `::` and `password:` at the end of a part of a URL are no signs.
    (text.at(at + 1) != Some(b':') || end == at && text.at(at + 2) == Some(b' ')).then_some(at + 1)
}

/// The end of the sign after `value`, which stands apart from its name: `value: …`,
/// `"value": "…"`, `<value>`.
fn value_name(text: &Text<'_>, from: usize) -> Option<usize> {
    let at = text.run(from, 4, |byte| matches!(byte, b'"' | b'\'' | b'<' | b'`'));
    let end = at + 5;
    if !text.has_folded(at, b"value") {
        return None;
    }
    let sign = text.run(end, 8, |byte| matches!(byte, b'"' | b'\'' | b'`' | b' '));
    matches!(text.at(sign), Some(b':' | b'=' | b'>')).then_some(sign + 1)
}

/// The end of a verb that joins a label and its value in prose.
fn verb(text: &Text<'_>, from: usize) -> Option<usize> {
    if !b"ietwf\xc3".contains(&text.at(from)?) {
        return None;
    }
    let verbs = [
        "is ", "is: ", "ist ", "es ", "est ", "to ", "was ", "für ", "é ",
    ];
    let verb = verbs.iter().find(|verb| text.has(from, verb.as_bytes()))?;
    Some(from + verb.len())
}

/// Whether a blank joins a label and its value here.
fn takes_blank(text: &Text<'_>, place: usize, value: usize) -> bool {
    let before = text.back(place, 80);
    let line = memchr::memrchr(b'\n', before)
        .map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    // `--db-password VALUE`
    let name = line
        .iter()
        .rposition(|&byte| !(is_word(byte) || byte == b'-'));
    let name = line
        .get(name.map_or(0, |last| last + 1)..)
        .unwrap_or_default();
    if name.starts_with(b"--") || name == b"-" {
        return true;
    }
    let is_quoted = matches!(text.at(value), Some(b'"' | b'\''));
    let line = line.trim_ascii_start();
    let begins = |word: &[u8]| {
        line.get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    begins(b"env ")
        || begins(b"arg ")
        || begins(b"setx ")
        || begins(b"set -")
        || begins(b"machine ")
        || begins(b"login ")
        || is_quoted
            && (ends_folded(line, b"with ")
                || ends_folded(line, b"set ")
                || begins(b"alter ")
                || begins(b"create "))
}

/// The value that begins at or after `from`, and how it is written.
fn value_at(text: &Text<'_>, from: usize, join: Join) -> Option<(Range<usize>, How)> {
    let mut at = from;
    loop {
        at = match text.at(at)? {
            b'%' if text.has(at, b"%20") => at + 3,
            byte if byte.is_ascii_whitespace() && at < from + 200 => at + 1,
            _ => break,
        };
    }
    if text.has(at, b"**") {
        at = text.run(at + 2, 8, |byte| byte == b' ');
    }
    if text.has(at, b"<![CDATA[") {
        at += 9;
    }
    // A list with one value, or a call around it.
    if text.at(at) == Some(b'[') {
        at = text.run(at + 1, 64, |byte| byte.is_ascii_whitespace());
    }
    let call = text.run(at, 32, |byte| is_word(byte) || b".:[]".contains(&byte));
    let is_call = text.at(call) == Some(b'(') && matches!(text.at(call + 1), Some(b'"' | b'\''));
    let is_prefixed = call == at + 1 && matches!(text.at(at), Some(b'b' | b'r' | b'u' | b'f'));
    let quote = match text.at(call) {
        _ if is_call => call + 1,
        Some(b'"' | b'\'') if is_prefixed => call,
        _ => at,
    };
    if let Some(mark @ (b'"' | b'\'' | b'`')) = text.at(quote) {
        let is_triple = text.has(quote, b"\"\"\"") || text.has(quote, b"'''");
        let start = quote + if is_triple { 3 } else { 1 };
        // Within quotes, an opening quote that is escaped.
        if text
            .at(start)
            .is_some_and(|byte| byte.is_ascii_whitespace() || b",:;})]".contains(&byte))
        {
            return None;
        }
        let end = value::quoted_end(text, start, mark);
        let is_random =
            !is_call || words::is_random(text.part(start..end.min(start + 512)), MIN_VALUE);
        return (end > start && is_random).then_some((start..end, How::Quoted));
    }
    if join == Join::Comma {
        return None;
    }
    let mut how = if at == from {
        How::Setting
    } else {
        How::Spaced
    };
    if text.has(at, b"%22") {
        at += 3;
        how = How::Setting;
    } else if matches!(text.at(at), Some(b'|' | b'>')) {
        // A block of YAML.
        let line = text.run(at + 1, 4, |byte| matches!(byte, b'+' | b'-' | b' '));
        if text.at(line) == Some(b'\n') {
            at = text.run(line + 1, 64, |byte| byte == b' ');
        }
    }
    if b"\\,;:&<>(){}[]=".contains(&text.at(at)?) {
        // `${A}…` in a setting is a value of its own.
        return None;
    }
    let mut end = value::unquoted_end(text, at);
    if join == Join::Verb || how == How::Spaced {
        while end > at && matches!(text.before(end), Some(b'.' | b'!' | b'?' | b'*')) {
            end -= 1;
        }
    }
    (end > at).then_some((at..end, how))
}

/// Whether a label and its value are words of a sentence: `Fix token: c23696f5c558 revert`.
fn is_in_sentence(
    text: &Text<'_>,
    place: usize,
    value: &Range<usize>,
    how: How,
    shown: &[u8],
) -> bool {
    if how != How::Spaced || shown.len() >= 16 {
        return false;
    }
    let [.., before, b' '] = text.back(place, 2) else {
        return false;
    };
    let follows = text.at(value.end) == Some(b' ')
        && text
            .at(value.end + 1)
            .is_some_and(|byte| byte.is_ascii_alphabetic());
    before.is_ascii_alphabetic() && follows && shown.iter().all(u8::is_ascii_hexdigit)
}

/// A flag that takes a password, and the commands that have it.
struct Flag {
    text: &'static str,
    /// Whether the value follows without a blank.
    is_joined: bool,
    commands: &'static [&'static str],
}

const FLAGS: [Flag; 6] = [
    Flag {
        text: "-p",
        is_joined: true,
        commands: &["mysql", "mariadb", "sshpass", "7z", "rar "],
    },
    Flag {
        text: "-P ",
        is_joined: false,
        commands: &["zip "],
    },
    Flag {
        text: "-p ",
        is_joined: false,
        commands: &["login", "sshpass", "mongo", "mosquitto", "oc ", "az "],
    },
    Flag {
        text: "-a ",
        is_joined: false,
        commands: &["redis-cli"],
    },
    Flag {
        text: "-w ",
        is_joined: false,
        commands: &["ldapsearch", "ldapmodify", "ldapadd", "snmp"],
    },
    Flag {
        text: "pass:",
        is_joined: true,
        commands: &["openssl", "-passin", "-passout"],
    },
];

/// The password after a flag at `place` whose meaning the command gives.
pub(super) fn flag(text: &Text<'_>, place: usize) -> Option<Range<usize>> {
    text.before(place)?.is_ascii_whitespace().then_some(())?;
    let before = text.back(place, 120);
    let line =
        memchr::memrchr(b'\n', before).map_or(before, |end| before.get(end..).unwrap_or_default());
    let is_value = |from: usize| text.at(from).is_none_or(|byte| !byte.is_ascii_whitespace());
    FLAGS.iter().find_map(|flag| {
        let has_command = || {
            let mut commands = flag.commands.iter();
            commands.any(|command| contains(line, command.as_bytes()))
        };
        let mut start = place + flag.text.len();
        if !text.has(place, flag.text.as_bytes()) || !is_value(start) || !has_command() {
            return None;
        }
        let quote = text.at(start).filter(|byte| matches!(byte, b'"' | b'\''));
        start += usize::from(quote.is_some());
        let end = match quote {
            Some(quote) => value::quoted_end(text, start, quote),
            None => value::unquoted_end(text, start),
        };
        let value = text.part(start..end.min(start + words::MAX_CHECKED));
        let has_digit = value.iter().any(|byte| !byte.is_ascii_alphabetic());
        let is_number = value.iter().all(u8::is_ascii_digit) && value.len() < 6;
        let is_secret = value.len() >= 4
            && (has_digit || quote.is_some() || value.len() >= MIN_VALUE)
            && !is_number
            && !matches!(value, [b'-' | b'$' | b'/' | b'.', ..])
            && (!flag.is_joined || !value.contains(&b'='))
            && value::is_value(text, start..end, How::Setting, true);
        is_secret.then_some(start..end)
    })
}

/// The password after `identified by`, in SQL.
pub(super) fn identified(text: &Text<'_>, end: usize) -> Option<Range<usize>> {
    let quote = text.at(end).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let start = end + 1;
    let end = value::quoted_end(text, start, quote);
    (end - start >= 4 && value::is_value(text, start..end, How::Quoted, true)).then_some(start..end)
}
