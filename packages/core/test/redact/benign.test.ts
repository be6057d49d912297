// Texts without secrets: sources, documents and the events of a working session.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import { Sentry } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
});

/**
 * The secrets found in a text, and in the text as JSON: kind and context. E-mail addresses do not
 * count.
 */
async function found(sentry: Sentry, text: string): Promise<string[]> {
  const all: string[] = [];
  for (const content of [text, JSON.stringify({ content: text })]) {
    const { redactions } = await sentry.inspectWire(content, "request");
    const others = redactions.filter(({ kind }) => kind !== "email");
    all.push(...others.map(({ kind, start, end }) => `${kind}: ${content.slice(Math.max(0, start - 30), end)}`));
  }
  return all;
}

function files(folder: string, ends: RegExp): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

it("sources and documents have none", { timeout: 120_000 }, async () => {
  const sentry = await Sentry.create("");
  const all = ["packages/core/src", "packages/node/src", "core-rs/crates", "bench", "docs"].flatMap((folder) =>
    files(folder, /\.(?:ts|rs|mjs|md|acl)$/).filter((file) => !/node_modules|crates\/\w+\/tests/.test(file)),
  );
  expect(all.length).toBeGreaterThan(200);
  for (const file of all) expect(await found(sentry, readFileSync(file, "utf8")), file).toEqual([]);
  sentry.close();
});

it("a working session has only the planted one", async () => {
  const sentry = await Sentry.create("");
  const [first = "", ...others] = await found(sentry, readFileSync(join(root, "examples/session.ndjson"), "utf8"));
  expect(first).toContain("aws_secret_access_key = FAKE");
  expect(others).toHaveLength(1);
  sentry.close();
});
