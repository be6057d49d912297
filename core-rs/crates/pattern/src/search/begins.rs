//! Which ends of a text could be the beginning of a match: an automaton that reads backwards from the end.

use regex_automata::nfa::thompson::{BuildError, Builder, NFA, State, Transition};
use regex_automata::util::primitives::StateID;

/// No more bytes than this are held back because a match could begin there.
pub const HOLD: usize = 32 << 10;

/// Of an automaton of a pattern, one that reads backwards whatever a match of the pattern begins with. What the pattern asks
/// of edges is taken for granted, so it reads a little more.
///
/// Every state of the pattern is one to start from, and each of its steps is turned around.
// The error is that of the builder.
#[allow(clippy::result_large_err)]
pub(super) fn backwards(forwards: &NFA) -> Result<NFA, BuildError> {
    let first = forwards.start_anchored();
    let reached = reached(forwards, first);
    let mut builder = Builder::new();
    builder.set_reverse(true);
    builder.start_pattern()?;
    // By the state's number: where it is left backwards.
    let mut turned = vec![StateID::ZERO; forwards.states().len()];
    for state in &reached {
        if let Some(place) = turned.get_mut(state.as_usize()) {
            *place = builder.add_union(Vec::new())?;
        }
    }
    let of = |state: StateID| turned.get(state.as_usize()).copied().unwrap_or_default();
    for &state in &reached {
        for (next, bytes) in steps(forwards.state(state)) {
            let step = match bytes {
                None => of(state),
                Some((start, end)) => builder.add_range(Transition {
                    start,
                    end,
                    next: of(state),
                })?,
            };
            builder.patch(of(next), step)?;
        }
    }
    let end = builder.add_match()?;
    builder.patch(of(first), end)?;
    let all = builder.add_union(reached.iter().map(|&state| of(state)).collect())?;
    builder.finish_pattern(all)?;
    builder.build(all, all)
}

/// The states that a match goes through.
fn reached(nfa: &NFA, first: StateID) -> Vec<StateID> {
    let mut is_known = vec![false; nfa.states().len()];
    let mut reached = Vec::new();
    let mut due = vec![first];
    while let Some(state) = due.pop() {
        match is_known.get_mut(state.as_usize()) {
            Some(known) if !*known => *known = true,
            _ => continue,
        }
        reached.push(state);
        due.extend(steps(nfa.state(state)).into_iter().map(|(next, _)| next));
    }
    reached
}

/// Where a state leads, and by which bytes, if by any.
fn steps(state: &State) -> Vec<(StateID, Option<(u8, u8)>)> {
    let by = |step: &Transition| (step.next, Some((step.start, step.end)));
    match state {
        State::ByteRange { trans } => vec![by(trans)],
        State::Sparse(steps) => steps.transitions.iter().map(by).collect(),
        State::Dense(steps) => (0..=u8::MAX)
            .filter_map(|byte| Some((steps.matches_byte(byte)?, Some((byte, byte)))))
            .collect(),
        State::Look { next, .. } | State::Capture { next, .. } => vec![(*next, None)],
        State::Union { alternates } => alternates.iter().map(|next| (*next, None)).collect(),
        State::BinaryUnion { alt1, alt2 } => vec![(*alt1, None), (*alt2, None)],
        State::Fail | State::Match { .. } => Vec::new(),
    }
}
