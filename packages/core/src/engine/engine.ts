// The interface to the rule engine: one compiled policy, events in, an integer out. All code that
// knows wasm is behind it.

import type { EncodedEvent } from "../events/input.js";
import type { JsonText } from "../events/json-text.js";
import { MAX_CHUNK_BYTES, MAX_EVENT_BYTES } from "../generated/boundary.js";
import type { CompileReport, Counters, EventFacts, EventKind, Risk, SaeDecision, Trace } from "../generated/wire.js";
import {
  attachDictionary,
  type CompiledPolicy,
  compile,
  type Dictionary,
  type EngineSpec,
  findGraveLints,
  fork,
  parseJson,
  recompile,
  required,
} from "./compile.js";
import { dayNumber } from "./day.js";
import { EngineFailure } from "./engine-failure.js";
import type { Instance } from "./instance.js";
import { FAILED_CODE, MALFORMED_CODE } from "./judgement-code.js";
import type { Handle } from "./module.js";
import { type AuditSummary, type Row, readAuditSummary, readCodePairs, readCodes, readRows } from "./rows.js";
import { readKinds, readUnusable, type Scan, type ScanPart, scanText, type UnusablePattern } from "./scan.js";

/** A policy that took more steps to compile is compiled beside other work after a failure. */
const MAX_STEPS_AT_ONCE = 32;
const RESTORING = "the policy is being compiled again after a failure";
const TOO_LARGE = `it has more than ${MAX_EVENT_BYTES} bytes`;

// Constants, so that judging allocates no function.
const judge = (handle: Handle, length: number): number => handle.judge(length);
const judgeForTiers = (handle: Handle, length: number): number => handle.judgeForTiers(length);

/** The parts of a damaged line (see {@link Engine.parts}). */
export interface LineParts {
  readonly texts: readonly Uint8Array[];
  readonly isSearched: boolean;
}

interface Traits {
  /** Whether the policy has rules that expire. */
  readonly expires: boolean;
  /** The steps that compiling it takes. */
  readonly steps: number;
}

/**
 * One compiled policy.
 *
 * A failure of the wasm instance leaves this class only as {@link FAILED_CODE} or as an
 * `EngineFailure`. The next call gets a fresh instance, with the policy compiled again. Compiling a
 * large policy takes longer than an event should wait: then calls fail until it is done.
 */
export class Engine {
  readonly #instance: Instance;
  #spec: EngineSpec;
  #compiled: CompiledPolicy | undefined;
  readonly #traits: Traits;
  /** The day that was set last. */
  #day: number | undefined;
  /** Bytes of the event in the input buffer. */
  #length = 0;
  #failure = "";
  #secretKinds: readonly string[] | undefined;
  /** The handle whose stream also judges by an older policy. */
  #compared: Handle | undefined;
  #isRestoring = false;
  #closed = false;

  private constructor(instance: Instance, spec: EngineSpec, compiled: CompiledPolicy | undefined, traits: Traits) {
    this.#instance = instance;
    this.#spec = spec;
    this.#compiled = compiled;
    this.#traits = traits;
  }

  /**
   * Compiles a policy, in slices of time. `engine` is absent if the report has an error. Rejects
   * with an `EngineFailure`.
   */
  static async compile(
    instance: Instance,
    spec: EngineSpec,
    options: { readonly lints: boolean },
  ): Promise<{ engine: Engine | undefined; report: CompileReport }> {
    const { compiled, report, steps } = await compile(instance, spec, options);
    const expires = report.policy?.rules.some((rule) => rule.expires !== undefined) ?? false;
    return { engine: compiled && new Engine(instance, spec, compiled, { expires, steps }), report };
  }

