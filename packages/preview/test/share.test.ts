// Links: what they hold comes back, what must not be in them is not, and no link can fill the memory.

import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { fragmentOf, MAX_SHARED_BYTES, type Shared, sharedIn } from "../src/share/link.js";
import { withoutSettings } from "../src/share/without-settings.js";

const shared: Shared = { policy: 'rule "é" {}\n', event: { mode: "command", text: "rm -rf /" } };
const fragment = (value: unknown): string => `#shared=${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;

test("a link brings back what was shared, and fits into an address", async () => {
  const link = await fragmentOf(shared);
  expect(link).toMatch(/^#shared=[\w-]+$/);
  expect(await sharedIn(link)).toEqual(shared);
  expect(await sharedIn("")).toBeUndefined();
  expect(await sharedIn("#other")).toBeUndefined();
});

test.each([
  "#shared=",
  "#shared=%%%",
  "#shared=AAAA",
  fragment([]),
  fragment({ policy: 1 }),
  fragment({ ...shared, event: { mode: "form" } }),
])("a damaged link is an error: %s", async (link) => await expect(sharedIn(link)).rejects.toThrow());

test("more than 1 MiB is neither packed nor unpacked", async () => {
  const large = { ...shared, policy: "x".repeat(MAX_SHARED_BYTES) };
  await expect(fragmentOf(large)).rejects.toThrow(RangeError);
  // Some kilobytes that would become a gigabyte, if they were unpacked to their end.
  await expect(sharedIn(fragment({ ...shared, policy: "x".repeat(64 * MAX_SHARED_BYTES) }))).rejects.toThrow(
    RangeError,
  );
});

test("endpoints, programs and files of the site are left out", () => {
  const policy = `# mine
llm { url = "http://host/v1" key = env("K") }
agent = { bin = "a3s-code" }
rule "r" { on = "Dns" match = \`llm { \` verdict = "block" severity = "low" reason = "deny { }" }
deny {
  exec = "/srv/deny.txt" # where
}
fail_closed = true
`;
  const kept = withoutSettings(policy);
  expect(kept).toContain('rule "r"');
  expect(kept).toContain("fail_closed = true");
  expect(kept).not.toMatch(/host|a3s-code|srv|where/);
});

test("the examples lose nothing but these sections", () => {
  const text = readFileSync(new URL("../../../examples/policies/coding-agent.acl", import.meta.url), "utf8");
  expect(withoutSettings(text)).toBe(text);
});

test("a policy with a mistake of syntax is not shared", () => {
  expect(() => withoutSettings('llm { key = "secret"\nrule')).toThrow("mistake of syntax");
});
