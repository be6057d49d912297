//! Reads the text of a pattern as a syntax tree. Its classes such as `\p{Greek}`, and what `(?i)`
//! means, are those of [`unicode`].

use regex_syntax::ast::{
    self, Ast, ClassAsciiKind, ClassBracketed, ClassSet, ClassSetItem, ClassSetRange,
    ClassSetUnion, ClassUnicode, Flag, FlagsItemKind, GroupKind, Literal, LiteralKind, Span,
    parse::Parser,
};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

use crate::unicode;

/// The most ranges of the classes that are written into a pattern, and of its letters that ignore case.
/// While it is read, each takes some 200 bytes.
const MAX_RANGES: usize = 1 << 17;
/// The ranges of a class in parts of this many: each takes a number of steps that is quadratic.
const PART: usize = 32;

/// Why a text has no syntax tree.
pub(crate) enum Unreadable {
    /// It has more than [`MAX_RANGES`] ranges.
    TooManyRanges,
    Syntax(Box<regex_syntax::Error>),
}

/// A syntax tree, and the number of ranges of its classes such as `\p{Greek}`.
pub(crate) struct Tree {
    pub(crate) hir: Hir,
    pub(crate) named: usize,
}

pub(crate) fn read(text: &str) -> Result<Tree, Unreadable> {
    let unreadable = |error| Unreadable::Syntax(Box::new(error));
    let parsed = Parser::new().parse(text);
    let mut ast = parsed.map_err(|error| unreadable(error.into()))?;
    let mut inserter = Inserter {
        flags: Flags {
            ignores_case: false,
            unicode: true,
        },
        ranges: 0,
        named: 0,
    };
    inserter.insert(&mut ast);
    if inserter.ranges > MAX_RANGES {
        return Err(Unreadable::TooManyRanges);
    }
    let hir = Translator::new().translate(text, &ast);
    let hir = hir.map_err(|error| unreadable(error.into()))?;
    let named = inserter.named;
    Ok(Tree { hir, named })
}

