//! The commands of an event, read when they are first needed. Two engines can share them.

use std::cell::OnceCell;

use sentry_command::Reading;

use super::read;
use crate::event::Event;

/// What the arguments of one event run.
#[derive(Debug, Default)]
pub(super) struct Readings {
    by_name: OnceCell<Reading>,
    by_program: OnceCell<Option<Reading>>,
}

impl Readings {
    /// The commands by the name that the event has for its program. All calls must be for the same
    /// event.
    pub(super) fn by_name(&self, event: &Event<'_>) -> &Reading {
        self.by_name
            .get_or_init(|| read(&event.arguments().collect::<Vec<_>>()))
    }

    /// The commands by the program that the kernel reported, if that is another one.
    pub(super) fn by_program(&self, event: &Event<'_>) -> Option<&Reading> {
        let by_program = (self.by_program).get_or_init(|| with_reported_program(event, read));
        by_program.as_ref()
    }
}

/// Calls `with` with the arguments of an event as those of the program that the kernel reported;
/// `None` if the event has that name for it.
pub(super) fn with_reported_program<T>(
    event: &Event<'_>,
    with: impl FnOnce(&[&str]) -> T,
) -> Option<T> {
    let exe = event.assumed_name().and_then(|_| event.exe())?;
    let mut arguments: Vec<&str> = event.arguments().collect();
    *arguments.first_mut()? = &exe;
    Some(with(&arguments))
}
