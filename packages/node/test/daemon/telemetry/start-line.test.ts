// The start line of a run: its tiers, its fail mode, and its warning.

import { expect, it, onTestFinished } from "vitest";
import { failOpenWarning, startLine } from "../../../src/daemon/telemetry/start-line.js";
import { Sentry } from "../../../src/sentry.js";

const L2 = 'llm { url = "http://user.example:8080/v1/secret" model = "m" key = "secret" }';
const L3 = 'agent { bin = "./a" }';
const SAE = 'sae { dict = "d.json" }';
const DICT = '{"7": {"concept": "c", "category": "k", "weight": 1}}';

it.each([
  ["", "L1 (rules only)", /^WARNING: rules only and fail-open: EVERY ESCALATION WILL BE ALLOWED /],
  [SAE, "L1, SAE", /^WARNING: neither L2 nor L3 and fail-open: EVERY ESCALATION WILL BE ALLOWED /],
  [L2, "L1, L2 (m at http://user.example:8080)", undefined],
  [L3, "L1, L3 (./a)", undefined],
  [`${L2} ${L3} ${SAE}`, "L1, L2 (m at http://user.example:8080), L3 (./a), SAE", undefined],
])("a run with the policy `%s`", async (policy, tiers, warning) => {
  for (const failClosed of [false, true]) {
    const sentry = await Sentry.create(`${policy} `, { files: { "d.json": DICT }, failClosed });
    onTestFinished(() => sentry.close());
    const inPacks = sentry.policy.rules.length - 14;
    expect(startLine(sentry)).toContain(
      `: rules 0 site + 14 built-in + ${inPacks} in packs; tiers ${tiers}; ${failClosed ? "fail-closed" : "fail-open"}; speculation off;`,
    );
    const line = failOpenWarning(sentry);
    if (warning === undefined || failClosed) expect(line).toBeUndefined();
    else expect(line).toMatch(warning);
  }
});
