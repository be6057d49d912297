// The contract for the entry for Vercel's edge, which imports a `.wasm` file as a module. A mock
// replaces it here.

/// <reference path="../../packages/core/src/wasm.d.ts" />
import { readFileSync } from "node:fs";
import { vi } from "vitest";
import * as core from "../../packages/core/dist/entry/edge-light.js";
import { contract } from "./suite.js";

vi.mock("../../packages/core/wasm/sentry_core_bg.wasm?module", () => ({
  default: new WebAssembly.Module(
    readFileSync(new URL("../../packages/core/wasm/sentry_core_bg.wasm", import.meta.url)),
  ),
}));

contract("@a3s-sentry/core on the edge", core);
