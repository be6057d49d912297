//! Decides what fits on one line, and which neighbours are aligned.

use std::ops::Range;

use sentry_acl::{Block, Item, Name, Value, ValueKind};
use sentry_text::Span;

use super::MAX_WIDTH;
use super::unit::{Brackets, Scope, Unit};

/// A source and its comments in order.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) source: &'a str,
    pub(super) comments: &'a [Span],
}

impl<'a> Layout<'a> {
    pub(super) fn text(self, start: u32, end: u32) -> &'a str {
        Span::new(start, end).of(self.source)
    }

    /// Whether a line break is between two places.
    pub(super) fn breaks(self, start: u32, end: u32) -> bool {
        self.text(start, end).contains('\n')
    }

    /// Whether an empty line is between two places.
    pub(super) fn has_empty_line(self, start: u32, end: u32) -> bool {
        let mut lines = self.text(start, end).split('\n').skip(1).peekable();
        // What follows the last line break is the beginning of a line, not a line.
        while let Some(line) = lines.next() {
            if lines.peek().is_some() && line.trim().is_empty() {
                return true;
            }
        }
        false
    }

    /// The comments that start between two places.
    pub(super) fn comments_in(self, start: u32, end: u32) -> &'a [Span] {
        let from = self
            .comments
            .partition_point(|comment| comment.start < start);
        let to = self.comments.partition_point(|comment| comment.start < end);
        self.comments.get(from..to).unwrap_or_default()
    }

    /// A block on one line, if it fits behind the columns that are used.
    pub(super) fn block(self, block: &Block, used: usize) -> Option<String> {
        let mut line = Line::new(self, used);
        line.block(block)?;
        Some(line.text)
    }

    /// A value on one line, if it fits behind the columns that are used.
    pub(super) fn value(self, value: &Value, used: usize) -> Option<String> {
        let mut line = Line::new(self, used);
        line.value(value)?;
        Some(line.text)
    }

    /// For each unit, the width that its name is padded to: that of the longest name of its run.
    /// A run has attributes or entries with neither an empty line nor a comment of its own line
    /// between them.
    pub(super) fn name_widths(self, units: &[Unit<'_>]) -> Vec<usize> {
        let mut widths = vec![0; units.len()];
        let mut before: Option<Unit<'_>> = None;
        let (mut run, mut longest) = (0, 0);
        for (index, unit) in units.iter().enumerate() {
            if !before.is_some_and(|before| self.is_neighbour(before, *unit)) {
                fill(&mut widths, run..index, longest);
                (run, longest) = (index, 0);
            }
            longest = longest.max(
                unit.assignment()
                    .map_or(0, |(name, _)| self.name_width(name)),
            );
            before = Some(*unit);
        }
        fill(&mut widths, run..units.len(), longest);
        widths
    }

    fn is_neighbour(self, before: Unit<'_>, unit: Unit<'_>) -> bool {
        if before.assignment().is_none() || unit.assignment().is_none() {
            return false;
        }
        let mut at = before.span().end;
        let mut trails = true;
        for comment in self.comments_in(at, unit.body()) {
            trails &= !self.breaks(at, comment.start) && comment.start < unit.span().start;
            at = comment.end;
        }
        trails && !self.has_empty_line(at, unit.span().start)
    }

    /// The columns of a name or a key; 0 if it has several lines.
    pub(super) fn name_width(self, name: &Name) -> usize {
        let text = self.name(name);
        if text.contains('\n') {
            0
        } else {
            text.chars().count()
        }
    }

    /// A name or a key, as it is written.
    pub(super) fn name(self, name: &Name) -> &'a str {
        name.span.of(self.source)
    }
}

fn fill(widths: &mut [usize], run: Range<usize>, width: usize) {
    if let Some(run) = widths.get_mut(run) {
        run.fill(width);
    }
}

/// A line that is being composed. Its methods return `None` once it is too long, or if a part needs
/// more than one line.
struct Line<'a> {
    layout: Layout<'a>,
    text: String,
    room: usize,
}

impl<'a> Line<'a> {
    fn new(layout: Layout<'a>, used: usize) -> Self {
        Self {
            layout,
            text: String::new(),
            room: MAX_WIDTH.saturating_sub(used),
        }
    }

    fn push(&mut self, text: &str) -> Option<()> {
        // A character has at most four bytes, so a long text is not counted.
        if text.len() > 4 * MAX_WIDTH || text.contains('\n') {
            return None;
        }
        self.room = self.room.checked_sub(text.chars().count())?;
        self.text.push_str(text);
        Some(())
    }

    fn block(&mut self, block: &Block) -> Option<()> {
        if block
            .items
            .iter()
            .any(|item| matches!(item, Item::Block(_)))
        {
            return None;
        }
        self.push(self.layout.name(&block.name))?;
        for label in &block.labels {
            self.push(" ")?;
            self.push(self.layout.name(label))?;
        }
        self.push(" ")?;
        self.scope(&Scope::of_block(block))
    }

    fn value(&mut self, value: &Value) -> Option<()> {
        let Some(scope) = Scope::of_value(value) else {
            return self.push(value.span.of(self.layout.source));
        };
        if let ValueKind::Call(call) = &value.kind {
            self.push(self.layout.name(&call.name))?;
        }
        self.scope(&scope)
    }

    fn scope(&mut self, scope: &Scope<'_>) -> Option<()> {
        let Span { start, end } = scope.span;
        if !self.layout.comments_in(start, end).is_empty() {
            return None;
        }
        let mut mark = [0; 4];
        self.push(scope.brackets.open().encode_utf8(&mut mark))?;
        if let Some(first) = scope.units.first() {
            if self.layout.breaks(start, first.span().start) {
                return None;
            }
            let space = if scope.brackets == Brackets::Braces {
                " "
            } else {
                ""
            };
            self.push(space)?;
            for (index, unit) in scope.units.iter().enumerate() {
                if index > 0 {
                    self.push(", ")?;
                }
                self.unit(*unit)?;
            }
            self.push(space)?;
        }
        self.push(scope.brackets.close().encode_utf8(&mut mark))
    }

    fn unit(&mut self, unit: Unit<'_>) -> Option<()> {
        match (unit, unit.assignment()) {
            (_, Some((name, value))) => {
                self.push(self.layout.name(name))?;
                self.push(" = ")?;
                self.value(value)
            }
            (Unit::Value(value), _) => self.value(value),
            _ => None,
        }
    }
}
