// The audit lines of the resident judge.
import { PassThrough } from "node:stream";
import type { GuardOutcome } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { BatchedWriter } from "../../../src/daemon/audit/batched-writer.js";
import type { ResidentRequest } from "../../../src/guard/protocol.js";
import { GuardAudit } from "../../../src/guard/resident/guard-audit.js";
import { Sentry } from "../../../src/sentry.js";

const ALLOW = {
  verdict: "allow",
  tier: "Rules",
  severity: "info",
  reason: "no rule matched",
  evidence: "complete",
} as const;
const BLOCK = { ...ALLOW, verdict: "block", severity: "high", reason: "r: why", rule: "r" } as const;
const ASKED: ResidentRequest = {
  check: { tool: "Bash", args: { command: "ls" } },
  agent: "a",
  session: "s",
  host: "h",
  uid: 7,
};

async function setUp() {
  const sentry = await Sentry.create("");
  onTestFinished(() => sentry.close());
  const output = new PassThrough();
  const audit = new GuardAudit(new BatchedWriter(output), () => new Date(0));
  const lines = async (): Promise<string> => {
    await audit.flush();
    return String(output.read() ?? "");
  };
  const add = (request: ResidentRequest, outcome: GuardOutcome) =>
    audit.outcome(request, outcome, (text) => sentry.withoutSecrets(text));
  return { audit, lines, add };
}

it("a change of a server has a line", async () => {
  const { audit, lines } = await setUp();
  audit.changed("files", { what: "description", tool: "read\u202e" });
  audit.changed("files", { what: "instructions" });
  expect(await lines()).toBe(
    '{"changed":"description","server":"files","tool":"read\\u202e","host":"mcp","time":"1970-01-01T00:00:00.000Z"}\n' +
      '{"changed":"instructions","server":"files","host":"mcp","time":"1970-01-01T00:00:00.000Z"}\n',
  );
});

describe("an outcome", () => {
  it("that is a plain allow has no line", async () => {
    const { add, lines } = await setUp();
    add(ASKED, { outcome: "allow", decision: ALLOW, revision: "v", grant: false });
    expect(await lines()).toBe("");
  });

  it("of a block says who asked, what, and by which policy", async () => {
    const { add, lines } = await setUp();
    add(ASKED, { outcome: "deny", decision: BLOCK, revision: "v", message: "m" });
    expect(await lines()).toBe(
      '{"agent":"a","event":"ToolCall","subject":"Bash {\\"command\\":\\"ls\\"}",' +
        '"decision":{"verdict":"block","tier":"Rules","severity":"high","reason":"r: why","rule":"r"},' +
        '"outcome":"deny","session":"s","host":"h","uid":7,"revision":"v","time":"1970-01-01T00:00:00.000Z"}\n',
    );
  });

  it("has the subject of the event, with sorted keys, however deep the arguments are", async () => {
    const { add, lines } = await setUp();
    const outcome = { outcome: "deny", decision: BLOCK, revision: "v", message: "m" } as const;
    const deep = JSON.parse(`{"b":${"[".repeat(400)}${"]".repeat(400)},"a":1}`);
    for (const args of [{ b: 1, a: { d: 1, c: 2 } }, null, deep]) add({ check: { tool: "x", args } }, outcome);
    const [sorted, none, deepest] = (await lines())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).subject);
    expect([sorted, none]).toEqual(['x {"a":{"c":2,"d":1},"b":1}', "x null"]);
    expect(deepest).toMatch(/^x \{"b":\[\[/);
  });

  it("of a dry run says what it would have been", async () => {
    const { add, lines } = await setUp();
    add(ASKED, { outcome: "allow", decision: BLOCK, revision: "v", grant: false, wouldBe: "deny" });
    expect(JSON.parse(await lines())).toMatchObject({ outcome: "allow", would_be: "deny" });
  });

  it("shows at most 300 bytes of a call, without secrets and control characters", async () => {
    const { add, lines } = await setUp();
    const key = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
    const prompt = `\u001b[2J\n${key} ${"x".repeat(10_000)}`;
    add({ prompt, session: "s\u202e" }, { outcome: "deny", decision: BLOCK, revision: "v", message: "m" });
    const line = await lines();
    expect(line).not.toContain(key);
    expect(line).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    const { event, subject } = JSON.parse(line);
    expect([event, Buffer.byteLength(subject)]).toEqual(["SslContent", 300]);
  });
});

it("an answer that cannot be written rejects", async () => {
  const output = new PassThrough();
  const audit = new GuardAudit(new BatchedWriter(output), () => new Date(0));
  output.destroy(new Error("disk full"));
  await new Promise((resolve) => output.once("close", resolve));
  const request = {
    binding: "b",
    bindings: ["b"],
    revision: "v",
    tool: "Bash",
    message: "m",
    timeoutS: 1,
    mayRepeat: false,
  };
  const ticket = { ticket: "t", request, what: "w", expiresMs: 0, needsCode: false };
  await expect(audit.answer(ticket, { kind: "once" }, { user: "u", uid: 0 })).rejects.toThrow("disk full");
});
