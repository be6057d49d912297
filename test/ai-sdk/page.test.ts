// The examples of docs/ai-sdk.md run.

import { readFileSync } from "node:fs";
import * as core from "@a3s-sentry/core";
import * as adapter from "@a3s-sentry/core/ai-sdk";
import * as ai7 from "ai-7";
import { expect, test } from "vitest";
import { BLOCKED, HARMLESS, models, shell } from "./agent.js";

const page = new URL("../../docs/ai-sdk.md", import.meta.url);

test("docs/ai-sdk.md: the examples run, and guard the tools", async () => {
  const blocks = [...readFileSync(page, "utf8").matchAll(/```ts\n((?:.|\n)*?)```/g)].map(([, code]) => code ?? "");
  expect(blocks).toHaveLength(2);
  const { ran, tools } = shell();
  const [first, second] = [models([BLOCKED, HARMLESS])[7], models([BLOCKED, HARMLESS])[7]];
  const modules: Readonly<Record<string, object>> = {
    "@a3s-sentry/core": core,
    "@a3s-sentry/core/ai-sdk": adapter,
    ai: ai7,
    "./agent.js": { model: first, tools },
  };
  const imports = /import (\{.*\}) from (".*");/g;
  const [install = "", approval = ""] = blocks.map((code) => code.replaceAll(imports, "const $1 = modules[$2];"));
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: object[]) => Promise<void>;
  await new AsyncFunction(
    "modules",
    "second",
    `${install}\n${approval.replace("{ model,", "{ model: second,")}\nsentry.close();`,
  )(modules, second);
  expect(ran).toEqual(["ls -la", "ls -la"]);
});
