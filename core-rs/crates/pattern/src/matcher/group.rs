//! Branches of patterns that are tried together: as one automaton or, where that grows too much, as two.

use super::MatchRule;
use super::ascii;
use super::automata::MAX_MEMORY;
use super::lazy::{Lazy, TooManyStates};
use super::path::{Path, took};
use crate::pattern::branches;
use crate::prefilter::Branch;

/// Bytes that the patterns of a group may take together before it is split.
const MAX_GROUP: usize = 8 << 20;

/// What is searched, and the policy that the branches are of.
pub(super) struct Search<'s, R> {
    pub(super) rules: &'s [R],
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
    pub(super) fn any<R: MatchRule>(
        &mut self,
        search: &Search<'_, R>,
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
    pub(super) fn which<R: MatchRule>(
        &mut self,
        search: &Search<'_, R>,
        found: &mut Vec<u32>,
        memory: &mut usize,
    ) {
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
    fn ask<R: MatchRule, T: Default>(
        &mut self,
        search: &Search<'_, R>,
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

    /// What to say of a branch that cannot be asked: what its rule says.
    fn is_cautious<R: MatchRule>(&self, search: &Search<'_, R>) -> bool {
        let branch = self.branches.first();
        let rule = branch.and_then(|branch| search.rules.get(branch.rule as usize));
        rule.is_some_and(MatchRule::fits_if_unknown)
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

fn compile<R: MatchRule>(members: &[Branch], search: &Search<'_, R>) -> Option<Lazy> {
    took(if search.is_ascii {
        Path::Ascii
    } else {
        Path::Unicode
    });
    let sizes = members.chunk_by(|a, b| a.rule == b.rule).map(|same| {
        let rule = same
            .first()
            .and_then(|branch| search.rules.get(branch.rule as usize));
        rule.map_or(0, |rule| rule.pattern().size())
    });
    if members.len() > 1 && sizes.fold(0, usize::saturating_add) > MAX_GROUP {
        return None;
    }
    let mut patterns = Vec::with_capacity(members.len());
    for same in members.chunk_by(|a, b| a.rule == b.rule) {
        let rule = search.rules.get(same.first()?.rule as usize)?;
        let all = branches(&rule.pattern().parsed()?);
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
