//! L1: a policy that is compiled once, and then judges one event after another.
//!
//! The interface is narrow: [`Engine::new`], [`Engine::judge`], and [`Engine::explain`], which uses
//! the same matcher. The matcher itself is in `sentry_pattern`.

mod building;
mod by_command;
mod command_trace;
mod comparison;
mod denial;
mod each_command;
mod explain;
pub(crate) mod judgement;
mod known;
#[cfg(test)]
mod naive;
pub(crate) mod order;
mod outgoing;
mod readings;
mod restriction;
mod stream;

pub use building::Building;
pub use command_trace::{CommandTrace, CommandsTrace};
pub use comparison::Comparison;
pub use explain::{Outcome, RuleTrace, Side, Trace};
pub use judgement::{Judgement, MAX_RULES, SAME_LINE};
pub(crate) use restriction::is_vouched_for;
pub use stream::{Counters, LineStream, MAX_LINE, OVERSIZED_KEPT, Row};

use std::cell::{Cell, OnceCell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;

use sentry_command::{Outline, Reading};
use sentry_pattern::matcher::{MAX_AUTOMATA, Matcher, TooLarge, Visitor};
use sentry_pattern::prefilter::MAX_BYTES;

use crate::condition::{Expressions, Index, Text, quick_look};
use crate::decision::{Verdict, Word};
use crate::event::{self, Event, EventKind, Scratch};
use crate::policy::{self, Date, Policy};
use by_command::{ByCommand, Decider};
use denial::Denied;
use known::{Known, Lookup};
use order::Sides;
use readings::{Readings, with_reported_program};
use restriction::Restriction;
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

/// A compiled policy.
///
/// ```
/// use sentry_core::{engine::Engine, event::Scratch, policy::check};
/// let policy = check("", &|_| None).policy.unwrap();
/// let engine = Engine::new(policy).unwrap();
/// let line = br#"{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}"#;
/// let judgement = engine.judge(line, &mut Scratch::default());
/// let rule = &engine.policy().rules[judgement.rule().unwrap()];
/// assert_eq!(rule.name, "cloud-metadata");
/// assert!(judgement.has_target());
/// ```
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    compiled: Rc<Compiled>,
    /// For each rule, whether its decisions need attention: any but an allow of severity `info`.
    needs_attention: Vec<bool>,
    restrictions: Vec<Restriction>,
    /// The built-in rule that commands beside an opaque part fit.
    opaque_rule: Option<usize>,
    /// The date that rules expire by, if the host gave one.
    date: Cell<Option<Date>>,
    known: RefCell<Known>,
}

/// What is compiled of a policy. Policies without rules of their own share it.
#[derive(Debug)]
struct Compiled {
    /// The expressions of the rules, by their indices, and those of conditions.
    texts: Vec<Text>,
    matcher: Matcher,
    index: Index,
    /// Rules without a pattern that ask for no command, ascending.
    without_pattern: Vec<usize>,
    /// Bit n is set if a rule on kind n has no pattern, or asks for a call: the matcher looks for
    /// arguments too, and can do so only once it has found the rules.
    kinds_beyond_patterns: u16,
}

impl Engine {
    /// Compiles a policy.
    ///
    /// # Errors
    /// A diagnostic if there are more than [`MAX_RULES`] rules, or if the literals that the
    /// patterns on one kind of event require take more than 64 MiB.
    #[inline(never)]
    pub fn new(policy: Policy) -> Result<Self, Box<Diagnostic>> {
        Building::new(policy)?.finish()
    }

    /// The policy that was compiled.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges one line. [`order`] says which of the rules that apply to its kind and match its
    /// subject decides.
    pub fn judge(&self, line: &[u8], scratch: &mut Scratch) -> Judgement {
        self.judge_and(line, scratch, |_, _| ())
    }

