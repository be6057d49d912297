// The demo of `npm start`: every tier, a masked prompt, and the mock model behind it.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Running } from "./command.js";

const DEMO = fileURLToPath(new URL("../../examples/demo/main.mjs", import.meta.url));

it("the demo shows L1, L2, L3, the fail mode and the gate, and leaves no process behind", async () => {
  // Variables that a user has set must not change it.
  const env = { A3S_SENTRY_FAIL_CLOSED: "1", SENTRY_L3_URL: "http://127.0.0.1:1/v1", COLUMNS: "100" };
  const running = new Running(process.execPath, [DEMO], { env });
  const { code, stdout, stderr } = await running.ended;
  expect([code, stderr]).toEqual([0, ""]);
  for (const shown of [
    /^BLOCK {4}high {5}cloud-metadata: .*\n {9}Egress 169\.254\.169\.254:80 {2}-> \.run\/demo\/egress-deny\.txt$/m,
    /^BLOCK {4}high {5}L2: the task is about rounding/m,
    /^ALLOW {4}low {6}L2: its own branch/m,
    /^BLOCK {4}critical L3: the process that posts the keys had opened port 4444 before$/m,
    /^ALLOW\? {3}high {5}L3: .* \(unresolved: fail-open\)$/m,
    /17 blocked, 9 escalated \(7 decided by L2, 1 decided by L3, and 1 allowed, fail-open\), 4 in deny-files/,
    /file-deny\.txt +\/home\/dev\/app\/data\/customers\/export-2025\.csv {2}\/home\/dev\/\.aws\/credentials$/m,
    /the model gets {4}May \{\{A3S_REDACTED:aws_access_key_id:1\}\} deploy for \{\{A3S_REDACTED:customer:1\}\}\?$/m,
    /the agent reads {3}No, AKIA[2-7A-Z]{16} may only read\.$/m,
  ]) {
    expect(stdout).toMatch(shown);
  }
});

it("the rules alone block fewer events than the demo, as examples/README.md says", () => {
  const [main, policy, session] = [
    "../../packages/node/dist/cli/main.cjs",
    "../../examples/sentry.acl",
    "../../examples/session.ndjson",
  ].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const args = [main ?? "", "run", "--dry-run", "--config", policy ?? ""];
  const { stderr } = spawnSync(process.execPath, args, { input: readFileSync(session ?? ""), encoding: "utf8" });
  const text = readFileSync(new URL("../../examples/README.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
  const [, demo, alone, events, escalated, bySlowTiers] =
    /with (\d+) blocks, .* with (\d+), .* same (\d+) events: .* escalate (\d+)\. .* block (\d+) of/.exec(text) ?? [];
  expect(stderr).toContain(`${events} events judged, ${alone} blocked, ${escalated} escalated`);
  expect(Number(demo)).toBe(Number(alone) + Number(bySlowTiers));
  expect(demo).toBe("17");
});

const STAND_IN = fileURLToPath(new URL("../../examples/model-endpoint/main.mjs", import.meta.url));

it("the mock model prints its usage", () => {
  expect(execFileSync(process.execPath, [STAND_IN, "--help"], { encoding: "utf8" })).toContain("[--port N]");
  for (const [args, why] of [
    [["--prot", "1"], "'--prot'"],
    [["--port", "65536"], "`--port` must be a whole number from 0 to 65535, not `65536`"],
    [["--delay-ms", "soon"], "`--delay-ms` must be a whole number"],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [STAND_IN, ...args], { encoding: "utf8" });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: .*\n\(see --help\)\n$/);
    expect(stderr).toContain(why);
  }
});
