// The codes of the engine, and the decisions made from them.

import { expect, it } from "vitest";
import { L1Decisions } from "../../src/decision/l1-decisions.js";
import { hasTarget, isEvent, isPartial, isUnmodelled, kindIndexOf, ruleOf } from "../../src/engine/judgement-code.js";
import { KINDS } from "../../src/generated/boundary.js";
import type { DefaultInfo, RuleInfo } from "../../src/generated/wire.js";

const rule = (name: string): RuleInfo => ({
  name,
  origin: "builtin",
  on: ["Dns", "Egress"],
  pattern: name,
  verdict: "block",
  severity: "high",
  reason: `${name}: r`,
  action: "DenyEgress",
  risks: {
    Dns: { category: "dns", name: "n", riskType: "system" },
    Egress: { category: "egress", name: "n", riskType: "system" },
  },
  overrides: [],
});
const ALLOW: DefaultInfo = { verdict: "allow", severity: "info", reason: "no rule matched", risks: {} };
const code = (kind: number, rule: number, flags = 0) => (kind << 23) | (rule + 1) | flags;
const [EGRESS, DNS, PARTIAL, TARGET] = [3, 4, 1 << 27, 1 << 28];

it("reads all parts of a code", () => {
  const full = code(8, 0x3f_fffe, PARTIAL | TARGET);
  expect([isEvent(full), ruleOf(full), kindIndexOf(full), isPartial(full), hasTarget(full)]).toEqual([
    true,
    0x3f_fffe,
    8,
    true,
    true,
  ]);
  expect([isEvent(0), ruleOf(0), KINDS[kindIndexOf(0)], isPartial(0), hasTarget(0)]).toEqual([
    true,
    -1,
    "ToolExec",
    false,
    false,
  ]);
  expect([0x8000_0000, 0x8000_0001].map((code) => [isEvent(code), isUnmodelled(code)])).toEqual([
    [false, false],
    [false, true],
  ]);
});

it("caches one decision for each rule, kind and evidence, in any order", () => {
  const l1 = new L1Decisions({ rules: [rule("a"), rule("b")], default: ALLOW });
  const seen = new Set<unknown>();
  for (const kind of [EGRESS, DNS]) {
    for (const index of [-1, 0, 1]) {
      for (const flags of [0, PARTIAL]) {
        const decision = l1.of(code(kind, index, flags));
        expect(decision.rule).toBe([undefined, "a", "b"][index + 1]);
        expect(decision.evidence).toBe(flags === 0 ? "complete" : "partial");
        expect(decision.risk?.category).toBe(index < 0 ? undefined : kind === DNS ? "dns" : "egress");
        expect(decision).not.toHaveProperty("action");
        seen.add(decision);
      }
    }
  }
  expect(seen.size).toBe(12);
});

it("adds an action only if there is a target, and does not change the shared decision", () => {
  const l1 = new L1Decisions({ rules: [rule("a")], default: ALLOW });
  const shared = l1.of(code(EGRESS, 0, TARGET));
  expect(l1.withTarget(code(EGRESS, 0, TARGET), "10.0.0.1")).toEqual({
    ...shared,
    action: { kind: "DenyEgress", target: "10.0.0.1" },
  });
  expect(l1.withTarget(code(EGRESS, 0, TARGET), null)).toBe(shared);
  expect(shared).not.toHaveProperty("action");
});

it("decides by the default if no rule does, with the risk of the kind", () => {
  const risks = { Dns: { category: "other", name: "n", riskType: "atomic" } } as const;
  const l1 = new L1Decisions({ rules: [], default: { ...ALLOW, verdict: "escalate", severity: "medium", risks } });
  expect(l1.of(code(DNS, -1))).toEqual({
    verdict: "escalate",
    tier: "Rules",
    severity: "medium",
    reason: "no rule matched",
    risk: { category: "other", name: "n", riskType: "atomic" },
    evidence: "complete",
  });
  expect(l1.withTarget(code(DNS, -1), "x")).toBe(l1.of(code(DNS, -1)));
});
