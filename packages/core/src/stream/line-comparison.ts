// Judges lines by the rules of two policies at once.

import type { Decision } from "../decision/decision.js";
import { L1Decisions } from "../decision/l1-decisions.js";
import { decisionOfLine, decisionsOfLines, graver } from "../decision/line-decisions.js";
import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { isEvent, isSameLine } from "../engine/judgement-code.js";
import { MAX_CHUNK_BYTES, RULE_MASK } from "../generated/boundary.js";
import type { SentryParts } from "../sentry/parts.js";
import { pieceCodes, piecesOf } from "./line-codes.js";

/** What both policies decide about a line; `null` for one that is not an event. */
export interface DecisionPair {
  readonly before: Decision | null;
  readonly after: Decision | null;
}

/** The decisions on a block of lines. */
export interface ComparedLines {
  /** For each line the number of its pair of decisions, from 1; 0 for a line that is not an event. */
  readonly numbers: Uint32Array;
  /** The pairs whose numbers follow those of the blocks before. */
  readonly added: readonly DecisionPair[];
}

const NEWLINE = 10;
/** Few enough to stay in a core's cache while they are judged. */
const PIECE_BYTES = 64 * 1024;
/** The bits of a code that its decision depends on, without those of the rule. */
const FACTS_MASK = 0x0f00_0000;
const RULES = RULE_MASK + 1;

/**
 * Two policies that judge the same lines. Lines are parsed once, and most are decided once: the rules
 * in which the policies differ decide which lines are judged twice.
 */
export class LineComparison {
  readonly #before: { readonly engine: Engine; readonly l1: L1Decisions };
  readonly #after: { readonly engine: Engine; readonly l1: L1Decisions };
  /** There are few pairs: one for each two rules, kind of event and evidence. */
  readonly #pairs: DecisionPair[] = [];
  /** The numbers of pairs, by both codes, and by their text. */
  readonly #ofCodes = new Map<number, number>();
  readonly #ofDecisions = new Map<string, number>();
  #added: DecisionPair[] = [];

  constructor(before: SentryParts, after: SentryParts) {
    this.#before = { engine: before.engine.fork(), l1: new L1Decisions(before.policy) };
    this.#after = { engine: after.engine.fork(), l1: new L1Decisions(after.policy) };
  }

  /** Judges lines by the rules. The last one needs no newline. */
  judge(lines: Uint8Array): ComparedLines {
    const numbers: number[] = [];
    for (const piece of piecesOf(lines, PIECE_BYTES)) this.#judgePiece(piece, numbers);
    const added = this.#added;
    this.#added = [];
    return { numbers: Uint32Array.from(numbers), added };
  }

  close(): void {
    this.#before.engine.close();
    this.#after.engine.close();
  }

  #judgePiece(piece: Uint8Array, out: number[]): void {
    const pairs = this.#codePairs(piece);
    if (pairs === undefined) {
      this.#judgeTwice(piece, out);
      return;
    }
    let [lastAfter, lastBefore, last] = [-1, -1, 0];
    for (let at = 0; at < pairs.length; at += 2) {
      const [after, before] = [pairs[at] ?? 0, pairs[at + 1] ?? 0];
      if (isSameLine(after)) {
        // A damaged line: the pair of its parts so far is replaced.
        out.push(this.#withPart(out.pop() ?? 0, before, after));
        continue;
      }
      if (after !== lastAfter || before !== lastBefore) {
        last = this.#numberOfCodes(before, after);
        [lastAfter, lastBefore] = [after, before];
      }
      out.push(last);
    }
  }

  /** The codes by both policies; `undefined` if the lines have to be judged by each alone. */
  #codePairs(piece: Uint8Array): Uint32Array | undefined {
    if (piece.at(-1) !== NEWLINE || piece.length > MAX_CHUNK_BYTES) return undefined;
    try {
      return this.#after.engine.lineCodePairs(this.#before.engine, piece);
    } catch (error) {
      if (error instanceof EngineFailure) return undefined;
      throw error;
    }
  }

  #judgeTwice(piece: Uint8Array, out: number[]): void {
    const [before, after] = [this.#before, this.#after].map(({ engine, l1 }) =>
      decisionsOfLines(l1, pieceCodes(engine, piece), engine.failure),
    );
    for (const [line, decision] of (after ?? []).entries()) {
      out.push(this.#numberOf({ before: before?.[line] ?? null, after: decision }));
    }
  }

  /** The number of a damaged line's pair with a further part. */
  #withPart(number: number, before: number, after: number): number {
    const known = this.#pairs[number - 1] ?? { before: null, after: null };
    const part = this.#pairOf(before, after);
    return this.#numberOf({ before: graver(known.before, part.before), after: graver(known.after, part.after) });
  }

  #numberOfCodes(before: number, after: number): number {
    if (!isEvent(after)) return this.#numberOf(this.#pairOf(before, after));
    const key = ((after & FACTS_MASK) + (after & RULE_MASK)) * RULES + (before & RULE_MASK);
    let number = this.#ofCodes.get(key);
    if (number === undefined) {
      number = this.#numberOf(this.#pairOf(before, after));
      this.#ofCodes.set(key, number);
    }
    return number;
  }

  #pairOf(before: number, after: number): DecisionPair {
    return { before: decisionOfLine(this.#before.l1, before, ""), after: decisionOfLine(this.#after.l1, after, "") };
  }

  #numberOf(pair: DecisionPair): number {
    if (pair.before === null && pair.after === null) return 0;
    const key = JSON.stringify(pair);
    const known = this.#ofDecisions.get(key);
    if (known !== undefined) return known;
    this.#pairs.push(pair);
    this.#added.push(pair);
    this.#ofDecisions.set(key, this.#pairs.length);
    return this.#pairs.length;
  }
}
