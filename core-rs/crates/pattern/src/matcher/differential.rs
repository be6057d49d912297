//! Compares the matcher with a plain interpreter that tries one pattern after another with the
//! `regex` crate.
//!
//! The patterns are random and use few letters, so that they match texts often and in unusual
//! places.

use std::ops::{ControlFlow, Range};

use sentry_acl::{Attribute, Item, ValueKind};
use sentry_testing::Random;

use super::coverage::{CodePath, count};
use super::{MAX_AUTOMATA, MatchRule, Matcher, TooLarge, Visitor};
use crate::pattern::Pattern;

/// Texts for each set of rules.
const TEXTS: usize = 200_000;

/// Kinds of text, by the names that the built-in rules use.
const KINDS: [&str; 8] = [
    "ToolExec",
    "SslContent",
    "SecurityAction",
    "Egress",
    "Dns",
    "FileAccess",
    "FileDelete",
    "LlmActivations",
];

struct Rule {
    pattern: Pattern,
    on: Vec<usize>,
}

impl Rule {
    fn new(on: &str, pattern: &str) -> Self {
        let kinds = (0..KINDS.len()).filter(|&kind| on == "*" || KINDS[kind] == on);
        Self {
            pattern: Pattern::parse(pattern).unwrap(),
            on: kinds.collect(),
        }
    }
}

impl MatchRule for Rule {
    fn pattern(&self) -> Option<&Pattern> {
        Some(&self.pattern)
    }

    fn applies_to(&self, kind: usize) -> bool {
        self.on.contains(&kind)
    }

    fn matches_if_unknown(&self) -> bool {
        true
    }
}

/// Takes up to three rules, and of each three in a row it does not want one: which, depends on
/// those before.
#[derive(Default)]
struct Thirds(Vec<usize>);

impl Visitor for Thirds {
    fn wants(&self, rule: usize) -> bool {
        !(rule + self.0.len()).is_multiple_of(3)
    }

