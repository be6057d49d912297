// Single calls and streams in one process, compared with the plain judge.

import { inTurn } from "../loads/anew.mjs";
import { session } from "../loads/session.mjs";
import { measure, ratio, repeated } from "../measure.mjs";
import { OURS, PLAIN } from "../rows.mjs";

/** @typedef {import("a3s-sentry").Sentry} Sentry */
/** @typedef {import("../plain/judge.mjs").PlainJudge} PlainJudge */
/** @typedef {import("../measure.mjs").Effort & { atLeastMs: number }} Effort */

/** @param {Sentry} sentry @param {PlainJudge} plain @param {Effort} effort @returns {Promise<import("../rows.mjs").Result>} */
export async function singleCalls(sentry, plain, effort) {
  const events = session.filter((line) => sentry.classify(line) !== null);
  const texts = inTurn(events, (lines) => lines);
  const bytes = inTurn(events, (lines) => lines.map((line) => new TextEncoder().encode(line)));
  /** @template T @param {() => readonly T[]} next @param {(input: T) => { verdict: string } | null} classify */
  const blocks = (next, classify) => () =>
    next().reduce((blocks, input) => blocks + (classify(input)?.verdict === "block" ? 1 : 0), 0);
  const BYTES = "a3s-sentry, bytes";
  const AGAIN = "a3s-sentry, events that came before";
  const ways = await measure(
    {
      [OURS]: repeated(
        blocks(texts, (line) => sentry.classify(line)),
        events.length,
        effort.atLeastMs,
      ),
      [BYTES]: repeated(
        blocks(bytes, (line) => sentry.classify(line)),
        events.length,
        effort.atLeastMs,
      ),
      [AGAIN]: repeated(
        blocks(
          () => events,
          (line) => sentry.classify(line),
        ),
        events.length,
        effort.atLeastMs,
      ),
      [PLAIN]: repeated(
        blocks(texts, (line) => plain.classify(line)),
        events.length,
        effort.atLeastMs,
      ),
    },
    effort,
  );
  return {
    rows: [{ what: "`classify(string)`, working session", unit: "event", ways }],
    figures: [
      {
        what: "`classify(string)` against plain JavaScript",
        goal: { least: 3 },
        unit: "times",
        measured: ratio(ways[PLAIN] ?? [], ways[OURS] ?? []),
      },
    ],
  };
}

/**
 * @param {Sentry} sentry @param {PlainJudge} plain @param {readonly { chunks: Uint8Array[], lines: number }[]} loads
 * @param {Effort} effort @returns {Promise<import("../rows.mjs").Result>}
 */
export async function stream(sentry, plain, loads, effort) {
  let turn = 0;
  const next = () => loads[turn++ % loads.length]?.chunks ?? [];
  const ours = () => {
    const chunks = next();
    const stream = sentry.createStream();
    const found = chunks.reduce((found, chunk) => found + stream.push(chunk).length, 0);
    stream.close();
    return found;
  };
  const theirs = () => {
    const judge = plain.lines();
    let found = 0;
    for (const chunk of next()) for (const _ of judge.push(chunk)) found++;
    return found;
  };
  const ways = await measure(
    {
      [OURS]: repeated(ours, loads[0]?.lines ?? 1, effort.atLeastMs),
      [PLAIN]: repeated(theirs, loads[0]?.lines ?? 1, effort.atLeastMs),
    },
    effort,
  );
  return { rows: [{ what: "stream in chunks of 64 KiB, working session", unit: "line", ways }], figures: [] };
}
