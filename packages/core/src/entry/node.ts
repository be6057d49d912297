// Entry for Node.js, Deno and Bun: reads the module that begins with the built-in rules compiled
// from the package's folder. Where that file cannot be read, as in a bundle, the module that is part
// of the code serves.

import { initSync } from "../../wasm/sentry_core.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "../util/base64.js";
import { once } from "../util/once.js";
import { core } from "./core.js";
import { preparedModule } from "./prepared-module.js";

provideCore(
  once(async () => {
    // Read only here: decoding it takes longer than compiling the module.
    const inlined = async () => bytesOfBase64((await import("../../wasm/sentry_core_inline.js")).default);
    initSync({ module: preparedModule() ?? (await inlined()) });
    return core;
  }),
);

export * from "../index.js";
