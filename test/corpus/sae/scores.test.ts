// Runs the cases of the SAE tier through the package: one event at a time, and as a stream.

import { readFileSync } from "node:fs";
import { type Decision, Sentry } from "@a3s-sentry/core";
import { parse } from "smol-toml";
import { afterAll, describe, expect, it } from "vitest";

interface Case {
  readonly name: string;
  /** The activations as JSON: pairs of a feature's id and its activation. */
  readonly features: string;
  readonly escalate_at?: number;
  readonly block_at?: number;
  readonly not_event?: true;
  readonly verdict?: string;
  readonly severity?: string;
  readonly harmful?: number;
  readonly reason?: string;
  /** The ids of the features. */
  readonly drivers?: readonly number[];
}

const file: unknown = parse(readFileSync(new URL("scores.toml", import.meta.url), "utf8"));
const { dictionary, case: cases } = file as { dictionary: string; case: readonly Case[] };
const sentries = new Map<string, Sentry>();

async function sentryOf({ escalate_at = 0.3, block_at = 0.6 }: Case): Promise<Sentry> {
  const policy = `sae { dict = "d.json" escalate_at = ${escalate_at} block_at = ${block_at} }`;
  const sentry = sentries.get(policy) ?? (await Sentry.create(policy, { files: { "d.json": dictionary } }));
  sentries.set(policy, sentry);
  return sentry;
}

afterAll(() => {
  for (const sentry of sentries.values()) sentry.close();
});

function lineOf({ features }: Case): string {
  return `{"event":{"LlmActivations":{"pid":7,"layer":20,"features":${features}}}}`;
}

/** The parts of a decision that a case has keys for. */
function partsOf({ verdict, severity, reason, explain }: Decision, one: Case) {
  const ids = explain?.drivers.map(({ source }) => Number(source.replace("sae_feature:#", "")));
  return {
    verdict,
    severity,
    harmful: explain?.harmful,
    ...(one.reason !== undefined && { reason }),
    ...(one.drivers !== undefined && { drivers: ids }),
  };
}

describe("the SAE tier", () => {
  it.each(cases)("scores $name", async (one) => {
    const sentry = await sentryOf(one);
    const line = lineOf(one);
    const decision = sentry.explain(line)?.sae;
    const stream = sentry.createStream();
    const items = stream.push(Buffer.from(`${line}\n`));
    if (one.not_event) {
      expect([decision, items, await sentry.evaluate(line)]).toEqual([undefined, [], null]);
      expect(stream.counters.malformed).toBe(1);
      stream.close();
      return;
    }
    if (decision === undefined) expect.unreachable("there is an SAE tier");
    const { name: _, features: _f, escalate_at: _e, block_at: _b, ...expected } = one;
    expect(partsOf(decision, one)).toEqual(expected);
    expect(items.map((item) => item.decision)).toEqual([decision]);
    expect(await sentry.evaluate(line)).toEqual(sentry.failMode(decision));
    stream.close();
  });
});
