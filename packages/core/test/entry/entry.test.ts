// The parts of the entries that need no wasm module.

import { statSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { preparedModule } from "../../src/entry/prepared-module.js";
import { bytesOfBase64, decodeBase64 } from "../../src/util/base64.js";
import { once } from "../../src/util/once.js";
import preparedUrl from "../../wasm/sentry_core_prepared.js";

it.each([0, 1, 2, 3, 4, 255, 256, 257])("decodes %d bytes of base64 by every method", (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
  const text = Buffer.from(bytes).toString("base64");
  expect(decodeBase64(text)).toEqual(bytes);
  expect(new Uint8Array(bytesOfBase64(text))).toEqual(bytes);
  vi.stubGlobal("Buffer", undefined);
  try {
    expect(new Uint8Array(bytesOfBase64(text))).toEqual(bytes);
  } finally {
    vi.unstubAllGlobals();
  }
});

it("loads once for all callers, and again after a failure", async () => {
  let calls = 0;
  const load = once(async () => {
    if (++calls === 1) throw new Error("offline");
    return calls;
  });
  const [a, b] = [load(), load()];
  await expect(a).rejects.toThrow("offline");
  await expect(b).rejects.toThrow("offline");
  expect(await Promise.all([load(), load()])).toEqual([2, 2]);
});

it("reads the prepared module, but asks for no permission", () => {
  expect(preparedModule()?.length).toBe(statSync(preparedUrl()).size);
  try {
    for (const state of ["prompt", "denied"]) {
      vi.stubGlobal("Deno", { permissions: { querySync: () => ({ state }) }, readFileSync: () => new Uint8Array(1) });
      expect(preparedModule()).toBeUndefined();
    }
    vi.stubGlobal("Deno", undefined);
    vi.stubGlobal("process", {});
    expect(preparedModule()).toBeUndefined();
  } finally {
    vi.unstubAllGlobals();
  }
});
