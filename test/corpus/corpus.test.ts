// The shared corpus of cases, run through the package's public interface. README.md says what a case is.

import { readdirSync, readFileSync } from "node:fs";
import { type Decision, type EventStream, Sentry } from "@a3s-sentry/core";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** How many cases must fire each built-in rule, and how many must come near without firing it. */
const ENOUGH = 8;

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
  if (typeof policy !== "string" || !Array.isArray(cases)) throw new Error(`${file} is no file of cases`);
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
  throw new Error(`${name} wants kind and fields, or line, or line_hex`);
}

/** What a decision says, under the keys of a case, as far as the case has them. */
function said(decision: Decision, span: string | undefined, { severity, action, target, evidence, ...rest }: Case) {
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

/** What a stream counts of this one line. */
function counted(stream: EventStream, event: string | Uint8Array): "malformed" | "unmodelled" | "event" {
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
    const explained = sentry.explain(event);
    if (one.not_event !== undefined) {
      expect([decision, explained]).toEqual([null, null]);
      expect(counted(stream, event)).toBe(one.not_event);
      return;
    }
    expect(explained?.decision).toEqual(decision);
    if (decision === null) expect.unreachable("it is judged as not an event");
    const { name: _, policy: _p, kind: _k, fields: _f, line: _l, line_hex: _h, near: _n, ...expected } = one;
    expect(said(decision, explained?.matched, one)).toEqual(expected);
  });
});

describe("the corpus", () => {
  const cases = files.flatMap(({ policy, cases }) => cases.map((one) => ({ ...one, policy: one.policy ?? policy })));

  it("names each case once", () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it(`has ${ENOUGH} cases that fire each built-in rule, and ${ENOUGH} of its kind that come near`, async () => {
    const { rules } = (await sentryOf("")).policy;
    const lacking = rules.filter(({ name, on }) => {
      const fire = cases.filter(({ rule, policy }) => rule === name && policy === "");
      const near = cases.filter((one) => one.near === name && one.rule !== name && on.some((k) => k === one.kind));
      return fire.length < ENOUGH || near.length < ENOUGH;
    });
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  it("has every kind of event", () => {
    const files = ["FileAccess", "FileDelete"];
    const kinds = ["Dns", "Egress", ...files, "LlmActivations", "SecurityAction", "SslContent", "ToolExec"];
    const found = cases.filter((one) => one.not_event === undefined).map(({ kind }) => kind);
    expect([...new Set(found)].filter((kind) => kind !== undefined).sort()).toEqual(kinds);
  });
});
