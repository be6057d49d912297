// Replay and comparison of a file: the counts are those of the core, in parts of any length.

import { readFileSync } from "node:fs";
import { dns, MAX_LINE_BYTES, Sentry, toolExec } from "@a3s-sentry/core";
import { expect, test } from "vitest";
import { Comparing } from "../src/replay/compare.js";
import { eachLine, LineBlocks } from "../src/replay/line-blocks.js";
import { Replay } from "../src/replay/replay.js";

const session = readFileSync(new URL("../../../examples/session.ndjson", import.meta.url));

async function replayed(sentry: Sentry, blob: Blob): Promise<Replay> {
  const replay = new Replay(sentry, blob);
  while (await replay.step());
  return replay;
}

test("counts what a stream of the core counts, and gives each event to one part", async () => {
  const sentry = await Sentry.create("");
  const { totals } = await replayed(sentry, new Blob([session]));
  const stream = sentry.createStream();
  const items = [...stream.push(session), ...stream.end()];
  const { lines, events } = stream.counters;
  const count = (verdict: string): number => items.filter(({ decision }) => decision.verdict === verdict).length;
  expect(totals).toMatchObject({ lines, events, isComplete: true, read: session.length });
  expect(totals.counts.block).toBe(count("block"));
  expect(totals.counts.escalate).toBe(count("escalate"));
  expect(totals.parts.length).toBe(totals.partCount);
  const inParts = totals.parts.reduce((sum, { allow, escalate, block }) => sum + allow + escalate + block, 0);
  expect(inParts).toBe(events);
  for (const { name, hits } of totals.rules)
    expect(hits, name).toBe(items.filter(({ decision }) => decision.rule === name).length);
});

test("an allow by a rule counts as a hit, and its events are kept", async () => {
  const rule = 'rule "lists" { on = "ToolExec" match = "^ls" verdict = "allow" severity = "info" reason = "r" }';
  const sentry = await Sentry.create(rule);
  const lines = [
    toolExec(1, ["ls"]),
    dns(1, "x.oast.fun"),
    toolExec(1, ["/bin/cat", "/etc/hosts"]),
    toolExec(1, ["ls", "-l"]),
  ];
  const replay = await replayed(sentry, new Blob([lines.join("\n")]));
  expect(replay.totals.rules.slice(0, 2)).toEqual([
    { name: "lists", origin: "site", verdict: "allow", hits: 2 },
    { name: "oob-exfil-dns", origin: "builtin", verdict: "block", hits: 1 },
  ]);
  expect(replay.select({ by: "rule", rule: "lists" }).map(({ subject }) => subject)).toEqual(["ls", "ls -l"]);
  expect(replay.select({ by: "part", part: 0 }).map(({ subject }) => subject)).toEqual(["x.oast.fun"]);
  expect(replay.select({ by: "hosts", name: "x.oast.fun" })).toHaveLength(1);
  expect(replay.totals.tops).toEqual({ programs: [], hosts: [{ name: "x.oast.fun", hits: 1 }], paths: [] });
});

test("keeps no more events than it may, however many there are", async () => {
  const sentry = await Sentry.create("");
  const blob = new Blob([`${dns(1, "x.oast.fun")}\n`.repeat(20_000)]);
  const replay = await replayed(sentry, blob);
  expect(replay.totals.counts.block).toBe(20_000);
  expect(replay.select({ by: "rule", rule: "oob-exfil-dns" })).toHaveLength(500);
  expect(replay.select({ by: "part", part: 99 })).toHaveLength(40);
});

test("lines are whole, whatever the parts are", async () => {
  const text = Array.from({ length: 3000 }, (_, index) => `line ${index} ${"é".repeat(index % 50)}`).join("\n");
  const blocks = new LineBlocks(new Blob([text]));
  const lines: string[] = [];
  while (!blocks.isComplete) {
    const bytes = await blocks.next();
    eachLine(bytes, (_, start, end) => lines.push(new TextDecoder().decode(bytes.subarray(start, end))));
  }
  expect(lines).toEqual(text.split("\n"));
});

test("a line that is too long takes bounded memory, and is an escalation", async () => {
  const long = new Blob([`{"a":"${"x".repeat(3 * MAX_LINE_BYTES)}"}\n${dns(1, "x.oast.fun")}\n`]);
  const blocks = new LineBlocks(long);
  let most = 0;
  while (!blocks.isComplete) most = Math.max(most, (await blocks.next()).length);
  expect(most).toBeLessThan(MAX_LINE_BYTES + 2_000_000);
  const { counts } = (await replayed(await Sentry.create(""), long)).totals;
  expect(counts).toEqual({ allow: 0, escalate: 1, block: 1 });
});

test("a comparison finds the events that two policies decide differently", async () => {
  const rule = 'rule "dns" { on = "Dns" match = "oast" verdict = "block" severity = "low" reason = "r" }';
  const [before, after] = [await Sentry.create(""), await Sentry.create(`${rule}\ndefault = "escalate"`)];
  const lines = ["no event", toolExec(1, ["ls"]), dns(1, "x.oast.fun"), toolExec(1, ["rm", "-rf", "/"])];
  const comparing = new Comparing(before, after, new Blob([lines.join("\n")]));
  while (await comparing.step());
  const { changed, events, moves, changes } = comparing.comparison;
  expect({ changed, events, moves }).toEqual({
    changed: 2,
    events: 3,
    moves: { "allow>escalate": 1, "block>block": 1 },
  });
  expect(changes.map(({ line, before: was, after: is }) => [line, was.rule, is.rule])).toEqual([
    [2, undefined, undefined],
    [3, "oob-exfil-dns", "dns"],
  ]);
});
