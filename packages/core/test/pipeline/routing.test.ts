// Every way through the tiers, compared with the tables in routing-table.ts.

import { expect, it } from "vitest";
import type { Decision, Judge, JudgedEvent, Severity, Tier, TierDecision, Verdict } from "../../src/index.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import { AT_ONCE, FREE, fits, RAISED, ROUTES, type Row, rowsOf, SAE_ROUTES } from "./routing-table.js";

const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
const TIERS = ["none", "L2", "L3", "both"] as const;
const IN_FLIGHT = [0, 7, 8];
const ANSWERS: readonly string[] = ["allow", "block", "escalate", "escalate!"];

/** Every kind of failure, and its message. */
const FAILURES: Readonly<Record<string, { why: string; judge: () => Promise<unknown> }>> = {
  "fails by throwing": {
    why: "boom",
    judge() {
      throw new Error("boom");
    },
  },
  "fails by rejecting": { why: "boom", judge: () => Promise.reject(new Error("boom")) },
  "fails by rejecting late": {
    why: "boom",
    judge: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("boom");
    },
  },
  "fails by nothing": { why: "its answer is not a valid decision", judge: async () => undefined },
  "fails by an unknown verdict": {
    why: "its answer is not a valid decision",
    judge: async () => ({ verdict: "ALLOW", severity: "info", reason: "x" }),
  },
};
const WORDS = [...ANSWERS, ...Object.keys(FAILURES)];

/**
 * Distinct answers of the tiers. Escalations have severity info, so that the tests see it raised.
 */
const SAYS: Readonly<Record<string, Severity>> = { L2: "medium", L3: "critical", SAE: "high" };
/** Every risk of the SAE tier is one of model outputs. */
const MODEL_OUTPUT_RISK = {
  category: "model_output_risk",
  name: "Risky model-output concepts",
  riskType: "communication",
};
const RISK = { category: "c", name: "n", riskType: "r" };
const action = (of: string) => ({ kind: "DenyFile", target: of }) as const;

/** The rule of L1 asks for its target; those of tiers are observed. */
const denial = (of: string) => ({
  action: action(of),
  ...(of === "L1" ? {} : { targetFrom: "observed" as const }),
});

const EVENT: JudgedEvent = {
  kind: "FileAccess",
  pid: 1,
  agent: null,
  provider: null,
  subject: "s",
  target: null,
  evidence: "partial",
  line: "{}",
};
const FILLER = { ...EVENT, subject: "filler" };

/** One case: the configuration, and the answer of each tier. */
interface Way {
  readonly tiers: (typeof TIERS)[number];
  readonly speculate: Severity | null;
  readonly inFlight: number;
  readonly failClosed: boolean;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly kind: JudgedEvent["kind"];
  readonly L2: string;
  readonly L3: string;
  readonly SAE: string;
}

/** The calls in order; `ends` when a tier has answered. */
type Log = { readonly who: string; what: "asked" | "ended" | "aborted" }[];

function judge(who: string, tier: Tier, says: string, log: Log): Judge {
  return {
    tier,
    async judge(event, { signal }) {
      if (event === FILLER) return await new Promise<never>(() => {});
      log.push({ who, what: "asked" });
      signal.addEventListener("abort", () => log.push({ who, what: "aborted" }));
      try {
        const failure = FAILURES[says];
        if (failure !== undefined) return (await failure.judge()) as TierDecision;
        return answer(who, says);
      } finally {
        log.push({ who, what: "ended" });
      }
    },
  };
}

function answer(who: string, says: string): TierDecision {
  const verdict = says.replace("!", "") as Verdict;
  const severity = verdict === "escalate" ? "info" : (SAYS[who] ?? "info");
  const acts = says === "block" || says === "escalate!";
  return { verdict, severity, reason: `${who} says`, ...(acts ? { action: action(who) } : {}) };
}

async function run(way: Way): Promise<{ decision: Decision; log: Log }> {
  const log: Log = [];
  const pipeline = new Pipeline({
    tiers: {
      ...(way.tiers === "L2" || way.tiers === "both" ? { l2: judge("L2", "Llm", way.L2, log) } : {}),
      ...(way.tiers === "L3" || way.tiers === "both" ? { l3: judge("L3", "Agent", way.L3, log) } : {}),
      ...(way.SAE === "" ? {} : { sae: judge("SAE", "Sae", way.SAE, log) }),
    },
    failClosed: way.failClosed,
    speculate: way.speculate,
    inferRisk: () => RISK,
  });
  const { signal } = new AbortController();
  for (let i = 0; i < way.inFlight; i++) {
    const l1 = { ...l1Of(way), verdict: "escalate", severity: "critical" } as const;
    void pipeline.resolve({ l1, event: FILLER, signal: new AbortController().signal });
  }
  const decision = await pipeline.resolve({ l1: l1Of(way), event: { ...EVENT, kind: way.kind }, signal });
  return { decision, log };
}

function l1Of({ verdict, severity }: Way): Decision {
  const denies = verdict === "allow" ? {} : { action: action("L1"), risk: RISK };
  return { verdict, tier: "Rules", severity, reason: "L1 says", ...denies, evidence: "partial" };
}

/** A table's row by the name in its first column. */
const [atOnceTable, freeTable, raisedTable] = [AT_ONCE, FREE, RAISED].map(
  (table) => new Map(rowsOf(table).map((row) => [row(""), row])),
);

