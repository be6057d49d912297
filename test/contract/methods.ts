// Every method that takes an event accepts any form of it, and returns `null` for anything else.

import type { EventInput, SentryEvent } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import type { AnySentry, Core } from "./core.js";

/** Members that do not take one event have their own tests. */
const METHODS: Readonly<Record<string, (sentry: AnySentry, event: EventInput) => unknown>> = {
  classify: (sentry, event) => sentry.classify(event),
  evaluate: (sentry, event) => sentry.evaluate(event),
  evaluateL1: (sentry, event) => sentry.evaluateL1(event),
  evaluateThroughL2: (sentry, event) => sentry.evaluateThroughL2(event),
  explain: (sentry, event) => sentry.explain(event),
  facts: (sentry, event) => sentry.facts(event),
};

const NO_EVENTS: readonly object[] = [
  {},
  [],
  { event: {} },
  { event: { ProcessExit: { pid: 1 } } },
  { event: { LlmCall: { pid: 1 } } },
  { event: { LlmApi: { pid: 1 } } },
  { event: { CollectorHeartbeat: {} } },
  { event: { Dns: { query: "x.oast.fun" } } },
  { event: { ToolExec: { pid: "1", argv: ["nc", "-e", "/bin/sh"] } } },
  { event: { Dns: { pid: 1, query: "a" }, Egress: { pid: 1, peer: "169.254.169.254" } } },
];

export function methodSuite({ Sentry, dns, fileAccess, llmActivations }: Core): void {
  describe.each(Object.entries(METHODS))("%s", (_, call) => {
    const seen: string[] = [];
    const l2 = {
      tier: "Llm",
      async judge({ line }: { line: string }) {
        seen.push(line);
        return { verdict: "block", severity: "high", reason: line } as const;
      },
    } as const;

    it("accepts an event as text, bytes and object", async () => {
      const sentry = await Sentry.create("", { tiers: { l2 } });
      const allowed = dns(1, "größe.example", { agent: "é😀" });
      for (const text of [
        allowed,
        dns(1, "x.oast.fun"),
        fileAccess(1, "/etc/shadow"),
        llmActivations(1, 2, [[3, 4]]),
      ]) {
        const expected = await call(sentry, text);
        expect(expected).not.toBeNull();
        for (const form of [` ${text}\n`, new TextEncoder().encode(text), JSON.parse(text)]) {
          seen.length = 0;
          const got = await call(sentry, form);
          for (const line of seen) expect(line.trim()).toBe(text);
          expect(JSON.parse(JSON.stringify(got, trimmed))).toEqual(expected);
        }
      }
      sentry.close();
    });

    it("returns null for input that is not an event", async () => {
      const sentry = await Sentry.create("fail_closed = true", { tiers: { l2 } });
      seen.length = 0;
      for (const event of NO_EVENTS) {
        const text = JSON.stringify(event);
        for (const form of [event as SentryEvent, text, new TextEncoder().encode(text), text.slice(0, -1)]) {
          expect(await call(sentry, form), text).toBeNull();
        }
      }
      for (const text of ["", " ", "null", "starting up"]) expect(await call(sentry, text)).toBeNull();
      expect(seen).toEqual([]);
      sentry.close();
    });
  });
}

/** The line is the original text. */
function trimmed(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}
