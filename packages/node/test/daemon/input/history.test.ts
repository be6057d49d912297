// The events of an actor before an escalation, in a stream and in a file.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileAccess, toolExec } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { FileInput } from "../../../src/daemon/input/file-input.js";
import { FileHistory, type History, recentEvents, Window, withRecent } from "../../../src/daemon/input/history.js";
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

function windowOf(bytes: Buffer, most = 1000): Window {
  const window = new Window();
  for (const chunk of cuts(1, bytes, most)) window.add(Buffer.from(chunk), undefined);
  return window;
}

function fileOf(bytes: Buffer, begin = 0): FileHistory {
  const path = join(scratch(), "in");
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return new FileHistory(new FileInput(fd), begin);
}

const HISTORIES: [string, (bytes: Buffer) => History][] = [
  ["a stream", windowOf],
  ["a file", fileOf],
];
const SHADOW = fileAccess(7, "/etc/shadow", false, { agent: "a" });

describe.each(HISTORIES)("in %s", (_, historyOf) => {
  const recent = (lines: readonly string[], line: string = SHADOW, place?: number) => {
    const bytes = Buffer.from(lines.join("\n"));
    return recentEvents(eventOf(line), place ?? bytes.length, historyOf(bytes), factsOf);
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

  it("gives the last 50", () => {
    const own = Array.from({ length: 80 }, (_, i) => toolExec(7, [String(i)], { agent: "a" }));
    expect(recent([...own, SHADOW])).toEqual(own.slice(30));
  });

  it("finds none where there are none", () => {
    expect(recent([SHADOW])).toEqual([]);
    expect(recent([toolExec(8, ["x"], { agent: "a" }), SHADOW])).toEqual([]);
    expect(recent([toolExec(7, ["x"], { agent: "a" })])).toEqual([]);
  });

  it("knows the pid as a collector with spaces writes it", () => {
    const spaced = (line: string) => line.replace('"pid":7', '"pid" : 7');
    const own = spaced(toolExec(7, ["ls"], { agent: "a" }));
    expect(recent([own, spaced(SHADOW)], spaced(SHADOW))).toEqual([own]);
  });

  it("does not look at lines without end, however many name the pid", () => {
    const liars = Array.from({ length: 5000 }, (_, i) => toolExec(8, [`"pid":7${i}`], { agent: "a" }));
    // In the line's JSON the quotes of an argument are escaped: only a raw text would be found.
    const raw = liars.map((line) => line.replace('"pid":8', '"pid":8,"pid":7'));
    factsOf.mockClear();
    expect(recent([...raw, SHADOW])).toEqual([]);
    expect(factsOf.mock.calls.length).toBeGreaterThan(10);
    expect(factsOf.mock.calls.length).toBeLessThanOrEqual(1000);
  });

  it("begins with the line that a place lies behind, not with the same line later", () => {
    const before = [toolExec(7, ["1"], { agent: "a" })];
    const filler = toolExec(1, ["x".repeat(100_000)]);
    const lines = [...before, SHADOW, filler, filler, filler, toolExec(7, ["2"], { agent: "a" }), SHADOW];
    expect(recent(lines, SHADOW, 500)).toEqual(before);
  });
});

describe("a window", () => {
  const line = Buffer.from(`${toolExec(1, ["x".repeat(100)])}\n`);
  const megabyte = () => Buffer.concat(Array.from({ length: 7000 }, () => line));

  it("keeps some megabytes, and more for an escalation that waits, but not without end", () => {
    const window = new Window();
    const held = () => window.before(window.end, 1e9).length / 1e6;
    for (let i = 0; i < 20; i++) window.add(megabyte(), undefined);
    expect(held()).toBeGreaterThan(6.5);
    expect(held()).toBeLessThan(8.5);
    const place = window.end;
    for (let i = 0; i < 10; i++) window.add(megabyte(), place);
    expect(held()).toBeGreaterThan(16);
    for (let i = 0; i < 60; i++) window.add(megabyte(), place);
    expect(held()).toBeLessThan(34);
    window.add(megabyte(), undefined);
    expect(held()).toBeLessThan(8.5);
    window.clear();
    expect(held()).toBe(0);
  });

  it("counts what small chunks cost", () => {
    const window = new Window();
    for (let i = 0; i < 100_000; i++) window.add(Buffer.from("{}\n"), undefined);
    expect(window.before(window.end, 1e9).length).toBeLessThan((8 * 1024 * 1024) / 80);
  });

  it("gives the bytes before a place, wherever chunks were cut", () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
    const window = windowOf(bytes, 300);
    const next = random(3);
    for (let i = 0; i < 500; i++) {
      const end = next(6000);
      const length = next(3000);
      expect(window.before(end, length)).toEqual(
        bytes.subarray(Math.max(Math.min(end, 5000 + length) - length, 0), end),
      );
    }
  });
});

it("begins in a file where the run has begun", () => {
  const own = toolExec(7, ["1"], { agent: "a" });
  const bytes = Buffer.from(`${own}\n${own}\n${SHADOW}\n`);
  expect(recentEvents(eventOf(SHADOW), bytes.length, fileOf(bytes, own.length + 1), factsOf)).toEqual([own]);
});

describe("withRecent", () => {
  it("looks when it is asked, once", () => {
    const look = vi.fn(() => ["x"]);
    const event = withRecent(eventOf(SHADOW), look);
    expect(event.subject).toBe("/etc/shadow");
    expect(look).not.toHaveBeenCalled();
    expect([event.recent, event.recent]).toEqual([["x"], ["x"]]);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("has none where looking fails", () => {
    const event = withRecent(eventOf(SHADOW), () => {
      throw new Error("disk on fire");
    });
    expect(event.recent).toEqual([]);
  });
});
