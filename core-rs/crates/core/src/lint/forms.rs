//! The forms of subjects: which texts an event of each kind can have, and which of them have a target
//! that a deny-file can contain.

use sentry_pattern::language::{Language, Overlap};

use super::fitting::Fitting;
use crate::event::EventKind;
use regex_syntax::hir::Hir;

/// The steps that all searches for a matching text may take together.
const MAX_STEPS: usize = 20_000_000;

/// The forms of subjects, compiled when they are first needed.
pub(super) struct Forms {
    forms: Vec<Option<Form>>,
    steps: usize,
}

impl Forms {
    pub(super) fn new() -> Self {
        let forms = EventKind::ALL.iter().map(|_| None).collect();
        Self {
            forms,
            steps: MAX_STEPS,
        }
    }

    /// The form of a kind, and the steps that are left.
    pub(super) fn of(&mut self, kind: EventKind) -> Option<(&mut Form, &mut usize)> {
        let form = self.forms.get_mut(kind.index())?;
        if form.is_none() {
            *form = Form::of(kind);
        }
        Some((form.as_mut()?, &mut self.steps))
    }
}

/// What is known about the subjects of one kind.
pub(super) struct Form {
    subjects: Language,
    /// The subjects whose target a deny-file can contain, if the kind has targets.
    deniable: Option<Language>,
    /// Texts around a [`Fitting`] that probably make it a subject.
    around: &'static [(&'static str, &'static str)],
    /// How a pattern on this kind should be written.
    pub(super) advice: &'static str,
}

const ANY: &str = "(?s).*";
/// An IPv4 address or a name, and a port. A deny-file contains no IPv6 address.
const NAMED_PEER: &str = r"[^\s/:@*\\\[\]]+:(?:[0-5]?[0-9]{1,4}|6(?:[0-4][0-9]{3}|5[0-4][0-9]{2}|55[0-2][0-9]|553[0-5]))";
const ABSOLUTE: &str = "(?s)/.*";
/// Path segments that end in `~` or `:` are home folders and schemes, which no program opens. A star
/// is a glob. Only Windows has drives and backslashes.
const PATH: &str = r"(?:(?:[^\x00\n\\*/]*[^\x00\n\\*/~:])?/)*[^\x00\n\\*/]*|(?:[A-Za-z]:|\\)(?:\\[^\x00\n*/:]*|/[^\x00\n\\*:~]*)";

impl Form {
    /// `None` only if an expression of this file is wrong, which tests exclude.
    pub(super) fn of(kind: EventKind) -> Option<Self> {
        let deniable = match kind {
            EventKind::FileAccess | EventKind::FileDelete => Some(ABSOLUTE),
            EventKind::Egress => Some(NAMED_PEER),
            _ => None,
        };
        Some(Self {
            subjects: Language::parse(&subjects(kind))?,
            deniable: match deniable {
                Some(deniable) => Some(Language::parse(deniable)?),
                None => None,
            },
            around: around(kind),
            advice: advice(kind),
        })
    }

    /// Whether a subject of this kind matches `pattern`.
    pub(super) fn overlap(&mut self, pattern: &Hir, steps: &mut usize) -> Overlap {
        overlap(&mut self.subjects, self.around, pattern, steps)
    }

    /// Whether a subject that matches `pattern` has a target that a deny-file can contain. Always
    /// `None` for a kind without targets.
    pub(super) fn deniable_overlap(&mut self, pattern: &Hir, steps: &mut usize) -> Overlap {
        self.deniable.as_mut().map_or(Overlap::None, |deniable| {
            overlap(deniable, self.around, pattern, steps)
        })
    }
}

/// Tries some texts first, because most patterns match one of them, and compiling a pattern costs
/// more.
fn overlap(
    language: &mut Language,
    around: &[(&str, &str)],
    pattern: &Hir,
    steps: &mut usize,
) -> Overlap {
    if let Some(fitting) = Fitting::of(pattern) {
        for (before, after) in around {
            let subject = fitting.within(before, after);
            if subject.is_some_and(|subject| language.contains(&subject)) {
                return Overlap::Some;
            }
        }
    }
    language.overlap(pattern, steps)
}

