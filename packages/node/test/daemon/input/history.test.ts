// The history of the input, and the recent events of an actor in it.

import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileAccess, toolExec } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { FileInput } from "../../../src/daemon/input/file-input.js";
import { FileHistory, type History, StreamHistory } from "../../../src/daemon/input/history.js";
import { recentEvents, withRecent } from "../../../src/daemon/input/recent-events.js";
import { Sentry } from "../../../src/sentry.js";
import { cuts, random } from "../../support/lines.js";
import { scratch } from "../../support/scratch.js";

const sentry = await Sentry.create({});
const factsOf = vi.fn((line: string) => sentry.facts(line));

function eventOf(line: string) {
  const facts = sentry.facts(line);
  if (facts === null) throw new Error("no event");
  return { ...facts, line };
}

function streamOf(bytes: Buffer, most = 1000): StreamHistory {
  const history = new StreamHistory();
  let end = 0;
  for (const chunk of cuts(1, bytes, most)) {
    end += chunk.length;
    history.add(Buffer.from(chunk), end, undefined);
  }
  return history;
}

function fileOf(bytes: Buffer, begin = 0): FileHistory {
  const path = join(scratch(), "in");
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return new FileHistory(new FileInput(fd), begin);
}

const HISTORIES: [string, (bytes: Buffer) => History][] = [
  ["a stream", streamOf],
  ["a file", fileOf],
];
const SHADOW = fileAccess(7, "/etc/shadow", false, { agent: "a" });

describe.each(HISTORIES)("in %s", (_, historyOf) => {
  const recent = (lines: readonly string[], line: string = SHADOW, offset?: number) => {
    const bytes = Buffer.from(lines.join("\n"));
    return recentEvents(eventOf(line), offset ?? bytes.length, historyOf(bytes), factsOf);
  };

  it("finds the events of the same agent and pid, oldest first, and no other", () => {
    const own = [1, 2, 3].map((i) => toolExec(7, ["ls", String(i)], { agent: "a" }));
    const [first = "", second = "", third = ""] = own;
    const lines = [
      toolExec(7, ["ls"], { agent: "b" }),
      first,
      toolExec(77, ["ls"], { agent: "a" }),
      toolExec(7, ["ls"]),
      "noise",
      second,
      toolExec(8, ['"pid":7'], { agent: "a" }),
      third,
      SHADOW,
      toolExec(7, ["after"], { agent: "a" }),
    ];
    expect(recent(lines)).toEqual(own);
  });

  it("returns the last 50", () => {
    const own = Array.from({ length: 80 }, (_, i) => toolExec(7, [String(i)], { agent: "a" }));
    expect(recent([...own, SHADOW])).toEqual(own.slice(30));
  });

  it("finds none if there are none", () => {
    expect(recent([SHADOW])).toEqual([]);
    expect(recent([toolExec(8, ["x"], { agent: "a" }), SHADOW])).toEqual([]);
    expect(recent([toolExec(7, ["x"], { agent: "a" })])).toEqual([]);
  });

  it("finds the pid of a collector that writes spaces", () => {
    const spaced = (line: string) => line.replace('"pid":7', '"pid" : 7');
    const own = spaced(toolExec(7, ["ls"], { agent: "a" }));
    expect(recent([own, spaced(SHADOW)], spaced(SHADOW))).toEqual([own]);
  });

  it("examines a limited number of lines, however many contain the pid", () => {
    const decoys = Array.from({ length: 5000 }, (_, i) => toolExec(8, [`"pid":7${i}`], { agent: "a" }));
    // JSON escapes the quotes in an argument, so only raw text is found.
    const raw = decoys.map((line) => line.replace('"pid":8', '"pid":8,"pid":7'));
    factsOf.mockClear();
    expect(recent([...raw, SHADOW])).toEqual([]);
    expect(factsOf.mock.calls.length).toBeGreaterThan(10);
    expect(factsOf.mock.calls.length).toBeLessThanOrEqual(1000);
  });

  it("finds the line of an event whose bytes are not UTF-8", () => {
    const own = toolExec(7, ["ls"], { agent: "a" });
    const bytes = Buffer.from(`${own}\n${SHADOW.replace("shadow", "sh?dow")}\n`.replace("?", "\u00ff"), "latin1");
    const event = { ...eventOf(SHADOW), line: bytes.toString().split("\n")[1] ?? "" };
    expect(event.line).toContain("sh\ufffddow");
    expect(recentEvents(event, bytes.length, historyOf(bytes), factsOf)).toEqual([own]);
  });

  it("begins with the line before an offset, not with the same line later", () => {
    const before = [toolExec(7, ["1"], { agent: "a" })];
    const filler = toolExec(1, ["x".repeat(100_000)]);
    const lines = [...before, SHADOW, filler, filler, filler, toolExec(7, ["2"], { agent: "a" }), SHADOW];
    expect(recent(lines, SHADOW, 500)).toEqual(before);
  });
});

