// Entry without the wasm module, which the caller provides, for example from
// `@a3s-sentry/core/sentry.wasm`.

import { provideCore } from "../engine/loader.js";
import { instantiating } from "./instantiate.js";

export * from "../index.js";

/** A compiled module, its bytes, or the URL to fetch it from. */
export type WasmInput = WebAssembly.Module | ArrayBuffer | Uint8Array | URL | string;

/**
 * Loads the module. Call it before `Sentry.create` or `lint`, which wait for it. After it has
 * succeeded, further calls do nothing. Rejects if the module cannot be fetched or is invalid.
 *
 * @example
 * import { init, Sentry } from "@a3s-sentry/core/slim";
 * import module from "@a3s-sentry/core/sentry.wasm";
 * await init(module);
 */
export function init(input: WasmInput): Promise<void> {
  // The glue does not recognise a URL of another realm, such as Jest's jsdom.
  const load = instantiating(() => (typeof input === "object" && "href" in input ? input.href : input));
  provideCore(load);
  return load().then(() => undefined);
}
