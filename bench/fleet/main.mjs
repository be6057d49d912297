// Measures a fleet with real servers on loopback, and compares with the goals. `--full` is the form of docs/fleet.md:
// 1,000,000 events, 20 workers that take a policy, 10,000,000 events for the memory. Figures never fail the command.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Servers } from "../../test/chaos/fleet/servers.mjs";
import { memory } from "./memory.mjs";
import { policy } from "./policy.mjs";
import { slowTiers } from "./slow-tiers.mjs";
import { throughput } from "./throughput.mjs";

const QUICK = { events: 200_000, slowEvents: 10_000, workers: 5, memoryEvents: 500_000 };
const FULL = { events: 1_000_000, slowEvents: 40_000, workers: 20, memoryEvents: 10_000_000 };

const SECTIONS = { throughput, slowTiers, policy, memory };

const { values } = parseArgs({
  options: { full: { type: "boolean" }, only: { type: "string" }, servers: { type: "string", default: "1" } },
});
const sizes = values.full ? FULL : QUICK;
for (const [name, section] of Object.entries(SECTIONS)) {
  if (values.only !== undefined && values.only !== name) continue;
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
  const servers = await Servers.start(Number(values.servers), folder);
  try {
    const rows = await section({ servers, folder, sizes, replicas: Number(values.servers) === 1 ? 1 : 3 });
    for (const { what, found, goal } of rows) {
      process.stdout.write(`${what.padEnd(56)}${found.padEnd(24)}${goal === undefined ? "" : `goal ${goal}`}\n`);
    }
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
