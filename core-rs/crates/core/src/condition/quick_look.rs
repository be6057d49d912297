//! A quick look at an event: whether a command of it may fit a condition. Most events need not be
//! read to know that none does.

use std::borrow::Cow;
use std::cell::{LazyCell, OnceCell};
use std::ops::Range;

use sentry_command::{Outline, fits, program_name};
use sentry_pattern::literals::ByteSet;

use super::Index;
use super::anchor::{Hash, Part, Role, facts};
use super::index::{Entry, any_hash_of_program};
use super::path::{Forms, Path, near};
use super::pieces;
use super::shape::Shapes;
use super::texts::Expressions;
use crate::event::Event;
use crate::policy::{CommandCondition, Glob, PathPattern, Rule};

/// The most letters of an option's word behind which its value is looked for: `-oFILE`.
const MAX_LETTERS: usize = 32;

/// An outline of what an event runs, looked at by an index.
pub(crate) struct QuickLook<'l, F> {
    outline: &'l Outline<'l>,
    /// The rules of the index.
    rules: &'l [Rule],
    expressions: Expressions<'l>,
    /// The folder of the event, if it is known and not too deep.
    folder: LazyCell<Option<Cow<'l, str>>, F>,
    bytes: OnceCell<ByteSet>,
}

/// A quick look at the outline of an event. `rules` are those of the index that it is looked at by.
pub(crate) fn at<'l>(
    outline: &'l Outline<'l>,
    event: &'l Event<'_>,
    rules: &'l [Rule],
    expressions: Expressions<'l>,
) -> QuickLook<'l, impl FnOnce() -> Option<Cow<'l, str>>> {
    QuickLook {
        outline,
        rules,
        expressions,
        folder: LazyCell::new(|| event.folder().and_then(near)),
        bytes: OnceCell::new(),
    }
}

