//! Patterns over an alphabet of single bytes: nearly every event is ASCII, and all other characters
//! have a few categories. So an automaton is a fraction of the size of one that reads UTF-8.

mod categories;

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, Hir, HirKind, Look, LookSet, Repetition,
};

use crate::looks;

const WORD_CATEGORIES: u8 = (1 << categories::WORDS) - 1;
/// The ASCII characters of words. A byte is one of these if `\b` takes it for part of a word.
const WORD_BYTES: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// The characters of words, as symbols: ASCII, and those of the first categories.
const WORD_SYMBOLS: usize = WORD_BYTES.len() + categories::WORDS as usize;

/// A text, and the bytes that automata read in place of it.
pub(crate) struct Text<'t> {
    whole: &'t str,
    /// One byte for each character: itself if it is ASCII, otherwise `0x80` and its category. `None`
    /// if the text is ASCII.
    symbols: Option<Vec<u8>>,
    /// The categories that occur, as bits.
    present: u8,
}

impl<'t> Text<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let symbols = (!text.is_ascii()).then(|| {
            let mut symbols = Vec::with_capacity(text.len());
            categories::append(text, &mut symbols);
            symbols
        });
        let others = symbols.iter().flatten().filter(|symbol| !symbol.is_ascii());
        let present = others.fold(0, |present, symbol| present | 1 << (symbol & 0x7f));
        Self {
            whole: text,
            symbols,
            present,
        }
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.symbols.is_none()
    }

    pub(crate) fn as_str(&self) -> &'t str {
        self.whole
    }
}

/// How an automaton reads the characters that are not ASCII.
#[derive(Debug)]
pub(crate) struct Alphabet {
    /// The byte for each symbol, if it is not the symbol itself.
    bytes: Option<Box<[u8; 256]>>,
    /// The patterns distinguish characters of these categories: a match in a text with one is not
    /// certain.
    inexact: u8,
    /// Whether Unicode word boundaries are left out, which makes all matches uncertain.
    words: Words,
}

/// What becomes of Unicode word boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// They are found.
    Found,
    /// They hold everywhere.
    LeftOut,
}

impl Alphabet {
    /// The alphabet for an automaton of all `patterns`.
    pub(crate) fn of(patterns: &[Hir]) -> Self {
        let mut symbols = Symbols::default();
        let mut looks = LookSet::empty();
        for pattern in patterns {
            looks = looks.union(pattern.properties().look_set());
            symbols.add(pattern);
        }
        // `\b` of an automaton knows ASCII words only. So characters of words that the patterns do
        // not distinguish share a byte, and each other category gets one that has become free.
        let (bytes, words) = if !looks.contains_word_unicode() {
            (None, Words::Found)
        } else if looks.contains_word_ascii() {
            (None, Words::LeftOut)
        } else {
            match symbols.shared_bytes() {
                Some(bytes) => (Some(bytes), Words::Found),
                None => (None, Words::LeftOut),
            }
        };
        Self {
            bytes,
            inexact: symbols.inexact,
            words,
        }
    }

    /// Whether some text that the alphabet's automaton matches may not match.
    pub(crate) fn is_inexact(&self) -> bool {
        self.inexact != 0 || self.words == Words::LeftOut
    }

    /// Whether a match in this text has to be confirmed.
    pub(crate) fn is_uncertain(&self, text: &Text<'_>) -> bool {
        self.inexact & text.present != 0 || self.words == Words::LeftOut
    }

    /// Calls `read` with the bytes that stand for a text.
    pub(crate) fn read<T>(&self, text: &Text<'_>, read: impl FnOnce(&[u8]) -> T) -> T {
        let symbols = text.symbols.as_deref().unwrap_or(text.whole.as_bytes());
        if self.bytes.is_none() {
            return read(symbols);
        }
        let bytes: Vec<u8> = symbols.iter().map(|&symbol| self.byte(symbol)).collect();
        read(&bytes)
    }

    fn byte(&self, symbol: u8) -> u8 {
        let bytes = self.bytes.as_ref();
        bytes
            .and_then(|bytes| bytes.get(usize::from(symbol)).copied())
            .unwrap_or(symbol)
    }
}

/// What an automaton reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reads<'a> {
    /// ASCII texts only.
    Ascii,
    /// All texts, by the bytes of an alphabet.
    All(&'a Alphabet),
}

