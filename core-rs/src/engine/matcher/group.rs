//! Branches of patterns that are tried together: as one automaton or, where that grows too much, as two.

use super::ascii;
use super::automata::MAX_MEMORY;
use super::lazy::{Lazy, TooManyStates};
use super::path::{Path, took};
use crate::decision::Verdict;
use crate::policy::{Rule, branches};

/// Bytes that the patterns of a group may take together before it is split.
const MAX_GROUP: usize = 8 << 20;

/// One branch of one rule's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Branch {
    /// The rule's place in the policy.
    pub(crate) rule: u32,
    /// The branch's place in the pattern.
    pub(crate) place: u32,
}

impl Branch {
    /// Both places are bounded: [`crate::engine::MAX_RULES`], and the branches of a pattern.
    pub(super) fn new(rule: usize, place: usize) -> Self {
        let small = |place| u32::try_from(place).unwrap_or(u32::MAX);
        Self {
            rule: small(rule),
            place: small(place),
        }
    }
}

/// What is searched, and the policy that the branches are of.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) rules: &'s [Rule],
    pub(super) subject: &'s str,
    pub(super) is_ascii: bool,
}

/// Branches, and their automata, which are compiled when they are first asked.
#[derive(Debug)]
pub(super) struct Group {
    branches: Vec<Branch>,
    state: State,
}

#[derive(Debug)]
enum State {
    Whole {
        /// For subjects of ASCII.
        ascii: Option<Box<Lazy>>,
        /// For all others.
        unicode: Option<Box<Lazy>>,
    },
    Split(Box<[Group; 2]>),
}

impl Group {
    pub(super) fn new(branches: Vec<Branch>) -> Self {
        let state = State::Whole {
            ascii: None,
            unicode: None,
        };
        Self { branches, state }
    }

    /// Whether a branch matches. All that are `wanted` are asked; others may be.
    pub(super) fn any(
        &mut self,
        search: Search<'_>,
        wanted: &[Branch],
        memory: &mut usize,
    ) -> bool {
        if !self.branches.iter().any(|branch| wanted.contains(branch)) {
            return false;
        }
        loop {
            if let State::Split(halves) = &mut self.state {
                return halves
                    .iter_mut()
                    .any(|half| half.any(search, wanted, memory));
            }
            match self.ask(search, memory, Lazy::any) {
                Ok(found) => return found,
                Err(TooManyStates) if self.branches.len() > 1 => self.split(),
                Err(TooManyStates) => return self.is_cautious(search),
            }
        }
    }

    /// Adds the rules to `found` that have a branch which matches, in no order.
    pub(super) fn which(&mut self, search: Search<'_>, found: &mut Vec<u32>, memory: &mut usize) {
        loop {
            if let State::Split(halves) = &mut self.state {
                for half in halves.iter_mut() {
                    half.which(search, found, memory);
                }
                return;
            }
            // Most subjects match nothing, and saying so is cheaper than saying what matches.
            let asked = self.ask(search, memory, |lazy, subject| {
                let any = lazy.any(subject)?;
                any.then(|| lazy.which(subject)).transpose()
            });
            match asked {
                Ok(places) => {
                    let places = places.iter().flat_map(|places| places.iter());
                    let branches = places.filter_map(|place| self.branches.get(place.as_usize()));
                    found.extend(branches.map(|branch| branch.rule));
                    return;
                }
                Err(TooManyStates) if self.branches.len() > 1 => self.split(),
                Err(TooManyStates) => {
                    let rule = self.branches.first().map(|branch| branch.rule);
                    found.extend(rule.filter(|_| self.is_cautious(search)));
                    return;
                }
            }
        }
    }

    /// Asks the automaton for subjects like this one. That of a single branch never makes too many
    /// states, and compiles, since its pattern did when it was read.
    fn ask<T: Default>(
        &mut self,
        search: Search<'_>,
        memory: &mut usize,
        question: impl Fn(&mut Lazy, &str) -> Result<T, TooManyStates>,
    ) -> Result<T, TooManyStates> {
        let State::Whole { ascii, unicode } = &mut self.state else {
            return Err(TooManyStates);
        };
        let automaton = if search.is_ascii {
            &mut *ascii
        } else {
            &mut *unicode
        };
        if automaton.is_none() {
            *automaton = compile(&self.branches, search).map(Box::new);
        }
        let Some(automaton) = automaton else {
            return Err(TooManyStates);
        };
        let answer = question(automaton, search.subject);
        automaton.count(memory);
        if *memory > MAX_MEMORY {
            // One subject may ask any number of automata: from here on none stays. What was counted stays
            // counted, so that all are dropped once the subject is judged.
            if search.is_ascii {
                *ascii = None;
            } else {
                *unicode = None;
            }
        }
        answer
    }

    /// What to say of a branch that cannot be asked: that it matches, unless its rule allows.
    fn is_cautious(&self, search: Search<'_>) -> bool {
        let branch = self.branches.first();
        let rule = branch.and_then(|branch| search.rules.get(branch.rule as usize));
        rule.is_some_and(|rule| rule.verdict != Verdict::Allow)
    }

    fn split(&mut self) {
        took(Path::Split);
        let later = self.branches.split_off(self.branches.len() / 2);
        let earlier = std::mem::take(&mut self.branches);
        self.branches = [earlier.as_slice(), &later].concat();
        self.state = State::Split(Box::new([Self::new(earlier), Self::new(later)]));
    }

    /// Drops all automata; what has been split stays so.
    pub(super) fn forget(&mut self) {
        match &mut self.state {
            State::Whole { ascii, unicode } => (*ascii, *unicode) = (None, None),
            State::Split(halves) => halves.iter_mut().for_each(Self::forget),
        }
    }
}

fn compile(members: &[Branch], search: Search<'_>) -> Option<Lazy> {
    took(if search.is_ascii {
        Path::Ascii
    } else {
        Path::Unicode
    });
    let sizes = members.chunk_by(|a, b| a.rule == b.rule).map(|same| {
        let rule = same
            .first()
            .and_then(|branch| search.rules.get(branch.rule as usize));
        rule.map_or(0, |rule| rule.pattern.size())
    });
    if members.len() > 1 && sizes.fold(0, usize::saturating_add) > MAX_GROUP {
        return None;
    }
    let mut patterns = Vec::with_capacity(members.len());
    for same in members.chunk_by(|a, b| a.rule == b.rule) {
        let rule = search.rules.get(same.first()?.rule as usize)?;
        let all = branches(&rule.pattern.parsed()?);
        for branch in same {
            let hir = all.get(branch.place as usize)?;
            patterns.push(if search.is_ascii {
                ascii::only(hir)
            } else {
                hir.clone()
            });
        }
    }
    Lazy::new(patterns, members.len() > 1)
}