  /** A second engine for the same policy, with a stream of its own. Throws `EngineFailure`. */
  fork(): Engine {
    // If the policy has to be compiled again, the fork does so too.
    const compiled = this.#isLost ? undefined : fork(this.#instance, this.#ready());
    return new Engine(this.#instance, this.#spec, compiled, this.#traits);
  }

  /**
   * Attaches a dictionary of features, permanently. If the report has diagnostics, nothing has
   * changed. Earlier forks do not get the dictionary. Throws `EngineFailure`.
   */
  attachSae(dictionary: Dictionary): CompileReport {
    const report = this.#call(({ handle }) => attachDictionary(handle, dictionary));
    if (report.diagnostics.length === 0) this.#spec = { ...this.#spec, sae: dictionary };
    return report;
  }

  /** Whether the policy has a dictionary of features. */
  get hasSae(): boolean {
    return this.#spec.sae !== undefined;
  }

  /**
   * From now on, the stream returns a row for every `LlmActivations` event. Throws `EngineFailure`.
   */
  includeActivations(): void {
    this.#configure((handle) => handle.includeActivations());
    this.#spec = { ...this.#spec, activations: true };
  }

  /** From now on, the stream returns a row for every line. Throws `EngineFailure`. */
  includeEveryLine(): void {
    this.#configure((handle) => handle.setEvery(true));
    this.#spec = { ...this.#spec, everyLine: true };
  }

  /**
   * Judges one event, and keeps it for {@link target}, {@link explain}, {@link auditSummary} and
   * {@link score}. Never throws.
   */
  judge(event: EncodedEvent): number {
    return this.#judge(event, judge);
  }

  /**
   * As {@link judge}; also keeps the facts of an event that a tier has to judge, for
   * {@link takeFacts}. Never throws.
   */
  judgeForTiers(event: EncodedEvent): number {
    return this.#judge(event, judgeForTiers);
  }

  /**
   * Gives back the memory of a large event, which is gone then: all policies share wasm memory, and
   * it never shrinks. Call it when nothing more is asked about the event judged last. Never throws.
   */
  release(): void {
    const compiled = this.#compiled;
    if (compiled === undefined || !compiled.input.isLarge || !this.isIntact) return;
    try {
      compiled.input.release();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Why {@link judge} or {@link judgeForTiers} last returned {@link FAILED_CODE}. */
  get failure(): string {
    return this.#failure;
  }

  /** The target of the event judged last, whose code has the target bit. Throws `EngineFailure`. */
  target(): string {
    return this.#call(({ handle }) => required(handle.target()));
  }

  /**
   * The facts of the event that {@link judgeForTiers} judged last. Throws `EngineFailure`, also on
   * a second call.
   */
  takeFacts(): EventFacts {
    return this.#call(({ handle }) => parseJson<EventFacts>(handle.takeFacts()));
  }

  /**
   * The facts of an event, without judging it; `null` if it is not an event. Throws
   * `EngineFailure`.
   */
  facts(event: EncodedEvent): EventFacts | null {
    return this.#call(({ input, handle }) => {
      this.#length = input.write(event);
      const json = this.#length < 0 ? undefined : handle.facts(this.#length);
      return json === undefined ? null : parseJson<EventFacts>(json);
    });
  }

  /**
   * The parts of a damaged line that contains whole events: those events, and the damage between
   * them. Empty for any other line. `isSearched` is false if the rest of the line may contain further
   * events. Throws `EngineFailure`.
   */
  parts(line: Uint8Array): LineParts {
    return this.#call(({ input, handle }) => {
      this.#length = input.write(line);
      const ends = handle.parts(this.#length);
      const texts: Uint8Array[] = [];
      for (let at = 0; at + 1 < ends.length; at += 2) texts.push(line.subarray(ends[at], ends[at + 1]));
      return { texts, isSearched: ends.length % 2 === 0 };
    });
  }

  /** The audit summary of the event judged last. Throws `EngineFailure`. */
  auditSummary(): AuditSummary {
    return this.#call(({ handle }) => readAuditSummary(handle.auditSummary(this.#length)));
  }

  /** The score of an `LlmActivations` event, by the attached dictionary. Throws `EngineFailure`. */
  score(event: string | Uint8Array): SaeDecision {
    try {
      return this.#call(({ input, handle }) => {
        this.#length = input.write(event);
        return parseJson<SaeDecision>(handle.score(this.#length));
      });
    } finally {
      this.release();
    }
  }

  /** The score of the event judged last, as {@link score}. */
  scoreJudged(): SaeDecision {
    return this.#call(({ handle }) => parseJson<SaeDecision>(handle.score(this.#length)));
  }

  /** The trace of the event judged last. Throws `EngineFailure`. */
  explain(): Trace {
    return this.#call(({ handle }) => parseJson<Trace>(handle.explain(this.#length)));
  }

