// Compares decisions with labels, group by group.

import type { Verdict } from "@a3s-sentry/core";

/** The labelled lines of one group. */
export interface Tally {
  /** Lines labelled `block`. */
  attacks: number;
  /** Lines labelled `allow`. */
  benign: number;
  /** By L1's verdict; `flagged` means block or escalate. */
  readonly blocked: Hits;
  readonly flagged: Hits;
}

export interface Hits {
  attacks: number;
  benign: number;
}

/** Shares from 0 to 1; `null` for a share of nothing. */
export interface Rates {
  readonly recall: number | null;
  readonly precision: number | null;
  readonly falsePositives: number | null;
}

/** The most rows of a readable table. Further groups share one row. */
const MAX_GROUPS = 200;
const REST = "(other groups)";

export class Score {
  readonly groups = new Map<string, Tally>();
  readonly total = emptyTally();

  /**
   * `verdict` is L1's. `null`, for a line that is not an event, counts as neither blocked nor
   * flagged.
   */
  add(group: string, label: "allow" | "block", verdict: Verdict | null): void {
    for (const tally of [this.total, this.#tally(group)]) {
      const kind = label === "block" ? "attacks" : "benign";
      tally[kind] += 1;
      if (verdict === "block") tally.blocked[kind] += 1;
      if (verdict === "block" || verdict === "escalate") tally.flagged[kind] += 1;
    }
  }

  #tally(group: string): Tally {
    const key = this.groups.has(group) || this.groups.size < MAX_GROUPS ? group : REST;
    let tally = this.groups.get(key);
    if (tally === undefined) {
      tally = emptyTally();
      this.groups.set(key, tally);
    }
    return tally;
  }
}

export function rates(hits: Hits, { attacks, benign }: Tally): Rates {
  return {
    recall: share(hits.attacks, attacks),
    precision: share(hits.attacks, hits.attacks + hits.benign),
    falsePositives: share(hits.benign, benign),
  };
}

function emptyTally(): Tally {
  return { attacks: 0, benign: 0, blocked: { attacks: 0, benign: 0 }, flagged: { attacks: 0, benign: 0 } };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