    /// Judges one line, and calls `keep` if it is an event, so that a caller can keep parts of the
    /// event without parsing the line again.
    pub fn judge_and(
        &self,
        line: &[u8],
        scratch: &mut Scratch,
        keep: impl FnOnce(&Event<'_>, Judgement),
    ) -> Judgement {
        match event::parse(line, scratch) {
            Ok(event) => {
                let judgement = self.judge_event(&event);
                keep(&event, judgement);
                judgement
            }
            Err(why) => Judgement::of_not_event(why),
        }
    }

    /// Whether the judgement is of an event, and escalates it.
    pub fn escalates(&self, judgement: Judgement) -> bool {
        let rule = judgement.rule().and_then(|at| self.policy.rules.get(at));
        let verdict = rule.map_or(self.policy.default, |rule| rule.verdict);
        verdict == Verdict::Escalate && judgement.not_event().is_none()
    }

    /// Sets the date by which rules expire; without one, each `allow` that expires has expired, and
    /// no other rule.
    ///
    /// ```
    /// use sentry_core::{engine::Engine, event::Scratch, policy::{Date, check}};
    /// let source = r#"rule "r" { on = "Egress" match = "^169" verdict = "allow" severity = "info"
    ///                 reason = "r" expires = "2027-03-31" }"#;
    /// let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
    /// let line = br#"{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}"#;
    /// engine.set_date(Date::parse("2027-03-31"));
    /// assert_eq!(engine.judge(line, &mut Scratch::default()).rule(), Some(0));
    /// engine.set_date(Date::parse("2027-04-01"));
    /// assert_ne!(engine.judge(line, &mut Scratch::default()).rule(), Some(0));
    /// ```
    pub fn set_date(&self, date: Option<Date>) {
        if self.date.replace(date) != date {
            self.known.borrow_mut().clear();
        }
    }

    /// The date by which rules expire, if the host gave one.
    pub(crate) fn date(&self) -> Option<Date> {
        self.date.get()
    }

    fn judge_event(&self, event: &Event<'_>) -> Judgement {
        let found = self.known.borrow_mut().look_up(event);
        match found {
            Lookup::Known(judgement) => judgement,
            Lookup::New(new) => {
                let judgement = self.judge_read(event, &Readings::default());
                self.known.borrow_mut().keep(new, judgement);
                judgement
            }
            Lookup::Never => self.judge_read(event, &Readings::default()),
        }
    }

    /// Judges an event whose commands another engine may have read.
    fn judge_read(&self, event: &Event<'_>, readings: &Readings) -> Judgement {
        let rule = if event.kind == EventKind::ToolExec && self.needs_reading(event) {
            return self.judge_commands(event, readings).0;
        } else if self.compiled.kinds_beyond_patterns & 1 << event.kind.index() == 0
            && event.other_names().next().is_none()
            && (event.kind == EventKind::ToolExec || !self.compiled.index.may_fit_event(event))
        {
            let mut visitor = EventVisitor {
                engine: self,
                event,
                sides: Sides::new(&self.policy.rules),
                needs_reading: Cell::new(false),
                may_be_harmless: false,
            };
            self.visit(event.kind, event.subject, &mut visitor);
            if visitor.needs_reading.get() {
                return self.judge_commands(event, readings).0;
            }
            if visitor.may_be_harmless {
                Sides::of(&self.policy.rules, &self.matching_event(event)).decider()
            } else {
                visitor.sides.decider()
            }
        } else {
            let matching = self.matching_event(event);
            if event.kind == EventKind::ToolExec
                && matching.iter().any(|&at| self.is_by_command(at))
            {
                return self.judge_commands(event, readings).0;
            }
            Sides::of(&self.policy.rules, &matching).decider()
        };
        let denied = rule.map_or(Denied::NOTHING, |at| self.denied(at, event));
        Judgement::of_event(event.kind, event.evidence, rule, denied.by)
    }

    /// Judges an event command by command. Returns also what is denied.
    #[inline(never)]
    fn judge_commands(&self, event: &Event<'_>, readings: &Readings) -> (Judgement, Denied) {
        let (reading, Decider { rule, command }) = self.decide_commands(event, readings);
        let denied = rule.map_or(Denied::NOTHING, |at| {
            self.denied_command(at, event, reading, command)
        });
        let judgement = Judgement::of_event(event.kind, event.evidence, rule, denied.by);
        (judgement, denied)
    }

    /// The commands of an event and the decision on them. A process chooses the name that it runs
    /// under, so where the kernel reported another program, the arguments are also read as that
    /// program's; the graver of the two decisions counts.
    fn decide_commands<'r>(
        &self,
        event: &Event<'_>,
        readings: &'r Readings,
    ) -> (&'r Reading, Decider) {
        let decided = |reading: &'r Reading| {
            let decider = ByCommand::new(self, event, reading).decide();
            (reading, decider)
        };
        let by_name = decided(readings.by_name(event));
        let Some(reading) = readings.by_program(event) else {
            return by_name;
        };
        let by_program = decided(reading);
        let [verdict_by_name, verdict_by_program] =
            [&by_name, &by_program].map(|(_, decider)| self.verdict(decider.rule));
        if verdict_by_program.is_graver_than(verdict_by_name) {
            by_program
        } else {
            by_name
        }
    }

    /// The target that the deciding rule denies in `event`, which `judgement` is of.
    pub fn target(&self, event: &Event<'_>, judgement: Judgement) -> Option<String> {
        if !judgement.has_target() {
            return None;
        }
        let at = judgement.rule()?;
        let needs_reading = event.kind == EventKind::ToolExec
            && (self.needs_reading(event) || self.is_by_command(at));
        let denied = if needs_reading {
            self.judge_commands(event, &Readings::default()).1
        } else {
            self.denied(at, event)
        };
        denied.target(event)
    }

    /// Whether a command of the event may fit a condition. A quick look answers for most events.
    fn needs_reading(&self, event: &Event<'_>) -> bool {
        let index = &self.compiled.index;
        let may_fit = |outline: Option<Outline<'_>>| {
            outline.is_none_or(|outline| {
                let rules = &self.policy.rules;
                quick_look::at(&outline, event, rules, self.expressions()).may_fit(index)
            })
        };
        let by_program = |arguments: &[&str]| may_fit(Outline::of(arguments.iter().copied()));
        !index.is_empty()
            && (may_fit(Outline::of(event.arguments()))
                || with_reported_program(event, by_program).unwrap_or(false))
    }

    fn expressions(&self) -> Expressions<'_> {
        Expressions {
            matcher: &self.compiled.matcher,
            texts: &self.compiled.texts,
        }
    }

    /// The verdict of a rule, or that on events that no rule matches.
    fn verdict(&self, rule: Option<usize>) -> Verdict {
        let rule = rule.and_then(|at| self.policy.rules.get(at));
        rule.map_or(self.policy.default, |rule| rule.verdict)
    }

    /// The indices of all rules that match an event as a whole, and of those that ask for a command
    /// and whose pattern matches, ascending. An `allow` must match the subject: an agent chooses the
    /// server name of its connections, and which notation it uses.
    pub(crate) fn matching_event(&self, event: &Event<'_>) -> Vec<usize> {
        let (mut matching, by_other_names) = self.matching_names(event);
        let count = matching.len();
        matching.extend(
            by_other_names
                .into_iter()
                .filter(|&at| self.verdict(Some(at)) != Verdict::Allow),
        );
        if event.kind != EventKind::ToolExec {
            let Compiled { index, .. } = &*self.compiled;
            let by_effect = index.find_event(&self.policy.rules, event, self.expressions());
            matching.extend(by_effect.into_iter().filter(|&at| {
                let rule = self.policy.rules.get(at);
                rule.is_some_and(|rule| rule.pattern.is_none())
            }));
        }
        let without = self.compiled.without_pattern.iter().copied();
        matching.extend(without.filter(|&at| {
            (self.policy.rules.get(at)).is_some_and(|rule| rule.on.contains(&event.kind))
        }));
        if matching.len() > count {
            sentry_sort::unstable(&mut matching, |a, b| a < b);
            matching.dedup();
        }
        matching.retain(|&at| {
            event.kind == EventKind::ToolExec && self.asks_for_command(at)
                || self.applies(at, event) && !self.is_harmless(at, event)
        });
        matching
    }

    /// The indices of all rules whose pattern matches the subject of an event, and of those whose pattern matches
    /// another name of it. A decoded content is searched for what is new in it.
    fn matching_names(&self, event: &Event<'_>) -> (Vec<usize>, Vec<usize>) {
        if let Some((decoded, changed)) = event.decoded() {
            let Compiled { matcher, texts, .. } = &*self.compiled;
            let kind = event.kind.index();
            let [matching, by_decoded] =
                matcher.all_of_both(texts, kind, event.subject, decoded, changed);
            return (matching, by_decoded);
        }
        let mut by_others = Vec::new();
        for name in event.other_names() {
            by_others.extend(self.matching(event.kind, name));
        }
        (self.matching(event.kind, event.subject), by_others)
    }

    /// Whether a rule matches the peer of a connection, and not only the server name: an agent
    /// could name any server to have any peer denied.
    fn matches_peer(&self, at: usize, event: &Event<'_>) -> bool {
        let rule = self.policy.rules.get(at);
        if let Some(rule) = rule.filter(|rule| !rule.conditions.effects.is_empty()) {
            return self
                .compiled
                .index
                .fits_peer(at, rule, event, self.expressions());
        }
        let matches = |text: &str| self.matching(event.kind, text).contains(&at);
        event.other_names().next().is_none()
            || matches(event.subject)
            || event.names_of_peer().any(matches)
    }

    /// The indices of all rules whose pattern matches a subject, ascending. [`Sides::of`] says which
    /// one decides.
    pub(crate) fn matching(&self, kind: EventKind, subject: &str) -> Vec<usize> {
        let Compiled { matcher, texts, .. } = &*self.compiled;
        matcher.all(texts, kind.index(), subject)
    }

    /// Lets a visitor see the rules whose pattern matches a subject.
    pub(crate) fn visit(&self, kind: EventKind, subject: &str, visitor: &mut impl Visitor) {
        let Compiled { matcher, texts, .. } = &*self.compiled;
        matcher.visit(texts, kind.index(), subject, visitor);
    }

    /// Whether a judgement is of an event, and anything but an allow of severity `info`.
    fn needs_attention(&self, judgement: Judgement) -> bool {
        let Some(at) = judgement.rule() else {
            return self.policy.default != Verdict::Allow && judgement.not_event().is_none();
        };
        let needs_attention = self.needs_attention.get(at);
        debug_assert!(needs_attention.is_some(), "the judgement is of this policy");
        needs_attention.copied().unwrap_or(true)
    }
}

