// The state of the replay: the stream, its totals, and the events that are shown of it.

import { Judge } from "../judge/judge.js";
import { CANCELLED, type PolicyText } from "../judge/protocol.js";
import type { Comparison, KeptEvent, Selection, Totals } from "../replay/protocol.js";

/** Up to this size, a stream is judged again whenever the policy changes. */
const SMALL_BYTES = 8 * 1024 * 1024;
/** The pause in typing after which it is. */
const IDLE_MS = 500;

/** Which of the panels with a stream is on view. */
export type Shows = "replay" | "compare" | "nothing";

export interface Stream {
  readonly name: string;
  readonly blob: Blob;
}

/** A long task: not begun, running with what it has so far, or at its end. */
export type Task<Result> =
  | { readonly is: "none" }
  | { readonly is: "running"; readonly soFar: Result | undefined }
  | { readonly is: "done"; readonly result: Result; readonly policy: string }
  | { readonly is: "failed"; readonly why: string }
  | { readonly is: "cancelled" };

export interface Selected {
  readonly selection: Selection;
  readonly events: readonly KeptEvent[];
}

export interface ChangeFilter {
  readonly text: string;
  readonly move: string;
}

export class ReplayState {
  stream: Stream | undefined;
  replay: Task<Totals> = { is: "none" };
  selected: Selected | undefined;
  /** The policy that is compared with the one in the editor. */
  baseline: PolicyText | undefined;
  /** The name of the choice that the baseline is from. */
  baselineName = "";
  comparison: Task<Comparison> = { is: "none" };
  /** Which changes are shown: those with a text in them, and of one pair of verdicts. */
  filter: ChangeFilter = { text: "", move: "" };
  readonly #changed: () => void;
  readonly #policy: () => PolicyText;
  readonly #shows: () => Shows;
  #judge: Judge | undefined;
  #controller = new AbortController();
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void, policy: () => PolicyText, shows: () => Shows) {
    this.#changed = changed;
    this.#policy = policy;
    this.#shows = shows;
  }

  /** A worker of its own, so that typing does not wait for a replay. */
  get #worker(): Judge {
    this.#judge ??= new Judge();
    return this.#judge;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#judge?.close();
    this.#judge = undefined;
  }

  open(stream: Stream): void {
    this.cancel();
    this.stream = stream;
    this.selected = undefined;
    this.comparison = { is: "none" };
    this.replay = { is: "none" };
    this.show();
  }

  /** Judges what the panel on view needs. */
  show(): void {
    const shows = this.#shows();
    if (shows === "compare" && this.comparison.is === "none") void this.compare();
    else if (shows === "replay" && this.replay.is === "none") void this.run();
    this.#changed();
  }

  setBaseline(name: string, baseline: PolicyText | undefined): void {
    this.baselineName = name;
    this.baseline = baseline;
    this.comparison = { is: "none" };
    this.#changed();
    void this.compare();
  }

  setFilter(change: Partial<ChangeFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.#changed();
  }

  cancel(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
  }

  /** Judges the stream by the policy in the editor. */
  async run(): Promise<void> {
    const { stream } = this;
    if (stream === undefined) return;
    const { selected } = this;
    const policy = this.#policy();
    const shown = this.replay.is === "done" ? this.replay.result : undefined;
    await this.#task<Totals>(
      shown,
      policy.text,
      (task) => {
        this.replay = task;
      },
      (report, signal) => this.#worker.askLong("replay", { policy, source: stream.blob }, report, signal),
    );
    // The list stays, with the events as they are decided now.
    if (selected !== undefined && this.selected === selected) await this.select(selected.selection);
  }

  /** Judges the stream by the baseline and by the policy in the editor. */
  async compare(): Promise<void> {
    const { stream, baseline: before } = this;
    if (stream === undefined || before === undefined) return;
    this.filter = { text: "", move: "" };
    const after = this.#policy();
    await this.#task<Comparison>(
      undefined,
      after.text,
      (task) => {
        this.comparison = task;
      },
      (report, signal) => this.#worker.askLong("compare", { before, after, source: stream.blob }, report, signal),
    );
  }

  async select(selection: Selection): Promise<void> {
    const events = await this.#worker.ask("select", { selection });
    this.selected = { selection, events };
    this.#changed();
  }

  /** Judges a small stream again after a change of the policy. */
  policyChanged(): void {
    clearTimeout(this.#idle);
    const shows = this.#shows();
    if (shows === "nothing" || this.stream === undefined || this.stream.blob.size > SMALL_BYTES) return;
    this.#idle = setTimeout(() => void (shows === "replay" ? this.run() : this.compare()), IDLE_MS);
  }

  async #task<Result>(
    shown: Result | undefined,
    policy: string,
    set: (task: Task<Result>) => void,
    ask: (report: (soFar: Result) => void, signal: AbortSignal) => Promise<Result>,
  ): Promise<void> {
    this.cancel();
    const { signal } = this.#controller;
    const show = (task: Task<Result>): void => {
      if (signal.aborted && task.is !== "cancelled") return;
      set(task);
      this.#changed();
    };
    show({ is: "running", soFar: shown });
    try {
      const result = await ask((soFar) => show({ is: "running", soFar }), signal);
      show({ is: "done", result, policy });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      // A task that another one replaced has nothing to say any more.
      if (why !== CANCELLED) show({ is: "failed", why });
      else if (signal === this.#cancelledBy) show({ is: "cancelled" });
    }
  }

  #cancelledBy: AbortSignal | undefined;

  /** Ends the running task at the wish of the person. */
  stop(): void {
    this.#cancelledBy = this.#controller.signal;
    this.cancel();
  }
}
