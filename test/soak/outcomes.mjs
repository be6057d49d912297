// Checks the audit: each event exactly once, in order where order is promised, decided by one whole
// policy.

import { SLOTS } from "./load.mjs";
import { reason, ruleName } from "./policy.mjs";

/** The number of problems that are listed; more are only counted. */
const TOLD = 10;

/**
 * @typedef {{ agent?: string, decision: { verdict: string, tier: string, reason: string, rule?: string, resolution?: string },
 *   enforced?: string, enforce_error?: string }} Audit
 */

export class Outcomes {
  /** @type {string[]} */
  problems = [];
  problemCount = 0;
  /** Audit lines. */
  lines = 0;
  blocked = 0;
  /** Escalations that L2 settled, and those that took the fail mode. */
  settled = 0;
  degraded = 0;
  /** Versions that decided. @type {Set<number>} */
  versions = new Set();
  #seen = new Uint8Array(1 << 16);
  #lastVersion = 0;
  #lastBlocked = -1;
  /** @type {(version: number) => boolean} */
  #isGood;

  /** @param {(version: number) => boolean} isGood whether this version was ever a policy to be in force */
  constructor(isGood) {
    this.#isGood = isGood;
  }

  /** Takes one audit line. @param {string} line */
  take(line) {
    this.lines += 1;
    const audit = parse(line);
    if (audit === undefined) return this.#problem("an audit line is no JSON", line);
    const id = Number(audit.agent);
    const slot = Number.isInteger(id) && id >= 0 ? SLOTS[id % SLOTS.length] : undefined;
    if (slot === undefined) return this.#problem("an audit line of an event that was not sent", line);
    this.#once(id, line);
    if (audit.decision.verdict === "block") this.blocked += 1;
    if ("ask" in slot) this.#asked(audit, slot.ask, line);
    else this.#ruled(audit, id, slot.index, line);
  }

  /** Checks that the first `count` events all have an audit line. @param {number} count */
  complete(count) {
    for (let id = 0; id < count; id++) {
      if (this.#seen[id] === 1) continue;
      const next = this.#seen.indexOf(1, id);
      const end = Math.min(next === -1 ? count : next, count);
      this.#problem("events without an audit line", `${end - id} from ${id} on`);
      id = end;
    }
    if (this.#seen.indexOf(1, count) !== -1) this.#problem("an audit line of an event that was not sent", "");
  }

  /** @param {number} id @param {string} line */
  #once(id, line) {
    while (id >= this.#seen.length) {
      const longer = new Uint8Array(this.#seen.length * 2);
      longer.set(this.#seen);
      this.#seen = longer;
    }
    if (this.#seen[id] !== 0) this.#problem("a second audit line of one event", line);
    this.#seen[id] = 1;
  }

  /** What rules block comes in order, so its versions rise. @param {Audit} audit @param {number} id @param {number} index @param {string} line */
  #ruled({ decision, enforced }, id, index, line) {
    const version = this.#versionOf(decision, index, line);
    if (decision.verdict !== "block" || decision.tier !== "Rules") this.#problem("not blocked by a rule", line);
    if (id < this.#lastBlocked) this.#problem("audit lines out of order", line);
    if (version < this.#lastVersion) this.#problem("judged by an older policy than an event before", line);
    if (enforced === undefined) this.#problem("a block whose target is in no deny-file", line);
    this.#lastBlocked = id;
    this.#lastVersion = version;
  }

  /** @param {Audit} audit @param {"harmless" | "dangerous"} ask @param {string} line */
  #asked({ decision, enforced }, ask, line) {
    if (decision.resolution !== undefined) {
      this.degraded += 1;
      this.#versionOf(decision, "ask", line);
      return;
    }
    this.settled += 1;
    const wanted = ask === "harmless" ? "allow" : "block";
    if (decision.tier !== "Llm" || decision.verdict !== wanted)
      this.#problem(`not what L2 answers to \`${ask}\``, line);
    if (wanted === "block" && enforced === undefined) this.#problem("a block whose target is in no deny-file", line);
  }

  /** The version whose rule decided, every mark of which must be that of one good policy. */
  /** @param {Audit["decision"]} decision @param {number | "ask"} which @param {string} line */
  #versionOf(decision, which, line) {
    const version = Number(/^soak-v(\d+)-/.exec(decision.rule ?? "")?.[1] ?? Number.NaN);
    const whole = decision.rule === ruleName(version, which) && decision.reason.startsWith(reason(version, which));
    if (!whole || !this.#isGood(version)) this.#problem("judged by no whole policy", line);
    this.versions.add(version);
    return version;
  }

  /** @param {string} what @param {string} line */
  #problem(what, line) {
    this.problemCount += 1;
    if (this.problems.length < TOLD) this.problems.push(`${what}: ${line.slice(0, 400)}`);
  }
}

/** @param {string} line @returns {Audit | undefined} */
function parse(line) {
  try {
    const audit = JSON.parse(line);
    return typeof audit?.decision?.reason === "string" ? audit : undefined;
  } catch {
    return undefined;
  }
}
