// Instantiating the wasm module asynchronously. In contrast to the synchronous way, this also works
// for a module of another realm, which is an instance of another `WebAssembly.Module`: the sandbox
// of Next.js passes one in.

import initGlue, { type InitInput } from "../../wasm/sentry_core.js";
import type { CoreModule } from "../engine/module.js";
import { once } from "../util/once.js";
import { core } from "./core.js";

/** Returns a loader: its first call instantiates the module that `input` returns. */
export function instantiating(input: () => InitInput): () => Promise<CoreModule> {
  return once(async () => {
    await initGlue({ module_or_path: input() });
    return core;
  });
}
