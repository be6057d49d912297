//! Generates lines: envelopes in all forms that JSON allows, most of them events.

use std::fmt::Write;

use sentry_testing::Random;

const KINDS: &[&str] = &[
    "ToolExec",
    "SslContent",
    "SecurityAction",
    "Egress",
    "Dns",
    "FileAccess",
    "FileDelete",
    "LlmActivations",
    "ToolCall",
    "ProcessExit",
    "dns",
];
const WORDS: &[&str] = &[
    "",
    " ",
    "a",
    "node",
    "/bin/sh",
    "-c",
    "rm -rf /",
    "größe",
    "日本語",
    "😀",
    "\u{0}",
    "\u{7f}",
    "\u{1f}",
    "\"",
    "\\",
    "/",
    "\n",
    "\r\n\t",
    "\u{8}\u{c}",
    "\u{feff}",
    "\u{fffd}",
    "exactly8",
    "a word of sixteen",
    "https://api.example.com/v1/chat?x=1&y=2",
    "\u{80}",
    "\u{7ff}\u{800}",
];
const PEERS: &[&str] = &["10.0.0.1", "evil.test", "198.51.100.7", "fd00::1"];
const NUMBERS: &[&str] = &[
    "null",
    "0",
    "-0",
    "7",
    "10",
    "-1",
    "0.5",
    "-0.25",
    "1.0",
    "1e0",
    "1E+2",
    "12e-3",
    "0e0",
    "-1.5E-7",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999",
    "3.4e38",
    "3.5e38",
    "1e308",
    "1e309",
    "-1e999",
    "1e-999",
    "123456789012345678901234567890.5",
    LONG_NUMBER,
];
/// 320 digits: outside the range of a 64-bit float.
const LONG_NUMBER: &str = concat!(
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
);
const BROKEN: &[&str] = &[
    "01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "+1",
    "--1",
    "-",
    "0x1",
    "1_0",
    "NaN",
    "Infinity",
    "tru",
    "nulll",
    "True",
    "'a'",
    "",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"\\u123\"",
    "\"a\u{1}b\"",
    "\"\n\"",
    "[1,]",
    "[,1]",
    "{\"a\":1,}",
    "{\"a\"}",
    "{a:1}",
    "[1 2]",
    "{\"a\":1 \"b\":2}",
    "[1}",
    "{]",
];

pub struct Writer<'r> {
    pub random: &'r mut Random,
    pub out: String,
    /// Whether to add white space, escapes and unusual values; otherwise as a collector writes.
    pub wild: bool,
}

