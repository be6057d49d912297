// The rule engine's loader: an entry point sets it, once.

import { Instance } from "./instance.js";
import type { CoreModule } from "./module.js";

let loader: (() => CoreModule | Promise<CoreModule>) | undefined;

/** Sets the loader. It may be called more than once, and must return the same module each time. */
export function provideCore(load: () => CoreModule | Promise<CoreModule>): void {
  loader = load;
}

/** The rule engine's instance. Rejects if no entry point has set a loader, or if loading fails. */
export async function loadCore(): Promise<Instance> {
  if (loader === undefined) {
    throw new Error("the rule engine is not loaded: call `init` of @a3s-sentry/core/slim first");
  }
  return Instance.of(await loader());
}
