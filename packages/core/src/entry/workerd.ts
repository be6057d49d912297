// Entry for Cloudflare Workers, which import a `.wasm` file as a module and cannot compile bytes.

import { initSync } from "../../wasm/sentry_core.js";
import module from "../../wasm/sentry_core_bg.wasm";
import { provideCore } from "../engine/loader.js";
import { core } from "./core.js";

initSync({ module });
provideCore(() => core);

export * from "../index.js";
