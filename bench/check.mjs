// The short bench of CI: ends with 1 where a ratio has fallen by more than a third of what
// bench/expected.json says. A ratio that seems to have fallen is measured again, so that a busy
// moment fails nothing.

import { readFileSync } from "node:fs";
import { shortBench } from "./short.mjs";

const LEAST = 2 / 3;
const TRIES = 4;

/** @type {import("./short.mjs").Ratios} */
const expected = JSON.parse(readFileSync(new URL("expected.json", import.meta.url), "utf8"));
/** The best of all tries. @type {import("./short.mjs").Ratios} */
const best = {};
const fallen = () => Object.entries(expected).filter(([name, ratio]) => !((best[name] ?? 0) >= ratio * LEAST));

const bench = await shortBench();
for (let tries = 0; tries < TRIES && fallen().length > 0; tries++) {
  for (const [name, ratio] of Object.entries(await bench.measure())) best[name] = Math.max(best[name] ?? 0, ratio);
}
bench.close();

for (const [name, ratio] of Object.entries(expected)) {
  process.stdout.write(`${name}: ${(best[name] ?? Number.NaN).toFixed(2)}, expected ${ratio.toFixed(2)}\n`);
}
if (fallen().length > 0) {
  process.stdout.write(
    `fallen by more than a third: ${fallen()
      .map(([name]) => name)
      .join("; ")}\n`,
  );
  process.stdout.write("if this is meant, `npm run bench -- --write` writes down what to expect from now on\n");
  process.exitCode = 1;
}
