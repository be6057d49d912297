// The ratios that CI watches: few, quick to measure, and the same on most machines. More is better
// in each.

import { Sentry } from "a3s-sentry";
import { adversarialLines } from "./loads/adversarial.mjs";
import { loadsOfSession, session } from "./loads/session.mjs";
import { measure, ratio, summary } from "./measure.mjs";
import { PlainJudge } from "./plain/judge.mjs";
import { compiledRules, writtenRules } from "./plain/rules.mjs";
import { OURS, PLAIN } from "./rows.mjs";
import { aclOf } from "./rules/generate.mjs";
import { unmatchedRules } from "./rules/unmatched.mjs";
import { byteOf } from "./sections/adversarial.mjs";
import { singleCalls, stream } from "./sections/calls.mjs";

/** @typedef {Record<string, number>} Ratios */

const EFFORT = { rounds: 9, warmUp: 3, atLeastMs: 20 };
const RULES = 1000;

/** @returns {Promise<{ measure: () => Promise<Ratios>, close: () => void }>} */
export async function shortBench() {
  const sentry = await Sentry.create(aclOf([]));
  const packs = await Sentry.create("");
  const many = await Sentry.create(aclOf(await unmatchedRules(RULES, session)));
  const plain = new PlainJudge(compiledRules(writtenRules(sentry.policy.rules)));
  const adversarial = adversarialLines(sentry);
  const loads = loadsOfSession(500_000);

  /** @param {import("./rows.mjs").Result} result */
  const againstPlain = ({ rows: [row] }) => ratio(row?.ways[PLAIN] ?? [], row?.ways[OURS] ?? []).median;

  const measureAll = async () => {
    const bytes = await measure(
      {
        few: byteOf(sentry, session, EFFORT.atLeastMs),
        many: byteOf(many, session, EFFORT.atLeastMs),
        packs: byteOf(packs, session, EFFORT.atLeastMs),
        ...Object.fromEntries(adversarial.map(({ name, line }) => [name, byteOf(sentry, [line], 5)])),
      },
      EFFORT,
    );
    const { few = [], many: more = [], packs: packed = [], ...built } = bytes;
    const worst = Object.values(built).reduce((a, b) => (summary(a).median > summary(b).median ? a : b));
    return {
      "classify(string), times as quick as plain JavaScript": againstPlain(await singleCalls(sentry, plain, EFFORT)),
      "a stream, times as quick as plain JavaScript": againstPlain(await stream(sentry, plain, loads, EFFORT)),
      [`speed with ${RULES} more rules, as a part of that without`]: ratio(few, more).median,
      "speed with the packs that are on by default, as a part of that without": ratio(few, packed).median,
      "speed on adversarial bytes, as a part of that on the session": ratio(few, worst).median,
    };
  };
  const close = () => {
    sentry.close();
    many.close();
    packs.close();
  };
  return { measure: measureAll, close };
}