enum Node<'a> {
    Ast(&'a mut Ast),
    Set(&'a mut ClassSet),
    Item(&'a mut ClassSetItem),
    /// The end of a group: these are the flags behind it.
    End(Flags),
}

#[derive(Clone, Copy)]
struct Flags {
    ignores_case: bool,
    unicode: bool,
}

impl Flags {
    /// Applies the flags, and takes `i` out: the translator need not know it.
    fn take(&mut self, flags: &mut ast::Flags) {
        let mut value = true;
        flags.items.retain(|item| {
            match item.kind {
                FlagsItemKind::Negation => value = false,
                FlagsItemKind::Flag(Flag::Unicode) => self.unicode = value,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => {
                    self.ignores_case = value;
                    return false;
                }
                FlagsItemKind::Flag(_) => {}
            }
            true
        });
    }
}

/// Writes ranges in place of the name of each class, and in place of what ignores case. A name that
/// is not known stays, and the translator reports it.
struct Inserter {
    flags: Flags,
    /// The number of ranges so far, and of those in place of names.
    ranges: usize,
    named: usize,
}

impl Inserter {
    /// Ends early if there are too many ranges.
    fn insert(&mut self, ast: &mut Ast) {
        let mut nodes = vec![Node::Ast(ast)];
        while let Some(node) = nodes.pop() {
            if self.ranges > MAX_RANGES {
                break;
            }
            match node {
                Node::Ast(ast) => self.expression(ast, &mut nodes),
                Node::Item(item) => self.item(item, &mut nodes),
                Node::Set(ClassSet::Item(item)) => nodes.push(Node::Item(item)),
                Node::Set(ClassSet::BinaryOp(sets)) => {
                    nodes.extend([Node::Set(&mut sets.lhs), Node::Set(&mut sets.rhs)]);
                }
                Node::End(flags) => self.flags = flags,
            }
        }
    }

    fn expression<'a>(&mut self, ast: &'a mut Ast, nodes: &mut Vec<Node<'a>>) {
        match ast {
            Ast::ClassUnicode(class) => {
                if let Some(class) = self.named(class) {
                    *ast = Ast::class_bracketed(class);
                }
            }
            Ast::Literal(literal) => {
                let others = self.others(literal.span, literal.c, literal.c);
                if !others.is_empty() {
                    let item = ClassSetItem::Literal((**literal).clone());
                    let class = set(literal.span, false, with(item, others));
                    *ast = Ast::class_bracketed(class);
                }
            }
            Ast::Flags(flags) => self.flags.take(&mut flags.flags),
            Ast::Group(group) => {
                nodes.push(Node::End(self.flags));
                if let GroupKind::NonCapturing(flags) = &mut group.kind {
                    self.flags.take(flags);
                }
                nodes.push(Node::Ast(&mut group.ast));
            }
            Ast::ClassBracketed(class) => nodes.push(Node::Set(&mut class.kind)),
            Ast::Repetition(repetition) => nodes.push(Node::Ast(&mut repetition.ast)),
            // The first one is on top, since flags apply to what is behind them.
            Ast::Alternation(all) => nodes.extend(all.asts.iter_mut().rev().map(Node::Ast)),
            Ast::Concat(all) => nodes.extend(all.asts.iter_mut().rev().map(Node::Ast)),
            // The classes of Perl have each letter in both cases.
            Ast::Empty(_) | Ast::Dot(_) | Ast::Assertion(_) | Ast::ClassPerl(_) => {}
        }
    }

    fn item<'a>(&mut self, item: &'a mut ClassSetItem, nodes: &mut Vec<Node<'a>>) {
        let (span, negated, others) = match item {
            ClassSetItem::Unicode(class) => {
                if let Some(class) = self.named(class) {
                    *item = ClassSetItem::Bracketed(Box::new(class));
                }
                return;
            }
            ClassSetItem::Bracketed(class) => {
                nodes.push(Node::Set(&mut class.kind));
                return;
            }
            ClassSetItem::Union(all) => {
                nodes.extend(all.items.iter_mut().map(Node::Item));
                return;
            }
            ClassSetItem::Literal(one) => (one.span, false, self.others(one.span, one.c, one.c)),
            ClassSetItem::Range(range) => {
                let (first, last) = (range.start.c, range.end.c);
                (range.span, false, self.others(range.span, first, last))
            }
            ClassSetItem::Ascii(class) => {
                let others = match class.kind {
                    ClassAsciiKind::Alnum
                    | ClassAsciiKind::Alpha
                    | ClassAsciiKind::Ascii
                    | ClassAsciiKind::Graph
                    | ClassAsciiKind::Lower
                    | ClassAsciiKind::Print
                    | ClassAsciiKind::Upper
                    | ClassAsciiKind::Word => self.others(class.span, 'a', 'z'),
                    // They have no letters, or each in both cases.
                    ClassAsciiKind::Blank
                    | ClassAsciiKind::Cntrl
                    | ClassAsciiKind::Digit
                    | ClassAsciiKind::Punct
                    | ClassAsciiKind::Space
                    | ClassAsciiKind::Xdigit => Vec::new(),
                };
                if others.is_empty() {
                    return;
                }
                (class.span, std::mem::take(&mut class.negated), others)
            }
            ClassSetItem::Empty(_) | ClassSetItem::Perl(_) => return,
        };
        if !others.is_empty() {
            let this = std::mem::replace(item, ClassSetItem::Empty(span));
            *item = ClassSetItem::Bracketed(Box::new(set(span, negated, with(this, others))));
        }
    }

    /// The class as `[…]`; `None` if its name is not known.
    fn named(&mut self, class: &ClassUnicode) -> Option<ClassBracketed> {
        let span = class.span;
        let mut ranges = unicode::ranges(&class.kind)?;
        if self.flags.ignores_case {
            ranges = unicode::folded(&ranges);
        }
        self.named += ranges.len();
        // Nothing, but only where classes are of characters: where they are of bytes, a character
        // that is not ASCII is the error that the name of a class is there.
        let nothing = set(span, true, vec![range(span, '\0', char::MAX)]);
        let items = with(
            ClassSetItem::Bracketed(Box::new(nothing)),
            self.parts(span, &ranges),
        );
        Some(set(span, class.is_negated(), items))
    }

    /// A range with the letters that differ from its own in case alone; nothing if there are none,
    /// or if case matters.
    fn others(&mut self, span: Span, first: char, last: char) -> Vec<ClassSetItem> {
        if !self.flags.ignores_case || (first == last && !first.is_alphabetic()) {
            return Vec::new();
        }
        if first == last && first.is_ascii() {
            return self.others_of_letter(span, first);
        }
        let mut ranges = unicode::folded(&[(first, last)]);
        if !self.flags.unicode {
            let ascii = ranges.iter().filter(|(first, _)| first.is_ascii());
            ranges = ascii
                .map(|&(first, last)| (first, last.min('\x7f')))
                .collect();
        }
        if ranges == [(first, last)] {
            return Vec::new();
        }
        self.parts(span, &ranges)
    }

    /// As [`Self::others`], for a letter of ASCII, as most are.
    fn others_of_letter(&mut self, span: Span, letter: char) -> Vec<ClassSetItem> {
        self.ranges += 3;
        let other = if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
        // Room for the letter itself, too.
        let mut items = Vec::with_capacity(3);
        items.push(ClassSetItem::Literal(literal(span, other)));
        let sign = match letter {
            'k' | 'K' => Some('\u{212a}'),
            's' | 'S' => Some('\u{17f}'),
            _ => None,
        };
        if let Some(sign) = sign.filter(|_| self.flags.unicode) {
            items.push(ClassSetItem::Literal(literal(span, sign)));
        }
        items
    }

    fn parts(&mut self, span: Span, ranges: &[(char, char)]) -> Vec<ClassSetItem> {
        self.ranges += ranges.len();
        let items = |part: &[(char, char)]| -> Vec<ClassSetItem> {
            part.iter()
                .map(|&(first, last)| range(span, first, last))
                .collect()
        };
        if ranges.len() <= PART {
            return items(ranges);
        }
        let parts = ranges
            .chunks(PART)
            .map(|part| set(span, false, items(part)));
        parts
            .map(|part| ClassSetItem::Bracketed(Box::new(part)))
            .collect()
    }
}

