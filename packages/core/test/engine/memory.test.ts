// The memory of events: large ones give it back, and shared memory is read once.

import { beforeAll, beforeEach, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import type { CoreModule } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";
import { dns, type EventJson, type Judge, type JudgedEvent, Sentry, sslContent, toolExec } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { withHandles } from "../support/wrap-handles.js";

const MIB = 1024 * 1024;

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
});
beforeEach(() => {
  provideCore(() => core);
});

function memoryMib(): number {
  return core.memory().buffer.byteLength / MIB;
}

const HUGE = toolExec(1, ["x".repeat(16 * MIB - 200)]);

it.each<[string, (sentry: Sentry) => unknown]>([
  ["classify", (sentry) => sentry.classify(HUGE)],
  ["evaluate", (sentry) => sentry.evaluate(HUGE)],
  ["evaluateL1", (sentry) => sentry.evaluateL1(HUGE)],
  ["explain", (sentry) => sentry.explain(HUGE)],
  ["facts", (sentry) => sentry.facts(HUGE)],
  ["classifyLines", (sentry) => sentry.classifyLines(Buffer.from(HUGE))],
  ["inspectWire", (sentry) => sentry.inspectWire("x".repeat(15 * MIB), "request")],
])(
  "an event of 16 MiB leaves nothing behind: %s",
  async (_, judge) => {
    const first = await Sentry.create("");
    await judge(first);
    const before = memoryMib();
    const sentries = [first];
    for (let i = 0; i < 8; i++) {
      const sentry = await Sentry.create("");
      await judge(sentry);
      sentries.push(sentry);
    }
    // Eight events that leave their text behind take 128 MiB or more. What an open sentry keeps may lie
    // where a text of 16 or 32 MiB fitted before, which then takes new room, once for many sentries.
    expect(memoryMib() - before).toBeLessThan(64);
    for (const sentry of sentries) expect(sentry.classify(dns(1, "x.oast.fun")).verdict).toBe("block");
    for (const sentry of sentries) sentry.close();
  },
  120_000,
);

/** The real module; `after` runs when L1 has judged an event. */
function judgingThen(after: () => void): CoreModule {
  return withHandles((handle) => {
    const judge = handle.judgeForTiers.bind(handle);
    const judgeForTiers = (length: number): number => {
      const code = judge(length);
      after();
      return code;
    };
    return Object.assign(handle, { judgeForTiers });
  });
}

it("shared memory is copied before L1: a tier sees the bytes that the rules judged", async () => {
  const text = dns(1, "metadata.google.internal");
  const shared = new Uint8Array(new SharedArrayBuffer(text.length));
  shared.set(Buffer.from(text));
  provideCore(() => judgingThen(() => shared.fill(0x20)));
  let seen: JudgedEvent | undefined;
  const l2: Judge = {
    tier: "Llm",
    judge: async (event) => {
      seen = event;
      return { verdict: "block", severity: "high", reason: "mine" };
    },
  };
  const sentry = await Sentry.create("", { tiers: { l2 } });
  expect((await sentry.evaluate(shared))?.verdict).toBe("block");
  expect(seen?.line).toBe(text);
  expect(shared[0]).toBe(0x20);
  sentry.close();
});

it("bytes whose buffer was transferred are a TypeError, not an event that is none", async () => {
  const sentry = await Sentry.create("");
  const stream = sentry.createStream();
  const bytes = new Uint8Array(Buffer.from(dns(1, "x.oast.fun")));
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  const gone = new TypeError("the bytes are gone: their buffer was transferred or has shrunk");
  expect(() => sentry.classify(bytes)).toThrow(gone);
  expect(() => sentry.classifyLines(bytes)).toThrow(gone);
  expect(() => stream.push(bytes)).toThrow(gone);
  await expect(sentry.evaluate(bytes)).rejects.toThrow(gone);
  expect(sentry.classify(new Uint8Array(0))).toBeNull();
  stream.close();
  sentry.close();
});

it("an object that only calls itself bytes is read as an object", async () => {
  const sentry = await Sentry.create("");
  const event = { event: { Dns: { pid: 1, query: "x.oast.fun" } } };
  for (const forged of [
    { ...event, [Symbol.toStringTag]: "Uint8Array" },
    Object.assign(Object.create(Uint8Array.prototype), event),
  ]) {
    expect(sentry.classify(forged as unknown as EventJson).rule).toBe("oob-exfil-dns");
  }
  expect(sentry.classify(sslContent(1, "x")).verdict).toBe("allow");
  sentry.close();
});

it.each([1, 200_000])("a text is read to its end whatever the length of its characters: %i units", async (units) => {
  const sentry = await Sentry.create("");
  for (const char of ["a", "é", "€", "\ud800"]) {
    const body = `${char.repeat(units)} EMP ada@example.org`;
    const { redactions } = await sentry.inspectWire(body, "request");
    expect(redactions.map(({ start, end }) => body.slice(start, end))).toEqual(["ada@example.org"]);
    const { masked } = (await sentry.inspectWire(`${body}🔑`, "request")).apply(`${body}🔑`);
    expect(masked).toBe(`${char.repeat(units)} EMP {{A3S_REDACTED:email:1}}🔑`);
  }
});
