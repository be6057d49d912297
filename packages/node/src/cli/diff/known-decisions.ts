// Decisions by number: they cross between threads once, and are compared by their numbers.

import type { Decision, Sentry } from "@a3s-sentry/core";

/** The decisions on a block of lines. */
export interface Judged {
  /** For each line the number of its decision, from 1; 0 for a line that is not an event. */
  readonly indexes: Uint32Array;
  /** The decisions whose numbers follow those of the blocks before. */
  readonly added: readonly Decision[];
}

/** Numbers the decisions of one sentry. There are few: one for each rule, kind and evidence. */
export class KnownDecisions {
  readonly #indexes = new Map<Decision, number>();

  /** Judges a block of lines by the rules. */
  judge(sentry: Pick<Sentry, "classifyLines">, lines: Uint8Array): Judged {
    const added: Decision[] = [];
    const indexes = Uint32Array.from(sentry.classifyLines(lines), (decision: Decision | null) => {
      if (decision === null) return 0;
      const known = this.#indexes.get(decision);
      if (known !== undefined) return known;
      added.push(decision);
      this.#indexes.set(decision, this.#indexes.size + 1);
      return this.#indexes.size;
    });
    return { indexes, added };
  }
}
