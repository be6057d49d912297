// Entry for browsers: the wasm module is part of the code, and compiled off the main thread when it
// is first needed. A content security policy must allow `wasm-unsafe-eval`.

import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "../util/base64.js";
import { once } from "../util/once.js";
import { core } from "./core.js";

provideCore(
  once(async () => {
    initSync({ module: await WebAssembly.compile(bytesOfBase64(base64)) });
    return core;
  }),
);

export * from "../index.js";
