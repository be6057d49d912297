//! The boundary to JavaScript: the only crate that knows wasm-bindgen, and nothing but a binding.
//!
//! Cold calls pass JSON text of the types in [`sentry_core::wire`]. The hot path passes bytes in an
//! input buffer that JavaScript writes to, and returns one integer (see
//! [`sentry_core::engine::Judgement::code`]). The numbers that both sides must agree on are in
//! [`sentry_core::boundary`].

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use sentry_core::audit_text;
use sentry_core::boundary::{MAX_CHUNK, MAX_EVENT, ROW_FIELDS};
use sentry_core::decision::Word;
use sentry_core::engine::{self, Comparison, Engine, Judgement, LineStream};
use sentry_core::event::{self, Event, EventKind, Scratch};
use sentry_core::lint;
use sentry_core::policy::Date;
use sentry_core::redact::{self, LazyDetectors, Part};
use sentry_core::risk;
use sentry_core::sae::{ScoreBuffer, Tier};
use sentry_core::wire::{self, Compiling, EventFacts, RuleInfos};

#[wasm_bindgen]
extern "C" {
    /// A JavaScript function that returns the value of `env("NAME")`.
    #[wasm_bindgen(typescript_type = "(name: string) => string | undefined")]
    pub type Lookup;

    #[wasm_bindgen(method, catch, js_name = call)]
    fn call(this: &Lookup, receiver: &JsValue, name: &str) -> Result<JsValue, JsValue>;
}

/// A policy that is being compiled, then a report, and a handle if there is no error.
#[wasm_bindgen]
pub struct Compilation {
    compiling: Compiling,
    handle: Option<Handle>,
    report: String,
    /// The index of the next rule for [`Compilation::next_rules`].
    next_rule: Option<usize>,
}

#[wasm_bindgen]
impl Compilation {
    /// Compiles for some milliseconds. `lookup` returns the value of `env("NAME")`. Returns whether
    /// it is done; the next step would begin anew.
    pub fn step(&mut self, lookup: &Lookup) -> bool {
        let environment = |variable: &str| {
            let found = lookup.call(&JsValue::UNDEFINED, variable);
            found.ok().and_then(|value| value.as_string())
        };
        let Some((engine, report)) = self.compiling.step(&environment) else {
            return false;
        };
        self.next_rule = engine.is_some().then_some(0);
        self.handle = engine.map(Handle::new);
        self.report = json(&report);
        true
    }

    /// The next rules of the policy as JSON, after the last step; nothing after the last rule.
    #[wasm_bindgen(js_name = nextRules)]
    pub fn next_rules(&mut self) -> Option<String> {
        let policy = self.handle.as_ref()?.engine.policy();
        let (rules, next) = RuleInfos::at(policy, self.next_rule?);
        self.next_rule = next;
        Some(json(&rules))
    }

    /// The handle on the first call after the last step; nothing afterwards. Take the rules first.
    #[wasm_bindgen(js_name = takeHandle)]
    pub fn take_handle(&mut self) -> Option<Handle> {
        self.handle.take()
    }

    /// A `CompileReport`, after the last step. Its policy lacks the rules.
    pub fn report(&self) -> String {
        self.report.clone()
    }
}

/// Begins to compile a policy from ACL text. With `lints`, the report also holds warnings about
/// rules. `day` is as for [`Handle::set_day`].
#[wasm_bindgen]
pub fn compile(name: &str, source: &str, lints: bool, day: Option<u32>) -> Compilation {
    Compilation {
        compiling: Compiling::new(name, source, lints, day.map(Date::from_days)),
        handle: None,
        report: String::new(),
        next_rule: None,
    }
}

/// The grave warnings about a policy's site rules, as they are found.
#[wasm_bindgen]
pub struct GraveLints {
    engine: Rc<Engine>,
    lints: Option<lint::Grave>,
}

