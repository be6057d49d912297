// `guardTools` in agents on the AI SDK 6 and 7.

import type { Guard } from "@a3s-sentry/core";
import { guardTools, ToolCallDenied } from "@a3s-sentry/core/ai-sdk";
import { afterEach, expect, test } from "vitest";
import { DEPLOYS } from "../actions.js";
import {
  answered,
  BLOCKED,
  closeAll,
  FOR_A_PERSON,
  guardOf,
  HARMLESS,
  partsOf,
  runners,
  runners7,
  shell,
} from "./agent.js";

afterEach(closeAll);

test.each(runners)("%s: of parallel calls only those run that the guard allows", async (_, run) => {
  const { ran, tools } = shell();
  const result = await run([BLOCKED, HARMLESS, BLOCKED], { tools: guardTools(tools, await guardOf()) });
  expect(ran).toEqual(["ls -la"]);
  expect(partsOf(result, "tool-result")).toMatchObject([{ output: "output of ls -la" }]);
  const errors = partsOf(result, "tool-error");
  expect(errors).toHaveLength(2);
  expect(errors[0]?.error).toBeInstanceOf(ToolCallDenied);
  expect(errors[0]?.error).toMatchObject({ tool: "bash", outcome: "deny" });
  expect(String(errors[0]?.error)).toContain("remote payload piped to an interpreter");
  expect(result.text).toBe("done");
});

test.each(runners)("%s: a call for a person waits, and runs once it is approved", async (_, run) => {
  const guard = await guardOf({ canAsk: true });
  const { ran, tools } = shell();
  const asked = await run([FOR_A_PERSON], { tools: guardTools(tools, guard) });
  expect(partsOf(asked, "tool-approval-request")).toHaveLength(1);
  expect(ran).toEqual([]);
  const again = (approved: boolean) => ({
    tools: guardTools(tools, guard),
    messages: answered(approved, FOR_A_PERSON),
  });
  await run([], again(false));
  expect(ran).toEqual([]);
  await run([], again(true));
  expect(ran).toEqual(["deploy --to production"]);
});

test.each(runners)("%s: an approval does not make a blocked call run", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf({ canAsk: true });
  await run([], { tools: guardTools(tools, guard), messages: answered(true, BLOCKED) });
  expect(ran).toEqual([]);
});

test.each(runners)("%s: a call for a person is blocked where nobody can be asked", async (_, run) => {
  const { ran, tools } = shell();
  const result = await run([FOR_A_PERSON], { tools: guardTools(tools, await guardOf()) });
  expect(partsOf(result, "tool-error")).toHaveLength(1);
  expect(ran).toEqual([]);
});

const failures: [name: string, check: Guard["check"]][] = [
  [
    "throws",
    () => {
      throw new Error("secret of the guard");
    },
  ],
  ["rejects", () => Promise.reject(new Error("secret of the guard"))],
  ["hangs", () => new Promise(() => {})],
  ["answers nothing", () => Promise.resolve(undefined as never)],
  ["answers with an unknown outcome", () => Promise.resolve({ outcome: "pass" } as never)],
];

test.each(failures.flatMap(([name, check]) => runners.map(([by, run]) => ({ name, check, by, run }))))(
  "$by: nothing runs if the guard $name",
  async ({ check, run }) => {
    const { ran, tools } = shell();
    const guard = { ...(await guardOf()), check };
    const result = await run([HARMLESS], { tools: guardTools(tools, guard, { deadlineS: 0.05 }) });
    const [error] = partsOf(result, "tool-error");
    expect(String(error?.error)).toContain("the guard failed or gave no decision in time");
    expect(String(error?.error)).not.toContain("secret");
    expect(ran).toEqual([]);
  },
);

test("an abort of the run ends the check, and the tool does not run", async () => {
  const { ran, tools } = shell();
  const signals: (AbortSignal | undefined)[] = [];
  const check: Guard["check"] = (_, options) => {
    signals.push(options?.signal);
    return new Promise(() => {});
  };
  const { bash } = guardTools(tools, { ...(await guardOf()), check });
  const stop = new AbortController();
  const running = (bash.execute as Execute)({ command: "ls" }, { abortSignal: stop.signal });
  stop.abort();
  await expect(running).rejects.toBeInstanceOf(ToolCallDenied);
  expect(signals[0]?.aborted).toBe(true);
  expect(ran).toEqual([]);
});

type Execute = (input: unknown, options?: unknown) => Promise<unknown>;

