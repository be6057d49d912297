// Adversarial subjects: their cost per byte, compared with the working session's.

import { adversarialLines, longer } from "../loads/adversarial.mjs";
import { inTurn } from "../loads/anew.mjs";
import { session } from "../loads/session.mjs";
import { measure, ratio, repeated, summary } from "../measure.mjs";

/** @typedef {import("a3s-sentry").Sentry} Sentry */

/** Bytes that are judged at a time. */
const CHUNK = 64 * 1024;
/** To see how cost grows, a subject this many times as long. */
const TIMES = 16;
/** The worst families are printed one by one. */
const TOLD = 5;

/**
 * A way that judges some lines again and again, each time of another agent, and returns the time per byte.
 * @param {Sentry} sentry @param {readonly string[]} lines @param {number} atLeastMs
 */
export function byteOf(sentry, lines, atLeastMs) {
  const bytes = Buffer.byteLength(lines.join("\n"));
  const some = Array.from({ length: Math.max(1, Math.floor(CHUNK / bytes)) }, () => lines).flat();
  const next = inTurn(some, (lines) => new Uint8Array(Buffer.from(`${lines.join("\n")}\n`)));
  const work = () => {
    const stream = sentry.createStream();
    stream.push(next());
    stream.close();
  };
  return repeated(work, next().length, atLeastMs);
}

/**
 * @param {Sentry} sentry @param {import("../measure.mjs").Effort & { atLeastMs: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function adversarial(sentry, effort) {
  const built = adversarialLines(sentry);
  const SESSION = "working session";
  const ways = built.map((one) => [one.name, byteOf(sentry, [one.line], effort.atLeastMs)]);
  const samples = await measure(
    Object.fromEntries([[SESSION, byteOf(sentry, session, effort.atLeastMs)], ...ways]),
    effort,
  );
  const base = samples[SESSION] ?? [];
  const worst = built
    .map((one) => ({ ...one, samples: samples[one.name] ?? [] }))
    .sort((a, b) => summary(b.samples).median - summary(a.samples).median);
  const rules = sentry.policy.rules.length;
  const row = {
    what: `subjects built against ${rules} rules, the worst of ${built.length}`,
    unit: "byte",
    ways: Object.fromEntries([[SESSION, base], ...worst.slice(0, TOLD).map(({ name, samples }) => [name, samples])]),
  };
  const figure = {
    what: `worst adversarial subject against the working session, a byte, ${rules} rules`,
    goal: { most: 10 },
    unit: "times",
    measured: ratio(worst[0]?.samples ?? [], base),
  };
  return { rows: [row], figures: [figure, await growthWithLength(sentry, worst.slice(0, TOLD), effort, rules)] };
}

/**
 * The most that a byte of a longer subject costs, against one of the same subject.
 * @param {Sentry} sentry @param {readonly import("../loads/adversarial.mjs").Built[]} built
 * @param {import("../measure.mjs").Effort & { atLeastMs: number }} effort @param {number} rules
 */
async function growthWithLength(sentry, built, effort, rules) {
  const pairs = built.flatMap((one) => {
    const long = longer(sentry, one, TIMES);
    return long === undefined ? [] : [{ ...one, long }];
  });
  const samples = await measure(
    Object.fromEntries(
      pairs.flatMap(({ name, line, long }) => [
        [`short ${name}`, byteOf(sentry, [line], effort.atLeastMs)],
        [`long ${name}`, byteOf(sentry, [long], effort.atLeastMs)],
      ]),
    ),
    effort,
  );
  const growths = pairs.map(({ name }) => ratio(samples[`long ${name}`] ?? [], samples[`short ${name}`] ?? []));
  const measured = growths.sort((a, b) => b.median - a.median)[0] ?? summary([]);
  return {
    what: `a byte where such subjects are ${TIMES} times as long, ${rules} rules`,
    goal: { most: 2 },
    unit: "times",
    measured,
  };
}
