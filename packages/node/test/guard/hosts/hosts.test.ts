// What each host sends is read, and each answer is one that the host understands as it is meant.

import type { Decision, GuardOutcome } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import type { HostRequest } from "../../../src/guard/hosts/host.js";
import { HOST_NAMES, isHostName } from "../../../src/guard/hosts/host-names.js";
import { HOSTS } from "../../../src/guard/hosts/hosts.js";
import { readJson } from "../../../src/guard/hosts/read-json.js";
import { failureReply, meaningOf, type Reply, replyTo } from "../../../src/guard/hosts/reply.js";
import { HOST_INPUTS, type HostInput } from "../../support/host-inputs.js";
import { type HostReaction, MODELS } from "../../support/host-models.js";

const decision: Decision = { verdict: "block", tier: "Rules", severity: "high", reason: "r", evidence: "complete" };
const allow: GuardOutcome = { outcome: "allow", decision, revision: "1", grant: false };
const grant: GuardOutcome = { outcome: "allow", decision, revision: "1", grant: true };
const deny: GuardOutcome = { outcome: "deny", decision, revision: "1", message: "blocked: `rm -rf /`" };
const ask: GuardOutcome = { outcome: "ask", decision, revision: "1", message: "a person decides", ticket: "00" };

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function requestOf({ host, input }: HostInput, change: Record<string, unknown> = {}): HostRequest {
  if (!isHostName(host)) throw new Error(host);
  const request = HOSTS[host].read(readJson(encode({ ...input("text"), ...change })));
  if (request === undefined) throw new Error("not read");
  return request;
}

function reactionTo({ host, event }: HostInput, { stdout, stderr, exitCode }: Reply): HostReaction {
  const model = MODELS[host];
  if (model === undefined) throw new Error(host);
  return model(event, { stdout, stderr, code: exitCode });
}

describe.each(HOST_INPUTS.map((input) => [`${input.host} ${input.event}, a ${input.of}`, input] as const))(
  "%s",
  (_, input) => {
    it("is read with its session and its folder", () => {
      const request = requestOf(input);
      expect(request.session).toMatch(/./);
      if (request.kind === "call") expect(request.cwd).toBe("/home/dev/app");
      expect(request.kind).toBe(input.of === "prompt" ? "prompt" : "call");
      if (request.kind === "call") expect(Object.values(request.call.args as object)).toContain("text");
      else expect(request.text).toBe("text");
    });

    it("an allow is no opinion, and a denial has a reason", () => {
      const request = requestOf(input);
      expect(reactionTo(input, replyTo(request, allow))).toBe("own-flow");
      for (const message of [deny.message, "", "  ", "\ud800", "x".repeat(100_000)]) {
        const reply = replyTo(request, { ...deny, message });
        expect(reactionTo(input, reply)).toBe("denied");
        expect(reply.stdout.length).toBeLessThan(10_000);
        expect(reply.stdout).not.toMatch(/\\ud[89a-f]/i);
      }
    });

    it("a question is asked where the host can ask, and denied elsewhere", () => {
      const request = requestOf(input);
      const isPreToolUseOfCursor = input.host === "cursor" && input.event === "preToolUse";
      // Cursor asks about a command in `beforeShellExecution`, which comes next.
      const asked: HostReaction = isPreToolUseOfCursor ? "own-flow" : "asked";
      const canAsk = request.canAsk && request.event.answers.ask !== undefined;
      expect(reactionTo(input, replyTo(request, ask))).toBe(canAsk ? asked : "denied");
    });

    it("a grant is one only where the host has grants", () => {
      const request = requestOf(input);
      const reaction = request.event.answers.grant === undefined ? "own-flow" : "granted";
      expect(reactionTo(input, replyTo(request, grant))).toBe(reaction);
    });

    it("a failure of the hook is a denial", () => {
      if (!isHostName(input.host)) throw new Error(input.host);
      expect(reactionTo(input, failureReply(HOSTS[input.host], "the input is empty"))).toBe("denied");
    });
  },
);

