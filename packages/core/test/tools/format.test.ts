// `format` of the entry for those who write policies.
import { expect, it } from "vitest";
import { PolicyError } from "../../src/entry/node.js";
import { format } from "../../src/tools/index.js";

it("formats a policy", async () => {
  expect(await format('rule "a"{on:["Dns"]}')).toBe('rule "a" { on = ["Dns"] }\n');
  expect(await format("")).toBe("");
});

it("rejects with the syntax errors of a text", async () => {
  const error = await format("a = b", { name: "site.acl" }).catch((why: unknown) => why);
  expect(error).toBeInstanceOf(PolicyError);
  expect((error as PolicyError).diagnostics).toMatchObject([
    { code: "acl/bare-word", severity: "error", span: { line: 1, column: 5 } },
  ]);
  expect(String(error)).toContain("--> site.acl:1:5");
});

it("rejects an argument of the wrong type", async () => {
  await expect(format(1 as unknown as string)).rejects.toThrow(TypeError);
});
