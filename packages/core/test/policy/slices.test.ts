// A policy is compiled in slices: the thread goes on with other work.

import { beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import type { CoreModule } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";
import { dns, Sentry, toolExec } from "../../src/index.js";
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
