// The guard that leaves calls to the resident judge.
import { createServer } from "node:net";
import { join } from "node:path";
import type { Guard, GuardOutcome } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { residentGuard } from "../../../src/guard/mcp/resident-guard.js";
import { scratch } from "../../support/scratch.js";

const DECISION = { verdict: "block", tier: "Rules", severity: "high", reason: "r", evidence: "complete" } as const;
const OWN: GuardOutcome = { outcome: "deny", decision: DECISION, revision: "own", message: "by the own guard" };
const JUDGES: GuardOutcome = { outcome: "deny", decision: DECISION, revision: "judge", message: "by the judge" };

const own: Guard = { check: async () => OWN, prompt: async () => OWN, result: async () => OWN };

function guardAt(socket: string) {
  const warnings: string[] = [];
  const asker = { host: "mcp", session: "s", canAsk: true };
  return { guard: residentGuard(own, { asker, socket, warn: (why) => warnings.push(why) }), warnings };
}

async function judgeThatSays(line: string) {
  const socket = join(scratch(), "judge.sock");
  const asked: string[] = [];
  const server = createServer((connection) => {
    connection.on("error", () => {});
    connection.once("data", (data) => {
      asked.push(data.toString());
      connection.write(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return { socket, asked };
}

describe.skipIf(process.platform === "win32")("a guard with a resident judge", () => {
  it("has the judge's outcome of calls, and its own of texts", async () => {
    const { socket, asked } = await judgeThatSays(`${JSON.stringify({ v: 1, revision: "judge", outcome: JUDGES })}\n`);
    const { guard, warnings } = guardAt(socket);
    expect(await guard.check({ tool: "mcp__a__b", args: { c: 1 } })).toEqual(JUDGES);
    expect(await guard.result("text")).toEqual(OWN);
    expect(asked.map((line) => JSON.parse(line))).toMatchObject([
      { check: { tool: "mcp__a__b", args: { c: 1 } }, host: "mcp", session: "s", canAsk: true },
    ]);
    expect(warnings).toEqual([]);
  });

  it("judges by itself where none is installed", async () => {
    const { guard, warnings } = guardAt(join(scratch(), "judge.sock"));
    expect(await guard.check({ tool: "a", args: {} })).toEqual(OWN);
    expect(warnings).toEqual([]);
  });

  it("judges by itself, and warns, if the judge has no usable answer or the call is too large for it", async () => {
    const { socket } = await judgeThatSays('{"v":1,"outcome":{"outcome":"allow"}}\n');
    const { guard, warnings } = guardAt(socket);
    expect(await guard.check({ tool: "a", args: {} })).toEqual(OWN);
    expect(await guard.check({ tool: "a", args: { text: "x".repeat(5 * 1024 * 1024) } })).toEqual(OWN);
    expect(warnings).toEqual([expect.stringContaining("sent no outcome"), expect.stringContaining("too large")]);
  });
});