  /**
   * Warnings about site rules that never match, match every event or block everyday commands, one
   * sentence each. Takes milliseconds, with thousands of rules some seconds, in slices; empty if the
   * engine is closed meanwhile. Rejects with an `EngineFailure`.
   */
  async graveLints(): Promise<string[]> {
    const lints = this.#call(({ handle }) => handle.graveLints());
    return await findGraveLints(this.#instance, lints, () => !this.#closed);
  }

  /** The risk of a decision that no rule made. Throws `EngineFailure`. */
  inferRisk(reason: string, kind: EventKind): Risk {
    return this.#call(() => parseJson<Risk>(this.#instance.core.inferRisk(reason, kind)));
  }

  /**
   * Adds secret patterns, as ACL text, permanently. Call it before the first scan. Returns the
   * patterns that cannot be used. Earlier forks do not get the patterns. Throws `EngineFailure`.
   */
  importSecrets(acl: string): UnusablePattern[] {
    const unusable = this.#call(({ handle }) => readUnusable(handle.importSecrets(acl)));
    this.#spec = { ...this.#spec, secrets: acl };
    return unusable;
  }

  /**
   * Finds secrets in a text of at most 16 MiB. Overwrites the event judged last. Throws
   * `EngineFailure` if the text could not be searched.
   */
  scan(text: string | JsonText, part: ScanPart): Scan {
    try {
      return this.#call((compiled) => {
        this.#secretKinds ??= readKinds(compiled.handle.secretKinds());
        return scanText(this.#instance.memory, compiled, this.#secretKinds, text, part);
      });
    } finally {
      this.release();
    }
  }

  /**
   * The first 4 KiB of a text without its secrets; e-mail addresses stay. Throws `EngineFailure`.
   */
  masked(text: string): string {
    return this.#call(({ handle }) => handle.shown(text));
  }

  /** Whether no failure has lost the stream's unfinished line since the last call. */
  get isIntact(): boolean {
    return this.#compiled?.generation === this.#instance.generation;
  }

  /**
   * Takes the next bytes of the stream, at most {@link MAX_CHUNK_BYTES}. Throws `EngineFailure`.
   */
  feed(chunk: Uint8Array): Row[] {
    return this.#call((compiled) => this.#rows(compiled, this.#feed(compiled, chunk)));
  }

  /**
   * The codes of all lines of a text, which must end in a newline, and of all parts of damaged
   * lines. Do not use it on an engine that reads a stream. Throws `EngineFailure`.
   */
  lineCodes(lines: Uint8Array): number[] {
    return this.#call((compiled) => {
      compiled.handle.setEvery(true);
      const codes: number[] = [];
      for (let start = 0; start < lines.length; start += MAX_CHUNK_BYTES) {
        const count = this.#feed(compiled, lines.subarray(start, start + MAX_CHUNK_BYTES));
        for (const code of readCodes(this.#instance.memory, compiled.handle, count)) codes.push(code);
      }
      return codes;
    });
  }

