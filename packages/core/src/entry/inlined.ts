// Entry for Node.js, Deno and Bun: the wasm module is part of the code and ready on import, so a
// bundle cannot lose a file and no permission is needed.

import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "./base64.js";
import { core } from "./core.js";

initSync({ module: bytesOfBase64(base64) });
provideCore(() => core);

export * from "../index.js";
