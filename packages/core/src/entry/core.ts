// The glue as the rest of the package wants it.

import { compile, inferRisk, initSync, ready, reset } from "../../wasm/sentry_core.js";
import type { CoreModule } from "../engine/module.js";

/** Of use as soon as the glue has an instance. */
export const core: CoreModule = {
  compile,
  inferRisk,
  ready,
  reset,
  // Once there is an instance, the glue gives its exports and does not look at the argument.
  memory: () => initSync({ module: new Uint8Array() }).memory,
};
