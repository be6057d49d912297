// The core's glue, as wasm-bindgen makes it of core-rs/crates/wasm: all that this package knows of it.

/** An instance's memory: the part of `WebAssembly.Memory` that matters here. */
export interface Memory {
  /** Another buffer, and the old one empty, once memory has grown. */
  readonly buffer: ArrayBuffer;
}

/** What `compile` gives: a report, and a handle to judge with if there was no error. */
export interface Compilation {
  /** The handle, once; nothing if the policy has an error. */
  takeHandle(): Handle | undefined;
  /** A `CompileReport` as JSON. */
  report(): string;
  free(): void;
}

/** One compiled policy. Pointers are places in the instance's memory, good until the next call that may grow it. */
export interface Handle {
  free(): void;
  /** A second handle on the same compiled policy, with a room and a stream of its own. */
  fork(): Handle;
  /**
   * Gives the policy a dictionary of features: a `CompileReport` as JSON, without a policy; it has no diagnostics if all is well.
   * The stream then has a row for each event of a model's activations, and `rowBriefs` a third line for each row: its
   * `SaeDecision` as JSON, empty for other kinds of event.
   */
  attachSae(name: string, text: string, escalateAt: number, blockAt: number): string;
  /** A `SaeDecision` as JSON, of the event in the room; nothing without a dictionary, or if it is of another kind. */
  score(len: number): string | undefined;
  /** Room for `len` bytes of one event; 0 if `len` is over the limit. */
  input(len: number): number;
  /** Judges the first `len` bytes in the room: a code, see code.ts. */
  judge(len: number): number;
  /** `EventFacts` as JSON, of the event in the room; nothing if it is not an event. */
  facts(len: number): string | undefined;
  /** A `Trace` as JSON, of the event in the room; nothing if it is not an event. */
  explain(len: number): string | undefined;
  /** Takes in rules of secrets, as ACL text, before the first scan. Gives two lines for each that cannot be used: its id, why. */
  importSecrets(source: string): string;
  /** The names of the kinds of secrets, a line for each; nothing if what they look for takes too much memory. */
  secretKinds(): string | undefined;
  /**
   * Looks for secrets in the first `len` bytes in the room, behind the first `from`, and writes over them. A place of u32: how
   * many finds there are, how far they hold, then start, end and number of the kind of each. 0 if nothing is known.
   */
  scan(len: number, from: number, isLast: boolean, placeholders: boolean): number;
  /** Room for `len` bytes of a stream, at most 1 MiB. */
  streamInput(len: number): number;
  /** Judges all lines that are complete now; gives the number of rows. */
  feed(len: number): number;
  /** Judges a last line that has no end; gives the number of rows. */
  finish(): number;
  /** From here on, gives rows for all lines, or only for those that need attention. */
  setEvery(every: boolean): void;
  /** The beginning of a text, at most 4 KiB of it, without its secrets. */
  shown(text: string): string;
  /** From here on, gives rows for all events of a model's activations too. */
  giveActivations(): void;
  /** Rows of three u32: place of the line, its length in bytes, its code. */
  rows(): number;
  /** `Counters` as JSON. */
  counters(): string;
  /** Two lines for each row: the `head` and the `target` of a `Brief` (rows.ts); all lines end. */
  rowBriefs(): string;
  /** The same two lines for the event in the room. */
  brief(len: number): string;
  /** `EventFacts` as JSON, of the line of a row, by its number from 0. */
  rowFacts(row: number): string | undefined;
}

/** The functions of the glue, and the memory of its instance. */
export interface CoreModule {
  /** Compiles ACL text. With `lints`, the report also holds warnings about rules. */
  compile(name: string, source: string, lookup: (name: string) => string | undefined, lints: boolean): Compilation;
  /** A `Risk` as JSON; nothing for a kind that is not known. */
  inferRisk(reason: string, kind: string): string | undefined;
  /** Asks for a fresh instance at the next call, which must be {@link ready}. Older handles throw from then on. */
  reset(): void;
  /** Brings up the instance that is due. */
  ready(): void;
  /** The present instance's memory. */
  memory(): Memory;
}
