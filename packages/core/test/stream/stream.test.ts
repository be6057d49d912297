// Streams: their items, for any chunks and any failure.

import { beforeEach, describe, expect, it } from "vitest";
import { type Decision, dns, type EventStream, Sentry, type StreamItem, type StreamLine } from "../../src/index.js";
import { type StubCore, stubCore } from "../support/stub-core.js";

let core: StubCore;
let sentry: Sentry;
beforeEach(async () => {
  core = stubCore();
  sentry = await Sentry.create("");
});

const bytes = (...lines: string[]) => new TextEncoder().encode(lines.join("\n"));
const summary = (items: readonly StreamItem[]) =>
  items.map(({ decision, event }) => [decision.rule ?? decision.reason, event?.subject]);
const FAILED = ["rule engine failed: unreachable; the event was not judged", undefined];

function feed(stream: EventStream, input: Uint8Array, size: number): unknown[] {
  const out: unknown[] = [];
  for (let at = 0; at < input.length; at += size) out.push(...summary(stream.push(input.subarray(at, at + size))));
  return [...out, ...summary(stream.end())];
}

const LINES = [
  dns(1, "ok"),
  dns(1, "evil1"),
  "",
  "junk",
  '{"event":{"LlmCall":{}}}',
  dns(1, "odd"),
  dns(1, "fine"),
  dns(1, "evil2"),
];
const COUNTERS = { lines: 8, events: 5, unmodelled: 1, malformed: 2, oversized: 0 };
const NOTED = [
  ["evil", "evil1"],
  ["odd", "odd"],
  ["evil", "evil2"],
];

it.each([1, 7, 64, 10_000])("returns the lines that need attention in order, in chunks of %d bytes", (size) => {
  const stream = sentry.createStream();
  expect(feed(stream, bytes(...LINES), size)).toEqual(NOTED);
  expect(stream.counters).toEqual(COUNTERS);
});

it("returns a target, and the event with its line", () => {
  const [item] = sentry.createStream().push(bytes(dns(1, "evil.é"), ""));
  expect(item?.decision.action).toEqual({ kind: "DenyEgress", target: "evil.é" });
  expect(item?.event).toMatchObject({ kind: "Dns", subject: "evil.é", line: dns(1, "evil.é") });
});

it("takes a chunk of many megabytes, and keeps the events of its first part", () => {
  const input = bytes(
    dns(1, "odd1"),
    ...Array.from({ length: 30_000 }, () => dns(1, "ok, and quite long at that")),
    dns(1, "odd2"),
    "",
  );
  expect(input.length).toBeGreaterThan(1024 * 1024);
  expect(summary(sentry.createStream().push(input))).toEqual([
    ["odd", "odd1"],
    ["odd", "odd2"],
  ]);
  expect(core.instances).toBe(1);
});

it("throws for an expired event, but keeps an event that was read in time", () => {
  const stream = sentry.createStream();
  const [first, second] = stream.push(bytes(dns(1, "odd1"), dns(1, "odd2"), ""));
  expect(first?.event?.subject).toBe("odd1");
  stream.push(bytes(""));
  expect(first?.event?.subject).toBe("odd1");
  expect(() => second?.event).toThrow("event expired: read `item.event` before the next `push`");
});

describe("when the rule engine fails", () => {
  it.each([1, 50, 10_000])("only the line that it fails on is not judged, in chunks of %d bytes", (size) => {
    const stream = sentry.createStream();
    const lines = [...LINES.slice(0, 3), dns(1, "TRAP"), ...LINES.slice(3)];
    expect(feed(stream, bytes(...lines), size)).toEqual([NOTED[0], FAILED, NOTED[1], NOTED[2]]);
    expect(stream.counters).toEqual({ ...COUNTERS, lines: 9, events: 6 });
  });

  it.each(["streamInput", "feed", "rows", "counters", "rowAuditSummaries"] as const)(
    "in %s, the chunk is judged all the same",
    (call) => {
      const stream = sentry.createStream();
      const input = bytes(...LINES);
      expect(summary(stream.push(input.subarray(0, 60)))).toEqual([]);
      core.trapOn = call;
      expect(summary(stream.push(input.subarray(60)))).toEqual(NOTED.slice(0, 2));
      expect(summary(stream.end())).toEqual(NOTED.slice(2));
      expect(stream.counters).toEqual(COUNTERS);
      expect(core.instances).toBe(2);
    },
  );

  it("in the last line, that line is an escalation; without a last line, there is none", () => {
    const stream = sentry.createStream();
    stream.push(bytes(dns(1, "TRAP")));
    expect(summary(stream.end())).toEqual([FAILED]);
    core.trapOn = "finish";
    expect(summary(stream.end())).toEqual([]);
    expect(stream.counters).toMatchObject({ lines: 1, events: 1 });
  });

  it("between chunks, an unfinished line is not lost", () => {
    const stream = sentry.createStream();
    const input = bytes(...LINES);
    stream.push(input.subarray(0, 50));
    sentry.classify(dns(1, "TRAP"));
    expect(summary(stream.push(input.subarray(50)))).toEqual(NOTED.slice(0, 2));
    sentry.classify(dns(1, "TRAP"));
    expect(summary(stream.end())).toEqual(NOTED.slice(2));
    expect(stream.counters).toEqual(COUNTERS);
  });

  it("before an event is read, the event is `null`", () => {
    const [item] = sentry.createStream().push(bytes(dns(1, "odd"), ""));
    sentry.classify(dns(1, "TRAP"));
    sentry.classify(dns(1, "ok"));
    expect(item?.event).toBeNull();
    expect(item?.decision.rule).toBe("odd");
    sentry.classify(dns(1, "ok"));
    expect(core.instances).toBe(2);
  });

  it("on a line that is too long, that line is an escalation", () => {
    const stream = sentry.createStream();
    stream.push(new Uint8Array(4_300_000).fill(120));
    core.trapOn = "feed";
    const [oversized, ...items] = stream.push(bytes("x", dns(1, "evil"), ""));
    expect(oversized).toMatchObject({ decision: { reason: "oversized event", evidence: "partial" }, event: null });
    expect(summary(items)).toEqual([["evil", "evil"]]);
    expect(stream.counters).toEqual({ lines: 2, events: 1, unmodelled: 0, malformed: 0, oversized: 1 });
  });
});

