// How the core gets to the code that needs it: an entry point says how to load it, once.

import { Instance } from "./instance.js";
import type { CoreModule } from "./module.js";

let loader: (() => CoreModule | Promise<CoreModule>) | undefined;

/** Called by an entry point. A loader may be called often, and gives the same module each time. */
export function provideCore(load: () => CoreModule | Promise<CoreModule>): void {
  loader = load;
}

export async function loadCore(): Promise<Instance> {
  if (loader === undefined) {
    throw new Error("the rule engine is not loaded: call `init` of @a3s-sentry/core/slim first");
  }
  return Instance.of(await loader());
}