thread_local! {
    /// What is compiled of the built-in rules alone, once a policy needed it.
    static BUILTIN: OnceCell<Rc<Compiled>> = const { OnceCell::new() };
}

/// Reads and compiles what all policies share: the built-in rules, and their automata for ASCII
/// texts.
pub fn prepare() {
    let engine = policy::check("", &|_| None).policy.map(Engine::new);
    if let Some(Ok(engine)) = engine {
        engine.compiled.matcher.compile(&engine.compiled.texts);
    }
}

/// What a program with these arguments runs.
fn read(arguments: &[&str]) -> Reading {
    if sentry_command::may_run_more(arguments.iter().copied()) {
        sentry_command::read(arguments)
    } else {
        sentry_command::read_plain(arguments)
    }
}

/// Takes the rules that match an event as a whole.
struct EventVisitor<'e> {
    engine: &'e Engine,
    event: &'e Event<'e>,
    sides: Sides<'e>,
    /// Whether a rule may fit one command of the event and not another.
    needs_reading: Cell<bool>,
    /// Whether a rule matches that leaves out secrets which do not leave.
    may_be_harmless: bool,
}

impl Visitor for EventVisitor<'_> {
    fn wants(&self, rule: usize) -> bool {
        let Self { engine, event, .. } = self;
        let is_by_command = event.kind == EventKind::ToolExec
            && engine.is_by_command(rule)
            && !engine.asks_for_command(rule);
        if is_by_command {
            self.needs_reading.set(true);
        }
        self.sides.wants(rule) && engine.applies(rule, event)
    }

    fn take(&mut self, rule: usize) -> ControlFlow<()> {
        if self.engine.looks_for_secrets(rule) {
            self.may_be_harmless = true;
            return ControlFlow::Break(());
        }
        self.sides.take(rule)
    }
}