fn subjects(kind: EventKind) -> String {
    match kind {
        EventKind::ToolExec | EventKind::SslContent => ANY.to_owned(),
        EventKind::SecurityAction => r"\S(?:[^\n]*\S)? [0-9]{1,20}".to_owned(),
        EventKind::Egress => {
            let v4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}";
            let group = "[0-9A-Fa-f]{1,4}";
            let v6 = format!(
                r"(?:(?:{group}:){{7}}{group}|(?:{group}:){{6}}{v4}|(?:{group}(?::{group})*)?::(?:(?:{group}:)*(?:{group}|{v4}))?)(?:%[0-9A-Za-z_.-]+)?"
            );
            let port = NAMED_PEER.split_once("+:").map_or("", |(_, port)| port);
            format!(r"{NAMED_PEER}|(?:{v6}|\[{v6}\]):{port}")
        }
        EventKind::Dns => {
            let label = r"[^\s/:@*.\\\[\]]+";
            format!(r"(?:{label}\.)*{label}\.?|\.")
        }
        EventKind::FileAccess | EventKind::FileDelete => PATH.to_owned(),
        EventKind::LlmActivations => "[0-9]{1,9} sae features @L[0-9]{1,10}".to_owned(),
        // The name of a tool, and JSON in one line.
        EventKind::ToolCall => r#"(?s).+ (?:[\{\["\-0-9tfn][^\x00-\x1f]*)"#.to_owned(),
    }
}

fn around(kind: EventKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        EventKind::ToolExec | EventKind::FileAccess | EventKind::FileDelete => {
            &[("", ""), ("/", "")]
        }
        EventKind::SslContent => &[("", "")],
        EventKind::SecurityAction => &[("", ""), ("", " 0"), ("a", " 0"), ("a", "")],
        EventKind::Egress => &[("", ":1"), ("", ""), ("", "1"), ("a", ""), ("a", ":1")],
        EventKind::Dns => &[("", ""), ("a", ""), ("", "a"), ("a", "a")],
        EventKind::LlmActivations => &[("", ""), ("1", "")],
        EventKind::ToolCall => &[("", ""), ("", " {}"), ("a {\"a\":\"", "\"}"), ("a ", "")],
    }
}

