//! What a decision denies: the program, peer or path, and at whose request.

use std::borrow::Cow;

use sentry_command::Reading;

use super::Engine;
use super::judgement::Denial;
use crate::condition::fit;
use crate::event::{Event, EventKind, TargetFrom};
use crate::policy::{Origin, Rule};

/// What is denied, and at whose request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) by: Denial,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// The target of the event: the program that the kernel reported, or the first argument.
    OfEvent,
    /// The name that the program runs under.
    Name,
    /// The program of a command that the event's program runs.
    Program(String),
}

/// Which command an action aims at, if that is not the one that fits the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// The only program of the event that downloads.
    Downloader,
    /// The only program of the event that connects, if there is one.
    Connection,
}

/// The built-in rules whose actions aim at another command than the one that fits.
const AIMS: [(&str, Aim); 2] = [
    ("pipe-to-shell", Aim::Downloader),
    ("reverse-shell", Aim::Connection),
];

/// Programs that connect their input and output to another machine, or listen for it.
const CONNECTING: [&str; 6] = ["nc", "ncat", "netcat", "openssl", "socat", "telnet"];

/// Commands of a shell that are no programs: nothing can deny them.
const OF_SHELLS: [&str; 5] = [".", "eval", "exec", "source", "trap"];

impl Denied {
    pub(super) const NOTHING: Self = Self {
        by: Denial::None,
        what: What::OfEvent,
    };

    /// The target, as a text.
    pub(super) fn target(self, event: &Event<'_>) -> Option<String> {
        match self.what {
            What::OfEvent => event.target(),
            What::Name => event.assumed_name().map(Cow::into_owned),
            What::Program(program) => Some(program),
        }
    }

    fn of_event(by: Denial) -> Self {
        let what = if by == Denial::AskedByName {
            What::Name
        } else {
            What::OfEvent
        };
        Self { by, what }
    }
}

impl Engine {
    /// What the deciding rule denies of an event whose commands were not read, or that it fits as a
    /// whole. A site rule asks for the target by its own action, with two exceptions. If it matches
    /// what a shell, interpreter or wrapper was given to run, that program is not the one that was
    /// judged. And if the program runs under another name than its own, the rule asks only for that
    /// name, and only if the name is a path that it matches.
    pub(super) fn denied(&self, at: usize, event: &Event<'_>) -> Denied {
        let Some(rule) = self.acting(at, event) else {
            return Denied::NOTHING;
        };
        if event.kind == EventKind::Egress && !self.matches_peer(at, event) {
            return Denied::NOTHING;
        }
        let Some(from) = event.target_from() else {
            return Denied::NOTHING;
        };
        if rule.origin != Origin::Site {
            return Denied::of_event(Denial::BySentry(from));
        }
        let matches = |text: &str| self.matching(event.kind, text).contains(&at);
        let by = if let Some(name) = event.assumed_name() {
            if name.starts_with('/') && matches(&name) {
                Denial::AskedByName
            } else {
                Denial::BySentry(from)
            }
        } else if event.passed_on().is_some_and(matches) {
            Denial::BySentry(from)
        } else {
            Denial::Asked
        };
        Denied::of_event(by)
    }

    /// What the deciding rule denies of an event that was judged command by command: the program of
    /// the command, never the shell or wrapper around it.
    pub(super) fn denied_command(
        &self,
        at: usize,
        event: &Event<'_>,
        reading: &Reading,
        command: Option<usize>,
    ) -> Denied {
        let Some(rule) = self.acting(at, event) else {
            return Denied::NOTHING;
        };
        let is_of_site = rule.origin == Origin::Site;
        let by_command = self.asks_for_command(at) || !is_of_site;
        let aimed = command.and_then(|command| aim(rule, reading, command));
        let Some(aimed) = aimed.and_then(|aimed| reading.commands.get(aimed)) else {
            return if by_command && !reading.commands.is_empty() {
                Denied::NOTHING
            } else {
                self.denied(at, event)
            };
        };
        if !by_command {
            return self.denied(at, event);
        }
        if fit::is_own(aimed) {
            let Some(from) = event.target_from() else {
                return Denied::NOTHING;
            };
            let called = aimed.words.first().map_or("", |word| word.text.as_str());
            let is_by_program = event.exe().is_some_and(|exe| exe == called);
            let by = match event.assumed_name().filter(|_| !is_by_program) {
                Some(name) if is_of_site && name.starts_with('/') => Denial::AskedByName,
                None if is_of_site => Denial::Asked,
                _ => Denial::BySentry(from),
            };
            return Denied::of_event(by);
        }
        let program = aimed.words.first().map_or("", |word| word.text.trim());
        if program.is_empty() || OF_SHELLS.contains(&program) {
            return Denied::NOTHING;
        }
        let by = if is_of_site {
            Denial::Asked
        } else {
            Denial::BySentry(TargetFrom::Argv)
        };
        Denied {
            by,
            what: What::Program(program.to_owned()),
        }
    }

    /// The rule, if it has an action for which the event has a target.
    fn acting(&self, at: usize, event: &Event<'_>) -> Option<&Rule> {
        let rule = self.policy.rules.get(at)?;
        (rule.action.is_some() && rule.action == event.kind.action()).then_some(rule)
    }
}

/// The command that the action of a rule aims at, of which `fitting` fits the rule; `None` if there
/// is no single one.
fn aim(rule: &Rule, reading: &Reading, fitting: usize) -> Option<usize> {
    let known = AIMS.iter().find(|(name, _)| *name == rule.name);
    let Some((_, aim)) = known.filter(|_| rule.origin == Origin::Builtin) else {
        return Some(fitting);
    };
    let is_aimed = |name| match aim {
        Aim::Downloader => sentry_command::is_downloader(name),
        Aim::Connection => CONNECTING.contains(&name),
    };
    let commands = reading.commands.iter().enumerate();
    let mut aimed = commands.filter(|(_, command)| is_aimed(command.program()));
    match (aimed.next(), aimed.next()) {
        (Some((only, _)), None) => Some(only),
        (None, _) if *aim == Aim::Connection => Some(fitting),
        _ => None,
    }
}
