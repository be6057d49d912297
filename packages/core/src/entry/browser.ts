// Entry for browsers: the module is part of the code, compiled off the main thread when it is first needed.
// A content security policy must allow `wasm-unsafe-eval`.

import * as glue from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { provideCore } from "../engine/loader.js";
import { bytesOfBase64 } from "./base64.js";
import { once } from "./once.js";

provideCore(
  once(async () => {
    glue.initSync({ module: await WebAssembly.compile(bytesOfBase64(base64)) });
    return glue;
  }),
);

export * from "../index.js";