fn too_many_rules(policy: &Policy) -> Diagnostic {
    let span = policy
        .rules
        .last()
        .map_or_else(Span::default, |rule| rule.span);
    let problem = format!("the policy has more than {MAX_RULES} rules");
    Diagnostic::new(Code::PatternTooLarge, span, problem).help("split it")
}

fn too_much(policy: &Policy, limit: TooLarge) -> Diagnostic {
    let (TooLarge::Requirements { rule, .. } | TooLarge::Automata { rule }) = limit;
    let rule = policy.rules.get(rule);
    let (name, span) = rule.map_or(("", Span::default()), |rule| (&rule.name, rule.span));
    let (on, what, most) = match limit {
        TooLarge::Requirements { kind, .. } => {
            let kind = EventKind::ALL.get(kind).map_or("", |kind| kind.as_word());
            (
                format!(" on `{kind}`"),
                "what they look for takes",
                MAX_BYTES,
            )
        }
        TooLarge::Automata { .. } => (String::new(), "they take", MAX_AUTOMATA),
    };
    let problem = format!(
        "the patterns{on} are too large: with that of rule `{name}`, {what} more than {} MiB",
        most >> 20
    );
    Diagnostic::new(Code::PatternTooLarge, span, problem)
        .help("split the policy, or lower the counts in `{…}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(source: &str) -> Engine {
        Engine::new(policy::check(source, &|_| None).policy.unwrap()).unwrap()
    }

    /// Runs in a thread that has compiled nothing yet.
    fn judgements(of: impl Fn() + Send + 'static) -> Vec<u32> {
        let judge = move || {
            of();
            let (engine, mut scratch) = (engine(""), Scratch::default());
            let lines = include_str!("../../../../../examples/session.ndjson").lines();
            let judgements = lines.map(|line| engine.judge(line.as_bytes(), &mut scratch).code());
            judgements.collect()
        };
        std::thread::spawn(judge).join().unwrap()
    }

    #[test]
    fn policies_without_rules_of_their_own_share_a_matcher() {
        let (first, second) = (engine(""), engine("dry_run = true"));
        assert!(Rc::ptr_eq(&first.compiled, &second.compiled));
        let own = "rule \"a\" {\n  on = \"Dns\"\n  match = \"a\"\n  verdict = \"block\"\n  severity = \"low\"\n  reason = \"a\"\n}";
        assert!(!Rc::ptr_eq(&first.compiled, &engine(own).compiled));
    }

    #[test]
    fn prepared_automata_judge_as_those_that_are_compiled_on_demand() {
        let on_demand = judgements(|| ());
        assert!(on_demand.iter().any(|code| *code != 0));
        assert_eq!(judgements(prepare), on_demand);
    }

    #[test]
    fn the_automaton_that_confirms_a_rule_shows_the_same_match_as_its_pattern() {
        let (engine, mut scratch) = (engine(""), Scratch::default());
        let rules = &engine.policy.rules;
        let mut compared = 0;
        for line in include_str!("../../../../../examples/session.ndjson").lines() {
            let Ok(event) = event::parse(line.as_bytes(), &mut scratch) else {
                continue;
            };
            for at in engine.matching(event.kind, event.subject) {
                let Compiled { matcher, texts, .. } = &*engine.compiled;
                let found = matcher.find(texts, at, event.subject);
                assert_eq!(
                    found,
                    rules[at].pattern.as_ref().unwrap().find(event.subject),
                    "{line}"
                );
                compared += usize::from(event.subject.is_ascii());
            }
        }
        assert!(compared > 10, "{compared}");
    }
}