impl Reads<'_> {
    /// A pattern that matches the bytes of a text at least wherever `hir` matches the text.
    pub(crate) fn restrict(self, hir: &Hir) -> Hir {
        let all = |parts: &[Hir]| parts.iter().map(|part| self.restrict(part)).collect();
        match hir.kind() {
            HirKind::Empty => Hir::empty(),
            HirKind::Literal(literal) => self.literal(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => Hir::class(Class::Bytes(self.members(class))),
            HirKind::Look(look) => self.look(*look),
            HirKind::Capture(capture) => self.restrict(&capture.sub),
            HirKind::Repetition(repetition) => Hir::repetition(Repetition {
                min: repetition.min,
                max: repetition.max,
                greedy: repetition.greedy,
                sub: Box::new(self.restrict(&repetition.sub)),
            }),
            HirKind::Concat(parts) => Hir::concat(all(parts)),
            HirKind::Alternation(branches) => Hir::alternation(all(branches)),
        }
    }

    fn literal(self, text: &str) -> Hir {
        let mut bytes = Vec::with_capacity(text.len());
        categories::append(text, &mut bytes);
        match self {
            Self::Ascii if !bytes.is_ascii() => return Hir::fail(),
            Self::Ascii => {}
            Self::All(alphabet) => bytes
                .iter_mut()
                .for_each(|byte| *byte = alphabet.byte(*byte)),
        }
        Hir::literal(bytes)
    }

    fn members(self, class: &Class) -> ClassBytes {
        let byte = |byte| ClassBytesRange::new(byte, byte);
        match self {
            Self::Ascii => {
                let ascii = ascii_of(class);
                let members = (0..0x80).filter(|&symbol| ascii >> symbol & 1 == 1);
                ClassBytes::new(members.map(byte))
            }
            Self::All(alphabet) => {
                let (set, _) = SymbolSet::of(class);
                let symbols = (0..0x80 | categories::COUNT).filter(|&symbol| set.has(symbol));
                ClassBytes::new(symbols.map(|symbol| byte(alphabet.byte(symbol))))
            }
        }
    }

    fn look(self, look: Look) -> Hir {
        let ascii = looks::to_ascii(look);
        match self {
            Self::All(alphabet) if ascii != look && alphabet.words == Words::LeftOut => {
                Hir::empty()
            }
            _ => Hir::look(ascii),
        }
    }
}

/// A set of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SymbolSet {
    ascii: u128,
    /// The categories of other characters, as bits.
    categories: u8,
}

impl SymbolSet {
    fn of_char(char: char) -> Self {
        let mut symbols = Vec::new();
        categories::append(char.encode_utf8(&mut [0; 4]), &mut symbols);
        match symbols.first() {
            Some(&symbol) if symbol.is_ascii() => Self {
                ascii: 1 << symbol,
                categories: 0,
            },
            symbol => Self {
                ascii: 0,
                categories: symbol.map_or(0, |symbol| 1 << (symbol & 0x7f)),
            },
        }
    }

    /// The symbols of the characters of a class, and the categories of which it has only a part.
    fn of(class: &Class) -> (Self, u8) {
        let covered = match class {
            Class::Unicode(class) if !class.is_ascii() => categories::covered(class),
            _ => categories::Covered::default(),
        };
        let set = Self {
            ascii: ascii_of(class),
            categories: covered.some,
        };
        (set, covered.some & !covered.all)
    }

    fn has(self, symbol: u8) -> bool {
        if symbol.is_ascii() {
            self.ascii >> symbol & 1 == 1
        } else {
            let category = symbol & 0x7f;
            category < categories::COUNT && self.categories >> category & 1 == 1
        }
    }
}

/// The ASCII characters of a class.
fn ascii_of(class: &Class) -> u128 {
    let members = |start: u32, end: u32| match end.min(0x7f).checked_sub(start) {
        Some(more) => u128::MAX >> (0x7f - more) << start,
        None => 0,
    };
    match class {
        Class::Unicode(class) => {
            let ranges = class.ranges().iter();
            ranges.fold(0, |all, range| {
                all | members(range.start().into(), range.end().into())
            })
        }
        Class::Bytes(class) => {
            let ranges = class.ranges().iter();
            ranges.fold(0, |all, range| {
                all | members(range.start().into(), range.end().into())
            })
        }
    }
}

/// What patterns distinguish.
struct Symbols {
    inexact: u8,
    /// The ASCII characters of literals.
    literals: u128,
    /// For each symbol of [`word_symbol`], the number of its group. No pattern distinguishes the
    /// symbols of a group.
    groups: [u8; WORD_SYMBOLS],
}

impl Default for Symbols {
    fn default() -> Self {
        Self {
            inexact: 0,
            literals: 0,
            groups: [0; WORD_SYMBOLS],
        }
    }
}

fn word_symbol(at: usize) -> u8 {
    let category = || u8::try_from(at - WORD_BYTES.len()).unwrap_or(u8::MAX);
    WORD_BYTES
        .get(at)
        .copied()
        .unwrap_or_else(|| 0x80 | category())
}

