// The rule engine's glue code as wasm-bindgen makes it of core-rs/crates/wasm: all that this
// package knows of it.

/** An instance's memory: the part of `WebAssembly.Memory` that is used here. */
export interface Memory {
  /** Once memory has grown, this is another buffer, and the old one is empty. */
  readonly buffer: ArrayBuffer;
}

/** A policy that is being compiled. */
export interface Compilation {
  /** Compiles for some milliseconds. Returns whether it is done; call it no more then. */
  step(lookup: (name: string) => string | undefined): boolean;
  /** A `CompileReport` as JSON, when that is done. Its policy lacks the rules. */
  report(): string;
  /** The next rules as a JSON list of `RuleInfo`; `undefined` after the last one. */
  nextRules(): string | undefined;
  /** The handle, once, after the rules; `undefined` if the policy has an error. */
  takeHandle(): Handle | undefined;
  free(): void;
}

/** The search for grave warnings about the site's rules. */
export interface GraveLints {
  /** Searches for some milliseconds. Returns the messages as a JSON list when all is done. */
  step(): string | undefined;
  free(): void;
}

/**
 * One compiled policy. Returned addresses are valid until the next call that may grow the
 * instance's memory.
 */
export interface Handle {
  free(): void;
  /**
   * Sets the day by which rules that expire are in force, of forks too: the days since 1970-01-01,
   * or `undefined` if it is unknown.
   */
  setDay(day: number | undefined): void;
  /** A second handle on the same compiled policy, with buffers and a stream of its own. */
  fork(): Handle;
  /**
   * Attaches a dictionary of features. Returns a `CompileReport` as JSON, without a policy; it has
   * no diagnostics if the dictionary was attached. The stream then has a row for each
   * `LlmActivations` event, and `rowAuditSummaries` a fourth line for each row: its `SaeDecision` as
   * JSON, empty for other kinds of event.
   */
  attachSae(name: string, text: string, escalateAt: number, blockAt: number): string;
  /**
   * The `SaeDecision` of the event in the input buffer, as JSON; `undefined` without a dictionary,
   * or for another kind.
   */
  score(len: number): string | undefined;
  /** The address of an input buffer for one event of `len` bytes; 0 if `len` is over the limit. */
  input(len: number): number;
  /** Frees the input buffer, and all that is kept of the event in it. */
  release(): void;
  /** Judges the first `len` bytes of the input buffer. Returns a code, see judgement-code.ts. */
  judge(len: number): number;
  /** As `judge`; also keeps the facts of an escalation or of an `LlmActivations` event. */
  judgeForTiers(len: number): number;
  /** The target of the event judged last; `undefined` unless its code has the target bit. */
  target(): string | undefined;
  /** The `EventFacts` that `judgeForTiers` kept, as JSON, once; `undefined` if there are none. */
  takeFacts(): string | undefined;
  /**
   * The `EventFacts` of the event in the input buffer, as JSON; `undefined` if it is not an event.
   */
  facts(len: number): string | undefined;
  /** Begins to search for grave warnings about the site's rules. */
  graveLints(): GraveLints;
  /** The `Trace` of the event in the input buffer, as JSON; `undefined` if it is not an event. */
  explain(len: number): string | undefined;
  /**
   * Adds secret patterns, as ACL text, before the first scan. Returns two lines for each that
   * cannot be used: its id, and the reason.
   */
  importSecrets(source: string): string;
  /** The kinds of secrets, one a line; `undefined` if their patterns take too much memory. */
  secretKinds(): string | undefined;
  /**
   * Finds secrets in the first `len` bytes of the input buffer, after the first `from`, and
   * overwrites the buffer. Returns the address of u32 values: the number of finds, the unit until
   * which they are stable, then start, end and kind of each. 0 if the search failed.
   */
  scan(len: number, from: number, isLast: boolean, placeholders: boolean): number;
  /** The address of a buffer for `len` bytes of a stream; 0 if `len` is over 1 MiB. */
  streamInput(len: number): number;
  /** Judges all lines that are complete now. Returns the number of rows. */
  feed(len: number): number;
  /** Judges a last line without a newline. Returns the number of rows. */
  finish(): number;
  /** Chooses between rows for all lines and rows for those that need attention. */
  setEvery(every: boolean): void;
  /** The first 4 KiB of a text, without its secrets. */
  shown(text: string): string;
  /** From now on, the stream has a row for each `LlmActivations` event. */
  includeActivations(): void;
  /**
   * From now on, the stream also judges by an older policy. `feed` then has a code by it for each row,
   * with the same bits but for the rule, and none about targets.
   */
  compareWith(before: Handle): void;
  /** The address of the codes by the older policy, one for each row. */
  others(): number;
  /** The address of the rows, four u32 each: the line's address, its length in bytes,
   * its code, its number from 1. */
  rows(): number;
  /** The parts of the damaged line in the input buffer: the start and the end of each. A further
   * number is where the rest begins that is not searched. */
  parts(len: number): Uint32Array;
  /** `Counters` as JSON. */
  counters(): string;
  /**
   * Three lines for each row: `head`, `target` and `tail` of an `AuditSummary` (rows.ts). Every
   * line ends in a newline.
   */
  rowAuditSummaries(): string;
  /** The same three lines for the event in the input buffer. */
  auditSummary(len: number): string;
  /** Why the line of a row is not an event; `undefined` if there is nothing to say. */
  rowFault(row: number): string | undefined;
  /** The same for the first `len` bytes of the input buffer. */
  fault(len: number): string | undefined;
  /** The `EventFacts` of the line of a row, by its index from 0, as JSON. */
  rowFacts(row: number): string | undefined;
}

/** The functions of the glue, and the memory of its instance. */
export interface CoreModule {
  /**
   * Begins to compile ACL text. With `lints`, the report also has warnings about rules. `day` is
   * as for `setDay`.
   */
  compile(name: string, source: string, lints: boolean, day: number | undefined): Compilation;
  /** A `Risk` as JSON; `undefined` for an unknown kind. */
  inferRisk(reason: string, kind: string): string | undefined;
  /**
   * Requests a fresh instance for the next call, which must be {@link ready}. From then on, older
   * handles throw.
   */
  reset(): void;
  /** Starts the requested instance. */
  ready(): void;
  /** The memory of the current instance. */
  memory(): Memory;
}
