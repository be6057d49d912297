//! Prints a tree in the one style, and each comment once, in the order of the source.

use sentry_acl::{Block, Item, Value, ValueKind};
use sentry_text::{Span, offset};

use super::layout::Layout;
use super::unit::{Brackets, Scope, Unit};

pub(super) struct Printer<'a> {
    layout: Layout<'a>,
    /// The index of the next comment.
    next: usize,
    out: String,
}

/// What stands before the next line of a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The opening bracket, or nothing.
    Opening,
    /// Another line, which ends at this place in the source.
    Line(u32),
    /// A block of several lines.
    Block,
}

/// The comma after a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comma {
    None,
    Required,
    /// Behind the last element of a list, where it may be left out.
    Trailing,
}

impl Comma {
    const fn of(has_next: bool) -> Self {
        if has_next {
            Self::Required
        } else {
            Self::Trailing
        }
    }
}

impl<'a> Printer<'a> {
    pub(super) fn new(source: &'a str, comments: &'a [Span]) -> Self {
        Self {
            layout: Layout { source, comments },
            next: 0,
            out: String::with_capacity(source.len()),
        }
    }

    pub(super) fn document(mut self, units: &[Unit<'_>]) -> String {
        let end = offset(self.layout.source.len());
        let span = Span::new(0, end);
        self.units(units, span, 0, None);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    /// Prints the units of a scope, each on its own line, with the comments around them. `span` is
    /// where the comments of the scope can be. The last line is not ended.
    fn units(&mut self, units: &[Unit<'_>], span: Span, level: usize, brackets: Option<Brackets>) {
        let mut before = Before::Opening;
        if brackets.is_some() {
            let limit = units.first().map_or(span.end, |unit| unit.span().start);
            self.trailing(span.start, limit);
        }
        let widths = self.layout.name_widths(units);
        for (index, (unit, width)) in units.iter().zip(widths).enumerate() {
            let indent = 2 * level;
            let block = match unit {
                Unit::Item(Item::Block(block)) => Some(block),
                _ => None,
            };
            let is_tall = block.is_some_and(|block| self.layout.block(block, indent).is_none());
            let mut tall = is_tall;
            while let Some(comment) = self.comment_before(unit.body()) {
                self.start_line(before, comment.start, tall, level);
                tall = false;
                self.comment(comment);
                before = Before::Line(comment.end);
            }
            self.start_line(before, unit.span().start, tall, level);
            let next = units.get(index + 1);
            let comma = match brackets {
                Some(Brackets::List) => Comma::of(next.is_some()),
                Some(Brackets::Call) if next.is_some() => Comma::Required,
                _ => Comma::None,
            };
            self.unit(*unit, width, level, comma);
            let limit = next.map_or(span.end, |unit| unit.span().start);
            let end = self.trailing(unit.span().end, limit);
            before = if is_tall {
                Before::Block
            } else {
                Before::Line(end)
            };
        }
        while let Some(comment) = self.comment_before(span.end) {
            self.start_line(before, comment.start, false, level);
            self.comment(comment);
            before = Before::Line(comment.end);
        }
    }

    /// Prints one unit. The names of attributes and entries are padded to `width`.
    fn unit(&mut self, unit: Unit<'_>, width: usize, level: usize, comma: Comma) {
        let used = 2 * level;
        match (unit, unit.assignment()) {
            (_, Some((name, value))) => {
                self.word(self.layout.name(name), level);
                let padding = width.saturating_sub(self.layout.name_width(name));
                self.out.extend(std::iter::repeat_n(' ', padding));
                self.out.push_str(" = ");
                self.value(value, used + width + 3, level);
            }
            (Unit::Item(Item::Block(block)), _) => self.block(block, level),
            (Unit::Value(value), _) => {
                self.value(value, used + 1, level);
                self.comma(value, level, comma);
            }
            _ => {}
        }
    }

    /// The line that ends a heredoc has nothing else on it.
    fn comma(&mut self, value: &Value, level: usize, comma: Comma) {
        let is_heredoc = is_heredoc(value.span.of(self.layout.source));
        if is_heredoc && comma == Comma::Required {
            self.new_line(level);
        }
        if comma == Comma::Required || comma == Comma::Trailing && !is_heredoc {
            self.out.push(',');
        }
    }

    /// Prints a name, a key or a label, which may be a string of several lines.
    fn word(&mut self, text: &str, level: usize) {
        self.out.push_str(&unix_lines(text));
        if is_heredoc(text) {
            self.new_line(level);
        }
    }

    fn block(&mut self, block: &Block, level: usize) {
        if let Some(line) = self.layout.block(block, 2 * level) {
            self.out.push_str(&line);
            return;
        }
        self.out.push_str(self.layout.name(&block.name));
        for label in &block.labels {
            self.out.push(' ');
            self.word(self.layout.name(label), level);
        }
        self.out.push(' ');
        self.scope(&Scope::of_block(block), level);
    }

    /// Prints a value behind the columns that are used.
    fn value(&mut self, value: &Value, used: usize, level: usize) {
        if let Some(line) = self.layout.value(value, used) {
            self.out.push_str(&line);
            return;
        }
        let Some(scope) = Scope::of_value(value) else {
            let text = unix_lines(value.span.of(self.layout.source));
            self.out.push_str(&text);
            return;
        };
        if let ValueKind::Call(call) = &value.kind {
            self.out.push_str(self.layout.name(&call.name));
        }
        self.scope(&scope, level);
    }

    /// Prints a scope on several lines.
    fn scope(&mut self, scope: &Scope<'_>, level: usize) {
        self.out.push(scope.brackets.open());
        let has_comments = !self
            .layout
            .comments_in(scope.span.start, scope.span.end)
            .is_empty();
        if !scope.units.is_empty() || has_comments {
            self.units(&scope.units, scope.span, level + 1, Some(scope.brackets));
            self.new_line(level);
        }
        self.out.push(scope.brackets.close());
    }

    /// Takes the next comment if it starts before a place.
    fn comment_before(&mut self, place: u32) -> Option<Span> {
        let comment = *self.layout.comments.get(self.next)?;
        if comment.start >= place {
            return None;
        }
        self.next += 1;
        Some(comment)
    }

    /// Prints the comments that begin before `limit`, on the line that ends at `end` in the source.
    /// Returns where the last of them ends.
    fn trailing(&mut self, mut end: u32, limit: u32) -> u32 {
        while let Some(comment) = self.layout.comments.get(self.next)
            && comment.start < limit
            && !self.layout.breaks(end, comment.start)
        {
            self.next += 1;
            self.out.push_str("  ");
            self.comment(*comment);
            end = comment.end;
        }
        end
    }

    fn comment(&mut self, comment: Span) {
        self.out
            .push_str(&self::comment(comment.of(self.layout.source)));
    }

    /// Begins a line for what starts at `start` in the source.
    fn start_line(&mut self, before: Before, start: u32, is_tall: bool, level: usize) {
        let is_empty = match before {
            Before::Opening => false,
            Before::Line(end) => is_tall || self.layout.has_empty_line(end, start),
            Before::Block => true,
        };
        if is_empty {
            self.out.push('\n');
        }
        if !self.out.is_empty() {
            self.new_line(level);
        }
    }

    fn new_line(&mut self, level: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', 2 * level));
    }
}

/// The text of a comment in the output.
pub(super) fn comment(text: &str) -> String {
    let text = if text.starts_with("/*") {
        text
    } else {
        text.trim_end()
    };
    unix_lines(text)
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn is_heredoc(text: &str) -> bool {
    text.starts_with("<<")
}
