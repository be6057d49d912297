//! The boundary to JavaScript: the only file that knows wasm-bindgen, and nothing but a boundary.
//!
//! Cold calls cross as JSON text of the types in `wire.rs`. The hot path crosses as bytes in a room
//! that JavaScript writes into, and one integer out (see [`sentry_core::engine::Judgement::code`]).

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use sentry_core::brief;
use sentry_core::decision::Word;
use sentry_core::engine::{Engine, LineStream};
use sentry_core::event::{self, Event, EventKind, Scratch};
use sentry_core::policy::{Imported, Redact, import};
use sentry_core::redact::{Detectors, Part};
use sentry_core::risk;
use sentry_core::sae::{Best, Tier};
use sentry_core::wire::{self, EventFacts};

#[wasm_bindgen]
extern "C" {
    /// A function of JavaScript that answers `env("NAME")`.
    #[wasm_bindgen(typescript_type = "(name: string) => string | undefined")]
    pub type Lookup;

    #[wasm_bindgen(method, catch, js_name = call)]
    fn call(this: &Lookup, receiver: &JsValue, name: &str) -> Result<JsValue, JsValue>;
}

/// The largest event that is judged by a single call, in bytes.
const MAX_EVENT: usize = 16 << 20;
/// The largest chunk of a stream, in bytes.
const MAX_CHUNK: usize = 1 << 20;

/// Bytes of a subject that are looked through for secrets: an audit line shows fewer, and each of them takes time, for every block.
const SUBJECT_LOOKED_AT: usize = 1024;

/// The most bytes of any other text that are shown.
const MAX_SHOWN: usize = 4096;

/// What is shown of a text where looking for secrets failed.
const UNKNOWN: &str = "(not shown, since it could not be looked through for secrets)";

/// What came of compiling a policy: a report, and a handle where the policy is sound.
#[wasm_bindgen]
pub struct Compilation {
    handle: Option<Handle>,
    report: String,
}

#[wasm_bindgen]
impl Compilation {
    /// The handle, once.
    #[wasm_bindgen(js_name = takeHandle)]
    pub fn take_handle(&mut self) -> Option<Handle> {
        self.handle.take()
    }

    /// A `CompileReport`.
    pub fn report(&self) -> String {
        self.report.clone()
    }
}

/// Compiles a policy, given as ACL text. `lookup` answers `env("NAME")`; with `lints`, warnings about
/// rules are reported too.
#[wasm_bindgen]
pub fn compile(name: &str, source: &str, lookup: &Lookup, lints: bool) -> Compilation {
    let environment = |variable: &str| {
        let found = lookup.call(&JsValue::UNDEFINED, variable);
        found.ok().and_then(|value| value.as_string())
    };
    let (engine, report) = wire::compile(name, source, &environment, lints);
    Compilation {
        handle: engine.map(|engine| Handle::new(Rc::new(engine))),
        report: json(&report),
    }
}

/// A compiled policy, a dictionary of features where there is one, and the rooms that events are written into.
#[wasm_bindgen]
pub struct Handle {
    engine: Rc<Engine>,
    sae: Option<Rc<Tier>>,
    best: Best,
    input: Vec<u8>,
    /// The target of the event judged last, if it has one and the rule denies it.
    target: Option<String>,
    /// The `EventFacts` of the event judged last, if a tier has to judge it.
    facts: Option<String>,
    scratch: Scratch,
    stream: LineStream,
    rows: Vec<u32>,
    /// What forks share too.
    secrets: Rc<RefCell<Secrets>>,
    /// What the last scan found, as JavaScript reads it.
    scanned: Vec<u32>,
}

impl Handle {
    fn new(engine: Rc<Engine>) -> Self {
        Self {
            engine,
            sae: None,
            best: Best::default(),
            input: Vec::new(),
            target: None,
            facts: None,
            scratch: Scratch::default(),
            stream: LineStream::default(),
            rows: Vec::new(),
            secrets: Rc::default(),
            scanned: Vec::new(),
        }
    }

    fn adopt(&mut self, tier: Rc<Tier>) {
        self.sae = Some(tier);
        self.stream.give_activations();
    }

    /// Packs the stream's rows as JavaScript reads them and says how many there are.
    fn pack_rows(&mut self) -> usize {
        let text = self.stream.text().as_ptr() as usize;
        self.rows.clear();
        for row in self.stream.rows() {
            // Addresses are 32 bits wide here.
            #[allow(clippy::cast_possible_truncation)]
            self.rows
                .extend([(text + row.start) as u32, row.len as u32, row.code]);
        }
        self.rows.len() / 3
    }
}