impl Writer<'_> {
    fn once_in(&mut self, n: usize) -> bool {
        self.wild && self.random.once_in(n)
    }

    fn space(&mut self) {
        while self.once_in(12) {
            self.out
                .push_str(self.random.pick(&[" ", "\t", "\n", "\r", "  "]));
        }
    }

    fn mark(&mut self, mark: char) {
        self.space();
        self.out.push(mark);
        self.space();
    }

    /// A string, with each character in a random notation.
    pub fn string(&mut self, text: &str) {
        let escapes = self.once_in(5);
        self.out.push('"');
        for char in text.chars() {
            let short = match char {
                '"' => Some("\\\""),
                '\\' => Some("\\\\"),
                '/' if escapes => Some("\\/"),
                '\u{8}' => Some("\\b"),
                '\u{c}' => Some("\\f"),
                '\n' => Some("\\n"),
                '\r' => Some("\\r"),
                '\t' => Some("\\t"),
                _ => None,
            };
            if (escapes && self.random.once_in(4)) || (short.is_none() && char < ' ') {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let upper = self.random.once_in(2);
                    let _ = if upper {
                        write!(self.out, "\\u{unit:04X}")
                    } else {
                        write!(self.out, "\\u{unit:04x}")
                    };
                }
            } else if let Some(short) = short {
                self.out.push_str(short);
            } else {
                self.out.push(char);
            }
        }
        if self.once_in(40) {
            self.surrogates();
        }
        self.out.push('"');
    }

    /// Escaped surrogates: pairs, halves, and halves in the wrong order.
    fn surrogates(&mut self) {
        for _ in 0..=self.random.below(3) {
            let unit = 0xd800 + self.random.below(0x800);
            let _ = write!(self.out, "\\u{unit:04x}");
            if self.random.once_in(6) {
                self.out
                    .push_str(self.random.pick(&["\\n", "\\u0041", "x", "\\\\"]));
            }
        }
    }

    fn words(&mut self) {
        let mut text = String::new();
        for _ in 0..self.random.below(4) {
            text.push_str(self.random.pick(WORDS));
        }
        self.string(&text);
    }

    /// The members of an object, each written by its number. Some keys are duplicated.
    fn object(&mut self, keys: &[&str], mut value: impl FnMut(&mut Self, &str)) {
        let mut keys = keys.to_vec();
        if self.wild {
            for at in (1..keys.len()).rev() {
                keys.swap(at, self.random.below(at + 1));
            }
            if !keys.is_empty() && self.once_in(25) {
                keys.remove(self.random.below(keys.len()));
            }
            if !keys.is_empty() && self.once_in(25) {
                keys.push(self.random.pick(&keys));
            }
            if self.once_in(6) {
                let unknown = [
                    "",
                    "dst",
                    "pidx",
                    "pi",
                    "argv_truncated_",
                    "Pid",
                    "identity\n",
                ];
                let key = self.random.pick(&unknown);
                keys.insert(self.random.below(keys.len() + 1), key);
            }
        }
        self.out.push('{');
        self.space();
        let known = keys.len();
        for (at, key) in keys.iter().enumerate() {
            self.string(key);
            self.mark(':');
            if self.once_in(120) {
                self.any(3);
            } else {
                value(self, key);
            }
            if at + 1 < known {
                self.mark(',');
            }
        }
        self.space();
        self.out.push('}');
    }

    /// Any value with limited nesting.
    pub fn any(&mut self, depth: usize) {
        match self.random.below(if depth == 0 { 5 } else { 8 }) {
            0 => self
                .out
                .push_str(self.random.pick(&["null", "true", "false"])),
            1 | 2 => self.out.push_str(self.random.pick(NUMBERS)),
            3 | 4 => self.words(),
            5 => {
                let keys = ["pid", "ppid", "comm", "cwd", "größe"];
                let count = self.random.below(keys.len() + 1);
                self.object(&keys[..count], |writer, _| writer.any(depth - 1));
            }
            6 if self.once_in(4) => self.deep(),
            _ => self.list(depth),
        }
    }

    fn list(&mut self, depth: usize) {
        self.out.push('[');
        self.space();
        for at in 0..self.random.below(4) {
            if at > 0 {
                self.mark(',');
            }
            self.any(depth - 1);
        }
        self.space();
        self.out.push(']');
    }

    /// Nesting near the limit.
    fn deep(&mut self) {
        let levels = 118 + self.random.below(16);
        let objects: Vec<bool> = (0..levels).map(|_| self.random.once_in(2)).collect();
        for object in &objects {
            self.out.push_str(if *object { "{\"a\":" } else { "[" });
        }
        self.out.push('0');
        for object in objects.iter().rev() {
            self.out.push(if *object { '}' } else { ']' });
        }
    }

    fn integer(&mut self, below: usize) {
        if self.once_in(60) {
            self.out.push_str(self.random.pick(NUMBERS));
        } else {
            let number = self.random.below(below);
            let _ = write!(self.out, "{number}");
        }
    }

    fn or_null(&mut self, write: impl FnOnce(&mut Self)) {
        if self.random.once_in(8) {
            self.out.push_str("null");
        } else {
            write(self);
        }
    }

    fn boolean(&mut self) {
        self.out.push_str(self.random.pick(&["true", "false"]));
    }

    /// A whole line.
    pub fn line(&mut self) {
        let around = [
            "",
            " ",
            "\t",
            "\r",
            "\n",
            "\u{feff}",
            "\u{feff} ",
            "\u{a0}",
            "\u{2003}",
            "\u{b}",
        ];
        if self.once_in(20) {
            self.out.push_str(self.random.pick(&around));
        }
        let all = ["identity", "provider", "process", "workload", "event"];
        let from = self.random.below(4);
        let keys: Vec<&str> = match from {
            0 => all.to_vec(),
            1 => vec!["identity", "process", "event"],
            2 => vec!["identity", "event"],
            _ => vec!["event"],
        };
        self.object(&keys, |writer, key| match key {
            "identity" => writer.or_null(|writer| {
                writer.object(&["agent", "task", "session"], |writer, _| {
                    writer.or_null(Self::words);
                });
            }),
            "provider" => writer.provider(),
            "event" => writer.event(),
            _ => writer.any(3),
        });
        if self.once_in(20) {
            self.out.push_str(self.random.pick(&around));
        }
    }

    fn provider(&mut self) {
        match self.random.below(3) {
            0 => self.out.push_str("null"),
            1 => self.words(),
            _ => self.object(&["Other"], |writer, _| writer.words()),
        }
    }

    fn event(&mut self) {
        let kind = self.random.pick(KINDS);
        self.object(&[kind], Self::body);
    }

    fn body(&mut self, kind: &str) {
        let keys: &[&str] = match kind {
            "ToolExec" if self.random.once_in(2) => &["pid", "argv"],
            "ToolExec" => &[
                "pid",
                "ppid",
                "uid",
                "cwd",
                "argv",
                "argv_truncated",
                "argv_incomplete",
            ],
            "SslContent" => &["pid", "is_read", "content"],
            "SecurityAction" => &["pid", "kind", "detail"],
            "Egress" => &["pid", "peer", "port", "sni"],
            "Dns" => &["pid", "query"],
            "FileAccess" => &["pid", "path", "write"],
            "FileDelete" => &["pid", "path"],
            "LlmActivations" => &["pid", "layer", "features"],
            "ToolCall" if self.random.once_in(3) => &["tool", "args"],
            "ToolCall" => &["pid", "tool", "server", "args", "cwd"],
            _ => &["pid", "exit_code"],
        };
        self.object(keys, |writer, key| match key {
            "pid" | "layer" | "exit_code" => writer.integer(100_000),
            "ppid" | "uid" => writer.or_null(|writer| writer.integer(100_000)),
            "port" => writer.integer(65_536),
            "detail" => writer.integer(usize::MAX),
            "peer" => {
                let peer = writer.random.pick(PEERS);
                writer.string(peer);
            }
            "args" => writer.any(3),
            "cwd" | "sni" | "server" => writer.or_null(Self::words),
            "argv_truncated" | "argv_incomplete" => writer.or_null(Self::boolean),
            "is_read" | "write" => writer.boolean(),
            "argv" => writer.array(Self::words),
            "features" => writer.array(|writer| {
                writer.out.push('[');
                writer.integer(1 << 32);
                writer.mark(',');
                writer.out.push_str(writer.random.pick(NUMBERS));
                writer.out.push(']');
            }),
            _ => writer.words(),
        });
    }

    fn array(&mut self, mut element: impl FnMut(&mut Self)) {
        self.out.push('[');
        self.space();
        for at in 0..self.random.below(6) {
            if at > 0 {
                self.mark(',');
            }
            element(self);
        }
        self.space();
        self.out.push(']');
    }
}

