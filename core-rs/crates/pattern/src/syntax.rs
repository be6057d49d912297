//! Reads the text of a pattern as a syntax tree. Its classes such as `\p{Greek}` are those of
//! [`unicode`].

use regex_syntax::ast::{
    Ast, ClassBracketed, ClassSet, ClassSetItem, ClassSetRange, ClassSetUnion, ClassUnicode,
    Literal, LiteralKind, Span, parse::Parser,
};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

use crate::unicode;

/// The most ranges of all classes of a pattern together. While it is read, each takes 200 bytes.
const MAX_RANGES: usize = 1 << 16;
/// The ranges of a class in parts of this many: each takes a number of steps that is quadratic.
const PART: usize = 32;

/// Why a text has no syntax tree.
pub(crate) enum Unreadable {
    /// Its classes have more than [`MAX_RANGES`] ranges.
    TooManyRanges,
    Syntax(Box<regex_syntax::Error>),
}

/// A syntax tree, and the number of ranges of its classes from [`unicode`].
pub(crate) struct Tree {
    pub(crate) hir: Hir,
    pub(crate) ranges: usize,
}

pub(crate) fn read(text: &str) -> Result<Tree, Unreadable> {
    let unreadable = |error| Unreadable::Syntax(Box::new(error));
    let parsed = Parser::new().parse(text);
    let mut ast = parsed.map_err(|error| unreadable(error.into()))?;
    let ranges = insert_classes(&mut ast);
    if ranges > MAX_RANGES {
        return Err(Unreadable::TooManyRanges);
    }
    let hir = Translator::new().translate(text, &ast);
    let hir = hir.map_err(|error| unreadable(error.into()))?;
    Ok(Tree { hir, ranges })
}

enum Node<'a> {
    Ast(&'a mut Ast),
    Set(&'a mut ClassSet),
    Item(&'a mut ClassSetItem),
}

/// Writes the ranges of each class in place of its name. A name that is not known stays, and the
/// translator reports it. Returns the number of ranges, and ends early if there are too many.
fn insert_classes(ast: &mut Ast) -> usize {
    let mut ranges = 0;
    let mut nodes = vec![Node::Ast(ast)];
    while let Some(node) = nodes.pop() {
        if ranges > MAX_RANGES {
            break;
        }
        match node {
            Node::Ast(ast) => match ast {
                Ast::ClassUnicode(class) => {
                    if let Some(class) = bracketed(class, &mut ranges) {
                        *ast = Ast::class_bracketed(class);
                    }
                }
                Ast::ClassBracketed(class) => nodes.push(Node::Set(&mut class.kind)),
                Ast::Repetition(repetition) => nodes.push(Node::Ast(&mut repetition.ast)),
                Ast::Group(group) => nodes.push(Node::Ast(&mut group.ast)),
                Ast::Alternation(all) => nodes.extend(all.asts.iter_mut().map(Node::Ast)),
                Ast::Concat(all) => nodes.extend(all.asts.iter_mut().map(Node::Ast)),
                Ast::Empty(_)
                | Ast::Flags(_)
                | Ast::Literal(_)
                | Ast::Dot(_)
                | Ast::Assertion(_)
                | Ast::ClassPerl(_) => {}
            },
            Node::Set(ClassSet::Item(item)) => nodes.push(Node::Item(item)),
            Node::Set(ClassSet::BinaryOp(sets)) => {
                nodes.extend([Node::Set(&mut sets.lhs), Node::Set(&mut sets.rhs)]);
            }
            Node::Item(item) => match item {
                ClassSetItem::Unicode(class) => {
                    if let Some(class) = bracketed(class, &mut ranges) {
                        *item = ClassSetItem::Bracketed(Box::new(class));
                    }
                }
                ClassSetItem::Bracketed(class) => nodes.push(Node::Set(&mut class.kind)),
                ClassSetItem::Union(all) => nodes.extend(all.items.iter_mut().map(Node::Item)),
                ClassSetItem::Empty(_)
                | ClassSetItem::Literal(_)
                | ClassSetItem::Range(_)
                | ClassSetItem::Ascii(_)
                | ClassSetItem::Perl(_) => {}
            },
        }
    }
    ranges
}

/// The class as `[…]`; `None` if its name is not known.
fn bracketed(class: &ClassUnicode, count: &mut usize) -> Option<ClassBracketed> {
    let span = class.span;
    let ranges = unicode::ranges(&class.kind)?;
    *count += ranges.len();
    let parts = ranges.chunks(PART).map(|part| {
        let ranges = part.iter().map(|&(first, last)| range(span, first, last));
        (false, ranges.collect())
    });
    // Nothing, but only where classes are of characters: where they are of bytes, a character that
    // is not ASCII is the error that the name of a class is there.
    let nothing = (true, vec![range(span, '\0', char::MAX)]);
    let items = parts
        .chain([nothing])
        .map(|(negated, items)| ClassSetItem::Bracketed(Box::new(set(span, negated, items))));
    Some(set(span, class.is_negated(), items.collect()))
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
    let literal = |c| Literal {
        span,
        kind: LiteralKind::Verbatim,
        c,
    };
    let (start, end) = (literal(first), literal(last));
    ClassSetItem::Range(ClassSetRange { span, start, end })
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
        ] {
            let wanted = regex_syntax::parse(text).map_err(|error| error.to_string());
            assert_eq!(hir(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_pattern_of_many_large_classes_is_refused() {
        assert_eq!(hir(&r"[\pL&&a]".repeat(90)).map(|_| ()), Ok(()));
        assert_eq!(
            hir(&r"[\pL&&a]".repeat(110)),
            Err("too many ranges".to_owned())
        );
    }
}
