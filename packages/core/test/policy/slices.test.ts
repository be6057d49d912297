// A policy is compiled in slices: the thread goes on with other work.

import { beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import type { CoreModule } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";
import { dns, Sentry, toolExec } from "../../src/index.js";
import { type PolicySource, readSource } from "../../src/policy/source.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";

/** Large enough to take many slices on any machine. */
const LARGE = rules(8000);

function rules(count: number): string {
  const rule = (name: number) =>
    `rule "r${name}" { on = "Dns" match = \`(?i)\\bhost${name}\\b.*x\` verdict = "block" severity = "low" reason = "r" }`;
  return Array.from({ length: count }, (_, i) => rule(i)).join("\n");
}

/** Calls `work` whenever the thread has time, until the promise is settled. Returns how often. */
async function meanwhile(promise: Promise<unknown>, work: () => void): Promise<number> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  for (let count = 0; ; count++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (settled) return count;
    work();
  }
}

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
});

describe("while a large policy is converted", () => {
  const one = (at: number) => ({ name: `r${at}`, on: "Dns", match: `\\bhost${at}\\b.*x`, verdict: "block" });
  const policy = { rules: Array.from({ length: 8000 }, (_, at) => one(at)) };

  it.each([
    ["an object", policy],
    ["JSON", JSON.stringify(policy)],
  ])("from %s, the thread goes on with other work", async (_, source) => {
    const converted = readSource(source as PolicySource, { name: "p", format: "acl" });
    const turns = await meanwhile(converted, () => {});
    expect((await converted).text).toContain("r7999");
    expect(turns).toBeGreaterThan(5);
  });
});

describe("while a large policy is compiled", () => {
  it("events are judged by another", async () => {
    using other = await Sentry.create("");
    const next = Sentry.create(LARGE);
    const verdicts = new Set<unknown>();
    const count = await meanwhile(next, () => {
      verdicts.add(other.classify(toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"]))?.verdict);
    });
    using sentry = await next;
    expect(count).toBeGreaterThan(10);
    expect([...verdicts]).toEqual(["block"]);
    expect(sentry.classify(dns(1, "host7999 x"))?.reason).toContain("r7999");
  });

  it("it is compiled again beside other work if the rule engine fails, and events escalate meanwhile", async () => {
    const failing: CoreModule = { ...core };
    provideCore(() => failing);
    using large = await Sentry.create(LARGE);
    using small = await Sentry.create("");
    using stream = large.createStream();
    failing.inferRisk = () => {
      failing.inferRisk = core.inferRisk;
      throw new WebAssembly.RuntimeError("unreachable");
    };
    small.inferRisk("r", "Dns");
    expect(small.classify(toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"]))?.verdict).toBe("block");
    const line = new TextEncoder().encode(`${dns(1, "host7999 x")}\n`);
    const judged = () => [large.classify(dns(1, "host7999 x")), stream.push(line)[0]?.decision];
    let turns = 0;
    for (; judged().some((decision) => decision?.verdict !== "block"); turns++) {
      for (const decision of judged()) {
        if (decision?.verdict === "block") continue;
        expect(decision?.verdict).toBe("escalate");
        expect(decision?.reason).toContain("compiled again after a failure; the event was not judged");
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(10);
    expect(judged().map((decision) => decision?.rule)).toEqual(["r7999", "r7999"]);
    provideCore(() => core);
  });

  it("it is compiled again if the rule engine fails", async () => {
    let compiled = 0;
    const counting: CoreModule = {
      ...core,
      compile(...args) {
        compiled++;
        return core.compile(...args);
      },
    };
    provideCore(() => counting);
    using other = await Sentry.create("");
    compiled = 0;
    const next = Sentry.create(LARGE);
    let judged = 0;
    await meanwhile(next, () => {
      if (++judged !== 3) return;
      counting.inferRisk = () => {
        counting.inferRisk = core.inferRisk;
        throw new WebAssembly.RuntimeError("unreachable");
      };
      other.inferRisk("r", "Dns");
    });
    using sentry = await next;
    expect(compiled).toBe(2);
    expect(sentry.classify(dns(1, "host1 x"))?.reason).toContain("r1");
    provideCore(() => core);
  });
});
