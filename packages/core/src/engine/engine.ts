// The narrow interface to the rule engine: one compiled policy, events in, an integer out. All that knows of wasm is
// behind it.

import type { CompileReport, Counters, EventFacts, EventKind, Risk, SaeDecision, Trace } from "../generated/wire.js";
import {
  attach,
  type CompiledPolicy,
  type Dictionary,
  type EngineSpec,
  forked,
  parse,
  restart,
  start,
} from "./compile.js";
import { EngineFailure } from "./engine-failure.js";
import type { Instance } from "./instance.js";
import { FAILED_CODE, MALFORMED_CODE } from "./judgment-code.js";
import { type AuditSummary, MAX_CHUNK_BYTES, type Row, readAuditSummary, readCodes, readRows } from "./rows.js";
import { readKinds, readScan, readUnusable, type Scan, type ScanPart, type Unusable } from "./scan.js";

/**
 * One compiled policy.
 *
 * No failure of the wasm instance gets past this class as anything but {@link FAILED_CODE} or an `EngineFailure`; the
 * call after it finds a fresh instance with the policy compiled anew.
 */
export class Engine {
  readonly #instance: Instance;
  #spec: EngineSpec;
  #live: CompiledPolicy | undefined;
  #length = 0;
  #failure = "";
  #kinds: readonly string[] | undefined;

  private constructor(instance: Instance, spec: EngineSpec, live: CompiledPolicy) {
    this.#instance = instance;
    this.#spec = spec;
    this.#live = live;
  }

  /** No engine if the report has an error. Throws `EngineFailure`. */
  static compile(instance: Instance, spec: EngineSpec): { engine: Engine | undefined; report: CompileReport } {
    const { live, report } = start(instance, spec);
    return { engine: live && new Engine(instance, spec, live), report };
  }

  /** A second engine of the same policy, with a stream of its own. Throws `EngineFailure`. */
  fork(): Engine {
    return new Engine(this.#instance, this.#spec, forked(this.#instance, this.#ready()));
  }

  /**
   * Gives the policy a dictionary of features, for good; not if the report has diagnostics. Engines that were forked before
   * do without it. Throws `EngineFailure`.
   */
  attachSae(dictionary: Dictionary): CompileReport {
    const report = this.#cold(({ handle }) => attach(handle, dictionary));
    if (report.diagnostics.length === 0) this.#spec = { ...this.#spec, sae: dictionary };
    return report;
  }

  /** Whether the policy has a dictionary of features. */
  get hasSae(): boolean {
    return this.#spec.sae !== undefined;
  }

  /** From here on, the stream gives rows for all events of a model's activations too. Throws `EngineFailure`. */
  giveActivations(): void {
    this.#cold(({ handle }) => handle.giveActivations());
    this.#spec = { ...this.#spec, activations: true };
  }

  /** Judges one event and keeps it for {@link facts} and {@link explain}. Never throws. */
  judge(event: string | Uint8Array): number {
    try {
      const { room, handle } = this.#ready();
      this.#length = room.write(event);
      return this.#length < 0 ? MALFORMED_CODE : handle.judge(this.#length);
    } catch (error) {
      this.#fail(error);
      return FAILED_CODE;
    }
  }

  /** What went wrong when {@link judge} last gave {@link FAILED_CODE}. */
  get failure(): string {
    return this.#failure;
  }

  /** Facts of the event last judged, which was one. Throws `EngineFailure`. */
  facts(): EventFacts {
    return this.#cold(({ handle }) => parse<EventFacts>(handle.facts(this.#length)));
  }

  /** What an audit line says of the event last judged, which was one. Throws `EngineFailure`. */
  auditSummary(): AuditSummary {
    return this.#cold(({ handle }) => readAuditSummary(handle.brief(this.#length)));
  }

  /** The score of an event of a model's activations, by the dictionary that is there. Throws `EngineFailure`. */
  score(event: string | Uint8Array): SaeDecision {
    return this.#cold(({ room, handle }) => {
      this.#length = room.write(event);
      return parse<SaeDecision>(handle.score(this.#length));
    });
  }

  /** The trace of the event last judged, which was one. Throws `EngineFailure`. */
  explain(): Trace {
    return this.#cold(({ handle }) => parse<Trace>(handle.explain(this.#length)));
  }

  /** The risk of a decision that no rule made. Throws `EngineFailure`. */
  inferRisk(reason: string, kind: EventKind): Risk {
    return this.#cold(() => parse<Risk>(this.#instance.core.inferRisk(reason, kind)));
  }

  /**
   * Gives the policy more rules of secrets, as ACL text, for good, before anything is scanned. What cannot be used of them is
   * told. Engines that were forked before do without them. Throws `EngineFailure`.
   */
  importSecrets(acl: string): Unusable[] {
    const problems = this.#cold(({ handle }) => readUnusable(handle.importSecrets(acl)));
    this.#spec = { ...this.#spec, secrets: acl };
    return problems;
  }

  /**
   * Finds secrets in a text of at most 16 MiB. The event last judged is gone then. Throws `EngineFailure`: nothing is known of
   * the text.
   */
  scan(text: string, part: ScanPart): Scan {
    return this.#cold((live) => {
      this.#kinds ??= readKinds(live.handle.secretKinds());
      return readScan(this.#instance.memory, live, this.#kinds, text, part);
    });
  }

