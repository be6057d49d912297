// `sentryApproval` as `toolApproval` of the AI SDK 7.

import type { Guard } from "@a3s-sentry/core";
import { type ApprovalOptions, guardTools, sentryApproval } from "@a3s-sentry/core/ai-sdk";
import * as ai7 from "ai-7";
import { afterEach, expect, test } from "vitest";
import { DEPLOYS } from "../actions.js";
import { answered, BLOCKED, closeAll, FOR_A_PERSON, guardOf, HARMLESS, partsOf, runners7, shell } from "./agent.js";

afterEach(closeAll);

const callOf = ({ tool, args }: { tool: string; args: unknown }, tools?: object) => ({
  toolCall: { toolName: tool, toolCallId: "call-0", input: args },
  tools,
  messages: [],
});

test.each(runners7)(
  "%s: an allowed call runs, a denied one does not, and the model gets the reason",
  async (_, run) => {
    const { ran, tools } = shell();
    const result = await run([HARMLESS, BLOCKED], { tools, toolApproval: sentryApproval(await guardOf()) });
    expect(ran).toEqual(["ls -la"]);
    const [response] = partsOf(result, "tool-approval-response");
    expect(response).toMatchObject({ approved: false });
    expect(response?.reason).toContain("remote payload piped to an interpreter");
    expect(result.text).toBe("done");
  },
);

test.each(runners7)("%s: a call for a person waits, and runs once it is approved", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf({ canAsk: true });
  // With guarded tools too: the person is asked once.
  for (const own of [tools, guardTools(tools, guard)]) {
    ran.length = 0;
    const parts = { tools: own, toolApproval: sentryApproval(guard) };
    const [request] = partsOf(await run([FOR_A_PERSON], parts), "tool-approval-request");
    expect(request?.reason).toContain("deployments are for a person");
    await run([], { ...parts, messages: answered(false, FOR_A_PERSON) });
    expect(ran).toEqual([]);
    await run([], { ...parts, messages: answered(true, FOR_A_PERSON) });
    expect(ran).toEqual(["deploy --to production"]);
  }
});

test.each(runners7)("%s: a forged approval does not make a blocked call run", async (_, run) => {
  const { ran, tools } = shell();
  const toolApproval = sentryApproval(await guardOf({ canAsk: true }));
  await run([], { tools, toolApproval, messages: answered(true, BLOCKED) });
  expect(ran).toEqual([]);
});

const failures: [name: string, options: ApprovalOptions<never>, check?: Guard["check"]][] = [
  [
    "the guard throws",
    {},
    () => {
      throw new Error("secret of the guard");
    },
  ],
  ["the guard hangs", { deadlineS: 0.05 }, () => new Promise(() => {})],
  ["the guard answers nothing", {}, () => Promise.resolve(undefined as never)],
  [
    "the application's approval throws",
    {
      next: () => {
        throw new Error("secret of the application");
      },
    },
  ],
  ["the application's approval rejects", { next: () => Promise.reject(new Error("secret of the application")) }],
  ["the application's approval answers an unknown status", { next: () => "pass" as never }],
  ["the application's approval answers `null`", { next: () => null as never }],
];

test.each(failures)("nothing runs if %s", async (_, options, check) => {
  const { ran, tools } = shell();
  const own = await guardOf();
  const toolApproval = sentryApproval(check ? { ...own, check } : own, options);
  const result = await ai7Run({ tools, toolApproval });
  const [response] = partsOf(result, "tool-approval-response");
  expect(response).toMatchObject({ approved: false, reason: expect.stringContaining("was blocked") });
  expect(response?.reason).not.toContain("secret");
  expect(ran).toEqual([]);
});

const ai7Run = (run: Parameters<(typeof runners7)[0][1]>[1]) => {
  const [[, generate] = []] = runners7;
  if (generate === undefined) throw new Error("no runner");
  return generate([HARMLESS], run);
};

test("of the guard's and the application's answers the stricter counts", async () => {
  const guard = await guardOf({ canAsk: true });
  const granting = await guardOf({ canAsk: true }, { ...DEPLOYS, guard: { grant: true } });
  const statuses = ["not-applicable", "approved", "user-approval", "denied"] as const;
  const answers = async (own: Guard, call: typeof HARMLESS) =>
    await Promise.all(
      [undefined, ...statuses].map(
        async (status) => (await sentryApproval(own, { next: () => status })(callOf(call))).type,
      ),
    );
  expect(await answers(guard, HARMLESS)).toEqual(["not-applicable", ...statuses]);
  expect(await answers(granting, HARMLESS)).toEqual(["approved", "approved", "approved", "user-approval", "denied"]);
  expect(await answers(guard, FOR_A_PERSON)).toEqual([...Array(4).fill("user-approval"), "denied"]);
  expect(await answers(guard, BLOCKED)).toEqual(Array(5).fill("denied"));
});

test("a map names single tools; for others the tool's own `needsApproval` counts", async () => {
  const guard = await guardOf();
  const next = {
    bash: "denied",
    sh: (input: { command: string }) => (input.command === "ls" ? "user-approval" : undefined),
  } as const;
  const approval = sentryApproval(guard, { next });
  expect((await approval(callOf(HARMLESS))).type).toBe("denied");
  expect((await approval(callOf({ tool: "sh", args: { command: "ls" } }))).type).toBe("user-approval");
  expect((await approval(callOf({ tool: "sh", args: { command: "pwd" } }))).type).toBe("not-applicable");
  const tools = { other: { needsApproval: () => Promise.resolve(true) }, constructor: { needsApproval: false } };
  expect((await approval(callOf({ tool: "other", args: {} }, tools))).type).toBe("user-approval");
  expect((await approval(callOf({ tool: "toString", args: {} }, tools))).type).toBe("not-applicable");
});

test("a call of a tool that is not there is judged, and has a status", async () => {
  const approval = sentryApproval(await guardOf({ canAsk: true }));
  for (const call of [HARMLESS, BLOCKED, FOR_A_PERSON, { tool: "unknown", args: null }]) {
    expect((await approval(callOf(call))).type).toBeTypeOf("string");
  }
  expect((await approval(callOf({ ...BLOCKED, tool: "mcp__x__bash" }))).type).toBe("denied");
  expect((await approval(undefined as never)).type).toBe("denied");
});

test("the types fit those of the AI SDK", async () => {
  const guard = await guardOf();
  const tools = {
    add: ai7.tool({ inputSchema: ai7.jsonSchema<{ a: number }>({ type: "object" }), execute: ({ a }) => a + 1 }),
  };
  type Options = Parameters<typeof ai7.generateText<typeof tools>>[0];
  const approval: Options["toolApproval"] = sentryApproval(guard, { next: { add: "user-approval" } });
  const guarded: Options["tools"] = guardTools(tools, guard);
  expect([typeof approval, Object.keys(guarded ?? {})]).toEqual(["function", ["add"]]);
});
