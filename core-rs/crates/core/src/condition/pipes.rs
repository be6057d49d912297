//! Which commands are before and behind a command in its pipes.

use sentry_command::Reading;

/// The pipes of a reading, by command.
#[derive(Debug)]
pub(crate) struct Pipes {
    /// For each command, the innermost pipe that it is in, or [`NONE`].
    innermost: Vec<u32>,
    /// For each pipe, the one around it, or [`NONE`].
    around: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// The part of a pipe that is before or behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    Behind,
}

impl Pipes {
    pub(crate) fn of(reading: &Reading) -> Self {
        let commands = if reading.pipelines.is_empty() {
            0
        } else {
            reading.commands.len()
        };
        let mut pipes = Self {
            innermost: vec![NONE; commands],
            around: vec![NONE; reading.pipelines.len()],
        };
        // A pipe around another one ends later.
        for (at, pipeline) in reading.pipelines.iter().enumerate().rev() {
            let from = pipeline.stages.first().map_or(0, |stage| stage.start);
            let to = pipeline.stages.last().map_or(0, |stage| stage.end);
            let members = pipes.innermost.get_mut(from..to).unwrap_or_default();
            let around = members.first().copied().unwrap_or(NONE);
            members.fill(u32::try_from(at).unwrap_or(NONE));
            if let Some(slot) = pipes.around.get_mut(at) {
                *slot = around;
            }
        }
        pipes
    }

    /// Whether a command is in a pipe.
    pub(crate) fn is_piped(&self, command: usize) -> bool {
        self.innermost.get(command).is_some_and(|&at| at != NONE)
    }

    /// The pipes that a command is in, innermost first.
    pub(crate) fn around(&self, command: usize) -> impl Iterator<Item = usize> {
        let mut next = self.innermost.get(command).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let at = Some(next as usize).filter(|_| next != NONE)?;
            next = self.around.get(at).copied().unwrap_or(NONE);
            Some(at)
        })
    }
}

/// The answers about the pipes of one reading that have been found: each pipe is searched once for
/// each question.
#[derive(Debug, Default)]
pub(crate) struct Answers(Vec<Answer>);

#[derive(Debug)]
struct Answer {
    question: usize,
    pipe: usize,
    /// The first stage with a command that was asked for, or the last one.
    stage: Option<usize>,
}

/// The most answers that are kept. More are found anew.
const KEPT: usize = 64;

impl Answers {
    /// Whether a command before or behind `command` in one of its pipes fulfils `asks`. The same
    /// `question` has to ask the same.
    pub(crate) fn any(
        &mut self,
        (reading, pipes): (&Reading, &Pipes),
        command: usize,
        (question, side): (usize, Side),
        asks: &impl Fn(usize) -> bool,
    ) -> bool {
        pipes.around(command).any(|pipe| {
            let Some(pipeline) = reading.pipelines.get(pipe) else {
                return false;
            };
            let stages = &pipeline.stages;
            let own = stages.partition_point(|stage| stage.end <= command);
            let known = self
                .0
                .iter()
                .find(|a| a.question == question && a.pipe == pipe);
            let stage = if let Some(answer) = known {
                answer.stage
            } else {
                let mut all = stages.iter();
                let has = |stage: &std::ops::Range<usize>| stage.clone().any(asks);
                let stage = match side {
                    Side::Before => all.position(has),
                    Side::Behind => all.rposition(has),
                };
                if self.0.len() == KEPT {
                    self.0.remove(0);
                }
                self.0.push(Answer {
                    question,
                    pipe,
                    stage,
                });
                stage
            };
            stage.is_some_and(|stage| match side {
                Side::Before => stage < own,
                Side::Behind => stage > own,
            })
        })
    }
}