#[wasm_bindgen]
impl GraveLints {
    /// Checks for some milliseconds. Returns the messages as JSON once all is checked.
    pub fn step(&mut self) -> Option<String> {
        let lints = self.lints.as_mut()?;
        if !lints.step(&self.engine) {
            return None;
        }
        let lints = self.lints.take()?;
        Some(json(&lints.into_messages(&self.engine)))
    }
}

/// A compiled policy with its buffers: one for single events, one for a stream.
#[wasm_bindgen]
pub struct Handle {
    engine: Rc<Engine>,
    /// The dictionary of features, if one is attached.
    sae: Option<Rc<Tier>>,
    best: ScoreBuffer,
    input: Vec<u8>,
    /// The target of the event judged last, if it has one and the rule denies it.
    target: Option<String>,
    /// The `EventFacts` of the event judged last, if a tier has to judge it.
    facts: Option<String>,
    scratch: Scratch,
    stream: LineStream,
    rows: Vec<u32>,
    /// Forks share the detectors as well, and so do all policies without masking of their own.
    detectors: Rc<RefCell<LazyDetectors>>,
    /// The result of the last scan.
    scanned: Vec<u32>,
}

impl Handle {
    fn new(engine: Engine) -> Self {
        let detectors = LazyDetectors::of(&engine.policy().redact);
        Self::sharing(Rc::new(engine), detectors)
    }

    fn sharing(engine: Rc<Engine>, detectors: Rc<RefCell<LazyDetectors>>) -> Self {
        Self {
            engine,
            sae: None,
            best: ScoreBuffer::default(),
            input: Vec::new(),
            target: None,
            facts: None,
            scratch: Scratch::default(),
            stream: LineStream::default(),
            rows: Vec::new(),
            detectors,
            scanned: Vec::new(),
        }
    }

    fn use_tier(&mut self, tier: Rc<Tier>) {
        self.sae = Some(tier);
        self.stream.include_activations();
    }

    /// Writes the stream's rows as JavaScript reads them, and returns their number.
    fn pack_rows(&mut self) -> usize {
        let text = self.stream.text().as_ptr() as usize;
        self.rows.clear();
        for row in self.stream.rows() {
            // Addresses have 32 bits in wasm32. The host compares the numbers of lines modulo 2^32.
            #[allow(clippy::cast_possible_truncation)]
            let fields: [u32; ROW_FIELDS] = [
                (text + row.start) as u32,
                row.len as u32,
                row.code,
                row.line as u32,
            ];
            self.rows.extend(fields);
        }
        self.rows.len() / ROW_FIELDS
    }
}

#[wasm_bindgen]
impl Handle {
    /// A second handle on the same compiled policy and dictionary, with buffers and a stream of its
    /// own.
    #[must_use]
    pub fn fork(&self) -> Handle {
        let mut handle = Handle::sharing(Rc::clone(&self.engine), Rc::clone(&self.detectors));
        if let Some(tier) = &self.sae {
            handle.use_tier(Rc::clone(tier));
        }
        handle
    }

    /// Sets the day by which rules with `expires` are in force: the days since 1970-01-01 in UTC;
    /// nothing if it is unknown. It is also set for all forks.
    #[wasm_bindgen(js_name = setDay)]
    pub fn set_day(&self, day: Option<u32>) {
        self.engine.set_date(day.map(Date::from_days));
    }

