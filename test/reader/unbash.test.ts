// The reader of commands against another parser of bash, the package `unbash`: each simple command that it finds in
// a generated script has to be in the explanation of the event.
import { Sentry } from "@a3s-sentry/core";
import { forEachChild, parse, type SyntaxNode } from "unbash";
import { afterAll, beforeAll, expect, test } from "vitest";
// @ts-expect-error: the fuzzer is JavaScript, outside of the tests' project.
import { random } from "../fuzz/random.mjs";
import { scriptOf } from "./scripts.js";

const SCRIPTS = 2000;

let sentry: Sentry;
beforeAll(async () => {
  sentry = await Sentry.create("");
});
afterAll(() => sentry.close());

/** The numbers behind `P` in the commands that unbash finds; `null` if it reports an error. */
function numbersByUnbash(script: string): string[] | null {
  const numbers: string[] = [];
  const pending: SyntaxNode[] = [parse(script)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ("errors" in node && node.errors !== undefined && node.errors.length > 0) {
      return null;
    }
    if (node.type === "Command" && node.name?.value === "P") {
      const [first] = node.suffix;
      numbers.push(first?.type === "Word" ? first.value : "");
    }
    forEachChild(node, (child) => pending.push(child));
  }
  return numbers;
}

/** The same of the explanation; `null` if it has more commands than it lists. */
function numbersByReader(script: string): string[] | null {
  const event = { event: { ToolExec: { pid: 1, argv: ["bash", "-c", script] } } };
  const commands = sentry.explain(event)?.commands;
  if (commands === undefined || commands === null || commands.more > 0) {
    return null;
  }
  return commands.commands.filter(({ words }) => words[0] === "P").map(({ words }) => words[1] ?? "");
}

test("each simple command that unbash finds is found", () => {
  let found = 0;
  const missed: string[] = [];
  for (let seed = 1; seed <= SCRIPTS; seed += 1) {
    const { text } = scriptOf(random(seed), seed % 4);
    const [expected, read] = [numbersByUnbash(text), numbersByReader(text)];
    if (expected !== null && read !== null) {
      found += expected.length;
      missed.push(...expected.filter((one) => !read.includes(one)).map((one) => `P ${one} in: ${text}`));
    }
  }
  expect(missed.sort((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
  expect(found).toBeGreaterThan(SCRIPTS);
});

test("each command of a script is found", () => {
  for (let seed = 1; seed <= SCRIPTS; seed += 1) {
    const { text, programs } = scriptOf(random(seed), seed % 3);
    const read = numbersByReader(text);
    expect(read === null || new Set(read).size === programs, text).toBe(true);
  }
});
