// Loads the core into a worker: the wasm module is part of the worker's code.

import "./immediate.js";
import deflated from "virtual:wasm";
import { init } from "@a3s-sentry/core/slim";
import { inflated } from "./inflate.js";

export * from "@a3s-sentry/core/slim";

let loaded: Promise<void> | undefined;

/** Resolves when policies can be compiled. */
export function loadCore(): Promise<void> {
  loaded ??= inflated(deflated).then(init);
  return loaded;
}
