// The files that a policy names.

import { expect, it, vi } from "vitest";
import { PolicyError } from "../../src/index.js";
import { policyFiles } from "../../src/policy/files.js";

it("are read once each, or taken from a table, and kept", () => {
  const readFile = vi.fn((path: string) => `text of ${path}`);
  const files = policyFiles("site.acl", { "known.json": "{}" }, readFile);
  expect(files.table()).toEqual({});
  expect([1, 2].map(() => files.read("sae.dict", "a.json"))).toEqual(["text of a.json", "text of a.json"]);
  expect(files.read("redact.gitleaks", "known.json")).toBe("{}");
  expect(readFile.mock.calls).toEqual([["a.json"]]);
  expect(files.table()).toEqual({ "a.json": "text of a.json", "known.json": "{}" });
  const again = policyFiles("site.acl", files.table());
  expect(again.read("sae.dict", "a.json")).toBe("text of a.json");
});

it.each<[string, ((path: string) => string) | undefined, string]>([
  ["no `readFile`", undefined, "no file access here; give `Sentry.create` the option `readFile`"],
  [
    "reading fails",
    () => {
      throw new Error("there is no such file");
    },
    "there is no such file",
  ],
  ["`readFile` returns no string", () => 5 as unknown as string, "`readFile` did not return a string"],
])("are an error of the policy where %s", (_, readFile, why) => {
  const files = policyFiles("site.acl", { toString: "own properties count alone" }, readFile);
  const read = () => files.read("sae.dict", "valueOf");
  expect(read).toThrow(PolicyError);
  expect(read).toThrow(`site.acl cannot be used

error[file/unreadable]: \`sae.dict\` names the file "valueOf", which cannot be read: ${why}
 --> site.acl`);
});
