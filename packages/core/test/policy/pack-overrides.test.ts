// Rules of packs in `overrides` of a policy that is an object.

import { expect, it, onTestFinished } from "vitest";
import { fileAccess, type PolicyInput, Sentry } from "../../src/entry/node.js";

const PRELOAD = fileAccess(1, "/etc/ld.so.preload", true);

/** A policy whose rule has these overrides. The type takes names of rules of packs. */
const overriding = (...overrides: string[]): PolicyInput => ({
  rules: [{ name: "a", writes: ["/etc/ld.so.preload"], verdict: "escalate", severity: "low", reason: "r", overrides }],
});

it("a rule of a pack can be overridden", async () => {
  const sentry = await Sentry.create(overriding("preload"));
  onTestFinished(() => sentry.close());
  expect(sentry.classify(PRELOAD)).toMatchObject({ verdict: "escalate", rule: "a" });
});

it("an unknown rule is an error", async () => {
  await expect(Sentry.create(overriding("preloads"))).rejects.toThrow("did you mean `preload`?");
});
