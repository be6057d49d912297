// Entry for Cloudflare Workers and Vercel's edge: they do not compile bytes, but import a `.wasm` file as a module.

import * as glue from "../../wasm/sentry_core.js";
import module from "../../wasm/sentry_core_bg.wasm";
import { provideCore } from "../engine/loader.js";

glue.initSync({ module });
provideCore(() => glue);

export * from "../index.js";
