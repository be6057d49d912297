// Entry for Cloudflare Workers: they do not compile bytes, but import a `.wasm` file as a module.

import { initSync } from "../../wasm/sentry_core.js";
import module from "../../wasm/sentry_core_bg.wasm";
import { provideCore } from "../engine/loader.js";
import { core } from "./core.js";

initSync({ module });
provideCore(() => core);

export * from "../index.js";