/// Detectors of secrets, made when they are first asked for.
#[derive(Default)]
struct Secrets {
    /// Rules that have not become part of the detectors yet.
    imported: Imported,
    /// `Some(None)` where they would take too much memory.
    made: Option<Option<Detectors>>,
}

impl Secrets {
    fn detectors(&mut self, redact: &Redact) -> Option<&mut Detectors> {
        let imported = &mut self.imported;
        let make = || Detectors::new(redact, std::mem::take(imported));
        self.made.get_or_insert_with(make).as_mut()
    }
}

#[wasm_bindgen]
impl Handle {
    /// A second handle on the same compiled policy and dictionary, with rooms and a stream of its own.
    pub fn fork(&self) -> Handle {
        let mut handle = Handle::new(Rc::clone(&self.engine));
        handle.secrets = Rc::clone(&self.secrets);
        if let Some(tier) = &self.sae {
            handle.adopt(Rc::clone(tier));
        }
        handle
    }

    /// Gives the handle a dictionary of features; its stream then has a row for each event of a model's
    /// activations. The answer is a `CompileReport` without a policy; all is well if it has no diagnostics.
    #[wasm_bindgen(js_name = attachSae)]
    pub fn attach_sae(
        &mut self,
        name: &str,
        text: &str,
        escalate_at: f64,
        block_at: f64,
    ) -> String {
        let (dictionary, report) = wire::dictionary(name, text);
        if let Some(dictionary) = dictionary {
            self.adopt(Rc::new(Tier::new(dictionary, escalate_at, block_at)));
        }
        json(&report)
    }

    /// The `SaeDecision` on the first `len` bytes of the room; nothing if there is no dictionary, or that is not
    /// an event of a model's activations.
    pub fn score(&mut self, len: usize) -> Option<String> {
        let line = self.input.get(..len).unwrap_or_default();
        let event = event::parse(line, &mut self.scratch).ok()?;
        score(&event, self.sae.as_deref(), &mut self.best)
    }

    /// The address of room for one event of `len` bytes; 0 if that is more than 16 MiB.
    pub fn input(&mut self, len: usize) -> *mut u8 {
        if len > MAX_EVENT {
            return std::ptr::null_mut();
        }
        if self.input.len() < len {
            self.input.resize(len, 0);
        }
        self.input.as_mut_ptr()
    }

    /// Judges the first `len` bytes of the room.
    pub fn judge(&mut self, len: usize) -> u32 {
        let line = self.input.get(..len).unwrap_or_default();
        let target = &mut self.target;
        let judgement = self.engine.judge_and(line, &mut self.scratch, |event, judgement| {
            *target = if judgement.has_target() {
                event.target()
            } else {
                None
            };
        });
        judgement.code()
    }

    /// As [`Handle::judge`]. Also keeps the facts of an event that a tier has to judge: an escalation, or
    /// a model's activations.
    #[wasm_bindgen(js_name = judgeForTiers)]
    pub fn judge_for_tiers(&mut self, len: usize) -> u32 {
        let line = self.input.get(..len).unwrap_or_default();
        let (engine, target, facts) = (&self.engine, &mut self.target, &mut self.facts);
        let judgement = engine.judge_and(line, &mut self.scratch, |event, judgement| {
            *target = if judgement.has_target() {
                event.target()
            } else {
                None
            };
            let is_for_tier =
                engine.escalates(judgement) || event.kind == EventKind::LlmActivations;
            *facts = is_for_tier.then(|| json(&EventFacts::from(event)));
        });
        judgement.code()
    }

    /// The target of the event judged last, if the deciding rule denies it.
    pub fn target(&self) -> Option<String> {
        self.target.clone()
    }

    /// The `EventFacts` that [`Handle::judge_for_tiers`] kept, once.
    #[wasm_bindgen(js_name = takeFacts)]
    pub fn take_facts(&mut self) -> Option<String> {
        self.facts.take()
    }

    /// The `EventFacts` of the first `len` bytes of the room; nothing if that is not an event.
    pub fn facts(&mut self, len: usize) -> Option<String> {
        let line = self.input.get(..len).unwrap_or_default();
        facts(line, &mut self.scratch)
    }

