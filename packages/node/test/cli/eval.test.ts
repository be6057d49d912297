// The parts of `eval`: line batches, records, members, scores, the table.
import { Buffer } from "node:buffer";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { memberBytes } from "../../src/cli/eval/member.js";
import { corpusRecord } from "../../src/cli/eval/record.js";
import { rates, Score } from "../../src/cli/eval/score.js";
import { scoreTable } from "../../src/cli/eval/table.js";
import { lineBatches } from "../../src/cli/line-batches.js";

async function lines(...chunks: string[]): Promise<(string | null)[]> {
  async function* input() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const all: (string | null)[] = [];
  for await (const batch of lineBatches(input()))
    all.push(...batch.map((line) => (line === null ? null : line.toString())));
  return all;
}

describe("lineBatches", () => {
  it.each([
    [["a\nb\n"], ["a", "b"]],
    [["a\nb"], ["a", "b"]],
    [
      ["a", "\n", "\nb"],
      ["a", "", "b"],
    ],
    [["a\r\n"], ["a\r"]],
    [[], []],
    [[""], []],
  ])("cuts %j", async (chunks, expected) => {
    expect(await lines(...chunks)).toEqual(expected);
  });

  it("drops a line over 32 MiB and continues", async () => {
    const half = "x".repeat(16 * 1024 * 1024);
    expect(await lines("a\n", half, half, "x\nb\n")).toEqual(["a", null, "b"]);
  });
});

const text = (event: string | Uint8Array) => (typeof event === "string" ? event : Buffer.from(event).toString());
const record = (line: string) => {
  const { label, group, event } = corpusRecord(Buffer.from(line));
  return { label, group, event: text(event).trim() };
};

describe("corpusRecord", () => {
  it("returns the bytes of an envelope unchanged", () => {
    const envelope = '{ "event": {"SecurityAction":{"pid":1,"kind":"ptrace","detail":18446744073709551615}}}';
    expect(record(`{"label":"block","event":${envelope},"category":"c","source":"s"}`)).toEqual({
      label: "block",
      group: "c",
      event: envelope,
    });
  });

  it("treats a string as a line", () => {
    expect(record('{"label":"allow","event":"not json","source":"s"}')).toEqual({
      label: "allow",
      group: "s",
      event: "not json",
    });
  });

  it("returns the whole line if `event` is the inner event", () => {
    const line = '{"label":"allow","identity":{"agent":"py"},"event":{"Dns":{"pid":1,"query":"a"}}}';
    expect(record(line)).toEqual({ label: "allow", group: "all", event: line });
  });

  it.each([["not json"], ["[1]"], ["null"], ['{"label":"evil","event":{"Dns":{}}}'], ['{"label":7}']])(
    "finds no label in %j",
    (line) => {
      expect(record(line)).toEqual({ label: undefined, group: "all", event: line });
    },
  );

  it("ignores keys of `Object.prototype`", () => {
    expect(record('{"label":"allow","event":{"__proto__":{"event":1}}}').event).toContain("__proto__");
  });
});

describe("memberBytes", () => {
  it.each([
    ['{"a":1,"b":2}', "a", "1"],
    ['{"a":1,"b":2}', "b", "2"],
    ['{"a":1,"b":2}', "c", undefined],
    ["{}", "a", undefined],
    ['{"a":1,"a":2}', "a", "2"],
    ['{"\\u0061":"x"}', "a", '"x"'],
    ['{"b":{"a":1},"a":{"b":[1,{"c":"}"}]}}', "a", '{"b":[1,{"c":"}"}]}'],
    ['{"b":"\\"a\\":1,","a":"\\\\"}', "a", '"\\\\"'],
    ['{"ü":"ö","a":"€"}', "a", '"€"'],
    ['\ufeff {"a":[]}', "a", "[]"],
  ])("of %s: %s", (json, key, expected) => {
    const found = memberBytes(Buffer.from(json), key);
    expect(found && Buffer.from(found).toString()).toBe(expected);
  });
});

describe("Score", () => {
  it("counts by group and in total", () => {
    const score = new Score();
    score.add("a", "block", "block");
    score.add("a", "block", "escalate");
    score.add("a", "block", "allow");
    score.add("a", "block", null);
    score.add("b", "allow", "allow");
    score.add("b", "allow", "escalate");
    score.add("b", "allow", "block");
    score.add("b", "allow", null);
    const { total } = score;
    expect(rates(total.blocked, total)).toEqual({ recall: 0.25, precision: 0.5, falsePositives: 0.25 });
    expect(rates(total.flagged, total)).toEqual({ recall: 0.5, precision: 0.5, falsePositives: 0.5 });
    const b = score.groups.get("b");
    expect(b && rates(b.blocked, b)).toEqual({ recall: null, precision: 0, falsePositives: 0.25 });
  });

  it("limits the number of groups", () => {
    const score = new Score();
    for (let i = 0; i < 1000; i++) score.add(`g${i}`, "allow", "allow");
    expect(score.groups.size).toBe(201);
    expect(score.groups.get("(other groups)")?.benign).toBe(800);
  });
});

describe("scoreTable", () => {
  it("shows shares, and never rounds a single miss away", () => {
    const score = new Score();
    for (let i = 0; i < 3000; i++) score.add("big", "allow", i === 0 ? "block" : "allow");
    for (let i = 0; i < 3000; i++) score.add("big", "block", i === 0 ? "allow" : "block");
    score.add("b\u001b[31mad", "allow", "allow");
    const rows = scoreTable(score, pc.createColors(false))
      .split("\n")
      .map((row) => row.split("│").map((cell) => cell.trim()));
    expect(rows).toContainEqual([
      "",
      "big",
      "3,000",
      "3,000",
      ">99.9%",
      ">99.9%",
      "<0.1%",
      ">99.9%",
      ">99.9%",
      "<0.1%",
      "",
    ]);
    expect(rows).toContainEqual(["", "b\\u{1b}[31mad", "0", "1", "-", "-", "0.0%", "-", "-", "0.0%", ""]);
    expect(rows).toContainEqual([
      "",
      "total",
      "3,000",
      "3,001",
      ">99.9%",
      ">99.9%",
      "<0.1%",
      ">99.9%",
      ">99.9%",
      "<0.1%",
      "",
    ]);
  });
});
