// Entry for Node, Deno and Bun: the module is part of the code, ready as soon as this is imported. No file to lose in a
// bundle, no permission to ask for.

import * as glue from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "./base64.js";

glue.initSync({ module: new WebAssembly.Module(bytesOfBase64(base64)) });
provideCore(() => glue);

export * from "../index.js";
