// Why sentry denied a target: the file beside the deny-file.
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { reasonFor, reasonsPath } from "../../src/enforcer/deny-reasons.js";
import { type Block, Enforcer } from "../../src/enforcer/enforcer.js";
import { scratch } from "../support/scratch.js";

const block = (target: string): Block => ({
  verdict: "block",
  action: { kind: "DenyExec", target },
  tier: "Rules",
  rule: "r",
  reason: "r: why",
});

function enforcer() {
  const path = join(scratch(), "exec.txt");
  return { path, enforcer: new Enforcer({ DenyExec: { path, label: "exec.txt" } }) };
}

it("gets a line for each target that is added, and none for one that is denied already", () => {
  const { path, enforcer: own } = enforcer();
  writeFileSync(path, "/opt/old\n");
  for (const target of ["/opt/a", "/opt/old", "/opt/a", "/opt/b"]) own.enforcement(block(target));
  const lines = readFileSync(reasonsPath(path), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).target)).toEqual(["/opt/a", "/opt/b"]);
  expect(reasonFor(path, "/opt/a")).toEqual({
    target: "/opt/a",
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    tier: "Rules",
    rule: "r",
    reason: "r: why",
  });
  expect(reasonFor(path, "/opt/old")).toBeUndefined();
  expect(statSync(reasonsPath(path)).mode & 0o777).toBe(0o600);
});

it("is put aside when it is large, so that it takes bounded space", () => {
  const { path, enforcer: own } = enforcer();
  own.enforcement(block("/opt/first"));
  const filler = `${"x".repeat(1023)}\n`.repeat(8 << 10);
  writeFileSync(reasonsPath(path), readFileSync(reasonsPath(path), "utf8") + filler);
  for (const target of ["/opt/second", "/opt/third"]) own.enforcement(block(target));
  expect(statSync(reasonsPath(path)).size).toBeLessThan(1000);
  for (const target of ["/opt/first", "/opt/second", "/opt/third"]) expect(reasonFor(path, target)?.rule).toBe("r");
});

it("is not written through a link, and what is wrong with it denies no less", () => {
  const { path, enforcer: own } = enforcer();
  const other = join(scratch(), "other");
  symlinkSync(other, reasonsPath(path));
  expect(own.enforcement(block("/opt/a"))).toEqual({ enforced: "exec.txt" });
  expect(existsSync(other)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("/opt/a\n");
  expect(reasonFor(path, "/opt/a")).toBeUndefined();
});

it("may hold lines that are none", () => {
  const { path, enforcer: own } = enforcer();
  writeFileSync(reasonsPath(path), 'x "/opt/a"\n{"target":"/opt/a"}\nnull "/opt/a"\n');
  chmodSync(reasonsPath(path), 0o600);
  expect(reasonFor(path, "/opt/a")).toBeUndefined();
  own.enforcement(block("/opt/a"));
  expect(reasonFor(path, "/opt/a")?.reason).toBe("r: why");
});