function atOnce({ speculate, severity, inFlight }: Way): string {
  const free = freeTable?.get(String(inFlight))?.("free");
  return free === "no" ? "no" : (atOnceTable?.get(speculate ?? "none")?.(severity) ?? "missing");
}

/** The row's expectation for a case. */
function expected(row: Row, way: Way) {
  const mode = way.failClosed ? "fail-closed" : "fail-open";
  const [open = "", closed = open] = row("verdict").split("/");
  const verdict = way.failClosed ? closed : open;
  const failing = row("reason").startsWith("L3") ? way.L3 : row("reason").startsWith("SAE") ? way.SAE : way.L2;
  const why = FAILURES[failing]?.why ?? "";
  const severity = row("severity");
  const byFailMode = row("reason").includes("MODE");
  return {
    verdict,
    tier: row("by"),
    severity:
      severity === "L1"
        ? way.severity
        : severity === "raised"
          ? raisedTable?.get("raised")?.(way.severity)
          : (SAYS[severity] ?? severity),
    reason: row("reason").replace("WHY", why).replace("MODE", mode),
    ...(verdict === "block" && row("denies") !== "nothing" ? denial(row("denies")) : {}),
    ...(verdict === "allow" && !byFailMode ? {} : { risk: row("by") === "Sae" ? MODEL_OUTPUT_RISK : RISK }),
    evidence: "partial",
    ...(byFailMode ? { resolution: "unresolved-escalation" } : {}),
  };
}

/** The calls in the notation of the table. */
function asked(log: Log): string {
  const order = log.map(({ who, what }) => `${who} ${what}`);
  const begun = order.filter((entry) => entry.endsWith("asked")).map((entry) => entry.slice(0, -" asked".length));
  if (begun.length < 2) return begun[0] ?? "nobody";
  const before = begun.find((who) => who !== "L3");
  if (order.indexOf("L3 asked") > order.indexOf(`${before} ended`)) return begun.join(" ");
  return order.includes("L3 aborted") ? "L2+(L3)" : "L2+L3";
}

async function compare(ways: readonly Way[], table: string, fitting: (row: Row, way: Way) => boolean): Promise<void> {
  const rows = rowsOf(table);
  const used = new Set<Row>();
  for (const way of ways) {
    const found = rows.filter((row) => fitting(row, way));
    const [row] = found;
    if (row === undefined || found.length > 1) throw new Error(`${found.length} rows for ${JSON.stringify(way)}`);
    used.add(row);
    const { decision, log } = await run(way);
    const got = { decision, asked: asked(log) };
    const wanted = { decision: expected(row, way), asked: row("asked") };
    // Compare as text first: the assertion library takes a hundred times as long.
    if (JSON.stringify(sorted(got)) !== JSON.stringify(sorted(wanted)))
      expect(got, JSON.stringify(way)).toEqual(wanted);
  }
  expect(rows.filter((row) => !used.has(row))).toEqual([]);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, part]) => [key, sorted(part)]),
  );
}

/** All combinations of the values of each field; a missing tier has a single value. */
function ways(kind: JudgedEvent["kind"], sae: readonly string[]): Way[] {
  const all: Way[] = [];
  for (const tiers of TIERS)
    for (const speculate of [null, ...SEVERITIES])
      for (const inFlight of tiers === "both" && speculate !== null ? IN_FLIGHT : [0])
        for (const failClosed of [false, true])
          for (const verdict of ["allow", "block", "escalate"] as const)
            for (const severity of SEVERITIES)
              for (const L2 of tiers === "L2" || tiers === "both" ? WORDS : [""])
                for (const L3 of tiers === "L3" || tiers === "both" ? WORDS : [""])
                  for (const SAE of sae)
                    all.push({ kind, tiers, speculate, inFlight, failClosed, verdict, severity, L2, L3, SAE });
  return all;
}

const routes = (row: Row, way: Way): boolean =>
  fits(row("tiers"), way.tiers) &&
  fits(row("L1"), way.verdict) &&
  fits(row("at once"), way.tiers === "both" ? atOnce(way) : "no") &&
  fits(row("L2"), way.L2) &&
  fits(row("L3"), way.L3);

const saeRoutes = (row: Row, way: Way): boolean =>
  fits(row("tiers"), way.tiers) && fits(row("SAE"), way.SAE) && fits(row("L3"), way.L3);

it("follows the table, for every combination", { timeout: 120_000 }, async () => {
  const all = ways("FileAccess", [""]);
  expect(all.length).toBe(42_300);
  await compare(all, ROUTES, routes);
});

it("goes to the SAE tier only with `LlmActivations`, and only if there is one", async () => {
  const few = (way: Way) => way.severity === "high" && way.L2 !== "fails by rejecting" && way.inFlight === 0;
  await compare(ways("FileAccess", ["block"]).filter(few), ROUTES, routes);
  await compare(ways("LlmActivations", [""]).filter(few), ROUTES, routes);
});

it("goes to the SAE tier with `LlmActivations`, whatever L1 decides", { timeout: 120_000 }, async () => {
  const all = ways("LlmActivations", WORDS).filter(({ inFlight, severity }) => inFlight === 0 && severity === "high");
  expect(all.length).toBe(32_400);
  await compare(all, SAE_ROUTES, saeRoutes);
});
