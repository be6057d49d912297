// Entry for Node, Deno and Bun: the module is part of the code, ready as soon as this is imported. No file to lose in a
// bundle, no permission to ask for.

import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "./base64.js";
import { core } from "./core.js";

initSync({ module: bytesOfBase64(base64) });
provideCore(() => core);

export * from "../index.js";