fn advice(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ToolExec => {
            "the subject is the arguments joined by spaces, such as `git status`"
        }
        EventKind::SslContent => "the subject is the text that is sent or received",
        EventKind::SecurityAction => {
            "the subject is `<kind> <detail>`, such as `bind 3000`: write `^bind ` for a kind"
        }
        EventKind::Egress => {
            "the subject is `<peer>:<port>`, such as `192.0.2.1:443`: end a peer with `:`, and write \
             addresses, not ranges or URLs"
        }
        EventKind::Dns => {
            "the subject is a name, such as `www.example.com`, without a scheme, port or path"
        }
        EventKind::FileAccess | EventKind::FileDelete => {
            "the subject is a path as a program opens it, such as `/home/dev/app/.env`: `~`, `*` and \
             URLs are not expanded"
        }
        EventKind::LlmActivations => "the subject is `<n> sae features @L<layer>`",
        EventKind::ToolCall => {
            "the subject is the tool's name and its arguments as compact JSON, such as \
             `Read {\"file_path\":\"/a\"}`: ask for `tool` and `args` instead"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(kind: EventKind, pattern: &str) -> Overlap {
        let mut form = Form::of(kind).unwrap();
        form.overlap(&regex_syntax::parse(pattern).unwrap(), &mut 10_000_000)
    }

    #[test]
    fn subjects_of_real_events_have_the_form() {
        let cases: [(EventKind, &[&str]); 9] = [
            (
                EventKind::ToolCall,
                &["t {}", "a b {\"c\":[1,null]}", "t \"a\"", "t -1", "t null"],
            ),
            (EventKind::ToolExec, &["", "ls", "bash -c a\nb \\ ~"]),
            (EventKind::SslContent, &["", "{\"a\": 1}\r\n"]),
            (
                EventKind::SecurityAction,
                &[
                    "bind 3000",
                    "setuid-root 0",
                    "kernel module 18446744073709551615",
                ],
            ),
            (
                EventKind::Egress,
                &[
                    "192.0.2.1:443",
                    "0.0.0.0:0",
                    "db_1.example.com:5432",
                    "EXAMPLE.com.:65535",
                    "bücher.example:80",
                    "::1:80",
                    ":::80",
                    "[::1]:80",
                    "fd00:ec2::254:80",
                    "fe80::1%eth0:22",
                    "1:2:3:4:5:6:7:8:443",
                    "::ffff:169.254.169.254:80",
                    "[2001:db8::]:80",
                ],
            ),
            (
                EventKind::Dns,
                &[
                    "example.com",
                    "example.com.",
                    "_dmarc.example.com",
                    ".",
                    "localhost",
                    "münchen.example",
                ],
            ),
            (
                EventKind::FileAccess,
                &[
                    "/etc/passwd",
                    "../.env",
                    "//x//y/",
                    "notes.txt~",
                    "/tmp/#a b$ (1).txt",
                    "/proc/self/fd/pipe:[1]",
                    "C:\\Users\\me\\id_rsa",
                    "c:/Users/me/id_rsa",
                    "\\\\host\\share",
                    "/srv/größe",
                ],
            ),
            (EventKind::FileDelete, &["/tmp/a"]),
            (EventKind::LlmActivations, &["3 sae features @L12"]),
        ];
        for (kind, subjects) in cases {
            let mut form = Form::of(kind).unwrap();
            for subject in subjects {
                assert!(form.subjects.contains(subject), "{kind:?}: {subject}");
            }
        }
    }

    #[test]
    fn patterns_that_cannot_match_a_subject_are_proved() {
        let cases: [(EventKind, &[&str]); 6] = [
            (EventKind::ToolExec, &["rm -rf $HOME", "curl^", "[a&&b]"]),
            (
                EventKind::SecurityAction,
                &[
                    "^bind$",
                    "^ptrace$",
                    "bind\n",
                    "^bind:3000$",
                    "^setuid-root to$",
                ],
            ),
            (
                EventKind::Egress,
                &[
                    "^10\\.0\\.0\\.1$",
                    "evil\\.example$",
                    "(^|\\.)evil\\.example\\.?$",
                    "10\\.0\\.0\\.0/8",
                    "https://evil\\.example",
                    "^evil\\.example/",
                    "^fd00::1$",
                    "^\\*\\.evil\\.example:",
                    ":443/tcp$",
                    " ",
                    "evil\\\\.example:",
                ],
            ),
            (
                EventKind::Dns,
                &[
                    "https?://evil\\.example",
                    "evil\\.example:53$",
                    "evil\\.example/path",
                    "^/etc/",
                    "^\\*\\.evil\\.example$",
                    "^\\.evil\\.example$",
                    "me@evil\\.example",
                    "evil\\.example\n",
                ],
            ),
            (
                EventKind::FileAccess,
                &[
                    "^~/\\.ssh/",
                    "~/\\.aws/credentials$",
                    "file:///etc/passwd",
                    "\\*\\.pem$",
                    "^/srv/.*\\\\.pem$",
                    "^/etc/$HOME",
                ],
            ),
            (EventKind::LlmActivations, &["weapons", "^L12$"]),
        ];
        for (kind, patterns) in cases {
            for pattern in patterns {
                assert_eq!(overlap(kind, pattern), Overlap::None, "{kind:?}: {pattern}");
            }
        }
    }
}
