// The checks of the soak find every fault that they are for: loss, mixed policies, disorder,
// growth.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
// @ts-expect-error: the soak is JavaScript, outside of the tests' project.
import { DenyFiles } from "./deny-files.mjs";
// @ts-expect-error: as above.
import { Load, SLOTS } from "./load.mjs";
// @ts-expect-error: as above.
import { growthProblems } from "./memory.mjs";
// @ts-expect-error: as above.
import { Outcomes } from "./outcomes.mjs";
// @ts-expect-error: as above.
import { countProblems } from "./totals.mjs";

const HARMLESS = SLOTS.findIndex((slot: object) => "ask" in slot);
const GOOD = 5;

/** The audit line that a rule's block must give. */
function ruled(id: number, version: number, changes: object = {}, index = id % SLOTS.length): string {
  const rule = `soak-v${version}-${index}`;
  const decision = { verdict: "block", tier: "Rules", rule, reason: `${rule}: version ${version}`, ...changes };
  return JSON.stringify({ agent: String(id).padStart(12, "0"), decision, enforced: "x" });
}

function asked(id: number, decision: object): string {
  return JSON.stringify({ agent: String(id), decision });
}

function found(lines: readonly string[], events = lines.length): string[] {
  const outcomes = new Outcomes((version: number) => version <= GOOD);
  for (const line of lines) outcomes.take(line);
  outcomes.complete(events);
  return outcomes.problems.map((problem: string) => problem.split(":")[0]);
}

test("a block of the load with the right outcomes is no problem", () => {
  const dangerous = HARMLESS + 1;
  const lines = [
    ...Array.from({ length: HARMLESS }, (_, id) => ruled(id, id < 3 ? 1 : 4)),
    asked(HARMLESS, { verdict: "allow", tier: "Llm", reason: "L2: fine" }),
    JSON.stringify({
      agent: String(dangerous),
      decision: {
        verdict: "allow",
        tier: "Rules",
        rule: "soak-v2-ask",
        reason: "soak-v2-ask: version 2 [overload]",
        resolution: "unresolved-escalation",
      },
    }),
  ];
  expect(found(lines)).toEqual([]);
  expect(lines).toHaveLength(SLOTS.length);
});

test.each<[string, string[], string, number?]>([
  ["a lost event", [ruled(0, 1)], "events without an audit line", 2],
  ["an event audited twice", [ruled(0, 1), ruled(0, 1)], "a second audit line of one event", 1],
  ["an event that was not sent", [ruled(0, 1), ruled(1, 1)], "an audit line of an event that was not sent", 1],
  ["a torn line", [ruled(0, 1), ruled(1, 1).slice(9)], "an audit line is no JSON", 1],
  ["an order that changed", [ruled(1, 1), ruled(0, 1)], "audit lines out of order"],
  ["a policy that comes back", [ruled(0, 2), ruled(1, 1)], "judged by an older policy than an event before"],
  ["a policy that was none", [ruled(0, GOOD + 1)], "judged by no whole policy"],
  [
    "a rule of one version with the reason of another",
    [ruled(0, 1, { reason: "soak-v1-0: version 2" })],
    "judged by no whole policy",
  ],
  ["another rule", [ruled(0, 1, {}, 3)], "judged by no whole policy"],
  ["an allow where a rule blocks", [ruled(0, 1, { verdict: "allow" })], "not blocked by a rule"],
])("%s is found", (_, lines, problem, events) => {
  expect(found(lines, events)).toContain(problem);
});

test("finds missing answers of L2", () => {
  const before = Array.from({ length: HARMLESS }, (_, id) => ruled(id, 1));
  const wrong = asked(HARMLESS, { verdict: "block", tier: "Llm", reason: "L2: no" });
  expect(found([...before, wrong])).toEqual(["not what L2 answers to `harmless`"]);
});

test("differing and missing counts are reported", async () => {
  const load = await Load.make();
  const { events, malformed } = load.counters;
  const outcomes = { lines: SLOTS.length, blocked: 22, degraded: 1 };
  const said = [`a3s-sentry: ${events} events judged, 22 blocked, 2 escalated; lines skipped: ${malformed} malformed`];
  const counted = new Map([
    ["sentry_events_total", events],
    ["sentry_blocked_total", 22],
    ["sentry_overload_degraded_total", 1],
    ["sentry_enforce_failed_total", 0],
  ]);
  expect(countProblems({ load, blocks: 1, outcomes, said, counted })).toEqual([]);
  counted.delete("sentry_events_total");
  expect(countProblems({ load, blocks: 1, outcomes: { ...outcomes, blocked: 21 }, said, counted })).toEqual([
    "blocks in the totals: 22, and must be 21",
    `sentry_events_total: undefined, and must be ${events}`,
    "sentry_blocked_total: 22, and must be 21",
  ]);
});

test.each([
  ["/soak/k0/t01\n/soak/k0/t01\n", "holds a target twice"],
  ["/soak/k0/t01\n/soak/k", "does not end with a newline"],
  ["/soak/k0/t01/soak/k0/t02\n", "which was not blocked"],
])("a deny-file %j is found", (text, problem) => {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-soak-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "exec-deny.txt"), text);
  const files = new DenyFiles(folder);
  files.check();
  expect(files.problems.join()).toContain(problem);
});

test("growth and missing measurements are reported", () => {
  const MiB = 1 << 20;
  const start = { held: 40 * MiB, resident: 200 * MiB };
  expect(growthProblems(start, { held: 49 * MiB, resident: 290 * MiB })).toEqual([]);
  expect(growthProblems(start, { held: 51 * MiB, resident: 200 * MiB })).toEqual([
    "what the threads hold grew from 40.0 MiB to 51.0 MiB",
  ]);
  expect(growthProblems(start, { held: 40 * MiB, resident: 301 * MiB })).toEqual([
    "resident memory grew from 200.0 MiB to 301.0 MiB",
  ]);
  expect(growthProblems(start, { held: Number.NaN, resident: Number.NaN })).toHaveLength(2);
});
