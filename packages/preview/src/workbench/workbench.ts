// The state of the page, and what changes it. It knows nothing of how it is shown.

import type { EventKind } from "@a3s-sentry/core";
import { Judge, Latest } from "../judge/judge.js";
import type { Direction, EventSource, Gated, Included, Judged, PolicyFormat, PolicyText } from "../judge/protocol.js";
import { fragmentOf } from "../share/link.js";
import { withoutSettings } from "../share/without-settings.js";
import { type Tab, texts } from "../texts.js";
import { inOrder, type Problem } from "./problems.js";
import { ReplayState } from "./replay-state.js";
import { commands, prompt, samples } from "./samples.js";
import { TestsState } from "./tests-state.js";

/** The pause in typing after which warnings are looked for. */
const IDLE_MS = 400;
/** How long the result of an action is shown. */
const NOTE_MS = 4000;

export type EventMode = EventSource["mode"];

/** What is in the event panel, in each of its modes. */
export interface EventState {
  mode: EventMode;
  command: string;
  kind: EventKind;
  fields: Partial<Record<EventKind, Record<string, string>>>;
  json: string;
  selected: number;
}

/** What is in the prompt panel. */
export interface GateState {
  text: string;
  direction: Direction;
  /** An answer with placeholders; empty for the masked text itself. */
  answer: string;
}

/** How the policy in the editor can be written back. */
export interface Saving {
  readonly save: (text: string) => Promise<void>;
  readonly name: string;
}