fn with(item: ClassSetItem, mut others: Vec<ClassSetItem>) -> Vec<ClassSetItem> {
    others.push(item);
    others
}

fn set(span: Span, negated: bool, items: Vec<ClassSetItem>) -> ClassBracketed {
    let kind = ClassSet::Item(ClassSetItem::Union(ClassSetUnion { span, items }));
    ClassBracketed {
        span,
        negated,
        kind,
    }
}

fn range(span: Span, first: char, last: char) -> ClassSetItem {
    let (start, end) = (literal(span, first), literal(span, last));
    ClassSetItem::Range(ClassSetRange { span, start, end })
}

fn literal(span: Span, c: char) -> Literal {
    let kind = LiteralKind::Verbatim;
    Literal { span, kind, c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hir(text: &str) -> Result<Hir, String> {
        read(text)
            .map(|tree| tree.hir)
            .map_err(|error| match error {
                Unreadable::Syntax(error) => error.to_string(),
                Unreadable::TooManyRanges => "too many ranges".to_owned(),
            })
    }

    #[test]
    fn patterns_mean_what_they_mean_in_regex_syntax() {
        for text in [
            r"\pL",
            r"\p{Greek}+x|(?:\P{Lu}{2})",
            r"[^\p{Han}a-z&&[\P{L}--\w]]",
            r"(?i)\p{Lu}\P{Ll}[\p{upper}[^\p{Lower}]]",
            r"(?i:[^\p{Greek}~~\pN])\p{scx!=Katakana}\P{scx!=Katakana}",
            r"\p{gc:Decimal_Number}\p{ Is_Greek }\p{isc}",
            r"\p{isc}",
            r"\p{Any}[^\p{any}]\p{ASCII}\p{assigned}",
            r"\p{age=3.0}\p{Age:V16_0}\p{wb=MidLetter}\p{gcb=RI}\p{sb!=Sp}",
            r"(?x) \p{ L u } # \p{Nope}",
            r"(?-u:\p{Greek})",
            r"(?-u:[\p{ASCII}])",
            r"(?-u)a(?u:\p{ASCII})",
            r"\p{Nope}",
            r"a\p{gc=Nope}",
            r"\p{nope=L}",
            r"\p{binary=alpha}",
            r"\p{",
            r"\p{Greek}(",
            r"[\pL&&(?-u:a)]",
            r"(?i)Kelvin, \x53ß ÅÀ ͅι ǆǅ \x{E9}",
            r"a(?i)b|c(?-i:d)e(?:f(?-i)g)h",
            r"(?i:a)b(?i-s:c.)(?-i:d(?i)e)f",
            r"(?i)[a-f]|[^h-m0-9_]|[à-ɏ]|[^\x00-\x{10FFFF}]|[k]",
            r"(?i)[[:lower:]][[:^upper:]][^[:alpha:]][[:digit:]][[:^ascii:]][[:xdigit:]]",
            r"(?i)[[:word:]&&[^k]--[x-z]~~[é]]",
            r"(?i-u)aé[a-z_][^k][[:lower:]]\x53",
            r"(?i-u:[a-\xFF])",
            r"(?i-u:\xFF)",
            r"(?i)\w\D[\s\W](?x) a # b",
            r"(?iU)a+?(?i)(?-i)b",
            r"(?i)a(?u-i:b)(?-u:c)\bd$^",
            r"(?i)[\p{Lu}&&[\P{Greek}]]\pN",
            r"(?i)foo|foobar|FOOD",
            r"(?i)[é-a]",
            r"(?i-iu",
        ] {
            let wanted = regex_syntax::parse(text).map_err(|error| error.to_string());
            assert_eq!(hir(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_pattern_of_many_large_classes_is_refused() {
        assert_eq!(hir(&r"[\pL&&a]".repeat(190)).map(|_| ()), Ok(()));
        assert_eq!(
            hir(&r"[\pL&&a]".repeat(210)),
            Err("too many ranges".to_owned())
        );
    }
}
