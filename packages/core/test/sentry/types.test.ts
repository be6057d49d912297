// The public types: a typo in a policy or an event is a compile error, and a final decision never
// escalates.

import { expect, expectTypeOf, it } from "vitest";
import {
  dns,
  type EventInput,
  type EventJson,
  type FinalDecision,
  type PolicyInput,
  type RuleInput,
  Sentry,
  type SentryEvent,
} from "../../src/index.js";
import { stubCore } from "../support/stub-core.js";

const RULE: RuleInput = { name: "r", on: ["Dns", "*"], match: "x", verdict: "block", severity: "low", reason: "r" };

it("a typo in a policy is a compile error", () => {
  const policies: PolicyInput[] = [
    { fail_closed: true, rules: [RULE], llm: { url: "http://host/v1", model: "m", timeout_s: 5 } },
    // @ts-expect-error
    { fail_closd: true },
    // @ts-expect-error
    { deny: { exce: "x.txt" } },
    // @ts-expect-error
    { rules: [{ ...RULE, verdict: "deny" }] },
    // @ts-expect-error
    { rules: [{ ...RULE, on: "DNS" }] },
    // @ts-expect-error
    { rules: [{ name: "r", on: "Dns", match: "x", verdict: "block", severity: "low" }] },
    // @ts-expect-error
    { llm: { url: "http://host/v1", model: "m", timeoutS: 5 } },
    // @ts-expect-error
    { redact: { off: ["e-mail"] } },
  ];
  expect(policies).toHaveLength(8);
});

it("a typo in an event is a compile error", () => {
  const events: EventInput[] = [
    { identity: { agent: "a" }, provider: { Other: "p" }, event: { Dns: { pid: 1, query: "q" } } },
    // @ts-expect-error
    { event: { Dns: { pid: 1, qurey: "q" } } },
    // @ts-expect-error
    { event: { DNS: { pid: 1, query: "q" } } },
    // @ts-expect-error
    { Dns: { pid: 1, query: "q" } },
  ];
  expect(events).toHaveLength(4);
  expectTypeOf<SentryEvent<"Dns">>().toExtend<SentryEvent>();
  expectTypeOf(dns(1, "q")).toEqualTypeOf<EventJson<"Dns">>();
});

it("a final decision allows or blocks", async () => {
  stubCore();
  const sentry = await Sentry.create("");
  expectTypeOf<FinalDecision["verdict"]>().toEqualTypeOf<"allow" | "block">();
  expectTypeOf(sentry.failMode).returns.toEqualTypeOf<FinalDecision>();
  expectTypeOf(sentry.resolveEscalation).returns.resolves.toEqualTypeOf<FinalDecision>();
  const decision = await sentry.evaluate(dns(1, "odd"));
  expectTypeOf(decision).toEqualTypeOf<FinalDecision>();
  expect(decision.verdict).toBe("allow");
  expectTypeOf(await sentry.evaluate("text")).toEqualTypeOf<FinalDecision | null>();
});

it("`new Sentry()` is a compile error, and throws a `TypeError` that names `Sentry.create`", () => {
  // @ts-expect-error
  expect(() => new Sentry()).toThrow(
    new TypeError("`new Sentry()` is not supported: use `await Sentry.create(policy)`"),
  );
  // @ts-expect-error
  expect(() => new Sentry({})).toThrow(TypeError);
});
