// Entry for Vercel's edge runtime, which imports a `.wasm?module` file as a module and cannot
// compile bytes.

import module from "../../wasm/sentry_core_bg.wasm?module";
import { provideCore } from "../engine/loader.js";
import { instantiating } from "./instantiate.js";

provideCore(instantiating(() => module));

export * from "../index.js";
