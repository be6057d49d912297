// bench/expected.json: the ratios that CI compares later builds with.

import { writeFileSync } from "node:fs";
import { shortBench } from "../short.mjs";

const TRIES = 3;

/** Each ratio is the middle one of some tries. */
export async function writeExpected() {
  const bench = await shortBench();
  /** @type {import("../short.mjs").Ratios[]} */
  const tries = [];
  for (let i = 0; i < TRIES; i++) tries.push(await bench.measure());
  bench.close();
  const names = Object.keys(tries[0] ?? {});
  const middle = names.map((name) => {
    const sorted = tries.map((ratios) => ratios[name] ?? 0).sort((a, b) => a - b);
    return [name, Number((sorted[Math.floor(TRIES / 2)] ?? 0).toFixed(3))];
  });
  const text = JSON.stringify(Object.fromEntries(middle), null, 2);
  writeFileSync(new URL("../expected.json", import.meta.url), `${text}\n`);
}