    /// Attaches a dictionary of features. The stream then has a row for each event of a model's
    /// activations. Returns a `CompileReport` without a policy; the dictionary is attached if the
    /// report has no diagnostics.
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
            self.use_tier(Rc::new(Tier::new(dictionary, escalate_at, block_at)));
        }
        json(&report)
    }

    /// The `SaeDecision` for the first `len` bytes of the input buffer; nothing if there is no
    /// dictionary, or if they are not an event of a model's activations.
    pub fn score(&mut self, len: usize) -> Option<String> {
        let event = parse(&self.input, len, &mut self.scratch)?;
        score(&event, self.sae.as_deref(), &mut self.best)
    }

    /// The address of an input buffer for one event of `len` bytes; 0 if that is more than
    /// [`MAX_EVENT`].
    pub fn input(&mut self, len: usize) -> *mut u8 {
        if len > MAX_EVENT {
            return std::ptr::null_mut();
        }
        if self.input.len() < len {
            self.input.resize(len, 0);
        }
        self.input.as_mut_ptr()
    }

    /// Gives the memory of the last event back, with its target and facts. The input buffer has a
    /// new address afterwards.
    pub fn release(&mut self) {
        self.input = Vec::new();
        self.target = None;
        self.facts = None;
        self.scanned = Vec::new();
        self.scratch.give_back();
    }

    /// Judges the first `len` bytes of the input buffer, and returns the code of the judgement.
    pub fn judge(&mut self, len: usize) -> u32 {
        let line = self.input.get(..len).unwrap_or_default();
        let (engine, target) = (&self.engine, &mut self.target);
        let judgement = engine.judge_and(line, &mut self.scratch, |event, judgement| {
            *target = engine.target(event, judgement);
        });
        judgement.code()
    }

    /// As [`Handle::judge`]. Also keeps the facts of an event that a tier has to judge: an
    /// escalation, or a model's activations.
    #[wasm_bindgen(js_name = judgeForTiers)]
    pub fn judge_for_tiers(&mut self, len: usize) -> u32 {
        let line = self.input.get(..len).unwrap_or_default();
        let (engine, target, facts) = (&self.engine, &mut self.target, &mut self.facts);
        let judgement = engine.judge_and(line, &mut self.scratch, |event, judgement| {
            *target = engine.target(event, judgement);
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

    /// Begins to find the grave warnings about the site's rules (see [`lint::grave`]).
    #[wasm_bindgen(js_name = graveLints)]
    #[must_use]
    pub fn grave_lints(&self) -> GraveLints {
        GraveLints {
            engine: Rc::clone(&self.engine),
            lints: Some(lint::Grave::new(&self.engine)),
        }
    }

    /// The `EventFacts` of the first `len` bytes of the input buffer; nothing if they are not an
    /// event.
    pub fn facts(&mut self, len: usize) -> Option<String> {
        let event = parse(&self.input, len, &mut self.scratch)?;
        Some(json(&EventFacts::from(&event)))
    }

    /// The `Trace` of the first `len` bytes of the input buffer, without the secrets in commands;
    /// nothing if they are not an event.
    pub fn explain(&mut self, len: usize) -> Option<String> {
        let line = self.input.get(..len).unwrap_or_default();
        let mut trace = self.engine.explain(line, &mut self.scratch).ok()?;
        if let Some(commands) = &mut trace.commands {
            commands.hide_secrets(&mut self.detectors.borrow_mut());
        }
        Some(json(&trace))
    }

    /// Adds rules for secrets, as ACL text, before the first scan. Returns what cannot be used, two
    /// lines for each problem: the rule's id, which may be empty, and the reason.
    #[wasm_bindgen(js_name = importSecrets)]
    pub fn import_secrets(&mut self, source: &str) -> String {
        // Other handles may share the detectors that this one has.
        let mut own = LazyDetectors::new(self.engine.policy().redact.clone());
        let problems = own.import(source);
        self.detectors = Rc::new(RefCell::new(own));
        problems
    }

    /// The names of the kinds of secret, one line each; nothing if the detectors take too much
    /// memory.
    #[wasm_bindgen(js_name = secretKinds)]
    pub fn secret_kinds(&mut self) -> Option<String> {
        let mut detectors = self.detectors.borrow_mut();
        Some(detectors.get()?.kinds().join("\n"))
    }

    /// Searches the first `len` bytes of the input buffer for secrets that begin at or after
    /// `from`, and overwrites the buffer. Returns the address of the result (see
    /// [`Scan::pack_utf16`](sentry_core::redact::Scan::pack_utf16)); 0 if the search failed.
    pub fn scan(
        &mut self,
        len: usize,
        from: usize,
        is_last: bool,
        placeholders: bool,
    ) -> *const u32 {
        let text = self.input.get_mut(..len).unwrap_or_default();
        let part = Part {
            from,
            is_last,
            placeholders,
        };
        let mut detectors = self.detectors.borrow_mut();
        let scan = detectors.get().and_then(|all| all.scan(text, part));
        let Some(scan) = scan else {
            return std::ptr::null();
        };
        scan.pack_utf16(text, &mut self.scanned);
        self.scanned.as_ptr()
    }

    /// The address of an input buffer for the next chunk of the stream; 0 if `len` is more than
    /// [`MAX_CHUNK`]. Rows of earlier chunks become invalid.
    #[wasm_bindgen(js_name = streamInput)]
    pub fn stream_input(&mut self, len: usize) -> *mut u8 {
        if len > MAX_CHUNK {
            return std::ptr::null_mut();
        }
        self.stream.input_buffer(len).as_mut_ptr()
    }

    /// Judges all lines that end within the first `len` bytes of the chunk. Returns the number of
    /// rows.
    pub fn feed(&mut self, len: usize) -> usize {
        self.stream.feed(&self.engine, len);
        self.pack_rows()
    }

    /// Judges a last line without a newline. Returns the number of rows.
    pub fn finish(&mut self) -> usize {
        self.stream.finish(&self.engine);
        self.pack_rows()
    }

    /// The parts of a damaged line in the first `len` bytes of the input buffer (see
    /// [`event::parts`]): the start and the end of each, then the start of what is not searched, if
    /// that is not empty.
    pub fn parts(&mut self, len: usize) -> Vec<u32> {
        let line = self.input.get(..len).unwrap_or_default();
        let parts = event::parts(line, &mut self.scratch);
        // Lengths have 32 bits in wasm32.
        #[allow(clippy::cast_possible_truncation)]
        let short = |at: usize| at as u32;
        let ends = parts
            .found
            .into_iter()
            .flat_map(|part| [part.start, part.end]);
        let unsearched = parts.unsearched.map(|rest| rest.start);
        ends.chain(unsearched).map(short).collect()
    }

    /// The beginning of a text as a log may show it (see [`audit_text::shown`]).
    pub fn shown(&mut self, text: &str) -> String {
        audit_text::shown(text, &mut self.detectors.borrow_mut())
    }

    /// From now on, the stream has rows for all lines, or only for those that need attention.
    #[wasm_bindgen(js_name = setEvery)]
    pub fn set_every(&mut self, every: bool) {
        self.stream.set_every(every);
    }

    /// From now on, the stream also has rows for all events of a model's activations: a tier in
    /// JavaScript judges them.
    #[wasm_bindgen(js_name = includeActivations)]
    pub fn include_activations(&mut self) {
        self.stream.include_activations();
    }

    /// From now on, the stream also judges by an older policy.
    #[wasm_bindgen(js_name = compareWith)]
    pub fn compare_with(&mut self, before: &Handle) {
        let comparison = Comparison::new(Rc::clone(&before.engine), &self.engine);
        self.stream.compare_with(comparison);
    }

    /// The address of the codes by the older policy, one for each row.
    pub fn others(&self) -> *const u32 {
        self.stream.others().as_ptr()
    }

    /// The address of the rows, [`ROW_FIELDS`] numbers each.
    pub fn rows(&self) -> *const u32 {
        self.rows.as_ptr()
    }

    /// The `EventFacts` of a row; nothing if there is no such row.
    #[wasm_bindgen(js_name = rowFacts)]
    pub fn row_facts(&mut self, row: usize) -> Option<String> {
        let row = *self.stream.rows().get(row)?;
        let line = self.stream.text().get(row.start..row.start + row.len)?;
        let event = event::parse(line, &mut self.scratch).ok()?;
        Some(json(&EventFacts::from(&event)))
    }

    /// Why the line of a row is not an event (see [`event::fault`]).
    #[wasm_bindgen(js_name = rowFault)]
    pub fn row_fault(&self, row: usize) -> Option<String> {
        let row = *self.stream.rows().get(row)?;
        event::fault(self.stream.text().get(row.start..row.start + row.len)?)
    }

    /// Why the first `len` bytes of the input buffer are not an event (see [`event::fault`]).
    pub fn fault(&self, len: usize) -> Option<String> {
        event::fault(self.input.get(..len)?)
    }

    /// The audit summaries of all rows, three lines each (see [`audit_text::write_summary`]). With
    /// a dictionary of features, each row has a fourth line: its `SaeDecision`, empty for other
    /// kinds of event.
    #[wasm_bindgen(js_name = rowAuditSummaries)]
    pub fn row_audit_summaries(&mut self) -> String {
        let mut detectors = self.detectors.borrow_mut();
        let mut out = String::new();
        for row in self.stream.rows() {
            let line = self.stream.text().get(row.start..row.start + row.len);
            let line = line.unwrap_or_default();
            let event = event::parse(line, &mut self.scratch).ok();
            if row.is_oversized() {
                audit_text::write_oversized(line, &mut detectors, &mut out);
            } else {
                let judgement = Judgement::from_code(row.code);
                let target = event.as_ref();
                let target = target.and_then(|event| self.engine.target(event, judgement));
                let target = target.as_deref();
                audit_text::write_summary(line, event.as_ref(), target, &mut detectors, &mut out);
            }
            if let Some(tier) = self.sae.as_deref() {
                let score = event.and_then(|event| score(&event, Some(tier), &mut self.best));
                out.push_str(&score.unwrap_or_default());
                out.push('\n');
            }
        }
        out
    }

    /// The audit summary of the event judged last, the first `len` bytes of the input buffer, in
    /// three lines.
    #[wasm_bindgen(js_name = auditSummary)]
    pub fn audit_summary(&mut self, len: usize) -> String {
        let mut out = String::new();
        let line = self.input.get(..len).unwrap_or_default();
        let event = event::parse(line, &mut self.scratch).ok();
        let mut detectors = self.detectors.borrow_mut();
        let target = self.target.as_deref();
        audit_text::write_summary(line, event.as_ref(), target, &mut detectors, &mut out);
        out
    }

    /// The stream's `Counters`.
    pub fn counters(&self) -> String {
        json(&self.stream.counters())
    }
}

/// The `Risk` that a reason and a kind of event imply; nothing for an unknown kind.
#[wasm_bindgen(js_name = inferRisk)]
pub fn infer_risk(reason: &str, kind: &str) -> Option<String> {
    let kind = EventKind::from_word(kind)?;
    Some(json(&risk::infer(reason, kind).risk()))
}

/// Drops this instance: the next call gets a fresh one, and all older objects become unusable. That
/// next call must be [`ready`]: the arguments of any other call would be written into the memory
/// that is dropped.
#[wasm_bindgen]
pub fn reset() {
    wasm_bindgen::handler::schedule_reinit();
}

/// Does nothing: starts the fresh instance before anything is written into its memory.
#[wasm_bindgen]
pub fn ready() {}

/// Compiles what all policies share. Only the build calls this, for a second module that begins
/// with the memory that this leaves (`scripts/lib/snapshot.mjs`).
#[wasm_bindgen]
pub fn prepare() {
    engine::prepare();
    redact::prepare();
    wire::prepare();
}

fn parse<'s>(input: &'s [u8], len: usize, scratch: &'s mut Scratch) -> Option<Event<'s>> {
    event::parse(input.get(..len).unwrap_or_default(), scratch).ok()
}

#[inline(never)]
fn score(event: &Event<'_>, tier: Option<&Tier>, best: &mut ScoreBuffer) -> Option<String> {
    let tier = tier.filter(|_| event.kind == EventKind::LlmActivations)?;
    Some(json(&tier.judge(event.features, best)))
}

#[inline(never)]
fn json(value: &impl serde::Serialize) -> String {
    // Serializing fails only for map keys that are not strings or for a failing `Serialize`. The
    // wire types have neither.
    serde_json::to_string(value).unwrap_or_default()
}
