// Streams: the same decisions as one by one, for any chunking.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.js";

const SESSION = readFileSync(new URL("../../examples/session.ndjson", import.meta.url));

export function streamSuite({ Sentry, dns }: Core): void {
  describe("a stream", () => {
    it.each([97, 4096, 65_536, SESSION.length])(
      "in chunks of %d bytes gives the decisions of classify",
      async (size) => {
        const sentry = await Sentry.create("");
        const lines = SESSION.toString().split("\n");
        const expected = lines.flatMap((line) => {
          const decision = sentry.classify(line);
          const plain = decision === null || (decision.verdict === "allow" && decision.severity === "info");
          return plain ? [] : [{ decision, event: { ...sentry.facts(line), line } }];
        });
        expect(expected.length).toBeGreaterThan(5);
        const stream = sentry.createStream();
        const got: unknown[] = [];
        for (let at = 0; at < SESSION.length; at += size) {
          for (const { decision, event } of stream.push(SESSION.subarray(at, at + size))) got.push({ decision, event });
        }
        for (const { decision, event } of stream.end()) got.push({ decision, event });
        expect(got).toEqual(expected);
        const { lines: count, events, malformed, unmodelled } = stream.counters;
        expect(count).toBe(lines.length - 1);
        expect(events).toBe(lines.filter((line) => sentry.classify(line) !== null).length);
        expect(events + malformed + unmodelled).toBe(count);
        stream.close();
        sentry.close();
      },
    );

    it("escalates a line that is too long, and continues", async () => {
      const sentry = await Sentry.create("");
      const stream = sentry.createStream();
      const input = Buffer.from(`${"x".repeat(10_000_000)}\n${dns(1, "x.oast.fun")}\n`);
      const items = stream.push(input);
      expect(items.map(({ decision }) => decision.rule)).toEqual([undefined, "oob-exfil-dns"]);
      expect(items[0]?.decision).toMatchObject({
        verdict: "escalate",
        severity: "high",
        reason: "oversized event",
        evidence: "partial",
      });
      expect([items[0]?.head, items[0]?.event]).toEqual([`"subject":"${"x".repeat(300)}"`, null]);
      expect(stream.counters).toEqual({ lines: 2, events: 1, unmodelled: 0, malformed: 0, oversized: 1 });
      stream.close();
      sentry.close();
    });

    it.each(["notable", "all"] as const)(
      "of %s lines has samples of malformed lines, with their numbers",
      async (lines) => {
        const sentry = await Sentry.create("");
        const stream = lines === "all" ? sentry.createStream({ lines }) : sentry.createStream();
        stream.push(Buffer.from(`\n${dns(1, "ok")}\n`));
        expect(stream.skippedSamples).toEqual([]);
        const why = "it is not a JSON object: it must begin with `{`";
        stream.push(Buffer.from(`${dns(1, "x.oast.fun")}\nlog line\n{}\n`));
        expect(stream.skippedSamples).toEqual([{ line: 4, skipped: "malformed", why, text: "log line" }]);
        stream.push(Buffer.from("log line\n".repeat(997)));
        expect(stream.skippedSamples).toEqual([]);
        stream.push(Buffer.from("{\nlog line\n"));
        expect(stream.skippedSamples).toEqual([{ line: 1004, skipped: "malformed", why, text: "log line" }]);
        for (const thing of [stream, sentry]) thing.close();
      },
    );

    it.each(["notable", "all"] as const)(
      "of %s lines has the first mistyped kind as a sample, and no blank line",
      async (lines) => {
        const sentry = await Sentry.create("");
        const stream = lines === "all" ? sentry.createStream({ lines }) : sentry.createStream();
        const text = '{"event":{"Dnss":{}}}';
        stream.push(Buffer.from(` \t\r\n{"event":{"LlmCall":{}}}\n${text}\n${text}\n`));
        const why = "unknown kind of event: did you mean `Dns`?";
        expect(stream.skippedSamples).toEqual([{ line: 3, skipped: "unmodelled", why, text }]);
        for (const thing of [stream, sentry]) thing.close();
      },
    );

    it("shows no secret in a sample, not even one that the end of the sample cuts", async () => {
      const sentry = await Sentry.create("");
      const stream = sentry.createStream();
      const token = `ghp_${"x7Kp2mQ9vL4w".repeat(3)}`;
      stream.push(Buffer.from(`${"log line ".repeat(25)}${token} ${"more ".repeat(100)}\n`));
      const [sample] = stream.skippedSamples;
      expect(sample?.text).not.toContain("ghp_");
      expect(sample?.text.length).toBe(256);
      for (const thing of [stream, sentry]) thing.close();
    });

    it("of all lines says of each why it is not judged", async () => {
      const sentry = await Sentry.create("");
      const stream = sentry.createStream({ lines: "all" });
      const given = ['{"id":1,"event":{"Dnss":{}}}', '{"id":2,"event":{"Dns":{"pid":1}}}', ""];
      expect(stream.push(Buffer.from(given.join("\n")))).toEqual([
        { skipped: "unmodelled", why: "unknown kind of event: did you mean `Dns`?", tail: '"id":1', sameLine: false },
        { skipped: "malformed", why: "`Dns` needs `query`", tail: '"id":2', sameLine: false },
      ]);
      for (const thing of [stream, sentry]) thing.close();
    });

    it("judges whole events behind half of another, and each part counts as a line", async () => {
      const sentry = await Sentry.create("");
      const [evil, good] = [dns(1, "x.oast.fun"), dns(1, "a.test")];
      const half = evil.slice(0, 30);
      const text = Buffer.from(`${half}${evil}\n{"a":1${evil}\n${evil}${evil}\n${half}${good}${half}\n`);
      const stream = sentry.createStream();
      const items = stream.push(text);
      expect(items.map(({ decision, event }) => [decision.rule, event?.line])).toEqual(
        Array.from({ length: 4 }, () => ["oob-exfil-dns", evil]),
      );
      expect(stream.counters).toEqual({ lines: 4, events: 5, unmodelled: 0, malformed: 4, oversized: 0 });
      expect(sentry.classifyLines(text).map((decision) => decision?.verdict)).toEqual([
        "block",
        "block",
        "block",
        "allow",
      ]);
      stream.close();
      sentry.close();
    });

    it("has a counterpart, classifyLines, with a decision for each line of any length", async () => {
      const sentry = await Sentry.create("");
      const lines = [...SESSION.toString().split("\n"), dns(1, "y".repeat(3_000_000)), "z".repeat(5_000_000)];
      const many = Array.from({ length: 3 }, () => lines).flat();
      const expected = many.map((line) => {
        if (line.length > 4 * 1024 * 1024) return ["escalate", undefined];
        const decision = sentry.classify(line);
        return decision && [decision.verdict, decision.rule];
      });
      const decisions = sentry.classifyLines(Buffer.from(many.join("\n")));
      expect(decisions.map((decision) => decision && [decision.verdict, decision.rule])).toEqual(expected);
      sentry.close();
    });

    it("continues with another policy", async () => {
      const [one, other] = [
        await Sentry.create(""),
        await Sentry.create({
          rules: [{ name: "no", on: "Dns", match: "no", verdict: "block", severity: "low", reason: "r" }],
        }),
      ];
      const stream = one.createStream();
      const line = Buffer.from(`${dns(1, "no")}\n`);
      expect(stream.push(line)).toHaveLength(0);
      expect(stream.push(line.subarray(0, 20))).toHaveLength(0);
      stream.switchTo(other);
      expect(stream.push(line.subarray(20)).map(({ decision }) => decision.rule)).toEqual(["no"]);
      expect(stream.counters).toMatchObject({ lines: 2, events: 2 });
      for (const thing of [one, other, stream]) thing.close();
    });
  });
}
