//! Partial matches at the end of a text, which more text could complete: an automaton that reads
//! backwards from the end.

use regex_automata::nfa::thompson::{BuildError, Builder, NFA, State, Transition};
use regex_automata::util::primitives::StateID;

/// The most bytes at the end of a text that count as a partial match.
pub const MAX_PARTIAL_MATCH: usize = 32 << 10;

/// Turns the automaton of a pattern into one that reads any prefix of a match, backwards. It
/// ignores assertions, so it accepts slightly more.
///
/// All states of the pattern become start states, and every transition is reversed.
// The error type is that of the builder.
#[allow(clippy::result_large_err)]
pub(super) fn reversed_prefixes(forwards: &NFA) -> Result<NFA, BuildError> {
    let first = forwards.start_anchored();
    let reached = reachable(forwards, first);
    let mut builder = Builder::new();
    builder.set_reverse(true);
    builder.start_pattern()?;
    // For each state of the pattern, its reversed state.
    let mut reversed = vec![StateID::ZERO; forwards.states().len()];
    for state in &reached {
        if let Some(place) = reversed.get_mut(state.as_usize()) {
            *place = builder.add_union(Vec::new())?;
        }
    }
    let of = |state: StateID| reversed.get(state.as_usize()).copied().unwrap_or_default();
    for &state in &reached {
        for (next, bytes) in transitions(forwards.state(state)) {
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

/// The states that a match can go through.
fn reachable(nfa: &NFA, first: StateID) -> Vec<StateID> {
    let mut is_known = vec![false; nfa.states().len()];
    let mut reached = Vec::new();
    let mut pending = vec![first];
    while let Some(state) = pending.pop() {
        match is_known.get_mut(state.as_usize()) {
            Some(known) if !*known => *known = true,
            _ => continue,
        }
        reached.push(state);
        pending.extend(
            transitions(nfa.state(state))
                .into_iter()
                .map(|(next, _)| next),
        );
    }
    reached
}

/// The next states of a state, each with the range of bytes that leads to it, if it needs a byte.
fn transitions(state: &State) -> Vec<(StateID, Option<(u8, u8)>)> {
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
