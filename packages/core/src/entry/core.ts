// wasm-bindgen's glue behind the package's own interface.

import { compile, inferRisk, initSync, ready, reset } from "../../wasm/sentry_core.js";
import type { CoreModule } from "../engine/module.js";

/** Usable once the glue has an instance. */
export const core: CoreModule = {
  compile,
  inferRisk,
  ready,
  reset,
  // Once there is an instance, `initSync` ignores its argument and returns the instance's exports.
  memory: () => initSync({ module: new Uint8Array() }).memory,
};