  /** The beginning of a text, at most 4 KiB of it, without its secrets, but for e-mail addresses. Throws `EngineFailure`. */
  shown(text: string): string {
    return this.#cold(({ handle }) => handle.shown(text));
  }

  /** Whether the engine is the one it was: after a failure, the unfinished line of a stream is gone. */
  get intact(): boolean {
    return this.#live?.generation === this.#instance.generation;
  }

  /** Takes the next bytes of a stream, at most {@link MAX_CHUNK_BYTES}. Throws `EngineFailure`. */
  feed(chunk: Uint8Array): Row[] {
    return this.#cold((live) => this.#rows(live, this.#fed(live, chunk)));
  }

  /**
   * The codes of all lines of a text of at most {@link MAX_CHUNK_BYTES}, which must end in a newline; a line that is too
   * long is malformed. Not for an engine that a stream goes through. Throws `EngineFailure`.
   */
  codes(lines: Uint8Array): number[] {
    return this.#cold((live) => {
      live.handle.setEvery(true);
      return readCodes(this.#instance.memory, live.handle, this.#fed(live, lines));
    });
  }

  /** Takes the stream's last line, if that has no end. Throws `EngineFailure`. */
  finish(): Row[] {
    return this.#cold((live) => this.#rows(live, live.handle.finish()));
  }

  /** Throws `EngineFailure`. */
  counters(): Counters {
    return this.#cold(({ handle }) => parse<Counters>(handle.counters()));
  }

  /** Facts of a row, until the stream goes on. Throws `EngineFailure`, also if the row went with its instance. */
  factsAt(row: Row): EventFacts {
    this.#needIntact();
    return this.#cold(({ handle }) => parse<EventFacts>(handle.rowFacts(row.index)));
  }

  /** The bytes of a row's line, until the stream goes on: a view, not a copy. Throws as {@link factsAt}. */
  lineAt(row: Row): Uint8Array {
    this.#needIntact();
    return new Uint8Array(this.#instance.memory.buffer, row.place, row.length);
  }

  /** Frees the policy. The engine must not be used any more. */
  close(): void {
    const live = this.#live;
    this.#live = undefined;
    if (live?.generation === this.#instance.generation) live.handle.free();
  }

  /** Gives the number of rows. */
  #fed({ handle }: CompiledPolicy, chunk: Uint8Array): number {
    const place = handle.streamInput(chunk.length);
    if (place === 0) throw new RangeError(`a chunk may have ${MAX_CHUNK_BYTES} bytes`);
    new Uint8Array(this.#instance.memory.buffer, place, chunk.length).set(chunk);
    return handle.feed(chunk.length);
  }

  #rows({ handle }: CompiledPolicy, count: number): Row[] {
    return readRows(this.#instance.memory, handle, count, this.hasSae);
  }

  #needIntact(): void {
    if (!this.intact) throw new EngineFailure("what it had judged is gone");
  }

  #ready(): CompiledPolicy {
    const live = this.#live;
    if (live !== undefined && live.generation === this.#instance.generation) return live;
    this.#live = restart(this.#instance, this.#spec);
    return this.#live;
  }

  #cold<T>(call: (live: CompiledPolicy) => T): T {
    try {
      return call(this.#ready());
    } catch (error) {
      throw new EngineFailure(this.#fail(error));
    }
  }

  #fail(error: unknown): string {
    this.#failure = error instanceof EngineFailure ? error.what : this.#instance.discard(error);
    return this.#failure;
  }
}