test.each([
  ["without messages", { toolCallId: "call-0" }],
  ["without options", undefined],
  ["for another id", { toolCallId: "call-1", messages: answered(true, FOR_A_PERSON) }],
  [
    "for another input",
    { toolCallId: "call-0", messages: answered(true, FOR_A_PERSON, { command: "deploy --to test" }) },
  ],
  ["of another tool", { toolCallId: "call-0", messages: answered(true, { ...FOR_A_PERSON, tool: "sh" }) }],
  [
    "that is older",
    { toolCallId: "call-0", messages: [...answered(true, FOR_A_PERSON), { role: "user", content: "go on" }] },
  ],
  [
    "for one of two calls with the same id",
    { toolCallId: "call-0", messages: [...answered(true, FOR_A_PERSON).slice(0, 2), ...answered(true, FOR_A_PERSON)] },
  ],
  ["with junk around it", { toolCallId: "call-0", messages: [null, 1, { content: "x" }, { content: [null] }] }],
])("an approval %s does not count where a program calls `execute` itself", async (_, options) => {
  const { ran, tools } = shell();
  const { bash } = guardTools(tools, await guardOf({ canAsk: true }));
  await expect((bash.execute as Execute)(FOR_A_PERSON.args, options)).rejects.toMatchObject({ outcome: "ask" });
  expect(ran).toEqual([]);
});

test.each(runners)("%s: a tool that needs approval by itself still does, unless the policy grants", async (_, run) => {
  const { ran, tools } = shell();
  const careful = { bash: { ...tools.bash, needsApproval: true } };
  const asked = await run([HARMLESS], { tools: guardTools(careful, await guardOf()) });
  expect(partsOf(asked, "tool-approval-request")).toHaveLength(1);
  expect(ran).toEqual([]);
  const granting = await guardOf({}, { ...DEPLOYS, guard: { grant: true } });
  await run([HARMLESS], { tools: guardTools(careful, granting) });
  expect(ran).toEqual(["ls -la"]);
});

test.each(runners7)("%s: an application's own `toolApproval` does not approve for a person", async (_, run) => {
  const { ran, tools } = shell();
  const guarded = guardTools(tools, await guardOf({ canAsk: true }));
  for (const toolApproval of [{ bash: "approved" }, () => "approved"]) {
    const result = await run([FOR_A_PERSON], { tools: guarded, toolApproval });
    expect(partsOf(result, "tool-error")).toMatchObject([{ error: { outcome: "ask" } }]);
  }
  expect(ran).toEqual([]);
});

test.each(runners)("%s: outputs that a tool yields stay a stream, and a blocked one yields nothing", async (_, run) => {
  const { ran, tools } = shell();
  const yielding = {
    bash: {
      ...tools.bash,
      async *execute({ command }: { command: string }) {
        ran.push(command);
        yield "first";
        yield "last";
      },
    },
    // Not known to be a stream before it runs.
    sh: { ...tools.bash, execute: (input: { command: string }) => yielding.bash.execute(input) },
  };
  const calls = [HARMLESS, BLOCKED, { ...HARMLESS, tool: "sh" }];
  const result = await run(calls, { tools: guardTools(yielding, await guardOf()) });
  expect(ran).toEqual(["ls -la", "ls -la"]);
  expect(partsOf(result, "tool-result").map(({ output }) => output)).toEqual(["last", "last"]);
  expect(partsOf(result, "tool-error")).toHaveLength(1);
});

test.each(runners)("%s: a call of a tool that is not there runs nothing", async (_, run) => {
  const { ran, tools } = shell();
  const result = await run([{ tool: "unknown", args: {} }], { tools: guardTools(tools, await guardOf()) });
  expect(partsOf(result, "tool-error")).toHaveLength(1);
  expect(ran).toEqual([]);
});

test("the rest of a tool stays, its `this` too, and tools without `execute` are returned as they are", async () => {
  const tool = {
    description: "says",
    word: "hello",
    execute(): Promise<string> {
      return Promise.resolve(this.word);
    },
  };
  const client = { description: "runs in the client" };
  const guarded = guardTools({ tool, client }, await guardOf());
  expect(guarded.client).toBe(client);
  expect(guarded.tool).toMatchObject({ description: "says", word: "hello" });
  expect(await guarded.tool.execute()).toBe("hello");
});

test("what is no guard, and an invalid deadline, are errors at once", async () => {
  expect(() => guardTools({}, {} as never)).toThrow(TypeError);
  expect(() => guardTools({}, undefined as never)).toThrow(TypeError);
  const guard = await guardOf();
  for (const deadlineS of [0, -1, Number.NaN, 3601])
    expect(() => guardTools({}, guard, { deadlineS })).toThrow(RangeError);
});
