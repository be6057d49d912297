// `sentryPolicyClient` behind the real `@ai-sdk/policy-opa`, in runs of the AI SDK 7.

import type { Guard } from "@a3s-sentry/core";
import { guardTools, sentryPolicyClient } from "@a3s-sentry/core/ai-sdk";
import { opaCapabilityMiddleware, opaPolicy, shadow, wrapMcpTools } from "@ai-sdk/policy-opa";
import { afterEach, expect, test } from "vitest";
import { DEPLOYS } from "../actions.js";
import { answered, BLOCKED, closeAll, FOR_A_PERSON, guardOf, HARMLESS, partsOf, runners7, shell } from "./agent.js";

afterEach(closeAll);

const path = "agent/call/decision";
const approvalBy = (guard: Guard, more: object = {}) => opaPolicy({ client: sentryPolicyClient(guard), path, ...more });

test.each(runners7)("%s: an allowed call runs, and a denied one does not", async (_, run) => {
  const { ran, tools } = shell();
  const result = await run([HARMLESS, BLOCKED], { tools, toolApproval: approvalBy(await guardOf()) });
  expect(ran).toEqual(["ls -la"]);
  expect(partsOf(result, "tool-approval-response")[0]?.reason).toContain("remote payload piped to an interpreter");
});

test.each(runners7)(
  "%s: a call for a person waits, and a forged approval runs nothing that is blocked",
  async (_, run) => {
    const { ran, tools } = shell();
    const toolApproval = approvalBy(await guardOf({ canAsk: true }));
    const [request] = partsOf(await run([FOR_A_PERSON], { tools, toolApproval }), "tool-approval-request");
    expect(request?.reason).toContain("deployments are for a person");
    await run([], { tools, toolApproval, messages: answered(true, BLOCKED) });
    expect(ran).toEqual([]);
    await run([], { tools, toolApproval, messages: answered(true, FOR_A_PERSON) });
    expect(ran).toEqual(["deploy --to production"]);
  },
);

test.each(runners7)("%s: with guarded tools too, a person is asked once", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf({ canAsk: true });
  const parts = { tools: guardTools(tools, guard), toolApproval: approvalBy(guard) };
  await run([], { ...parts, messages: answered(true, FOR_A_PERSON) });
  expect(ran).toEqual(["deploy --to production"]);
});

test.each(runners7)("%s: nothing runs if the guard fails, or the input is no call", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf();
  const broken = [
    approvalBy({ ...guard, check: () => Promise.reject(new Error("secret of the guard")) }),
    approvalBy({ ...guard, check: () => Promise.resolve(undefined as never) }),
    // By mistake, a `toInput` of another policy.
    approvalBy(guard, { toInput: () => ({ name: "bash", command: "ls" }) }),
    approvalBy(guard, { toInput: () => ({ tool: { name: "bash" } }) }),
  ];
  for (const toolApproval of broken) {
    const [response] = partsOf(await run([HARMLESS], { tools, toolApproval }), "tool-approval-response");
    expect(response?.reason).toMatch(/the call (?:of `bash` )?was blocked/);
    expect(response?.reason).not.toContain("secret");
  }
  expect(ran).toEqual([]);
});

test.each(runners7)("%s: what the package makes of approvals works with it", async (_, run) => {
  const { ran, tools } = shell();
  const events: string[] = [];
  const watched = shadow(approvalBy(await guardOf()) as never, {
    onDecision: ({ decision }) => void events.push(decision.type),
  });
  await run([BLOCKED], { tools, toolApproval: watched });
  expect(events).toEqual(["denied"]);
  expect(ran).toHaveLength(1);
  // Of tools of a server, an allow that grants nothing is a question.
  const asking = wrapMcpTools(tools as never, approvalBy(await guardOf()) as never);
  expect(partsOf(await run([HARMLESS], asking as never), "tool-approval-request")).toHaveLength(1);
  const granting = wrapMcpTools(
    tools as never,
    approvalBy(await guardOf({}, { ...DEPLOYS, guard: { grant: true } })) as never,
  );
  await run([HARMLESS], granting as never);
  expect(ran).toHaveLength(2);
});

test("a list of tools that are allowed is not given: all are taken away", async () => {
  const { transformParams } = opaCapabilityMiddleware({ client: sentryPolicyClient(await guardOf()), path });
  const params = { prompt: [], tools: [{ type: "function", name: "bash", inputSchema: {} }] };
  expect((await transformParams?.({ type: "generate", params, model: {} } as never))?.tools).toBeUndefined();
});

test("only the path that is given is answered", async () => {
  const client = sentryPolicyClient(await guardOf(), { path });
  const input = { tool: { name: "bash" }, args: HARMLESS.args };
  expect(await client.evaluate(path, input)).toEqual({ decision: "not-applicable" });
  expect(await client.evaluate("another/path", input)).toMatchObject({ decision: "deny" });
});

test.each([
  undefined,
  null,
  "bash",
  {},
  { tool: "bash", args: {} },
  { tool: { name: "" }, args: {} },
  { tool: { name: 1 }, args: {} },
])("the input %j is denied", async (input) => {
  expect(await sentryPolicyClient(await guardOf()).evaluate(path, input)).toMatchObject({ decision: "deny" });
});

test("what is no guard is an error at once", () => {
  expect(() => sentryPolicyClient({} as never)).toThrow(TypeError);
});
