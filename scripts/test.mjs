// `npm test`: sets up what is missing, builds, and runs every check. The last line sums them up: `N passed, N failed`.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { audits } from "./checks/audit.mjs";
import { benchChecks } from "./checks/bench.mjs";
import { hygiene } from "./checks/hygiene.mjs";
import { rustChecks } from "./checks/rust.mjs";
import { soakChecks } from "./checks/soak.mjs";
import { typescriptChecks } from "./checks/typescript.mjs";
import { wasmChecks } from "./checks/wasm.mjs";
import { scratch } from "./lib/places.mjs";
import { tail } from "./lib/processes.mjs";
import { build } from "./lib/ready.mjs";
import { main, say, seconds } from "./lib/say.mjs";

const logs = join(scratch, "logs");

/** Runs one check, keeps its output, and shows the end of it if it failed. */
async function perform({ name, run }) {
  const since = Date.now();
  const result = { passed: 0, failed: 0, skipped: 0, note: "", output: "", ...(await run()) };
  const counts = ["passed", "failed", "skipped"].filter((key) => result[key] > 0).map((key) => `${result[key]} ${key}`);
  const note = result.note === "" ? "" : `  (${result.note})`;
  say(
    `${result.failed > 0 ? "✗" : result.passed > 0 ? "✓" : "–"} ${name}: ${counts.join(", ")}, ${seconds(since)}${note}`,
  );
  const log = join(logs, `${name.replace(/\W+/g, "-")}.log`);
  writeFileSync(log, result.output);
  if (result.failed > 0) say(`${tail(result.output, 120)}\n  all of it: ${log}\n`);
  return result;
}

await main(async () => {
  await build();
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const total = { passed: 0, failed: 0 };
  for (const check of [
    ...hygiene,
    ...rustChecks,
    ...typescriptChecks,
    ...wasmChecks,
    ...benchChecks,
    ...soakChecks,
    ...audits,
  ]) {
    const result = await perform(check);
    total.passed += result.passed;
    total.failed += result.failed;
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