impl Symbols {
    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                for char in String::from_utf8_lossy(&literal.0).chars() {
                    let set = SymbolSet::of_char(char);
                    self.literals |= set.ascii;
                    if set.categories & WORD_CATEGORIES != 0 {
                        self.split(set);
                    }
                    self.inexact |= set.categories & !categories::SINGLES;
                }
            }
            HirKind::Class(class) => {
                let (set, inexact) = SymbolSet::of(class);
                self.inexact |= inexact;
                self.split(set);
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Repetition(repetition) => self.add(&repetition.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                for part in parts {
                    self.add(part);
                }
            }
        }
    }

    /// Splits each group into the symbols that are in a set and those that are not.
    fn split(&mut self, set: SymbolSet) {
        let mut renamed = [[None; 2]; WORD_SYMBOLS];
        let mut count = 0;
        for (at, group) in self.groups.iter_mut().enumerate() {
            let side = usize::from(set.has(word_symbol(at)));
            let name = renamed
                .get_mut(usize::from(*group))
                .and_then(|sides| sides.get_mut(side));
            if let Some(name) = name {
                *group = *name.get_or_insert_with(|| {
                    count += 1;
                    count - 1
                });
            }
        }
    }

    /// A byte of words for each group. `None` if there are too many groups.
    fn shared_bytes(&mut self) -> Option<Box<[u8; 256]>> {
        let literals = self.literals;
        for symbol in (0..0x80).filter(|symbol| literals >> symbol & 1 == 1) {
            self.split(SymbolSet {
                ascii: 1 << symbol,
                categories: 0,
            });
        }
        let mut bytes: Box<[u8; 256]> = Box::new(std::array::from_fn(|symbol| {
            u8::try_from(symbol).unwrap_or(u8::MAX)
        }));
        for (at, &group) in self.groups.iter().enumerate() {
            let byte = bytes.get_mut(usize::from(word_symbol(at)))?;
            *byte = *WORD_BYTES.get(usize::from(group))?;
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::meta::Regex;

    use super::*;

    const PATTERNS: [&str; 24] = [
        r"\bk\b",
        r"(?i)kS",
        r"(?i)\bkS\b",
        r"\W\w+",
        r"[^a]",
        r".",
        "é|b",
        "(é)?c",
        "é*",
        r"\bé\b",
        r"\p{L}\d",
        r"\p{Greek}\b",
        r"\B",
        r"a{0}",
        r"(?:ä+|a)b",
        r"\b{start}c",
        r"\b{end-half}",
        r"(?s-u:[\x00-\x7f])$",
        "^",
        r"\b[0-9A-Za-z_]+\b",
        r"\bf(?-u:\b)",
        r"(?-u:\B)o",
        r"(?m)^\s*a$",
        "(?:a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z)(?:A|B|C)\\b",
    ];

    fn texts() -> Vec<String> {
        let parts = [
            "", "a", "K", "\u{212a}", "ſ", "s", "k", "é", "ä", "ω", "٣", "5", "_", " ", "\n",
        ];
        let parts = parts
            .iter()
            .chain(&["\u{a0}", "–", "語", "b", "c", "foo", "."]);
        let parts: Vec<&&str> = parts.collect();
        let mut texts = Vec::new();
        for first in &parts {
            for second in &parts {
                for third in &parts {
                    texts.push([**first, **second, **third].concat());
                }
            }
        }
        texts
    }

    fn regex(hir: &Hir) -> Regex {
        let syntax = regex_automata::util::syntax::Config::new().utf8(false);
        let config = Regex::config().utf8_empty(false);
        Regex::builder()
            .syntax(syntax)
            .configure(config)
            .build_from_hir(hir)
            .unwrap()
    }

    #[test]
    fn a_restricted_pattern_matches_what_the_whole_pattern_does_unless_it_is_uncertain() {
        let (mut certain, mut uncertain) = (0, 0);
        for pattern in PATTERNS {
            let hir = regex_syntax::parse(pattern).unwrap();
            let alphabet = Alphabet::of(std::slice::from_ref(&hir));
            let whole = Regex::new(pattern).unwrap();
            let all = regex(&Reads::All(&alphabet).restrict(&hir));
            let ascii = regex(&Reads::Ascii.restrict(&hir));
            for text in &texts() {
                let expected = whole.is_match(text);
                let text = Text::new(text);
                if text.is_ascii() {
                    assert_eq!(
                        ascii.is_match(text.whole),
                        expected,
                        "{pattern} {:?}",
                        text.whole
                    );
                }
                let found = alphabet.read(&text, |bytes| all.is_match(bytes));
                if alphabet.is_uncertain(&text) {
                    uncertain += 1;
                    assert!(found || !expected, "{pattern} {:?}", text.whole);
                } else {
                    certain += 1;
                    assert_eq!(found, expected, "{pattern} {:?}", text.whole);
                }
            }
        }
        assert!(
            certain > 4 * uncertain && uncertain > 1000,
            "{certain} {uncertain}"
        );
    }

    #[test]
    fn everyday_patterns_are_certain() {
        for pattern in [
            r"(?i)\bcurl\b.*\s--?upload",
            r"\w{60}\W{3}\w{9}",
            r"\b[0-9A-Za-z_]+\b",
            r"[^a-z]\S+",
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            assert!(!Alphabet::of(&[hir]).is_inexact(), "{pattern}");
        }
        let hir = regex_syntax::parse(r"\p{Greek}").unwrap();
        assert!(Alphabet::of(&[hir]).is_inexact());
    }
}