it("every host of the table has inputs and a model", () => {
  expect(new Set(HOST_INPUTS.map(({ host }) => host))).toEqual(new Set(HOST_NAMES));
  expect(Object.keys(MODELS)).toEqual(expect.arrayContaining([...HOST_NAMES]));
});

it.each(HOST_NAMES)(
  "%s: the example of `doctor` is one that the host reads, and its answers are recognised",
  (name) => {
    const request = HOSTS[name].read(HOSTS[name].example("ls", "/home/dev"));
    if (request?.kind !== "call") throw new Error("not read");
    expect(Object.values(request.call.args as object)).toContain("ls");
    expect(request.cwd).toBe("/home/dev");
    const { event } = request;
    expect(meaningOf(event, replyTo(request, allow))).toBe("no opinion");
    expect(meaningOf(event, replyTo(request, deny))).toBe("deny");
    expect(meaningOf(event, failureReply(HOSTS[name], "why"))).toBe("deny");
    expect(meaningOf(event, replyTo(request, grant))).toBe(event.answers.grant === undefined ? "no opinion" : "grant");
    expect(meaningOf(event, { stdout: "junk", exitCode: 0 })).toBeUndefined();
    expect(meaningOf(event, { stdout: '{"extra":1}', exitCode: 0 })).toBeUndefined();
    expect(meaningOf(event, { stdout: "", exitCode: 1 })).toBeUndefined();
  },
);

it("Claude Code asks only in modes in which a person answers", () => {
  const [input] = HOST_INPUTS;
  if (input === undefined) throw new Error("no input");
  for (const mode of ["bypassPermissions", "dontAsk", "auto", "somethingNew"]) {
    expect(requestOf(input, { permission_mode: mode }).canAsk).toBe(false);
  }
  for (const mode of ["default", "acceptEdits", "plan"]) {
    expect(requestOf(input, { permission_mode: mode }).canAsk).toBe(true);
  }
});

it("other events, and events without their fields, are not read", () => {
  for (const input of HOST_INPUTS) {
    if (!isHostName(input.host)) throw new Error(input.host);
    const { read } = HOSTS[input.host];
    expect(read({})).toBeUndefined();
    if (input.host !== "antigravity" && input.host !== "opencode") {
      expect(read({ ...input.input("x"), hook_event_name: "PostToolUse" })).toBeUndefined();
    }
    const without = (keys: readonly string[]): Record<string, unknown> =>
      Object.fromEntries(Object.entries(input.input("x")).filter(([key]) => !keys.includes(key)));
    expect(
      read(without(["tool_input", "toolArgs", "args", "toolCall", "command", "file_path", "prompt"])),
    ).toBeUndefined();
  }
});

it.each([
  ["cut", '{"command":"rm -rf /'],
  ["cut, after a space", ' {"command":'],
  ["with more behind it", '{"command":"ls"}{"command":"rm -rf /"}'],
  ["with a key twice", '{"command":"ls","command":"rm -rf /"}'],
])("arguments as the text of an object that is %s are refused", (_, args) => {
  const copilot = { sessionId: "s1", cwd: "/home/dev", toolName: "bash", toolArgs: args };
  const cursor = { hook_event_name: "beforeMCPExecution", conversation_id: "c1", tool_name: "run", tool_input: args };
  expect(() => HOSTS.copilot.read(copilot)).toThrow("the input");
  expect(() => HOSTS.cursor.read(cursor)).toThrow("the input");
});

it("what a prototype has is not taken for a field", () => {
  const { read } = HOSTS["claude-code"];
  expect(read(readJson(encode({ hook_event_name: "PreToolUse", tool_name: "Bash" })))).toBeUndefined();
  expect(
    read(
      readJson(
        new TextEncoder().encode('{"__proto__":{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{}}}'),
      ),
    ),
  ).toBeUndefined();
});
