// Reloading: one load at a time, the latest files win, and an invalid policy changes nothing.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { llmActivations } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runSettings } from "../../../src/daemon/config/run-settings.js";
import { load } from "../../../src/daemon/policy/load.js";
import { Reloader } from "../../../src/daemon/policy/reloader.js";
import type { Sentry } from "../../../src/sentry.js";
import { scratch } from "../../support/scratch.js";

const rule = (name: string) =>
  `rule "${name}" { on = "Dns" match = "x" verdict = "block" severity = "low" reason = "r" }`;

async function setUp(files: Readonly<Record<string, string>>, flags: { config?: string; policy?: string }) {
  const folder = scratch();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const paths = Object.fromEntries(Object.entries(flags).map(([flag, name]) => [flag, join(folder, name)]));
  const settings = runSettings(paths, {});
  const fingerprints = new Map<string, string>();
  const nonEmpty = new Set<string>();
  const { sentry } = await load(settings, { fingerprints, nonEmpty });
  const inForce: Sentry[] = [sentry];
  const refused: unknown[] = [];
  /** Functions to call while files are read, once each. */
  const meanwhile: (() => void)[] = [];
  let loads = 0;
  const reloader = new Reloader(fingerprints, {
    load: async (fingerprints) => {
      loads++;
      const loaded = await load(settings, { fingerprints, nonEmpty });
      meanwhile.shift()?.();
      return loaded;
    },
    usePolicy: async (next) => void inForce.push(next),
    onLoaded: () => {},
    onRefused: (why) => refused.push(why),
  });
  onTestFinished(() => {
    reloader.close();
    for (const each of inForce) each.close();
  });
  const names = () => inForce.map(({ policy }) => policy.rules[0]?.name);
  return { write, reloader, names, refused, meanwhile, sentries: inForce, loads: () => loads };
}

const soon = { timeout: 10_000, interval: 20 };

describe("files that change", () => {
  it("are put in force: a rules file", async () => {
    const { write, names, reloader } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    write("p.acl", rule("two"));
    await vi.waitFor(() => expect(names()).toEqual(["one", "two"]), soon);
    expect(reloader.counts).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it("are put in force: a configuration, also beside a rules file", async () => {
    const { write, names } = await setUp({ "c.acl": "", "p.acl": rule("one") }, { config: "c.acl", policy: "p.acl" });
    write("c.acl", "fail_closed = true");
    await vi.waitFor(() => expect(names()).toEqual(["one", "one"]), soon);
    write("p.acl", rule("two"));
    await vi.waitFor(() => expect(names()).toEqual(["one", "one", "two"]), soon);
  });

  it("are put in force: a dictionary that the policy names", async () => {
    const dict = (concept: string) => JSON.stringify({ 1: { concept, category: "c", weight: 1, severity: "high" } });
    const { write, sentries } = await setUp(
      { "d.json": dict("one"), "c.acl": 'sae { dict = "d.json" }', "p.acl": "rules = []" },
      { config: "c.acl", policy: "p.acl" },
    );
    write("d.json", dict("two"));
    await vi.waitFor(() => expect(sentries).toHaveLength(2), soon);
    const decisions = await Promise.all(sentries.map((sentry) => sentry.evaluate(llmActivations(1, 0, [[1, 1]]))));
    expect(decisions.map(({ reason }) => /: (\w+) /.exec(reason)?.[1])).toEqual(["one", "two"]);
  });

  it("are refused once if they are invalid, and put in force when they are fixed", async () => {
    const { write, names, refused, reloader } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    const { lastSuccess } = reloader.counts;
    write("p.acl", "rule {");
    await vi.waitFor(() => expect(refused).toHaveLength(1), soon);
    expect(String(refused[0])).toContain("PolicyError");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(reloader.counts).toEqual({ succeeded: 0, failed: 1, lastSuccess, refused: true });
    write("p.acl", rule("two"));
    await vi.waitFor(() => expect(names()).toEqual(["one", "two"]), soon);
    expect(refused).toHaveLength(1);
    expect(reloader.counts.lastSuccess).toBeGreaterThan(lastSuccess);
  });
});

describe("files that are being written", () => {
  it("are refused while they are empty", async () => {
    const { write, names, refused, reloader } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    write("p.acl", "");
    await reloader.reload();
    expect(names()).toEqual(["one"]);
    expect(String(refused[0])).toContain("it is empty (write `rules = []` for a policy without rules)");
    write("p.acl", rule("two"));
    await vi.waitFor(() => expect(names()).toEqual(["one", "two"]), soon);
  });

  it("may be empty if they have always been empty", async () => {
    const { write, names, refused, reloader } = await setUp(
      { "p.acl": "", "c.acl": "fail_closed = true" },
      { config: "c.acl", policy: "p.acl" },
    );
    write("c.acl", "fail_closed = false");
    await reloader.reload();
    expect(refused).toEqual([]);
    expect(names()).toHaveLength(2);
  });

  it("are not put in force if they change while they are read", async () => {
    const { write, names, reloader, meanwhile } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    meanwhile.push(() => write("p.acl", `${rule("two")}\n${rule("three")}`));
    write("p.acl", rule("two"));
    await reloader.reload();
    expect(names()).toEqual(["one"]);
    await vi.waitFor(() => expect(names()).toEqual(["one", "two"]), soon);
    expect(reloader.counts).toMatchObject({ succeeded: 1, failed: 0 });
  });
});

describe("a request", () => {
  it("reads the files at once, changed or not", async () => {
    const { reloader, names } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    await reloader.reload();
    expect(names()).toEqual(["one", "one"]);
  });

  it("that is repeated during a load causes one more load", async () => {
    const { write, reloader, names, loads } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    const first = reloader.reload();
    await vi.waitFor(() => expect(loads()).toBe(1), soon);
    write("p.acl", rule("two"));
    const all = Array.from({ length: 20 }, () => reloader.reload());
    await Promise.all([first, ...all]);
    expect(loads()).toBe(2);
    expect(names().at(-1)).toBe("two");
  });

  it("that is repeated in one turn of the event loop, as signals are, causes one load", async () => {
    const { reloader, loads } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    const requests: Promise<void>[] = [];
    // Each comes after all microtasks of the one before.
    for (let i = 0; i < 20; i++) {
      requests.push(reloader.reload());
      for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
    }
    await Promise.all(requests);
    expect(loads()).toBe(1);
  });

  it("after the end has no effect", async () => {
    const { reloader, names } = await setUp({ "p.acl": rule("one") }, { policy: "p.acl" });
    reloader.close();
    await reloader.reload();
    expect(names()).toEqual(["one"]);
  });
});

it("closes a sentry whose load ends after the reloader was closed", async () => {
  const { sentry } = await load(runSettings({}, {}), { fingerprints: new Map() });
  const gate: { open?: () => void } = {};
  const replaced: unknown[] = [];
  const reloader = new Reloader(new Map(), {
    load: async () => {
      await new Promise<void>((resolve) => (gate.open = resolve));
      return { sentry, warnings: [], lints: async () => [] };
    },
    usePolicy: async (next) => void replaced.push(next),
    onLoaded: () => {},
    onRefused: () => {},
  });
  const reloading = reloader.reload();
  await vi.waitFor(() => expect(gate.open).toBeDefined(), soon);
  reloader.close();
  gate.open?.();
  await reloading;
  expect([sentry.closed, replaced]).toEqual([true, []]);
});
