// Loads the core into a worker: the wasm module is part of the worker's code.

import "./immediate.js";
import deflated from "virtual:wasm";
import { init } from "@a3s-sentry/core/slim";

export * from "@a3s-sentry/core/slim";

let loaded: Promise<void> | undefined;

/** Resolves when policies can be compiled. */
export function loadCore(): Promise<void> {
  loaded ??= inflated().then(init);
  return loaded;
}

async function inflated(): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(deflated), (unit) => unit.charCodeAt(0));
  return await new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")),
  ).arrayBuffer();
}
