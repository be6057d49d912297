// Loads the core into a worker: the wasm module is part of the worker's code.

import text from "virtual:wasm";
import { init } from "@a3s-sentry/core/slim";

export * from "@a3s-sentry/core/slim";

let loaded: Promise<void> | undefined;

/** Resolves when policies can be compiled. */
export function loadCore(): Promise<void> {
  loaded ??= init(bytesOf(text));
  return loaded;
}

/** The bytes of a text that has one unit for each. */
function bytesOf(units: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = units.charCodeAt(at);
  return bytes;
}