impl<'l, F: FnOnce() -> Option<Cow<'l, str>>> QuickLook<'l, F> {
    fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// Whether a command may fit a condition. Never says no to one that does.
    pub(crate) fn may_fit(&self, index: &Index) -> bool {
        let Outline { words, files, .. } = self.outline;
        let may_hold = |(parts, entry): (&[Part], &Entry)| {
            let condition = entry.condition(self.rules);
            let flags = condition.map_or(&[][..], |condition| &condition.flags);
            let may_have_flag = |flag: &Glob| self.outline.may_have_flag(flag.as_str());
            let asked = condition.map_or(&[][..], |condition| &condition.words);
            let has_word = |glob: &Glob| words.iter().any(|word| fits(glob.as_str(), word));
            (flags.is_empty() || flags.iter().any(may_have_flag))
                && asked.iter().all(has_word)
                && parts.iter().all(|part| self.has(index, part, condition))
                && condition.is_none_or(|condition| self.may_have_operands(parts, entry, condition))
        };
        let is_there = |wanted: Hash| self.may_do(index, |hash| hash == wanted);
        let is_wanted = |hash: Hash| index.any_entry(hash, is_there, may_hold);
        let programs = if self.outline.has_one_command {
            1
        } else {
            words.len()
        };
        let redirects = if files.is_empty() { 0 } else { REDIRECTS };
        let roles = index.roles_among(OPERANDS | redirects);
        let mut programs = words.iter().take(programs);
        index.any_unanchored(may_hold)
            || index.has(Role::Fact) && self.has_fact(is_wanted)
            || self.may_have_any(index, roles != 0)
                && (programs.any(|word| {
                    let name = program_name(word);
                    index.may_have_shape(name)
                        && any_hash_of_program(index.prefixes(), name, is_wanted)
                }) || index.has(Role::Word)
                    && words.iter().any(|word| {
                        index.may_have_shape(word) && is_wanted(Hash::of(Role::Word, word))
                    })
                    || roles != 0
                        && self.may_have_path(
                            roles,
                            Some(index.shapes_of_paths()),
                            &is_wanted,
                            &|_| true,
                        ))
            || (index.has(Role::Effect) || index.has(Role::Sent))
                && self.may_do(index, |hash| {
                    is_wanted(hash) || is_wanted(hash.as_role(Role::Sent))
                })
    }

    /// Whether a word or a file may have a text that an entry is filed under, in whatever role but
    /// that of an effect. One pass over each answers for most.
    fn may_have_any(&self, index: &Index, asks_for_paths: bool) -> bool {
        let home = Hash::of(Role::LastOfOperand, "~");
        let wants_home = asks_for_paths && index.may_have(home);
        let may_have = |text: &str| {
            has_segment(text, index)
                || asks_for_paths && is_special(text)
                || wants_home && text.starts_with(['/', '~', '$']) && self.may_be_home(text)
        };
        wants_home && self.outline.moves
            || self.any_operand(&may_have)
            || asks_for_paths
                && self.folder().is_some_and(|folder| {
                    has_segment(folder, index) || wants_home && may_lead_home(folder)
                })
    }

    fn has_fact(&self, is_wanted: impl Fn(Hash) -> bool) -> bool {
        let writes = !self.outline.files.is_empty();
        let is_wanted = |fact| is_wanted(Hash::of(Role::Fact, fact));
        writes && is_wanted(facts::REDIRECTS) || self.outline.has_pipes && is_wanted(facts::PIPED)
    }

    /// Whether a command may have something of a part of a condition.
    fn has(&self, index: &Index, part: &Part, condition: Option<&CommandCondition>) -> bool {
        let is_wanted = |hash: Hash| part.has(hash);
        let mut words = self.outline.words.iter();
        let paths: fn(&CommandCondition) -> &[PathPattern] = match part.role {
            Role::Program | Role::ProgramPrefix => {
                return words
                    .any(|word| any_hash_of_program(part.prefixes, program_name(word), is_wanted));
            }
            Role::Word => return words.any(|word| is_wanted(Hash::of(Role::Word, word))),
            Role::Fact => return self.has_fact(is_wanted),
            Role::Language => return false,
            Role::Redirect | Role::LastOfRedirect if self.outline.files.is_empty() => return false,
            Role::Redirect | Role::LastOfRedirect => |condition| &condition.redirects,
            Role::Effect => return self.may_do(index, is_wanted),
            Role::Sent => return self.may_do(index, |hash| is_wanted(hash.as_role(Role::Sent))),
            Role::Operand | Role::LastOfOperand => |condition| &condition.operands,
        };
        let patterns = condition.map_or(&[][..], paths);
        let fits = |text: &str| self.fits(text, patterns);
        self.may_match(&part.expressions, patterns)
            || part.roles != 0 && self.may_have_path(part.roles, None, &is_wanted, &fits)
    }

    /// Whether a command may have an effect with a hash that is wanted.
    fn may_do(&self, index: &Index, is_wanted: impl Fn(Hash) -> bool) -> bool {
        let shapes = index.shapes_of_effects();
        let has = |text: &str| {
            let mut has = false;
            pieces::each_hash(text, shapes, &mut |hash| has = has || is_wanted(hash));
            has
        };
        // `cd` alone leads home.
        self.outline.moves && has("~") || self.any_operand(&has) || self.folder().is_some_and(has)
    }

    /// Whether an operand may be one that a condition asks for, if that is no part with anchors.
    fn may_have_operands(
        &self,
        parts: &[Part],
        entry: &Entry,
        condition: &CommandCondition,
    ) -> bool {
        let asked = &condition.operands;
        let is_part = |part: &Part| matches!(part.role, Role::Operand | Role::LastOfOperand);
        asked.is_empty()
            || parts.iter().any(is_part)
            || self.may_match(&entry.expressions_of_operands(asked), asked)
            || self.any_operand(&|text| self.fits(text, asked))
    }

    /// Whether a path may fit a pattern that is no expression.
    fn fits(&self, text: &str, patterns: &[PathPattern]) -> bool {
        let folder = self.folder().map(|folder| Path::new(folder, None));
        let forms = Forms::of(text, folder.as_ref());
        self.outline.moves
            || patterns.iter().any(|one| match one {
                PathPattern::Path(glob) => forms.fit(glob.as_str()),
                PathPattern::Regex(_) => false,
            })
    }

    /// The bytes of all words and files.
    fn all_bytes(&self) -> ByteSet {
        let mut bytes = ByteSet::default();
        let Outline { words, files, .. } = self.outline;
        words.iter().chain(files).for_each(|text| bytes.add(text));
        bytes
    }

    /// Whether one of the expressions among patterns may match an operand.
    fn may_match(&self, expressions: &Range<usize>, patterns: &[PathPattern]) -> bool {
        let may_match = |text: &str| {
            patterns
                .iter()
                .any(|one| matches!(one, PathPattern::Regex(pattern) if pattern.may_match(text)))
        };
        let may_match_one = || {
            let bytes = *self.bytes.get_or_init(|| self.all_bytes());
            patterns.iter().any(
                |one| matches!(one, PathPattern::Regex(pattern) if pattern.may_match_bytes(bytes)),
            )
        };
        !expressions.is_empty()
            && may_match_one()
            && self.any_operand(&|text| {
                may_match(text) && self.expressions.any_matches(expressions, text)
            })
    }

    /// Whether something that may be an operand or a file of a redirection is as `is` says, or that
    /// is not known.
    fn any_operand(&self, is: &impl Fn(&str) -> bool) -> bool {
        let mut texts = self.outline.words.iter().chain(&self.outline.files);
        texts.any(|word| {
            is(word) || (word.starts_with('-') || word.contains('=')) && any_value(word, is)
        })
    }

    /// Whether a path may be that of a home folder.
    #[inline(never)]
    fn may_be_home(&self, text: &str) -> bool {
        let count = |path: &str| {
            let segments = path.split('/');
            segments
                .filter(|one| !one.is_empty() && !is_all(one))
                .count()
        };
        match text.as_bytes().first() {
            Some(b'/') => may_lead_home(text) && count(text) <= 3,
            Some(b'~' | b'$') => count(text) <= 1,
            _ => {
                let is_near = |folder| may_lead_home(folder) && count(folder) + count(text) <= 3;
                self.outline.moves || self.folder().is_some_and(is_near)
            }
        }
    }

    /// Whether a path that may be an operand has a hash that is wanted, in one of these roles, and
    /// fits; or that is not known. Texts of other shapes than `shapes` has are not wanted.
    fn may_have_path(
        &self,
        roles: u32,
        shapes: Option<&Shapes>,
        is_wanted: &impl Fn(Hash) -> bool,
        fits: &impl Fn(&str) -> bool,
    ) -> bool {
        let path = Paths {
            look: self,
            folder_has_segment: OnceCell::new(),
            roles,
            shapes,
            is_wanted,
        };
        let wants_home = path.is_last("~");
        self.any_operand(&|text| path.may_have(text, wants_home) && fits(text))
    }
}

