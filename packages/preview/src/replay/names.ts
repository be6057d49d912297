// The program, host or path that an event is about.

import type { EventKind } from "@a3s-sentry/core";
import type { Top } from "./protocol.js";

/** By list, the name. Empty for kinds without one. */
export function namesOf(kind: EventKind, subject: string): readonly (readonly [Top, string])[] {
  switch (kind) {
    case "ToolExec": {
      const [program = ""] = subject.split(" ", 1);
      return [["programs", program.slice(program.lastIndexOf("/") + 1) || program]];
    }
    case "Egress":
      return [["hosts", subject.slice(0, subject.lastIndexOf(":"))]];
    case "Dns":
      return [["hosts", subject]];
    case "FileAccess":
    case "FileDelete":
      return [["paths", subject]];
    default:
      return [];
  }
}

/** Counts names. Beyond a number of different ones, only those that are known are counted. */
export class NameCounts {
  static readonly #MAX_NAMES = 5000;
  static readonly #MAX_LENGTH = 200;
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const short = name.slice(0, NameCounts.#MAX_LENGTH);
    const count = this.#counts.get(short);
    if (count !== undefined) this.#counts.set(short, count + 1);
    else if (this.#counts.size < NameCounts.#MAX_NAMES) this.#counts.set(short, 1);
  }

  top(most: number): { name: string; hits: number }[] {
    const all = [...this.#counts].map(([name, hits]) => ({ name, hits }));
    return all.sort((a, b) => b.hits - a.hits || (a.name < b.name ? -1 : 1)).slice(0, most);
  }
}
