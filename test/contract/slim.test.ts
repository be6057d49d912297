// The contract for the entry without its own WebAssembly module.

/// <reference path="../../packages/core/src/wasm.d.ts" />
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as core from "@a3s-sentry/core/slim";
import { expect, it } from "vitest";
import { contract } from "./suite.js";

const bytes = readFileSync(createRequire(import.meta.url).resolve("@a3s-sentry/core/sentry.wasm"));

it("explains what to do without a module", async () => {
  await expect(core.Sentry.create("")).rejects.toThrow("call `init` of @a3s-sentry/core/slim first");
});

it("rejects an invalid module, and accepts a valid one after that", async () => {
  await expect(core.init(new Uint8Array([1, 2, 3]))).rejects.toThrow(WebAssembly.CompileError);
  await core.init(`data:application/wasm;base64,${bytes.toString("base64")}`);
  await core.init(new WebAssembly.Module(bytes));
});

contract("@a3s-sentry/core/slim", core);
