// Judges a file of events, one a line, in parts, and counts.

import type { Decision, Sentry, Verdict } from "@a3s-sentry/core";
import { KeptEvents } from "./kept-events.js";
import { eachLine, LineBlocks } from "./line-blocks.js";
import { NameCounts, namesOf } from "./names.js";
import type { Counts, KeptEvent, RuleHits, Selection, Top, Totals } from "./protocol.js";

const TOP_NAMES = 8;
const MAX_SELECTED = 500;
const VERDICTS = ["allow", "escalate", "block"] as const;

interface Hits {
  readonly verdict: Verdict;
  hits: number;
}

/** One file under one policy. The sentry must stay open until it is done. */
export class Replay {
  readonly #sentry: Sentry;
  readonly #blocks: LineBlocks;
  readonly #kept = new KeptEvents();
  readonly #parts: Counts[] = [];
  readonly #hits = new Map<string | undefined, Hits>();
  readonly #names: Readonly<Record<Top, NameCounts>> = {
    programs: new NameCounts(),
    hosts: new NameCounts(),
    paths: new NameCounts(),
  };
  readonly #decoder = new TextDecoder();
  readonly #start = performance.now();
  #lines = 0;
  #events = 0;

  constructor(sentry: Sentry, source: Blob) {
    this.#sentry = sentry;
    this.#blocks = new LineBlocks(source);
  }

  /** Judges the next part. Returns whether there are more. */
  async step(): Promise<boolean> {
    const lines = await this.#blocks.next();
    const counts: Record<Verdict, number> = { allow: 0, escalate: 0, block: 0 };
    const decisions = this.#sentry.classifyLines(lines);
    this.#lines += decisions.length;
    eachLine(lines, (index, start, end) => {
      const decision = decisions[index];
      if (decision) this.#count(decision, counts, lines.subarray(start, end));
    });
    this.#parts.push(counts);
    return !this.#blocks.isComplete;
  }

  get totals(): Totals {
    const counts: Record<Verdict, number> = { allow: 0, escalate: 0, block: 0 };
    for (const part of this.#parts) for (const verdict of VERDICTS) counts[verdict] += part[verdict];
    const { programs, hosts, paths } = this.#names;
    return {
      read: this.#blocks.read,
      size: this.#blocks.size,
      milliseconds: performance.now() - this.#start,
      isComplete: this.#blocks.isComplete,
      lines: this.#lines,
      events: this.#events,
      counts,
      parts: [...this.#parts],
      partCount: this.#blocks.partCount,
      rules: this.#ruleHits(),
      tops: { programs: programs.top(TOP_NAMES), hosts: hosts.top(TOP_NAMES), paths: paths.top(TOP_NAMES) },
    };
  }

  /** The kept events of a selection. */
  select(selection: Selection): KeptEvent[] {
    return this.#kept.select(selection, MAX_SELECTED);
  }

  #count(decision: Decision, counts: Record<Verdict, number>, line: Uint8Array): void {
    const { verdict, rule } = decision;
    this.#events++;
    counts[verdict]++;
    if (verdict === "allow" && rule === undefined) return;
    const hits = this.#hits.get(rule);
    if (hits === undefined) this.#hits.set(rule, { verdict, hits: 1 });
    else hits.hits++;
    const part = this.#parts.length;
    const isKept = this.#kept.wants({ verdict, rule }, part);
    if (verdict === "allow" && !isKept) return;
    const facts = this.#sentry.facts(line);
    if (facts === null) return;
    if (isKept) this.#kept.add(facts, { verdict, rule }, part, this.#decoder.decode(line));
    if (verdict === "allow") return;
    for (const [top, name] of namesOf(facts.kind, facts.subject)) this.#names[top].add(name);
  }

  /** All rules with their hits, the most frequent first; those without a hit keep their order. */
  #ruleHits(): RuleHits[] {
    const found = new Map(this.#hits);
    const rules: RuleHits[] = this.#sentry.policy.rules.map(({ name, origin, verdict }) => {
      const hits = found.get(name)?.hits ?? 0;
      found.delete(name);
      return { name, origin, verdict, hits };
    });
    for (const [name, { verdict, hits }] of found) rules.push({ name, origin: "site", verdict, hits });
    return rules.sort((a, b) => b.hits - a.hits);
  }
}
