// The texts of an answer: each part of the answer that grows by itself has a restorer of its own.

import type { KeptPlace, RestoreOptions, Restorer } from "../restorer.js";

type Member =
  | ("type" | "index" | "item" | "part" | "response" | "output" | "item_id" | "content_index" | "sequence_number")
  | ("choices" | "delta" | "message" | "finish_reason" | "content" | "refusal" | "text" | "input" | "arguments")
  | ("tool_calls" | "function" | "content_block" | "partial_json")
  | ("candidates" | "finishReason" | "parts" | "thought" | "functionCall" | "args" | "role");

/** An object of an answer, with the members that are read. Nothing is known of their types. */
export type Json = { [M in Member]?: unknown };

/** What restores: an inspection, or a redactor. */
export interface RestorerSource {
  restorer(options?: RestoreOptions): Restorer;
}

/** Text that is shown, arguments of a tool as JSON text, or a text in arguments that are JSON objects. */
export type TextKind = "text" | "arguments" | "argument";

/** A secret that was put back in an answer. */
export interface RestoredSecret {
  readonly kind: string;
  readonly placeholder: string;
}

/** A placeholder that stays in an answer, and why. */
export type KeptPlaceholder = Pick<KeptPlace, "written" | "why">;

/** The most that is remembered of each list. */
const MAX_REMEMBERED = 10_000;

interface Open {
  readonly restorer: Restorer;
  readonly kind: TextKind;
  /** The data of an event that adds a text to this one. */
  readonly toEvent: (text: string) => Json;
}

export class Texts {
  readonly #source: RestorerSource;
  readonly #options: RestoreOptions;
  readonly #open = new Map<string, Open>();
  readonly #restored = new Map<string, RestoredSecret>();
  readonly #kept = new Map<string, KeptPlaceholder>();
  /** Whether each text comes as a whole. */
  isWhole = false;

  constructor(source: RestorerSource, options: RestoreOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** The secrets that were put back in texts that have ended, each once. */
  get restored(): readonly RestoredSecret[] {
    return [...this.#restored.values()];
  }

  get kept(): readonly KeptPlaceholder[] {
    return [...this.#kept.values()];
  }

  /** What is certain of the text `key` with its next part. `toEvent` makes an event of what remains. */
  push(key: string, part: string, kind: TextKind, toEvent: (text: string) => Json): string {
    if (this.isWhole) return this.whole(part, kind);
    const { restorer } = this.#open.get(key) ?? { restorer: this.#restorer(kind) };
    this.#open.set(key, { restorer, kind, toEvent });
    return restorer.push(part);
  }

  /** Ends the text `key`: what remains of it. */
  end(key: string): string {
    const open = this.#open.get(key);
    this.#open.delete(key);
    return open === undefined ? "" : this.#endOf(open);
  }

  /** Ends the texts whose keys begin like this: the events for what remains of them. */
  endAll(prefix = ""): Json[] {
    const events: Json[] = [];
    for (const [key, open] of this.#open) {
      if (!key.startsWith(prefix)) continue;
      this.#open.delete(key);
      const rest = this.#endOf(open);
      if (rest !== "") events.push(open.toEvent(rest));
    }
    return events;
  }

  /** A whole text. */
  whole(text: string, kind: TextKind): string {
    const restorer = this.#restorer(kind);
    return restorer.push(text) + this.#endOf({ restorer, kind, toEvent: () => ({}) });
  }

  #restorer(kind: TextKind): Restorer {
    const form = this.#options.form ?? (kind === "arguments" ? "json" : "text");
    const isAsked = kind === "text" || this.#options.inside?.includes("argument");
    return this.#source.restorer({ ...this.#options, form, ...(!isAsked && { only: [] }) });
  }

  #endOf({ restorer, kind }: Open): string {
    const rest = restorer.end();
    const isArgument = kind !== "text" && !this.#options.inside?.includes("argument");
    for (const { kind: of, placeholder } of restorer.restored) {
      add(this.#restored, placeholder, { kind: of, placeholder });
    }
    for (const { written, why } of restorer.kept) {
      const reason = isArgument && why === "not-asked" ? "argument" : why;
      add(this.#kept, `${reason} ${written}`, { written, why: reason });
    }
    return rest;
  }
}

function add<Item>(items: Map<string, Item>, key: string, item: Item): void {
  if (items.size < MAX_REMEMBERED) items.set(key, item);
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a list; none if it is no list. */
export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Replaces the text at a member; nothing happens if there is none. */
export function replaceText(object: unknown, member: Member, replace: (text: string) => string): void {
  if (!isObject(object)) return;
  const text = object[member];
  if (typeof text === "string") object[member] = replace(text);
}

/** Restores all texts in arguments that are an object. */
export function restoreArguments(args: unknown, texts: Texts): void {
  const pending: unknown[] = [args];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null) continue;
    const object = next as Record<string, unknown>;
    for (const member of Object.keys(object)) {
      const value = object[member];
      if (typeof value === "string") {
        object[member] = restoredValue(value, Array.isArray(object) ? undefined : member, texts);
      } else pending.push(value);
    }
  }
}

/** A text, or the number that a placeholder alone stands for. `name` is that of the value; none in a list. */
function restoredValue(value: string, name: string | undefined, texts: Texts): string | number {
  const text = texts.whole(value, "argument");
  if (text === value || !/^[-+.\dEe]+$/.test(text)) return text;
  const json = texts.whole(JSON.stringify(name === undefined ? [value] : { [name]: value }), "arguments");
  const [number] = Object.values(JSON.parse(json) as Record<string, unknown>);
  // A number with more digits than JavaScript has stays a text.
  return typeof number === "number" && String(number) === text ? number : text;
}