/// Damages a line in one place.
pub fn damage(random: &mut Random, line: &mut Vec<u8>) {
    let at = random.below(line.len());
    match random.below(8) {
        0 => line[at] = random.byte(),
        1 => line[at] ^= 1 << random.below(8),
        2 => drop(line.drain(at..(at + 1 + random.below(6)).min(line.len()))),
        3 => {
            let mark = b"\"\\{}[]:,0-.e \0\x1f\x7f"[random.below(16)];
            line.insert(at, mark);
        }
        4 => {
            let end = (at + 1 + random.below(20)).min(line.len());
            let copy = line[at..end].to_vec();
            line.splice(at..at, copy);
        }
        5 => {
            let bad: &[&[u8]] = &[
                b"\xff",
                b"\x80",
                b"\xc3",
                b"\xed\xa0\x80",
                b"\xf5\x80\x80\x80",
                b"\xc0\xaf",
            ];
            let bad = random.pick(bad);
            line.splice(at..at, bad.iter().copied());
        }
        6 => {
            let bad = random.pick(BROKEN);
            replace_value(line, at, bad.as_bytes());
        }
        _ => {
            let number = random.pick(NUMBERS);
            replace_value(line, at, number.as_bytes());
        }
    }
}

/// Replaces the next number, word or string, or similar text, by `value`.
fn replace_value(line: &mut Vec<u8>, at: usize, value: &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':');
    let start = line[at..]
        .iter()
        .position(|byte| *byte == b':')
        .map_or(at, |colon| at + colon + 1);
    let end = line[start..]
        .iter()
        .position(is_end)
        .map_or(line.len(), |end| start + end);
    line.splice(start..end, value.iter().copied());
}
