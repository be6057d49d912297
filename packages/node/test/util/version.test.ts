// The version in the code.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { VERSION } from "../../src/util/version.js";

it("is that of the package", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ version: VERSION });
});
