// Entry for Vercel's edge, which does not compile bytes either, but has its own word for importing a module.

import { initSync } from "../../wasm/sentry_core.js";
import module from "../../wasm/sentry_core_bg.wasm?module";
import { provideCore } from "../engine/loader.js";
import { core } from "./core.js";

initSync({ module });
provideCore(() => core);

export * from "../index.js";
