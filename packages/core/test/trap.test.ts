// A trap of the real module: the real glue gives a fresh instance, and judging goes on.

import { beforeAll, beforeEach, expect, it } from "vitest";
import { provideCore } from "../src/engine/loader.js";
import type { CoreModule, Handle } from "../src/engine/module.js";
import { core } from "../src/entry/core.js";
import { dns, Sentry } from "../src/index.js";
import { initSync } from "../wasm/sentry_core.js";
import base64 from "../wasm/sentry_core_inline.js";

type Call = "judge" | "facts" | "feed" | "rowBriefs";

const OUTSIDE = 0xffff_fff0;
let trapOn: Call | undefined;

/** The real core, with a real trap (a read outside of memory) before the call that `trapOn` names. */
const trapping: CoreModule = {
  ...core,
  compile(...args) {
    const compilation = core.compile(...args);
    const take = compilation.takeHandle.bind(compilation);
    compilation.takeHandle = () => {
      const handle = take();
      return handle && trapped(handle);
    };
    return compilation;
  },
};

/** The handle, and each that is forked off it, with a trap before its calls. */
function trapped(handle: Handle): Handle {
  const fork = handle.fork.bind(handle);
  const traps = [trap(handle, "judge"), trap(handle, "facts"), trap(handle, "feed"), trap(handle, "rowBriefs")];
  return Object.assign(handle, ...traps, { fork: () => trapped(fork()) });
}

function trap(handle: Handle, call: Call): Partial<Handle> {
  const real = handle[call].bind(handle);
  return {
    [call]: (argument: number) => {
      if (trapOn === call) {
        trapOn = undefined;
        initSync({ module: new Uint8Array() }).handle_judge(OUTSIDE, 1);
        throw new Error("it did not trap");
      }
      return real(argument);
    },
  };
}

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
});
beforeEach(() => {
  provideCore(() => trapping);
});

it("is an escalation of its event, and of nothing else", async () => {
  const sentry = await Sentry.create("fail_closed = true");
  const bystander = await Sentry.create("");
  const stream = bystander.createStream();
  const line = Buffer.from(`${dns(1, "x.oast.fun")}\n`);
  stream.push(line.subarray(0, 20));
  const before = core.memory();
  trapOn = "judge";
  expect(await sentry.evaluate(dns(1, "plain"))).toMatchObject({
    verdict: "block",
    severity: "high",
    reason:
      "rule engine failed: memory access out of bounds; the event was not judged [unresolved escalation, fail-closed]",
  });
  for (const each of [sentry, bystander]) expect(each.classify(dns(1, "x.oast.fun")).rule).toBe("oob-exfil-dns");
  expect(stream.push(line.subarray(20)).map(({ decision }) => decision.rule)).toEqual(["oob-exfil-dns"]);
  expect(core.memory()).not.toBe(before);
  for (const each of [sentry, bystander, stream]) each.close();
});

it.each(["facts", "feed", "rowBriefs"] as const)("in %s loses no line and no target", async (call) => {
  const rule = { name: "a", on: "Egress", match: "10", verdict: "block", severity: "low", reason: "r" };
  const sentry = await Sentry.create({ rules: [{ ...rule, action: "deny-egress" }] });
  const stream = sentry.createStream();
  const line = JSON.stringify({ event: { Egress: { pid: 1, peer: "10.0.0.1" } } });
  const targets = (text: string) => stream.push(Buffer.from(text)).map(({ decision }) => decision.action?.target);
  expect(targets(`${line}\n${line.slice(0, 20)}`)).toEqual(["10.0.0.1"]);
  trapOn = call;
  expect(targets(`${line.slice(20)}\n`)).toEqual(["10.0.0.1"]);
  if (call === "facts") expect(sentry.classify(line)?.verdict).toBe("escalate");
  expect(trapOn).toBeUndefined();
  expect(sentry.classify(line)?.action).toEqual({ kind: "DenyEgress", target: "10.0.0.1" });
  expect(stream.counters).toMatchObject({ lines: 2, events: 2 });
  for (const each of [sentry, stream]) each.close();
});
