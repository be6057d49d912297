// Tools that call other tools, as in code mode of the AI SDK 7, and other tools that are not called
// one by one by the model.

import { guardTools } from "@a3s-sentry/core/ai-sdk";
import { experimental_toolCaller as toolCaller } from "@ai-sdk/provider-utils";
import * as ai7 from "ai-7";
import { afterEach, expect, test } from "vitest";
import { BLOCKED, closeAll, FOR_A_PERSON, guardOf, HARMLESS, partsOf, runners, runners7, shell } from "./agent.js";

afterEach(closeAll);

type Call = (input: unknown) => PromiseLike<unknown>;

/** As `codeModeTool` of `@ai-sdk/code-mode`: runs the commands of its input by the tool `bash` of its tools. */
function commander(ran: string[]) {
  const inputSchema = ai7.jsonSchema<{ commands: string[] }>({ type: "object" });
  const bind = ({ bash }: { readonly bash: { readonly execute: Call } }) =>
    ai7.tool({
      description: "runs commands",
      inputSchema,
      async execute({ commands }: { commands: string[] }) {
        ran.push("code");
        const outputs: unknown[] = [];
        for (const command of commands) {
          outputs.push(await bash.execute({ command }).then(undefined, (error: Error) => error.name));
        }
        return outputs;
      },
    });
  return toolCaller({ description: "runs commands", inputSchema } as ai7.Tool, { type: "local", bind: bind as never });
}

const asked = (commands: string[]) => ({ tool: "code", args: { commands } });
const commandOf = ({ args }: { args: unknown }): string => (args as { command: string }).command;

test.each(runners7)("%s: calls in code mode are judged one by one, and a question is a denial", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf({ canAsk: true });
  const guarded = guardTools({ code: commander(ran), ...tools }, guard);
  const commands = [HARMLESS, BLOCKED, FOR_A_PERSON].map(commandOf);
  const result = await run([asked(commands)], { tools: guarded, experimental_toolCallers: { bash: ["code"] } });
  expect(ran).toEqual(["code", "ls -la"]);
  const [{ output } = {}] = partsOf(result, "tool-result");
  expect(output).toEqual(["output of ls -la", "ToolCallDenied", "ToolCallDenied"]);
});

test.each(runners7)("%s: the code itself is judged too", async (_, run) => {
  const { ran, tools } = shell();
  const guard = await guardOf(
    {},
    {
      rules: [{ name: "no-code", on: "ToolCall", tool: "code", verdict: "block", severity: "high", reason: "no code" }],
    },
  );
  const guarded = guardTools({ code: commander(ran), ...tools }, guard);
  const result = await run([asked(["ls"])], { tools: guarded, experimental_toolCallers: { bash: ["code"] } });
  expect(partsOf(result, "tool-error")).toHaveLength(1);
  expect(ran).toEqual([]);
});

test.each(runners)("%s: dynamic tools are judged", async (name, run) => {
  const { ran, tools } = shell();
  const { dynamicTool } = name.endsWith("7") ? ai7 : await import("ai");
  const bash = dynamicTool({
    ...tools.bash,
    inputSchema: tools.bash.inputSchema as never,
    execute: tools.bash.execute as never,
  });
  const result = await run([HARMLESS, BLOCKED], { tools: guardTools({ bash }, await guardOf()) });
  expect(ran).toEqual(["ls -la"]);
  expect(partsOf(result, "tool-error")).toHaveLength(1);
});

test.each(runners)("%s: a tool without `execute` stays the client's", async (_, run) => {
  const { bash } = shell().tools;
  const { execute: _execute, ...client } = bash;
  const result = await run([BLOCKED], { tools: guardTools({ bash: client }, await guardOf()) });
  expect(partsOf(result, "tool-call")).toHaveLength(1);
  expect(partsOf(result, "tool-result")).toHaveLength(0);
});