/// Paths of an event, of which some hashes are wanted.
struct Paths<'p, 'l, F, W> {
    look: &'p QuickLook<'l, F>,
    /// Whether a segment of the folder is wanted.
    folder_has_segment: OnceCell<bool>,
    roles: u32,
    /// The shapes of the texts that are wanted, if they are known.
    shapes: Option<&'p Shapes>,
    is_wanted: &'p W,
}

impl<'l, F: FnOnce() -> Option<Cow<'l, str>>, W: Fn(Hash) -> bool> Paths<'_, 'l, F, W> {
    /// Whether a form of the path has a hash that is wanted, or may have.
    fn may_have(&self, text: &str, wants_home: bool) -> bool {
        if text.is_empty() {
            return false;
        }
        let may_be_last = if is_simple(text) {
            self.is_last(last_segment(text))
        } else {
            self.may_be_last(text)
        };
        may_be_last || wants_home && self.look.may_be_home(text) || self.has_segment(text)
    }

    /// Whether a segment is wanted as the last one.
    fn is_last(&self, segment: &str) -> bool {
        self.is_any(segment, [Role::LastOfOperand, Role::LastOfRedirect])
    }

    /// Whether a segment is wanted in one of two roles.
    fn is_any(&self, segment: &str, roles: [Role; 2]) -> bool {
        let may_be = |shapes: &Shapes| shapes.may_have(segment.as_bytes());
        let mut roles = roles.into_iter().filter(|role| self.has(*role));
        self.shapes.is_none_or(may_be)
            && roles.any(|role| (self.is_wanted)(Hash::of(role, segment)))
    }

    fn has(&self, role: Role) -> bool {
        self.roles & role.bit() != 0
    }

