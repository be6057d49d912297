// An application with L3, which counts its starts: in a bundle or an executable, L3 has no reaper,
// and must not start the application instead, which would start itself again.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { must } from "./process.js";

const MAX_STARTS = 5;

/** Ends at once after too many starts, so that a failing test ends too. */
const program = (starts: string): string => `import { appendFileSync, readFileSync } from "node:fs";
import { fileAccess, Sentry } from "a3s-sentry";
appendFileSync(${JSON.stringify(starts)}, "started\\n");
if (readFileSync(${JSON.stringify(starts)}, "utf8").split("\\n").length > ${MAX_STARTS}) process.exit(9);
async function main() {
  const sentry = await Sentry.create({ agent: { bin: "/bin/true" }, fail_closed: true });
  const { verdict, reason } = await sentry.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
  console.log(JSON.stringify({ warnings: sentry.warnings, verdict, reason }));
}
main();
`;

export interface Application {
  readonly folder: string;
  /** The file with the program. */
  readonly main: string;
  /** The file with a line for each start. */
  readonly starts: string;
}

/** Writes the application to an empty folder. */
export function writeApplication(folder: string): Application {
  const application = { folder, main: join(folder, "main.mjs"), starts: join(folder, "starts") };
  writeFileSync(application.main, program(application.starts));
  return application;
}

/**
 * Runs the application. It must warn at creation that L3 cannot work, apply the fail mode, and
 * start no process of its own kind.
 */
export async function expectNoRestart(command: readonly string[], starts: string, problem: string): Promise<void> {
  expect(await runOnce(command, starts)).toEqual({
    warnings: [expect.stringContaining(`L3 cannot work in this process: ${problem}`)],
    verdict: "block",
    reason: `L3 unavailable (${problem}); fail-closed`,
  });
}

/** Runs the application, which must start once only, and returns what it prints. */
export async function runOnce(command: readonly string[], starts: string): Promise<unknown> {
  const [file = "", ...args] = command;
  const { stdout } = await must(file, args);
  // A second start would be detached, and may be slow to count itself.
  await sleep(2_000);
  expect(readFileSync(starts, "utf8")).toBe("started\n");
  return JSON.parse(stdout);
}
