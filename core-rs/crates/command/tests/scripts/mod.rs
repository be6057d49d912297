//! Generated scripts: each simple command in them is `P` with a number of its own.

use sentry_testing::Random;

struct Script<'a> {
    random: &'a mut Random,
    next: usize,
    documents: Vec<String>,
}

/// A script of groups, words and quotes, as deep as that within one another.
pub fn script(random: &mut Random, depth: usize) -> String {
    let mut script = Script {
        random,
        next: 0,
        documents: Vec::new(),
    };
    script.list(depth)
}

impl Script<'_> {
    fn pick<'b>(&mut self, from: &[&'b str]) -> &'b str {
        from.get(self.random.below(from.len())).unwrap_or(&"a")
    }

    fn line_end(&mut self) -> String {
        let documents = std::mem::take(&mut self.documents);
        ["\n".to_owned(), documents.concat()].concat()
    }

    fn list(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(3) {
            text.push_str(&self.pipeline(depth));
            let separator = self.pick(&["; ", "\n", " && ", " || ", "\n\n", " # x ' $(\n", ";"]);
            if separator.contains('\n') {
                text.push_str(separator.trim_end_matches('\n'));
                text.push_str(&self.line_end());
            } else {
                text.push_str(separator);
            }
        }
        text.push_str(&self.simple(depth));
        text.push_str(&self.line_end());
        text
    }

    fn pipeline(&mut self, depth: usize) -> String {
        let first = self.command(depth);
        if self.random.below(5) == 0 {
            format!("{first} | {}", self.command(depth))
        } else {
            first
        }
    }

    fn command(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.simple(depth);
        }
        let depth = depth - 1;
        match self.random.below(14) {
            0 => format!("{{ {} }}", self.list(depth)),
            1 => format!("({})", self.list(depth)),
            2 => format!(
                "if {} then {} else {} fi",
                self.list(depth),
                self.list(depth),
                self.list(depth)
            ),
            3 => format!(
                "for v in {} {}; do {} done",
                self.word(depth),
                self.word(depth),
                self.list(depth)
            ),
            4 => format!(
                "case {} in a) {} ;; (*|b) {};; esac",
                self.word(depth),
                self.list(depth),
                self.list(depth)
            ),
            5 => format!(
                "while {} false; do {} done",
                self.list(depth),
                self.list(depth)
            ),
            6 => {
                let name = self.pick(&["f", "g"]);
                format!(
                    "{name}() {{ {} }}; {name} {}",
                    self.list(depth),
                    self.word(depth)
                )
            }
            7 => format!("eval {}", self.word(depth)),
            8 => format!("eval '{}'", self.list(depth).replace('\'', "'\\''")),
            9 => format!("[[ {} == b && -n {} ]]", self.word(depth), self.word(depth)),
            10 => format!("x={}", self.word(depth)),
            _ => self.simple(depth),
        }
    }

    fn simple(&mut self, depth: usize) -> String {
        self.next += 1;
        let mut text = String::new();
        if self.random.below(6) == 0 {
            text.extend(["A=", &self.word(depth), " "]);
        }
        text.extend(["P ", &self.next.to_string()]);
        for _ in 0..self.random.below(4) {
            text.push_str(self.pick(&[" ", "  ", "\t", " \\\n"]));
            text.push_str(&self.word(depth));
        }
        match self.random.below(10) {
            0 => text.push_str(" >/dev/null"),
            1 => text.push_str(" 2>&1"),
            2 => text.push_str(" <<< 'P a'"),
            3 => {
                let quoted = self.random.below(2) == 0;
                text.push_str(if quoted { " <<'E'" } else { " <<E" });
                let body = if depth > 0 && !quoted {
                    format!("$({})", self.simple(0))
                } else {
                    "P 1 \" '".to_owned()
                };
                self.documents.push(format!("{body}\nE\n"));
            }
            _ => {}
        }
        text
    }

    fn word(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(3) {
            text.push_str(&self.part(depth));
        }
        text
    }

    fn part(&mut self, depth: usize) -> String {
        let constant = self.pick(&[
            "a",
            "b",
            "c1",
            "'d e'",
            "\"f g\"",
            "\\h",
            "\\ ",
            "$x",
            "\"$x\"",
            "${x}",
            "${x:-k}",
            "\"${y:-l m}\"",
            "$'n\\x41'",
            "{o,p}",
            "{1..3}",
            "#",
            "''",
            "\"\\$q\"",
            "*",
            "=",
            "~r",
            "$1",
            "\"$@\"",
            "${x#a}",
            "${x%b}",
            "${x/a/b}",
            "$((1+2))",
            "'$x'",
            "\"'\"",
            "\\'",
            "${x:1}",
            "\\\"",
            "{a",
            "b}",
            ",",
            "${x^^}",
            "\\\\",
            "é",
        ]);
        if depth > 0 && self.random.below(6) == 0 {
            let inner = self.simple(depth - 1);
            let documents = self.line_end();
            return match self.random.below(4) {
                0 => format!("$({inner}{documents})"),
                1 => format!("\"$({inner}{documents})\""),
                2 if documents == "\n" && !inner.contains(['`', '\\', '"', '\'']) => {
                    format!("`{inner}`")
                }
                _ => format!("${{z:-$({inner}{documents})}}"),
            };
        }
        constant.to_owned()
    }
}