    fn take(&mut self, rule: usize) -> ControlFlow<()> {
        self.0.push(rule);
        if self.0.len() < 3 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// The patterns of the built-in rules, those for code too: patterns that people wrote.
fn builtin() -> Vec<Rule> {
    fn text(value: &ValueKind) -> Option<&str> {
        match value {
            ValueKind::String(text) => Some(text),
            // The first kind of several.
            ValueKind::List(values) => values.first().and_then(|first| text(&first.kind)),
            _ => None,
        }
    }
    let source = include_str!("../../../core/src/policy/builtin.acl");
    let items = sentry_acl::parse(source).document.items;
    let mut rules = Vec::new();
    for item in &items {
        // What a rule asks for of commands has no kind of its own.
        let mut on = "ToolExec";
        let mut rest = vec![item];
        while let Some(item) = rest.pop() {
            match item {
                Item::Block(block) => rest.extend(block.items.iter().rev()),
                Item::Attribute(Attribute { name, value }) => match &*name.text {
                    "on" => on = text(&value.kind).unwrap_or(on),
                    "match" => rules.extend(text(&value.kind).map(|text| Rule::new(on, text))),
                    _ => {}
                },
            }
        }
    }
    rules
}

fn some(
    random: &mut Random,
    least: usize,
    most: usize,
    mut one: impl FnMut(&mut Random) -> String,
) -> Vec<String> {
    let count = least + random.below(most - least + 1);
    (0..count).map(|_| one(random)).collect()
}

const LITERALS: [&str; 24] = [
    "a", "b", "ab", "k", "s", "K", "ſ", "é", "0", "12", "_", "-x", " ", "/", "@", "`", "curl",
    "key", "ask", r"\x11", r"\x7f", r"\n", r"\.", "token_",
];
const CLASSES: [&str; 14] = [
    "[ab]",
    "[^a]",
    r"\s",
    r"\d",
    r"\w",
    r"\W",
    "[0-9a-f]",
    ".",
    "[é-ü]",
    r"\S",
    "(?s:.)",
    "[a-c0-9_]",
    "[kx]",
    "(?i:k)",
];
const LOOKS: [&str; 9] = [
    "^",
    "$",
    r"\b",
    r"\B",
    r"(?-u:\b)",
    "(?m:^)",
    r"\b{start}",
    r"\b{end-half}",
    r"\b",
];
/// What a whole pattern may begin and end with.
const EDGES: [&str; 8] = ["", "", "", "", "", r"\b", "^", "$"];
const COUNTS: [&str; 10] = [
    "*", "+", "?", "{2}", "{3,}", "{1,3}", "{4}", "{12,}", "+?", "{0}",
];

fn pattern(random: &mut Random, depth: usize) -> String {
    let leaf = depth == 0;
    match random.below(if leaf { 8 } else { 16 }) {
        0..5 => random.pick(&LITERALS).to_owned(),
        5 => random.pick(&CLASSES).to_owned(),
        6 => random.pick(&LOOKS).to_owned(),
        7 => format!("(?i:{})", random.pick(&LITERALS)),
        8 | 9 => format!("(?:{}){}", pattern(random, depth - 1), random.pick(&COUNTS)),
        10 => format!("(?i:{})", pattern(random, depth - 1)),
        11 | 12 => {
            let branches = some(random, 2, 4, |random| pattern(random, depth - 1));
            format!("({})", branches.join("|"))
        }
        _ => some(random, 2, 4, |random| pattern(random, depth - 1)).concat(),
    }
}

const TOKENS: [&str; 48] = [
    "a",
    "b",
    "ab",
    "aab",
    "k",
    "K",
    "\u{212a}",
    "s",
    "S",
    "ſ",
    "é",
    "É",
    "ü",
    "0",
    "1",
    "12",
    "٣",
    "_",
    "-x",
    " ",
    "\u{a0}",
    "/",
    "@",
    "`",
    "~",
    "curl",
    "CURL",
    "key",
    "\u{212a}EY",
    "ask",
    "aſk",
    "\u{11}",
    "\u{7f}",
    "\n",
    ".",
    "token_",
    "face",
    "deadbeef0123",
    "0123456789",
    "aaaaaaaaaaaa",
    "x",
    "|",
    "bash -i",
    "/dev/tcp/",
    "rm -rf /",
    "curl x | sh",
    "eval ",
    "mkfifo",
];

/// What patterns of the built-in rules match as a whole.
const SUBJECTS: [&str; 12] = [
    "setuid-root to 0",
    "ptrace 7",
    "bind 80",
    "/etc/shadow",
    "/home/a/.ssh/id_rsa",
    "169.254.169.254:80",
    "metadata.google.internal",
    "x.oast.fun",
    "ignore all previous instructions",
    "import pty; pty.spawn(a)",
    "exec(a)",
    "eval(key) # stdin",
];

fn random_text(random: &mut Random) -> String {
    if random.below(3) == 0 {
        let edge = |random: &mut Random| match random.below(4) {
            0 => random.pick(&TOKENS),
            _ => "",
        };
        return [edge(random), random.pick(&SUBJECTS), edge(random)].concat();
    }
    some(random, 0, 7, |random| random.pick(&TOKENS).to_owned()).concat()
}

/// `site_rules` random rules whose patterns are suitable, and the built-in ones.
fn rules(
    random: &mut Random,
    site_rules: usize,
    is_suitable: fn(&regex::Regex) -> bool,
) -> Vec<Rule> {
    let mut made = Vec::new();
    while made.len() < site_rules {
        let before = random.pick(&EDGES);
        let pattern = format!("{before}{}{}", pattern(random, 3), random.pick(&EDGES));
        let compiled = regex::Regex::new(&pattern);
        if pattern.contains('`') || !compiled.is_ok_and(|compiled| is_suitable(&compiled)) {
            continue;
        }
        let kind = KINDS[random.below(8)];
        let on = if random.below(3) == 0 { kind } else { "*" };
        made.push(Rule::new(on, &pattern));
    }
    made.extend(builtin());
    made
}

/// Matches texts both ways, and returns how many were matched by a rule.
/// Takes the first rule that matches.
struct First(Option<usize>);

impl Visitor for First {
    fn wants(&self, _rule: usize) -> bool {
        true
    }

    fn take(&mut self, rule: usize) -> ControlFlow<()> {
        self.0 = Some(rule);
        ControlFlow::Break(())
    }
}

fn first_match(matcher: &Matcher, rules: &[Rule], kind: usize, text: &str) -> Option<usize> {
    let mut first = First(None);
    matcher.visit(rules, kind, text, &mut first);
    first.0
}

fn compare(rules: &[Rule], random: &mut Random, texts: usize) -> usize {
    let matcher = Matcher::new(rules, KINDS.len()).unwrap();
    let plain: Vec<_> = rules
        .iter()
        .map(|rule| regex::Regex::new(rule.pattern.as_str()).unwrap())
        .collect();
    let mut hits = 0;
    for round in 0..texts {
        let text = random_text(random);
        let kind = random.below(KINDS.len());
        let is_match = |at: &usize| rules[*at].on.contains(&kind) && plain[*at].is_match(&text);
        let matching = (0..rules.len()).filter(is_match);
        let first = first_match(&matcher, rules, kind, &text);
        if round % 64 != 0 {
            assert_eq!(first, matching.clone().next(), "{} {text:?}", KINDS[kind]);
            hits += usize::from(first.is_some());
            continue;
        }
        let matching: Vec<usize> = matching.collect();
        let (mut visited, mut expected) = (Thirds::default(), Thirds::default());
        matcher.visit(rules, kind, &text, &mut visited);
        let mut wanted = matching.iter().copied();
        while let Some(rule) = wanted.find(|&rule| expected.wants(rule)) {
            if expected.take(rule).is_break() {
                break;
            }
        }
        assert_eq!(visited.0, expected.0, "{} {text:?}", KINDS[kind]);
        assert_eq!(first, matching.first().copied(), "{} {text:?}", KINDS[kind]);
        assert_eq!(
            matcher.all(rules, kind, &text),
            matching,
            "{} {text:?}",
            KINDS[kind]
        );
        if let Some(at) = first {
            let span = plain[at]
                .find(&text)
                .map(|found| (found.start(), found.end()));
            let pattern = &rules[at].pattern;
            assert_eq!(pattern.find(&text), span, "{} {text:?}", pattern.as_str());
            let found = matcher.find(rules, at, &text);
            assert_eq!(found, span, "{} {text:?}", pattern.as_str());
            hits += 1;
        }
    }
    hits
}

#[test]
fn an_empty_match_inside_a_character_hides_no_other_pattern() {
    let rules = [r"(?-u:\B)", r"^(?:aé|\d)x*$"].map(|pattern| Rule::new("*", pattern));
    let matcher = Matcher::new(&rules, KINDS.len()).unwrap();
    for (text, expected) in [
        ("aéx", vec![1]),
        ("aé", vec![0, 1]),
        ("éa", vec![0]),
        ("a", vec![]),
    ] {
        let matching = matcher.all(&rules, 0, text);
        assert_eq!(matching, expected, "{text}");
        let first = first_match(&matcher, &rules, 0, text);
        assert_eq!(first, expected.first().copied(), "{text}");
    }
    // This takes time linear in the length of the text.
    let long = "a-".repeat(100_000) + "aéa";
    assert_eq!(first_match(&matcher, &rules, 0, &long), None);
}

#[test]
fn the_matcher_agrees_with_one_pattern_after_another() {
    let mut random = Random(14);
    for site_rules in [0, 5, 10, 20] {
        let rules = rules(&mut random, site_rules, |regex| !regex.is_match(""));
        let matched = compare(&rules, &mut random, TEXTS);
        // Rules that match everything or nothing would not test much.
        assert!(
            (TEXTS / 100..TEXTS).contains(&matched),
            "{matched} of {site_rules}"
        );
    }
    for _ in 0..400 {
        let rules = rules(&mut random, 8, |_| true);
        compare(&rules, &mut random, 250);
    }
    for path in CodePath::ALL {
        assert!(
            count(path) >= 10,
            "{path:?} was taken {} times",
            count(path)
        );
    }
}

/// A text, another that was made from it, and where that differs.
#[derive(Default)]
struct Pair {
    text: String,
    other: String,
    changed: Vec<Range<usize>>,
}

impl Pair {
    /// Parts that are the same in both, and parts that are not. Texts that match are divided among them.
    fn some(random: &mut Random) -> Self {
        let mut pair = Self::default();
        for _ in 0..=random.below(4) {
            if random.below(3) > 0 {
                let fill = ["z", ". ", "-", "ü"][random.below(4)];
                pair.add_same(&fill.repeat(random.below(200)));
            }
            let mut parts = random_text(random);
            for _ in 0..random.below(4) {
                let ends = parts.char_indices().map(|(at, _)| at);
                let ends: Vec<usize> = ends.chain([parts.len()]).collect();
                let rest = parts.split_off(random.pick(&ends));
                pair.add(random, &parts);
                parts = rest;
            }
            pair.add(random, &parts);
        }
        pair
    }

    fn add(&mut self, random: &mut Random, part: &str) {
        if random.below(2) == 0 {
            return self.add_same(part);
        }
        let start = self.other.len();
        self.other += part;
        self.text += random.pick(&["%", "=", "a", "curl", " "]);
        // Ranges may be longer than what differs.
        match self.changed.last_mut() {
            Some(last) if last.end + random.below(20) > start => last.end = self.other.len(),
            _ if part.is_empty() => {
                self.other.push('~');
                self.changed.push(start..start + 1);
            }
            _ => self.changed.push(start..self.other.len()),
        }
    }

    fn add_same(&mut self, part: &str) {
        self.text += part;
        self.other += part;
    }
}

#[test]
fn a_text_that_was_made_from_another_is_matched_as_any_text() {
    let mut random = Random(15);
    let (mut by_other, mut by_other_alone, mut narrow) = (0, 0, 0);
    for site_rules in [5, 15, 15, 15] {
        let rules = rules(&mut random, site_rules, |regex| !regex.is_match(""));
        let matcher = Matcher::new(&rules, KINDS.len()).unwrap();
        let plain = rules
            .iter()
            .map(|rule| regex::Regex::new(rule.pattern.as_str()).unwrap());
        let plain: Vec<regex::Regex> = plain.collect();
        for _ in 0..TEXTS / 10 {
            let Pair {
                text,
                other,
                changed,
            } = Pair::some(&mut random);
            let kind = random.below(KINDS.len());
            let matching = |text: &str| -> Vec<usize> {
                let is_match =
                    |at: &usize| rules[*at].on.contains(&kind) && plain[*at].is_match(text);
                (0..rules.len()).filter(is_match).collect()
            };
            let expected = [matching(&text), matching(&other)];
            let found = matcher.all_of_both(&rules, kind, &text, &other, &changed);
            assert_eq!(
                found, expected,
                "{} {text:?} {other:?} {changed:?}",
                KINDS[kind]
            );
            let [first, second] = expected;
            let is_narrow = changed.len() * 60 < other.len();
            narrow += usize::from(is_narrow);
            by_other += usize::from(is_narrow && !second.is_empty());
            by_other_alone += usize::from(is_narrow && second.iter().any(|at| !first.contains(at)));
        }
    }
    assert!(
        narrow > TEXTS / 10 && by_other > TEXTS / 20 && by_other_alone > TEXTS / 100,
        "{narrow} {by_other} {by_other_alone}"
    );
}

/// `MAX_MEMORY` is low in tests: twenty of these patterns over UTF-8 would exceed it, as hundreds do
/// otherwise.
#[test]
fn large_unicode_patterns_are_compiled_once_however_many_texts_need_them() {
    let rules: Vec<Rule> = (0..20)
        .map(|at| Rule::new("*", &format!(r"\w{{60}}\W{{{}}}\w{{{}}}\b", at % 5, at / 5)))
        .collect();
    let matcher = Matcher::new(&rules, KINDS.len()).unwrap();
    let plain: Vec<_> = rules
        .iter()
        .map(|rule| regex::Regex::new(rule.pattern.as_str()).unwrap())
        .collect();
    let mut compiled = Vec::new();
    for round in 0..50 {
        let text = format!("{}é{}", "a".repeat(40 + round), "- b".repeat(round % 4));
        let matching = (0..rules.len()).filter(|at| plain[*at].is_match(&text));
        let expected: Vec<usize> = matching.collect();
        assert_eq!(matcher.all(&rules, 0, &text), expected, "{text}");
        compiled.push(count(CodePath::All));
    }
    assert!((20..=40).contains(&compiled[49]), "{compiled:?}");
    assert_eq!(compiled[25], compiled[49]);
    assert_eq!(count(CodePath::Dropped), 0);
}

#[test]
fn rules_whose_automata_do_not_fit_into_memory_are_refused() {
    let rules: Vec<Rule> = (0..300)
        .map(|at| Rule::new("ToolExec", &format!("(?:[a-z] ?){{4000}}{at}")))
        .collect();
    let Err(TooLarge::Automata { rule }) = Matcher::new(&rules, KINDS.len()) else {
        panic!("they are refused");
    };
    let fitting = &rules[..rule];
    let all: usize = fitting.iter().map(|rule| rule.pattern.memory()).sum();
    assert!(all <= MAX_AUTOMATA && rule > 30, "{rule} {all}");
    assert!(Matcher::new(fitting, KINDS.len()).is_ok());
}
