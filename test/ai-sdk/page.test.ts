// The examples of docs/ai-sdk.md run.

import { readFileSync } from "node:fs";
import * as core from "@a3s-sentry/core";
import * as adapter from "@a3s-sentry/core/ai-sdk";
import * as opa from "@ai-sdk/policy-opa";
import * as ai7 from "ai-7";
import { expect, test } from "vitest";
import { BLOCKED, HARMLESS, models, shell } from "./agent.js";

const page = readFileSync(new URL("../../docs/ai-sdk.md", import.meta.url), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n((?:.|\\n)*?)\`\`\``, "g"))].map(([, code]) => code ?? "");

test("docs/ai-sdk.md: the examples run, guard the tools and mask the prompt", async () => {
  const examples = blocks("ts");
  expect(examples).toHaveLength(4);
  const { ran, tools } = shell();
  // Each example is a run of its own.
  const [first, ...further] = examples.map(() => models([BLOCKED, HARMLESS])[7]);
  const modules: Readonly<Record<string, object>> = {
    "@a3s-sentry/core": core,
    "@a3s-sentry/core/ai-sdk": adapter,
    "@ai-sdk/policy-opa": opa,
    ai: ai7,
    "./agent.js": { model: first, tools },
  };
  const imports = /import (\{.*\}) from (".*");/g;
  const [install = "", ...rest] = examples.map((code) => code.replaceAll(imports, "const $1 = modules[$2];"));
  const runs = rest.map((code, index) => `{ ${code.replace("{ model,", `{ model: further[${index}],`)} }`);
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: object[]) => Promise<void>;
  await new AsyncFunction("modules", "further", [install, ...runs, "sentry.close();"].join("\n"))(modules, further);
  expect(ran).toEqual(examples.map(() => "ls -la"));
  const masked = further.at(-1);
  expect(JSON.stringify(masked?.doGenerateCalls[0]?.prompt)).toMatch(/mail to \{\{A3S_REDACTED:email:\d+\}\}\./);
});

test("docs/ai-sdk.md: the rule blocks calls with placeholders", async () => {
  const [rule = ""] = blocks("acl");
  const sentry = await core.Sentry.create(rule);
  const args = { path: "/home/dev/a", content: "{{A3S_REDACTED:email:1}}" };
  expect(await sentry.guard().check({ tool: "writeFile", args })).toMatchObject({ outcome: "deny" });
  sentry.close();
});