describe("a stream of all lines", () => {
  const ALL = ["ok", "evil1", "malformed", "malformed", "unmodelled", "odd", "fine", "evil2"];
  const all = (lines: readonly StreamLine[]) =>
    lines.map((line) => ("skipped" in line ? line.skipped : line.event?.subject));

  function feedAll(input: Uint8Array, size: number): unknown[] {
    const stream = sentry.createStream({ lines: "all" });
    const out: unknown[] = [];
    for (let at = 0; at < input.length; at += size) out.push(...all(stream.push(input.subarray(at, at + size))));
    return [...out, ...all(stream.end())];
  }

  it.each([1, 7, 64, 10_000])("returns one item for each, in order, in chunks of %d bytes", (size) => {
    expect(feedAll(bytes(...LINES), size)).toEqual(ALL);
  });

  it.each(["streamInput", "feed", "rows", "counters", "rowAuditSummaries"] as const)(
    "returns them all if the rule engine fails in %s",
    (call) => {
      core.trapOn = call;
      expect(feedAll(bytes(...LINES), 60)).toEqual(ALL);
    },
  );

  it("returns the line that the rule engine fails on, and all lines after it", () => {
    const lines = [...LINES.slice(0, 3), dns(1, "TRAP"), ...LINES.slice(3)];
    const expected = [...ALL.slice(0, 3), undefined, ...ALL.slice(3)];
    expect(feedAll(bytes(...lines), 50)).toEqual(expected);
  });

  it("returns them all after a switch to another policy", async () => {
    const stream = sentry.createStream({ lines: "all" });
    stream.switchTo(await Sentry.create(""));
    expect(all(stream.push(bytes(...LINES, "")))).toEqual(ALL);
  });

  it("keeps the ids of lines that are not judged", () => {
    const lines = sentry.createStream({ lines: "all" }).push(bytes('{"id":7,"event":{}}', ""));
    expect(lines).toEqual([{ skipped: "malformed", why: "a fault", tail: '"id":7', sameLine: false }]);
  });
});

it("continues with another policy in the middle of a line", async () => {
  const stream = sentry.createStream();
  const input = bytes(...LINES);
  const before = summary(stream.push(input.subarray(0, 130)));
  stream.switchTo(await Sentry.create("another"));
  sentry.close();
  expect([...before, ...feed(stream, input.subarray(130), 20)]).toEqual(NOTED);
  expect(stream.counters).toEqual(COUNTERS);
});

it.each([
  ["a text", '{"event":'],
  ["a buffer", new ArrayBuffer(8)],
  ["numbers", [123, 10]],
  ["nothing", undefined],
] satisfies [string, unknown][])("refuses %s for bytes, and loses nothing of what comes after", (_, given) => {
  const chunk: unknown = given;
  const stream = sentry.createStream();
  expect(() => stream.push(chunk as Uint8Array)).toThrow(TypeError);
  expect(summary(stream.push(bytes(dns(1, "evil1"), "")))).toEqual([["evil", "evil1"]]);
  expect(stream.counters).toMatchObject({ lines: 1, events: 1 });
  expect(() => sentry.classifyLines(chunk as Uint8Array)).toThrow("`lines` must be a Uint8Array");
});

it("that is closed throws, and its events are expired", () => {
  const stream = sentry.createStream();
  const [item] = stream.push(bytes(dns(1, "odd"), ""));
  stream.close();
  for (const use of [() => stream.push(bytes("")), () => stream.end(), () => stream.switchTo(sentry)]) {
    expect(use).toThrow("this stream is closed");
  }
  expect(() => item?.event).toThrow("event expired: read `item.event` before the next `push`");
});

describe("classifyLines", () => {
  const summary = (decisions: readonly (Decision | null)[]) =>
    decisions.map((each) => each && (each.rule ?? each.reason));

  it.each(["", "\n"])("returns what `classify` returns for each line, without targets (end %j)", (end) => {
    const decisions = sentry.classifyLines(bytes(LINES.join("\n") + end));
    expect(summary(decisions)).toEqual(summary(LINES.map((line) => sentry.classify(line))));
    expect(decisions.some((decision) => decision?.action !== undefined)).toBe(false);
    expect(sentry.classifyLines(bytes(""))).toEqual([]);
  });

  it("judges the other lines if the rule engine fails on one", () => {
    const lines = [dns(1, "odd"), dns(1, "TRAP"), "", dns(1, "evil"), ""];
    expect(summary(sentry.classifyLines(bytes(...lines)))).toEqual(["odd", FAILED[0], null, "evil"]);
  });
});
