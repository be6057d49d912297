// Entry for Vercel's edge runtime, which imports a `.wasm?module` file as a module and cannot
// compile bytes.

import { initSync } from "../../wasm/sentry_core.js";
import module from "../../wasm/sentry_core_bg.wasm?module";
import { provideCore } from "../engine/loader.js";
import { core } from "./core.js";

initSync({ module });
provideCore(() => core);

export * from "../index.js";