    #[inline(never)]
    fn may_be_last(&self, text: &str) -> bool {
        if text.starts_with("/proc")
            || text.starts_with("file:")
            || text.split('/').any(|segment| segment == "..")
        {
            return true;
        }
        let mut segments = text.rsplit('/').filter(|segment| !segment.is_empty());
        if self.is_last(segments.clone().next().unwrap_or("/")) {
            return true;
        }
        if let Some(named) = segments.find(|segment| !is_all(segment)) {
            return self.is_last(named);
        }
        if text.starts_with('/') {
            return self.is_last("/");
        }
        let last = self
            .look
            .folder()
            .map(|folder| folder.rsplit('/').next().unwrap_or_default());
        let last = last.filter(|last| !last.is_empty()).unwrap_or("/");
        self.look.outline.moves || last == ".." || self.is_last(last)
    }

    /// Whether a segment of a path is wanted, wherever it stands.
    fn has_segment(&self, text: &str) -> bool {
        let roles = [Role::Operand, Role::Redirect];
        let is = |path: &str| path.split('/').any(|segment| self.is_any(segment, roles));
        let of_folder = || self.look.folder().is_some_and(is);
        roles.into_iter().any(|role| self.has(role))
            && (is(text)
                || !text.starts_with(['/', '~', '$'])
                    && *self.folder_has_segment.get_or_init(of_folder))
    }
}

/// Whether what may be the value of an option in its word is as `is` says, or that is not known.
#[inline(never)]
fn any_value(word: &str, is: &impl Fn(&str) -> bool) -> bool {
    let bytes = word.as_bytes();
    let equals = bytes.iter().position(|byte| *byte == b'=');
    if equals.is_some_and(|at| word.get(at + 1..).is_some_and(is)) {
        return true;
    }
    let [b'-', first, ..] = bytes else {
        return false;
    };
    if *first == b'-' {
        return false;
    }
    // The first letter may be any character: `-#oFILE`.
    let mut from = 2;
    while !word.is_char_boundary(from) {
        from += 1;
    }
    let letters = bytes.iter().skip(from).take(MAX_LETTERS);
    let more = letters
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    more == MAX_LETTERS
        || (from..=from + more).any(|from| {
            let value = word.get(from..).unwrap_or_default();
            is(value.trim_start_matches('='))
        })
}

/// Whether an entry may be filed under a segment of a text, the whole text, or the beginning of a
/// segment that is the name of a program; or a segment leads out of its folder.
#[inline]
fn has_segment(text: &str, index: &Index) -> bool {
    let mut rest = text.as_bytes();
    loop {
        let length = rest.iter().position(|byte| *byte == b'/');
        let (segment, more) = rest.split_at(length.unwrap_or(rest.len()));
        let behind_dash = segment.strip_prefix(b"-");
        if index.may_have_text(segment)
            || segment == b".."
            || behind_dash.is_some_and(|name| index.may_have_text(name))
        {
            return true;
        }
        let Some((_, more)) = more.split_first() else {
            break;
        };
        rest = more;
    }
    rest.len() < text.len() && index.may_have_text(text.as_bytes())
}

/// Whether a path begins with a folder that has a meaning of its own, or has no segment that is a
/// name.
#[inline]
fn is_special(text: &str) -> bool {
    match text.as_bytes() {
        [b'/', b'p', ..] => text.starts_with("/proc"),
        [b'f', b'i', ..] => text.starts_with("file:"),
        [b'.' | b'/' | b'*' | b'?' | b'[' | b']' | b'!' | b'^', ..] => text.split('/').all(is_all),
        _ => false,
    }
}

/// Whether the path may be that of a folder of a home folder.
fn may_lead_home(path: &str) -> bool {
    let starts = ["/home", "/Users", "/root", "/var", "/private", "/proc"];
    path == "/" || starts.iter().any(|start| path.starts_with(start))
}

/// Whether no segment of a path has a meaning of its own, and the last one is a name.
fn is_simple(text: &str) -> bool {
    let mut before = b'/';
    let all = text.bytes().all(|byte| {
        let is = byte.is_ascii_alphanumeric()
            || matches!(byte, b'/' | b'_' | b'-' | b'@' | b'+')
            || byte == b'.' && before != b'/';
        before = byte;
        is
    });
    all && before != b'/' && !text.starts_with("/proc")
}

const OPERANDS: u32 = 1 << Role::Operand as u32 | 1 << Role::LastOfOperand as u32;
const REDIRECTS: u32 = 1 << Role::Redirect as u32 | 1 << Role::LastOfRedirect as u32;

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a segment stands for its folder, or for all files of it.
fn is_all(segment: &str) -> bool {
    segment == "." || segment.chars().all(|char| "*?.[]!^".contains(char))
}
