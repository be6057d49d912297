// Runs the shared corpus through the package's public interface. README.md describes the cases.

import { readdirSync, readFileSync } from "node:fs";
import { type Decision, type EventStream, Sentry } from "@a3s-sentry/core";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The number of cases that must fire each built-in rule, and of those that must come close to it.
 */
const MIN_CASES = 8;

interface Case {
  readonly name: string;
  readonly policy?: string;
  readonly kind?: string;
  readonly fields?: object;
  readonly line?: string;
  readonly line_hex?: string;
  readonly not_event?: "malformed" | "unmodelled";
  readonly verdict?: string;
  readonly rule?: string;
  readonly near?: string;
  readonly severity?: string;
  readonly action?: string;
  readonly target?: string;
  readonly evidence?: string;
  readonly span?: string;
}

interface CaseFile {
  readonly file: string;
  readonly policy: string;
  readonly cases: readonly Case[];
}

const files = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".toml"))
  .sort()
  .map(readCases);

function readCases(file: string): CaseFile {
  const { policy = "", case: cases } = parse(readFileSync(new URL(file, import.meta.url), "utf8"));
  if (typeof policy !== "string" || !Array.isArray(cases)) throw new Error(`${file} is not a file of cases`);
  return { file, policy, cases: cases as unknown as readonly Case[] };
}

const sentries = new Map<string, Sentry>();

async function sentryOf(policy: string): Promise<Sentry> {
  const sentry = sentries.get(policy) ?? (await Sentry.create(policy));
  sentries.set(policy, sentry);
  return sentry;
}

afterAll(() => {
  for (const sentry of sentries.values()) sentry.close();
});

function eventOf({ name, kind, fields, line, line_hex }: Case): string | Uint8Array {
  if (kind !== undefined && fields !== undefined) return JSON.stringify({ event: { [kind]: fields } });
  if (line_hex !== undefined) return Buffer.from(line_hex.replaceAll(/\s/g, ""), "hex");
  if (line !== undefined) return line;
  throw new Error(`${name} needs kind and fields, or line, or line_hex`);
}

/** The parts of a decision that a case has keys for. */
function partsOf(decision: Decision, span: string | undefined, { severity, action, target, evidence, ...rest }: Case) {
  return {
    verdict: decision.verdict,
    rule: decision.rule,
    ...(severity !== undefined && { severity: decision.severity }),
    ...(action !== undefined && { action: decision.action?.kind ?? "none" }),
    ...(target !== undefined && { target: decision.action?.target }),
    ...(evidence !== undefined && { evidence: decision.evidence }),
    ...(rest.span !== undefined && { span }),
  };
}

/** How a stream counts this line. */
function countedAs(stream: EventStream, event: string | Uint8Array): "malformed" | "unmodelled" | "event" {
  const before = stream.counters;
  stream.push(Buffer.concat([Buffer.from(event), Buffer.from("\n")]));
  const { malformed, unmodelled } = stream.counters;
  if (malformed > before.malformed) return "malformed";
  return unmodelled > before.unmodelled ? "unmodelled" : "event";
}

describe.each(files)("$file", ({ policy, cases }) => {
  let stream: EventStream;
  beforeAll(async () => {
    stream = (await sentryOf(policy)).createStream();
  });
  afterAll(() => stream.close());

  it.each(cases)("$name", async (one) => {
    const sentry = await sentryOf(one.policy ?? policy);
    const event = eventOf(one);
    const decision = sentry.classify(event);
    const explanation = sentry.explain(event);
    if (one.not_event !== undefined) {
      expect([decision, explanation]).toEqual([null, null]);
      expect(countedAs(stream, event)).toBe(one.not_event);
      return;
    }
    expect(explanation?.decision).toEqual(decision);
    if (decision === null) expect.unreachable("it is judged as not an event");
    const { name: _, policy: _p, kind: _k, fields: _f, line: _l, line_hex: _h, near: _n, ...expected } = one;
    expect(partsOf(decision, explanation?.matched, one)).toEqual(expected);
  });
});

describe("the corpus", () => {
  const cases = files.flatMap(({ policy, cases }) => cases.map((one) => ({ ...one, policy: one.policy ?? policy })));

  it("gives each case its own name", () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it(`has ${MIN_CASES} cases that fire each built-in rule that always applies, and ${MIN_CASES} of its kind that come close`, async () => {
    const { rules } = (await sentryOf("")).policy;
    // Packs have tests beside them.
    const always = rules.filter(({ pack }) => pack === undefined);
    const tooFew = always.filter(({ name, on }) => {
      const fire = cases.filter(({ rule, policy }) => rule === name && policy === "");
      const near = cases.filter((one) => one.near === name && one.rule !== name && on.some((k) => k === one.kind));
      return fire.length < MIN_CASES || near.length < MIN_CASES;
    });
    expect(tooFew.map(({ name }) => name)).toEqual([]);
  });

  it("contains every kind of event", () => {
    const files = ["FileAccess", "FileDelete"];
    const kinds = ["Dns", "Egress", ...files, "LlmActivations", "SecurityAction", "SslContent", "ToolCall", "ToolExec"];
    const found = cases.filter((one) => one.not_event === undefined).map(({ kind }) => kind);
    expect([...new Set(found)].filter((kind) => kind !== undefined).sort()).toEqual(kinds);
  });
});
