// The size budget: the wasm module that ships stays under 1 MB.
import { statSync } from "node:fs";
import { join } from "node:path";
import { wasmFolder } from "../lib/places.mjs";
import { findings } from "./result.mjs";

const budget = 1_000_000;

/** @type {import("./result.mjs").Check} */
export const wasmSize = {
  name: "wasm size",
  run: async () => {
    const { size } = statSync(join(wasmFolder, "sentry_core_bg.wasm"));
    const told = `${size} of at most ${budget} bytes`;
    return { ...findings(size < budget ? [] : [`the wasm module has ${told}`]), note: told };
  },
};