    /// The `Trace` of the first `len` bytes of the room; nothing if that is not an event.
    pub fn explain(&mut self, len: usize) -> Option<String> {
        let line = self.input.get(..len).unwrap_or_default();
        let trace = self.engine.explain(line, &mut self.scratch).ok()?;
        Some(json(&trace))
    }

    /// Takes in rules of secrets, as ACL text (see [`import`]), before anything is scanned. Gives what of them cannot be
    /// used, two lines for each: the rule's id, which may be empty, and what is wrong.
    #[wasm_bindgen(js_name = importSecrets)]
    pub fn import_secrets(&mut self, source: &str) -> String {
        let imported = &mut self.secrets.borrow_mut().imported;
        *imported = import(source);
        std::mem::take(&mut imported.problems)
    }

    /// The names of the kinds of secrets, a line for each; nothing where they take too much memory.
    #[wasm_bindgen(js_name = secretKinds)]
    pub fn secret_kinds(&mut self) -> Option<String> {
        let mut secrets = self.secrets.borrow_mut();
        let detectors = secrets.detectors(&self.engine.policy().redact)?;
        Some(detectors.kinds().join("\n"))
    }

    /// Looks for secrets in the first `len` bytes of the room behind `from`, and writes over them. Gives the address of what
    /// was found, in UTF-16 units of the text: how many finds, how far they hold whatever follows, then for each its start,
    /// its end, and the number of its kind. 0 where nothing is known.
    pub fn scan(
        &mut self,
        len: usize,
        from: usize,
        is_last: bool,
        placeholders: bool,
    ) -> *const u32 {
        let mut room = std::mem::take(&mut self.input);
        let text = room.get_mut(..len).unwrap_or_default();
        let part = Part {
            from,
            is_last,
            placeholders,
        };
        let mut secrets = self.secrets.borrow_mut();
        let detectors = secrets.detectors(&self.engine.policy().redact);
        let scan = detectors.and_then(|all| all.scan(text, part));
        let scan = scan.map(|mut scan| {
            scan.count_utf16(text);
            scan
        });
        self.input = room;
        let Some(scan) = scan else {
            return std::ptr::null();
        };
        // The room is below 4 GiB.
        #[allow(clippy::cast_possible_truncation)]
        let small = |number: usize| number as u32;
        self.scanned.clear();
        self.scanned
            .extend([small(scan.finds.len()), small(scan.settled)]);
        for find in &scan.finds {
            self.scanned
                .extend([small(find.start), small(find.end), find.kind]);
        }
        self.scanned.as_ptr()
    }

    /// The address of room for the next chunk of the stream; 0 if `len` is more than 1 MiB. Rows
    /// given before are no longer valid.
    #[wasm_bindgen(js_name = streamInput)]
    pub fn stream_input(&mut self, len: usize) -> *mut u8 {
        if len > MAX_CHUNK {
            return std::ptr::null_mut();
        }
        self.stream.room(len).as_mut_ptr()
    }

    /// Judges all lines that end within the first `len` bytes of the chunk. Returns how many rows
    /// need attention.
    pub fn feed(&mut self, len: usize) -> usize {
        self.stream.feed(&self.engine, len);
        self.pack_rows()
    }

    /// Judges a last line that has no end. Returns how many rows need attention.
    pub fn finish(&mut self) -> usize {
        self.stream.finish(&self.engine);
        self.pack_rows()
    }

    /// The beginning of a text, at most 4 KiB of it, as a log may show it: without its secrets, but for e-mail addresses.
    pub fn shown(&mut self, text: &str) -> String {
        shown(text, MAX_SHOWN, READABLE, &self.engine, &self.secrets)
    }

    /// From here on, gives rows for all lines, or only for those that need attention.
    #[wasm_bindgen(js_name = setEvery)]
    pub fn set_every(&mut self, every: bool) {
        self.stream.set_every(every);
    }

    /// From here on, gives rows for all events of a model's activations too: a tier judges them that is not here.
    #[wasm_bindgen(js_name = giveActivations)]
    pub fn give_activations(&mut self) {
        self.stream.give_activations();
    }

    /// The address of the rows: for each, the address of its line, the line's bytes, its code.
    pub fn rows(&self) -> *const u32 {
        self.rows.as_ptr()
    }

    /// The `EventFacts` of a row; nothing if there is no such row.
    #[wasm_bindgen(js_name = rowFacts)]
    pub fn row_facts(&mut self, row: usize) -> Option<String> {
        let row = *self.stream.rows().get(row)?;
        let line = self.stream.text().get(row.start..row.start + row.len)?;
        facts(line, &mut self.scratch)
    }