export class Workbench {
  tab: Tab = "event";
  policy: PolicyText = { text: samples.example, format: "acl" };
  readonly event: EventState = {
    mode: "command",
    command: commands[0],
    kind: "Egress",
    fields: {},
    json: "",
    selected: 0,
  };
  /** The policy as it was opened. */
  opened: PolicyText = this.policy;
  readonly gate: GateState = { text: prompt, direction: "request", answer: "" };
  gated: Gated | undefined;
  /** The link that is offered, or why there is none. */
  shared: { readonly link: string } | { readonly why: string } | undefined;
  /** Whether rules without a match are listed. */
  showsOthers = false;
  /** The last answer of the judge. */
  judged: Judged | undefined;
  /** Problems of the policy with warnings, and the text that they are of. */
  problems: readonly Problem[] = [];
  problemsOf = "";
  /** Why the judge failed. */
  failure: string | undefined;
  saving: Saving | undefined;
  /** The text that the file has, as far as the page knows. */
  #savedText = "";
  /** What the last action did; shown beside the actions. */
  note = "";
  readonly replay: ReplayState;
  readonly tests: TestsState;
  /** Moves the focus to a part of the page, once it is there. */
  reveal: (id: string) => void = () => {};
  /** Shows a rule of the policy in the editor. */
  showRule: (name: string) => void = () => {};
  /** Shows a place of the policy in the editor. */
  showPlace: (from: number, to: number) => void = () => {};
  #judge: Judge | undefined;
  readonly #changed: () => void;
  readonly #judging: Latest<void>;
  readonly #gating: Latest<void>;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.replay = new ReplayState(
      changed,
      () => this.policy,
      () => (this.tab === "replay" || this.tab === "compare" ? this.tab : "nothing"),
    );
    this.tests = new TestsState({
      changed,
      policy: () => this.policy,
      judge: () => this.judge,
      isShown: () => this.tab === "tests",
    });
    this.#gating = new Latest(() => this.#gateNow());
    this.#judging = new Latest(() => this.#judgeNow());
  }

  /** The worker that judges; started when it is first needed. */
  get judge(): Judge {
    this.#judge ??= new Judge();
    return this.#judge;
  }

  /** Judges what is in the panels, and shows it when it is there. */
  start(): void {
    this.#judging.offer();
    this.#lintSoon();
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#judge?.close();
    this.#judge = undefined;
    this.replay.close();
  }

  /** Runs a change of the state, and shows it. */
  update(change: () => void): void {
    change();
    this.#changed();
  }

  /** Whether there is something to save. */
  get isChanged(): boolean {
    return this.saving !== undefined && this.policy.text !== this.#savedText;
  }

  /** Sets the files that the policy may include. */
  setIncludes(includes: readonly Included[]): void {
    this.policy = { ...this.policy, includes };
    this.#judging.offer();
  }

  /** Sets where to save, with the text of the editor as what is saved. */
  setSaving(saving: Saving | undefined): void {
    this.update(() => {
      this.saving = saving;
      this.#savedText = this.policy.text;
    });
  }

  async save(): Promise<void> {
    const { text } = this.policy;
    if (!this.isChanged) return;
    try {
      await this.saving?.save(text);
      this.#savedText = text;
      this.say(texts.policy.saved);
    } catch (error) {
      this.say(texts.policy.notSaved(error instanceof Error ? error.message : String(error)));
    }
  }

  /** Says what an action did, for some seconds. */
  say(note: string): void {
    this.update(() => {
      this.note = note;
    });
    setTimeout(() => {
      if (this.note === note) this.update(() => (this.note = ""));
    }, NOTE_MS);
  }

  setPolicy(text: string, format: PolicyFormat = this.policy.format): void {
    if (text === this.policy.text && format === this.policy.format) return;
    this.policy = { ...this.policy, text, format };
    this.#judging.offer();
    this.#lintSoon();
    this.replay.policyChanged();
    this.tests.policyChanged();
    if (this.tab === "gate") this.#gating.offer();
    this.#changed();
  }

  /** Shows an event in the event panel. */
  openEvent(json: string): void {
    this.tab = "event";
    this.setEvent({ mode: "json", json: pretty(json), selected: 0 });
  }

  show(tab: Tab): void {
    this.tab = tab;
    if (tab === "gate") this.#gating.offer();
    this.replay.show();
    this.tests.policyChanged();
    this.#changed();
  }

  setGate(change: Partial<GateState>): void {
    Object.assign(this.gate, change);
    this.#gating.offer();
    this.#changed();
  }

  /** Makes a link to the policy and the event, without secrets and without the site's own settings. */
  async share(): Promise<void> {
    try {
      if (this.policy.format !== "acl") throw new Error(texts.share.onlyAcl);
      const { source } = this;
      const text = source.mode === "form" ? (this.shownJson ?? "") : source.text;
      const [policy = "", event = ""] = await this.judge.ask("mask", {
        texts: [withoutSettings(this.policy.text), text],
      });
      const mode = source.mode === "command" ? "command" : "json";
      const fragment = await fragmentOf({ policy, event: { mode, text: event } });
      this.shared = { link: `${location.href.replace(/#.*$/, "")}${fragment}` };
    } catch (error) {
      this.shared = { why: error instanceof Error ? error.message : String(error) };
    }
    this.#changed();
  }

  /** The event that is shown, as JSON. */
  get shownJson(): string | undefined {
    const events = this.judged?.events;
    return events?.is === "events" ? events.shown?.json : undefined;
  }

  async #gateNow(): Promise<void> {
    const { policy } = this;
    const { text, direction, answer } = this.gate;
    try {
      this.gated = (await this.judge.ask("gate", { policy, text, direction, answer })) ?? undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.#changed();
  }

  setEvent(change: Partial<EventState>): void {
    Object.assign(this.event, change);
    this.#judging.offer();
    this.#changed();
  }

  setField(kind: EventKind, name: string, value: string): void {
    this.setEvent({ fields: { ...this.event.fields, [kind]: { ...this.event.fields[kind], [name]: value } } });
  }

  get source(): EventSource {
    const { mode, command, kind, fields, json, selected } = this.event;
    if (mode === "command") return { mode, text: command };
    return mode === "form" ? { mode, kind, fields: fields[kind] ?? {} } : { mode, text: json, selected };
  }

  async #judgeNow(): Promise<void> {
    const { policy } = this;
    try {
      const judged = await this.judge.ask("judge", { policy, source: this.source });
      this.judged = judged;
      // The problems of this text with warnings and tests are complete. Those of an earlier one stay
      // until then, unless the text has errors or has lost them.
      const hadErrors = this.problems.some(({ severity }) => severity === "error");
      if (policy.text !== this.problemsOf && (judged.problems.length > 0 || hadErrors)) {
        this.#setProblems(policy.text, judged.problems);
      }
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.#changed();
  }

  #lintSoon(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#lintNow(), IDLE_MS);
  }

  async #lintNow(): Promise<void> {
    const { policy } = this;
    // The first decision comes first: both compile the policy.
    if (this.judged === undefined) return this.#lintSoon();
    try {
      const problems = await this.judge.ask("lint", { policy });
      if (policy !== this.policy) return;
      this.#setProblems(policy.text, problems);
      this.tests.paused();
      this.#changed();
    } catch {
      // A judge that fails says so itself.
    }
  }

  #setProblems(text: string, problems: readonly Problem[]): void {
    this.problems = inOrder(problems);
    this.problemsOf = text;
  }
}

/** JSON over several lines; what is not JSON stays as it is. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