  /**
   * The codes of all lines of a piece of at most {@link MAX_CHUNK_BYTES}, which must end in a newline:
   * of each line that by this policy, then that by an older one, which must always be the same. Do
   * not use it on an engine that reads a stream. Throws `EngineFailure`.
   */
  lineCodePairs(before: Engine, piece: Uint8Array): Uint32Array {
    return this.#call((compiled) => {
      const { handle } = compiled;
      // It also puts the day in force by which the rules of the older policy expire.
      const older = before.#ready();
      if (this.#compared !== handle) {
        handle.setEvery(true);
        handle.compareWith(older.handle);
        this.#compared = handle;
      }
      return readCodePairs(this.#instance.memory, handle, this.#feed(compiled, piece));
    });
  }

  /** Ends the stream: judges a last line without a newline. Throws `EngineFailure`. */
  finish(): Row[] {
    return this.#call((compiled) => this.#rows(compiled, compiled.handle.finish()));
  }

  /** What the stream has counted. Throws `EngineFailure`. */
  counters(): Counters {
    return this.#call(({ handle }) => parseJson<Counters>(handle.counters()));
  }

  /**
   * The facts of a row, valid until the next {@link feed}. Throws `EngineFailure`, also if the
   * row's instance failed.
   */
  factsAt(row: Row): EventFacts {
    this.#requireIntact();
    return this.#call(({ handle }) => parseJson<EventFacts>(handle.rowFacts(row.index)));
  }

  /**
   * Why the line of a row is not an event; empty if there is nothing to say. Throws as
   * {@link factsAt}.
   */
  faultAt(row: Row): string {
    this.#requireIntact();
    return this.#call(({ handle }) => handle.rowFault(row.index) ?? "");
  }

  /**
   * Why an input is not an event; empty if it is one, or if there is nothing to say. Throws
   * `EngineFailure`.
   */
  fault(event: EncodedEvent): string {
    return this.#call(({ input, handle }) => {
      this.#length = input.write(event);
      return this.#length < 0 ? TOO_LARGE : (handle.fault(this.#length) ?? "");
    });
  }

  /**
   * The bytes of a row's line, valid until the next {@link feed}: a view, not a copy. Throws as
   * {@link factsAt}.
   */
  lineAt(row: Row): Uint8Array {
    this.#requireIntact();
    return new Uint8Array(this.#instance.memory.buffer, row.address, row.length);
  }

  /** Frees the policy. Do not use the engine afterwards. */
  close(): void {
    this.#closed = true;
    const compiled = this.#compiled;
    this.#compiled = undefined;
    if (compiled?.generation === this.#instance.generation) compiled.handle.free();
  }

  #judge(event: EncodedEvent, by: (handle: Handle, length: number) => number): number {
    try {
      const { input, handle } = this.#ready();
      this.#length = input.write(event);
      return this.#length < 0 ? MALFORMED_CODE : by(handle, this.#length);
    } catch (error) {
      this.#fail(error);
      return FAILED_CODE;
    }
  }

  /** Returns the number of rows. */
  #feed({ handle }: CompiledPolicy, chunk: Uint8Array): number {
    const address = handle.streamInput(chunk.length);
    if (address === 0) throw new RangeError(`a chunk may have at most ${MAX_CHUNK_BYTES} bytes`);
    new Uint8Array(this.#instance.memory.buffer, address, chunk.length).set(chunk);
    return handle.feed(chunk.length);
  }

  #rows({ handle }: CompiledPolicy, count: number): Row[] {
    return readRows(this.#instance.memory, handle, count, this.hasSae);
  }

  #requireIntact(): void {
    if (!this.isIntact) throw new EngineFailure("its rows are lost");
  }

  #ready(): CompiledPolicy {
    if (this.#isLost) {
      void this.#restore();
      throw new EngineFailure(RESTORING);
    }
    if (this.#compiled === undefined || !this.isIntact) this.#compiled = recompile(this.#instance, this.#spec);
    if (this.#traits.expires) this.#updateDay(this.#compiled);
    return this.#compiled;
  }

  /** A policy may be in force for months: its rules expire while it judges. */
  #updateDay({ handle }: CompiledPolicy): void {
    const day = dayNumber(this.#spec.date);
    if (day === this.#day) return;
    handle.setDay(day);
    this.#day = day;
  }

  /** Changes the handle, unless it is still to be compiled with the changed spec. */
  #configure(change: (handle: Handle) => void): void {
    if (this.#isRestoring || !this.#isLost) this.#call(({ handle }) => change(handle));
  }

  /** Whether a failure has lost a policy that takes long to compile. */
  get #isLost(): boolean {
    return !this.isIntact && this.#traits.steps > MAX_STEPS_AT_ONCE;
  }

  /** Compiles the policy again in slices of time. A failure is tried again by the next call. */
  async #restore(): Promise<void> {
    if (this.#isRestoring) return;
    this.#isRestoring = true;
    try {
      const { compiled } = await compile(this.#instance, this.#spec, { lints: false });
      if (this.#closed) compiled?.handle.free();
      else this.#compiled = compiled;
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
    } finally {
      this.#isRestoring = false;
    }
  }

  /** Makes a call that throws `EngineFailure` if the instance fails. */
  #call<T>(call: (compiled: CompiledPolicy) => T): T {
    try {
      return call(this.#ready());
    } catch (error) {
      throw new EngineFailure(this.#fail(error));
    }
  }

  #fail(error: unknown): string {
    this.#failure = error instanceof EngineFailure ? error.reason : this.#instance.discard(error);
    return this.#failure;
  }
}