describe("the history of a stream", () => {
  const line = Buffer.from(`${toolExec(1, ["x".repeat(100)])}\n`);
  const megabyte = () => Buffer.concat(Array.from({ length: 7000 }, () => line));

  it("keeps some megabytes, and more for an escalation that waits, but limited", () => {
    const history = new StreamHistory();
    let end = 0;
    const add = (oldestNeeded?: number) => {
      const chunk = megabyte();
      end += chunk.length;
      history.add(chunk, end, oldestNeeded);
    };
    const kept = () => history.before(end, 1e9).length / 1e6;
    for (let i = 0; i < 20; i++) add();
    expect(kept()).toBeGreaterThan(6.5);
    expect(kept()).toBeLessThan(8.5);
    const waiting = end;
    for (let i = 0; i < 10; i++) add(waiting);
    expect(kept()).toBeGreaterThan(16);
    for (let i = 0; i < 60; i++) add(waiting);
    expect(kept()).toBeLessThan(34);
    add();
    expect(kept()).toBeLessThan(8.5);
    history.clear();
    expect(kept()).toBe(0);
  });

  it("counts the overhead of small chunks", () => {
    const history = new StreamHistory();
    for (let i = 1; i <= 100_000; i++) history.add(Buffer.from("{}\n"), 3 * i, undefined);
    expect(history.before(300_000, 1e9).length).toBeLessThan((8 * 1024 * 1024) / 80);
  });

  it("returns the bytes before an offset, wherever chunks were cut", () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
    const history = streamOf(bytes, 300);
    const next = random(3);
    for (let i = 0; i < 500; i++) {
      const end = next(6000);
      const length = next(3000);
      expect(history.before(end, length)).toEqual(
        bytes.subarray(Math.max(Math.min(end, 5000 + length) - length, 0), end),
      );
    }
  });
});

it("the history of a file begins where the run has begun", () => {
  const own = toolExec(7, ["1"], { agent: "a" });
  const bytes = Buffer.from(`${own}\n${own}\n${SHADOW}\n`);
  expect(recentEvents(eventOf(SHADOW), bytes.length, fileOf(bytes, own.length + 1), factsOf)).toEqual([own]);
});

describe("withRecent", () => {
  it("finds events when they are first read, once", () => {
    const find = vi.fn(() => ["x"]);
    const event = withRecent(eventOf(SHADOW), find);
    expect(event.subject).toBe("/etc/shadow");
    expect(find).not.toHaveBeenCalled();
    expect([event.recent, event.recent]).toEqual([["x"], ["x"]]);
    expect(find).toHaveBeenCalledTimes(1);
  });

  it("is empty if that fails", () => {
    const event = withRecent(eventOf(SHADOW), () => {
      throw new Error("disk on fire");
    });
    expect(event.recent).toEqual([]);
  });
});