    /// What an audit line says of each row, two lines of text for each: the members of an object (see
    /// [`brief::members`]; contents and commands without their secrets), and the event's target as a JSON text, empty where it has none. With a dictionary
    /// of features there is a third line: the `SaeDecision`, empty for other kinds of event.
    #[wasm_bindgen(js_name = rowBriefs)]
    pub fn row_briefs(&mut self) -> String {
        let mut out = String::new();
        for row in self.stream.rows() {
            let line = self.stream.text().get(row.start..row.start + row.len);
            let event = event::parse(line.unwrap_or_default(), &mut self.scratch).ok();
            write_brief(event.as_ref(), &self.engine, &self.secrets, &mut out);
            if let Some(tier) = self.sae.as_deref() {
                let score = event.and_then(|event| score(&event, Some(tier), &mut self.best));
                out.push_str(&score.unwrap_or_default());
                out.push('\n');
            }
        }
        out
    }

    /// The first two of these lines for the first `len` bytes of the room.
    pub fn brief(&mut self, len: usize) -> String {
        let mut out = String::new();
        let line = self.input.get(..len).unwrap_or_default();
        let event = event::parse(line, &mut self.scratch).ok();
        write_brief(event.as_ref(), &self.engine, &self.secrets, &mut out);
        out
    }

    /// The stream's `Counters`.
    pub fn counters(&self) -> String {
        json(&self.stream.counters())
    }
}

/// The `Risk` that a reason and a kind of event speak of; nothing for a kind that is not known.
#[wasm_bindgen(js_name = inferRisk)]
pub fn infer_risk(reason: &str, kind: &str) -> Option<String> {
    let kind = EventKind::from_word(kind)?;
    Some(json(&risk::infer(reason, kind).risk()))
}

/// Drops this instance: the next call gets a fresh one, and every older object refuses to work. Let
/// that call be [`ready`]: one with arguments would write them into the memory that is dropped.
#[wasm_bindgen]
pub fn reset() {
    wasm_bindgen::handler::schedule_reinit();
}

/// Does nothing, so that a fresh instance comes up before anything is written for it.
#[wasm_bindgen]
pub fn ready() {}

fn facts(line: &[u8], scratch: &mut Scratch) -> Option<String> {
    let event = event::parse(line, scratch).ok()?;
    Some(json(&EventFacts::from(&event)))
}

#[inline(never)]
fn score(event: &Event<'_>, tier: Option<&Tier>, best: &mut Best) -> Option<String> {
    let tier = tier.filter(|_| event.kind == EventKind::LlmActivations)?;
    Some(json(&tier.judge(event.features, best)))
}

/// Kinds of secrets that are shown where they may say what somebody does: a command names the machine that it sends to as an address.
const READABLE: &[&str] = &["email"];

/// Events whose subjects are shown without their secrets, and what kinds of them are shown all the same.
fn masked_but(kind: EventKind) -> Option<&'static [&'static str]> {
    match kind {
        EventKind::SslContent => Some(&[]),
        EventKind::ToolExec => Some(READABLE),
        _ => None,
    }
}

#[inline(never)]
fn shown(
    text: &str,
    most: usize,
    readable: &[&str],
    engine: &Engine,
    secrets: &RefCell<Secrets>,
) -> String {
    let mut secrets = secrets.borrow_mut();
    let detectors = secrets.detectors(&engine.policy().redact);
    let shown = detectors.and_then(|all| all.shown(text, most, readable));
    shown.unwrap_or_else(|| UNKNOWN.to_owned())
}

fn write_brief(
    event: Option<&Event<'_>>,
    engine: &Engine,
    secrets: &RefCell<Secrets>,
    out: &mut String,
) {
    if let Some(event) = event {
        match masked_but(event.kind) {
            Some(readable) => brief::members(
                event,
                &shown(event.subject, SUBJECT_LOOKED_AT, readable, engine, secrets),
                out,
            ),
            None => brief::members(event, event.subject, out),
        }
    }
    out.push('\n');
    if let Some(target) = event.and_then(Event::target) {
        brief::text(&target, out);
    }
    out.push('\n');
}

#[inline(never)]
fn json(value: &impl serde::Serialize) -> String {
    // Only a map with keys that are not text, or a failing `Serialize`, could fail here.
    serde_json::to_string(value).unwrap_or_default()
}
