// The contract for the entry for Vercel's edge, which imports a `.wasm` file as a module. A mock
// replaces it here: a module of another realm, as the sandbox of Next.js has.

/// <reference path="../../packages/core/src/wasm.d.ts" />
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import * as core from "../../packages/core/dist/entry/edge-light.js";
import { contract } from "./suite.js";

const { foreign } = vi.hoisted(() => ({ foreign: { isOurs: true } }));

vi.mock("../../packages/core/wasm/sentry_core_bg.wasm?module", () => {
  const bytes = readFileSync(new URL("../../packages/core/wasm/sentry_core_bg.wasm", import.meta.url));
  const module: unknown = runInNewContext("new WebAssembly.Module(bytes)", { bytes });
  foreign.isOurs = module instanceof WebAssembly.Module;
  return { default: module };
});

it("gets a module of another realm here", () => {
  expect(foreign.isOurs).toBe(false);
});

contract("@a3s-sentry/core on the edge", core);
