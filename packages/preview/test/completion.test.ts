// Completion by place: the keys of a scope, and the words of a key.

import { scopeOf } from "@a3s-sentry/core/tools";
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { complete } from "../src/acl/completion.js";
import { aclLanguage } from "../src/acl/language.js";

/** The labels that are offered at `|`. */
function offered(marked: string): string[] {
  const at = marked.indexOf("|");
  const state = EditorState.create({ doc: marked.replace("|", ""), extensions: [aclLanguage] });
  return (complete(new CompletionContext(state, at, true))?.options ?? []).map(({ label }) => label);
}

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
