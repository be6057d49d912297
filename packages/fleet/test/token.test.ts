// Names as tokens of subjects.

import { expect, it } from "vitest";
import { partitionOf, tokenOf, unnamedToken } from "../src/nats/token.js";

const NAMES = ["python3.11", "*", ">", "a b", "", "~", "%", "agent\u0000", "名前", "A".repeat(500), "A".repeat(501)];

it("every name is one token, and no two names share one", () => {
  const tokens = NAMES.map(tokenOf);
  for (const token of tokens.slice(0, 4)) expect(token).toMatch(/^[^\s.*>]+$/);
  for (const token of tokens) expect(token.length).toBeLessThanOrEqual(128);
  expect(new Set(tokens).size).toBe(NAMES.length);
  expect(tokenOf("python3.11")).toBe("python3%2E11");
});

it("no agent has the token of events without one", () => {
  expect(NAMES.map(tokenOf)).not.toContain(unnamedToken("node"));
  expect(tokenOf("~node")).not.toBe(unnamedToken("node"));
});

it("agents are spread over the partitions", () => {
  const counts = new Array<number>(16).fill(0);
  for (let agent = 0; agent < 16_000; agent++) {
    const partition = partitionOf(tokenOf(`agent-${agent}`), 16);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1200);
});
