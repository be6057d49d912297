// Commands: what reading them costs, and many rules that ask for them.

import { Sentry } from "a3s-sentry";
import { session } from "../loads/session.mjs";
import { costlyTexts, withShells } from "../loads/shell.mjs";
import { measure, ratio, summary } from "../measure.mjs";
import { commandRules } from "../rules/commands.mjs";
import { aclOf, generateRules } from "../rules/generate.mjs";
import { byteOf } from "./adversarial.mjs";

/** The bytes of a costly text: about as many as a collector records of one argument, and 4 MiB. */
const COSTLY = 4096;
const LONGEST = 4_000_000;
/** The worst texts are printed one by one. */
const TOLD = 3;

/**
 * @param {Sentry} sentry with the built-in rules that are in no pack @param {number} count of the rules in the larger policy
 * @param {import("../measure.mjs").Effort & { atLeastMs: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function commands(sentry, count, effort) {
  const third = Math.floor(count / 3);
  const many = await Sentry.create(commandRules(third) + aclOf(generateRules(count - third)));
  const packs = await Sentry.create("");
  const mixed = withShells(session);
  const [SESSION, PACKS, MIXED, MANY] = [
    "working session",
    "with the packs that are on by default",
    "with a `bash -c` of 200 bytes behind each line",
    `${count} rules`,
  ];
  const costly = costlyTexts(COSTLY);
  const samples = await measure(
    {
      [SESSION]: byteOf(sentry, session, effort.atLeastMs),
      [PACKS]: byteOf(packs, session, effort.atLeastMs),
      [MIXED]: byteOf(sentry, mixed, effort.atLeastMs),
      [MANY]: byteOf(many, session, effort.atLeastMs),
      ...Object.fromEntries(costly.map(({ name, line }) => [name, byteOf(sentry, [line], effort.atLeastMs)])),
    },
    effort,
  );
  const of = (/** @type {string} */ name) => samples[name] ?? [];
  const worst = costly.map(({ name }) => name).sort((a, b) => summary(of(b)).median - summary(of(a)).median);
  const longest = costlyTexts(LONGEST).filter(({ name }) => name === worst[0]);
  const long = await measure(
    Object.fromEntries(longest.map(({ name, line }) => [name, byteOf(sentry, [line], effort.atLeastMs)])),
    effort,
  );
  many.close();
  packs.close();
  return {
    rows: [
      {
        what: "events that run a shell, and texts that are costly to read",
        unit: "byte",
        ways: Object.fromEntries([SESSION, PACKS, MIXED, ...worst.slice(0, TOLD)].map((name) => [name, of(name)])),
      },
    ],
    figures: [
      {
        what: "costliest text of a shell against the working session, a byte",
        goal: { most: 10 },
        unit: "times",
        measured: ratio(of(worst[0] ?? ""), of(SESSION)),
      },
      {
        what: "the same text with 4 MB against 4 KiB, a byte",
        goal: { most: 1.5 },
        unit: "times",
        measured: ratio(long[worst[0] ?? ""] ?? [], of(worst[0] ?? "")),
      },
      {
        what: `cost of an event, ${count} rules, a third of them on commands, against 14`,
        goal: { most: 2 },
        unit: "times",
        measured: ratio(of(MANY), of(SESSION)),
      },
    ],
  };
}
