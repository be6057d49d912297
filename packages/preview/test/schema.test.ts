// What the editor offers: completion by place, words of the core, fixes for problems.

import { lint } from "@a3s-sentry/core";
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import * as boundary from "../../core/src/generated/boundary.js";
import { complete } from "../src/acl/completion.js";
import { aclLanguage } from "../src/acl/language.js";
import { quickFixes } from "../src/acl/quick-fixes.js";
import { scopeOf } from "../src/acl/schema.js";
import { docs } from "../src/texts.js";

/** The labels that are offered at `|`. */
function offered(marked: string): string[] {
  const at = marked.indexOf("|");
  const state = EditorState.create({ doc: marked.replace("|", ""), extensions: [aclLanguage] });
  return (complete(new CompletionContext(state, at, true))?.options ?? []).map(({ label }) => label);
}

const RULE_SCOPES = ["rule", "rule.command", "rule.code", "rule.unless", "rule.unless.command"];

/** The text inside of blocks, whose names are joined by dots. */
function inBlocks(names: string, text: string): string {
  const labelled = new Set(["rule", "pattern", "list"]);
  return names
    .split(".")
    .filter((name) => name !== "")
    .reduceRight((inner, name) => `${name} ${labelled.has(name) ? '"x" ' : ""}{ ${inner} }`, text);
}

const wordsOf = (block: string, key: string): readonly string[] => {
  const value = scopeOf([block])?.[key];
  return value?.is === "words" ? value.words : [];
};

test("the words are those of the core", () => {
  expect(wordsOf("rule", "on")).toEqual([...boundary.KINDS, "*"]);
  expect(wordsOf("rule", "action")).toEqual(boundary.RULE_ACTIONS);
  expect(wordsOf("rule", "risk")).toEqual(boundary.RISK_CATEGORIES);
  expect(wordsOf("rule", "overrides")).toEqual(boundary.BUILTIN_RULES);
  expect(wordsOf("redact", "off")).toEqual(boundary.SECRET_KINDS);
});

test.each(["", "rule"])("every key of `%s` is known to the core, and documented", async (block) => {
  const scopes = block === "" ? ["", "deny", "redact", "redact.pattern", "llm", "agent", "sae", "list"] : RULE_SCOPES;
  for (const name of scopes) {
    for (const key of Object.keys(scopeOf(name === "" ? [] : name.split(".")) ?? {})) {
      const text = inBlocks(name, `${key} = 7`);
      const codes = (await lint(text)).map(({ code }) => code);
      expect(codes, text).not.toContain("policy/unknown-key");
      expect(docs.keys[name === "" ? key : `${name}.${key}`], `${name}.${key}`).toBeTruthy();
    }
  }
});

test("keys are offered where a name may be, without those that are set", () => {
  expect(offered("fail|")).toContain("fail_closed");
  expect(offered("fail_closed = true\n|")).not.toContain("fail_closed");
  expect(offered('rule "a" {\n  on = "Dns"\n  |\n}')).toEqual(
    Object.keys(scopeOf(["rule"]) ?? {}).filter((key) => key !== "on"),
  );
  expect(offered('rules = [{ name = "a" ver| }]')).toContain("verdict");
  expect(offered("deny { eg| }")).toContain("egress");
});

test("words are offered as the value of their key", () => {
  expect(offered('rule "a" { verdict = | }')).toEqual(["allow", "block", "escalate"]);
  expect(offered('rule "a" { verdict = "bl|" }')).toEqual(["allow", "block", "escalate"]);
  expect(offered('rule "a" { on = ["Dns", "|"] }')).toContain("Egress");
  expect(offered("fail_closed = |")).toEqual(["true", "false"]);
});

test("nothing is offered in comments, labels and patterns", () => {
  expect(offered("# fail|")).toEqual([]);
  expect(offered('rule "fail|" {}')).toEqual([]);
  expect(offered('rule "a" { match = `on|` }')).toEqual([]);
});

/** The text after the first fix of the first problem. */
async function fixed(text: string): Promise<string | undefined> {
  for (const problem of await lint(text)) {
    const [fix] = quickFixes(text, problem);
    if (fix !== undefined) return text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
  }
  return undefined;
}

test.each([
  ["fail_closd = true", "fail_closed = true"],
  ['default = "alow"', 'default = "allow"'],
  ['rule "a" { on = "ToolExce" match = "x" verdict = "block" severity = "low" reason = "r" }', 'on = "ToolExec"'],
  ['rule "a" { match = "x" verdict = "block" severity = "low" reason = "r" }', '{ on = "ToolExec"  match'],
  ['rule "a" { on = "Dns" match = "\\.x" verdict = "block" severity = "low" reason = "r" }', '"\\\\.x"'],
  ["default = allow", 'default = "allow"'],
  ["fail_closed := true", "fail_closed = true"],
  ['"dry_run" = true', "dry_run = true"],
])("mends `%s`", async (text, expected) => expect(await fixed(text)).toContain(expected));
